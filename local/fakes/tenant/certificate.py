"""A certificate for loopback, for clients that insist on https: it vouches for nobody else."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

LASTS = timedelta(days=30)
_NOTHING_ELSE = {
    "content_commitment": False,
    "key_encipherment": False,
    "data_encipherment": False,
    "key_agreement": False,
    "crl_sign": False,
    "encipher_only": False,
    "decipher_only": False,
}


def make(folder: Path) -> tuple[Path, Path]:
    """Write ``certificate.pem``, which clients are to trust, and ``key.pem``; both are returned.

    Made anew at each start, so there is nothing to renew; readable by their owner alone.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    texts = {"certificate.pem": _certificate(key).public_bytes(Encoding.PEM), "key.pem": private}
    for name, text in texts.items():
        fresh = folder / f"{name}.new"
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(text)
        fresh.replace(folder / name)
    return folder / "certificate.pem", folder / "key.pem"


def _certificate(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """Issuer of itself, with all that a strict verifier wants of an issuer."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kakehashi fake tenant")])
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    here = [
        x509.DNSName("localhost"),
        x509.IPAddress(ip_address("127.0.0.1")),
        x509.IPAddress(ip_address("::1")),
    ]
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + LASTS)
        .add_extension(x509.SubjectAlternativeName(here), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=True, key_cert_sign=True, **_NOTHING_ELSE),
            critical=True,
        )
        .add_extension(identifier, critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
