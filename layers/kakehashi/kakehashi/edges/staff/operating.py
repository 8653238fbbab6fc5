"""運用: failures and how to try them again, who works where, the city's rules. What changes posts
or rules is asked for by one person of the role and confirmed by another."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import boto3

from kakehashi import city as cities
from kakehashi import receive
from kakehashi.catalogue import staff as rules
from kakehashi.edges.staff.gate import Asked
from kakehashi.edges.staff.items import Items
from kakehashi.edges.staff.orders import Judged, NotTaken, Order, Taken
from kakehashi.edges.staff.posts import OID, SCHOOL
from kakehashi.edges.staff.reading import all_schools
from kakehashi.edges.staff.starting import start
from kakehashi.findings import Rule
from kakehashi.refusal import Refusal
from kakehashi.staff import operate

MOST_REASON = 200
MOST_RULES = 100_000  # characters
MOST_LETTERS = 10  # of one look at the queue, twice
RECORDS = 500  # lines of the record that names are looked up in
WHOLE = "*"  # in a form: all of the city
_DIGEST = re.compile(r"[0-9a-f]{32}\Z")


# -- the page ------------------------------------------------------------------------------------


def page(asked: Asked, checked: operate.Checked | None = None) -> operate.Operate:
    house, city = asked.house, asked.city
    found = house.rules(city)
    waiting = dict(_changes(asked))
    rules_wait = next((b for b in waiting.values() if b["kind"] == "rules"), None)
    names = _names(asked)
    facts = operate.Facts(
        city=city,
        now=asked.caller.now,
        letters=[letter for letter, _ in letters(asked)],
        rules=found.text if found else "",
        proposed=_proposed(rules_wait) if rules_wait else None,
        checked=checked,
        posts={oid: (names.get(oid, ""), at) for oid, at in house.posts.in_city(city).items()},
        schools=all_schools(asked),
        posts_proposed=[_proposed(b) for b in waiting.values() if b["kind"] == "posts"],
    )
    return operate.operate(facts, asked.caller.viewer)


def _names(asked: Asked) -> dict[str, str]:
    """Of people whom the record knows."""
    rows, _ = asked.house.record(asked.city).newest(RECORDS)
    return {done.oid: done.name for done in reversed(rows)}


def _changes(asked: Asked) -> Iterator[tuple[str, dict[str, Any]]]:
    return asked.house.items(asked.city).every("CHANGE#")


def _proposed(body: Mapping[str, Any]) -> operate.Proposed:
    told = {name: str(body[name]) for name in ("digest", "oid", "name", "at", "reason", "text")}
    return operate.Proposed(**told)


# -- failures ------------------------------------------------------------------------------------


def letters(asked: Asked) -> list[tuple[operate.Letter, dict[str, Any]]]:
    """What lies in the queue about this city, with the order that tries it again ({} for none).
    They are looked at and not taken: whoever reads next sees them too."""
    url = asked.house.staff.dead_letters_url
    sqs, found = boto3.client("sqs"), {}
    for _ in range(2):
        answer = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=MOST_LETTERS,
            VisibilityTimeout=0,
            AttributeNames=["SentTimestamp"],
        )
        for message in answer.get("Messages", []):
            body = _json(message["Body"])
            if body.get("city") == asked.city:
                found[message["MessageId"]] = (message, body)
    return [_letter(message, body) for message, body in found.values()]


def _json(text: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _letter(
    message: Mapping[str, Any], body: Mapping[str, Any]
) -> tuple[operate.Letter, dict[str, Any]]:
    again = body.get("again")
    sent = datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)
    letter = operate.Letter(
        id=str(message["MessageId"]),
        sent=sent.isoformat(),
        stage=str(body.get("stage", "?")),
        error=str(body.get("error", "?")),
        run_id=str(body.get("run_id", "")),
        tools=tuple(map(str, body.get("tools") or ())),
        again=isinstance(again, dict) and bool(again),
    )
    return letter, dict(again) if isinstance(again, dict) else {}


def again(asked: Asked) -> Judged:
    """Start what the ticked letters say, once for all that say the same. They leave the queue when
    that has ended well, and not before."""
    ticked = set(asked.form.all("letters"))
    given = [order for letter, order in letters(asked) if letter.id in ticked and order]
    orders = list({json.dumps(one, sort_keys=True): one for one in given}.values())
    told = Order("redrive", after=f"{len(orders)}")
    if not orders:
        return NotTaken(told, Refusal(rules.BAD_FORM))
    foreign = [one for one in orders if receive.read_order(one).city != asked.city]
    if foreign:
        return NotTaken(told, Refusal(rules.NOT_ALLOWED))

    def act() -> None:
        for number, one in enumerate(orders):
            start(asked.house, one, f"{asked.number}-{number}")

    return Taken(told, "/today", "started", act)


# -- who works where -----------------------------------------------------------------------------


def propose_posts(asked: Asked) -> Judged:
    form = asked.form
    oid, schools = form.get("oid").strip().lower(), form.all("school")
    wanted = [None if school == WHOLE else school for school in schools if school]
    order = Order("ask post", before=_posts_text(asked, oid), after=_told(oid, wanted))
    good = OID.match(oid) and all(one is None or SCHOOL.match(one) for one in wanted)
    if not good:
        return NotTaken(Order("ask post"), Refusal(rules.BAD_FORM))
    body = {"kind": "posts", "who": oid, "schools": wanted, "text": _told(oid, wanted),
            "before": _posts_text(asked, oid)}  # fmt: skip
    return _propose(asked, order, body)


def _posts_text(asked: Asked, oid: str) -> str:
    here = [p.school for p in asked.house.posts.of(oid) if p.city == asked.city]
    return _told(oid, here)


def _told(oid: str, schools: list[str | None]) -> str:
    places = ", ".join(school or "市全体" for school in schools) or "なし"
    return f"{oid}: {places}"


# -- rules ---------------------------------------------------------------------------------------


def check_rules(asked: Asked) -> operate.Operate:
    """The difference, or why they do not load; nothing is changed."""
    text = _rules_of(asked)
    try:
        cities.parse(text)
    except cities.BadCity as exc:
        return page(asked, operate.Checked(text, tuple(exc.problems)))
    return page(asked, operate.Checked(text))


def propose_rules(asked: Asked) -> Judged:
    text, found = _rules_of(asked), asked.house.rules(asked.city)
    before = found.text if found else ""
    order = Order("ask rules", before=_sha(before)[:16], after=_sha(text)[:16])
    try:
        cities.parse(text)
    except cities.BadCity:
        return NotTaken(order, Refusal(rules.BAD_RULES))
    return _propose(asked, order, {"kind": "rules", "text": text, "before": _sha(before)})


def _rules_of(asked: Asked) -> str:
    """As a file has it: browsers send CR LF."""
    return asked.form.get("rules")[:MOST_RULES].replace("\r\n", "\n").rstrip("\n") + "\n"


# -- two people ----------------------------------------------------------------------------------


def _propose(asked: Asked, order: Order, body: Mapping[str, Any]) -> Judged:
    reason = asked.form.get("reason").strip()[:MOST_REASON]
    if not reason:
        return NotTaken(order, Refusal(rules.NO_REASON))
    viewer = asked.caller.viewer
    digest = _sha(f"{asked.number} {viewer.oid}")[:32]
    whole = {**body, "digest": digest, "oid": viewer.oid, "name": viewer.name, "reason": reason,
             "at": asked.caller.now.isoformat()}  # fmt: skip
    items = asked.house.items(asked.city)
    return Taken(order, "/operate", "asked", lambda: items.put(f"CHANGE#{digest}", whole, {}))


def confirm(asked: Asked, kind: str) -> Judged:
    """By somebody else than who asked, and only where nothing has moved since."""
    items, key, body = _change(asked, kind)
    order = Order(f"confirm {'post' if kind == 'posts' else 'rules'}",
                  before=str(body.get("before", ""))[:200],
                  after=_after(body))  # fmt: skip
    refusal = _against(asked, kind, body)
    if refusal:
        return NotTaken(order, Refusal(refusal))

    def act() -> None:
        items.drop(key, body)  # first: whoever confirms at the same time finds nothing
        if kind == "posts":
            asked.house.posts.put(body["who"], asked.city, body["schools"])
        else:
            _put_rules(asked, body["text"])

    return Taken(order, "/operate", "changed", act)


def _after(body: Mapping[str, Any]) -> str:
    text = str(body.get("text", ""))
    return text if body.get("kind") == "posts" else _sha(text)[:16]


def _against(asked: Asked, kind: str, body: Mapping[str, Any]) -> Rule | None:
    if not body:
        return rules.NO_SUCH_CHANGE
    if body["oid"] == asked.caller.viewer.oid:
        return rules.SAME_PERSON
    if not asked.caller.fresh:
        return rules.PROVE_AGAIN
    found = asked.house.rules(asked.city)
    now = _posts_text(asked, body["who"]) if kind == "posts" else _sha(found.text if found else "")
    return rules.RULES_MOVED if now != body["before"] else None


def withdraw(asked: Asked, kind: str) -> Judged:
    items, key, body = _change(asked, kind)
    order = Order("withdraw", before=_after(body))
    if not body:
        return NotTaken(order, Refusal(rules.NO_SUCH_CHANGE))
    return Taken(order, "/operate", "taken-back", lambda: items.drop(key, body))


def _change(asked: Asked, kind: str) -> tuple[Items, str, dict[str, Any]]:
    digest = asked.form.get("digest")
    items, key = asked.house.items(asked.city), f"CHANGE#{digest}"
    body = items.get(key) if _DIGEST.match(digest) else {}
    return items, key, body if body.get("kind") == kind else {}


def _put_rules(asked: Asked, text: str) -> None:
    asked.house.s3.put_object(
        Bucket=asked.house.settings.rules_bucket,
        Key=f"cities/{asked.city}.toml",
        Body=text.encode(),
    )


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
