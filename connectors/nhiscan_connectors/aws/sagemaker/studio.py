"""SageMaker notebooks and Studio: what people open in a browser, and the roles that their code runs as.

Attributes of a notebook: status, direct_internet (Enabled, Disabled), root_access (Enabled, Disabled), imds (the oldest
version of the metadata service that it answers: 1 lets a request forgery take its role), lifecycle_config,
repositories, url.

Attributes of a domain: status, auth (SSO, IAM), network (PublicInternetOnly, VpcOnly), identity_in_sessions
(USER_PROFILE_NAME where sessions of the shared role name the person), docker (ENABLED), amazon_q (ENABLED),
emr_roles (roles that notebooks may take on), efs.

Attributes of a user profile: status, domain.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.model import AnyRecord, Link, Ownership
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call
from nhiscan_connectors.aws.sagemaker.shapes import joined, objects, workload
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.gaps import refusal

NOTEBOOKS = call("sagemaker:ListNotebookInstances", "lists notebook instances", "which notebooks exist")
NOTEBOOK = call(
    "sagemaker:DescribeNotebookInstance",
    "reads the role and the network of a notebook instance",
    "what a notebook runs as and whether it reaches the internet",
)
DOMAINS = call("sagemaker:ListDomains", "lists the domains of Studio", "which domains of Studio exist")
DOMAIN = call(
    "sagemaker:DescribeDomain",
    "reads the roles of a domain, the one for Bedrock among them",
    "what the people of a Studio domain run code as",
)
PROFILES = call(
    "sagemaker:ListUserProfiles",
    "lists the users of Studio, where there is a domain",
    "which users Studio has",
)
PROFILE = call(
    "sagemaker:DescribeUserProfile",
    "reads the role of a Studio user and whom it is for",
    "what a Studio user runs code as",
)
OPERATIONS = (NOTEBOOKS, NOTEBOOK, DOMAINS, DOMAIN, PROFILES, PROFILE)


def collect_notebooks(calls: Calls) -> None:
    """One list, and one call a notebook: the list has no roles."""
    listed = calls.items(NOTEBOOKS, "NotebookInstances")
    names = [name for notebook in listed if (name := text(table(notebook).get("NotebookInstanceName")))]
    calls.each(lambda name: calls.page(NOTEBOOK, NotebookInstanceName=name), names)


def collect_domains(calls: Calls) -> None:
    """One list; one call a domain; where there is one, one list of all users and one call a user."""
    ids = [id for domain in calls.items(DOMAINS, "Domains") if (id := text(table(domain).get("DomainId")))]
    if not ids:
        return
    calls.each(lambda id: calls.page(DOMAIN, DomainId=id), ids)
    users = [_user(profile) for profile in calls.items(PROFILES, "UserProfiles")]
    calls.each(
        lambda user: calls.page(PROFILE, DomainId=user[0], UserProfileName=user[1]),
        [user for user in users if all(user)],
    )


def parse(reading: Reading) -> Iterator[AnyRecord]:
    """Notebooks, domains and users as workloads."""
    details = reading.details(NOTEBOOK, "NotebookInstanceName")
    notebooks: dict[str, str] = {}
    for notebook in reading.items(NOTEBOOKS, "NotebookInstances", "NotebookInstanceArn", "NotebookInstanceName"):
        name = notebook["NotebookInstanceName"]
        notebooks[name] = notebook["NotebookInstanceArn"]
        yield from _notebook(reading, notebook, details.get(name, {}))
    yield from reading.gaps_of_details(NOTEBOOK, "NotebookInstanceName", notebooks)
    yield from reading.sightings(
        NOTEBOOK, lambda item, _: (text(table(item.body).get("NotebookInstanceArn")), "the settings of the notebook")
    )
    details = reading.details(DOMAIN, "DomainId")
    domains: dict[str, str] = {}
    for domain in reading.items(DOMAINS, "Domains", "DomainArn", "DomainId"):
        domains[domain["DomainId"]] = domain["DomainArn"]
        yield from _domain(reading, domain, details.get(domain["DomainId"], {}))
    yield from reading.gaps_of_details(DOMAIN, "DomainId", domains)
    yield from _profiles(reading, domains)


def _user(profile: object) -> tuple[str, str]:
    """Domain and name, which together name a user."""
    return text(table(profile).get("DomainId")), text(table(profile).get("UserProfileName"))


def _notebook(reading: Reading, listed: dict[str, Any], detail: dict[str, Any]) -> Iterator[AnyRecord]:
    arn, name = listed["NotebookInstanceArn"], listed["NotebookInstanceName"]
    more = listed.get("AdditionalCodeRepositories")
    repositories = [text(listed.get("DefaultCodeRepository")), joined(more)]
    metadata = table(detail.get("InstanceMetadataServiceConfiguration"))
    facts = {
        "status": text(listed.get("NotebookInstanceStatus")),
        "direct_internet": text(detail.get("DirectInternetAccess")),
        "root_access": text(detail.get("RootAccess")),
        "imds": text(metadata.get("MinimumInstanceMetadataServiceVersion")),
        "lifecycle_config": text(listed.get("NotebookInstanceLifecycleConfigName")),
        "repositories": ", ".join(filter(None, repositories)),
        "url": text(listed.get("Url")),
    }
    yield workload(reading, "sagemaker-notebook", arn, name, (detail, listed), facts)
    yield from reading.runs_as(arn, detail.get("RoleArn"))


def _domain(reading: Reading, listed: dict[str, Any], detail: dict[str, Any]) -> Iterator[AnyRecord]:
    arn, name = listed["DomainArn"], text(listed.get("DomainName")) or listed["DomainId"]
    user, space = table(detail.get("DefaultUserSettings")), table(detail.get("DefaultSpaceSettings"))
    settings = table(detail.get("DomainSettings"))
    emr = table(table(user.get("JupyterLabAppSettings")).get("EmrSettings"))
    facts = {
        "status": text(listed.get("Status")),
        "auth": text(detail.get("AuthMode")),
        "network": text(detail.get("AppNetworkAccessType")),
        "identity_in_sessions": text(settings.get("ExecutionRoleIdentityConfig")),
        "docker": text(table(settings.get("DockerSettings")).get("EnableDockerAccess")),
        "amazon_q": text(table(settings.get("AmazonQSettings")).get("Status")),
        "emr_roles": joined(emr.get("AssumableRoleArns")),
        "efs": text(detail.get("HomeEfsFileSystemId")),
    }
    yield workload(reading, "sagemaker-domain", arn, name, (detail, listed), facts)
    yield from reading.runs_as(arn, user.get("ExecutionRole"), "execution role of its users")
    shared = space.get("ExecutionRole")
    if shared != user.get("ExecutionRole"):
        yield from reading.runs_as(arn, shared, "execution role of its shared spaces")
    yield from _canvas(reading, arn, f"domain {name}", user)
    rstudio = table(settings.get("RStudioServerProDomainSettings"))
    role = rstudio.get("DomainExecutionRoleArn")
    yield from reading.runs_as(arn, role, "role of RStudio", by_platform=True)


def _canvas(reading: Reading, arn: str, title: str, settings: dict[str, Any]) -> Iterator[AnyRecord]:
    """The roles that Canvas uses for people who write no code, and the logins of its data sources."""
    canvas = table(settings.get("CanvasAppSettings"))
    for part, field, detail in (
        ("GenerativeAiSettings", "AmazonBedrockRoleArn", "role with which Canvas calls Bedrock"),
        ("TimeSeriesForecastingSettings", "AmazonForecastRoleArn", "role with which Canvas calls Forecast"),
        ("ModelRegisterSettings", "CrossAccountModelRegisterRoleArn", "role with which Canvas registers models"),
        ("EmrServerlessSettings", "ExecutionRoleArn", "role of Canvas's jobs in EMR Serverless"),
    ):
        yield from reading.runs_as(arn, table(canvas.get(part)).get(field), detail, by_platform=True)
    for source in objects(canvas.get("IdentityProviderOAuthSettings")):
        secret = reading.secret_id(source.get("SecretArn"))
        if secret:
            reason = f"{title} logs in at {text(source.get('DataSourceName')) or 'a data source'} with {secret}"
            yield Link(source=arn, target=secret, kind="reads_secret", reason=reason)


def _profiles(reading: Reading, domains: dict[str, str]) -> Iterator[AnyRecord]:
    answers = {
        (item.params.get("DomainId"), item.params.get("UserProfileName")): item for item in reading.answers.of(PROFILE)
    }
    for profile in reading.items(PROFILES, "UserProfiles", "DomainId", "UserProfileName"):
        domain, name = _user(profile)
        item = answers.get((domain, name))
        detail = table(item.body) if item is not None else {}
        arn = text(detail.get("UserProfileArn")) or reading.arn("sagemaker", f"user-profile/{domain}/{name.lower()}")
        facts = {"status": text(profile.get("Status")), "domain": domain}
        yield workload(reading, "sagemaker-user-profile", arn, name, (detail, profile), facts)
        if domain in domains:
            reason = f"user {name} works in domain {domain}, and runs as its role unless it has its own"
            yield Link(source=arn, target=domains[domain], kind="part_of", reason=reason)
        settings = table(detail.get("UserSettings"))
        yield from reading.runs_as(arn, settings.get("ExecutionRole"), "execution role of the user")
        yield from _canvas(reading, arn, f"user {name}", settings)
        person = text(detail.get("SingleSignOnUserValue"))
        if person:
            yield Ownership(subject=arn, owner=person, kind="owner", source=PROFILE.name)
        if item is not None and item.problem is not None:
            yield refusal(reading.shard, PROFILE, item, arn)
