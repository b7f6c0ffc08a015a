"""The calls that nhiscan makes to IAM: one sweep and one report an account, and what only these leave open a user."""

from __future__ import annotations

from nhiscan.connector import Operation


def _operation(
    name: str, purpose: str, hides: str, *blinds: str, drop: tuple[str, ...] = (), about: str = ""
) -> Operation:
    return Operation(
        name=f"iam:{name}",
        permission=f"iam:{name}",
        purpose=purpose,
        hides=hides,
        blinds=blinds,  # type: ignore[arg-type]
        drop=drop,
        about=about,
    )


DETAILS = _operation(
    "GetAccountAuthorizationDetails",
    "lists users, roles, groups and policies in one sweep",
    "which users, roles and groups exist and what they may do",
    "identities", "credentials", "policies", "trust", "owners", "activity",
)  # fmt: skip
GENERATE = _operation(
    "GenerateCredentialReport",
    "has AWS write the credential report that is read next",
    "a current credential report",
)
REPORT = _operation(
    "GetCredentialReport",
    "reads passwords, second factors, keys and their last use of all users in one report",
    "which users have passwords, second factors and keys, and when they were last used",
    "credentials", "activity", "mfa",
)  # fmt: skip
SUMMARY = _operation(
    "GetAccountSummary",
    "tells whether the root user has keys and a second factor",
    "whether the root user has keys",
)
KEYS = _operation(
    "ListAccessKeys",
    "reads the ids and dates of a user's access keys",
    "the ids of access keys",
    "credentials",
    about="UserName",
)
KEY_USED = _operation(
    "GetAccessKeyLastUsed",
    "tells which of a user's keys was used when, where the report leaves it open",
    "when an access key was last used",
    "activity",
)
LOGIN = _operation(
    "GetLoginProfile",
    "tells whether a user that the report does not have has a password",
    "whether a user has a password",
    "credentials",
    about="UserName",
)
MFA = _operation(
    "ListMFADevices",
    "reads the kind of a user's second factor where it is not a virtual one",
    "which kind of second factor a user has",
    "mfa",
    about="UserName",
)
VIRTUAL_MFA = _operation(
    "ListVirtualMFADevices",
    "lists the virtual second factors of all users in one sweep",
    "which virtual second factors exist",
    # AWS leaves these out of the list; an answer that has them all the same must not reach a disk.
    drop=("Base32StringSeed", "QRCodePNG"),
)
SPECIFIC = _operation(
    "ListServiceSpecificCredentials",
    "lists the API keys of single services, such as Bedrock, of all users in one sweep",
    "which Bedrock and other service API keys exist",
    "credentials",
    drop=("ServicePassword", "ServiceCredentialSecret"),
)
SSH_KEYS = _operation(
    "ListSSHPublicKeys",
    "reads the SSH keys of users whose policies open CodeCommit",
    "which SSH keys exist",
    "credentials",
    about="UserName",
)
SIGNING = _operation(
    "ListSigningCertificates",
    "reads the dates of a user's signing certificates",
    "signing certificates",
    "credentials",
    about="UserName",
)
SERVER_CERTIFICATES = _operation(
    "ListServerCertificates", "lists server certificates and their expiry", "which server certificates exist"
)
OIDC_LIST = _operation(
    "ListOpenIDConnectProviders",
    "lists the outside token issuers that the account trusts",
    "which outside token issuers the account trusts",
    "trust",
)
OIDC = _operation(
    "GetOpenIDConnectProvider", "reads issuer and audiences of a trusted token issuer", "audiences of a token issuer"
)
SAML_LIST = _operation(
    "ListSAMLProviders", "lists SAML providers and the end of their validity", "which SAML providers exist", "trust"
)
OUTBOUND = _operation(
    "GetOutboundWebIdentityFederationInfo",
    "tells whether identities of the account may prove themselves outside of AWS",
    "whether identities of the account may prove themselves outside of AWS",
)
DELEGATION = _operation(
    "ListDelegationRequests",
    "lists partners that asked for temporary access",
    "which partners have temporary access",
)

OPERATIONS = (
    DETAILS, GENERATE, REPORT, SUMMARY, KEYS, KEY_USED, LOGIN, MFA, VIRTUAL_MFA, SPECIFIC, SSH_KEYS, SIGNING,
    SERVER_CERTIFICATES, OIDC_LIST, OIDC, SAML_LIST, OUTBOUND, DELEGATION,
)  # fmt: skip

NEVER = (
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreateServiceSpecificCredential",
    "iam:CreateVirtualMFADevice",
    "iam:ResetServiceSpecificCredential",
    "iam:UpdateLoginProfile",
)
