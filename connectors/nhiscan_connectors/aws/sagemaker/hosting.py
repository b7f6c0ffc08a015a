"""SageMaker hosting: models, the endpoints that serve them, and the components that share an endpoint.

Attributes of a model: images (of its containers), network_isolation (true), vpc (true).

Attributes of an endpoint: status, config, models (by name), serving ("serverless" or the kinds of machine),
data_capture (the bucket that gets a copy of what is asked and answered), network_isolation, vpc, ssm_access (variants
whose machines Systems Manager can open). An endpoint answers nobody without a signature: its `public` is False.

Attributes of an inference component: status, variant, model.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nhiscan.model import AnyRecord, Link
from nhiscan_connectors.aws.calls import Calls
from nhiscan_connectors.aws.regional import Reading, call, named_on_the_way, role_arn, variables_of
from nhiscan_connectors.aws.sagemaker.shapes import distinct, objects, workload
from nhiscan_connectors.common.fields import table, text
from nhiscan_connectors.common.gaps import refusal

MODELS = call("sagemaker:ListModels", "lists models", "which models are ready to be served")
MODEL = call(
    "sagemaker:DescribeModel",
    "reads the role, the images and the names of the environment variables of a model",
    "what a model's containers run as and which keys they hold",
)
ENDPOINTS = call("sagemaker:ListEndpoints", "lists endpoints", "which models are being served")
ENDPOINT = call(
    "sagemaker:DescribeEndpoint",
    "tells which configuration an endpoint has",
    "what an endpoint serves and runs as",
)
CONFIG = call(
    "sagemaker:DescribeEndpointConfig",
    "tells the models and the role of an endpoint",
    "what an endpoint serves and runs as",
)
COMPONENTS = call(
    "sagemaker:ListInferenceComponents",
    "lists the components of endpoints, where there are endpoints",
    "which models share an endpoint",
)
COMPONENT = call(
    "sagemaker:DescribeInferenceComponent",
    "tells the model, the image and the names of the environment variables of a component",
    "what a component of an endpoint serves and which keys it holds",
)
OPERATIONS = (MODELS, MODEL, ENDPOINTS, ENDPOINT, CONFIG, COMPONENTS, COMPONENT)


def collect_models(calls: Calls) -> None:
    """One list, and one call a model: the list has no roles."""
    names = [name for model in calls.items(MODELS, "Models") if (name := _name(model, "ModelName"))]
    calls.each(lambda name: calls.page(MODEL, ModelName=name), names)


def collect_endpoints(calls: Calls) -> None:
    """One list; of each endpoint its configuration's name, and each configuration once; components if any endpoint."""
    names = [name for endpoint in calls.items(ENDPOINTS, "Endpoints") if (name := _name(endpoint, "EndpointName"))]
    if not names:
        return
    endpoints = calls.each(lambda name: calls.page(ENDPOINT, EndpointName=name), names)
    configs = dict.fromkeys(name for endpoint in endpoints if (name := _name(endpoint, "EndpointConfigName")))
    calls.each(lambda name: calls.page(CONFIG, EndpointConfigName=name), configs)
    listed = calls.items(COMPONENTS, "InferenceComponents")
    components = [name for component in listed if (name := _name(component, "InferenceComponentName"))]
    calls.each(lambda name: calls.page(COMPONENT, InferenceComponentName=name), components)


def parse(reading: Reading) -> Iterator[AnyRecord]:
    """Models, endpoints and components as workloads."""
    models = reading.details(MODEL, "ModelName")
    arns: dict[str, str] = {}
    for model in reading.items(MODELS, "Models", "ModelArn", "ModelName"):
        arns[model["ModelName"]] = model["ModelArn"]
        yield from _model(reading, model, models.get(model["ModelName"], {}))
    yield from reading.gaps_of_details(MODEL, "ModelName", arns)
    yield from reading.sightings(MODEL, named_on_the_way("ModelArn"))
    yield from _endpoints(reading, models, arns)
    yield from _components(reading, models, arns)


def _name(item: object, key: str) -> str:
    return text(table(item).get(key))


def _model(reading: Reading, listed: dict[str, Any], detail: dict[str, Any]) -> Iterator[AnyRecord]:
    arn, name = listed["ModelArn"], listed["ModelName"]
    # AWS tells the first container twice: alone, and as one of a pipeline of containers.
    alone = table(detail.get("PrimaryContainer"))
    containers = [*([alone] if alone else []), *reading.within(MODEL, detail, "Containers", subject=arn)]
    variables = [pair for container in containers for pair in variables_of(container.get("Environment"))]
    images = (text(container.get("Image")) or text(container.get("ModelPackageName")) for container in containers)
    facts = {
        "images": ", ".join(dict.fromkeys(image for image in images if image)),
        "network_isolation": "true" if detail.get("EnableNetworkIsolation") is True else "",
        "vpc": "true" if table(detail.get("VpcConfig")) else "",
    }
    names = [variable for variable, _ in variables]
    yield workload(reading, "sagemaker-model", arn, name, (detail, listed), facts, variables=names)
    yield from reading.runs_as(arn, detail.get("ExecutionRoleArn"))
    yield from reading.environment(arn, f"model {name}", distinct(variables))
    for container in containers:
        yield from _registry(arn, name, container)


