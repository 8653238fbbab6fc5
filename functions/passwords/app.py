"""Passwords: who waits for an initial password, making them, and handing them out once.

A part of the staff page with a role of its own: it writes where passwords lie and can start
nothing, the rest of the page can start what was decided and reads no password.
"""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from kakehashi.edges import settings
from kakehashi.edges.staff import password_desk
from kakehashi.edges.staff.dependencies import StaffDependencies
from kakehashi.edges.staff.gate import Asked
from kakehashi.edges.staff.orders import Judged
from kakehashi.edges.staff.routes import Routes, Shown
from kakehashi.edges.telemetry import logger
from kakehashi.edges.web import answers as web
from kakehashi.refusal import Refusal
from kakehashi.staff.viewer import Permission

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _deps() -> StaffDependencies:
    return StaffDependencies.of(settings.load(settings.PasswordPageSettings))


app = APIGatewayHttpResolver()
routes = Routes(app, _deps)


@routes.page("/passwords", Permission.PASSWORDS)
def passwords(asked: Asked) -> Shown:
    return password_desk.page(asked)


@routes.order("/passwords/make", Permission.PASSWORDS)
def make(asked: Asked) -> Judged:
    return password_desk.make_them(asked)


@routes.page("/passwords/uploaded", Permission.PASSWORDS, by_itself=False)
def uploaded(asked: Asked) -> Shown:
    return password_desk.uploaded(asked)


@routes.order("/passwords/start", Permission.PASSWORDS)
def take_in(asked: Asked) -> Judged:
    return password_desk.take_in(asked)


@app.post("/passwords/slips")
def slips() -> Response[Any]:
    gate = routes.gate()
    asked = gate.order(Permission.PASSWORDS, once=False)  # once by itself
    if isinstance(asked, Refusal):
        return routes.refused(gate, asked)
    found = password_desk.take_slips(asked, lambda sheets: routes.seen(gate, asked, sheets))
    return routes.refused(gate, found) if isinstance(found, Refusal) else found


@app.post("/passwords/workbook")
def workbook() -> Response[Any]:
    gate = routes.gate()
    asked = gate.order(Permission.PASSWORDS, once=False)
    if isinstance(asked, Refusal):
        return routes.refused(gate, asked)
    found = password_desk.take_workbook(asked, lambda book: web.file(book, "passwords.xlsx", XLSX))
    return routes.refused(gate, found) if isinstance(found, Refusal) else found


@logger.inject_lambda_context
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """An event of an HTTP API, payload format 2.0. Whatever goes wrong is a page."""
    return app.resolve(event, context)
