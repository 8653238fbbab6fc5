"""Whether a domain is our tenant's: Entra's discovery tells anybody whose a verified domain is.

For a person who looks before the first night, and for nothing that a night decides. No permission
is needed, which reading the tenant's own list of domains would take.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing

import requests

from kakehashi.edges.errors import SignInBusy
from kakehashi.edges.microsoft.credentials import LOGIN, LoginClient, secure
from kakehashi.edges.settings import DirectorySettings


def of_tenant(settings: DirectorySettings, domains: Iterable[str]) -> dict[str, bool]:
    """By domain. Raises SignInBusy where the login host does not answer."""
    with closing(LoginClient(secure(settings.login_base_url))) as http:
        ours = _issuer(http, settings.tenant_id)
        return {one: ours is not None and _issuer(http, one) == ours for one in domains}


def _issuer(http: LoginClient, name: str) -> str | None:
    """Who signs for the tenant of this id or domain, which names its id; None for no tenant's."""
    try:
        answer = http.get(f"{LOGIN}/{name}/v2.0/.well-known/openid-configuration")
    except requests.RequestException as exc:
        raise SignInBusy("the login host does not answer") from exc
    return str(answer.json()["issuer"]) if answer.ok else None
