"""Staff: the page on which whoever decides sees the night and acts, over HTTP.

A page is read by a function of ``edges.staff``, drawn by ``kakehashi.staff``; a form is judged,
noted in the record and only then carried out. Whoever is turned away gets a sentence and a code
(``catalogue.staff``); the log has the same code, and nobody's data.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.typing import LambdaContext

from kakehashi.catalogue import staff as rules
from kakehashi.edges import settings
from kakehashi.edges.errors import TryLater
from kakehashi.edges.staff import children, deciding, reading
from kakehashi.edges.staff.answering import entry, go, show, sign_in_path, turned_away
from kakehashi.edges.staff.approving import Approving, Said, said_of
from kakehashi.edges.staff.gate import SESSION, SIGN_IN, Asked, Gate
from kakehashi.edges.staff.house import House
from kakehashi.edges.staff.orders import Judged, NotTaken, Order, Taken
from kakehashi.edges.telemetry import logger, measure_city
from kakehashi.edges.web import answers as web
from kakehashi.edges.web.cookies import SIGN_IN_SECONDS
from kakehashi.edges.web.requests import form_of
from kakehashi.lti.pages import to_ourselves
from kakehashi.refusal import Refusal
from kakehashi.staff.changes import Filter
from kakehashi.staff.child import Search
from kakehashi.staff.drawing import View
from kakehashi.staff.frame import nav
from kakehashi.staff.recorded import Recorded
from kakehashi.staff.viewer import Action

AGAIN = "again"
UNKNOWN = "unknown"  # the city of a request that leads to none

app = APIGatewayHttpResolver()

type Reading = Callable[..., View | Refusal]
type Judging = Callable[..., Judged]
type Route = Callable[..., Response[str]]


def page(path: str, action: Action) -> Callable[[Reading], Reading]:
    """A page at ``path`` for whoever may open it; anybody else signs in first, and comes back."""

    def route(read: Reading) -> Reading:
        @app.get(path)
        @wraps(read)
        def answer(**parts: str) -> Response[str]:
            gate = _gate()
            asked = gate.page(action)
            if isinstance(asked, Refusal):
                return _not_in(gate, asked)
            view = read(asked, **parts)
            return _seen(gate, asked, view)

        return read

    return route


def search(path: str, action: Action) -> Callable[[Reading], Reading]:
    """A page that is asked for by a form, so that what was typed stands in no address."""

    def route(read: Reading) -> Reading:
        @app.post(path)
        @wraps(read)
        def answer(**parts: str) -> Response[str]:
            gate = _gate()
            asked = gate.order(action, once=False)
            if isinstance(asked, Refusal):
                return _refused(gate, asked)
            view = read(asked, **parts)
            return _seen(gate, asked, view)

        return read

    return route


def order(path: str, action: Action) -> Callable[[Judging], Judging]:
    """A form that is posted to ``path``: judged, noted, carried out, and on to a page."""

    def route(judge: Judging) -> Judging:
        @app.post(path)
        @wraps(judge)
        def answer(**parts: str) -> Response[str]:
            gate = _gate()
            asked = gate.order(action)
            if isinstance(asked, Refusal):
                return _refused(gate, asked)
            judged = gate.carry_out(asked, action, lambda it: judge(it, **parts))
            if isinstance(judged, NotTaken):
                return _refused(gate, judged.refusal, judged)
            return go(judged.to, judged.told)

        return judge

    return route


# -- coming and going ----------------------------------------------------------------------------


@app.get("/")
def home() -> Response[str]:
    """The first page that the viewer may open."""
    gate = _gate()
    asked = gate.page(None)
    if isinstance(asked, Refusal):
        unknown = asked.rule is rules.NOT_SIGNED_IN
        return entry() if unknown else _refused(gate, asked)
    links = nav(asked.caller.viewer, asked.city, "/")
    return go(links[0].path) if links else _refused(gate, Refusal(rules.NOT_ALLOWED))


@app.get("/sign-in")
def sign_in() -> Response[str]:
    gate = _gate()
    fresh = bool(gate.query.get("fresh"))
    where, kept = gate.desk.begin_sign_in(gate.query.get("back", "/"), fresh=fresh)
    return web.redirect(where, cookies=[gate.cookies.set(SIGN_IN, kept, SIGN_IN_SECONDS)])


@app.post("/sign-in/callback")
def signed_in() -> Response[str]:
    """Microsoft posts across sites, and our cookies do not come with that: hence once more."""
    gate, form = _gate(), form_of(app.current_event)
    if not gate.cookies.get(SIGN_IN) and not form.get(AGAIN):
        again = form.to_dict() | {AGAIN: "1"}
        return web.page(to_ourselves("/sign-in/callback", again))
    cookies = gate.cookies
    found = gate.desk.end_sign_in(cookies.get(SIGN_IN), form.to_dict(), cookies.get(SESSION))
    if isinstance(found, Refusal):
        return _refused(gate, found)
    secret, back = found
    return web.redirect(back, cookies=[cookies.set(SESSION, secret), cookies.clear(SIGN_IN)])


@app.post("/sign-out")
def sign_out() -> Response[str]:
    gate = _gate()
    asked = gate.order(None, once=False)
    if isinstance(asked, Refusal):
        return _refused(gate, asked)
    gate.desk.leave(gate.cookies.get(SESSION))
    return web.redirect("/", cookies=[gate.cookies.clear(SESSION)])


# -- 今朝 ------------------------------------------------------------------------------------------


@page("/today", Action.SEE)
def today(asked: Asked) -> View:
    return reading.today(asked)


# -- 承認 ------------------------------------------------------------------------------------------


@page("/approve", Action.SEE)
def plans(asked: Asked) -> View:
    return reading.plans(asked)


@page("/approve/<run>", Action.SEE)
def plan(asked: Asked, run: str) -> View | Refusal:
    return reading.plan(asked, run, Filter.of(asked.query.to_dict() | {"text": ""}))


@search("/approve/<run>/find", Action.SEE)
def plan_find(asked: Asked, run: str) -> View | Refusal:
    return reading.plan(asked, run, Filter.of(asked.form.to_dict()))


@order("/approve/<run>/yes", Action.APPROVE)
def approve_yes(asked: Asked, run: str) -> Judged:
    return Approving(asked.house, asked.caller).approve(_said(asked, run))


@order("/approve/<run>/no", Action.APPROVE)
def approve_no(asked: Asked, run: str) -> Judged:
    return Approving(asked.house, asked.caller).decline(_said(asked, run))


@order("/approve/<run>/back", Action.APPROVE)
def approve_back(asked: Asked, run: str) -> Judged:
    return Approving(asked.house, asked.caller).take_back(_said(asked, run))


def _said(asked: Asked, run: str) -> Said:
    form = asked.form
    return said_of(run, form.get("checksum"), form.get("reason"), form.all("accept"), asked.number)


# -- 判断 ------------------------------------------------------------------------------------------


@page("/decide", Action.SEE)
def decide(asked: Asked) -> View:
    return deciding.page(asked)


@order("/decide", Action.DECIDE)
def decide_each(asked: Asked) -> Judged:
    return deciding.answer(asked)


@order("/decide/all", Action.DECIDE)
def decide_all(asked: Asked) -> Judged:
    return deciding.answer_all(asked)


@order("/decide/back", Action.DECIDE)
def decide_back(asked: Asked) -> Judged:
    return deciding.take_back(asked)


# -- この子 ----------------------------------------------------------------------------------------


@page("/child", Action.SEE)
def child(_: Asked) -> View:
    return Search()


@search("/child/find", Action.SEE)
def child_find(asked: Asked) -> View:
    return children.search(asked)


@page("/child/<pupil>", Action.SEE)
def child_story(asked: Asked, pupil: str) -> View | Refusal:
    return children.story(asked, pupil)


# -- 記録 ------------------------------------------------------------------------------------------


@page("/record", Action.RECORD)
def record(asked: Asked) -> View:
    rows, older = asked.house.record(asked.city).newest(before=asked.query.get("older"))
    return Recorded(rows, older)


@app.post("/record/csv")
def record_csv() -> Response[Any]:
    gate = _gate()
    asked = gate.order(Action.RECORD)
    if isinstance(asked, Refusal):
        return _refused(gate, asked)
    told = Taken(Order("record"), "", "")
    gate.carry_out(asked, Action.RECORD, lambda _: told)
    return web.file(asked.house.record(asked.city).as_csv(), "record.csv", "text/csv")


# -- what goes wrong -----------------------------------------------------------------------------


@app.not_found
def nothing_there(_: NotFoundError) -> Response[str]:
    gate = _gate()
    asked = gate.page(None)
    if isinstance(asked, Refusal):
        return _not_in(gate, asked)
    return _refused(gate, Refusal(rules.UNKNOWN_PAGE))


@app.exception_handler(TryLater)  # type: ignore[untyped-decorator]
def busy(_: TryLater) -> Response[str]:
    logger.warning("an edge is busy")
    return turned_away(Refusal(rules.OUR_FAULT, "busy"), _reference(), status=503)


@app.exception_handler(Exception)  # type: ignore[untyped-decorator]
def broken(_: Exception) -> Response[str]:
    logger.exception("staff failed")
    measure_city("staff", UNKNOWN, {"StaffBroken": 1})
    return turned_away(Refusal(rules.OUR_FAULT), _reference())


def _seen(gate: Gate, asked: Asked, view: View | Refusal) -> Response[str]:
    if isinstance(view, Refusal):
        return _refused(gate, gate.recorded(asked.caller, view))
    return show(asked, view)


def _not_in(gate: Gate, refusal: Refusal) -> Response[str]:
    """A page that needs a sign-in leads there and back; everything else is said."""
    if refusal.rule is rules.NOT_SIGNED_IN:
        return go(sign_in_path(gate.path))
    return _refused(gate, refusal)


def _refused(gate: Gate, refusal: Refusal, judged: NotTaken | None = None) -> Response[str]:
    city = gate.caller.city if gate.caller else UNKNOWN
    logger.warning("refused", extra={"code": refusal.code, "reason": refusal.detail, "city": city})
    measure_city("staff", city, {"StaffRefused": 1})
    return turned_away(
        refusal,
        _reference(),
        house=gate.house,
        caller=gate.caller,
        reasons=judged.reasons if judged else (),
        back=_page_of(gate.path),
    )


def _page_of(path: str) -> str:
    """The page from which a form came: its address without the last word."""
    return path.rpartition("/")[0] or path


# -- the request ---------------------------------------------------------------------------------


def _gate() -> Gate:
    return Gate(House.of(settings.load(settings.StaffSettings)), app.current_event)


def _reference() -> str:
    return str(app.lambda_context.aws_request_id)[:8]


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """An event of an HTTP API, payload format 2.0. Whatever goes wrong is a page."""
    return app.resolve(event, context)
