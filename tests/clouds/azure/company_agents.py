"""The company's agents: those of a Foundry project, their identities and blueprints, and a bot."""

from __future__ import annotations

from tests.clouds.azure import seed_directory
from tests.clouds.azure.company_resources import OPENAI_USER, hosted, tags
from tests.clouds.azure.seed import CONTRIBUTOR, Tenant, ago
from tests.clouds.azure.seed_ai import agent, ai_account, connection, deployment, project
from tests.clouds.azure.state import Item


def seed_agents(tenant: Tenant, people: dict[str, Item], production: Item, applications: dict[str, Item]) -> None:
    """Make a project with three agents, one of which has a mailbox, and a bot that signs in with a secret."""
    account = ai_account(tenant, production, "harbourline-foundry", dateCreated=ago(205))
    account["tags"] = tags("olivia.chen", "Data")
    hosted(tenant, account, 205)
    deployment(tenant, account, "gpt-5", "gpt-5")
    claims = project(tenant, account, "claims")
    hosted(tenant, claims, 200)
    connection(tenant, claims, "freight-mcp", "CustomKeys", "RemoteTool", "https://mcp.fleetpulse.example/freight")
    sponsored, principal = seed_directory.blueprint(tenant, "claims-agents", createdDateTime=ago(190))
    tenant.relate("applications", sponsored, "sponsors", people["olivia.chen"])
    tenant.relate("applications", sponsored, "owners", people["mateo.silva"])
    triage = seed_directory.agent(tenant, "claims-triage", sponsored, createdDateTime=ago(188))
    tenant.relate("servicePrincipals", triage, "sponsors", people["elif.kaya"])
    tenant.role_assignment(triage, OPENAI_USER, account["id"], createdOn=ago(188))
    # Somebody tried it out, gave the blueprint a secret, and went on to other things.
    orphaned, other = seed_directory.blueprint(
        tenant, "port-watch-agents", createdDateTime=ago(150), passwordCredentials=[tenant.password(150, 730)]
    )
    watcher = seed_directory.agent(tenant, "port-schedule-watcher", orphaned, createdDateTime=ago(149))
    # The quotes team made its own. An engineer owns it, and nobody of the business has said that it wants it.
    drafts, third = seed_directory.blueprint(tenant, "quote-agents", createdDateTime=ago(75))
    tenant.relate("applications", drafts, "owners", people["mei.tanaka"])
    drafter = seed_directory.agent(tenant, "quote-drafter", drafts, createdDateTime=ago(74))
    tenant.relate("servicePrincipals", drafter, "owners", people["mei.tanaka"])
    group = f"{production['id']}/resourceGroups/freight-data"
    tenant.role_assignment(drafter, CONTRIBUTOR, group, createdOn=ago(74))
    for item, days in ((principal, 190), (other, 150), (third, 75)):
        item["createdDateTime"] = ago(days)
    for item, used in ((triage, 0.6), (watcher, 0.5), (drafter, 0.8)):
        seed_directory.signed_in(tenant, item["appId"], used)
    tools = [
        {
            "type": "mcp",
            "server_label": "freight",
            "server_url": "https://mcp.fleetpulse.example/freight",
            "require_approval": "never",
            "project_connection_id": f"{claims['id']}/connections/freight-mcp",
        }
    ]
    for name, identity, blueprint, more in (
        ("claims-triage", triage, sponsored, tools),
        ("port-schedule-watcher", watcher, orphaned, [{"type": "code_interpreter"}]),
        ("quote-drafter", drafter, drafts, []),
    ):
        definition = {"kind": "prompt", "model": "gpt-5", "instructions": "Help with freight.", "tools": more}
        agent(
            tenant,
            account,
            claims,
            name,
            definition,
            instance_identity={"principal_id": identity["id"], "client_id": identity["appId"], "status": "active"},
            blueprint={"principal_id": blueprint["id"], "client_id": blueprint["appId"], "status": "active"},
            agent_endpoint={"authorization_schemes": [{"type": "Entra"}]},
        )
    clara = tenant.user(
        "Clara Claims",
        **{"@odata.type": "#microsoft.graph.agentUser"},
        identityParentId=triage["id"],
        jobTitle="Claims Assistant",
        department="Support",
        createdDateTime=ago(120),
        signInActivity={"lastNonInteractiveSignInDateTime": ago(0.6)},
    )
    tenant.relate("users", clara, "sponsors", people["elif.kaya"])
    bot = applications["support-triage"]
    tenant.resource(
        production,
        "Microsoft.BotService/botServices",
        "support-triage",
        kind="azurebot",
        tags=tags("elif.kaya", "Support"),
        properties={
            "msaAppId": bot["appId"],
            "msaAppType": "SingleTenant",
            "msaAppTenantId": tenant.id,
            "endpoint": "https://support.harbourline.example/api/messages",
            "publicNetworkAccess": "Enabled",
            "disableLocalAuth": False,
        },
    )
