"""The emulator as a WSGI application: it logs a call, then a fault, the overlay or moto answers it."""

from __future__ import annotations

import io
import json
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from tests.clouds.aws import overlay
from tests.clouds.aws.answers import Answer, ServiceError, error_answer, html_answer, not_opted_in
from tests.clouds.aws.calls import Call, CallLog
from tests.clouds.aws.faults import GLOBAL, Fault, Faults
from tests.clouds.aws.ids import stable_id
from tests.clouds.aws.overlays.regions import OPT_IN, Regions
from tests.clouds.aws.routing import find_target
from tests.clouds.aws.untyped import moto_module
from tests.clouds.loopback import DroppedError

DEFAULT_ACCOUNT = "123456789012"
"""Account of every key that the emulator does not know."""

BROKEN = 599
"""Status of an answer that the emulator could not make. No SDK retries it."""

CONTROL = "/_emulator/"
"""Path under which another process steers the emulator."""

StartResponse = Callable[..., Any]


class Emulator:
    """All of AWS, in one process. moto's state is the process's, so there can be one at a time."""

    def __init__(self) -> None:
        self.calls = CallLog()
        self.faults = Faults()
        self.store = overlay.Store()
        self.defects: list[str] = []
        """What went wrong inside of the emulator; a fixture fails the test for it."""
        self._clock: datetime | None = None
        server = moto_module("server")
        self._moto = server.DomainDispatcherApplication(server.create_backend_app)
        self._accounts: dict[str, str] = {}
        self._lock = threading.Lock()
        _make_moto_lifelike(self)
        _compile_routes_singly()

    @property
    def now(self) -> datetime:
        """The time that the emulator goes by: the clock that was set, else the real one."""
        return self._clock or overlay.utc_now()

    def set_clock(self, clock: datetime | None) -> None:
        """Stop the emulator's clock at a time, so that what it writes down itself is the same on each run."""
        self._clock = clock

    def reset(self) -> None:
        """Forget everything: estates, faults, calls, hooks, defects and the clock."""
        from moto.core.base_backend import BackendDict
        from moto.core.model_instances import reset_model_data
        from moto.organizations.models import organizations_backends

        BackendDict.reset()
        organizations_backends.master_accounts.clear()  # which moto's own reset forgets
        reset_model_data()
        self.store.clear()
        self.faults.clear()
        self.calls.clear()
        self.defects.clear()
        self._accounts.clear()
        self._clock = None

    def check(self) -> None:
        """Raise AssertionError when something went wrong inside of the emulator."""
        if self.defects:
            raise AssertionError("the AWS emulator broke:\n" + "\n".join(self.defects))

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        path: str = environ.get("PATH_INFO", "")
        body = _read(environ)
        if path.startswith(CONTROL):
            return _send(self._control(environ["REQUEST_METHOD"], path.removeprefix(CONTROL), body), start_response)
        target = find_target(environ, body)
        if target is None:
            return self._moto(environ, start_response)  # type: ignore[no-any-return]
        call = Call(target, self._account_of(target.access_key), environ, body)
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = call.account
        answer = self._answer(call, environ, body)
        if answer is not None:
            call.status = answer.status
            return _send(answer, start_response)
        call.source = "moto"

        def noted(status: str, headers: Any, *rest: Any) -> Any:
            call.status = int(status.split()[0])
            return start_response(status, headers, *rest)

        try:
            return self._moto(environ, noted)  # type: ignore[no-any-return]
        except Exception as error:
            # What moto lacks is no defect: a scan meets such answers from proxies too. Whatever else it is, is one.
            if not isinstance(error, NotImplementedError):
                self._broke(call, error)
            call.status = 500
            return _send(html_answer(500), start_response)

    def _answer(self, call: Call, environ: Mapping[str, Any], body: bytes) -> Answer | None:
        """The answer of a fault or of the overlay; None where moto is to answer."""
        target = call.target
        try:
            self.calls.add(call)
            principal = f"arn:aws:sts::{call.account}:assumed-role/{target.access_key}"
            if self._is_shut(call):
                raise not_opted_in(target)
            answer = self.faults.befall(call, principal)
            if answer is not None:
                call.source = "fault"
                return answer
            handler = overlay.handlers().get((call.service, call.operation))
            if handler is None:
                return None
            call.source = "overlay"
            self._visit(call)
            context = overlay.Context(call.account, call.region, target.access_key, self.store, self.now)
            return overlay.encoded(target, environ, body, handler, context)
        except DroppedError:
            raise
        except ServiceError as error:
            return error_answer(target, error.code, error.message, error.status)
        except Exception as error:
            # Whatever it is, the test must fail for it, and must see why.
            self._broke(call, error)
            return error_answer(target, "EmulatorBroke", str(error), BROKEN)

    def _is_shut(self, call: Call) -> bool:
        """Whether the call goes to a region that the account has not opted into."""
        if call.region not in OPT_IN or call.service in GLOBAL:
            return False
        return call.region not in self.store.get(Regions, call.account).opted_in

    def _broke(self, call: Call, error: Exception) -> None:
        self.defects.append(f"{call!r}: {''.join(traceback.format_exception(error))}")

    def _account_of(self, access_key: str) -> str:
        known = self._accounts.get(access_key)
        if known is None:
            from moto.iam.models import get_account_id_from, iam_backends

            known = get_account_id_from(access_key)
            if access_key in iam_backends[known]["aws"].access_keys:
                self._accounts[access_key] = known
        return known

    def _visit(self, call: Call) -> None:
        """Note the use of a key, as moto does for the calls that it answers itself."""
        from moto.iam.models import mark_account_as_visited

        mark_account_as_visited(call.account, call.target.access_key, call.service, call.region)

    def _control(self, method: str, path: str, body: bytes) -> Answer:
        """Steer the emulator from another process; see `tests.clouds.aws.process.AwsProcess`."""
        from tests.clouds.aws.estates import seed_estate

        try:
            match method, path:
                case "POST", "faults":
                    self.faults.add(Fault(**json.loads(body)))
                case "DELETE", "faults":
                    self.faults.clear()
                case "GET", "calls":
                    return _json([call.to_json() for call in self.calls])
                case "GET", "counts":
                    return _json(dict(self.calls.names()))
                case "DELETE", "calls":
                    self.calls.clear()
                case "GET", "defects":
                    return _json(self.defects)
                case "POST", "reset":
                    self.reset()
                case "POST", "estate":
                    return _json(seed_estate(self, **json.loads(body)))
                case _:
                    return _json({"error": f"no such control: {method} {path}"}, 404)
        except (TypeError, ValueError) as error:
            return _json({"error": str(error)}, 400)
        return _json({})


