"""The launcher's pages, for pupils and for staff. One line of script, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from kakehashi.lti.claims import ResourceLink
from kakehashi.lti.contexts import Context
from kakehashi.lti.registrations import Registration
from kakehashi.lti.teaching import Teaching
from kakehashi.people.pupil import Pupil
from kakehashi.refusal import Refusal

SUBMIT = "document.forms[0].submit()"  # with scripts off, the form's button does the same


@dataclass(frozen=True, slots=True)
class LaunchPage:
    """HTML and the Content-Security-Policy it needs."""

    html: str
    policy: str


def sign_in() -> LaunchPage:
    return _page("sign_in.html.j2")


def launcher(
    pupil: Pupil,
    name: str,
    tools: Sequence[Registration],
    chosen: Mapping[str, Sequence[ResourceLink]] = MappingProxyType({}),
) -> LaunchPage:
    """``chosen`` are contents by tool key."""
    kana = hiragana(f"{pupil.kana_family} {pupil.kana_given}".strip())
    return _page("launcher.html.j2", name=name, pupil=pupil, kana=kana, tools=tools, chosen=chosen)


@dataclass(frozen=True, slots=True)
class TeachersTools:
    """The tools of a member of staff in one context."""

    who: Teaching
    context: Context
    tools: Sequence[Registration]


def staff_launcher(
    desks: Sequence[TeachersTools],
    family: str,
    given: str,
    chosen: Mapping[str, Sequence[ResourceLink]] = MappingProxyType({}),
) -> LaunchPage:
    """For adults: no kana. Each class has its own tiles, so that the tool knows which is meant."""
    shown = [desk for desk in desks if desk.tools]
    return _page("staff.html.j2", family=family, given=given, desks=shown, chosen=chosen)


_HIRAGANA = {code: code - 0x60 for code in (*range(0x30A1, 0x30F5), 0x30FD, 0x30FE)}


def hiragana(text: str) -> str:
    """A reading as first-graders learn it; rosters have it in katakana, of either width."""
    return unicodedata.normalize("NFKC", text).translate(_HIRAGANA)


def refused(refusal: Refusal, reference: str, *, signed_in: bool) -> LaunchPage:
    """``reference`` leads staff to the log line; the code leads them to docs/findings.md."""
    code = f"{refusal.code}-{reference}" if reference else refusal.code
    return _page("refused.html.j2", sentence=refusal.rule.ja, code=code, signed_in=signed_in)


def to_tool(action: str, fields: Mapping[str, str], name: str) -> LaunchPage:
    """A form that sends itself to a tool.

    Browsers apply ``form-action`` to the redirects that follow as well, and where a tool leads
    its users after a launch is its own business: so the scheme is held, not the host.
    """
    scheme = "https:" if action.startswith("https:") else "http:"
    return _posting(action, fields, f"{name} を ひらく", scheme)


def to_ourselves(path: str, fields: Mapping[str, str]) -> LaunchPage:
    """What another site has posted, posted once more from here: now our cookies come with it."""
    return _posting(path, fields, "つづける", "'self'")


def _posting(action: str, fields: Mapping[str, str], label: str, target: str) -> LaunchPage:
    return _page(
        "posting.html.j2",
        f"script-src {_hash(SUBMIT)}; form-action {target}",
        action=action,
        fields=fields,
        label=label,
        script=Markup(SUBMIT),  # noqa: S704 - a constant of ours, as its hash in the policy says
    )


def _page(template: str, *directives: str, **content: Any) -> LaunchPage:
    given = directives or ("form-action 'self'",)
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src {_hash(_style())}",
            *given,
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )
    style = Markup(_style())  # noqa: S704 - a file of ours, as its hash in the policy says
    html = _templates().get_template(template).render(content, style=style)
    return LaunchPage(html, policy)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("kakehashi.lti"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> str:
    source = resources.files("kakehashi.lti").joinpath("templates", "style.css").read_text("utf-8")
    return re.sub(r"\s+", " ", source).strip()


@cache
def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
