"""What runs at the company in Google Cloud: services of shipping, jobs of the warehouse, machines of developers."""

from __future__ import annotations

from typing import Final

from tests.clouds.gcp.company_shape import (
    SHIPPING,
    SHIPPING_DEV,
    WAREHOUSE,
    WEBSITE,
    Estate,
    labels,
    person,
)
from tests.clouds.gcp.seed import ago
from tests.clouds.gcp.seed_guardrails import hmac_key, insight
from tests.clouds.gcp.seed_stores import bucket, dataset, secret
from tests.clouds.gcp.seed_workloads import function, instance, run_job, run_service

_DEFAULT: Final = "compute@developer.gserviceaccount.com"
_SHIPMENTS: Final = f'resource.name.startsWith("{WAREHOUSE}/datasets/shipments")'
_LITTLE_USED: Final = "2 of the permissions in this role binding were used in the past 90 days."
_HMAC: Final = "GOOG1EHBLN4Q7X2TKD5WJ6R3YVZS0PMC8AFU9G1NHB"


def seed_services(estate: Estate) -> None:
    """Everything that is no AI."""
    _shipping(estate)
    _website(estate)
    _warehouse(estate)
    _development(estate)


def _shipping(estate: Estate) -> None:
    company = estate.company
    secret(company, SHIPPING, "carrier-api-token", (92, "ENABLED"), days=640, labels=labels("nils.johansson"))
    secret(company, SHIPPING, "tracking-database", (61, "ENABLED"), days=610, labels=labels("mei.tanaka"))
    for name, title, owner, secrets in (
        ("tracking-api", "Where a parcel is", "mei.tanaka", {"DATABASE_PASSWORD": "tracking-database"}),
        ("eta-calculator", "When a truck arrives", "arjun.mehta", {}),
        ("label-printer", "Labels for warehouses", "lukas.weber", {"CARRIER_TOKEN": "carrier-api-token"}),
    ):
        account = estate.account(SHIPPING, name, 600, 0.6, title)
        company.bind(SHIPPING, "datastore.user", account)
        company.bind(SHIPPING, "logging.logWriter", account)
        for id in secrets.values():
            company.bind(_secret(estate, id), "secretmanager.secretAccessor", account)
        run_service(
            company,
            SHIPPING,
            name,
            account=account,
            secrets=secrets,
            env={"STAGE": "production"},
            ingress="all" if name == "tracking-api" else "internal",
            labels=labels(owner, "engineering"),
        )
    # Customers ask it without an account; it checks the number of the shipment itself.
    service = f"//run.googleapis.com/{SHIPPING}/locations/europe-west1/services/tracking-api"
    company.bind(service, "run.invoker", "allUsers")
    # She looked for a fault with it once. The policy of the folder takes away what it would let her do today.
    company.bind(estate.accounts["tracking-api"], "iam.serviceAccountTokenCreator", person("mei.tanaka"))
    events = estate.account(SHIPPING, "shipment-events", 420, 0.6, "Passes on events of trucks")
    company.bind(SHIPPING, "pubsub.subscriber", events)
    company.bind(WAREHOUSE, "bigquery.dataEditor", events, condition=_SHIPMENTS)
    builder = estate.account(SHIPPING, "function-builder", 420, 9, "Builds functions")
    company.bind(SHIPPING, "logging.logWriter", builder)
    function(
        company,
        SHIPPING,
        "shipment-events",
        account=events,
        builder=builder,
        ingress="ALLOW_INTERNAL_ONLY",
        event="google.cloud.pubsub.topic.v1.messagePublished",
        labels=labels("arjun.mehta", "engineering"),
    )
    # An exchange of files with carriers, older than everything else here. Its key was copied to a server in a port.
    estate.account(SHIPPING, "carrier-edi", 1120, 0.7, "EDI of carriers", key=(731, 0.7))
    company.bind(SHIPPING, "editor", estate.accounts["carrier-edi"])
    # What it did with all of that in ninety days.
    content = {
        "member": f"serviceAccount:{estate.accounts['carrier-edi']}",
        "role": "roles/editor",
        "condition": {"expression": "", "title": "", "description": "", "location": ""},
        "exercisedPermissions": [{"permission": "storage.objects.create"}, {"permission": "storage.objects.get"}],
        "inferredPermissions": [],
        "currentTotalPermissionsCount": "9216",
    }
    insight(company, SHIPPING, "google.iam.policy.Insight", "0c1d8a52-carrier-edi", content, description=_LITTLE_USED)


