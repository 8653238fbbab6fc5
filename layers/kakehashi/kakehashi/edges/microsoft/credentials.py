"""Who we are to Microsoft: tokens by client secret, certificate, KMS key or AWS web identity."""

from __future__ import annotations

import base64
import hashlib
import json
import ssl
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

import boto3
import msal  # type: ignore[import-untyped]
import requests
from msal.exceptions import MsalServiceError  # type: ignore[import-untyped]
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from kakehashi.edges.errors import AppRefused, BadConfiguration, CredentialRefused, SignInBusy
from kakehashi.edges.settings import DirectorySettings

LOGIN = "https://login.microsoftonline.com"
SCOPE = "https://graph.microsoft.com/.default"
AUDIENCE = "api://AzureADTokenExchange"  # what Entra expects in a federated credential
TIMEOUT = (5.0, 30.0)  # connect, read; seconds
FAILURES = (requests.RequestException, MsalServiceError)
NEVER = 9999  # days; web identity has nothing that expires
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})

type App = msal.ConfidentialClientApplication


class _Credential(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class Secret(_Credential):
    """``expires`` is the day that Entra names when the secret is made; a secret does not tell."""

    type: Literal["secret"]
    value: str = Field(repr=False)
    expires: date | None = None

    def last_day(self) -> date | None:
        return self.expires


class Certificate(_Credential):
    """Private key and certificate as PEM texts."""

    type: Literal["certificate"]
    private_key: str = Field(repr=False)
    public_certificate: str

    def last_day(self) -> date:
        return _last_day(self.public_certificate)


class KmsKey(_Credential):
    """The private key never leaves KMS; ``certificate`` is its public certificate as PEM."""

    type: Literal["kms"]
    key_id: str
    certificate: str

    def last_day(self) -> date:
        return _last_day(self.certificate)


class WebIdentity(_Credential):
    """No secret at all: AWS vouches for the function's role."""

    type: Literal["web-identity"]

    def last_day(self) -> date:
        return date.max


type Credential = Annotated[
    Secret | Certificate | KmsKey | WebIdentity, Field(discriminator="type")
]


def _last_day(pem: str) -> date:
    """Raises BadConfiguration where it is no certificate."""
    from cryptography import x509  # noqa: PLC0415 - not in the cold start of who does not ask

    try:
        return x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc.date()
    except ValueError as exc:
        raise BadConfiguration("the certificate in the credential secret is not PEM") from exc


def secure(url: str) -> str:
    """``url`` without a trailing slash. Raises BadConfiguration unless https or loopback."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return url.rstrip("/")
    raise BadConfiguration("a base URL must be https, or http on loopback")


def read_credential(secret_id: str) -> Credential:
    """The credential as Secrets Manager holds it. Raises BadConfiguration without its content."""
    text = boto3.client("secretsmanager").get_secret_value(SecretId=secret_id)["SecretString"]
    try:
        credential: Credential = TypeAdapter(Credential).validate_json(text)
    except ValidationError as exc:
        raise BadConfiguration("the credential secret is not one of the documented forms") from exc
    return credential


def days_left(credential: Credential, today: date) -> int | None:
    """Days until our credential expires, 9999 at most; None where the secret does not say. Raises
    BadConfiguration for a certificate that is none."""
    last = credential.last_day()
    return None if last is None else min(NEVER, (last - today).days)


def _not_throttled(answer: requests.Response) -> requests.Response:
    """Raises SignInBusy for 429 and 5xx: msal takes the one for a refusal, or for no configuration
    at all, and remembers both for a while."""
    code = answer.status_code
    if code == requests.codes.too_many_requests or code >= requests.codes.server_error:
        raise SignInBusy(f"the login host answers {code}")
    return answer


class LoginClient:
    """msal's http client: our timeouts, and the login host replaced by ``base``.

    msal accepts https authorities only, so the fake tenant on loopback is reached by rewriting.
    """

    def __init__(self, base: str) -> None:
        self.base, self.session = base, requests.Session()

    def get(self, url: str, **options: Any) -> requests.Response:
        return _not_throttled(self.session.get(self._here(url), timeout=TIMEOUT, **options))

    def post(self, url: str, **options: Any) -> requests.Response:
        return _not_throttled(self.session.post(self._here(url), timeout=TIMEOUT, **options))

    def close(self) -> None:
        self.session.close()

    def _here(self, url: str) -> str:
        return self.base + url.removeprefix(LOGIN) if url.startswith(LOGIN) else url


LATER = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
LATER_NUMBERS = frozenset({90033, 90055, 90024, 50196})
"""Transient: a fault of the service, too many requests, a budget exceeded, a loop of clients."""
NOT_THE_CREDENTIAL = frozenset({65001, 90002, 700016, 7000112, 7000229})
"""Not consented to; no such tenant, no such app in it; app disabled, without a principal."""


def no_token(answer: Mapping[str, Any]) -> SignInBusy | CredentialRefused:
    """What it means that the login host gave no token; ``answer`` is what msal makes of it."""
    numbers = answer.get("error_codes") or []
    word = str(answer.get("error", "NoToken"))
    if word in LATER or not LATER_NUMBERS.isdisjoint(numbers):
        return SignInBusy("the login host asks us to try later")
    code = f"AADSTS{numbers[0]}" if numbers else word
    refused = AppRefused if NOT_THE_CREDENTIAL & set(numbers) else CredentialRefused
    return refused(code, 401)


class Tokens:
    """Access tokens for Graph, kept in memory until they expire.

    After a refusal the credential is read anew: a Lambda that is still warm takes up the new one.
    """

    def __init__(self, sign_in: Callable[[], App], http: LoginClient) -> None:
        self._sign_in, self.http = sign_in, http
        self._app: App | None = sign_in()

    @classmethod
    def of(cls, settings: DirectorySettings) -> Self:
        """Reads the secret and asks the login host for its configuration."""
        http = LoginClient(secure(settings.login_base_url))
        return cls(lambda: _signing_in(settings, http), http)

    def bearer(self) -> str:
        """A valid token. Raises SignInBusy where a later try may get one, else CredentialRefused
        with the AADSTS number."""
        app = self._app or self._sign_in()
        self._app = app
        try:
            answer = app.acquire_token_for_client(scopes=[SCOPE])
        except FAILURES as exc:
            raise SignInBusy("the login host does not answer") from exc
        if token := answer.get("access_token"):
            return str(token)
        self._app = None
        raise no_token(answer)

    def granted(self) -> list[str]:
        """Application permissions that the token names, for a person who looks whether all were
        consented to: nothing is decided by them. Raises as ``bearer`` does."""
        claims = self.bearer().split(".")[1]
        facts = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        return sorted(map(str, facts.get("roles", [])))

    def forget(self) -> None:
        """Graph did not like the token we have: the next one is fetched."""
        if self._app:
            self._app.remove_tokens_for_client()

    def close(self) -> None:
        self.http.close()


def _signing_in(settings: DirectorySettings, http: LoginClient) -> App:
    authority = f"{LOGIN}/{settings.tenant_id}"
    credential = read_credential(settings.credential_secret)
    try:
        return msal.ConfidentialClientApplication(
            settings.client_id,
            client_credential=for_msal(credential, settings.client_id, authority),
            authority=authority,
            http_client=http,
            instance_discovery=False,  # we name the host ourselves; nobody else is asked
        )
    except FAILURES as exc:
        raise SignInBusy("the login host does not answer") from exc


def for_msal(credential: Credential, client_id: str, authority: str) -> str | dict[str, Any]:
    """A credential in the form that msal takes."""
    match credential:
        case Secret():
            return credential.value
        case Certificate():
            return credential.model_dump(include={"private_key", "public_certificate"})
        case KmsKey():
            return {"client_assertion": _signed_by_kms(credential, client_id, authority)}
        case WebIdentity():
            # boto3 takes the regional endpoint: the global one does not offer this call
            return {"client_assertion": vouched_by(boto3.client("sts"))}


def _signed_by_kms(credential: KmsKey, client_id: str, authority: str) -> Callable[[], str]:
    kms = boto3.client("kms")
    der = ssl.PEM_cert_to_DER_cert(credential.certificate)

    def assertion() -> str:
        text = unsigned(client_id, f"{authority}/oauth2/v2.0/token", der, int(time.time()))
        signature = kms.sign(
            KeyId=credential.key_id,
            Message=text.encode(),
            MessageType="RAW",
            SigningAlgorithm="RSASSA_PSS_SHA_256",
        )["Signature"]
        return f"{text}.{_b64(signature)}"

    return assertion


def unsigned(client_id: str, audience: str, certificate: bytes, now: int) -> str:
    """Header and claims of a client assertion, valid for ten minutes; signed with PS256 next."""
    head = {"alg": "PS256", "typ": "JWT", "x5t#S256": _b64(hashlib.sha256(certificate).digest())}
    claims = {
        "aud": audience,
        "iss": client_id,
        "sub": client_id,
        "jti": str(uuid.uuid4()),
        "nbf": now,
        "iat": now,
        "exp": now + 600,
    }
    return f"{_b64(json.dumps(head).encode())}.{_b64(json.dumps(claims).encode())}"


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def vouched_by(sts: Any) -> Callable[[], str]:
    """What AWS says of the role we run as; ``sts`` is a client of boto3.

    Raises BadConfiguration where that boto3, the runtime's own, is older than the call.
    """
    if not hasattr(sts, "get_web_identity_token"):
        raise BadConfiguration("web-identity needs a newer boto3 than this runtime has")

    def assertion() -> str:
        answer = sts.get_web_identity_token(
            Audience=[AUDIENCE], SigningAlgorithm="RS256", DurationSeconds=300
        )
        return str(answer["WebIdentityToken"])

    return assertion
