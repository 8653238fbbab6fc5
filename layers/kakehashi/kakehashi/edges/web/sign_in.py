"""Signing in at Microsoft Entra: authorization code with PKCE, by an app of its own.

The app registration may nothing but sign people in; the credential that writes accounts is out of
reach of a function that the internet can call.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

import msal  # type: ignore[import-untyped]

from kakehashi.edges.errors import TryLater
from kakehashi.edges.microsoft.credentials import (
    FAILURES,
    LOGIN,
    LoginClient,
    for_msal,
    read_credential,
    secure,
)
from kakehashi.edges.settings import SignInSettings


class Forgetful(msal.TokenCache):  # type: ignore[misc]
    """Keeps no token: all we want of a sign-in is who it was."""

    def add(self, event: Any, now: Any = None) -> None:
        pass


@dataclass(frozen=True, slots=True)
class SignedIn:
    """``object_id`` is the account's Graph object id, ``roles`` the app roles given to it, and
    ``auth_time`` when the person last proved who it is, in seconds since 1970; 0 where the token
    does not say. ``repr`` hides the name."""

    object_id: str
    name: str = field(default="", repr=False)
    roles: tuple[str, ...] = ()
    auth_time: int = 0


class Why(StrEnum):
    """Why nobody is signed in."""

    NOT_OURS = "not ours"  # begun elsewhere, or ended twice
    REFUSED = "refused"  # by Microsoft
    OTHER_TENANT = "other tenant"
    NOT_FRESH = "not fresh"  # the proof that was asked for is too old, or was not given


@dataclass(frozen=True, slots=True)
class NotSignedIn:
    """``detail`` is a word for the log, never a person's."""

    why: Why
    detail: str = ""


class SignIn:
    def __init__(self, app: msal.ConfidentialClientApplication, base: str, tenant_id: str) -> None:
        self.app, self.base, self.tenant_id = app, base, tenant_id

    @classmethod
    @functools.cache
    def of(cls, settings: SignInSettings) -> Self:
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

    def begin(
        self, back: str, prompt: str = "select_account", max_age: int | None = None
    ) -> dict[str, Any]:
        """A sign-in under way: send the browser to its ``auth_uri``, keep the rest for ``end``.

        The code comes back in a form, never in an address (RFC 9700 §4.3.1). On a shared tablet
        the account is asked for each time; with ``prompt`` "" whoever is signed in there already
        comes straight back. ``max_age`` (seconds) asks for a proof of that age at most, which
        ``end`` then demands.
        """
        flow: dict[str, Any] = self.app.initiate_auth_code_flow(
            scopes=[],
            redirect_uri=back,
            response_mode="form_post",
            **({"prompt": prompt} if prompt else {}),
            **({} if max_age is None else {"max_age": max_age}),
        )
        return flow | {"auth_uri": self.base + flow["auth_uri"].removeprefix(LOGIN)}

    def end(self, flow: Mapping[str, Any], answer: Mapping[str, str]) -> SignedIn | NotSignedIn:
        """Who came back. The code is redeemed with PKCE; state, nonce and age of the proof are
        checked by msal."""
        try:
            found = self.app.acquire_token_by_auth_code_flow(dict(flow), dict(answer))
        except FAILURES as exc:
            raise TryLater("the login host does not answer") from exc
        except (ValueError, RuntimeError) as exc:  # its text may hold the whole token: not told
            return _not_ours(exc)
        claims = found.get("id_token_claims")
        if not claims:
            if found.get("error") == "invalid_client":  # a renewed credential is taken up at once
                SignIn.of.cache_clear()
            numbers = found.get("error_codes") or []
            return NotSignedIn(Why.REFUSED, f"AADSTS{numbers[0]}" if numbers else "")
        if str(claims.get("tid", "")).lower() != self.tenant_id.lower():
            return NotSignedIn(Why.OTHER_TENANT)
        return _signed_in(claims)


def _not_ours(exc: Exception) -> NotSignedIn:
    """Another state, a token not made for us, or, as msal numbers it, too old a proof."""
    if str(exc).startswith("13. "):
        return NotSignedIn(Why.NOT_FRESH)
    return NotSignedIn(Why.NOT_OURS, "state or nonce")


def _signed_in(claims: Mapping[str, Any]) -> SignedIn:
    given = claims.get("roles")
    return SignedIn(
        object_id=str(claims.get("oid", "")).lower(),
        name=str(claims.get("name", "")),
        roles=tuple(str(role) for role in given) if isinstance(given, list) else (),
        auth_time=int(claims.get("auth_time") or 0),
    )