def _website(estate: Estate) -> None:
    company = estate.company
    account = estate.account(WEBSITE, "website", 540, 0.6, "Web site")
    company.bind(WEBSITE, "logging.logWriter", account)
    run_service(company, WEBSITE, "website", account=account, labels=labels("aisha.rahman", "engineering"))
    assets = bucket(company, WEBSITE, "harbourline-web-assets", labels=labels("aisha.rahman", purpose="public-site"))
    company.bind(assets, "storage.objectViewer", "allUsers")
    uploads = bucket(company, WEBSITE, "harbourline-damage-photos", labels=labels("elif.kaya", "support"))
    # Somebody pasted its key into a repository of samples. Google switched the key off, and the app sends its photos
    # another way since.
    mobile = estate.account(WEBSITE, "mobile-uploads", 480, 131, "Photos that drivers take")
    company.bind(uploads, "storage.objectCreator", mobile)
    exposed = company.key(
        mobile,
        days=203,
        disabled=True,
        disableReason="SERVICE_ACCOUNT_KEY_DISABLE_REASON_EXPOSED",
        extendedStatus=[{"key": "SERVICE_ACCOUNT_KEY_EXTENDED_STATUS_KEY_EXPOSED", "value": "found in a repository"}],
    )
    company.used(mobile, 131, key=exposed)
    # For the map of the tracking page, from a time when there was nothing else to call with it.
    company.api_key(
        WEBSITE,
        "Maps on tracking page",
        days=1490,
        restrictions={"browserKeyRestrictions": {"allowedReferrers": ["https://harbourline.example/*"]}},
    )


def _warehouse(estate: Estate) -> None:
    company = estate.company
    loader = estate.account(WAREHOUSE, "warehouse-loader", 700, 0.6, "Loads files of the day")
    models = estate.account(WAREHOUSE, "dbt-runner", 520, 0.6, "Builds tables of the warehouse")
    dashboards = estate.account(WAREHOUSE, "dashboards", 500, 0.8, "Reads for dashboards")
    imports = estate.account(WAREHOUSE, "aws-import", 330, 0.6, "Nightly import from AWS")
    export = estate.account(WAREHOUSE, "customer-export", 650, None, "Files for large customers")
    landing = bucket(company, WAREHOUSE, "harbourline-landing", labels=labels("hannah.fischer", "data"))
    bucket(company, WAREHOUSE, "harbourline-warehouse-archive", labels=labels("hannah.fischer", "data"))
    company.bind(landing, "storage.objectAdmin", loader)
    company.bind(landing, "storage.objectCreator", imports)
    for account in (loader, models):
        company.bind(WAREHOUSE, "bigquery.dataEditor", account)
        company.bind(WAREHOUSE, "bigquery.jobUser", account)
    company.bind(WAREHOUSE, "bigquery.jobUser", dashboards)
    hmac_key(company, WAREHOUSE, export, _HMAC, timeCreated=ago(645))
    company.bind(landing, "storage.objectViewer", export)
    editors = {"role": "WRITER", "userByEmail": models}
    readers = {"role": "READER", "userByEmail": dashboards}
    # The vendor that watches the fleet writes its positions itself, with an account of its own.
    fleet = {"role": "WRITER", "userByEmail": "positions@fleetpulse-ingest.iam.gserviceaccount.com"}
    dataset(company, WAREHOUSE, "shipments", editors, readers, labels=labels("hannah.fischer", "data"))
    dataset(company, WAREHOUSE, "fleet_positions", editors, fleet, labels=labels("hannah.fischer", "data"))
    dataset(company, WAREHOUSE, "customers", editors, labels=labels("hannah.fischer", "data", contains="personal-data"))
    for name, account in (("warehouse-loader", loader), ("dbt", models)):
        estate.label(run_job(company, WAREHOUSE, name, account=account), labels("hannah.fischer", "data"))


def _development(estate: Estate) -> None:
    company = estate.company
    number = company.state.place(SHIPPING_DEV).partition("/")[2]
    default = estate.account(SHIPPING_DEV, f"{number}-{_DEFAULT}", 1180, 0.6, "Compute Engine default service account")
    company.bind(SHIPPING_DEV, "editor", default)
    for name, owner in (("build-cache-1", "daniel.okafor"), ("load-test-1", "emma.larsson")):
        instance(company, SHIPPING_DEV, name, account=default, labels=labels(owner, "engineering", "development"))
    preview = estate.account(SHIPPING_DEV, "preview", 380, 1.2, "Previews of changes")
    company.bind(SHIPPING_DEV, "datastore.user", preview)
    run_service(
        company, SHIPPING_DEV, "tracking-preview", account=preview, creator=person("sofia.ricci").partition(":")[2],
        labels=labels("sofia.ricci", "engineering", "development"),
    )  # fmt: skip
    tests = estate.account(SHIPPING_DEV, "integration-tests", 460, 1.1, "Tests of the night", key=(212, 1.1))
    company.bind(SHIPPING_DEV, "pubsub.publisher", tests)
    # The tests of the night fill tables with what production loads, as the one that loads it.
    company.bind(estate.accounts["warehouse-loader"], "iam.serviceAccountTokenCreator", tests)
    company.api_key(SHIPPING_DEV, "geocoding trial", days=505)


def _secret(estate: Estate, id: str) -> str:
    return f"//secretmanager.googleapis.com/{estate.company.state.place(SHIPPING)}/secrets/{id}"
