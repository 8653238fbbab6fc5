"""The demo city's pages as files for the docs site: reports, staff page, launcher, after the tour.

>>> python -m local.demo_pages build/demo build/demo-pages   # doctest: +SKIP

What is saved leads nowhere but to what is saved beside it: other links are taken away, forms and
buttons do nothing, and scripts are gone.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.demo.clerk import Clerk
from local.demo.people import APPROVER, DECIDER, OPERATOR, Member
from local.stack import Stack

BANNER = (
    '<p style="margin:0;padding:.5em 1em;background:#333;color:#fff;font:14px sans-serif">'
    "見本です。人も学校も架空で、ボタンは働きません。 / A sample: everybody is invented, and no "
    'button works. <a href="../index.html" style="color:#9fd">架け橋 Kakehashi</a></p>'
)


@dataclass(frozen=True, slots=True)
class Saved:
    """A page of the staff page, as ``who`` sees it."""

    file: str
    path: str
    who: Member


STAFF = (
    Saved("staff-today.html", "/today", APPROVER),
    Saved("staff-decide.html", "/decide", DECIDER),
    Saved("staff-personnel.html", "/staff", APPROVER),
    Saved("staff-nights.html", "/nights", APPROVER),
    Saved("staff-schools.html", "/schools", APPROVER),
    Saved("staff-operate.html", "/operate", OPERATOR),
)
BY_PATH = {"/": "staff-today.html"} | {one.path: one.file for one in STAFF}


def still(page: str, known: Mapping[str, str]) -> str:
    """``page`` as a file: of its links those that lead to a saved page, by path, and to itself."""

    def link(found: re.Match[str]) -> str:
        target = found[1]
        if target.startswith("#"):
            return found[0]
        return f'href="{known[target]}"' if target in known else 'aria-disabled="true"'

    page = re.sub(r"<script\b.*?</script>", "", page, flags=re.DOTALL)
    page = re.sub(r'(?<=\s)href="([^"]*)"', link, page)
    page = re.sub(r"<form\b[^>]*>", "<form>", page)
    page = re.sub(r"<button\b(?! disabled)", "<button disabled", page)
    page = re.sub(r'<input type="hidden"[^>]*>', "", page)
    return re.sub(r"(<body[^>]*>)", lambda body: body[1] + BANNER, page, count=1)


def save(stack: Stack, folder: Path) -> list[str]:
    """Write every page into ``folder``; returns their names. The stack of the tour must be up."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = dict(_reports(stack.home / "tour"))
    for one in STAFF:
        pages[one.file] = still(Clerk(stack.staff_url, one.who).open(one.path), BY_PATH)
    pages |= _launcher(stack)
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")
    return sorted(pages)


def _reports(tour: Path) -> list[tuple[str, str]]:
    """Each night's report; its own radio buttons switch the language without a script."""
    return [
        (f"report-{page.parents[1].name}.html", still(page.read_text(encoding="utf-8"), {}))
        for page in sorted(tour.glob("*/run/report.html"))
    ]


def _launcher(stack: Stack) -> Mapping[str, str]:
    """Before signing in, and what a pupil sees after."""
    file = sorted((stack.home / "tour" / "city").glob("**/passwords.csv"))[0]
    account, _, password = list(csv.reader(file.read_text(encoding="utf-8").splitlines()))[1]
    pupil = Clerk(stack.launcher_url, Member(account, "", ()), password)
    known = {"/sign-in": "launcher.html"}
    before = still(pupil.open("/"), known)
    return {"launcher-sign-in.html": before, "launcher.html": still(pupil.open("/sign-in"), known)}


if __name__ == "__main__":
    print("\n".join(save(Stack(Path(sys.argv[1])), Path(sys.argv[2]))))
