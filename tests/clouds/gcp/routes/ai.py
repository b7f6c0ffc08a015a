"""Vertex AI, the registry and the identities of agents, Gemini Enterprise, Dialogflow and Workbench: lists by location.

All of them are drawn from the assets whose names lie in the project and the location that is asked for.
"""

from __future__ import annotations

from typing import Any

from tests.clouds.gcp.answers import ApiError, Item
from tests.clouds.gcp.routing import Request, get, post

LOCATIONS = {
    "aiplatform": ("europe-west4", "global", "us-central1", "us-east4"),
    "agentregistry": ("global", "us-central1"),
    "agentidentity": ("global", "us-central1"),
    "dialogflow": ("global", "us-central1"),
}
"""Where the services work."""
VERTEX = {
    "reasoningEngines": ("ReasoningEngine", 100),
    "agents": ("Agent", 100),
    "endpoints": ("Endpoint", 100),
    "customJobs": ("CustomJob", 100),
    "pipelineJobs": ("PipelineJob", 100),
    "notebookRuntimes": ("NotebookRuntime", 100),
}
REGISTRY = {
    "agents": "Agent",
    "mcpServers": "McpServer",
    "aiApplications": "AiApplication",
    "bindings": "Binding",
    "findings": "Finding",
}


def _place(request: Request) -> str:
    return request.state.place(f"projects/{request.params['project']}")


def _in(request: Request, type: str, location: str) -> list[Item]:
    """Data of the assets of a type in a project and a location."""
    within = f"/locations/{location}/"
    return [
        asset.data
        for asset in request.state.within(f"projects/{request.params['project']}", type)
        if within in asset.name or (location == "-" and "/locations/" in asset.name)
    ]


def _locations(request: Request, service: str) -> Any:
    place = _place(request)
    found = [{"name": f"{place}/locations/{one}", "locationId": one} for one in LOCATIONS[service]]
    return request.page("locations", found, most=200)


@get("aiplatform", "v1/projects/{project}/locations")
def vertex_locations(request: Request) -> Any:
    """locations.list of Vertex AI."""
    return _locations(request, "aiplatform")


@get("agentregistry", "v1/projects/{project}/locations")
def registry_locations(request: Request) -> Any:
    """locations.list of the registry of agents."""
    return _locations(request, "agentregistry")


@get("agentidentity", "v1/projects/{project}/locations")
def identity_locations(request: Request) -> Any:
    """locations.list of the identities of agents."""
    return _locations(request, "agentidentity")


@get("dialogflow", "v3/projects/{project}/locations")
def dialogflow_locations(request: Request) -> Any:
    """locations.list of Dialogflow."""
    return _locations(request, "dialogflow")


@get("*aiplatform", "v1/projects/{project}/locations/{location}/{collection}")
def vertex(request: Request) -> Any:
    """Lists of one region, which its own host alone answers."""
    location = request.params["location"]
    if request.service != ("aiplatform" if location == "global" else f"{location}-aiplatform"):
        raise ApiError(400, f"{request.service} does not answer for {location}.")
    for refusal in request.state.lists[f"aiplatform refuses {location}"]:
        raise ApiError(400, refusal["message"])
    type, most = VERTEX[request.params["collection"]]
    items = _in(request, f"aiplatform.googleapis.com/{type}", location)
    return request.page(request.params["collection"], items, most=most, allow=("readMask",))


@post("*aiplatform", "v1/{+name}:getIamPolicy")
def vertex_policy(request: Request) -> Any:
    """getIamPolicy of a reasoning engine, which is posted without a body and asked for its version in the query."""
    if request.body is not None:
        raise ApiError(400, "Request body must be empty.")
    if request.query.get("options.requestedPolicyVersion") != ["3"]:
        raise ApiError(400, "Conditions are shown in version 3 of policies alone.")
    bindings = request.state.policies.get(f"//aiplatform.googleapis.com/{request.params['name']}", [])
    return {"version": 3, "bindings": bindings, "etag": "BwXhqDVF3kg="}


