"""Signed assertions that stand in for a secret: the application's own, or of somebody it trusts.

The claims are always judged. Signature and issuer are, once certificates or federated credentials
are registered in the settings; before that anybody's will do.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from local.fakes.tenant.refusals import LOGIN, Refused
from local.fakes.tenant.settings import LOOPBACK, Federated, Settings

BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
FEDERATED = "api://AzureADTokenExchange"


def check(settings: Settings, client: str, form: Mapping[str, str]) -> None:
    """Raises Refused unless the form's assertion speaks for ``client``."""
    if form.get("client_assertion_type") != BEARER:
        raise _refused(900144, "client_assertion_type is missing or unknown.")
    head, claims = _read(form["client_assertion"])
    audiences = claims.get("aud")
    audiences = audiences if isinstance(audiences, list) else [audiences]
    if FEDERATED in audiences:
        _check_trusted(settings, claims)
    elif claims.get("iss") != client or claims.get("sub") != client:
        raise _refused(700021, "Issuer and subject of the assertion must be the client id.")
    elif not any(_is_token_endpoint(str(url), settings.tenant_id) for url in audiences):
        raise _refused(700023, "Client assertion audience claim does not match.")
    elif settings.certificates:
        _check_signature(settings.certificates, form["client_assertion"], head)


def _read(assertion: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of an assertion that is signed, by whomever, and still good."""
    try:
        whole = jwt.decode_complete(assertion, options={"verify_signature": False})
    except jwt.PyJWTError as exc:
        raise _refused(50027, "JWT token is invalid or malformed.") from exc
    head, claims = whole["header"], whole["payload"]
    if not whole["signature"] or head.get("alg") not in {"PS256", "RS256"}:
        raise _refused(5002723, "The assertion is not signed with PS256 or RS256.")
    if not isinstance(claims.get("exp"), int | float) or claims["exp"] <= time.time():
        raise _refused(700024, "Client assertion is not within its valid time range.")
    return head, claims


def _check_trusted(settings: Settings, claims: Mapping[str, Any]) -> None:
    """Issuer and subject, exactly as registered. Raises Refused."""
    issuer, subject = str(claims.get("iss") or ""), str(claims.get("sub") or "")
    known = Federated(issuer=issuer, subject=subject) in settings.federated
    if not issuer.startswith("https://") or not subject or (settings.federated and not known):
        raise _refused(70021, "No matching federated identity record found.")


def _check_signature(pems: tuple[str, ...], assertion: str, head: Mapping[str, Any]) -> None:
    """By the registered certificate that the header names by its thumbprint. Raises Refused."""
    for pem in pems:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        if _names(head, certificate):
            key: Any = certificate.public_key()
            try:
                jwt.PyJWS().decode(assertion, key, algorithms=[head["alg"]])
            except jwt.InvalidSignatureError as exc:
                raise _refused(700027, "Client assertion failed signature validation.") from exc
            return
    raise _refused(700027, "The certificate that signed the assertion is not registered.")


def _names(head: Mapping[str, Any], certificate: x509.Certificate) -> bool:
    """By SHA-256, or by SHA-1 as azure-identity does; msal pads where the standard does not."""
    for name, digest in (("x5t#S256", hashes.SHA256()), ("x5t", hashes.SHA1())):  # noqa: S303
        thumbprint = base64.urlsafe_b64encode(certificate.fingerprint(digest)).decode()
        if name in head:
            return str(head[name]).rstrip("=") == thumbprint.rstrip("=")
    return False


def _is_token_endpoint(url: str, tenant_id: str) -> bool:
    parts = urlsplit(url)
    hosts = LOOPBACK | {urlsplit(LOGIN).hostname}
    path = f"/{tenant_id}/oauth2/v2.0/token"
    return (parts.scheme, parts.path) == ("https", path) and parts.hostname in hosts


def _refused(number: int, text: str) -> Refused:
    return Refused("invalid_client", number, text, 401)
