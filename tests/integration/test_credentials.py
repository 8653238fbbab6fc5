"""Each form of credential against the token endpoint, with the msal that production uses."""

import base64
import hashlib
import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from kakehashi.edges import settings
from kakehashi.edges.errors import BadConfiguration, CredentialRefused, DirectoryError, TryLater
from kakehashi.edges.microsoft import credentials
from kakehashi.edges.microsoft.credentials import Tokens
from local.fakes import tenant as fake
from tests.tenants import environment

# KMS salts with 32 bytes, as PS256 wants; the mock account with as many as fit.
PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=padding.PSS.AUTO)


@pytest.fixture
def env(
    account: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[settings.DirectorySettings]:
    with fake.serve() as base_url:
        for name, value in environment(base_url).items():
            monkeypatch.setenv(name, value)
        yield settings.load(settings.DirectorySettings)


def keep(secret: Mapping[str, Any] | str) -> None:
    text = secret if isinstance(secret, str) else json.dumps(secret)
    boto3.client("secretsmanager").create_secret(Name="kakehashi/credential", SecretString=text)


def bearer(env: settings.DirectorySettings) -> str:
    with closing(Tokens.of(env)) as tokens:
        return tokens.bearer()


def certificate(key: rsa.RSAPrivateKey) -> str:
    """A self-signed certificate for ``key``, as PEM."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kakehashi")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def parts(assertion: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    """Header, claims, what was signed, signature."""
    head, claims, signature = assertion.split(".")

    def plain(text: str) -> bytes:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))

    signed = f"{head}.{claims}".encode()
    return json.loads(plain(head)), json.loads(plain(claims)), signed, plain(signature)


def test_a_secret_brings_a_token(env: settings.DirectorySettings) -> None:
    keep({"type": "secret", "value": fake.CLIENT_SECRET})
    assert bearer(env)


def test_a_wrong_secret_is_told_by_its_number_alone(env: settings.DirectorySettings) -> None:
    keep({"type": "secret", "value": "wrong-secret"})
    with pytest.raises(DirectoryError) as caught:
        bearer(env)
    assert str(caught.value) == "AADSTS7000215 (401)"


def test_a_certificate_brings_a_token(
    env: settings.DirectorySettings, key: rsa.RSAPrivateKey
) -> None:
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    pem = certificate(key)
    keep({"type": "certificate", "private_key": private, "public_certificate": pem})
    assert bearer(env)


def test_an_assertion_signed_in_kms_brings_a_token_and_its_signature_holds(
    env: settings.DirectorySettings, key: rsa.RSAPrivateKey
) -> None:
    kms = boto3.client("kms")
    key_id = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    pem = certificate(key)
    keep({"type": "kms", "key_id": key_id, "certificate": pem})
    assert bearer(env)

    authority = f"{credentials.LOGIN}/{env.tenant_id}"
    credential = credentials.read_credential(env.credential_secret)
    made = credentials.for_msal(credential, env.client_id, authority)
    assert isinstance(made, dict)
    head, claims, signed, signature = parts(made["client_assertion"]())
    thumb = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).digest()
    assert head == {
        "alg": "PS256",
        "typ": "JWT",
        "x5t#S256": base64.urlsafe_b64encode(thumb).rstrip(b"=").decode(),
    }
    assert (claims["iss"], claims["sub"]) == (env.client_id, env.client_id)
    assert claims["aud"] == f"{authority}/oauth2/v2.0/token"
    assert claims["exp"] - claims["iat"] == 600
    public = serialization.load_der_public_key(kms.get_public_key(KeyId=key_id)["PublicKey"])
    assert isinstance(public, rsa.RSAPublicKey)
    public.verify(signature, signed, PSS, hashes.SHA256())


def test_aws_can_vouch_for_us_without_any_secret(
    env: settings.DirectorySettings, key: rsa.RSAPrivateKey
) -> None:
    keep({"type": "web-identity"})
    made = credentials.for_msal(credentials.read_credential(env.credential_secret), "c", "a")
    assert isinstance(made, dict)
    vouched = credentials.vouched_by(sts := boto3.client("sts"))
    asked = {"Audience": [credentials.AUDIENCE], "SigningAlgorithm": "RS256",
             "DurationSeconds": 300}  # fmt: skip
    answer = {"WebIdentityToken": "h.c.s", "Expiration": datetime.now(UTC)}
    with Stubber(sts) as stub:  # the mock account does not know this call
        stub.add_response("get_web_identity_token", answer, asked)
        assert vouched() == "h.c.s"


def test_a_boto3_that_is_older_than_the_call_is_told() -> None:
    """As a runtime of Lambda may have it."""
    with pytest.raises(BadConfiguration, match="boto3"):
        credentials.vouched_by(object())


@pytest.mark.parametrize(
    "secret", ["", "{}", '{"type": "password", "value": "hunter2"}', "hunter2"]
)
def test_a_secret_of_another_form_is_refused_without_repeating_it(
    env: settings.DirectorySettings, secret: str
) -> None:
    keep(secret or " ")
    with pytest.raises(BadConfiguration) as caught:
        bearer(env)
    assert "hunter2" not in str(caught.value)


def test_a_login_host_that_does_not_answer_is_asked_again_later(
    env: settings.DirectorySettings,
) -> None:
    keep({"type": "secret", "value": "x"})
    deaf = env.model_copy(update={"login_base_url": "http://127.0.0.1:9"})
    with pytest.raises(TryLater):
        bearer(deaf)


def days_left(today: date) -> int | None:
    return credentials.days_left(credentials.read_credential("kakehashi/credential"), today)


@pytest.mark.parametrize("type_", ["certificate", "kms"])
def test_a_certificate_tells_its_last_day_itself(
    env: settings.DirectorySettings, key: rsa.RSAPrivateKey, type_: str
) -> None:
    pem = certificate(key)
    named = {"public_certificate": pem, "private_key": "x"}
    keep(
        {"type": type_} | (named if type_ == "certificate" else {"key_id": "k", "certificate": pem})
    )
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
    assert days_left(tomorrow) == 0


def test_web_identity_never_expires_and_a_bad_certificate_is_told(
    env: settings.DirectorySettings,
) -> None:
    keep({"type": "web-identity"})
    today = datetime.now(UTC).date()
    assert days_left(today) == credentials.NEVER
    text = json.dumps({"type": "kms", "key_id": "k", "certificate": "x"})
    boto3.client("secretsmanager").put_secret_value(
        SecretId="kakehashi/credential", SecretString=text
    )
    with pytest.raises(BadConfiguration, match="PEM"):
        days_left(today)


def test_after_a_refusal_the_credential_is_read_anew(env: settings.DirectorySettings) -> None:
    keep({"type": "secret", "value": "wrong"})
    with closing(Tokens.of(env)) as tokens:
        with pytest.raises(CredentialRefused):
            tokens.bearer()
        text = json.dumps({"type": "secret", "value": fake.CLIENT_SECRET})
        boto3.client("secretsmanager").put_secret_value(
            SecretId="kakehashi/credential", SecretString=text
        )
        assert tokens.bearer()
