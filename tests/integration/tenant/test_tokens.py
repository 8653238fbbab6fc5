"""Signing in as an application: the real msal, and what Entra refuses."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import msal  # type: ignore[import-untyped]
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from local.fakes.tenant import CLIENT_ID, CLIENT_SECRET, TENANT_ID
from tests.integration.tenant.client import (
    SCOPE,
    Graph,
    ask_token,
    assertion,
    error,
    token,
    token_form,
)

LOGIN = "https://login.microsoftonline.com"
BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Rewriter:
    """msal's http client, sent to the fake: msal itself accepts https authorities only."""

    def __init__(self, url: str) -> None:
        self.url, self.session = url, requests.Session()

    def get(self, url: str, **options: Any) -> requests.Response:
        return self.session.get(url.replace(LOGIN, self.url), **options)

    def post(self, url: str, **options: Any) -> requests.Response:
        return self.session.post(url.replace(LOGIN, self.url), **options)

    def close(self) -> None:
        self.session.close()


@pytest.mark.parametrize("credential", [CLIENT_SECRET, {"client_assertion": assertion}])
def test_msal_gets_a_token_that_graph_accepts(
    tenant: Graph, credential: str | dict[str, Callable[[], str]]
) -> None:
    http = Rewriter(tenant.url)
    app = msal.ConfidentialClientApplication(
        CLIENT_ID,
        client_credential=credential,
        authority=f"{LOGIN}/{TENANT_ID}",
        http_client=http,
    )
    answer = app.acquire_token_for_client(scopes=[SCOPE])
    http.close()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3599)
    tenant.session.headers["Authorization"] = f"Bearer {answer['access_token']}"
    assert tenant.get("/users").status_code == 200


def test_discovery_publishes_the_real_hosts_endpoints(tenant: Graph) -> None:
    url = f"{tenant.url}/{TENANT_ID}/v2.0/.well-known/openid-configuration"
    document = tenant.session.get(url).json()
    assert document["issuer"] == f"{LOGIN}/{TENANT_ID}/v2.0"
    assert document["token_endpoint"] == f"{LOGIN}/{TENANT_ID}/oauth2/v2.0/token"


@pytest.mark.parametrize(
    ("changes", "status", "number"),
    [
        ({"client_secret": "wrong"}, 401, 7000215),
        ({"client_secret": ""}, 401, 7000218),
        ({"client_id": "11111111-1111-1111-1111-111111111111"}, 400, 700016),
        ({"grant_type": "password"}, 400, 70003),
        ({"scope": "User.Read"}, 400, 1002012),
    ],
)
def test_entra_names_what_is_wrong_with_a_token_request(
    tenant: Graph, changes: dict[str, str], status: int, number: int
) -> None:
    answer = ask_token(tenant.url, token_form(**changes))
    assert (answer.status_code, answer.json()["error_codes"]) == (status, [number])
    assert answer.json()["error_description"].startswith(f"AADSTS{number}: ")


@pytest.mark.parametrize(
    ("claims", "number"),
    [
        ({"exp": 0}, 700024),  # long ago, whatever the day
        ({"sub": "somebody"}, 700021),
        ({"aud": "https://graph.microsoft.com"}, 700023),
        ({"aud": "api://AzureADTokenExchange", "iss": "https://x.example", "sub": ""}, 70021),
    ],
)
def test_an_assertion_with_wrong_claims_is_refused(
    tenant: Graph, claims: dict[str, Any], number: int
) -> None:
    form = token_form(client_assertion=assertion(**claims), client_assertion_type=BEARER)
    answer = ask_token(tenant.url, form)
    assert (answer.status_code, answer.json()["error_codes"]) == (401, [number])


def test_a_federated_assertion_of_aws_is_accepted(tenant: Graph) -> None:
    federated = assertion(
        {"alg": "RS256", "typ": "JWT"},
        aud="api://AzureADTokenExchange",
        iss="https://abc.tokens.sts.global.api.aws",
        sub="arn:aws:iam::123456789012:role/provision",
    )
    form = token_form(client_assertion=federated, client_assertion_type=BEARER)
    del form["client_secret"]
    assert ask_token(tenant.url, form).status_code == 200


