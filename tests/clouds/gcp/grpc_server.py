"""IAM's administration API over gRPC, with the message types of google-cloud-iam itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
from google.cloud.iam_admin_v1 import types
from google.iam.v1 import iam_policy_pb2, options_pb2, policy_pb2
from google.protobuf.json_format import ParseDict
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from tests.clouds.gcp.answers import ApiError, Item, not_found
from tests.clouds.gcp.calls import Call
from tests.clouds.gcp.emulator import Emulator
from tests.clouds.gcp.faults import HtmlError
from tests.clouds.gcp.state import State
from tests.clouds.loopback import DroppedError

_STATUS = {
    "PERMISSION_DENIED": grpc.StatusCode.PERMISSION_DENIED,
    "RESOURCE_EXHAUSTED": grpc.StatusCode.RESOURCE_EXHAUSTED,
    "NOT_FOUND": grpc.StatusCode.NOT_FOUND,
    "INVALID_ARGUMENT": grpc.StatusCode.INVALID_ARGUMENT,
    "UNIMPLEMENTED": grpc.StatusCode.UNIMPLEMENTED,
}
_ACCOUNT = "iam.googleapis.com/ServiceAccount"
_KEY = "iam.googleapis.com/ServiceAccountKey"


def _paged(request: Any, items: list[Item], most: int, size: int | None) -> tuple[list[Item], str]:
    wanted = min(request.page_size or 20, most, size or most)
    start = int(request.page_token or 0)
    left = start + wanted < len(items)
    return items[start : start + wanted], str(start + wanted) if left else ""


class IamService(grpc.GenericRpcHandler):  # type: ignore[misc]
    """Answers the calls of `google.iam.admin.v1.IAM` that read."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._methods: dict[str, tuple[Callable[[bytes], Any], Callable[[Any], bytes], Callable[[Any], Any]]] = {
            "ListServiceAccounts": (
                types.ListServiceAccountsRequest.deserialize,
                types.ListServiceAccountsResponse.serialize,
                self._accounts,
            ),
            "ListServiceAccountKeys": (
                types.ListServiceAccountKeysRequest.deserialize,
                types.ListServiceAccountKeysResponse.serialize,
                self._keys,
            ),
            "ListRoles": (types.ListRolesRequest.deserialize, types.ListRolesResponse.serialize, self._roles),
            "GetIamPolicy": (
                iam_policy_pb2.GetIamPolicyRequest.FromString,
                policy_pb2.Policy.SerializeToString,
                self._policy,
            ),
        }

    def service(self, handler_call_details: Any) -> Any:
        """See `grpc.GenericRpcHandler`."""
        service, _, method = handler_call_details.method.strip("/").partition("/")
        if service != "google.iam.admin.v1.IAM" or method not in self._methods:
            return None
        read, write, function = self._methods[method]

        def answer(request: Any, context: Any) -> Any:
            return self._answered(method, function, request, context)

        return grpc.unary_unary_rpc_method_handler(answer, request_deserializer=read, response_serializer=write)

    def _answered(self, method: str, function: Callable[[Any], Any], request: Any, context: Any) -> Any:
        about = getattr(request, "name", "") or getattr(request, "resource", "") or getattr(request, "parent", "")
        call = Call("iam", "RPC", f"{method}/{about}".rstrip("/"))
        try:
            self._emulator.calls.add(call)
            self._emulator.faults.befall(call)
            return function(request)
        except ApiError as error:
            context.abort_with_status(rpc_status.to_status(_status(error)))
        except (HtmlError, DroppedError):
            context.abort(grpc.StatusCode.UNAVAILABLE, "connection reset")
        except Exception as error:
            self._emulator.defects.append(f"{call} raised {type(error).__name__}: {error}")
            raise

    @property
    def _state(self) -> State:
        return self._emulator.state

    def _accounts(self, request: Any) -> Any:
        items = [asset.data for asset in self._state.within(request.name, _ACCOUNT)]
        page, token = _paged(request, items, 100, self._emulator.page_size)
        accounts = [types.ServiceAccount(**_snake(item)) for item in page]
        return types.ListServiceAccountsResponse(accounts=accounts, next_page_token=token)

    def _keys(self, request: Any) -> Any:
        email = request.name.rpartition("/")[2]
        if email not in self._state.aliases:
            raise not_found(request.name)
        marker = f"/serviceAccounts/{self._state.aliases[email]}/"
        keys = [asset.data for asset in self._state.index[_KEY] if marker in asset.name]
        made = [ParseDict(item, types.ServiceAccountKey.pb()(), ignore_unknown_fields=False) for item in keys]
        return types.ListServiceAccountKeysResponse(keys=[types.ServiceAccountKey.wrap(one) for one in made])

    def _roles(self, request: Any) -> Any:
        if request.parent:
            place = self._state.place(request.parent)
            items = [
                asset.data
                for asset in self._state.within(place, "iam.googleapis.com/Role")
                if asset.ancestors[0] == place and (request.show_deleted or not asset.data.get("deleted"))
            ]
        else:
            items = list(self._state.roles.values())
        if request.view != types.RoleView.FULL:
            items = [{key: value for key, value in item.items() if key != "includedPermissions"} for item in items]
        page, token = _paged(request, items, 1000, self._emulator.page_size)
        made = [types.Role.wrap(ParseDict(item, types.Role.pb()())) for item in page]
        return types.ListRolesResponse(roles=made, next_page_token=token)

    def _policy(self, request: Any) -> Any:
        email = request.resource.rpartition("/")[2]
        unique = self._state.aliases.get(email)
        if unique is None:
            raise not_found(request.resource)
        name = next(a.name for a in self._state.index[_ACCOUNT] if a.name.endswith(f"/{unique}"))
        options: options_pb2.GetPolicyOptions = request.options
        version = options.requested_policy_version
        bindings = self._state.policies.get(name, [])
        if version != 3:
            bindings = [{k: v for k, v in one.items() if k != "condition"} for one in bindings]
        return ParseDict({"version": version, "bindings": bindings}, policy_pb2.Policy())


def _snake(item: Item) -> Item:
    """Fields as the library names them: an unknown one is an error there."""
    return {re.sub(r"([A-Z])", lambda found: f"_{found[1].lower()}", key): value for key, value in item.items()}


def _status(error: ApiError) -> status_pb2.Status:
    status = status_pb2.Status(code=_STATUS.get(error.code, grpc.StatusCode.INTERNAL).value[0], message=error.message)
    for detail in error.details:
        kind = detail["@type"].rpartition(".")[2]
        if kind in ("RetryInfo", "ErrorInfo"):
            rest = {key: value for key, value in detail.items() if key != "@type"}
            status.details.add().Pack(ParseDict(rest, getattr(error_details_pb2, kind)()))
    return status


def serve(emulator: Emulator) -> tuple[Any, int]:
    """A server on a free port of 127.0.0.1, and the port."""
    server = grpc.server(ThreadPoolExecutor(max_workers=16), options=(("grpc.so_reuseport", 0),))
    server.add_generic_rpc_handlers((IamService(emulator),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port
