"""Two sources, one person: by 職員番号, never by name; field by field as the rules say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from kakehashi.catalogue import staff_list as rules
from kakehashi.findings import Finding, Place
from kakehashi.people.staff import Employment, StaffPost, master_identifier, staff_id
from kakehashi.preprocess.staff.sources import Claim, Material, StaffReading
from kakehashi.roster import Held

ABOUT = {"names": "name", "posts": "posts", "homerooms": "homeroom", "account": "account"}


@dataclass(frozen=True, slots=True)
class StaffRoster:
    """``employments`` are sorted by number. Whoever a source tells of is here or in ``held``."""

    employments: tuple[Employment, ...] = ()
    held: tuple[Held, ...] = ()
    findings: tuple[Finding, ...] = ()


def combine(readings: Mapping[str, StaffReading], material: Material) -> StaffRoster:
    """``readings`` by source. Independent of the order of rows."""
    both = _Both(material)
    by_id: dict[str, dict[str, Claim]] = {}
    for source, reading in readings.items():
        for claim in reading.claims:
            mine = by_id.setdefault(staff_id(claim.number), {})
            mine[source] = both.alone(mine.get(source), claim)
    made = [both.person(who, claims) for who, claims in sorted(by_id.items())]
    good = _with_own_accounts([one for one in made if one], material, both)
    found = [finding for reading in readings.values() for finding in reading.findings]
    held = [held for reading in readings.values() for held in reading.held]
    return StaffRoster(
        tuple(good), (*held, *both.held), (*found, *both.findings, *both.differences())
    )


class _Both:
    """What comes of putting the sources together, person by person."""

    def __init__(self, material: Material) -> None:
        self.material, self.owner = material, material.rules.owner
        self.held: list[Held] = []
        self.findings: list[Finding] = []
        self.differ: Counter[str] = Counter()

    def alone(self, before: Claim | None, claim: Claim) -> Claim:
        """The claim of a source; two of one number cannot both be right."""
        return replace(claim, code=rules.TWO_PEOPLE.code) if before else claim

    def hold(self, who: str, code: str, line: int) -> None:
        self.held.append(Held(code, line, who))

    def person(self, who: str, claims: Mapping[str, Claim]) -> Employment | None:
        """None for somebody who waits."""
        wrong = [claim for claim in claims.values() if claim.code or not claim.posts]
        if wrong:
            self.hold(who, min(claim.code or rules.NO_FIRST_DAY.code for claim in wrong),
                      wrong[0].line)  # fmt: skip
            return None
        listed, rostered = claims.get("list"), claims.get("roster")
        first = listed or rostered
        if first is None:
            return None
        if listed is None or rostered is None:
            return self._employment(first, [first] * len(ABOUT), claims.values())
        chosen = {name: self._chosen(name, listed, rostered) for name in ABOUT}
        if disagreed := [name for name, claim in chosen.items() if claim is None]:
            self._disagree(who, disagreed, first.line)
            return None
        return self._employment(first, [one or first for one in chosen.values()], claims.values())

    def _chosen(self, about: str, listed: Claim, rostered: Claim) -> Claim | None:
        """Whose word counts about this field; None where both are asked and differ."""
        words = [self._word(about, claim) for claim in (listed, rostered)]
        owner = getattr(self.owner, about)
        if about == "posts" and owner != "both":  # a list without a post of today says so
            self.differ[about] += words[0] != words[1]
            return _of(owner, listed, rostered)
        if not all(words) or words[0] == words[1]:
            silent = {"list": words[0], "roster": words[1]}.get(owner, words[0])
            other = rostered if not words[0] else listed
            return other if not silent or owner == "both" else _of(owner, listed, rostered)
        if owner == "both":
            return None
        self.differ[about] += 1
        return _of(owner, listed, rostered)

    def _word(self, about: str, claim: Claim) -> object:
        """What is compared; of posts those of today, by place."""
        if about == "names":
            return (claim.names.family, claim.names.given)
        if about == "posts":
            day = self.material.as_of
            return frozenset((p.school, p.main) for p in claim.posts if p.covers(day))
        if about == "homerooms":
            return frozenset(claim.homerooms.items())
        return claim.account

    def _disagree(self, who: str, about: Iterable[str], line: int) -> None:
        for name in about:
            self.findings.append(rules.SOURCES_DISAGREE.at(Place(), pupil=who, about=ABOUT[name]))
        self.hold(who, rules.SOURCES_DISAGREE.code, line)

    def differences(self) -> Iterable[Finding]:
        for name, count in sorted((+self.differ).items()):
            yield rules.SOURCES_DIFFER.at(about=ABOUT[name], count=count)

    def _employment(
        self, first: Claim, chosen: Sequence[Claim], claims: Iterable[Claim]
    ) -> Employment:
        """``chosen`` are believed in the order of ``ABOUT``."""
        names, posts, homerooms, account = chosen
        day = self.material.as_of
        spoken = posts.posts if homerooms is posts and any(p.homerooms for p in posts.posts) else ()
        return Employment(
            number=first.number,
            account=account.account,
            family=names.names.family,
            given=names.names.given,
            kana_family=names.names.kana_family,
            kana_given=names.names.kana_given,
            master=self._master(first.number, claims),
            posts=tuple(spoken or (_with_rooms(post, homerooms, day) for post in posts.posts)),
            away=first.away,
            line=first.line,
        )

    def _master(self, number: str, claims: Iterable[Claim]) -> str:
        given = next((claim.master for claim in claims if claim.master), "")
        return given or master_identifier(self.material.city.board_code, number)


def _of(owner: str, listed: Claim, rostered: Claim) -> Claim:
    return listed if owner == "list" else rostered


def _with_rooms(post: StaffPost, claim: Claim, day: date) -> StaffPost:
    """A post with the classes of today at its school, by ``claim``; a coming one has none yet."""
    titles = claim.homerooms.get(post.school, ()) if post.covers(day) else ()
    there = [one for one in claim.posts if one.school == post.school]
    return replace(
        post, homerooms=tuple(sorted(set(titles))),
        unnamed=any(one.unnamed for one in there), next_year=any(one.next_year for one in there),
    )  # fmt: skip


def _with_own_accounts(
    people: Iterable[Employment], material: Material, both: _Both
) -> list[Employment]:
    """Those whose account is nobody else's."""
    people = list(people)
    times = Counter(one.account for one in people if one.account)
    good = []
    for one in people:
        twice = times[one.account] > 1
        if not (twice or one.account in material.pupils):
            good.append(one)
            continue
        rule = rules.ACCOUNT_TWICE if twice else rules.ACCOUNT_OF_A_PUPIL
        both.findings.append(rule.at(Place(), pupil=one.id))
        both.hold(one.id, rule.code, one.line)
    return good
