"""Escalation by other roads: Identity Center, Cognito, Roles Anywhere, secrets, and the guardrails themselves."""

from __future__ import annotations

from nhiscan_connectors.aws.access.method import Aim, Method, passed


def _plain(id: str, aim: Aim, permissions: str, can: str, note: str = "") -> Method:
    return Method(id=id, aim=aim, on=(), anywhere=tuple(permissions.split()), can=can, note=note)


_SSO = (
    _plain(
        "sso-put-inline",
        "permission-set",
        "sso:PutInlinePolicyToPermissionSet sso:ProvisionPermissionSet",
        "can write a policy into a permission set of Identity Center and roll it out",
    ),
    _plain(
        "sso-attach-managed",
        "permission-set",
        "sso:AttachManagedPolicyToPermissionSet sso:ProvisionPermissionSet",
        "can attach AdministratorAccess to a permission set of Identity Center and roll it out",
    ),
    _plain(
        "sso-attach-customer",
        "permission-set",
        "sso:AttachCustomerManagedPolicyReferenceToPermissionSet sso:ProvisionPermissionSet",
        "can attach a policy of its choice to a permission set of Identity Center and roll it out",
    ),
    _plain(
        "sso-assign",
        "permission-set",
        "sso:CreateAccountAssignment",
        "can assign any permission set of Identity Center in any account",
    ),
    _plain(
        "sso-join-group",
        "permission-set",
        "identitystore:CreateGroupMembership",
        "can put a user of the identity store into any group",
        note="a user of the identity store",
    ),
    _plain(
        "sso-password",
        "permission-set",
        "sso-directory:UpdatePassword",
        "can change the password of any user of the identity store",
    ),
    _plain(
        "sso-remove-inline",
        "guardrail",
        "sso:DeleteInlinePolicyFromPermissionSet sso:ProvisionPermissionSet",
        "can take denies out of a permission set",
    ),
    _plain(
        "sso-detach-managed",
        "guardrail",
        "sso:DetachManagedPolicyFromPermissionSet sso:ProvisionPermissionSet",
        "can take policies off a permission set",
    ),
    _plain(
        "sso-remove-boundary",
        "guardrail",
        "sso:DeletePermissionsBoundaryFromPermissionSet",
        "can take the boundary off a permission set",
    ),
)

_FEDERATION = (
    passed(
        "cognito-set-roles",
        "cognito-identity",
        "cognito-identity:SetIdentityPoolRoles",
        "can hand {target} to the users of an identity pool",
    ),
    passed(
        "rolesanywhere",
        "rolesanywhere",
        "rolesanywhere:CreateTrustAnchor rolesanywhere:CreateProfile",
        "can sign in as {target} with certificates of its own",
    ),
    passed(
        "cognito-create-group",
        "cognito-identity",
        "cognito-idp:CreateGroup",
        "can hand {target} to a user pool group",
        note="a user of its own in the pool",
    ),
    passed(
        "cognito-update-group",
        "cognito-identity",
        "cognito-idp:UpdateGroup",
        "can hand {target} to a user pool group",
        note="a user of its own in the pool",
    ),
    Method(
        id="cognito-join-group",
        aim="workload",
        on=(),
        anywhere=("cognito-idp:AdminAddUserToGroup",),
        kinds=("cognito-identity-pool",),
        note="a user of its own in the pool",
        can="can put a user into a group of {workload}, whose users act as {target}",
    ),
    Method(
        id="cognito-set-password",
        aim="workload",
        on=(),
        anywhere=("cognito-idp:AdminSetUserPassword",),
        kinds=("cognito-identity-pool",),
        note="a user of the pool who may act as the role",
        can="can set the password of a user of {workload}, whose users act as {target}",
    ),
    Method(
        id="cognito-open-pool",
        aim="workload",
        on=("cognito-identity:UpdateIdentityPool",),
        kinds=("cognito-identity-pool",),
        can="can open {workload}, whose users act as {target}, to other sign-ins",
    ),
)

