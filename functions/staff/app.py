"""Staff: the page on which whoever decides sees the night and acts, over HTTP.

A page is read by a function of ``edges.staff``, drawn by ``kakehashi.staff``; a form is judged,
noted in the record and only then carried out. Whoever is turned away gets a sentence and a code
(``catalogue.staff``); the log has the same code, and nobody's data.
"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from kakehashi.catalogue import staff as rules
from kakehashi.edges import settings
from kakehashi.edges.staff import (
    arriving,
    children,
    deciding,
    nightly,
    operating,
    reading,
    rehearsed,
    schooling,
)
from kakehashi.edges.staff.answering import entry, go
from kakehashi.edges.staff.approving import Approving, Said, said_of
from kakehashi.edges.staff.gate import SESSION, SIGN_IN, Asked
from kakehashi.edges.staff.house import House
from kakehashi.edges.staff.orders import Judged, NotTaken, Order, Taken
from kakehashi.edges.staff.record import span
from kakehashi.edges.staff.routes import Routes, Shown
from kakehashi.edges.telemetry import logger
from kakehashi.edges.web import answers as web
from kakehashi.edges.web.cookies import SIGN_IN_SECONDS
from kakehashi.edges.web.requests import form_of
from kakehashi.lti.pages import to_ourselves
from kakehashi.refusal import Refusal
from kakehashi.staff.changes import Filter
from kakehashi.staff.child import Search
from kakehashi.staff.frame import nav
from kakehashi.staff.recorded import Recorded
from kakehashi.staff.viewer import Action

AGAIN = "again"


def _house() -> House:
    return House.of(settings.load(settings.StaffSettings))


app = APIGatewayHttpResolver()
routes = Routes(app, _house)


# -- coming and going ----------------------------------------------------------------------------


@app.get("/")
def home() -> Response[str]:
    """The first page that the viewer may open."""
    gate = routes.gate()
    asked = gate.page(None)
    if isinstance(asked, Refusal):
        unknown = asked.rule is rules.NOT_SIGNED_IN
        return entry() if unknown else routes.refused(gate, asked)
    links = nav(asked.caller.viewer, asked.city, "/")
    return go(links[0].path) if links else routes.refused(gate, Refusal(rules.NOT_ALLOWED))


@app.get("/sign-in")
def sign_in() -> Response[str]:
    gate = routes.gate()
    fresh = bool(gate.query.get("fresh"))
    where, kept = gate.desk.begin_sign_in(gate.query.get("back", "/"), fresh=fresh)
    return web.redirect(where, cookies=[gate.cookies.set(SIGN_IN, kept, SIGN_IN_SECONDS)])


@app.post("/sign-in/callback")
def signed_in() -> Response[str]:
    """Microsoft posts across sites, and our cookies do not come with that: hence once more."""
    gate, form = routes.gate(), form_of(app.current_event)
    if not gate.cookies.get(SIGN_IN) and not form.get(AGAIN):
        again = form.to_dict() | {AGAIN: "1"}
        return web.page(to_ourselves("/sign-in/callback", again))
    cookies = gate.cookies
    found = gate.desk.end_sign_in(cookies.get(SIGN_IN), form.to_dict(), cookies.get(SESSION))
    if isinstance(found, Refusal):
        return routes.refused(gate, found)
    secret, back = found
    return web.redirect(back, cookies=[cookies.set(SESSION, secret), cookies.clear(SIGN_IN)])


@app.post("/city")
def choose_city() -> Response[str]:
    """Another of the cities in which the person has a post."""
    gate = routes.gate()
    asked = gate.order(None, once=False)
    if isinstance(asked, Refusal):
        return routes.refused(gate, asked)
    gate.desk.choose(asked.caller, asked.form.get("city"))
    return go("/")


@app.post("/sign-out")
def sign_out() -> Response[str]:
    gate = routes.gate()
    asked = gate.order(None, once=False)
    if isinstance(asked, Refusal):
        return routes.refused(gate, asked)
    gate.desk.leave(gate.cookies.get(SESSION))
    return web.redirect("/", cookies=[gate.cookies.clear(SESSION)])


# -- 今朝 ------------------------------------------------------------------------------------------


@routes.page("/today", Action.SEE)
def today(asked: Asked) -> Shown:
    return reading.today(asked)


# -- 承認 ------------------------------------------------------------------------------------------


@routes.page("/approve", Action.SEE)
def plans(asked: Asked) -> Shown:
    return reading.plans(asked)


@routes.page("/approve/<run>", Action.SEE)
def plan(asked: Asked, run: str) -> Shown:
    return reading.plan(asked, run, Filter.of(asked.query.to_dict() | {"text": ""}))


@routes.search("/approve/<run>/find", Action.SEE)
def plan_find(asked: Asked, run: str) -> Shown:
    return reading.plan(asked, run, Filter.of(asked.form.to_dict()))


@routes.order("/approve/<run>/yes", Action.APPROVE)
def approve_yes(asked: Asked, run: str) -> Judged:
    return Approving(asked.house, asked.caller).approve(_said(asked, run))


@routes.order("/approve/<run>/no", Action.APPROVE)
def approve_no(asked: Asked, run: str) -> Judged:
    return Approving(asked.house, asked.caller).decline(_said(asked, run))


@routes.order("/approve/<run>/back", Action.APPROVE)
def approve_back(asked: Asked, run: str) -> Judged:
    return Approving(asked.house, asked.caller).take_back(_said(asked, run))


def _said(asked: Asked, run: str) -> Said:
    form = asked.form
    return said_of(run, form.get("checksum"), form.get("reason"), form.all("accept"), asked.number)


# -- 判断 ------------------------------------------------------------------------------------------


@routes.page("/decide", Action.SEE)
def decide(asked: Asked) -> Shown:
    return deciding.page(asked)


@routes.order("/decide", Action.DECIDE)
def decide_each(asked: Asked) -> Judged:
    return deciding.answer(asked)


@routes.order("/decide/all", Action.DECIDE)
def decide_all(asked: Asked) -> Judged:
    return deciding.answer_all(asked)


@routes.order("/decide/back", Action.DECIDE)
def decide_back(asked: Asked) -> Judged:
    return deciding.take_back(asked)


# -- この子 ----------------------------------------------------------------------------------------


@routes.page("/child", Action.SEE)
def child(_: Asked) -> Shown:
    return Search()


@routes.search("/child/find", Action.SEE)
def child_find(asked: Asked) -> Shown:
    return children.search(asked)


@routes.page("/child/<pupil>", Action.SEE)
def child_story(asked: Asked, pupil: str) -> Shown:
    return children.story(asked, pupil)


# -- 夜の一覧 --------------------------------------------------------------------------------------


@routes.page("/nights", Action.SEE)
def nights(asked: Asked) -> Shown:
    return nightly.listed(asked)


@routes.page("/nights/<run>", Action.SEE)
def night(asked: Asked, run: str) -> Shown:
    return nightly.one(asked, run)


@app.get("/nights/<run>/files/<name>")
def night_file(run: str, name: str) -> Response[str]:
    return _file(run, name)


@app.get("/nights/<run>/files/schools/<name>")
def night_file_of_school(run: str, name: str) -> Response[str]:
    return _file(run, f"schools/{name}")


def _file(run: str, name: str) -> Response[str]:
    gate = routes.gate()
    asked = gate.page(Action.SEE)
    if isinstance(asked, Refusal):
        return routes.not_in(gate, asked)
    where = nightly.file_of(asked, run, name)
    if isinstance(where, Refusal):
        return routes.refused(gate, gate.recorded(asked.caller, where))
    return web.redirect(where)


@routes.order("/nights/rerun", Action.RERUN)
def rerun(asked: Asked) -> Judged:
    return nightly.rerun(asked)


@routes.order("/nights/<run>/undo", Action.RERUN)
def undo(asked: Asked, run: str) -> Judged:
    return nightly.undo(asked, run)


# -- 届いたか, 予行 --------------------------------------------------------------------------------


@routes.page("/arrived", Action.SEE)
def arrived(asked: Asked) -> Shown:
    return arriving.page(asked)


@routes.page("/arrived/uploaded", Action.UPLOAD, by_itself=False)
def uploaded(asked: Asked) -> Shown:
    return arriving.uploaded(asked)


@routes.order("/arrived/start", Action.UPLOAD)
def take_in(asked: Asked) -> Judged:
    return arriving.begin(asked)


@routes.page("/rehearsal", Action.SEE)
def rehearsals(asked: Asked) -> Shown:
    return arriving.rehearsals(asked)


@routes.page("/rehearsal/<run>", Action.SEE)
def rehearsal(asked: Asked, run: str) -> Shown:
    return rehearsed.one(asked, run)


@routes.page("/rehearsal/uploaded", Action.REHEARSE, by_itself=False)
def rehearsal_uploaded(asked: Asked) -> Shown:
    return arriving.rehearsals(asked)


@routes.order("/rehearsal/start", Action.REHEARSE)
def rehearse(asked: Asked) -> Judged:
    return arriving.rehearse(asked)


# -- 学校 ------------------------------------------------------------------------------------------


@routes.page("/school", Action.SCHOOL)
def schools(asked: Asked) -> Shown:
    return schooling.listed(asked)


@routes.page("/school/<code>", Action.SCHOOL)
def school(asked: Asked, code: str) -> Shown:
    return schooling.one(asked, code)


@routes.order("/school/<code>/mended", Action.SCHOOL)
def mended(asked: Asked, code: str) -> Judged:
    return schooling.mended(asked, code)


# -- 運用 ------------------------------------------------------------------------------------------


@routes.page("/operate", Action.OPERATE)
def operate(asked: Asked) -> Shown:
    return operating.page(asked)


@routes.order("/operate/again", Action.OPERATE)
def try_again(asked: Asked) -> Judged:
    return operating.again(asked)


@routes.order("/operate/posts/propose", Action.OPERATE)
def propose_posts(asked: Asked) -> Judged:
    return operating.propose_posts(asked)


@routes.search("/operate/rules/check", Action.OPERATE)
def check_rules(asked: Asked) -> Shown:
    return operating.check_rules(asked)


@routes.order("/operate/rules/propose", Action.OPERATE)
def propose_rules(asked: Asked) -> Judged:
    return operating.propose_rules(asked)


@routes.order("/operate/<kind>/confirm", Action.OPERATE)
def confirm(asked: Asked, kind: str) -> Judged:
    return operating.confirm(asked, kind)


@routes.order("/operate/<kind>/withdraw", Action.OPERATE)
def withdraw(asked: Asked, kind: str) -> Judged:
    return operating.withdraw(asked, kind)


# -- 記録 ------------------------------------------------------------------------------------------


@routes.page("/record", Action.RECORD)
def record(asked: Asked) -> Shown:
    rows, older = asked.house.record(asked.city).newest(before=asked.query.get("older"))
    return Recorded(rows, older)


@app.post("/record/csv")
def record_csv() -> Response[Any]:
    gate = routes.gate()
    asked = gate.order(Action.RECORD)
    if isinstance(asked, Refusal):
        return routes.refused(gate, asked)
    record = asked.house.record(asked.city)
    when = asked.form.get("when") or record.month()
    wanted, found = span(when) if when else None, None

    def judge(_: Asked) -> Judged:
        nonlocal found
        order = Order("record", after=when if wanted else "")
        if wanted is None:
            return NotTaken(order, Refusal(rules.BAD_FORM))
        found = record.as_csv(*wanted)
        return Taken(order, "", "") if found else NotTaken(order, Refusal(rules.RECORD_TOO_LONG))

    judged = gate.carry_out(asked, Action.RECORD, judge)
    if isinstance(judged, NotTaken) or found is None:
        why = judged.refusal if isinstance(judged, NotTaken) else Refusal(rules.OUR_FAULT)
        return routes.refused(gate, why)
    return web.file(found, f"record-{when}.csv", "text/csv")


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """An event of an HTTP API, payload format 2.0. Whatever goes wrong is a page."""
    return app.resolve(event, context)
