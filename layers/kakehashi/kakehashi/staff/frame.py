"""What stands around every page: who looks, where one can go from here, and what just happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from kakehashi.guide import Guide
from kakehashi.staff.viewer import Lang, Permission, Viewer, may


@dataclass(frozen=True, slots=True)
class Link:
    """``here``: this is the page being shown."""

    path: str
    label: str
    here: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """What became of the last thing done, in the viewer's language; ``good`` or not."""

    text: str
    good: bool = True


@dataclass(frozen=True, slots=True)
class Frame:
    """``csrf`` is the value of the hidden field of that name, which every form carries. ``path``
    is the page's own address, ``city`` the code of the city it tells of, ``cities`` those of all
    between which the person may choose. ``guide`` completes the commands and pages that its
    sentences name. ``again``: the page can be opened at ``path`` once more, as one that a form has
    led to can not."""

    title: str
    path: str = "/"
    city: str = ""
    city_name: str = ""
    nav: tuple[Link, ...] = ()
    csrf: str = ""
    notices: tuple[Notice, ...] = ()
    lang: Lang = "ja"
    name: str = ""  # of the person signed in, "" for nobody
    cities: tuple[str, ...] = ()
    guide: Guide = field(default_factory=Guide)
    again: bool = True


OF_STAFF = "/staff"  # only in a city that has accounts for staff
PAGES: Sequence[tuple[str, Permission, str, str]] = (
    ("/today", Permission.SEE, "今朝", "Today"),
    ("/approve", Permission.SEE, "承認", "Approve"),
    ("/decide", Permission.SEE, "判断", "Decide"),
    ("/child", Permission.SEE, "この子", "One child"),
    (OF_STAFF, Permission.SEE, "教職員", "Staff"),
    ("/rehearsal", Permission.SEE, "予行", "Rehearsal"),
    ("/nights", Permission.SEE, "夜の一覧", "Nights"),
    ("/passwords", Permission.PASSWORDS, "パスワード", "Passwords"),
    ("/school", Permission.SCHOOL, "学校", "School"),
    ("/arrived", Permission.SEE, "届いたか", "Arrived?"),
    ("/operate", Permission.OPERATE, "運用", "Operate"),
    ("/record", Permission.RECORD, "記録", "Record"),
)
"""The pages in the order of the menu: path, what opens it, its name in Japanese and English."""


def nav(viewer: Viewer, city: str, path: str, *, staff: bool = False) -> tuple[Link, ...]:
    """The pages that ``viewer`` may open in ``city``; the one at or above ``path`` is marked.
    ``staff``: the city has accounts for its staff."""
    return tuple(
        Link(page, en if viewer.lang == "en" else ja, path == page or path.startswith(f"{page}/"))
        for page, action, ja, en in PAGES
        if opens(viewer, action, city) and (staff or page != OF_STAFF)
    )


def opens(viewer: Viewer, action: Permission, city: str) -> bool:
    """Whether there is anything on such a page for ``viewer`` in ``city``."""
    if may(viewer, action, city):
        return True
    schools = viewer.schools(city) if action is Permission.SCHOOL else ()
    return any(may(viewer, action, city, school) for school in schools)
