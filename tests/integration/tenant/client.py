"""A caller of Graph who hides nothing: tests see status, headers and body as they came."""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Mapping
from typing import Any

import requests

from local.fakes.tenant import CLIENT_ID, CLIENT_SECRET, TENANT_ID

UMI = "extensionAttribute1"
EVENTUAL = {"ConsistencyLevel": "eventual"}
PASSWORD = "Kawa-7743-yama"
SCOPE = "https://graph.microsoft.com/.default"


class Graph:
    """``url`` is what stands before ``/v1.0``; ``domain`` is where accounts may be made."""

    def __init__(self, url: str, token: str | None, domain: str = "ed.example.jp") -> None:
        self.url, self.domain = url, domain
        self._made: list[str] = []
        self.session = requests.Session()
        self.session.trust_env = False
        if token is not None:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        self.session.close()

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> requests.Response:
        url = path if path.startswith("http") else f"{self.url}/v1.0{path}"
        answer = self.session.request(method, url, json=body, headers=headers, params=query)
        self._note(path, answer)
        return answer

    def _note(self, path: str, answer: requests.Response) -> None:
        made = [(path, answer.status_code, answer.json() if answer.content[:1] == b"{" else {})]
        if path == "/$batch":
            parts = made[0][2].get("responses", [])
            made = [("/users", part["status"], part.get("body") or {}) for part in parts]
        self._made += [f"{at}/{body['id']}" for at, status, body in made if status == 201]

    def clean_up(self) -> None:
        """Take away what this caller made, for a Graph that is not ours."""
        for path in self._made:
            self.session.delete(f"{self.url}/v1.0{path}")

    def get(
        self, path: str, headers: Mapping[str, str] | None = None, **query: str
    ) -> requests.Response:
        """``query`` names lack their dollar."""
        return self.call("GET", path, None, headers, {f"${k}": v for k, v in query.items()})

    def post(self, path: str, body: Any) -> requests.Response:
        return self.call("POST", path, body)

    def patch(self, path: str, body: Any) -> requests.Response:
        return self.call("PATCH", path, body)

    def delete(self, path: str) -> requests.Response:
        return self.call("DELETE", path)

    def batch(self, *items: Mapping[str, Any]) -> requests.Response:
        return self.post("/$batch", {"requests": list(items)})

    def answers(self, *items: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Answers of a batch by the id of their item."""
        response = self.batch(*items)
        assert response.status_code == 200, response.text
        return {answer["id"]: answer for answer in response.json()["responses"]}

    # -- people and groups ---------------------------------------------------------------------

    def pupil(self, **changes: Any) -> dict[str, Any]:
        """A body that creates an account nobody else has."""
        name = f"t{uuid.uuid4().hex[:12]}"
        body = {
            "accountEnabled": True,
            "displayName": "山田 太郎",
            "mailNickname": name,
            "userPrincipalName": f"{name}@{self.domain}",
            "usageLocation": "JP",
            "passwordProfile": {"password": PASSWORD, "forceChangePasswordNextSignIn": True},
            "onPremisesExtensionAttributes": {UMI: str(uuid.uuid4())},
        }
        return body | changes

    def create(self, **changes: Any) -> dict[str, Any]:
        response = self.post("/users", self.pupil(**changes))
        assert response.status_code == 201, response.text
        return dict(response.json())

    def group(self, **changes: Any) -> dict[str, Any]:
        body = {
            "displayName": f"test {uuid.uuid4()}",
            "mailEnabled": False,
            "mailNickname": f"g{uuid.uuid4().hex[:12]}",
            "securityEnabled": True,
        }
        response = self.post("/groups", body | changes)
        assert response.status_code == 201, response.text
        return dict(response.json())

    def members(self, group: str) -> set[str]:
        rows = self.get(f"/groups/{group}/members", select="id").json()["value"]
        return {row["id"] for row in rows}

    # -- the control plane -----------------------------------------------------------------------

    def control(self, method: str, name: str, body: Any = None) -> Any:
        response = self.session.request(method, f"{self.url}/_tenant/{name}", json=body)
        assert response.ok, response.text
        return response.json() if response.content else None

    def configure(self, **settings: Any) -> None:
        self.control("PATCH", "settings", settings)

    def inject(self, **rule: Any) -> None:
        self.control("POST", "faults", rule)

    def advance(self, seconds: float) -> None:
        self.control("POST", "clock", {"advance": seconds})

    def counted(self) -> dict[str, Any]:
        return dict(self.control("GET", "counters"))


def error(response: requests.Response) -> tuple[int, str]:
    """Status and Graph's code of a refusal: what a client may branch on."""
    return response.status_code, response.json()["error"]["code"]


def item(key: str, method: str, url: str, body: Any = None, **more: Any) -> dict[str, Any]:
    """One item of a batch; a body brings its Content-Type."""
    typed = {"headers": {"Content-Type": "application/json"}, "body": body}
    return {"id": key, "method": method, "url": url} | (typed if body is not None else {}) | more


def token_form(**changes: str) -> dict[str, str]:
    return {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "grant_type": "client_credentials",
        "scope": SCOPE,
    } | changes


def ask_token(url: str, form: Mapping[str, str]) -> requests.Response:
    return requests.post(f"{url}/{TENANT_ID}/oauth2/v2.0/token", data=form, timeout=10)


def token(url: str, **changes: str) -> str:
    return str(ask_token(url, token_form(**changes)).json()["access_token"])


def assertion(head: Mapping[str, Any] | None = None, **claims: Any) -> str:
    """A client assertion as a certificate or KMS would make it; nobody checks its signature."""
    now = int(time.time())
    body = {
        "aud": f"https://login.microsoftonline.com/{TENANT_ID}/oauth2/v2.0/token",
        "iss": CLIENT_ID,
        "sub": CLIENT_ID,
        "jti": str(uuid.uuid4()),
        "iat": now,
        "exp": now + 600,
    }
    parts = (head or {"alg": "PS256", "typ": "JWT"}, body | claims)
    packed = [base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts]
    return ".".join([*packed, "c2lnbmF0dXJl"])