@get("agentregistry", "v1/projects/{project}/locations/{location}/{collection}")
def registry(request: Request) -> Any:
    """Lists of the registry of agents."""
    collection = request.params["collection"]
    items = _in(request, f"agentregistry.googleapis.com/{REGISTRY[collection]}", request.params["location"])
    return request.page(collection, items, most=100)


@get("agentidentity", "v1/projects/{project}/locations/{location}/authProviders")
def auth_providers(request: Request) -> Any:
    """authProviders.list."""
    items = _in(request, "agentidentity.googleapis.com/AuthProvider", request.params["location"])
    return request.page("authProviders", items, most=100)


@get("agentidentity", "v1/projects/{project}/locations/{location}/authProviders/{provider}:queryWorkloads")
def workloads(request: Request) -> Any:
    """authProviders.queryWorkloads, which gives texts."""
    found = request.state.lists[f"agentidentity workloads {request.params['provider']}"]
    body = request.page("workloadIds", found, most=1000)
    return {key: [one["id"] for one in value] if key == "workloadIds" else value for key, value in body.items()}


@get("agentidentity", "v1/{+name}:getIamPolicy")
def provider_policy(request: Request) -> Any:
    """authProviders.getIamPolicy, which is a GET."""
    assert request.one("options.requestedPolicyVersion") == "3"
    bindings = request.state.policies.get(f"//agentidentity.googleapis.com/{request.params['name']}", [])
    return {"version": 3, "bindings": bindings, "etag": "BwXhqDVF3kg="}


@get("agentidentity", "v1/projects/{project}/locations/{location}/accessSummaries")
def access_summaries(request: Request) -> Any:
    """accessSummaries.list."""
    items = _in(request, "agentidentity.googleapis.com/AccessSummary", request.params["location"])
    return request.page("accessSummaries", items, most=1000)


@get("*discoveryengine", "v1/projects/{project}/locations/{location}/collections/{collection}/engines")
def engines(request: Request) -> Any:
    """engines.list of Gemini Enterprise: each multi-region has a host of its own."""
    location = request.params["location"]
    expected = "discoveryengine" if location == "global" else f"{location}-discoveryengine"
    if request.service != expected:
        raise ApiError(400, f"{request.service} does not answer for {location}.")
    return request.page("engines", _in(request, "discoveryengine.googleapis.com/Engine", location), most=1000)


@get("*discoveryengine", "v1alpha/{+parent}/assistants")
def assistants(request: Request) -> Any:
    """assistants.list."""
    return request.page("assistants", _under(request, "Assistant"), most=1000)


@get("*discoveryengine", "v1alpha/{+parent}/agents")
def enterprise_agents(request: Request) -> Any:
    """assistants.agents.list."""
    return request.page("agents", _under(request, "Agent"), most=1000)


def _under(request: Request, type: str) -> list[Item]:
    parent = request.params["parent"]
    assets = request.state.index.get(f"discoveryengine.googleapis.com/{type}", [])
    return [one.data for one in assets if str(one.data["name"]).rpartition("/")[0].rpartition("/")[0] == parent]


@get("*dialogflow", "v3/projects/{project}/locations/{location}/agents")
def dialogflow_agents(request: Request) -> Any:
    """agents.list of Dialogflow CX."""
    return request.page("agents", _in(request, "dialogflow.googleapis.com/Agent", request.params["location"]), most=100)


@get("notebooks", "v2/projects/{project}/locations/{location}/instances")
def workbench(request: Request) -> Any:
    """instances.list of Workbench; "-" stands for all locations."""
    items = _in(request, "notebooks.googleapis.com/Instance", request.params["location"])
    missing: list[Any] = [one["name"] for one in request.state.lists["unreached notebooks"]]
    return {**request.page("instances", items, most=500), **({"unreachable": missing} if missing else {})}
