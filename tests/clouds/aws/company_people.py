"""The people of the company: in Identity Center since three years, and some still as IAM users from before."""

from __future__ import annotations

from typing import Final

from tests.clouds.aws.company_shape import Company, tags
from tests.clouds.aws.seed import ago, allow, trust

PEOPLE: Final = (
    ("Robert Keller", "robert.keller", "Chief Information Officer", "Leadership"),
    ("Helena Brandt", "helena.brandt", "Chief Information Security Officer", "Security"),
    ("Yusuf Demir", "yusuf.demir", "Security Engineer", "Security"),
    ("Ingrid Solberg", "ingrid.solberg", "Head of Platform", "Platform"),
    ("Tomas Herrera", "tomas.herrera", "Platform Engineer", "Platform"),
    ("Priya Nair", "priya.nair", "Platform Engineer", "Platform"),
    ("Daniel Okafor", "daniel.okafor", "Site Reliability Engineer", "Platform"),
    ("Peter Novak", "peter.novak", "IT Operations", "Operations"),
    ("Mei Tanaka", "mei.tanaka", "Engineering Manager", "Engineering"),
    ("Lukas Weber", "lukas.weber", "Software Engineer", "Engineering"),
    ("Sofia Ricci", "sofia.ricci", "Software Engineer", "Engineering"),
    ("Arjun Mehta", "arjun.mehta", "Software Engineer", "Engineering"),
    ("Chloe Martin", "chloe.martin", "Software Engineer", "Engineering"),
    ("Nils Johansson", "nils.johansson", "Integration Engineer", "Engineering"),
    ("Aisha Rahman", "aisha.rahman", "Frontend Engineer", "Engineering"),
    ("Emma Larsson", "emma.larsson", "Quality Engineer", "Engineering"),
    ("Ravi Subramanian", "ravi.subramanian", "Software Engineer", "Engineering"),
    ("Olivia Chen", "olivia.chen", "Head of Data", "Data"),
    ("Mateo Silva", "mateo.silva", "Machine Learning Engineer", "Data"),
    ("Leila Haddad", "leila.haddad", "Data Analyst", "Data"),
    ("Hannah Fischer", "hannah.fischer", "Data Engineer", "Data"),
    ("Grace Murphy", "grace.murphy", "Cloud Cost Analyst", "Finance"),
    ("Jonas Lindholm", "jonas.lindholm", "Finance Controller", "Finance"),
    ("Marta Kowalska", "marta.kowalska", "Customer Support Specialist", "Support"),
    ("Elif Kaya", "elif.kaya", "Customer Support Lead", "Support"),
)
"""Name, address before the @, title, group. Viktor Lindqvist and Dana Whitfield left and are not here any more."""


def seed_people(company: Company) -> None:
    """Fill Identity Center, and hand out permission sets."""
    center = company.management.identity_center("eu-west-1")
    members: dict[str, list[str]] = {}
    for name, address, title, group in PEOPLE:
        user = center.person(name, f"{address}@harbourline.example", title, "Employee")
        members.setdefault(group, []).append(user)
    groups = {name: center.group(name, users) for name, users in members.items()}
    administrator = center.permission_set("AdministratorAccess", ["AdministratorAccess"], session="PT4H")
    power = center.permission_set("PowerUser", ["PowerUserAccess"])
    readers = center.permission_set("ReadOnly", ["ReadOnlyAccess"])
    auditors = center.permission_set("SecurityAudit", ["SecurityAudit", "ViewOnlyAccess"])
    billing = center.permission_set("Billing", ["Billing"])
    management, production, development = company.accounts
    for group, permission, accounts in (
        ("Platform", administrator, (production, development)),
        ("Security", auditors, (management, production, development)),
        ("Engineering", power, (development,)),
        ("Engineering", readers, (production,)),
        ("Data", power, (development,)),
        ("Finance", billing, (management,)),
        ("Leadership", readers, (management,)),
    ):
        for account in accounts:
            company.is_a("human", center.assign(groups[group], permission, account))
    company.is_a("human", center.assign(members["Platform"][0], administrator, management))
    issuer = center.trusted_issuer(
        "entra", "https://login.microsoftonline.com/3d2f0c51-6a5b-4e0e-9f0e-5b1d7c1a9b10/v2.0"
    )
    center.application(
        "Freight Dashboards",
        grants=[
            {
                "GrantType": "urn:ietf:params:oauth:grant-type:jwt-bearer",
                "Grant": {
                    "JwtBearer": {
                        "AuthorizedTokenIssuers": [
                            {"TrustedTokenIssuerArn": issuer, "AuthorizedAudiences": ["api://freight-dashboards"]}
                        ]
                    }
                },
            }
        ],
        assigned=[groups["Data"], groups["Leadership"]],
        created=ago(310),
    )
    center.application("Amazon Q Developer", provider="qdeveloper", assigned=[groups["Engineering"]], created=ago(190))


