"""Staff: the page on which whoever decides sees the night and acts, over HTTP.

The tables below are the whole page: where, for whom, and which function of ``edges.staff`` answers.
What it reads is drawn by ``kakehashi.staff``; a form is judged, noted in the record and only then
carried out. Whoever is turned away gets a sentence and a code
(``catalogue.staff``); the log has the same code, and nobody's data.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from kakehashi.catalogue import staff as rules
from kakehashi.edges import settings
from kakehashi.edges.staff import (
    approving,
    arriving,
    children,
    deciding,
    members,
    nightly,
    operating,
    personnel,
    reading,
    recording,
    rehearsed,
    ruling,
    schooling,
    watching,
)
from kakehashi.edges.staff.answering import entry, go, sign_in_path
from kakehashi.edges.staff.dependencies import StaffDependencies
from kakehashi.edges.staff.desk import way_back
from kakehashi.edges.staff.gate import SESSION, SIGN_IN, Asked
from kakehashi.edges.staff.orders import OrderNotTaken
from kakehashi.edges.staff.routes import Judging, Reading, Routes
from kakehashi.edges.telemetry import logger
from kakehashi.edges.web import answers as web
from kakehashi.edges.web.cookies import SIGN_IN_SECONDS
from kakehashi.edges.web.requests import form_of
from kakehashi.lti.pages import to_ourselves
from kakehashi.refusal import Refusal
from kakehashi.staff.child import Search
from kakehashi.staff.frame import nav
from kakehashi.staff.viewer import Permission

AGAIN = "again"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
    fresh, quiet = bool(gate.query.get("fresh")), bool(gate.query.get("quiet"))
    back = gate.query.get("back", "/")
    where, kept = gate.desk.begin_sign_in(back, fresh=fresh, quiet=quiet)
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
    if not secret:
        return go(sign_in_path(back))
    return web.redirect(back, cookies=[cookies.set(SESSION, secret), cookies.clear(SIGN_IN)])


@app.post("/city")
def choose_city() -> Response[str]:
    """Another of the cities in which the person has a post."""
    gate = routes.gate()
    asked = gate.order(None, once=False)
    if isinstance(asked, Refusal):
        return routes.refused(gate, asked)
    gate.desk.choose(asked.caller, asked.form.get("city"))
    return go(way_back(asked.form.get("back")))


@app.post("/sign-out")
def sign_out() -> Response[str]:
    gate = routes.gate()
    asked = gate.order(None, once=False)
    if isinstance(asked, Refusal):
        return routes.refused(gate, asked)
    gate.desk.leave(gate.cookies.get(SESSION))
    return web.redirect("/", cookies=[gate.cookies.clear(SESSION)])


# -- pages, searches and forms: where, for whom, and who answers ---------------------------------

PAGES: Sequence[tuple[str, Permission, Reading]] = (
    ("/today", Permission.SEE, reading.today),
    ("/approve", Permission.SEE, reading.plans),
    ("/approve/<run_id>", Permission.SEE, reading.plan),
    ("/decide", Permission.SEE, deciding.page),
    ("/child", Permission.SEE, lambda _: Search()),
    ("/child/<pupil>", Permission.SEE, children.story),
    ("/staff", Permission.SEE, personnel.page),
    ("/staff/<person>", Permission.SEE, members.story),
    ("/nights", Permission.SEE, nightly.listed),
    ("/nights/<run_id>", Permission.SEE, nightly.one),
    ("/arrived", Permission.SEE, arriving.page),
    ("/rehearsal", Permission.SEE, arriving.rehearsals),
    ("/rehearsal/<run_id>", Permission.SEE, rehearsed.one),
    ("/school", Permission.SCHOOL, schooling.listed),
    ("/school/<code>", Permission.SCHOOL, schooling.one),
    ("/operate", Permission.OPERATE, operating.page),
    ("/operate/history", Permission.OPERATE, ruling.page),
    ("/record", Permission.RECORD, recording.page),
)
WAYS_BACK: Sequence[tuple[str, Permission, Reading]] = (  # from S3: they say nothing by themselves
    ("/arrived/uploaded", Permission.UPLOAD, arriving.uploaded),
    ("/rehearsal/uploaded", Permission.REHEARSE, arriving.rehearsals),
)
SEARCHES: Sequence[tuple[str, Permission, Reading]] = (
    ("/approve/<run_id>/find", Permission.SEE, reading.found_in_plan),
    ("/child/find", Permission.SEE, children.search),
    ("/operate/rules/check", Permission.OPERATE, operating.check_rules),
)
ORDERS: Sequence[tuple[str, Permission, Judging]] = (
    ("/approve/<run_id>/yes", Permission.APPROVE, approving.yes),
    ("/approve/<run_id>/no", Permission.APPROVE, approving.no),
    ("/approve/<run_id>/back", Permission.APPROVE, approving.back),
    ("/decide", Permission.DECIDE, deciding.answer),
    ("/decide/all", Permission.DECIDE, deciding.answer_all),
    ("/decide/back", Permission.DECIDE, deciding.take_back),
    ("/staff/decide", Permission.DECIDE, personnel.decide),
    ("/staff/accept", Permission.APPROVE, personnel.accept),
    ("/staff/back", Permission.DECIDE, personnel.take_back),
    ("/nights/rerun", Permission.RERUN, nightly.rerun),
    ("/nights/<run_id>/undo", Permission.RERUN, nightly.undo),
    ("/arrived/start", Permission.UPLOAD, arriving.begin),
    ("/rehearsal/start", Permission.REHEARSE, arriving.rehearse),
    ("/school/<code>/mended", Permission.SCHOOL, schooling.mended),
    ("/operate/again", Permission.OPERATE, operating.again),
    ("/operate/posts/propose", Permission.OPERATE, operating.propose_posts),
    ("/operate/rules/propose", Permission.OPERATE, operating.propose_rules),
    ("/operate/<kind>/confirm", Permission.OPERATE, operating.confirm),
    ("/operate/<kind>/withdraw", Permission.OPERATE, operating.withdraw),
)
for path, action, read in PAGES:
    routes.page(path, action)(read)
for path, action, read in WAYS_BACK:
    routes.page(path, action, by_itself=False)(read)
for path, action, read in SEARCHES:
    routes.search(path, action)(read)
for path, action, judge in ORDERS:
    routes.order(path, action)(judge)


# -- files -----------------------------------------------------------------------------------------


@app.get("/nights/<run>/files/<name>")
def night_file(run: str, name: str) -> Response[str]:
    return _file(run, name)


@app.get("/nights/<run>/files/schools/<name>")
def night_file_of_school(run: str, name: str) -> Response[str]:
    return _file(run, f"schools/{name}")


@app.get("/operate/drift/<name>")
def drift_file(name: str) -> Response[str]:
    return _handed(Permission.OPERATE, lambda asked: watching.file_of(asked, name))


def _file(run: str, name: str) -> Response[str]:
    return _handed(Permission.SEE, lambda asked: nightly.file_of(asked, run, name))


def _handed(action: Permission, find: Callable[[Asked], str | Refusal]) -> Response[str]:
    gate = routes.gate()
    asked = gate.page(action)
    if isinstance(asked, Refusal):
        return routes.not_in(gate, asked)
    where = find(asked)
    if isinstance(where, Refusal):
        return routes.refused(gate, gate.recorded(asked.caller, where))
    return web.redirect(where)


@app.get("/arrived/staff-form")
def staff_form() -> Response[Any]:
    """The board's list, empty: with choices to pick from and a sheet that explains each column."""
    gate = routes.gate()
    asked = gate.page(Permission.UPLOAD)
    if isinstance(asked, Refusal):
        return routes.not_in(gate, asked)
    from kakehashi.report.staff_form import staff_form  # noqa: PLC0415 - draws a workbook

    return web.file(staff_form(), "staff-list.xlsx", XLSX)


@app.post("/record/csv")
def record_csv() -> Response[Any]:
    gate = routes.gate()
    asked = gate.order(Permission.RECORD)
    if isinstance(asked, Refusal):
        return routes.refused(gate, asked)
    taking = recording.Taking()
    judged = gate.carry_out(asked, Permission.RECORD, taking.judge)
    if isinstance(judged, OrderNotTaken):
        return routes.refused(gate, judged.refusal)
    return web.file(taking.found, f"record-{taking.when}.csv", "text/csv")


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """An event of an HTTP API, payload format 2.0. Whatever goes wrong is a page."""
    return app.resolve(event, context)
