"""Controls: which demands of which frameworks a kind of finding touches.

Each constant is one kind of fault with the controls that it speaks to; a rule names the constant, or joins several.
A mapping says that the finding is evidence about the control, not that the control is met or broken as a whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

import msgspec

from nhiscan.rule import Controls


class Framework(msgspec.Struct, frozen=True, kw_only=True):
    """A set of demands that companies are measured by."""

    name: str
    """As it stands in findings: "NIST 800-53"."""
    edition: str
    url: str
    titles: Mapping[str, str]
    """What each control that nhiscan speaks to is called, by id."""


_OWASP_NHI: Final = Framework(
    name="OWASP NHI",
    edition="Non-Human Identities Top 10, 2025",
    url="https://owasp.org/www-project-non-human-identities-top-10/2025/",
    titles={
        "NHI1:2025": "Improper Offboarding",
        "NHI2:2025": "Secret Leakage",
        "NHI3:2025": "Vulnerable Third-Party NHI",
        "NHI4:2025": "Insecure Authentication",
        "NHI5:2025": "Overprivileged NHI",
        "NHI6:2025": "Insecure Cloud Deployment Configurations",
        "NHI7:2025": "Long-Lived Secrets",
        "NHI8:2025": "Environment Isolation",
        "NHI9:2025": "NHI Reuse",
        "NHI10:2025": "Human Use of NHI",
    },
)

_OWASP_ASI: Final = Framework(
    name="OWASP ASI",
    edition="Top 10 for Agentic Applications, 2026",
    url="https://genai.owasp.org/resource/owasp-top-10-for-agentic-applications-for-2026/",
    titles={
        "ASI02": "Tool Misuse and Exploitation",
        "ASI03": "Identity and Privilege Abuse",
        "ASI04": "Agentic Supply Chain Vulnerabilities",
        "ASI07": "Insecure Inter-Agent Communication",
        "ASI08": "Cascading Failures",
        "ASI09": "Human-Agent Trust Exploitation",
        "ASI10": "Rogue Agents",
    },
)

_NIST: Final = Framework(
    name="NIST 800-53",
    edition="SP 800-53 Revision 5",
    url="https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final",
    titles={
        "AC-2": "Account Management",
        "AC-2(3)": "Disable Accounts",
        "AC-2(6)": "Dynamic Privilege Management",
        "AC-2(9)": "Restrictions on Use of Shared and Group Accounts",
        "AC-3": "Access Enforcement",
        "AC-3(13)": "Attribute-based Access Control",
        "AC-4": "Information Flow Enforcement",
        "AC-6": "Least Privilege",
        "AC-6(5)": "Privileged Accounts",
        "AC-6(10)": "Prohibit Non-privileged Users from Executing Privileged Functions",
        "AC-20": "Use of External Systems",
        "AU-2": "Event Logging",
        "AU-10": "Non-repudiation",
        "AU-12": "Audit Record Generation",
        "CM-8": "System Component Inventory",
        "IA-2": "Identification and Authentication (Organizational Users)",
        "IA-2(1)": "Multi-factor Authentication to Privileged Accounts",
        "IA-2(2)": "Multi-factor Authentication to Non-privileged Accounts",
        "IA-4": "Identifier Management",
        "IA-4(4)": "Identify User Status",
        "IA-5": "Authenticator Management",
        "IA-5(7)": "No Embedded Unencrypted Static Authenticators",
        "IA-9": "Service Identification and Authentication",
        "PS-4": "Personnel Termination",
        "SA-9": "External System Services",
        "SA-22": "Unsupported System Components",
        "SC-7": "Boundary Protection",
        "SC-12": "Cryptographic Key Establishment and Management",
        "SR-3": "Supply Chain Controls and Processes",
    },
)

_ISO: Final = Framework(
    name="ISO 27001",
    edition="ISO/IEC 27001:2022, Annex A",
    url="https://www.iso.org/standard/27001",
    titles={
        "A.5.9": "Inventory of information and other associated assets",
        "A.5.15": "Access control",
        "A.5.16": "Identity management",
        "A.5.17": "Authentication information",
        "A.5.18": "Access rights",
        "A.5.19": "Information security in supplier relationships",
        "A.5.20": "Information security in supplier agreements",
        "A.5.21": "Information security in the ICT supply chain",
        "A.5.22": "Monitoring, review and change of supplier services",
        "A.8.2": "Privileged access rights",
        "A.8.3": "Information access restriction",
        "A.8.4": "Access to source code",
        "A.8.5": "Secure authentication",
        "A.8.15": "Logging",
        "A.8.31": "Separation of development, test and production environments",
    },
)

_SOC2: Final = Framework(
    name="SOC 2",
    edition="Trust Services Criteria 2017, points of focus of 2022",
    url="https://www.aicpa-cima.com/resources/download/2017-trust-services-criteria-with-revised-points-of-focus-2022",
    titles={
        "CC6.1": "Logical access to protected assets",
        "CC6.2": "Registration and removal of users",
        "CC6.3": "Access by role, least privilege and separation of duties",
        "CC6.6": "Threats from outside the boundary",
        "CC7.2": "Monitoring for anomalies",
        "CC9.2": "Risk of vendors and partners",
    },
)

_GDPR: Final = Framework(
    name="GDPR",
    edition="Regulation (EU) 2016/679",
    url="https://eur-lex.europa.eu/eli/reg/2016/679/oj",
    titles={
        "Art. 5(2)": "Accountability",
        "Art. 25": "Data protection by design and by default",
        "Art. 28": "Processor",
        "Art. 30": "Records of processing activities",
        "Art. 32": "Security of processing",
        "Art. 44": "General principle for transfers",
    },
)

_CIS_AWS: Final = Framework(
    name="CIS AWS 7.0",
    edition="Amazon Web Services Foundations Benchmark 7.0",
    url="https://www.cisecurity.org/benchmark/amazon_web_services",
    titles={
        "2.4": "No access key of the root user",
        "2.10": "A second factor for every user with a console password",
        "2.11": "No credential unused for 45 days or more",
        "2.12": "Access keys rotated every 90 days or less",
        "2.14": "No policy attached that allows everything on everything",
        "2.16": "Instance roles instead of stored keys",
        "2.21": "No resource policy open to everyone",
    },
)

_ATTACK: Final = Framework(
    name="MITRE ATT&CK",
    edition="Enterprise",
    url="https://attack.mitre.org/",
    titles={
        "T1078": "Valid Accounts",
        "T1078.004": "Valid Accounts: Cloud Accounts",
        "T1098.001": "Account Manipulation: Additional Cloud Credentials",
        "T1098.003": "Account Manipulation: Additional Cloud Roles",
        "T1110": "Brute Force",
        "T1199": "Trusted Relationship",
        "T1496.004": "Resource Hijacking: Cloud Service Hijacking",
        "T1548.005": "Abuse Elevation Control Mechanism: Temporary Elevated Cloud Access",
        "T1552": "Unsecured Credentials",
        "T1552.001": "Unsecured Credentials: Credentials In Files",
        "T1671": "Cloud Application Integration",
    },
)

FRAMEWORKS: Final[Mapping[str, Framework]] = {
    framework.name: framework for framework in (_OWASP_NHI, _OWASP_ASI, _NIST, _ISO, _SOC2, _GDPR, _CIS_AWS, _ATTACK)
}
"""Every framework by name, in the order in which documents list them."""


def join(*parts: Controls) -> dict[str, tuple[str, ...]]:
    """The controls of several kinds of fault together, each once, in the order of `FRAMEWORKS`."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for part in parts:
        for framework, ids in part.items():
            found[framework].update(dict.fromkeys(ids))
    return {name: tuple(found[name]) for name in FRAMEWORKS if name in found}


