"""運用: failures and how to try them again, who works where, the city's rules. What changes posts
or rules is asked for by one person of the role and confirmed by another."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from kakehashi import city as cities
from kakehashi.catalogue import staff as rules
from kakehashi.edges import rules_files
from kakehashi.edges.staff import watching
from kakehashi.edges.staff.gate import Asked
from kakehashi.edges.staff.letters import letters
from kakehashi.edges.staff.orders import Judged, OrderNotTaken, StaffOrder, Taken
from kakehashi.edges.staff.posts import OID, SCHOOL
from kakehashi.edges.staff.reading import all_schools
from kakehashi.edges.staff.starting import start
from kakehashi.edges.web.items import Items
from kakehashi.findings import Rule
from kakehashi.refusal import Refusal
from kakehashi.staff import operate

MOST_REASON = 200
MOST_RULES = 100_000  # characters
RECORDS = 500  # lines of the record that names are looked up in
WHOLE = "*"  # in a form: all of the city
_DIGEST = re.compile(r"[0-9a-f]{32}\Z")


# -- the page ------------------------------------------------------------------------------------


def page(asked: Asked, checked: operate.CheckedRules | None = None) -> operate.Operate:
    deps, city = asked.deps, asked.city
    found = deps.rules(city)
    waiting = dict(_changes(asked)).values()
    names, failed = _names(asked), letters(asked)
    compared = watching.compared(asked)
    facts = operate.OperateFacts(
        city=city,
        now=asked.caller.now,
        letters=[letter for letter, _ in failed.found],
        letters_cut=failed.cut,
        drift=sum(compared.findings.values()) if compared else None,
        drift_day=compared.day if compared else "",
        credential=watching.credential(asked),
        rules=found.text if found else "",
        proposed=[_proposed(body) for body in waiting if body["kind"] == "rules"],
        checked=checked,
        posts={oid: (names.get(oid, ""), at) for oid, at in deps.posts.in_city(city).items()},
        schools=all_schools(asked),
        posts_proposed=[_proposed(body) for body in waiting if body["kind"] == "posts"],
        guide=deps.guide,
    )
    return operate.operate(facts, asked.caller.viewer)


def _names(asked: Asked) -> dict[str, str]:
    """Of people whom the record knows."""
    rows, _ = asked.deps.record(asked.city).newest(RECORDS)
    return {done.oid: done.name for done in reversed(rows)}


def _changes(asked: Asked) -> Iterator[tuple[str, dict[str, Any]]]:
    return asked.deps.items(asked.city).every("CHANGE#")


def _proposed(body: Mapping[str, Any]) -> operate.ProposedRules:
    told = {name: str(body[name]) for name in ("digest", "oid", "name", "at", "reason", "text")}
    return operate.ProposedRules(**told)


# -- failures ------------------------------------------------------------------------------------


def again(asked: Asked) -> Judged:
    """Start what the ticked letters say, once for all that say the same. They leave the queue when
    that has ended well, and not before."""
    ticked = set(asked.form.all("letters"))
    given = [order for letter, order in letters(asked).found if letter.id in ticked and order]
    orders = list({json.dumps(one, sort_keys=True): one for one in given}.values())
    told = StaffOrder("redrive", after=f"{len(orders)}")
    if not orders:
        return OrderNotTaken(told, Refusal(rules.BAD_FORM))

    def act() -> None:
        for number, one in enumerate(orders):
            start(asked.deps, one, f"{asked.number}-{number}")

    return Taken(told, "/today", "started", act)


# -- who works where -----------------------------------------------------------------------------


def propose_posts(asked: Asked) -> Judged:
    form = asked.form
    oid, schools = form.get("oid").strip().lower(), form.all("school")
    wanted = [None if school == WHOLE else school for school in schools if school]
    order = StaffOrder(
        "ask post", before=_posts_text(asked, oid), after=_why(asked, _told(oid, wanted))
    )
    good = OID.match(oid) and all(one is None or SCHOOL.match(one) for one in wanted)
    if not good:
        return OrderNotTaken(StaffOrder("ask post"), Refusal(rules.BAD_FORM))
    body = {"kind": "posts", "who": oid, "schools": wanted, "text": _told(oid, wanted),
            "before": _posts_text(asked, oid)}  # fmt: skip
    return _propose(asked, order, body)


def _posts_text(asked: Asked, oid: str) -> str:
    here = [p.school for p in asked.deps.posts.of(oid) if p.city == asked.city]
    return _told(oid, here)


def _told(oid: str, schools: list[str | None]) -> str:
    places = ", ".join(school or "市全体" for school in schools) or "なし"
    return f"{oid}: {places}"


# -- rules ---------------------------------------------------------------------------------------


def check_rules(asked: Asked) -> operate.Operate:
    """The difference, or why they do not load; nothing is changed."""
    text = _rules_of(asked)
    try:
        found = rules_files.loaded(text)
    except cities.BadCity as exc:
        return page(asked, operate.CheckedRules(text, tuple(exc.problems)))
    taken = rules.DOMAIN_OF_ANOTHER if _takes_anothers_domain(asked, found) else None
    return page(asked, operate.CheckedRules(text, (f"{taken.ja} / {taken.en}",) if taken else ()))


def propose_rules(asked: Asked) -> Judged:
    text, found = _rules_of(asked), asked.deps.rules(asked.city)
    before = found.text if found else ""
    order = StaffOrder("ask rules", before=_sha(before)[:16], after=_why(asked, _sha(text)[:16]))
    if refusal := _not_to_be_put(asked, text):
        return OrderNotTaken(order, Refusal(refusal))
    return _propose(asked, order, {"kind": "rules", "text": text, "before": _sha(before)})


def _not_to_be_put(asked: Asked, text: str) -> Rule | None:
    try:
        found = rules_files.loaded(text)
    except cities.BadCity:
        return rules.BAD_RULES
    return rules.DOMAIN_OF_ANOTHER if _takes_anothers_domain(asked, found) else None


def _takes_anothers_domain(asked: Asked, new: cities.City) -> bool:
    """Whether they would name a domain that another city's rules name; one that is shared already
    keeps nobody from mending something else."""
    present = asked.deps.rules(asked.city)
    if present and present.city.domain == new.domain:
        return False
    named = rules_files.domains(asked.deps.rules_folder)
    return any(domain == new.domain and city != asked.city for city, domain in named)


def _rules_of(asked: Asked) -> str:
    """As a file has it: browsers send CR LF."""
    return asked.form.get("rules")[:MOST_RULES].replace("\r\n", "\n").rstrip("\n") + "\n"


# -- two people ----------------------------------------------------------------------------------


def _propose(asked: Asked, order: StaffOrder, body: Mapping[str, Any]) -> Judged:
    reason = _reason(asked)
    if not reason:
        return OrderNotTaken(order, Refusal(rules.NO_REASON))
    viewer = asked.caller.viewer
    digest = _sha(f"{asked.number} {viewer.oid}")[:32]
    whole = {**body, "digest": digest, "oid": viewer.oid, "name": viewer.name, "reason": reason,
             "at": asked.caller.now.isoformat()}  # fmt: skip
    items = asked.deps.items(asked.city)
    return Taken(order, "/operate", "asked", lambda: items.put(f"CHANGE#{digest}", whole, {}))


def _reason(asked: Asked) -> str:
    return asked.form.get("reason").strip()[:MOST_REASON]


def _why(asked: Asked, text: str) -> str:
    """For the record: the item in which a reason waits is gone once the change is settled."""
    return _because(text, _reason(asked))


def _because(text: str, reason: str) -> str:
    return f"{text}(理由: {reason})" if reason else text


def confirm(asked: Asked, kind: str) -> Judged:
    """By somebody else than who asked, and only where nothing has moved since."""
    items, key, body = _change(asked, kind)
    order = StaffOrder(f"confirm {'post' if kind == 'posts' else 'rules'}",
                  before=str(body.get("before", ""))[:200],
                  after=_after(body))  # fmt: skip
    refusal = _against(asked, kind, body)
    if refusal:
        return OrderNotTaken(order, Refusal(refusal))

    def act() -> None:
        items.drop(key, body)  # first: whoever confirms at the same time finds nothing
        if kind == "posts":
            asked.deps.posts.put(body["who"], asked.city, body["schools"])
        else:
            _put_rules(asked, body["text"])

    return Taken(order, "/operate", "changed", act)


def _after(body: Mapping[str, Any]) -> str:
    text, reason = str(body.get("text", "")), str(body.get("reason", ""))
    return _because(text if body.get("kind") == "posts" else _sha(text)[:16], reason)


def _against(asked: Asked, kind: str, body: Mapping[str, Any]) -> Rule | None:
    if not body:
        return rules.NO_SUCH_CHANGE
    if body["oid"] == asked.caller.viewer.oid:
        return rules.SAME_PERSON
    if not asked.caller.fresh:
        return rules.PROVE_AGAIN
    found = asked.deps.rules(asked.city)
    now = _posts_text(asked, body["who"]) if kind == "posts" else _sha(found.text if found else "")
    if now != body["before"]:
        return rules.RULES_MOVED
    return None if kind == "posts" else _not_to_be_put(asked, body["text"])


def withdraw(asked: Asked, kind: str) -> Judged:
    items, key, body = _change(asked, kind)
    order = StaffOrder("withdraw", before=_after(body))
    if not body:
        return OrderNotTaken(order, Refusal(rules.NO_SUCH_CHANGE))
    return Taken(order, "/operate", "taken-back", lambda: items.drop(key, body))


def _change(asked: Asked, kind: str) -> tuple[Items, str, dict[str, Any]]:
    digest = asked.form.get("digest")
    items, key = asked.deps.items(asked.city), f"CHANGE#{digest}"
    body = items.get(key) if _DIGEST.match(digest) else {}
    return items, key, body if body.get("kind") == kind else {}


def _put_rules(asked: Asked, text: str) -> None:
    asked.deps.s3.put_object(
        Bucket=asked.deps.settings.rules_bucket,
        Key=f"cities/{asked.city}.toml",
        Body=text.encode(),
    )


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
