"""The company's AI in Google Cloud: agents for customs papers, a laboratory, and keys of the Gemini API."""

from __future__ import annotations

from typing import Final

from tests.clouds.gcp.company_shape import CUSTOMS, DOMAIN, ML_LAB, STUDIO, WEBSITE, Estate, labels, person
from tests.clouds.gcp.seed import ago
from tests.clouds.gcp.seed_ai import (
    agent,
    engine,
    enterprise_agent,
    enterprise_app,
    own_identity,
    registered,
    workbench,
)
from tests.clouds.gcp.seed_stores import bucket, secret
from tests.clouds.gcp.seed_workloads import run_service

_HERE: Final = "europe-west4"
_GEMINI: Final = "generativelanguage"


def seed_ai(estate: Estate) -> None:
    """Agents and keys."""
    _customs(estate)
    _laboratory(estate)
    _keys(estate)


def _customs(estate: Estate) -> None:
    """Papers are read by an agent with an identity of its own; a colleague who is none follows them up."""
    company = estate.company
    papers = bucket(company, CUSTOMS, "harbourline-customs-papers", labels=labels("olivia.chen", "data"))
    reader = engine(
        company, CUSTOMS, "customs-documents", location=_HERE, identity="AGENT_IDENTITY", env={"STAGE": "production"}
    )
    company.state.assets[f"//aiplatform.googleapis.com/{reader}"].data["labels"] = labels("olivia.chen", "data")
    principal = f"principal://{own_identity(company, reader)}"
    company.bind(CUSTOMS, "aiplatform.user", principal)
    company.bind(papers, "storage.objectViewer", principal)
    registered(
        company, CUSTOMS, "Agent", "customs-documents", runs_on=f"//aiplatform.googleapis.com/{reader}",
        runs_as=principal, framework="google-adk",
    )  # fmt: skip
    casper = agent(
        company,
        CUSTOMS,
        "Casper Customs",
        email=f"casper.customs@{DOMAIN}",
        owner="113208874561290031277",
        location=_HERE,
        persona={"displayName": "Casper Customs", "role": "Customs Clerk"},
        agentIdentity={
            "email": f"casper.customs@{DOMAIN}",
            "gaiaId": "104418820937715502846",
            "tenant": {"type": "WORKSPACE_CUSTOMER", "id": "C03k7q1zx"},
        },
        created=ago(64),
        updated=ago(2),
    )
    registered(
        company, CUSTOMS, "Agent", "casper-customs", runs_on=f"//aiplatform.googleapis.com/{casper}",
        runs_as=f"principal://{own_identity(company, casper)}",
    )  # fmt: skip
    company.bind(papers, "storage.objectAdmin", f"principal://{own_identity(company, casper)}")
    company.bind(papers, "storage.objectViewer", person("casper.customs"))
    assistant = enterprise_app(company, CUSTOMS, "customs-desk", location="eu")
    enterprise_agent(
        company,
        CUSTOMS,
        assistant,
        "Tariff numbers",
        adkAgentDefinition={"provisionedReasoningEngine": {"reasoningEngine": reader}},
        sharingConfig={"scope": "ALL_USERS"},
        createTime=ago(45),
    )
    number = company.state.place(CUSTOMS).partition("/")[2]
    company.bind(
        CUSTOMS,
        "discoveryengine.serviceAgent",
        f"service-{number}@gcp-sa-discoveryengine.iam.gserviceaccount.com",
    )
    company.bind(CUSTOMS, "aiplatform.serviceAgent", f"service-{number}@gcp-sa-aiplatform.iam.gserviceaccount.com")
    desk = estate.account(CUSTOMS, "customs-desk", 160, 0.6, "Front of the customs desk")
    company.bind(CUSTOMS, "aiplatform.user", desk)
    kept = secret(
        company, CUSTOMS, "anthropic-customs-fallback", (148, "ENABLED"), days=148, labels=labels("mateo.silva")
    )
    company.bind(kept, "secretmanager.secretAccessor", desk)
    run_service(
        company,
        CUSTOMS,
        "customs-desk",
        account=desk,
        secrets={"ANTHROPIC_API_KEY": "anthropic-customs-fallback"},
        ingress="internal-and-cloud-load-balancing",
        labels=labels("mateo.silva", "data"),
    )


def _laboratory(estate: Estate) -> None:
    """A trial that shares the account of all trials, and notebooks."""
    company = estate.company
    engine(company, ML_LAB, "rate-negotiator-trial", location=_HERE, framework="langgraph")
    number = company.state.place(ML_LAB).partition("/")[2]
    company.bind(
        ML_LAB,
        "aiplatform.reasoningEngineServiceAgent",
        f"service-{number}@gcp-sa-aiplatform-re.iam.gserviceaccount.com",
    )
    forecast = estate.account(ML_LAB, "demand-forecast", 430, 2, "Forecast of the week")
    company.bind(ML_LAB, "aiplatform.user", forecast)
    # It was let at the tables of production once. The boundary of the laboratory takes that away again.
    company.bind(estate.accounts["dbt-runner"], "iam.serviceAccountTokenCreator", forecast)
    notebooks = estate.account(ML_LAB, "notebooks", 300, 3, "Notebooks of the data team")
    company.bind(ML_LAB, "aiplatform.user", notebooks)
    workbench(
        company,
        ML_LAB,
        "leila-analysis",
        creator=f"leila.haddad@{DOMAIN}",
        gceSetup={"machineType": "e2-standard-4", "serviceAccounts": [{"email": notebooks}]},
        labels=labels("leila.haddad", "data", "development"),
    )


def _keys(estate: Estate) -> None:
    """Keys of the Gemini API: one that is bound to an account, and one of a project that nobody planned."""
    company = estate.company
    ocr = estate.account(CUSTOMS, "customs-ocr", 150, None, "Reads scans")
    company.bind(CUSTOMS, "aiplatform.user", ocr)
    company.api_key(CUSTOMS, "customs-ocr", services=(_GEMINI,), account=ocr, days=150)
    company.api_key(STUDIO, "Generative Language API Key", services=(_GEMINI,), days=268)
    company.bind(STUDIO, "owner", person("chloe.martin"))
    # A chat on the site was tried out, and the service stayed enabled beside the key of the map.
    company.enable(WEBSITE, _GEMINI)
