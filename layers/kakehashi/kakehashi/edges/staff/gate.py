"""The gate: who calls, from where, and whether this may be asked at all."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kakehashi.catalogue import staff as rules
from kakehashi.edges.runs import city_of
from kakehashi.edges.staff import forms
from kakehashi.edges.staff.dependencies import StaffDependencies
from kakehashi.edges.staff.desk import Caller, Desk
from kakehashi.edges.staff.orders import Judged, OrderNotTaken, StaffOrder, carry_out, note
from kakehashi.edges.web.cookies import Cookies
from kakehashi.edges.web.requests import Fields, form_of, from_here, query_of
from kakehashi.refusal import Refusal
from kakehashi.staff.frame import opens
from kakehashi.staff.viewer import Permission, may

SESSION = "kakehashi-staff"
SIGN_IN = "kakehashi-staff-sign-in"
CITY = "city"  # of an address in a mail: whose page it means
_OF_RUN = re.compile(r"/(?:approve|nights|rehearsal)/([^/]+)")
_HERE = (rules.UNKNOWN_RUN, rules.NOT_ALLOWED)
"""What is true of one city alone."""


def _others(caller: Caller) -> set[str]:
    """The caller's cities beside the one looked at."""
    return set(caller.viewer.cities) - {caller.city}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of somebody who may make it. ``number`` is that of the form, "" for a page;
    ``told`` what was just done, and the page may say."""

    deps: StaffDependencies
    caller: Caller
    path: str
    query: Fields = field(repr=False)
    form: Fields = field(repr=False)
    number: str = ""
    told: str = ""

    @property
    def city(self) -> str:
        return self.caller.city


class Gate:
    """One request's. ``caller`` is known once ``page`` or ``order`` has let somebody in, or has
    turned away somebody who is signed in."""

    def __init__(self, deps: StaffDependencies, event: Any) -> None:
        self.deps, self.event = deps, event
        self.desk = Desk(deps)
        self.cookies = Cookies(deps.address, event.get("cookies") or [])
        self.path = str(event.get("rawPath") or "/")
        self.query = query_of(event)
        self.by_form = event["requestContext"]["http"]["method"] == "POST"
        self.caller: Caller | None = None

    def page(self, action: Permission | None) -> Asked | Refusal:
        """Whoever may open pages of this kind in the city looked at; None: whoever is signed in."""
        caller = self._known()
        if isinstance(caller, Refusal):
            return caller
        caller = self.desk.choose(caller, lang=self.query.get("lang"))
        self.caller = caller
        if (meant := self.query.get(CITY)) in _others(caller):
            return self.recorded(caller, Refusal(rules.PAGE_OF_OTHER_CITY, meant))
        if action and not opens(caller.viewer, action, caller.city):
            return self.recorded(caller, Refusal(rules.NOT_ALLOWED))
        caller, told = self.desk.heard(caller, self.query.get("told"))
        return Asked(self.deps, caller, self.path, self.query, Fields(), told=told)

    def order(self, action: Permission | None, *, once: bool = True) -> Asked | Refusal:
        """The same for a form, which must be one of ours, made for this session and the city that
        it looks at, and not have been taken before; searches (``once`` False) may be repeated."""
        caller = self._known(order=True)
        if not from_here(self.event, self.deps.address):
            return self._told(caller, Refusal(rules.FOREIGN_FORM, "origin"))
        if isinstance(caller, Refusal):
            return caller
        form = form_of(self.event)
        number = self._number(caller, caller.city, form)
        if number is None:
            return self.recorded(caller, self._foreign(caller, form))
        if action and not opens(caller.viewer, action, caller.city):
            return self.recorded(caller, Refusal(rules.NOT_ALLOWED))
        if once and forms.taken(self.deps.kept, caller.session, number):
            return self.recorded(caller, Refusal(rules.USED_FORM))
        return Asked(self.deps, caller, self.path, self.query, form, number)

    def carry_out(
        self, asked: Asked, action: Permission, judge: Callable[[Asked], Judged]
    ) -> Judged:
        """Judge an order and do it; what the whole city is asked for needs a post in all of it. A
        form that was refused may be sent again."""
        if not may(asked.caller.viewer, action, asked.city) and action is not Permission.SCHOOL:
            judged: Judged = OrderNotTaken(StaffOrder(str(action)), Refusal(rules.NOT_ALLOWED))
        else:
            judged = judge(asked)
        session = asked.caller.session
        if not isinstance(judged, OrderNotTaken) and not forms.first_time(
            self.deps.kept, session, asked.number
        ):
            judged = OrderNotTaken(judged.order, Refusal(rules.USED_FORM))
        carry_out(self.deps, asked.caller, judged)
        return judged

    def _number(self, caller: Caller, city: str, form: Fields) -> str | None:
        return forms.number_of(caller.session, city, self.path, form.get(forms.FIELD))

    def _foreign(self, caller: Caller, form: Fields) -> Refusal:
        """A page of another city that the person has left is no forgery."""
        if form.too_many:
            return Refusal(rules.BAD_FORM, "fields")
        left = any(self._number(caller, city, form) for city in _others(caller))
        return Refusal(rules.OTHER_CITY) if left else Refusal(rules.FOREIGN_FORM, "field")

    def _known(self, *, order: bool = False) -> Caller | Refusal:
        found = self.desk.caller(self.cookies.get(SESSION), order=order)
        self.caller = found if isinstance(found, Caller) else None
        return found

    def _told(self, caller: Caller | Refusal, refusal: Refusal) -> Refusal:
        return refusal if isinstance(caller, Refusal) else self.recorded(caller, refusal)

    def _elsewhere(self, caller: Caller, refusal: Refusal) -> Refusal:
        """What is asked for may be there, or allowed, in another city of the person's."""
        found = _OF_RUN.match(self.path)
        city = city_of(found[1]) if found and refusal.rule in _HERE else caller.city
        found_there = city in _others(caller)
        return Refusal(rules.PAGE_OF_OTHER_CITY, city) if found_there else refusal

    def recorded(self, caller: Caller, refusal: Refusal) -> Refusal:
        """Refused attempts of people who are signed in are in the record; the page that was asked
        for is named by its first word, since the rest was typed by somebody."""
        what = self.path.strip("/").partition("/")[0][:20]
        refusal = self._elsewhere(caller, refusal)
        note(self.deps, caller, StaffOrder(what if what.isalpha() else "?"), refusal.code)
        return refusal
