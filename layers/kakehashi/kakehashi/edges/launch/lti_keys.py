"""Our keys: they sign in KMS and never leave it; the public half is the JWKS.

Which key signs is the key ring's decision (``kakehashi.lti.keys``). The ring is the item
``LTI``/``KEYS`` of the state table, written by ``kakehashi lti rotate``; before the first
rotation there is none, and the stack's own key is the ring.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Attr
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.serialization import load_der_public_key
from jwt import PyJWS
from jwt.algorithms import RSAAlgorithm
from jwt.utils import base64url_encode

from kakehashi.edges.errors import Refused
from kakehashi.edges.state.partition import lost_the_race
from kakehashi.lti.keys import Ring, RingKey

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table
    from mypy_boto3_kms.client import KMSClient

ALGORITHM = "RS256"
MOST_RAW = 4096  # bytes that KMS hashes itself
RING = {"pk": "LTI", "sk": "KEYS"}


class KmsRs256(RSAAlgorithm):
    """RS256 for PyJWT whose private key is a KMS key, given by its ARN."""

    def __init__(self, kms: KMSClient) -> None:
        super().__init__(RSAAlgorithm.SHA256)
        self.kms = kms

    def prepare_key(self, key: Any) -> Any:
        return key

    def check_key_length(self, key: Any) -> str | None:
        return None  # KMS made it: 2048 bits

    def sign(self, msg: bytes, key: Any) -> bytes:
        """The same signature either way; with a long custom or address, claims pass KMS's limit."""
        raw = len(msg) <= MOST_RAW
        answer = self.kms.sign(
            KeyId=key,
            Message=msg if raw else hashlib.sha256(msg).digest(),
            MessageType="RAW" if raw else "DIGEST",
            SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256",
        )
        return answer["Signature"]


class LtiKeys:
    """``own`` is the ARN of the stack's own key, with which every ring begins."""

    def __init__(self, table: Table, kms: KMSClient, own: str) -> None:
        self.table, self.kms, self.own = table, kms, own
        self._jws = PyJWS(algorithms=[])
        self._jws.register_algorithm(ALGORITHM, KmsRs256(kms))
        self._public: dict[str, dict[str, str]] = {}  # a key never changes

    def sign(self, claims: Mapping[str, Any], now: datetime) -> str:
        """A JWT with the key whose turn it is. A tool finds the key by its ``kid``."""
        key = self.ring().signer(now).id
        head = {"kid": self.public(key)["kid"], "typ": "JWT"}
        body = json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode()
        return self._jws.encode(body, key, algorithm=ALGORITHM, headers=head)

    def jwks(self, now: datetime) -> dict[str, Any]:
        return {"keys": [self.public(key.id) for key in self.ring().published(now)]}

    def public(self, key: str) -> dict[str, str]:
        """The public half as a JWK, its ``kid`` being the thumbprint of RFC 7638."""
        if key not in self._public:
            self._public[key] = _jwk(self.kms.get_public_key(KeyId=key)["PublicKey"])
        return self._public[key]

    # -- the ring ------------------------------------------------------------------------------

    def ring(self) -> Ring:
        return _read(self._item(), self.own)

    def rotate(self, now: datetime) -> Ring:
        """Make a key in KMS and publish it: it signs in a day. For an administrator's credentials.

        Raises RotationUnderWay, or Refused where somebody else rotated at the same moment. The
        new key bears the old one's tags, by which the launcher is allowed to use it.
        """
        item = self._item()
        present = _read(item, self.own)
        present.rotated("", now)  # raises before a key is made for nothing
        tags = self.kms.list_resource_tags(KeyId=self.own)["Tags"]
        made = self.kms.create_key(
            KeySpec="RSA_2048",
            KeyUsage="SIGN_VERIFY",
            Description="Kakehashi, signs LTI launches",
            Tags=[tag for tag in tags if not tag["TagKey"].startswith("aws:")],
        )
        ring = present.rotated(made["KeyMetadata"]["Arn"], now)
        unmoved = Attr("ring").eq(item["ring"]) if item else Attr("pk").not_exists()
        try:
            self.table.put_item(Item=_written(ring), ConditionExpression=unmoved)
        except ClientError as exc:
            if lost_the_race(exc):
                raise Refused("somebody else is rotating the keys") from exc
            raise
        return ring

    def _item(self) -> Mapping[str, Any] | None:
        return self.table.get_item(Key=RING, ConsistentRead=True).get("Item")


def _read(item: Mapping[str, Any] | None, own: str) -> Ring:
    if item is None:
        return Ring((RingKey(own, datetime.fromtimestamp(0, UTC)),))
    rows = json.loads(str(item["ring"]))
    return Ring(tuple(RingKey(row["id"], datetime.fromisoformat(row["from"])) for row in rows))


def _written(ring: Ring) -> dict[str, str]:
    rows = [{"id": key.id, "from": key.signs_from.isoformat()} for key in ring.keys]
    return RING | {"ring": json.dumps(rows)}


def _jwk(der: bytes) -> dict[str, str]:
    public: Any = load_der_public_key(der)
    full = RSAAlgorithm.to_jwk(public, as_dict=True)
    needed = {name: str(full[name]) for name in ("e", "kty", "n")}
    text = json.dumps(needed, sort_keys=True, separators=(",", ":"))
    kid = base64url_encode(hashlib.sha256(text.encode()).digest()).decode()
    return needed | {"kid": kid, "alg": ALGORITHM, "use": "sig"}
