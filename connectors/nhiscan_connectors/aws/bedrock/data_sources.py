"""Where a knowledge base gets its contents: buckets, web sites, wikis and the like, and the keys to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from nhiscan.model import Link
from nhiscan_connectors.aws.bedrock.names import function_arn, short
from nhiscan_connectors.aws.bedrock.profiles import Profiles
from nhiscan_connectors.aws.bedrock.versions import by_params
from nhiscan_connectors.aws.regional import Reading, call
from nhiscan_connectors.common.fields import table, text

LIST_SOURCES = call(
    "bedrock-agent:ListDataSources",
    "lists where a knowledge base gets its contents",
    "where knowledge bases get their contents",
    permission="bedrock:ListDataSources",
    blinds=("agents", "workloads"),
)
GET_SOURCE = call(
    "bedrock-agent:GetDataSource",
    "reads which bucket or site a data source draws on, and which secret opens it",
    "which buckets and sites a data source draws on, and which secret opens it",
    permission="bedrock:GetDataSource",
    blinds=("agents", "workloads"),
)


class Sources:
    """Data sources of one knowledge base."""

    def __init__(self) -> None:
        self.details: list[dict[str, Any]] = []
        self._named: set[str] = set()
        self._buckets: set[str] = set()
        self._sites: set[str] = set()

    def add(self, source: dict[str, Any]) -> None:
        """Take in what GetDataSource said."""
        self.details.append(source)
        configuration = table(source.get("dataSourceConfiguration"))
        kind = text(configuration.get("type"))
        self._named.add(f"{_name(source)} ({kind})" if kind else _name(source))
        bucket = short(text(table(configuration.get("s3Configuration")).get("bucketArn")))
        self._buckets |= {bucket} - {""}
        for url in _urls(configuration):
            self._sites |= {host_of(url)} - {""}

    def facts(self) -> dict[str, str]:
        """Attributes of the knowledge base: `data_sources`, `buckets`, `sites`."""
        return {
            "data_sources": ", ".join(sorted(self._named)),
            "buckets": ", ".join(sorted(self._buckets)),
            "sites": ", ".join(sorted(self._sites)),
        }

    def links(self, reading: Reading, profiles: Profiles, base: str, title: str) -> Iterator[Link]:
        """Secrets that open the sources, and functions and models that prepare what is found there."""
        for source in self.details:
            name = _name(source)
            configuration = table(source.get("dataSourceConfiguration"))
            yield from secrets_in(reading, configuration, base, f"{title} opens data source {name}")
            for path, value in texts_within(table(source.get("vectorIngestionConfiguration"))):
                function = function_arn(value)
                if path[-1] == "lambdaArn" and function:
                    reason = f"{title} has contents of data source {name} prepared by function {short(function)}"
                    yield Link(source=base, target=function, kind="invokes_tool", reason=reason)
                elif path[-1] == "modelArn":
                    yield from profiles.uses(base, f"data source {name} of {title}", value)


def sources_by_base(reading: Reading) -> dict[str, Sources]:
    """Data sources of each knowledge base, by the base's id."""
    found: dict[str, Sources] = defaultdict(Sources)
    for (id, _), body in by_params(reading, GET_SOURCE, "knowledgeBaseId", "dataSourceId"):
        source = table(body.get("dataSource"))
        if source:
            found[id].add(source)
    return found


def secrets_in(reading: Reading, configuration: dict[str, Any], base: str, does: str) -> Iterator[Link]:
    """A link to each secret that a configuration refers to, whatever the field is called that names it."""
    for _, value in texts_within(configuration):
        secret = reading.secret_id(value)
        if secret:
            yield Link(source=base, target=secret, kind="reads_secret", reason=f"{does} with secret {short(secret)}")


def texts_within(value: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Each text in an object, with the fields that lead to it, in their order."""
    todo: list[tuple[tuple[str, ...], Any]] = [((), value)]
    while todo:
        path, here = todo.pop()
        if isinstance(here, str):
            yield path, here
        elif isinstance(here, dict):
            todo.extend(((*path, str(key)), item) for key, item in reversed(here.items()))
        elif isinstance(here, list):
            todo.extend((path, item) for item in reversed(here))


def host_of(url: object) -> str:
    """The host that a URL or the beginning of one names; empty for anything else."""
    given = text(url).strip()
    try:
        return urlsplit(given if "://" in given else f"//{given}").hostname or ""
    except ValueError:
        return ""


def _urls(configuration: dict[str, Any]) -> Iterator[object]:
    web = table(table(table(configuration.get("webConfiguration")).get("sourceConfiguration")).get("urlConfiguration"))
    seeds = web.get("seedUrls")
    yield from (table(seed).get("url") for seed in (seeds if isinstance(seeds, list) else ()))
    for field in ("confluenceConfiguration", "salesforceConfiguration", "sharePointConfiguration"):
        source = table(table(configuration.get(field)).get("sourceConfiguration"))
        yield source.get("hostUrl")
        sites = source.get("siteUrls")
        yield from sites if isinstance(sites, list) else ()


def _name(source: dict[str, Any]) -> str:
    return text(source.get("name")) or text(source.get("dataSourceId"))
