"""Agents of Dialogflow CX, which Google also calls Conversational Agents.

An agent calls webhooks and data stores as the service agent of Dialogflow in its project, which all of them share.

Only projects in which dialogflow is enabled are asked: one call for the locations and one a location (some twenty).

Attributes of an agent ("google-dialogflow-agent"): "playbook" ("true": a language model leads the talk), "app" (of
Gemini Enterprise, behind it), "locked", "logging", "certificate" (what it proves itself to webhooks with).
"""

from __future__ import annotations

from collections.abc import Iterator

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord, Link, RunsAs, Workload
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.gcp.api import rest
from nhiscan_connectors.gcp.assets import Asset, Listing, Reading
from nhiscan_connectors.gcp.calls import Calls
from nhiscan_connectors.gcp.names import service_account_id
from nhiscan_connectors.gcp.service import Answers, Service
from nhiscan_connectors.gcp.vertex.locations import ask_everywhere, locations, number_of, placed
from nhiscan_connectors.gcp.vertex.principals import agent_records
from nhiscan_connectors.gcp.vertex.variables import secret_id

TYPE = "dialogflow.googleapis.com/Agent"
# No role holds a permission "dialogflow.locations.list", and Google refuses a custom role that names one.
LOCATIONS = locations("dialogflow", "agents of Dialogflow", ("agents", "workloads"), version="v3", permission="")
LIST = rest(
    "dialogflow:projects.locations.agents.list",
    "v3/projects/{number}/locations/{location}/agents",
    service="{host}",
    size=100,
    permission="dialogflow.agents.list",
    purpose="lists agents of Dialogflow CX",
    hides="which agents of Dialogflow there are",
    blinds=("agents", "workloads"),
)
_LISTING = Listing(type=TYPE, operation=LIST, key="agents", service="dialogflow")


def collect(calls: Calls) -> None:
    """Every location of a project that may have agents."""
    if calls.place.part == "project" and calls.place.enabled("dialogflow"):
        ask_everywhere(calls, LOCATIONS, LIST, host=_host)


def _host(location: str) -> str:
    return "dialogflow" if location == "global" else f"{location}-dialogflow"


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """Agents as workloads."""
    reading = Reading(shard, answers)
    for asset in placed(reading, None, TYPE, _LISTING):
        yield from _agent(reading, asset)
    yield from reading.gaps()


def _agent(reading: Reading, asset: Asset) -> Iterator[AnyRecord]:
    data, scope = asset.data, reading.scope(asset)
    name = text(data.get("displayName")) or asset.short
    title = f"Dialogflow agent {name}"
    certificate = table(data.get("clientCertificateSettings"))
    engine = text(table(data.get("genAppBuilderSettings")).get("engine"))
    facts = {
        "playbook": "true" if text(data.get("startPlaybook")) else "",
        "app": reading.resource(f"//discoveryengine.googleapis.com/{engine}") if engine else "",
        "locked": "true" if data.get("locked") is True else "",
        "logging": "true" if data.get("enableStackdriverLogging") is True else "",
        "certificate": "true" if certificate else "",
    }
    yield Workload(
        id=asset.name,
        provider="gcp",
        kind="google-dialogflow-agent",
        name=name,
        scope=scope,
        region=asset.location,
        agent=True,
        ai_platform="Dialogflow",
        attributes={key: value for key, value in facts.items() if value},
    )
    agent = service_account_id(f"service-{number_of(reading, asset.project)}@gcp-sa-dialogflow.iam.gserviceaccount.com")
    yield RunsAs(workload=asset.name, identity=agent, detail="service agent of Dialogflow", by_platform=True)
    yield from agent_records(agent, scope, title, asset.source)
    for field, what in (("privateKey", "private key"), ("passphrase", "passphrase")):
        secret = secret_id(reading, text(certificate.get(field)), asset.project) if certificate.get(field) else ""
        if secret:
            reason = f"{title} takes the {what} of its certificate from secret {secret.rpartition('/')[2]}"
            yield Link(source=asset.name, target=secret, kind="reads_secret", reason=reason)


SERVICE = Service(
    name="dialogflow",
    part="project",
    operations=(LOCATIONS, LIST),
    collect=collect,
    parse=parse,
)
