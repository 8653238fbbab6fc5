"""The key that vouches for who signed in: made when first needed, gone with the process.

A restart is therefore a change of keys: whoever verifies looks the new one up by its ``kid``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ALGORITHM = "RS256"
_EXPONENT, _BITS = 65537, 2048


class SigningKey:
    @cached_property
    def _private(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=_EXPONENT, key_size=_BITS)

    @cached_property
    def kid(self) -> str:
        public = self._private.public_key()
        der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return hashlib.sha256(der).hexdigest()[:27]

    def sign(self, claims: Mapping[str, Any]) -> str:
        """``claims`` as a signed JWT."""
        return jwt.encode(dict(claims), self._private, ALGORITHM, headers={"kid": self.kid})

    def published(self) -> dict[str, Any]:
        """The public half, as an entry of the key set."""
        key = jwt.algorithms.RSAAlgorithm.to_jwk(self._private.public_key(), as_dict=True)
        return {"kty": "RSA", "use": "sig", "kid": self.kid, "n": key["n"], "e": key["e"]}
