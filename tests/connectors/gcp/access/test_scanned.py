"""From the APIs to verdicts: what the connector reads of an emulated organization, judged."""

from __future__ import annotations

from pathlib import Path

from nhiscan.access.question import Question
from nhiscan.access.reach import admin_verdicts
from nhiscan.inventory import Inventory
from nhiscan.model import administrator_of
from nhiscan_connectors.gcp import GcpConnector
from nhiscan_connectors.gcp.names import container, service_account_id
from tests.clouds.gcp.fixtures import Gcp
from tests.connectors.gcp.scanning import inventory_of

PAY = container("projects/pay-prod")
DEPLOY = service_account_id("deploy@pay-prod.iam.gserviceaccount.com")
ADA = "user:ada@acme.example"


def judged(found: Inventory) -> Inventory:
    """The inventory with what is joined and what the evaluator finds."""
    connector = GcpConnector()
    for step in (connector.join, connector.access):
        for record in list(step(found)):
            found.add(record)
    return found


def test_token_creator_on_an_owner(gcp: Gcp, tmp_path: Path) -> None:
    company = gcp.company
    pay = company.project("pay-prod", company.folder("Production"), services=("run", "iam"))
    deploy = company.service_account(pay, "deploy", days=700)
    company.bind(pay, "owner", deploy)
    company.bind(deploy, "iam.serviceAccountTokenCreator", "user:Ada@acme.example")
    company.bind(company.organization, "resourcemanager.organizationAdmin", "group:admins@acme.example")
    found = judged(inventory_of(gcp, tmp_path / "b"))
    verdicts = admin_verdicts(found)
    assert verdicts[DEPLOY][0] == "is"
    assert verdicts[ADA][0] == "can_become"
    targets = {edge.target for edge in found.becomes_of("group:admins@acme.example")}
    assert targets == {administrator_of(container(f"organizations/{company.organization.partition('/')[2]}"))}
    connector = GcpConnector()
    asked = Question(identity=DEPLOY, action="resourcemanager.projects.setIamPolicy", resource=PAY)
    assert connector.decide(found, asked).answer == "allowed"
    asked = Question(identity=ADA, action="iam.serviceAccounts.getAccessToken", resource=DEPLOY)
    assert connector.decide(found, asked).answer == "allowed"