STALE: Final[Controls] = {
    "OWASP NHI": ("NHI1:2025",),
    "NIST 800-53": ("AC-2(3)", "IA-5"),
    "ISO 27001": ("A.5.18",),
    "SOC 2": ("CC6.2",),
    "GDPR": ("Art. 32",),
    "CIS AWS 7.0": ("2.11",),
    "MITRE ATT&CK": ("T1078.004",),
}
"""An identity or a credential that nobody uses."""

ORPHAN: Final[Controls] = {
    "OWASP NHI": ("NHI1:2025",),
    "OWASP ASI": ("ASI10",),
    "NIST 800-53": ("AC-2", "AC-2(3)", "PS-4"),
    "ISO 27001": ("A.5.9", "A.5.16"),
    "SOC 2": ("CC6.2",),
    "GDPR": ("Art. 5(2)",),
    "MITRE ATT&CK": ("T1078.004",),
}
"""Nobody answers for it, or whoever did has left."""

LONG_LIVED: Final[Controls] = {
    "OWASP NHI": ("NHI7:2025",),
    "NIST 800-53": ("IA-5", "SC-12"),
    "ISO 27001": ("A.5.17",),
    "SOC 2": ("CC6.1",),
    "GDPR": ("Art. 32",),
    "MITRE ATT&CK": ("T1098.001", "T1552"),
}
"""A secret that works until someone revokes it."""

