"""Answers of the staff page: a view in its frame, a way on, or a refusal in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response

from kakehashi.catalogue import staff as rules
from kakehashi.edges.staff import forms
from kakehashi.edges.staff.dependencies import StaffDependencies
from kakehashi.edges.staff.desk import Caller
from kakehashi.edges.staff.gate import Asked
from kakehashi.edges.web import answers
from kakehashi.findings import Finding
from kakehashi.refusal import Refusal
from kakehashi.report.words import Word
from kakehashi.staff import drawing, entrance
from kakehashi.staff.frame import PAGES, Frame, Notice, nav

STATUS = {"W104": 403, "W105": 403, "W107": 401, "W111": 403, "W112": 409, "W113": 400,
          "W121": 403, "W122": 404, "W123": 404, "W131": 409, "W132": 409, "W134": 403,
          "W135": 409, "W136": 400, "W137": 401, "W180": 409, "W181": 400, "W182": 400,
          "W183": 404,
          "W281": 400, "W282": 400,
          "W190": 500}  # fmt: skip
REFUSED = 403

TOLD: Mapping[str, Word] = MappingProxyType({
    "approved": Word("承認しました。反映を始めました。", "Approved. It is being applied now."),
    "waits-for-second": Word("承認しました。もう一人の承認を待っています。",
                             "Approved. A second person's approval is awaited."),
    "declined": Word("承認しないことを記録しました。", "Noted: not approved."),
    "taken-back": Word("取り消しました。", "Taken back."),
    "decided": Word("記録しました。次の夜に行います。それまでは取り消せます。",
                    "Noted for the next night; it can be taken back until then."),
    "started": Word("始めました。", "Started."),
    "sent": Word("受け取りました。次の配信で読みます。", "Taken. The next delivery reads it."),
    "listed": Word("受け取りました。次の夜に読みます。", "Taken. The next night reads it."),
    "made": Word("作りました。下から受け取ってください。", "Made. Take them out below."),
    "noted": Word("記録しました。次の名簿で確かめます。", "Noted. The next roster shows it."),
    "asked": Word("申請しました。もう一人の確認を待っています。",
                  "Asked for. A second person must confirm it."),
    "changed": Word("変更しました。", "Changed."),
    "signed-in": Word("サインインを確かめました。もう一度押してください。",
                      "Your sign-in was checked. Please press once more."),
})  # fmt: skip
"""What a page may say of the last thing done, by the word in its address and the session."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """HTML and the policy it needs."""

    html: str
    policy: str


def show(
    asked: Asked, view: drawing.View, status: int = 200, targets: Sequence[str] = ()
) -> Response[str]:
    """A page. ``targets`` are origins to which its forms may go beside ours."""
    frame = _frame(asked.deps, asked.caller, asked.path, asked.told, again=not asked.number)
    html = drawing.render(view, frame)
    return _answer(Drawn(html, drawing.policy(*targets)), status)


def go(path: str, told: str = "") -> Response[str]:
    return answers.redirect(path, {"told": told} if told else None)


def entry() -> Response[str]:
    """For whoever is not signed in."""
    html = drawing.render(entrance.SignInPage(), Frame("サインイン"))
    return _answer(Drawn(html, drawing.policy()))


def turned_away(
    refusal: Refusal,
    reference: str,
    *,
    deps: StaffDependencies | None = None,
    caller: Caller | None = None,
    reasons: Sequence[Finding] = (),
    back: str = "/",
    onward: str = "/",
    status: int = 0,
) -> Response[str]:
    """A page that says why, and what to do."""
    again = sign_in_path(back, fresh=True) if refusal.rule is rules.PROVE_AGAIN else ""
    if caller is None:
        again = sign_in_path(back)
    city = refusal.detail if refusal.rule is rules.PAGE_OF_OTHER_CITY else ""
    view = entrance.refused(
        refusal, reference, reasons, back=back, onward=onward, sign_in=again, city=city
    )
    frame = _frame(deps, caller, back, again=False) if deps and caller else Frame(refusal.code)
    html = drawing.render(view, frame)
    return _answer(Drawn(html, drawing.policy()), status or STATUS.get(refusal.code, REFUSED))


def _answer(drawn: Drawn, status: int = 200) -> Response[str]:
    return answers.page(drawn, status, referrer="same-origin")


def sign_in_path(back: str, *, fresh: bool = False, quiet: bool = False) -> str:
    query = {"back": back} | ({"fresh": "1"} if fresh else {"quiet": "1"} if quiet else {})
    return f"/sign-in?{urlencode(query)}"


def _frame(
    deps: StaffDependencies, caller: Caller, path: str, told: str = "", *, again: bool = True
) -> Frame:
    viewer, english = caller.viewer, caller.viewer.lang == "en"
    title = next(
        (en if english else ja for page, _, ja, en in PAGES if path.startswith(page)), "架け橋"
    )
    found = deps.rules(caller.city)
    word = TOLD.get(told)
    return Frame(
        title=title,
        path=path,
        city=caller.city,
        city_name=found.city.name if found else caller.city,
        nav=nav(viewer, caller.city, path, staff=bool(found and found.city.staff)),
        csrf=forms.field_of(caller.session, caller.city),
        cities=viewer.cities,
        notices=(Notice(word.en if english else word.ja),) if word else (),
        lang=viewer.lang,
        name=viewer.name,
        guide=deps.guide,
        again=again,
    )
