"""IAM users and their keys and passwords, one by one: paged, with dates of their own, and found without a search."""

from __future__ import annotations

from typing import Any

from tests.clouds.aws.overlay import Context, answers, iam_page


def _backend(account: str) -> Any:
    from moto.iam.models import iam_backends

    return iam_backends[account]["aws"]


@answers("iam", "GetLoginProfile")
def _login(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    user = _backend(context.account).users.get(params.get("UserName", ""))
    if user is None or not user.password:
        return None
    return {
        "LoginProfile": {
            "UserName": user.name,
            "CreateDate": getattr(user, "password_changed", user.create_date),
            "PasswordResetRequired": bool(user.password_reset_required),
        }
    }


@answers("iam", "ListUsers")
def _users(context: Context, params: dict[str, Any]) -> dict[str, Any]:
    prefix = params.get("PathPrefix") or "/"
    users = [user for user in _backend(context.account).users.values() if user.path.startswith(prefix)]
    answer = iam_page("Users", users, params)
    answer["Users"] = [
        {
            "Path": user.path,
            "UserName": user.name,
            "UserId": user.id,
            "Arn": user.arn,
            "CreateDate": user.create_date,
            **({"PasswordLastUsed": user.password_last_used} if user.password_last_used else {}),
        }
        for user in answer["Users"]
    ]
    return answer


@answers("iam", "ListAccessKeys")
def _keys(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    user = _backend(context.account).users.get(params.get("UserName", ""))
    if user is None:
        return None  # moto has the error, and knows whose keys are meant when no user is named
    keys = [
        {
            "UserName": key.user_name,
            "AccessKeyId": key.access_key_id,
            "Status": key.status,
            "CreateDate": key.create_date,
        }
        for key in user.access_keys
    ]
    return iam_page("AccessKeyMetadata", keys, params)


@answers("iam", "GetAccessKeyLastUsed")
def _key_used(context: Context, params: dict[str, Any]) -> dict[str, Any] | None:
    key = _backend(context.account).access_keys.get(params["AccessKeyId"])
    if key is None or key.user_name is None:
        return None
    if key.last_used is None:
        used: dict[str, Any] = {"ServiceName": "N/A", "Region": "N/A"}
    else:
        used = {
            "LastUsedDate": key.last_used.timestamp,
            "ServiceName": key.last_used.service,
            "Region": key.last_used.region,
        }
    return {"UserName": key.user_name, "AccessKeyLastUsed": used}
