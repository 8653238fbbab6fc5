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
from kakehashi.edges.staff.approving import ApprovalForm, Approving, approval_of
from kakehashi.edges.staff.audit_log import span
from kakehashi.edges.staff.dependencies import StaffDependencies
from kakehashi.edges.staff.gate import SESSION, SIGN_IN, Asked
from kakehashi.edges.staff.orders import Judged, OrderNotTaken, StaffOrder, Taken
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
from kakehashi.staff.viewer import Permission

AGAIN = "again"


def _deps() -> StaffDependencies:
    return StaffDependencies.of(settings.load(settings.StaffSettings))


app = APIGatewayHttpResolver()
routes = Routes(app, _deps)


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


@routes.page("/today", Permission.SEE)
def today(asked: Asked) -> Shown:
    return reading.today(asked)


# -- 承認 ------------------------------------------------------------------------------------------


@routes.page("/approve", Permission.SEE)
def plans(asked: Asked) -> Shown:
    return reading.plans(asked)


@routes.page("/approve/<run>", Permission.SEE)
def plan(asked: Asked, run: str) -> Shown:
    return reading.plan(asked, run, Filter.of(asked.query.to_dict() | {"text": ""}))


@routes.search("/approve/<run>/find", Permission.SEE)
def plan_find(asked: Asked, run: str) -> Shown:
    return reading.plan(asked, run, Filter.of(asked.form.to_dict()))


@routes.order("/approve/<run>/yes", Permission.APPROVE)
def approve_yes(asked: Asked, run: str) -> Judged:
    return Approving(asked.deps, asked.caller).approve(_said(asked, run))


@routes.order("/approve/<run>/no", Permission.APPROVE)
def approve_no(asked: Asked, run: str) -> Judged:
    return Approving(asked.deps, asked.caller).decline(_said(asked, run))


@routes.order("/approve/<run>/back", Permission.APPROVE)
def approve_back(asked: Asked, run: str) -> Judged:
    return Approving(asked.deps, asked.caller).take_back(_said(asked, run))


def _said(asked: Asked, run: str) -> ApprovalForm:
    form = asked.form
    return approval_of(
        run, form.get("checksum"), form.get("reason"), form.all("accept"), asked.number
    )


# -- 判断 ------------------------------------------------------------------------------------------


@routes.page("/decide", Permission.SEE)
def decide(asked: Asked) -> Shown:
    return deciding.page(asked)


@routes.order("/decide", Permission.DECIDE)
def decide_each(asked: Asked) -> Judged:
    return deciding.answer(asked)


@routes.order("/decide/all", Permission.DECIDE)
def decide_all(asked: Asked) -> Judged:
    return deciding.answer_all(asked)


@routes.order("/decide/back", Permission.DECIDE)
def decide_back(asked: Asked) -> Judged:
    return deciding.take_back(asked)


# -- この子 ----------------------------------------------------------------------------------------


@routes.page("/child", Permission.SEE)
def child(_: Asked) -> Shown:
    return Search()


@routes.search("/child/find", Permission.SEE)
def child_find(asked: Asked) -> Shown:
    return children.search(asked)


@routes.page("/child/<pupil>", Permission.SEE)
def child_story(asked: Asked, pupil: str) -> Shown:
    return children.story(asked, pupil)


# -- 夜の一覧 --------------------------------------------------------------------------------------


@routes.page("/nights", Permission.SEE)
def nights(asked: Asked) -> Shown:
    return nightly.listed(asked)


@routes.page("/nights/<run>", Permission.SEE)
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
    asked = gate.page(Permission.SEE)
    if isinstance(asked, Refusal):
        return routes.not_in(gate, asked)
    where = nightly.file_of(asked, run, name)
    if isinstance(where, Refusal):
        return routes.refused(gate, gate.recorded(asked.caller, where))
    return web.redirect(where)


@routes.order("/nights/rerun", Permission.RERUN)
def rerun(asked: Asked) -> Judged:
    return nightly.rerun(asked)


@routes.order("/nights/<run>/undo", Permission.RERUN)
def undo(asked: Asked, run: str) -> Judged:
    return nightly.undo(asked, run)


# -- 届いたか, 予行 --------------------------------------------------------------------------------


