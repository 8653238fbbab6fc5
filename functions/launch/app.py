"""Launch: the launcher that pupils see, and the LTI 1.3 platform that tools talk to, over HTTP.

Whoever is turned away gets a page with a sentence in kana and a code (``catalogue.launch``); the
log has the same code, the route, and nobody's data.
"""

from __future__ import annotations

from base64 import b64decode
from typing import Any
from urllib.parse import parse_qsl

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.typing import LambdaContext

from kakehashi.catalogue import launch as rules
from kakehashi.edges import settings
from kakehashi.edges.errors import TryLater
from kakehashi.edges.launch import calls
from kakehashi.edges.launch.launcher import LaunchDependencies, Launcher
from kakehashi.edges.launch.lti_services import Services
from kakehashi.edges.telemetry import logger, measure_city
from kakehashi.edges.web import answers as web
from kakehashi.edges.web.cookies import SIGN_IN_SECONDS, Cookies
from kakehashi.lti import configuration, pages
from kakehashi.lti.deep_linking import REQUEST
from kakehashi.lti.memberships import MEDIA_TYPE
from kakehashi.refusal import Refusal

SESSION, SIGN_IN = "kakehashi", "kakehashi-sign-in"
AGAIN = "again"
UNKNOWN = "unknown"  # the city of a request that leads to none
STATUS = {"L306": 403, "L308": 404, "L309": 404, "L404": 404, "L307": 401, "L301": 401,
          "L302": 401, "L303": 401, "L304": 401, "L305": 400, "L900": 500}  # fmt: skip

app = APIGatewayHttpResolver()


# -- people -------------------------------------------------------------------------------------


@app.get("/")
def home() -> Response[str]:
    launcher, cookies = _launcher(), _cookies()
    visitor = launcher.visitor(cookies.get(SESSION))
    if isinstance(visitor, Refusal) and visitor.rule is rules.NOT_SIGNED_IN:
        return web.page(pages.sign_in())
    if isinstance(visitor, Refusal):
        return _turned_away(visitor)
    return web.page(launcher.page(visitor))


@app.get("/sign-in")
def sign_in() -> Response[str]:
    where, kept = _launcher().begin_sign_in()
    return web.redirect(where, cookies=[_cookies().set(SIGN_IN, kept, SIGN_IN_SECONDS)])


@app.post("/sign-in/callback")
def signed_in() -> Response[str]:
    """Microsoft posts across sites, and our cookies do not come with that: hence once more."""
    cookies, form = _cookies(), _form()
    if not cookies.get(SIGN_IN) and AGAIN not in form:
        return web.page(pages.to_ourselves("/sign-in/callback", form | {AGAIN: "1"}))
    launcher = _launcher()
    session = launcher.end_sign_in(cookies.get(SIGN_IN), form)
    if isinstance(session, Refusal):
        return _turned_away(session)
    launcher.sessions.end(cookies.get(SESSION))  # of a pupil who did not sign out
    return web.redirect("/", cookies=[cookies.set(SESSION, session), cookies.clear(SIGN_IN)])


@app.post("/sign-out")
def sign_out() -> Response[str]:
    """Another site cannot sign a pupil out: the cookie does not come with its POST, and what did
    not come is not cleared either."""
    cookies = _cookies()
    if not (secret := cookies.get(SESSION)):
        return web.redirect("/")
    _launcher().sessions.end(secret)
    return web.redirect("/", cookies=[cookies.clear(SESSION)])


@app.get("/launch/<tool>")
def launch(tool: str) -> Response[str]:
    launcher = _launcher()
    visitor = launcher.visitor(_cookies().get(SESSION))
    if isinstance(visitor, Refusal):
        return _turned_away(visitor)
    asked = _query()
    begun = launcher.begin_launch(visitor, tool, asked.get("link", ""), asked.get("context", ""))
    if isinstance(begun, Refusal):
        return _turned_away(begun, visitor.session.city)
    return web.redirect(*begun)


@app.get("/choose/<tool>")
def choose(tool: str) -> Response[str]:
    launcher = _launcher()
    visitor = launcher.visitor(_cookies().get(SESSION))
    if isinstance(visitor, Refusal):
        return _turned_away(visitor)
    context = _query().get("context", "")
    begun = launcher.begin_launch(visitor, tool, context=context, message=REQUEST)
    if isinstance(begun, Refusal):
        return _turned_away(begun, visitor.session.city)
    return web.redirect(*begun)