def _read(environ: dict[str, Any]) -> bytes:
    """The body; it is put back for whoever reads next. A chunked one, which only uploads have, is left alone."""
    length = environ.get("CONTENT_LENGTH")
    if not length:
        return b""
    body: bytes = environ["wsgi.input"].read(int(length))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _send(answer: Answer, start_response: StartResponse) -> list[bytes]:
    headers = {**answer.headers, "Content-Length": str(len(answer.body))}
    start_response(f"{answer.status} -", list(headers.items()))
    return [answer.body]


def _json(document: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(document, default=str).encode(), {"Content-Type": "application/json"})


def _compile_routes_singly() -> None:
    """Let one thread at a time compile routes: Python 3.11 counts the depth of syntax trees for all threads together.

    Where two of them build trees at once, one fails with "AST constructor recursion depth mismatch".
    """
    from werkzeug.routing.rules import Rule

    compile_builder = Rule._compile_builder
    if getattr(compile_builder, "single", False):
        return
    lock = threading.RLock()

    def compiled(self: Rule, append_unknown: bool = True) -> Any:
        with lock:
            return compile_builder(self, append_unknown)

    compiled.single = True  # type: ignore[attr-defined]
    Rule._compile_builder = compiled  # type: ignore[method-assign]


def _make_moto_lifelike(emulator: Emulator) -> None:
    """Give moto's IAM the emulator's clock, and ids that begin as AWS's do: AIDA for a user, AGPA for a group."""
    models = moto_module("iam.models")
    user_class, group_class = models.User, models.Group
    while hasattr(user_class, "lifelike"):
        user_class, group_class = user_class.__base__, group_class.__base__

    class User(user_class):  # type: ignore[misc,valid-type]
        lifelike = True

        def __init__(self, account_id: str, region_name: str, name: str, path: str | None = None) -> None:
            super().__init__(account_id, region_name, name, path)
            self.id = stable_id("AIDA", account_id, "user", name)

    class Group(group_class):  # type: ignore[misc,valid-type]
        lifelike = True

        def __init__(self, account_id: str, region_name: str, name: str, path: str = "/") -> None:
            super().__init__(account_id, region_name, name, path)
            self.id = stable_id("AGPA", account_id, "group", name)

    models.User, models.Group = User, Group
    models.utcnow = lambda: emulator.now
