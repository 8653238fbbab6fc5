"""Signing in at Microsoft Entra: authorization code with PKCE, by an app of its own.

The app registration of the launcher may nothing but sign people in; the credential that writes
accounts is out of reach of a function that the internet can call.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import msal  # type: ignore[import-untyped]

from kakehashi.catalogue import launch as rules
from kakehashi.edges.errors import TryLater
from kakehashi.edges.microsoft.credentials import (
    FAILURES,
    LOGIN,
    LoginClient,
    for_msal,
    read_credential,
    secure,
)
from kakehashi.edges.settings import LaunchSettings
from kakehashi.lti.refusal import Refusal


class Forgetful(msal.TokenCache):  # type: ignore[misc]
    """Keeps no token: all we want of a sign-in is who it was."""

    def add(self, event: Any, now: Any = None) -> None:
        pass


@dataclass(frozen=True, slots=True)
class SignedIn:
    """``object_id`` is the account's Graph object id."""

    object_id: str


class SignIn:
    def __init__(self, app: msal.ConfidentialClientApplication, base: str, tenant_id: str) -> None:
        self.app, self.base, self.tenant_id = app, base, tenant_id

    @classmethod
    @functools.cache
    def of(cls, settings: LaunchSettings) -> Self:
        """Reads the secret and asks the login host for its configuration, once a process."""
        base = secure(settings.login_base_url)
        authority = f"{LOGIN}/{settings.tenant_id}"
        credential = read_credential(settings.sign_in_secret)
        try:
            app = msal.ConfidentialClientApplication(
                settings.sign_in_client_id,
                client_credential=for_msal(credential, settings.sign_in_client_id, authority),
                authority=authority,
                http_client=LoginClient(base),
                instance_discovery=False,
                token_cache=Forgetful(),
                exclude_scopes=["offline_access"],  # no refresh token: nothing is done later
            )
        except FAILURES as exc:
            raise TryLater("the login host does not answer") from exc
        return cls(app, base, settings.tenant_id)

    def begin(self, back: str) -> dict[str, Any]:
        """A sign-in under way: send the browser to its ``auth_uri``, keep the rest for ``end``.

        The code comes back in a form, never in an address (RFC 9700 §4.3.1). On a shared tablet
        the account is asked for each time.
        """
        flow: dict[str, Any] = self.app.initiate_auth_code_flow(
            scopes=[], redirect_uri=back, response_mode="form_post", prompt="select_account"
        )
        return flow | {"auth_uri": self.base + flow["auth_uri"].removeprefix(LOGIN)}

    def end(self, flow: Mapping[str, Any], answer: Mapping[str, str]) -> SignedIn | Refusal:
        """Who came back. The code is redeemed with PKCE; state and nonce are checked by msal."""
        try:
            found = self.app.acquire_token_by_auth_code_flow(dict(flow), dict(answer))
        except FAILURES as exc:
            raise TryLater("the login host does not answer") from exc
        except (ValueError, RuntimeError):  # another state, or an id_token not made for us
            return Refusal(rules.SIGN_IN_NOT_OURS, "state or nonce")
        claims = found.get("id_token_claims")
        if not claims:
            if found.get("error") == "invalid_client":  # a renewed credential is taken up at once
                SignIn.of.cache_clear()
            numbers = found.get("error_codes") or []
            return Refusal(rules.SIGN_IN_REFUSED, f"AADSTS{numbers[0]}" if numbers else "")
        if str(claims.get("tid", "")).lower() != self.tenant_id.lower():
            return Refusal(rules.OTHER_TENANT)
        return SignedIn(str(claims.get("oid", "")).lower())
