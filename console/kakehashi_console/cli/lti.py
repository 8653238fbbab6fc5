"""LTI: the keys that sign launches, and what a tool's administrator must be told."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from kakehashi import city as cities
from kakehashi.edges.errors import Refused
from kakehashi.edges.launch.lti_keys import LtiKeys
from kakehashi.lti import configuration
from kakehashi.lti.keys import Ring, RotationUnderWay
from kakehashi.lti.registrations import read_client_id, registered
from kakehashi.roster import JAPAN
from kakehashi_console.cli.options import Where, in_clear_words, terminal, where
from kakehashi_console.operations import BadUse, Console


@click.group()
def lti() -> None:
    """教材の起動: 署名の鍵と、ツールの登録 / keys that sign launches, tools' registrations."""


@lti.command()
@where
@in_clear_words
def rotate(*, at: Where) -> None:
    """新しい鍵を公開し、一日後に切り替える / publish a new key, to sign in a day."""
    keys = _keys(at.console())
    now = datetime.now(UTC)
    try:
        ring = keys.rotate(now)
    except RotationUnderWay:
        raise BadUse("鍵の切り替えがまだ終わっていません。 / a rotation is under way") from None
    except Refused as exc:
        raise BadUse(f"ほかの人が切り替えています。 / {exc}") from None
    _tell(keys, ring, now)


@lti.command("keys")
@where
@in_clear_words
def show_keys(*, at: Where) -> None:
    """公開中の鍵と、いつから署名するか / published keys, and from when each signs."""
    keys = _keys(at.console())
    _tell(keys, keys.ring(), datetime.now(UTC))


@lti.command()
@click.argument("client_id")
@where
@in_clear_words
def tool(*, client_id: str, at: Where) -> None:
    """ツールの管理者に渡す値 (例: demo.drill) / what to enter in the tool."""
    console = at.console()
    city, key = read_client_id(client_id) or ("", "")
    rules = console.rules(city) if city else None
    found = registered(city, cities.parse(rules), key) if rules else None
    if found is None:
        raise BadUse(f"{client_id} は登録されていません。 / no such tool in the city's rules")
    document = configuration.document(_issuer(console))
    for name, value in {
        "issuer": document["issuer"],
        "client_id": found.client_id,
        "deployment_id": "S_ + 学校コード" if found.tool.deployment == "school"
        else found.tool.deployment,
        "JWKS": document["jwks_uri"],
        "authorization": document["authorization_endpoint"],
        "token": document["token_endpoint"],
    }.items():  # fmt: skip
        terminal.print(f"{name}: {value}", highlight=False, soft_wrap=True)


def _issuer(console: Console) -> str:
    url = console.outputs.get("LaunchUrl")
    if not url:
        page = console.guide.completed("docs/lti.md", "")
        raise BadUse(f"このスタックに起動画面はありません( {page} )。 / no launcher here")
    return url


def _keys(console: Console) -> LtiKeys:
    _issuer(console)
    table = console.site.resource("dynamodb").Table(console.outputs["Table"])
    return LtiKeys(table, console.site.client("kms"), console.outputs["LtiKey"])


def _tell(keys: LtiKeys, ring: Ring, now: datetime) -> None:
    signer = ring.signer(now)
    for key in ring.published(now):
        since = f"{key.signs_from.astimezone(JAPAN):%Y-%m-%d %H:%M}"
        use = "署名中 signs" if key == signer else f"署名 {since} signs from"
        if key.signs_from < signer.signs_from:
            use = "公開のみ published only"
        kid = keys.public(key.id)["kid"]
        terminal.print(f"{kid}  {use}  {key.id}", highlight=False, soft_wrap=True)
