"""A launch of any size is signed, though KMS hashes no more than 4096 bytes itself."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from jwt import PyJWS

from kakehashi.edges.launch.lti_keys import ALGORITHM, KmsRs256
from tests.launches import a_key


class Kms:
    """Signs as AWS does; moto takes texts of any length and hashes a digest once more."""

    def sign(self, **asked: Any) -> dict[str, bytes]:
        message, is_digest = asked["Message"], asked["MessageType"] == "DIGEST"
        assert len(message) == 32 if is_digest else len(message) <= 4096, "ValidationException"
        kind = Prehashed(SHA256()) if is_digest else SHA256()
        return {"Signature": a_key().sign(message, PKCS1v15(), kind)}


@pytest.mark.parametrize("length", [10, 10_000])
def test_a_tool_can_check_a_launch_whatever_its_size(length: int) -> None:
    kms: Any = Kms()
    jws, body = PyJWS(algorithms=[]), b"x" * length
    jws.register_algorithm(ALGORITHM, KmsRs256(kms))
    token = jws.encode(body, "the key's ARN", algorithm=ALGORITHM)
    assert PyJWS().decode(token, a_key().public_key(), algorithms=[ALGORITHM]) == body
