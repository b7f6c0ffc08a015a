"""Service Account Credentials: a token of one service account for another, through those that delegate."""

from __future__ import annotations

from typing import Any

from tests.clouds.gcp.answers import ApiError, denied
from tests.clouds.gcp.emulator import TOKEN
from tests.clouds.gcp.routing import Request, post


@post("iamcredentials", "v1/projects/-/serviceAccounts/{email}:generateAccessToken")
def token(request: Request) -> Any:
    """generateAccessToken, for accounts that there are."""
    email = request.params["email"]
    if email not in request.state.aliases:
        raise denied("iam.serviceAccounts.getAccessToken", f"iam.googleapis.com/{email}")
    for hop in (request.body or {}).get("delegates") or ():
        if hop.removeprefix("projects/-/serviceAccounts/") not in request.state.aliases or "/" not in hop:
            raise ApiError(400, f"{hop} is no delegate.")
    return {"accessToken": TOKEN, "expireTime": "2099-01-01T00:00:00Z"}
