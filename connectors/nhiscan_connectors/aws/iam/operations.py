"""The calls that nhiscan makes to IAM: a few sweeps and one report an account, and what only these leave open a user.

A call that is refused blinds the whole account only where no other call tells the same. For the others the parser
works out, from what was answered, who is unknown, and names them in a gap of its own.
"""

from __future__ import annotations

from nhiscan.connector import Operation
from nhiscan.model import Aspect


def _operation(
    name: str, purpose: str, hides: str, *blinds: Aspect, drop: tuple[str, ...] = (), optional: bool = False
) -> Operation:
    return Operation(
        name=f"iam:{name}",
        permission=f"iam:{name}",
        purpose=purpose,
        hides=hides,
        blinds=blinds,
        drop=drop,
        optional=optional,
    )


DETAILS = _operation(
    "GetAccountAuthorizationDetails",
    "lists users, roles, groups and policies in one sweep",
    "which roles and groups exist, what users, roles and groups may do, and when roles were last used",
    "identities", "policies", "trust", "owners", "activity",
)  # fmt: skip
ROLES = _operation(
    "ListRoles",
    "reads the longest session and the description of all roles, which the sweep leaves out",
    "how long a session of a role may last, and what its description says",
)
GENERATE = _operation(
    "GenerateCredentialReport",
    "has AWS write the credential report that is read next",
    "a current credential report: an older one, or none, is read instead",
)
REPORT = _operation(
    "GetCredentialReport",
    "reads passwords, second factors, keys and their last use of all users in one report",
    "when passwords were changed, what the root user has and when it was last used; users are asked for one by one",
)
SUMMARY = _operation(
    "GetAccountSummary",
    "tells whether the root user has a password, keys and a second factor",
    "whether the root user has a password, and whether it has keys where the credential report does not say so",
)
USERS = _operation(
    "ListUsers",
    "reads when passwords were last used, where there is no credential report",
    "when passwords were last used",
)
KEYS = _operation(
    "ListAccessKeys",
    "reads the ids and dates of the access keys of users that have some",
    "the ids of access keys, and which keys a user has whom the credential report does not name",
)
KEY_USED = _operation(
    "GetAccessKeyLastUsed",
    "tells when a key was last used, where the report leaves open which of a user's keys it speaks of",
    "when some access keys were last used",
)
LOGIN = _operation(
    "GetLoginProfile",
    "tells whether a user has a password, where the report does not name the user",
    "whether a user has a password whom the credential report does not name",
)
MFA = _operation(
    "ListMFADevices",
    "reads the second factors of users that have one which is not virtual",
    "which kind of second factor some users have, and whether users have one whom the credential report does not name",
)
VIRTUAL_MFA = _operation(
    "ListVirtualMFADevices",
    "lists the virtual second factors of all users in one sweep",
    "which second factors are virtual ones",
    # AWS leaves the seeds out of the list; an answer that has them all the same must not reach a disk.
    drop=("Base32StringSeed", "QRCodePNG"),
)
SPECIFIC = _operation(
    "ListServiceSpecificCredentials",
    "lists the keys of single services, such as Bedrock, of all users in one sweep",
    "which Bedrock and other service API keys exist",
    drop=("ServicePassword", "ServiceCredentialSecret"),
)
SSH_KEYS = _operation(
    "ListSSHPublicKeys",
    "reads the SSH keys of users whose policies open CodeCommit, the only place for them",
    "which SSH keys open CodeCommit",
    drop=("SSHPublicKeyBody",),
)
SIGNING = _operation(
    "ListSigningCertificates",
    "reads the signing certificates of users that have some",
    "the ids of signing certificates, and which ones a user has whom the credential report does not name",
    drop=("CertificateBody",),
)
SERVER_CERTIFICATES = _operation(
    "ListServerCertificates",
    "lists server certificates and their expiry",
    "which server certificates IAM keeps, and when they expire",
)
OIDC_LIST = _operation(
    "ListOpenIDConnectProviders",
    "lists the outside token issuers that the account knows",
    "which outside token issuers the account knows; those that a role trusts are known from its trust policy",
)
OIDC = _operation(
    "GetOpenIDConnectProvider",
    "reads the audiences and the tags of an outside token issuer",
    "which audiences of an outside token issuer are accepted",
)
SAML_LIST = _operation(
    "ListSAMLProviders",
    "lists SAML providers and the end of their validity",
    "which SAML providers the account knows, and until when they are valid",
)
OUTBOUND = _operation(
    "GetOutboundWebIdentityFederationInfo",
    "tells whether identities of the account may prove themselves outside of AWS",
    "whether identities of the account may prove themselves outside of AWS",
)
DELEGATION = _operation(
    "ListDelegationRequests",
    "lists partners that asked for temporary access, and who let them in",
    "which partners have temporary access",
    # Where the partner's own site goes on from; it may carry a token.
    drop=("RedirectUrl",),
)
POLICY = _operation(
    "GetPolicy",
    "finds the version in force of a policy that somebody holds and the sweep did not give",
    "what a policy allows that the sweep did not give",
)
POLICY_VERSION = _operation(
    "GetPolicyVersion",
    "reads the document of a policy that somebody holds and the sweep did not give",
    "what a policy allows that the sweep did not give",
)

USAGE_JOB = _operation(
    "GenerateServiceLastAccessedDetails",
    "has AWS work out which services and actions an identity used, where --usage asks for it",
    "which of its permissions an identity uses",
    "usage",
    optional=True,
)
USAGE = _operation(
    "GetServiceLastAccessedDetails",
    "reads which services and actions an identity used, and when",
    "which of its permissions an identity uses",
    "usage",
    optional=True,
)

OPERATIONS = (
    DETAILS, ROLES, GENERATE, REPORT, SUMMARY, USERS, KEYS, KEY_USED, LOGIN, MFA, VIRTUAL_MFA, SPECIFIC, SSH_KEYS,
    SIGNING, SERVER_CERTIFICATES, OIDC_LIST, OIDC, SAML_LIST, OUTBOUND, DELEGATION, POLICY, POLICY_VERSION,
    USAGE_JOB, USAGE,
)  # fmt: skip

NEVER = (
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreateServiceSpecificCredential",
    "iam:CreateVirtualMFADevice",
    "iam:ResetServiceSpecificCredential",
    "iam:SendDelegationToken",
    "iam:UpdateLoginProfile",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:AssumeRoot",
    "sts:GetDelegatedAccessToken",
    "sts:GetFederationToken",
    "sts:GetSessionToken",
    "sts:GetWebIdentityToken",
)
"""Calls that hand out a secret or a session, or set one."""
