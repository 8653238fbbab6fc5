"""The tool's side of LTI 1.3: pylti1p3next, and what it leaves to the tool that uses it."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any

import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from pylti1p3.cookie import CookieService
from pylti1p3.deep_link_resource import DeepLinkResource
from pylti1p3.deployment import Deployment
from pylti1p3.exception import LtiException
from pylti1p3.launch_data_storage.base import LaunchDataStorage
from pylti1p3.message_launch import MessageLaunch
from pylti1p3.oidc_login import OIDCLogin
from pylti1p3.redirect import Redirect
from pylti1p3.request import Request
from pylti1p3.service_connector import ServiceConnector
from pylti1p3.session import SessionService
from pylti1p3.tool_config.dict import ToolConfDict

KEYS_SECONDS = 7200  # for which the platform's keys are kept, as the library does by default
LOGIN_SECONDS = 600  # from the login to the launch
SCHOOL = re.compile(r"S_[A-H][0-9]{12}\Z")  # deployments of the 標準モデル: one for each school


class Asked(Request):
    """One request: its parameters and cookies."""

    def __init__(self, parameters: Mapping[str, str], cookies: Mapping[str, str]) -> None:
        self.parameters, self.cookies = parameters, cookies

    @property
    def session(self) -> dict[str, Any]:
        return {}  # everything is in the storage

    def is_secure(self) -> bool:
        return False  # plain http, on loopback

    def get_param(self, key: str) -> str:
        return self.parameters.get(key, "")


class Cookies(CookieService):
    """Cookies that came, and in ``given`` those to be set: name → (value, seconds)."""

    def __init__(self, sent: Mapping[str, str]) -> None:
        self.sent = sent
        self.given: dict[str, tuple[str, int | None]] = {}

    def get_cookie(self, name: str) -> str | None:
        return self.sent.get(f"{self._cookie_prefix}-{name}")

    def set_cookie(self, name: str, value: str | int, exp: int | None = 3600) -> None:
        self.given[f"{self._cookie_prefix}-{name}"] = (str(value), exp)


class Memory(LaunchDataStorage[Any]):
    """Values of one browser, kept for so many seconds in the memory that all requests share."""

    def __init__(self, kept: dict[str, tuple[float, Any]]) -> None:
        super().__init__()
        self.kept = kept

    def can_set_keys_expiration(self) -> bool:
        return True

    def get_value(self, key: str) -> Any:
        until, value = self.kept.get(self._prepare_key(key), (0.0, None))
        return value if time.monotonic() < until else None

    def set_value(self, key: str, value: Any, exp: int | None = None) -> None:
        now = time.monotonic()
        for old in [name for name, (until, _) in self.kept.items() if until <= now]:
            del self.kept[old]
        self.kept[self._prepare_key(key)] = (now + (exp or LOGIN_SECONDS), value)

    def check_value(self, key: str) -> bool:
        return self.get_value(key) is not None

    def take(self, key: str) -> Any:
        """The value, which is gone afterwards."""
        value = self.get_value(key)
        self.kept.pop(self._prepare_key(key), None)
        return value


class Once(SessionService):
    """The library only looks whether it knows a state or a nonce; here each counts once."""

    data_storage: Memory

    def check_nonce(self, nonce: str) -> bool:
        return bool(self.data_storage.take(self._get_key("nonce", nonce)))

    def take_state(self, state: str) -> bool:
        return bool(self.data_storage.take(self._get_key(state)))


class To(Redirect[str]):
    """A redirect is its address."""

    def __init__(self, location: str) -> None:
        self.location = location

    def do_redirect(self) -> str:
        return self.location

    def do_js_redirect(self) -> str:
        return self.location

    def set_redirect_url(self, location: str) -> None:
        self.location = location

    def get_redirect_url(self) -> str:
        return self.location


class Login(OIDCLogin[Asked, ToolConfDict, Once, Cookies, str]):
    def get_redirect(self, url: str) -> Redirect[str]:
        return To(url)


class Launch(MessageLaunch[Asked, ToolConfDict, Once, Cookies]):
    def _get_request_param(self, key: str) -> str:
        return self._request.get_param(key)

    def validate_state(self) -> MessageLaunch[Asked, ToolConfDict, Once, Cookies]:
        super().validate_state()
        if not self._session_service.take_state(self._get_request_param("state")):
            raise LtiException("State was used before")
        return self


class Connector(ServiceConnector):
    """Asks for a token each time: a kept one would have to be told apart by client as well."""

    def _get_cached_access_token(self, scope_key: str) -> str | None:
        return None

    def _cache_access_token(self, scope_key: str, access_token: str, expires_in: float) -> None:
        pass


class Configuration(ToolConfDict):
    """Every school is a deployment of its own, so they are known by their form."""

    def _get_deployment(self, iss_conf: Any, deployment_id: str) -> Deployment | None:
        known = SCHOOL.match(deployment_id)
        return Deployment().set_deployment_id(deployment_id) if known else None


class Tool:
    """The tool at ``url``, registered at ``platform`` as each of ``clients``; its key is new at
    every start."""

    def __init__(
        self, url: str, platform: str, clients: Sequence[str], keys_seconds: int = KEYS_SECONDS
    ) -> None:
        self.url, self.platform = url, platform.rstrip("/")
        self.keys_seconds = keys_seconds
        self.kept: dict[str, tuple[float, Any]] = {}
        self.wire = requests.Session()
        self.wire.trust_env = False  # no proxy of yours comes between
        self.configuration = self._configured(clients)

    def _configured(self, clients: Sequence[str]) -> Configuration:
        about = {
            "auth_login_url": f"{self.platform}/lti/authorize",
            "auth_token_url": f"{self.platform}/lti/token",
            "key_set_url": f"{self.platform}/.well-known/jwks.json",
            "deployment_ids": [],
        }
        known: Any = {self.platform: [about | {"client_id": client} for client in clients]}
        configuration = Configuration(known)
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        for client in clients:
            configuration.set_private_key(self.platform, pem, client)
            configuration.set_public_key(self.platform, public.decode(), client)
        return configuration

    def jwks(self) -> dict[str, Any]:
        return dict(self.configuration.get_jwks())

    def login(self, parameters: Mapping[str, str], cookies: Cookies) -> str:
        """Where a login leads. Raises LtiException or OIDCException."""
        asked = Asked(parameters, cookies.sent)
        login = Login(
            asked,
            self.configuration,
            session_service=Once(asked),
            cookie_service=cookies,
            launch_data_storage=Memory(self.kept),
        )
        login.pass_params_to_launch({"target": parameters.get("target_link_uri", "")})
        return login.redirect(f"{self.url}/launch")

    def launch(self, parameters: Mapping[str, str], cookies: Cookies) -> Launch:
        """A launch whose claims have been verified. Raises LtiException."""
        asked = Asked(parameters, cookies.sent)
        launch = Launch(
            asked,
            self.configuration,
            session_service=Once(asked),
            cookie_service=cookies,
            launch_data_storage=Memory(self.kept),
            requests_session=self.wire,
            service_connector_cls=Connector,
        )
        launch.set_public_key_caching(Memory(self.kept), self.keys_seconds)
        launch.validate()
        return launch

    def answer(self, launch: Launch, titles: Mapping[str, str]) -> str:
        """The deep linking answer that brings these contents (name → title)."""
        return str(
            launch.get_deep_link().get_response_jwt(
                [
                    DeepLinkResource()
                    .set_title(title)
                    .set_url(f"{self.url}/?content={name}")
                    .set_custom_params({"content": name})
                    for name, title in titles.items()
                ]
            )
        )