@routes.page("/arrived", Permission.SEE)
def arrived(asked: Asked) -> Shown:
    return arriving.page(asked)


@routes.page("/arrived/uploaded", Permission.UPLOAD, by_itself=False)
def uploaded(asked: Asked) -> Shown:
    return arriving.uploaded(asked)


@routes.order("/arrived/start", Permission.UPLOAD)
def take_in(asked: Asked) -> Judged:
    return arriving.begin(asked)


@routes.page("/rehearsal", Permission.SEE)
def rehearsals(asked: Asked) -> Shown:
    return arriving.rehearsals(asked)


@routes.page("/rehearsal/<run>", Permission.SEE)
def rehearsal(asked: Asked, run: str) -> Shown:
    return rehearsed.one(asked, run)


@routes.page("/rehearsal/uploaded", Permission.REHEARSE, by_itself=False)
def rehearsal_uploaded(asked: Asked) -> Shown:
    return arriving.rehearsals(asked)


@routes.order("/rehearsal/start", Permission.REHEARSE)
def rehearse(asked: Asked) -> Judged:
    return arriving.rehearse(asked)


# -- 学校 ------------------------------------------------------------------------------------------


@routes.page("/school", Permission.SCHOOL)
def schools(asked: Asked) -> Shown:
    return schooling.listed(asked)


@routes.page("/school/<code>", Permission.SCHOOL)
def school(asked: Asked, code: str) -> Shown:
    return schooling.one(asked, code)


@routes.order("/school/<code>/mended", Permission.SCHOOL)
def mended(asked: Asked, code: str) -> Judged:
    return schooling.mended(asked, code)


# -- 運用 ------------------------------------------------------------------------------------------


@routes.page("/operate", Permission.OPERATE)
def operate(asked: Asked) -> Shown:
    return operating.page(asked)


@routes.order("/operate/again", Permission.OPERATE)
def try_again(asked: Asked) -> Judged:
    return operating.again(asked)


@routes.order("/operate/posts/propose", Permission.OPERATE)
def propose_posts(asked: Asked) -> Judged:
    return operating.propose_posts(asked)


@routes.search("/operate/rules/check", Permission.OPERATE)
def check_rules(asked: Asked) -> Shown:
    return operating.check_rules(asked)


@routes.order("/operate/rules/propose", Permission.OPERATE)
def propose_rules(asked: Asked) -> Judged:
    return operating.propose_rules(asked)


@routes.order("/operate/<kind>/confirm", Permission.OPERATE)
def confirm(asked: Asked, kind: str) -> Judged:
    return operating.confirm(asked, kind)


@routes.order("/operate/<kind>/withdraw", Permission.OPERATE)
def withdraw(asked: Asked, kind: str) -> Judged:
    return operating.withdraw(asked, kind)


# -- 記録 ------------------------------------------------------------------------------------------


@routes.page("/record", Permission.RECORD)
def record(asked: Asked) -> Shown:
    rows, older = asked.deps.record(asked.city).newest(before=asked.query.get("older"))
    return Recorded(rows, older)


@app.post("/record/csv")
def record_csv() -> Response[Any]:
    gate = routes.gate()
    asked = gate.order(Permission.RECORD)
    if isinstance(asked, Refusal):
        return routes.refused(gate, asked)
    record = asked.deps.record(asked.city)
    when = asked.form.get("when") or record.month()
    wanted, found = span(when) if when else None, None

    def judge(_: Asked) -> Judged:
        nonlocal found
        order = StaffOrder("record", after=when if wanted else "")
        if wanted is None:
            return OrderNotTaken(order, Refusal(rules.BAD_FORM))
        found = record.as_csv(*wanted)
        return (
            Taken(order, "", "") if found else OrderNotTaken(order, Refusal(rules.RECORD_TOO_LONG))
        )

    judged = gate.carry_out(asked, Permission.RECORD, judge)
    if isinstance(judged, OrderNotTaken) or found is None:
        why = judged.refusal if isinstance(judged, OrderNotTaken) else Refusal(rules.OUR_FAULT)
        return routes.refused(gate, why)
    return web.file(found, f"record-{when}.csv", "text/csv")


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """An event of an HTTP API, payload format 2.0. Whatever goes wrong is a page."""
    return app.resolve(event, context)
