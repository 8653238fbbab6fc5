"""Pages drawn from views: every value is escaped, and nothing on a page comes from elsewhere.

A view names its template. Style and script are ours, stand in the page and are allowed by their
hash, so neither a name with markup in it nor a line that slips in can run or repaint anything.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any, ClassVar, Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from kakehashi.report.words import Word
from kakehashi.staff.frame import Frame

MOST_BYTES = 200_000  # of a page
_SOURCE = re.compile(r"https?://[A-Za-z0-9.:-]+\Z")


class View(Protocol):
    """A frozen value that knows which template shows it."""

    template: ClassVar[str]


def render(view: View, frame: Frame) -> str:
    """The whole page, in the language of the frame."""
    say = _Words(frame)
    return _template(view.template).render(
        v=view,
        frame=frame,
        t=say.t,
        w=say.w,
        style=Markup(_style()),  # noqa: S704 - a file of ours, as its hash in the policy says
        script=Markup(_script()),  # noqa: S704 - likewise
    )


def policy(*targets: str) -> str:
    """The Content-Security-Policy of every page. ``targets`` are origins to which a form or an
    upload may go beside ours. Raises ValueError for anything that is no origin."""
    if strange := [target for target in targets if not _SOURCE.match(target)]:
        raise ValueError(f"not an origin: {strange}")
    beside = _joined(targets)
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src {_hash(_style())}",
            f"script-src {_hash(_script())}",
            f"connect-src 'self'{beside}",
            f"form-action 'self'{beside}",
            "img-src 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def _joined(targets: Iterable[str]) -> str:
    return "".join(f" {target}" for target in targets)


class _Words:
    """What is said in the language of the frame, commands and pages of this stack complete."""

    def __init__(self, frame: Frame) -> None:
        self.english, self.guide, self.city = frame.lang == "en", frame.guide, frame.city

    def t(self, ja: str, en: str) -> str:
        return en if self.english else ja

    def w(self, word: Word) -> str:
        return self.guide.completed(self.t(word.ja, word.en), self.city)


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("kakehashi.staff"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["comma"] = _comma
    return environment.get_template(name)


def _comma(number: Any) -> str:
    return "–" if number is None else f"{number:,}"


@cache
def _style() -> str:
    return re.sub(r"\s+", " ", _file("style.css")).strip()


@cache
def _script() -> str:
    return _file("script.js").strip()


def _file(name: str) -> str:
    return resources.files("kakehashi.staff").joinpath("templates", name).read_text("utf-8")


@cache
def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