def test_once_a_certificate_is_registered_its_signature_is_wanted(tenant: Graph) -> None:
    ours, foreign = Signer(), Signer()
    tenant.configure(certificates=[ours.pem])
    assert signed_in(tenant, ours.assertion(ours.thumbprint)) == 200
    assert signed_in(tenant, foreign.assertion(foreign.thumbprint)) == 700027
    assert signed_in(tenant, foreign.assertion(ours.thumbprint)) == 700027
    assert signed_in(tenant, assertion()) == 700027


def test_once_a_federated_credential_is_registered_issuer_and_subject_must_match(
    tenant: Graph,
) -> None:
    ours = {"issuer": "https://abc.tokens.sts.global.api.aws", "subject": "arn:aws:iam::1:role/p"}
    tenant.configure(federated=[ours])

    def of(subject: str) -> int:
        claims = {"aud": "api://AzureADTokenExchange", "iss": ours["issuer"], "sub": subject}
        return signed_in(tenant, assertion({"alg": "RS256", "typ": "JWT"}, **claims))

    assert (of(ours["subject"]), of("arn:aws:iam::1:role/other")) == (200, 70021)


class Signer:
    """A key and its certificate."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder(name, name, self.key.public_key(), 1)
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .sign(self.key, hashes.SHA256())
        )
        self.pem = certificate.public_bytes(Encoding.PEM).decode()
        fingerprint = base64.urlsafe_b64encode(certificate.fingerprint(hashes.SHA256()))
        self.thumbprint = fingerprint.decode().rstrip("=")

    def assertion(self, thumbprint: str) -> str:
        claims = jwt.decode(assertion(), options={"verify_signature": False})
        return jwt.encode(claims, self.key, "PS256", headers={"x5t#S256": thumbprint})


def signed_in(tenant: Graph, text: str) -> int:
    """200, or the number of the refusal."""
    form = token_form(client_assertion=text, client_assertion_type=BEARER)
    del form["client_secret"]
    answer = ask_token(tenant.url, form)
    return 200 if answer.ok else int(answer.json()["error_codes"][0])


def test_an_unsigned_assertion_is_refused(tenant: Graph) -> None:
    form = token_form(client_assertion=assertion({"alg": "none"}), client_assertion_type=BEARER)
    assert ask_token(tenant.url, form).status_code == 401


def test_another_tenants_name_is_unknown(tenant: Graph) -> None:
    url = f"{tenant.url}/contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration"
    assert tenant.session.get(url).json()["error_codes"] == [90002]


def test_an_expired_secret_is_told_apart_from_a_wrong_one(tenant: Graph) -> None:
    tenant.configure(secret_expired=True)
    assert ask_token(tenant.url, token_form()).json()["error_codes"] == [7000222]


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer x.y.z", "Basic YTpi", "Bearer 1.2"])
def test_a_call_without_a_good_token_is_refused(tenant: Graph, header: str | None) -> None:
    tenant.session.headers["Authorization"] = header or ""
    answer = tenant.get("/users")
    assert error(answer) == (401, "InvalidAuthenticationToken")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_expires(tenant: Graph) -> None:
    tenant.control("POST", "clock", {"virtual": True})
    tenant.session.headers["Authorization"] = f"Bearer {token(tenant.url)}"
    tenant.advance(3598)
    assert tenant.get("/users").status_code == 200
    tenant.advance(2)
    assert error(tenant.get("/users")) == (401, "InvalidAuthenticationToken")


def test_the_token_can_be_made_optional_for_clients_that_strip_it(tenant: Graph) -> None:
    tenant.configure(auth="optional")
    del tenant.session.headers["Authorization"]
    assert tenant.get("/users").status_code == 200


def test_the_login_host_can_fail_too(tenant: Graph) -> None:
    tenant.inject(shape="/token", status=503)
    assert ask_token(tenant.url, token_form()).status_code == 503
    assert ask_token(tenant.url, token_form()).status_code == 200