@app.post("/lti/deep-links")
def chosen() -> Response[str]:
    """A tool posts across sites, as Microsoft does."""
    cookies, form, launcher = _cookies(), _form(), _launcher()
    if not cookies.get(SESSION) and AGAIN not in form:
        return web.page(pages.to_ourselves("/lti/deep-links", form | {AGAIN: "1"}))
    visitor = launcher.visitor(cookies.get(SESSION))
    if isinstance(visitor, Refusal):
        return _turned_away(visitor)
    refusal = launcher.keep_choice(visitor, form.get("JWT", ""))
    return _turned_away(refusal, visitor.session.city) if refusal else web.redirect("/")


@app.get("/lti/authorize")
def authorize() -> Response[str]:
    launcher = _launcher()
    visitor = launcher.visitor(_cookies().get(SESSION))
    if isinstance(visitor, Refusal):
        return _turned_away(visitor)
    posted = launcher.end_launch(visitor, _query())
    if isinstance(posted, Refusal):
        return _turned_away(posted, visitor.session.city)
    measure_city("launch", visitor.session.city, {"Launched": 1})
    name = posted.registration.tool.name
    return web.page(pages.to_tool(posted.action, posted.fields, name))


@app.post("/lti/authorize")
def authorize_by_post() -> Response[str]:
    """The session's cookie does not come with another site's POST, but with our own redirect."""
    return web.redirect("/lti/authorize", _form())


# -- tools --------------------------------------------------------------------------------------


@app.get("/.well-known/openid-configuration")
def openid_configuration() -> Response[str]:
    return web.data(configuration.document(_deps().issuer), headers=calls.PUBLIC)


@app.get("/.well-known/jwks.json")
def jwks() -> Response[str]:
    deps = _deps()
    return web.data(deps.keys.jwks(deps.clock()), headers=calls.PUBLIC)


@app.post("/lti/token")
def token() -> Response[str]:
    granted = Services(_deps()).token(_form())
    return _told_no(granted) if isinstance(granted, Refusal) else web.data(granted)


@app.get("/lti/contexts/<context>/memberships")
def memberships(context: str) -> Response[str]:
    authorization = app.current_event.headers.get("authorization", "")
    listed = Services(_deps()).memberships(authorization, context, _query())
    if isinstance(listed, Refusal):
        return _told_no(listed)
    headers = web.NOT_STORED | {"Link": listed.link_header()}
    return web.data(listed.body, kind=MEDIA_TYPE, headers=headers)


# -- what goes wrong ----------------------------------------------------------------------------


@app.not_found
def nothing_there(_: NotFoundError) -> Response[str]:
    return web.page(pages.refused(Refusal(rules.UNKNOWN_PAGE), "", signed_in=True), 404)


@app.exception_handler(TryLater)  # type: ignore[untyped-decorator]
def busy(_: TryLater) -> Response[str]:
    logger.warning("an edge is busy")
    return _turned_away(Refusal(rules.OUR_FAULT, "busy"), status=503)


@app.exception_handler(Exception)  # type: ignore[untyped-decorator]
def broken(_: Exception) -> Response[str]:
    logger.exception("launch failed")
    return _turned_away(Refusal(rules.OUR_FAULT))


def _turned_away(refusal: Refusal, city: str = UNKNOWN, status: int = 0) -> Response[str]:
    _note(refusal, city)
    signed_in = refusal.code > "L2" and refusal.rule is not rules.NOT_SIGNED_IN
    page = pages.refused(refusal, _reference(), signed_in=signed_in)
    return web.page(page, status or STATUS.get(refusal.code, 403))


def _told_no(refusal: Refusal) -> Response[str]:
    _note(refusal, UNKNOWN)
    return calls.refused(refusal, STATUS[refusal.code])


def _note(refusal: Refusal, city: str) -> None:
    logger.warning("refused", extra={"code": refusal.code, "reason": refusal.detail, "city": city})
    measure_city("launch", city, {"LaunchRefused": 1})


# -- the request --------------------------------------------------------------------------------


def _deps() -> LaunchDependencies:
    return LaunchDependencies.of(settings.load(settings.LaunchSettings))


def _launcher() -> Launcher:
    return Launcher(_deps())


def _cookies() -> Cookies:
    return Cookies(_deps().issuer, app.current_event.get("cookies") or [])


def _query() -> dict[str, str]:
    return dict(parse_qsl(app.current_event.get("rawQueryString") or "", keep_blank_values=True))


def _form() -> dict[str, str]:
    """Bytes that are no text are read as such, and refused as what they then say."""
    event = app.current_event
    body = (event.body or "").encode()
    text = (b64decode(body) if event.is_base64_encoded else body).decode(errors="replace")
    return dict(parse_qsl(text, keep_blank_values=True))


def _reference() -> str:
    return str(app.lambda_context.aws_request_id)[:8]


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """An event of an HTTP API, payload format 2.0. Whatever goes wrong is a page."""
    return app.resolve(event, context)
