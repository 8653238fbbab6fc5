"""Routes of a page: what may be read, searched and ordered, and what goes wrong.

A page is a function from a request to a view, a form one from a request to a judged order. Here
they are let in by the gate, shown, carried out or turned away, the same for every function that
answers at this address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from kakehashi.catalogue import staff as rules
from kakehashi.city.checked import CITY_NAME
from kakehashi.edges.errors import TryLater
from kakehashi.edges.staff.answering import go, show, sign_in_path, turned_away
from kakehashi.edges.staff.dependencies import StaffDependencies
from kakehashi.edges.staff.desk import STALE, way_back
from kakehashi.edges.staff.gate import CITY, Asked, Gate
from kakehashi.edges.staff.orders import Judged, OrderNotTaken
from kakehashi.edges.telemetry import logger, measure_city
from kakehashi.refusal import Refusal
from kakehashi.staff.drawing import View
from kakehashi.staff.viewer import Permission

UNKNOWN = "unknown"  # the city of a request that leads to none

type Shown = View | Refusal | tuple[View, Sequence[str]]
"""A page, and the origins to which its forms may go beside ours."""
type Reading = Callable[..., Shown]
type Judging = Callable[..., Judged]


class Routes:
    """Those of one function. ``deps`` makes what its requests share, once a process."""

    def __init__(self, app: APIGatewayHttpResolver, deps: Callable[[], StaffDependencies]) -> None:
        self.app, self.deps = app, deps
        self.pages: list[re.Pattern[str]] = []
        self.opened: set[str] = set()
        self.posted: set[str] = set()
        app.not_found(self._nothing_there)
        app.exception_handler(TryLater)(self._busy)
        app.exception_handler(Exception)(self._broken)

    def gate(self) -> Gate:
        return Gate(self.deps(), self.app.current_event)

    def page(
        self, path: str, action: Permission, *, by_itself: bool = True
    ) -> Callable[[Reading], Reading]:
        """For whoever may open it; anybody else signs in first, and comes back, to the page above
        where it says nothing ``by_itself``, of its query with the city alone."""
        if by_itself:
            self.opened.add(path)
            self.pages.append(re.compile(re.sub(r"<\w+>", "[^/]+", path)))
        else:
            self.posted.add(path)

        def route(read: Reading) -> Reading:
            @self.app.get(path)
            @wraps(read)
            def answer(**parts: str) -> Response[str]:
                gate = self.gate()
                asked = gate.page(action)
                if isinstance(asked, Refusal):
                    return self.not_in(gate, asked)
                return self.seen(gate, asked, read(asked, **parts))

            return read

        return route

    def search(self, path: str, action: Permission) -> Callable[[Reading], Reading]:
        """A page that is asked for by a form, so that what was typed stands in no address."""
        self.posted.add(path)

        def route(read: Reading) -> Reading:
            @self.app.post(path)
            @wraps(read)
            def answer(**parts: str) -> Response[str]:
                gate = self.gate()
                asked = gate.order(action, once=False)
                if isinstance(asked, Refusal):
                    return self.refused(gate, asked)
                return self.seen(gate, asked, read(asked, **parts))

            return read

        return route

    def order(self, path: str, action: Permission) -> Callable[[Judging], Judging]:
        """A form that is judged, noted, carried out, and leads on to a page."""
        self.posted.add(path)

        def route(judge: Judging) -> Judging:
            @self.app.post(path)
            @wraps(judge)
            def answer(**parts: str) -> Response[str]:
                gate = self.gate()
                asked = gate.order(action)
                if isinstance(asked, Refusal):
                    return self.refused(gate, asked)
                judged = gate.carry_out(asked, action, lambda it: judge(it, **parts))
                if isinstance(judged, OrderNotTaken):
                    return self.refused(gate, judged.refusal, judged)
                gate.desk.announce(asked.caller, judged.told)
                return go(judged.to, judged.told)

            return judge

        return route

    # -- what goes wrong -------------------------------------------------------------------------

    def seen(self, gate: Gate, asked: Asked, found: Shown) -> Response[str]:
        if isinstance(found, Refusal):
            return self.refused(gate, gate.recorded(asked.caller, found))
        view, targets = found if isinstance(found, tuple) else (found, ())
        return show(asked, view, targets=targets)

    def not_in(self, gate: Gate, refusal: Refusal) -> Response[str]:
        """A page that needs a sign-in leads there and back; everything else is said."""
        if refusal.rule is rules.NOT_SIGNED_IN:
            quiet = refusal.detail == STALE
            return go(sign_in_path(self._page_at(gate.path) + _meant(gate), quiet=quiet))
        return self.refused(gate, refusal)

    def refused(
        self, gate: Gate, refusal: Refusal, judged: OrderNotTaken | None = None
    ) -> Response[str]:
        city = gate.caller.city if gate.caller else UNKNOWN
        told = {"code": refusal.code, "reason": refusal.detail, "city": city}
        logger.warning("refused", extra=told)
        measure_city("staff", city, {"StaffRefused": 1})
        back = self._page_at(gate.path)
        return turned_away(
            refusal,
            self._reference(),
            deps=gate.deps,
            caller=gate.caller,
            reasons=judged.reasons if judged else (),
            back=back,
            onward=self._onward(gate, refusal, back),
        )

    def _nothing_there(self, _: NotFoundError) -> Response[str]:
        gate = self.gate()
        asked = gate.page(None)
        if isinstance(asked, Refusal):
            return self.not_in(gate, asked)
        return self.refused(gate, Refusal(rules.UNKNOWN_PAGE))

    def _busy(self, _: Any) -> Response[str]:
        logger.warning("an edge is busy")
        return turned_away(Refusal(rules.OUR_FAULT, "busy"), self._reference(), status=503)

    def _broken(self, _: Any) -> Response[str]:
        logger.exception("staff failed")
        return turned_away(Refusal(rules.OUR_FAULT), self._reference())

    def _page_at(self, path: str) -> str:
        """The page at this address, or the nearest one above it, from which a form came; the first
        page where there is none."""
        words = path.split("/")
        above = ("/".join(words[:n]) for n in range(len(words), 1, -1))
        found = (at for at in above if at not in self.posted - self.opened)
        return way_back(
            next((at for at in found if any(page.fullmatch(at) for page in self.pages)), "/")
        )

    def _onward(self, gate: Gate, refusal: Refusal, back: str) -> str:
        """A form leads back to its page; a page that was refused, to one that is not."""
        if refusal.rule is rules.PAGE_OF_OTHER_CITY:
            return "/"
        if gate.by_form:
            return back
        above = "/" if refusal.rule is rules.NOT_ALLOWED else gate.path.rpartition("/")[0] or "/"
        return self._page_at(above) if above != gate.path else ""

    def _reference(self) -> str:
        return str(self.app.lambda_context.aws_request_id)[:8]


def _meant(gate: Gate) -> str:
    """Of the address, the city that it means: whoever signs in first is still asked about it."""
    city = gate.query.get(CITY)
    return f"?{CITY}={city}" if CITY_NAME.match(city) else ""