_SECRETS = (
    _plain("secret-get", "secret", "secretsmanager:GetSecretValue", "can read secrets"),
    _plain(
        "secret-policy",
        "secret",
        "secretsmanager:PutResourcePolicy",
        "can let anybody read a secret by its resource policy",
    ),
    _plain("parameter-get", "secret", "ssm:GetParameter", "can read parameters"),
    _plain("parameters-get", "secret", "ssm:GetParameters", "can read parameters"),
    _plain("parameters-by-path", "secret", "ssm:GetParametersByPath", "can read parameters by path"),
    _plain("parameter-history", "secret", "ssm:GetParameterHistory", "can read earlier values of parameters"),
    _plain(
        "agentcore-api-key",
        "secret",
        "bedrock-agentcore:GetWorkloadAccessToken bedrock-agentcore:GetResourceApiKey",
        "can take API keys out of an agent token vault",
    ),
    _plain(
        "agentcore-oauth-token",
        "secret",
        "bedrock-agentcore:GetWorkloadAccessToken bedrock-agentcore:GetResourceOauth2Token",
        "can take OAuth tokens out of an agent token vault",
    ),
    _plain(
        "agentcore-payment-token",
        "secret",
        "bedrock-agentcore:GetWorkloadAccessToken bedrock-agentcore:GetResourcePaymentToken",
        "can take payment tokens out of an agent token vault",
    ),
    _plain(
        "agentcore-oauth-any-user",
        "secret",
        "bedrock-agentcore:GetWorkloadAccessTokenForUserId bedrock-agentcore:GetResourceOauth2Token",
        "can take OAuth tokens of any user out of an agent token vault",
    ),
    _plain(
        "agentcore-api-key-any-user",
        "secret",
        "bedrock-agentcore:GetWorkloadAccessTokenForUserId bedrock-agentcore:GetResourceApiKey",
        "can take API keys out of an agent token vault in the name of any user",
    ),
    _plain(
        "agentcore-payment-any-user",
        "secret",
        "bedrock-agentcore:GetWorkloadAccessTokenForUserId bedrock-agentcore:GetResourcePaymentToken",
        "can take payment tokens of any user out of an agent token vault",
    ),
    _plain(
        "agentcore-api-key-jwt",
        "secret",
        "bedrock-agentcore:GetWorkloadAccessTokenForJWT bedrock-agentcore:GetResourceApiKey",
        "can take API keys out of an agent token vault in the name of a user whose token it holds",
    ),
    _plain(
        "agentcore-oauth-jwt",
        "secret",
        "bedrock-agentcore:GetWorkloadAccessTokenForJWT bedrock-agentcore:GetResourceOauth2Token",
        "can take OAuth tokens of a user whose token it holds out of an agent token vault",
    ),
    _plain(
        "agentcore-payment-jwt",
        "secret",
        "bedrock-agentcore:GetWorkloadAccessTokenForJWT bedrock-agentcore:GetResourcePaymentToken",
        "can take payment tokens of a user whose token it holds out of an agent token vault",
    ),
    _plain("kms-grant", "secret", "kms:CreateGrant", "can let anybody decrypt with a key by a grant"),
    _plain("kms-key-policy", "secret", "kms:PutKeyPolicy", "can let anybody decrypt with a key by its policy"),
    _plain("kms-decrypt", "secret", "kms:Decrypt", "can decrypt with a key"),
    _plain(
        "iam-service-credential",
        "credential",
        "iam:CreateServiceSpecificCredential",
        "can create service credentials, such as Bedrock API keys, for users",
    ),
    _plain(
        "iam-reset-service-credential",
        "credential",
        "iam:ResetServiceSpecificCredential",
        "can reset service credentials, such as Bedrock API keys, of users",
    ),
    _plain("iam-ssh-key", "credential", "iam:UploadSSHPublicKey", "can add SSH keys for CodeCommit to users"),
)

_GUARDRAILS = (
    _plain("organizations-detach", "guardrail", "organizations:DetachPolicy", "can take organization policies off"),
    _plain("organizations-update", "guardrail", "organizations:UpdatePolicy", "can rewrite organization policies"),
    _plain("organizations-delete", "guardrail", "organizations:DeletePolicy", "can delete organization policies"),
    _plain(
        "organizations-disable",
        "guardrail",
        "organizations:DisablePolicyType",
        "can switch a type of organization policy off",
    ),
    _plain("organizations-leave", "guardrail", "organizations:LeaveOrganization", "can leave the organization"),
    _plain(
        "organizations-move", "guardrail", "organizations:MoveAccount", "can move accounts out of reach of policies"
    ),
    _plain(
        "boundary-user", "guardrail", "iam:DeleteUserPermissionsBoundary", "can remove permissions boundaries of users"
    ),
    _plain(
        "boundary-role", "guardrail", "iam:DeleteRolePermissionsBoundary", "can remove permissions boundaries of roles"
    ),
    _plain(
        "boundary-user-put",
        "guardrail",
        "iam:PutUserPermissionsBoundary",
        "can replace permissions boundaries of users",
    ),
    _plain(
        "boundary-role-put",
        "guardrail",
        "iam:PutRolePermissionsBoundary",
        "can replace permissions boundaries of roles",
    ),
    _plain(
        "iam-delegation-associate",
        "guardrail",
        "iam:AcceptDelegationRequest iam:AssociateDelegationRequest",
        "can accept a partner's request for temporary access",
    ),
    _plain(
        "iam-delegation-token",
        "guardrail",
        "iam:AcceptDelegationRequest iam:SendDelegationToken",
        "can accept a partner's request for temporary access and hand it over",
    ),
    _plain(
        "lambda-code-signing",
        "guardrail",
        "lambda:UpdateCodeSigningConfig lambda:UpdateFunctionCode",
        "can lift the code signing of functions",
    ),
    _plain(
        "lambda-code-signing-delete",
        "guardrail",
        "lambda:DeleteFunctionCodeSigningConfig lambda:UpdateFunctionCode",
        "can take code signing off functions",
    ),
    _plain("bedrock-guardrail-update", "guardrail", "bedrock:UpdateGuardrail", "can rewrite Bedrock guardrails"),
    _plain("bedrock-guardrail-delete", "guardrail", "bedrock:DeleteGuardrail", "can delete Bedrock guardrails"),
    _plain(
        "bedrock-logging-delete",
        "guardrail",
        "bedrock:DeleteModelInvocationLoggingConfiguration",
        "can switch off the logging of model calls",
    ),
    _plain(
        "agentcore-policy-update", "guardrail", "bedrock-agentcore:UpdatePolicy", "can rewrite the policies of agents"
    ),
    _plain(
        "agentcore-policy-delete", "guardrail", "bedrock-agentcore:DeletePolicy", "can delete the policies of agents"
    ),
    _plain(
        "agentcore-gateway-update",
        "guardrail",
        "bedrock-agentcore:UpdateGateway",
        "can set the policies of a gateway to log only",
    ),
    _plain(
        "agentcore-resource-policy",
        "guardrail",
        "bedrock-agentcore:PutResourcePolicy",
        "can open agents to other accounts by a resource policy",
    ),
)

OTHER: tuple[Method, ...] = (*_SSO, *_FEDERATION, *_SECRETS, *_GUARDRAILS)
