"""What was left undone, told once for a school or a product instead of once for a request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kakehashi.catalogue.provision import GROUPS_FAILED
from kakehashi.catalogue.refusals import GROUPS_BUSY
from kakehashi.directories.port import Stopped
from kakehashi.findings import Finding, Place
from kakehashi.provision.causes import LEAST, Cause, cause_of_status


@dataclass(frozen=True, slots=True)
class Left:
    """A change that could not be made; ``school`` is a MEXT code or "" for a licence."""

    why: Stopped
    school: str = ""

    @property
    def count(self) -> int:
        return int(self.why.facts["count"])


def all_of_it(code: str, status: int, *, busy: bool) -> Left:
    """Where the directory refuses groups as such; ``busy``: only for now."""
    facts: dict[str, int | str] = {"count": 1, "code": code, "status": status}
    return Left(Stopped(GROUPS_BUSY if busy else GROUPS_FAILED, facts, failed=True))


def one_cause(left: list[Left], made: int) -> tuple[Cause | None, list[Left]]:
    """The cause that kept most changes from being made, or from being looked at, if there is one;
    and what is then left to tell: what it stopped becomes one thing. ``made`` counts the changes
    that were made."""
    sums: Counter[Cause] = Counter()
    for one in left:
        if (cause := _cause_of(one)) is not None:
            sums[cause] += one.count
    for cause, count in sums.most_common(1):
        same = [one for one in left if _cause_of(one) is cause]
        unread = any(one.why.rule is GROUPS_FAILED for one in same)
        most = count >= LEAST and 2 * count > made + sum(one.count for one in left)
        if unread or most:
            facts = {name: same[0].why.facts[name] for name in ("code", "status")}
            whole = Stopped(GROUPS_FAILED, {"count": count, **facts})
            return cause, [*(one for one in left if one not in same), Left(whole)]
    return None, left


def _cause_of(left: Left) -> Cause | None:
    facts = left.why.facts
    return cause_of_status(str(facts.get("code", "")), int(facts.get("status", 0)))


def findings_of(left: Iterable[Left]) -> Iterator[Finding]:
    """One finding for each rule, school and reason; their counts are added up."""
    sums: Counter[tuple[str, str, str, str]] = Counter()
    reasons: dict[tuple[str, str, str, str], Stopped] = {}
    for one in left:
        facts = {n: str(one.why.facts.get(n, "")) for n in ("sku", "code", "status")}
        key = (one.why.rule.code, one.school, facts["sku"], f"{facts['code']} {facts['status']}")
        sums[key] += one.count
        reasons[key] = one.why
    for key in sorted(sums):
        why, school = reasons[key], key[1]
        facts_of_one = dict(why.facts) | {"count": sums[key]}
        yield why.rule.at(Place(), pupil=None, school=school or None, **facts_of_one)