EXPIRY: Final[Controls] = {
    "OWASP NHI": ("NHI7:2025",),
    "NIST 800-53": ("IA-5", "SC-12"),
    "ISO 27001": ("A.5.17", "A.8.2"),
    "SOC 2": ("CC6.1",),
    "GDPR": ("Art. 32",),
}
"""A secret that much hangs on runs out unattended."""

UNROTATED: Final[Controls] = join(LONG_LIVED, {"CIS AWS 7.0": ("2.12",)})
"""A secret that has not been changed for long."""

STORED_KEY: Final[Controls] = join(LONG_LIVED, {"CIS AWS 7.0": ("2.16",)})
"""A stored secret where the platform would give a short-lived one."""

EXPOSED_SECRET: Final[Controls] = {
    "OWASP NHI": ("NHI2:2025",),
    "NIST 800-53": ("IA-5(7)",),
    "ISO 27001": ("A.5.17", "A.8.4"),
    "SOC 2": ("CC6.1",),
    "GDPR": ("Art. 32",),
    "MITRE ATT&CK": ("T1552.001",),
}
"""A secret that stands in the open: in an environment variable, a parameter, a configuration."""

OVER_PRIVILEGED: Final[Controls] = {
    "OWASP NHI": ("NHI5:2025",),
    "OWASP ASI": ("ASI03",),
    "NIST 800-53": ("AC-6", "AC-6(5)"),
    "ISO 27001": ("A.8.2",),
    "SOC 2": ("CC6.3",),
    "GDPR": ("Art. 25", "Art. 32"),
    "CIS AWS 7.0": ("2.14",),
    "MITRE ATT&CK": ("T1078.004",),
}
"""It may do more than its work needs."""

ESCALATION: Final[Controls] = {
    "OWASP NHI": ("NHI5:2025",),
    "OWASP ASI": ("ASI03",),
    "NIST 800-53": ("AC-3", "AC-6(10)"),
    "ISO 27001": ("A.8.2",),
    "SOC 2": ("CC6.3",),
    "GDPR": ("Art. 32",),
    "MITRE ATT&CK": ("T1098.003", "T1548.005"),
}
"""It can give itself, or take, more than it was given."""

WEAK_TRUST: Final[Controls] = {
    "OWASP NHI": ("NHI6:2025",),
    "OWASP ASI": ("ASI07",),
    "NIST 800-53": ("AC-20", "IA-9"),
    "ISO 27001": ("A.5.15",),
    "SOC 2": ("CC6.6",),
    "GDPR": ("Art. 32",),
    "MITRE ATT&CK": ("T1199",),
}
"""It lets in whom it does not know well enough."""

PUBLIC_TRUST: Final[Controls] = join(WEAK_TRUST, {"CIS AWS 7.0": ("2.21",)})
"""It lets in everyone."""

THIRD_PARTY: Final[Controls] = {
    "OWASP NHI": ("NHI3:2025",),
    "OWASP ASI": ("ASI04",),
    "NIST 800-53": ("AC-20", "SA-9", "SR-3"),
    "ISO 27001": ("A.5.19", "A.5.20", "A.5.21", "A.5.22"),
    "SOC 2": ("CC9.2",),
    "GDPR": ("Art. 28",),
    "MITRE ATT&CK": ("T1199", "T1671"),
}
"""Somebody outside the company comes in by it."""

SHARED: Final[Controls] = {
    "OWASP NHI": ("NHI9:2025",),
    "OWASP ASI": ("ASI03",),
    "NIST 800-53": ("AC-2(9)", "AU-10", "IA-4"),
    "ISO 27001": ("A.5.16",),
    "SOC 2": ("CC6.1",),
    "GDPR": ("Art. 5(2)",),
}
"""Several things act as one identity."""

ENVIRONMENTS: Final[Controls] = {
    "OWASP NHI": ("NHI8:2025",),
    "OWASP ASI": ("ASI08",),
    "NIST 800-53": ("AC-4", "SC-7"),
    "ISO 27001": ("A.8.31",),
    "SOC 2": ("CC6.1",),
    "GDPR": ("Art. 25",),
}
"""Development and production are not kept apart."""

