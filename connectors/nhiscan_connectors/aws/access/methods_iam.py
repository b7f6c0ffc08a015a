"""Escalation through IAM itself: own policies, other identities' credentials, trust, boundaries, providers."""

from __future__ import annotations

from nhiscan_connectors.aws.access.method import Method

_OWN = (
    Method(
        id="iam-put-user-policy",
        aim="own-user",
        on=("iam:PutUserPolicy",),
        can="can write itself an inline policy that allows everything",
        aliases=("iam-007",),
    ),
    Method(
        id="iam-attach-user-policy",
        aim="own-user",
        on=("iam:AttachUserPolicy",),
        can="can attach AdministratorAccess to itself",
        aliases=("iam-008",),
    ),
    Method(
        id="iam-put-role-policy",
        aim="own-role",
        on=("iam:PutRolePolicy",),
        can="can write itself an inline policy that allows everything",
        aliases=("iam-005",),
    ),
    Method(
        id="iam-attach-role-policy",
        aim="own-role",
        on=("iam:AttachRolePolicy",),
        can="can attach AdministratorAccess to itself",
        aliases=("iam-009",),
    ),
    Method(
        id="iam-put-group-policy",
        aim="own-group",
        on=("iam:PutGroupPolicy",),
        can="can write its group {target} a policy that allows everything",
        aliases=("iam-011",),
    ),
    Method(
        id="iam-attach-group-policy",
        aim="own-group",
        on=("iam:AttachGroupPolicy",),
        can="can attach AdministratorAccess to its group {target}",
        aliases=("iam-010",),
    ),
    Method(
        id="iam-create-policy-version",
        aim="own-policy",
        on=("iam:CreatePolicyVersion",),
        can="can rewrite its own policy {target}",
        aliases=("iam-001",),
    ),
    Method(
        id="iam-set-default-policy-version",
        aim="own-policy",
        on=("iam:SetDefaultPolicyVersion",),
        note="an older version of the policy that allows more",
        can="can go back to an older version of its own policy {target}",
    ),
    Method(
        id="iam-delete-user-boundary",
        aim="own-user-boundary",
        on=("iam:DeleteUserPermissionsBoundary",),
        can="can remove its own permissions boundary",
    ),
    Method(
        id="iam-put-user-boundary",
        aim="own-user-boundary",
        on=("iam:PutUserPermissionsBoundary",),
        can="can replace its own permissions boundary by one that allows everything",
    ),
    Method(
        id="iam-delete-role-boundary",
        aim="own-role-boundary",
        on=("iam:DeleteRolePermissionsBoundary",),
        can="can remove its own permissions boundary",
    ),
    Method(
        id="iam-put-role-boundary",
        aim="own-role-boundary",
        on=("iam:PutRolePermissionsBoundary",),
        can="can replace its own permissions boundary by one that allows everything",
    ),
    Method(
        id="iam-add-user-to-group",
        aim="group",
        on=("iam:AddUserToGroup",),
        can="can put itself into {target}",
        aliases=("iam-013",),
    ),
)

