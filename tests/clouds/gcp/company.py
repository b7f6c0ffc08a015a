"""Harbourline's organization in Google Cloud: shipping services, the data warehouse, and AI for customs papers.

The company of `tests.clouds.aws.company`, with the same people under the same addresses and the same repositories on
GitHub. It came to Google for maps and for its data warehouse. Most of it is in order; what is not went wrong in the
ways in which such things do. Everything follows from names and from one clock, so each run gives the same.
"""

from __future__ import annotations

from tests.clouds.gcp.company_ai import seed_ai
from tests.clouds.gcp.company_people import seed_limits, seed_people, seed_roles
from tests.clouds.gcp.company_services import seed_services
from tests.clouds.gcp.company_shape import (
    CICD,
    CUSTOMS,
    DOMAIN,
    ML_LAB,
    ORGANIZATION,
    SHIPPING,
    SHIPPING_DEV,
    STUDIO,
    WAREHOUSE,
    WEBSITE,
    Estate,
    HarbourlineCompany,
    labels,
    own_images,
)
from tests.clouds.gcp.company_trusts import seed_trusts
from tests.clouds.gcp.seed import Company
from tests.clouds.gcp.state import State

_EVERYWHERE = ("cloudasset", "iam", "logging", "monitoring", "serviceusage", "recommender", "storage")


def company_organization(state: State) -> Company:
    """Seed the company. `state`: best a `CompanyState`, whose numbers look like Google's."""
    company = HarbourlineCompany(state, ORGANIZATION, DOMAIN)
    seed_roles(state)
    estate = _containers(company)
    seed_people(estate)
    seed_services(estate)
    seed_ai(estate)
    seed_trusts(estate)
    seed_limits(estate)
    own_images(state)
    return company


def _containers(company: HarbourlineCompany) -> Estate:
    production, development = company.folder("Production"), company.folder("Development")
    shared = company.folder("Shared")
    for name, parent, services, marks in (
        (SHIPPING, production, ("run", "cloudfunctions", "pubsub", "secretmanager", "datastore"),
         labels("mei.tanaka", "engineering")),
        (CUSTOMS, production, ("aiplatform", "discoveryengine", "agentregistry", "run", "secretmanager",
                               "generativelanguage", "apikeys"), labels("olivia.chen", "data")),
        (WAREHOUSE, production, ("bigquery", "run", "sts"), labels("hannah.fischer", "data")),
        (WEBSITE, production, ("run", "apikeys", "maps-backend"), labels("aisha.rahman", "engineering")),
        (SHIPPING_DEV, development, ("compute", "run", "apikeys", "geocoding-backend"),
         labels("mei.tanaka", "engineering", "development")),
        (ML_LAB, development, ("aiplatform", "notebooks", "compute"), labels("mateo.silva", "data", "development")),
        (CICD, shared, ("artifactregistry", "cloudbuild", "sts"), labels("ingrid.solberg", "platform", "shared")),
    ):  # fmt: skip
        company.project(name.removeprefix("projects/"), parent, labels=marks, services=(*_EVERYWHERE, *services))
    # Google AI Studio makes one by itself when somebody asks for a key, next to the folders that were planned.
    company.project(STUDIO.removeprefix("projects/"), services=("generativelanguage", "apikeys"))
    return Estate(company, production, development, shared)