HUMAN_USE: Final[Controls] = {
    "OWASP NHI": ("NHI10:2025",),
    "OWASP ASI": ("ASI03", "ASI09"),
    "NIST 800-53": ("AU-10", "IA-2", "IA-4(4)"),
    "ISO 27001": ("A.5.16", "A.8.5"),
    "SOC 2": ("CC6.1",),
    "GDPR": ("Art. 5(2)",),
    "MITRE ATT&CK": ("T1078",),
}
"""A person acts as a service, or a machine as a person."""

NO_AUDIT_TRAIL: Final[Controls] = {
    "OWASP ASI": ("ASI10",),
    "NIST 800-53": ("AU-2", "AU-10", "AU-12"),
    "ISO 27001": ("A.8.15",),
    "SOC 2": ("CC7.2",),
    "GDPR": ("Art. 30", "Art. 32"),
}
"""What it does cannot be traced to somebody."""

OUTSIDE_POLICY: Final[Controls] = {
    "OWASP NHI": ("NHI5:2025", "NHI7:2025"),
    "OWASP ASI": ("ASI03",),
    "NIST 800-53": ("AC-2(6)", "AC-3(13)", "AC-4"),
    "ISO 27001": ("A.5.15", "A.8.3"),
    "SOC 2": ("CC6.3",),
    "GDPR": ("Art. 25", "Art. 44"),
}
"""An agent goes beyond the policy that the company set for it, or has none."""

STANDING_ACCESS: Final[Controls] = {
    "OWASP NHI": ("NHI7:2025",),
    "OWASP ASI": ("ASI03",),
    "NIST 800-53": ("AC-2(6)", "AC-6"),
    "ISO 27001": ("A.5.18", "A.8.2"),
    "SOC 2": ("CC6.3",),
    "GDPR": ("Art. 25",),
    "MITRE ATT&CK": ("T1548.005",),
}
"""It holds at all times what it needs for an hour."""

OPERATOR_MFA: Final[Controls] = {
    "OWASP NHI": ("NHI4:2025",),
    "OWASP ASI": ("ASI09",),
    "NIST 800-53": ("IA-2(1)", "IA-2(2)"),
    "ISO 27001": ("A.8.5",),
    "SOC 2": ("CC6.1",),
    "GDPR": ("Art. 32",),
    "CIS AWS 7.0": ("2.10",),
    "MITRE ATT&CK": ("T1078.004", "T1110"),
}
"""A person who can change identities signs in with a password alone."""

WEAK_FACTOR: Final[Controls] = {
    "OWASP NHI": ("NHI4:2025",),
    "OWASP ASI": ("ASI09",),
    "NIST 800-53": ("IA-2(1)", "IA-2(2)"),
    "ISO 27001": ("A.8.5",),
    "SOC 2": ("CC6.1",),
    "GDPR": ("Art. 32",),
    "MITRE ATT&CK": ("T1078.004",),
}
"""A person signs in with a second factor that a forged page can take."""

ROOT_KEY: Final[Controls] = join(
    LONG_LIVED,
    {
        "OWASP NHI": ("NHI5:2025",),
        "NIST 800-53": ("AC-6(5)",),
        "ISO 27001": ("A.8.2",),
        "CIS AWS 7.0": ("2.4",),
        "MITRE ATT&CK": ("T1078.004",),
    },
)
"""A program can act as the first user of an account."""

MODEL_ABUSE: Final[Controls] = {"OWASP ASI": ("ASI03",), "MITRE ATT&CK": ("T1496.004",)}
"""Whoever takes it can run models at the company's cost."""

SHADOW_AGENT: Final[Controls] = {
    "OWASP NHI": ("NHI1:2025",),
    "OWASP ASI": ("ASI10",),
    "NIST 800-53": ("AC-2", "CM-8"),
    "ISO 27001": ("A.5.9",),
    "SOC 2": ("CC6.1",),
    "GDPR": ("Art. 30",),
}
"""An agent or a tool server that stands in no register."""

OPEN_AGENT: Final[Controls] = {
    "OWASP NHI": ("NHI4:2025", "NHI6:2025"),
    "OWASP ASI": ("ASI02", "ASI03"),
    "NIST 800-53": ("AC-3", "IA-9", "SC-7"),
    "ISO 27001": ("A.5.15", "A.8.3"),
    "SOC 2": ("CC6.1", "CC6.6"),
    "GDPR": ("Art. 32",),
}
"""Anybody can put an agent or its tools to work."""

UNSUPPORTED_PLATFORM: Final[Controls] = {
    "OWASP ASI": ("ASI04",),
    "NIST 800-53": ("SA-22",),
    "ISO 27001": ("A.5.22",),
    "SOC 2": ("CC9.2",),
}
"""It runs on something that its maker no longer develops."""
