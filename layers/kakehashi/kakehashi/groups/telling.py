"""What was left undone, told once for a school or a product instead of once for a request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kakehashi.findings import Finding, Place
from kakehashi.provision.answers import Stopped


@dataclass(frozen=True, slots=True)
class Left:
    """A change that could not be made; ``school`` is a MEXT code or "" for a licence."""

    why: Stopped
    school: str = ""

    @property
    def count(self) -> int:
        return int(self.why.facts["count"])


def tell(left: Iterable[Left]) -> Iterator[Finding]:
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