def _registry(arn: str, name: str, container: dict[str, Any]) -> Iterator[Link]:
    """A function of the account that hands out the login of a private registry."""
    login = table(table(container.get("ImageConfig")).get("RepositoryAuthConfig"))
    function = text(login.get("RepositoryCredentialsProviderArn"))
    if function:
        reason = f"model {name} gets the login of its registry from function {function.rpartition(':')[2]}"
        yield Link(source=arn, target=function, kind="invokes_tool", reason=reason)


def _endpoints(reading: Reading, models: dict[str, dict[str, Any]], arns: dict[str, str]) -> Iterator[AnyRecord]:
    details = reading.details(ENDPOINT, "EndpointName")
    configs = reading.details(CONFIG, "EndpointConfigName")
    ids: dict[str, str] = {}
    refused = reading.refused(CONFIG, "EndpointConfigName")
    for endpoint in reading.items(ENDPOINTS, "Endpoints", "EndpointArn", "EndpointName"):
        arn, name = endpoint["EndpointArn"], endpoint["EndpointName"]
        ids[name] = arn
        detail = details.get(name, {})
        config_name = text(detail.get("EndpointConfigName"))
        if config_name in refused:
            yield refusal(reading.shard, CONFIG, refused[config_name], arn)
        config = configs.get(config_name, {})
        variants = [
            variant
            for key in ("ProductionVariants", "ShadowProductionVariants")
            for variant in reading.within(CONFIG, config, key, subject=arn)
        ]
        served = dict.fromkeys(model for variant in variants if (model := text(variant.get("ModelName"))))
        facts = {"status": text(endpoint.get("EndpointStatus")), "config": config_name, "models": ", ".join(served)}
        facts |= _settings(config, variants)
        yield workload(reading, "sagemaker-endpoint", arn, name, (detail, endpoint), facts, public=False)
        role = role_arn(config.get("ExecutionRoleArn"))
        yield from reading.runs_as(arn, role)
        for model in served:
            yield from _serves(reading, f"endpoint {name}", arn, model, arns)
            # Without a role of its own, an endpoint's containers run as their models say.
            own = models.get(model, {}).get("ExecutionRoleArn")
            if role_arn(own) != role:
                yield from reading.runs_as(arn, own, f"role of model {model}")
    yield from reading.gaps_of_details(ENDPOINT, "EndpointName", ids)


def _serves(reading: Reading, title: str, arn: str, model: str, arns: dict[str, str]) -> Iterator[Link]:
    # A model may be deleted while it is being served.
    target = arns.get(model) or reading.arn("sagemaker", f"model/{model}")
    yield Link(source=arn, target=target, kind="uses_model", reason=f"{title} serves model {model}")


def _settings(config: dict[str, Any], variants: list[dict[str, Any]]) -> dict[str, str]:
    capture = table(config.get("DataCaptureConfig"))
    machines = (
        "serverless" if table(variant.get("ServerlessConfig")) else text(variant.get("InstanceType"))
        for variant in variants
    )
    opened = (text(variant.get("VariantName")) for variant in variants if variant.get("EnableSSMAccess") is True)
    return {
        "serving": ", ".join(dict.fromkeys(machine for machine in machines if machine)),
        "data_capture": text(capture.get("DestinationS3Uri")) if capture.get("EnableCapture") is True else "",
        "network_isolation": "true" if config.get("EnableNetworkIsolation") is True else "",
        "vpc": "true" if table(config.get("VpcConfig")) else "",
        "ssm_access": ", ".join(name for name in opened if name),
    }


def _components(reading: Reading, models: dict[str, dict[str, Any]], arns: dict[str, str]) -> Iterator[AnyRecord]:
    details = reading.details(COMPONENT, "InferenceComponentName")
    ids: dict[str, str] = {}
    for component in reading.items(
        COMPONENTS, "InferenceComponents", "InferenceComponentArn", "InferenceComponentName", "EndpointArn"
    ):
        arn, name = component["InferenceComponentArn"], component["InferenceComponentName"]
        ids[name] = arn
        detail = details.get(name, {})
        specifications = [table(detail.get("Specification")), *objects(detail.get("Specifications"))]
        variables = [
            pair
            for specification in specifications
            for pair in variables_of(table(specification.get("Container")).get("Environment"))
        ]
        served = dict.fromkeys(model for one in specifications if (model := text(one.get("ModelName"))))
        facts = {
            "status": text(component.get("InferenceComponentStatus")),
            "variant": text(component.get("VariantName")),
            "model": ", ".join(served),
        }
        names = [variable for variable, _ in variables]
        kind = "sagemaker-inference-component"
        yield workload(reading, kind, arn, name, (detail, component), facts, variables=names, public=False)
        reason = f"component {name} is served by endpoint {text(component.get('EndpointName'))}"
        yield Link(source=arn, target=component["EndpointArn"], kind="part_of", reason=reason)
        yield from reading.environment(arn, f"component {name}", distinct(variables))
        for model in served:
            yield from _serves(reading, f"component {name}", arn, model, arns)
            own = models.get(model, {}).get("ExecutionRoleArn")
            yield from reading.runs_as(arn, own, f"role of model {model}")
    yield from reading.gaps_of_details(COMPONENT, "InferenceComponentName", ids)
    yield from reading.sightings(COMPONENT, named_on_the_way("InferenceComponentArn"))
