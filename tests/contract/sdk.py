"""Microsoft's SDK for Python, pointed at the fake, and what it makes of an answer."""

from __future__ import annotations

import asyncio
import ssl
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from azure.core.credentials import TokenCredential
from kiota_abstractions.serialization import Parsable
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.generated.models.group import Group
from msgraph.generated.models.on_premises_extension_attributes import OnPremisesExtensionAttributes
from msgraph.generated.models.password_profile import PasswordProfile
from msgraph.generated.models.user import User
from msgraph_core import GraphClientFactory

from tests.contract.fake import Fake

type Story = Callable[[GraphServiceClient], Awaitable[None]]

SCOPES = ["https://graph.microsoft.com/.default"]
DOMAIN = "ed.example.jp"


def told(fake: Fake, credential: TokenCredential, story: Story) -> None:
    """Run ``story`` with a client as anybody would build it, but for host and certificate."""
    asyncio.run(_told(fake, credential, story))


async def _told(fake: Fake, credential: TokenCredential, story: Story) -> None:
    trust = ssl.create_default_context(cafile=str(fake.certificate))
    wire = httpx.AsyncHTTPTransport(verify=trust)  # closed by us: the SDK forgets to
    async with wire, httpx.AsyncClient(transport=wire, trust_env=False) as http:
        adapter = GraphRequestAdapter(
            AzureIdentityAuthenticationProvider(
                credential, scopes=SCOPES, allowed_hosts=["127.0.0.1"]
            ),
            client=GraphClientFactory.create_with_default_middleware(client=http),
        )
        adapter.base_url = f"{fake.url}/v1.0"
        await story(GraphServiceClient(request_adapter=adapter))


def pupil(**changes: Any) -> User:
    name = f"t{uuid.uuid4().hex[:12]}"
    usual: dict[str, Any] = {
        "account_enabled": True,
        "display_name": "山田 太郎",
        "mail_nickname": name,
        "user_principal_name": f"{name}@{DOMAIN}",
        "usage_location": "JP",
        "age_group": "Minor",
        "password_profile": PasswordProfile(
            password="Kawa-7743-yama", force_change_password_next_sign_in=True
        ),
        "on_premises_extension_attributes": OnPremisesExtensionAttributes(
            extension_attribute1=str(uuid.uuid4())
        ),
    }
    return User(**usual | changes)


def group(name: str = "group") -> Group:
    return Group(
        display_name=name,
        mail_enabled=False,
        mail_nickname=f"g{uuid.uuid4().hex[:12]}",
        security_enabled=True,
    )


def unknown(model: Parsable | None) -> list[str]:
    """Names in an answer, at any depth, that Microsoft's model of it does not have."""
    if model is None:
        return ["(no answer)"]
    found = [name for name in getattr(model, "additional_data", {}) if "@" not in name]
    for value in vars(model).values():
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, Parsable):
                found += unknown(inner)
    return found
