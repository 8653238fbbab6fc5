"""Our OpenID configuration, as a tool's administrator reads it into the tool."""

from __future__ import annotations

from typing import Any

from kakehashi.lti.claims import MEMBERSHIPS, RESOURCE_LINK
from kakehashi.lti.deep_linking import REQUEST


def document(issuer: str) -> dict[str, Any]:
    """Endpoints and what they accept. There is no dynamic registration: a city registers a tool
    in its rules."""
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/lti/authorize",
        "token_endpoint": f"{issuer}/lti/token",
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "response_types_supported": ["id_token"],
        "response_modes_supported": ["form_post"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256"],
        "grant_types_supported": ["implicit", "client_credentials"],
        "scopes_supported": ["openid", MEMBERSHIPS],
        "claims_supported": ["iss", "aud", "sub", "iat", "exp", "nonce", "name", "given_name",
                             "family_name"],
        "https://purl.imsglobal.org/spec/lti-platform-configuration": {
            "product_family_code": "kakehashi",
            "messages_supported": [{"type": RESOURCE_LINK}, {"type": REQUEST}],
        },
    }  # fmt: skip