def seed_old_users(company: Company) -> None:
    """IAM users of people, from before Identity Center; most should have gone when it came."""
    management, production, development = company.accounts
    management.group("Administrators", attach=["AdministratorAccess"], created=ago(2150))
    production.group("Operators", attach=["ReadOnlyAccess", "AWSSupportAccess"], created=ago(2000))
    development.group("Developers", attach=["PowerUserAccess"], created=ago(1890))

    keeper = management.user("ingrid.solberg", ago(2140), tags("ingrid.solberg", "Platform"), ["Administrators"])
    keeper.password(changed=ago(220), last_used=ago(12)).mfa(ago(2139))
    keeper.key(ago(905), ago(3), service="organizations")
    glass = management.user("breakglass", ago(1400), tags("helena.brandt", "Security"), ["Administrators"])
    glass.password(changed=ago(90), last_used=ago(92)).mfa(ago(1400), kind="fido")

    operator = production.user("peter.novak", ago(1720), tags("peter.novak", "Operations"), ["Operators"])
    operator.password(changed=ago(1310), last_used=ago(38))  # and no second factor
    engineer = production.user("tomas.herrera", ago(1200), tags("tomas.herrera", "Platform"), ["Operators"])
    engineer.password(changed=ago(150), last_used=ago(101)).mfa(ago(1199), kind="hardware")
    # He left in the spring. His password sleeps; his key does not, for a script of the warehouse still runs with it.
    departed = production.user(
        "viktor.lindqvist", ago(1980), tags("viktor.lindqvist", "Integration"), ["Operators"], ["AmazonS3FullAccess"]
    )
    departed.password(changed=ago(700), last_used=ago(214))
    departed.key(ago(1105), ago(1), service="s3", region="eu-west-1")

    several = development.user("arjun.mehta", ago(1020), tags("arjun.mehta", "Engineering"), ["Developers"])
    several.password(changed=ago(400), last_used=ago(2)).mfa(ago(380))
    several.key(ago(610), ago(190), service="sts")
    several.key(ago(75), ago(1), service="cloudformation", region="eu-west-1")
    unused = development.user("chloe.martin", ago(410), tags("chloe.martin", "Engineering"), ["Developers"])
    unused.password()
    # A person's user that a machine uses: the integration tests run under his name every night.
    mixed = development.user("nils.johansson", ago(1150), tags("nils.johansson", "Engineering"), ["Developers"])
    mixed.password(changed=ago(1150), last_used=ago(6))
    mixed.key(ago(820), ago(0.2), service="sqs", region="eu-west-1")
    company.is_a("human", keeper, glass, operator, engineer, departed, several, unused, mixed)

    auditor = management.role(
        "nhiscan-audit",
        trust({"AWS": management.arn("root")}, StringEquals={"sts:ExternalId": "harbourline-audit-2026"}),
        created=ago(20),
        attach=["SecurityAudit"],
        inline={"NhiscanSupplement": allow("bedrock-agentcore:List*", "iam:ListServiceSpecificCredentials")},
        tags=tags("helena.brandt", "Security"),
    )
    company.is_a("legacy_service", auditor)
