"""SageMaker: notebooks, Studio, models and endpoints, jobs, pipelines and the products around them.

Nothing in SageMaker tells at one glance whether a region has anything in it: eleven lists, asked at the same time, are
what an empty region costs (notebooks, domains, models, endpoints, training and processing jobs in progress, pipelines,
MLflow servers, MLflow apps, clusters, partners' apps). Beyond them, one call for each thing whose list has no role;
two an endpoint. The parts are in `nhiscan_connectors.aws.sagemaker`, with the attributes of their workloads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from nhiscan.connector import Shard
from nhiscan.model import AnyRecord
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading
from nhiscan_connectors.aws.sagemaker import hosting, jobs, products, studio
from nhiscan_connectors.aws.service import Answers, Service

_ROOTS: Final[tuple[Callable[[Calls], None], ...]] = (
    studio.collect_notebooks,
    studio.collect_domains,
    hosting.collect_models,
    hosting.collect_endpoints,
    jobs.collect_trainings,
    jobs.collect_processings,
    jobs.collect_pipelines,
    products.collect_servers,
    products.collect_apps,
    products.collect_clusters,
    products.collect_partners,
)


def collect(calls: Calls) -> None:
    """Each root and what hangs from it, several at a time."""
    calls.each(lambda root: root(calls), _ROOTS)


def parse(shard: Shard, answers: Answers) -> Iterator[AnyRecord]:
    """One workload for each thing that runs, or can be made to."""
    reading = Reading(shard, answers)
    for part in (studio, hosting, jobs, products):
        yield from part.parse(reading)
    yield from reading.gaps()


SERVICE = Service(
    name="sagemaker",
    part="region",
    operations=(*studio.OPERATIONS, *hosting.OPERATIONS, *jobs.OPERATIONS, *products.OPERATIONS),
    collect=collect,
    parse=parse,
    never=(
        # Addresses that log in whoever opens them.
        "sagemaker:CreatePresignedDomainUrl",
        "sagemaker:CreatePresignedNotebookInstanceUrl",
        "sagemaker:CreatePresignedMlflowTrackingServerUrl",
        "sagemaker:CreatePresignedMlflowAppUrl",
        "sagemaker:CreatePartnerAppPresignedUrl",
        "sagemaker:StartSession",
        # Code, in which secrets stand.
        "sagemaker:DescribeNotebookInstanceLifecycleConfig",
        "sagemaker:DescribeStudioLifecycleConfig",
    ),
)
