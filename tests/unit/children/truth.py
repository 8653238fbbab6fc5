"""What must be true of children at the end of each night, whatever ids and accounts are called.

The oracle knows whose mailbox an account is (``Owners``), and no userMasterIdentifier decides
anything here: it asks of every person, and of every account and tool user that a person has had.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kakehashi.city import LtiTool
from kakehashi.lti.launch import standing
from kakehashi.lti.memberships import members_of
from kakehashi.lti.registrations import Registration
from kakehashi.people.pupil import GRADE_LABELS
from local.fakes.tenant import password_rules
from tests.unit.children.bridge import Bridge, Night, ToolSide
from tests.unit.children.town import SCHOOLS, Child, Town

MARK = "extensionAttribute1"
EXTENSIONS = "onPremisesExtensionAttributes"

TOOL = "https://drill.example"
FOR_EVERYBODY = Registration(
    "demo",
    "drill",
    LtiTool.model_validate({
        "name": "計算ドリル",
        "login_url": f"{TOOL}/login",
        "redirect_uris": [f"{TOOL}/launch"],
        "target_link_uri": f"{TOOL}/start",
    }),
)  # fmt: skip

type User = Mapping[str, Any]
type Shown = tuple[Any, ...]


def mark_of(user: User) -> str:
    return str(user.get(EXTENSIONS, {}).get(MARK, "")).lower()


@dataclass
class Owners:
    """Whose things are whose, for life. ``accounts``: object id → child. ``users``: tool →
    sourcedId → child. ``suspended`` and ``deleted`` are children whom a person's word has named;
    ``by_hand`` are accounts that somebody has blocked or deleted in the portal."""

    accounts: dict[str, Child] = field(default_factory=dict)
    users: dict[tuple[str, str], Child] = field(default_factory=dict)
    suspended: set[int] = field(default_factory=set)
    deleted: set[int] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)
    thrown_away: set[str] = field(default_factory=set)
    nth: dict[str, int] = field(default_factory=dict)  # object id → when it was seen first
    subs: dict[str, Child] = field(default_factory=dict)  # what a launch tells a tool → child
    told: dict[str, int] = field(default_factory=dict)  # object id → the slip its password is from


@dataclass(frozen=True)
class Picture:
    """Everything about every child at one moment: its accounts, and what each tool shows of it."""

    accounts: Mapping[int, frozenset[Shown]]
    tools: Mapping[tuple[str, int], frozenset[Shown]]


@dataclass
class Looker:
    bridge: Bridge
    town: Town
    owners: Owners = field(default_factory=Owners)
    unread: set[int] = field(default_factory=set)  # whose row tonight's export has lost
    mistaken: set[int] = field(default_factory=set)  # of whom a person has said what is not true
    trusted: set[int] = field(default_factory=set)  # of whom nobody has: they are as it is true

    # -- seeing ----------------------------------------------------------------------------

    def users(self) -> dict[str, User]:
        """The living accounts with our mark, by object id."""
        users = self.bridge.tenant.directory.users
        return {key: user for key, user in users.items() if mark_of(user)}

    def of(self, child: Child) -> dict[str, User]:
        owned = self.owners.accounts
        return {key: u for key, u in self.users().items() if owned.get(key) is child}

    def picture(self) -> Picture:
        accounts: dict[int, set[tuple[Any, ...]]] = {}
        for key, user in self.users().items():
            if child := self.owners.accounts.get(key):
                accounts.setdefault(child.n, set()).add((key, *_facts(user)))
        tools: dict[tuple[str, int], set[tuple[Any, ...]]] = {}
        for tool in self.bridge.tools:
            for key, shown in tool.receiver.pupils().items():
                if child := self.owners.users.get((tool.name, key)):
                    tools.setdefault((tool.name, child.n), set()).add((key, *shown))
        return Picture(
            {n: frozenset(some) for n, some in accounts.items()},
            {who: frozenset(some) for who, some in tools.items()},
        )

    # -- judging ---------------------------------------------------------------------------

    def differences(self, before: Picture, night: Night, *, strict: bool = False) -> list[str]:
        """Where something is not as it is true. ``strict``: nobody may be held any more."""
        found = [*self._new_accounts(), *self._new_tool_users()]
        now = self.picture()
        told = night.told_of()
        held = set[int]() if strict else {c.n for umi in told for c in self.town.of(umi)}
        stopped = not night.applied and not strict
        # Of whom the book says nothing, or by a slip nothing new, nobody can tell.
        unseen = set() if strict else self.unread | set(self._typed_as_before())
        # What was said wrongly stays with whoever has left before C4th was corrected.
        self.trusted = {child.n for child in self.town.children
                        if child.n not in self.mistaken or (strict and child.here)}  # fmt: skip
        found += [*self._accounts(), *self._gone(before), *self._tool_users()]
        found += [*self._launches(night)]
        for child in self.town.children:
            if child.n not in self.trusted:
                continue
            waits = stopped or child.n in held or child.n in unseen
            same = _as_before_or_right(before.accounts.get(child.n), now.accounts.get(child.n),
                                       self._wanted(child))  # fmt: skip
            wrong = self.wrong_with(child)
            if wrong and not (waits and same):
                found.append(f"{child.n}: {wrong}{' and was changed' if waits else ', untold'}")
            for tool in self.bridge.tools:
                who = (tool.name, child.n)
                same_there = _as_before_or_right(before.tools.get(who), now.tools.get(who),
                                                 _shown_of(child))  # fmt: skip
                wrong_there = self._shown(tool, child)
                if wrong_there and not (waits and (same_there or wrong)):
                    found.append(f"{child.n}: {tool.name} {wrong_there}")
        return found + ([] if stopped else [*self._groups(held)])

    def _typed_as_before(self) -> Iterator[int]:
        """Children whose row is typed wrongly, and says what the account says."""
        users, typed = self.users(), self.town.typed_wrongly()
        rows = {entry.umi: entry for entry in self.town.entries() if not entry.ended}
        for known in self.bridge.state.pupils():
            row, user = rows.get(known.pupil.id), users.get(known.object_id)
            child = self.owners.accounts.get(known.object_id)
            if row and user and child and child.n in typed:
                says = (row.upn, f"{row.name[0]} {row.name[1]}")
                if says == (user["userPrincipalName"], user["displayName"]):
                    yield child.n

    def _new_accounts(self) -> Iterator[str]:
        """An account that was made tonight is the child's on whose row it was asked for."""
        for key, user in self.users().items():
            self.owners.nth.setdefault(key, len(self.owners.nth))
            if key in self.owners.accounts:
                continue
            mark = mark_of(user)
            rows = [e.child for e in self.town.entries() if e.umi == mark and not e.ended]
            if len(rows) != 1:
                yield f"an account was made for nobody's row ({len(rows)})"
                continue
            self.owners.accounts[key] = rows[0]
            self.owners.told[key] = rows[0].slips

    def _new_tool_users(self) -> Iterator[str]:
        """A tool's user is the child's whose account signs in there."""
        upns = {u["userPrincipalName"].lower(): key for key, u in self.users().items()}
        for tool in self.bridge.tools:
            for key, shown in tool.receiver.pupils().items():
                if (tool.name, key) in self.owners.users:
                    continue
                child = self.owners.accounts.get(upns.get(shown[1].lower(), ""))
                if child is None:
                    yield f"{tool.name} has a user who cannot sign in"
                else:
                    self.owners.users[tool.name, key] = child

    def _accounts(self) -> Iterator[str]:
        """No account shows another child, carries another's mark, or is taken unasked."""
        for key, user in self.users().items():
            child = self.owners.accounts.get(key)
            if child is None or child.n not in self.trusted:
                continue
            if user["displayName"] not in {f"{name[0]} {name[1]}" for name in child.names}:
                yield f"{child.n}: the account shows another child"
            if mark_of(user) not in child.ids:
                yield f"{child.n}: the account carries another child's mark"
            said = child.n in self.owners.suspended or key in self.owners.blocked
            if not user["accountEnabled"] and not said:
                yield f"{child.n}: suspended, and nobody said so"

    def _gone(self, before: Picture) -> Iterator[str]:
        living = self.users()
        for n, accounts in before.accounts.items():
            for key, *_ in accounts:
                if key not in living and n not in self.owners.deleted:
                    yield f"{n}: deleted, and nobody said so"

    def _tool_users(self) -> Iterator[str]:
        """Whoever signs in to a tool meets nobody's history but its own."""
        upns = {u["userPrincipalName"].lower(): key for key, u in self.users().items()}
        for tool in self.bridge.tools:
            mine: Counter[int] = Counter()
            for key, shown in tool.receiver.pupils().items():
                child = self.owners.users.get((tool.name, key))
                if child is None or child.n not in self.trusted:
                    continue
                mine[child.n] += 1
                enabled, upn, family, given = shown[:4]
                if (family, given) not in {name[:2] for name in child.names}:
                    yield f"{child.n}: {tool.name} shows another child"
                signs_in = self.owners.accounts.get(upns.get(upn.lower(), ""), child)
                if enabled == "true" and signs_in is not child:
                    yield f"{child.n}: {tool.name} opens for another child"
            yield from (f"{n}: {tool.name} has {count} of it" for n, count in mine.items()
                        if count > 1)  # fmt: skip

    def _launches(self, night: Night) -> Iterator[str]:
        """Whoever signs in at the launcher is who it is, and in a class once."""
        held = {umi for ids in (night.plan.held if night.plan else {}).values() for umi in ids}
        listed: Counter[int] = Counter()
        for known in self.bridge.state.pupils():
            child = self.owners.accounts.get(known.object_id)
            if child is None or known.object_id not in self.users():
                continue
            if child.n not in self.trusted:
                continue
            if self.owners.subs.setdefault(known.sourced_id, child) is not child:
                yield f"{child.n}: a launch opens another child's history"
            members = members_of([known], FOR_EVERYBODY)
            listed[child.n] += sum(member["status"] == "Active" for member in members)
            if standing(known, held) is None and child.here:
                named = (known.pupil.family, known.pupil.given)
                if named not in {name[:2] for name in child.names}:
                    yield f"{child.n}: a launch shows another child"
        yield from (f"{n}: a class lists it {count} times" for n, count in listed.items()
                    if count > 1)  # fmt: skip

    def wrong_with(self, child: Child) -> str:
        """What is wrong with how this child signs in; "" if nothing is."""
        mine = self.of(child)
        if not child.here:
            return ""  # an account stays as it is until a person decides
        if len(mine) != 1:
            return f"{len(mine)} accounts"
        ((key, user),) = mine.items()
        wanted = self._wanted(child, key)
        if _facts(user) != wanted:
            return f"{_facts(user)}, not {wanted}"
        if not user.get("assignedLicenses"):
            return "no licence"
        sealed = self.bridge.tenant.directory.tables["passwords"].get(key, "")
        slip = self.owners.told.get(key, child.slips)
        if sealed and not password_rules.opens(sealed, f"Hinagiku-{child.n:04d}-{slip}"):
            return "the slip does not open it"
        return ""

    def _wanted(self, child: Child, key: str = "") -> Shown:
        return (child.upn, child.shown, child.title, SCHOOLS[child.school][1],
                GRADE_LABELS[child.grade], key not in self.owners.blocked)  # fmt: skip

    def _shown(self, tool: ToolSide, child: Child) -> str:
        """What is wrong with how a tool has this child; "" if nothing is."""
        users = [shown for key, shown in tool.receiver.pupils().items()
                 if self.owners.users.get((tool.name, key)) is child]  # fmt: skip
        if not child.here:
            if child.n in self.owners.suspended and any(s[0] == "true" for s in users):
                return "has not heard of the suspension"
            return ""
        if len(users) != 1:
            return f"has {len(users)} of it"
        wanted = _shown_of(child)
        return "" if users[0] == wanted else f"shows {users[0]}, not {wanted}"

    def _groups(self, held: Container[int]) -> Iterator[str]:
        """Everybody sits in one class group at the most, and in the class that the account says;
        what somebody made by hand for a child who waits, or has left, is not taken in: in none."""
        directory = self.bridge.tenant.directory
        ours = {known.object_id for known in self.bridge.state.pupils()}
        for key, user in self.users().items():
            owner = self.owners.accounts[key]
            named = [directory.groups[g] for g in directory.groups_of(key)]
            titles = [g["displayName"] for g in named if "-class-" in g["mailNickname"]]
            years = Counter(title.rpartition(" ")[2] for title in titles)  # last year's stay
            if max(years.values(), default=0) > 1:
                yield f"{owner.n}: in {len(titles)} class groups"
            elif key not in ours and (owner.n in held or not owner.here):
                continue
            elif user["accountEnabled"] and not any(
                title.startswith(f"{user['officeLocation']} {user['department']} ")
                for title in titles
            ):
                yield f"{owner.n}: not in the group of its class"


def _shown_of(child: Child) -> Shown:
    """What a tool is to show of a child."""
    code, school = SCHOOLS[child.school]
    return ("true", child.upn, *child.name[:2], child.grade, code, school, child.title)


def _as_before_or_right(
    before: frozenset[Shown] | None, now: frozenset[Shown] | None, wanted: Shown
) -> bool:
    """Of whoever waits for a person, each fact is as it was, or has been put right meanwhile."""
    was = {key: facts for key, *facts in before or ()}
    return all(
        key in was
        and all(
            fact in pair
            for fact, pair in zip(facts, zip(was[key], wanted, strict=True), strict=True)
        )
        for key, *facts in now or ()
    ) and len(before or ()) == len(now or ())


def _facts(user: User) -> tuple[Any, ...]:
    names = ("userPrincipalName", "displayName", "department", "officeLocation", "jobTitle",
             "accountEnabled")  # fmt: skip
    return tuple(user.get(name) for name in names)