_OTHERS = (
    Method(
        id="iam-create-access-key",
        aim="user-with-room-for-a-key",
        on=("iam:CreateAccessKey",),
        can="can create access keys for {target}",
        aliases=("iam-002",),
    ),
    Method(
        id="iam-replace-access-key",
        aim="user-with-all-keys",
        on=("iam:CreateAccessKey", "iam:DeleteAccessKey"),
        can="can delete an access key of {target} and create one in its place",
        aliases=("iam-003",),
    ),
    Method(
        id="iam-update-access-key",
        aim="user-with-inactive-key",
        on=("iam:UpdateAccessKey",),
        note="possession of the secret half of an inactive access key",
        can="can switch inactive access keys of {target} on again",
    ),
    Method(
        id="iam-create-login-profile",
        aim="user-without-password",
        on=("iam:CreateLoginProfile",),
        can="can set a console password for {target}",
        aliases=("iam-004",),
    ),
    Method(
        id="iam-update-login-profile",
        aim="user-with-password",
        on=("iam:UpdateLoginProfile",),
        can="can change the console password of {target}",
        aliases=("iam-006",),
    ),
    Method(
        id="iam-deactivate-mfa",
        aim="user-with-password",
        on=("iam:DeactivateMFADevice",),
        note="possession of the user's password",
        can="can switch off the second factor of {target}",
    ),
    Method(
        id="iam-resync-mfa",
        aim="user-with-password",
        on=("iam:ResyncMFADevice",),
        note="possession of the user's password",
        can="can resynchronise the second factor of {target}",
    ),
    Method(
        id="iam-enable-mfa",
        aim="user-with-password",
        on=("iam:EnableMFADevice",),
        anywhere=("iam:CreateVirtualMFADevice",),
        note="possession of the user's password",
        can="can register a second factor of its own for {target}",
    ),
    Method(
        id="iam-update-assume-role-policy",
        aim="role",
        on=("iam:UpdateAssumeRolePolicy",),
        can="can rewrite the trust policy of {target} and assume it",
        aliases=("iam-012",),
    ),
    Method(
        id="iam-attach-role-policy-and-assume",
        aim="assumable-role-made-admin",
        on=("iam:AttachRolePolicy", "sts:AssumeRole"),
        can="can attach AdministratorAccess to {target}, which it may assume",
        aliases=("iam-014",),
    ),
    Method(
        id="iam-put-role-policy-and-assume",
        aim="assumable-role-made-admin",
        on=("iam:PutRolePolicy", "sts:AssumeRole"),
        can="can write an inline policy for {target}, which it may assume",
        aliases=("iam-017",),
    ),
    Method(
        id="iam-create-policy-version-and-assume",
        aim="policy-of-assumable-role-made-admin",
        on=("sts:AssumeRole",),
        on_policy=("iam:CreatePolicyVersion",),
        can="can rewrite a policy of {target}, which it may assume",
        aliases=("iam-016",),
    ),
    Method(
        id="iam-attach-role-policy-and-trust",
        aim="role-made-admin",
        on=("iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy"),
        can="can attach AdministratorAccess to {target} and let itself assume it",
        aliases=("iam-019",),
    ),
    Method(
        id="iam-create-policy-version-and-trust",
        aim="policy-of-role-made-admin",
        on=("iam:UpdateAssumeRolePolicy",),
        on_policy=("iam:CreatePolicyVersion",),
        can="can rewrite a policy of {target} and let itself assume it",
        aliases=("iam-020",),
    ),
    Method(
        id="iam-put-role-policy-and-trust",
        aim="role-made-admin",
        on=("iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"),
        can="can write an inline policy for {target} and let itself assume it",
        aliases=("iam-021",),
    ),
    Method(
        id="iam-attach-user-policy-and-key",
        aim="user-made-admin",
        on=("iam:AttachUserPolicy", "iam:CreateAccessKey"),
        can="can attach AdministratorAccess to {target} and create access keys for it",
        aliases=("iam-015",),
    ),
    Method(
        id="iam-put-user-policy-and-key",
        aim="user-made-admin",
        on=("iam:PutUserPolicy", "iam:CreateAccessKey"),
        can="can write an inline policy for {target} and create access keys for it",
        aliases=("iam-018",),
    ),
    Method(
        id="iam-create-policy-version-and-key",
        aim="policy-of-user-made-admin",
        on=("iam:CreateAccessKey",),
        on_policy=("iam:CreatePolicyVersion",),
        can="can rewrite a policy of {target} and create access keys for it",
    ),
)

_NEW = (
    Method(
        id="iam-new-user-attach",
        aim="new-user",
        on=("iam:CreateUser", "iam:AttachUserPolicy", "iam:CreateAccessKey"),
        can="can make a new user, attach AdministratorAccess and create access keys for it",
    ),
    Method(
        id="iam-new-user-put",
        aim="new-user",
        on=("iam:CreateUser", "iam:PutUserPolicy", "iam:CreateAccessKey"),
        can="can make a new user with an inline policy and create access keys for it",
    ),
    Method(
        id="iam-new-role-attach",
        aim="new-role",
        on=("iam:CreateRole", "iam:AttachRolePolicy"),
        can="can make a new role that trusts it and attach AdministratorAccess",
    ),
    Method(
        id="iam-new-role-put",
        aim="new-role",
        on=("iam:CreateRole", "iam:PutRolePolicy"),
        can="can make a new role that trusts it and write an inline policy for it",
    ),
)

_PROVIDERS = (
    Method(
        id="iam-update-saml-provider",
        aim="saml-provider",
        on=("iam:UpdateSAMLProvider",),
        can="can replace the metadata of {target} and sign in as any role that trusts it",
    ),
    Method(
        id="iam-update-oidc-thumbprint",
        aim="oidc-provider",
        on=("iam:UpdateOpenIDConnectProviderThumbprint",),
        note="control of the issuer's address",
        can="can make {target} accept another server certificate",
    ),
    Method(
        id="iam-add-oidc-client",
        aim="oidc-provider",
        on=("iam:AddClientIDToOpenIDConnectProvider",),
        note="a role that does not check the audience",
        can="can make {target} accept tokens for another audience",
    ),
    Method(
        id="iam-create-oidc-provider-and-trust",
        aim="role",
        on=("iam:UpdateAssumeRolePolicy",),
        anywhere=("iam:CreateOpenIDConnectProvider",),
        can="can register an issuer of its own and make {target} trust it",
    ),
)

IAM: tuple[Method, ...] = (*_OWN, *_OTHERS, *_NEW, *_PROVIDERS)
