"""Twenty nights of a school year, each with its name; the days between them are not lived.

What must stop a night differs from the small city of tests/year: a class of 35 is much there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial

from local.demo.moves import QUIET, Changes
from tests.year import happenings as on
from tests.year.happenings import Event
from tests.year.script import Day


@dataclass(frozen=True)
class NamedNight:
    day: date
    ja: str
    en: str
    script: Day


def night(
    day: str, ja: str, en: str, event: Event, *stops: str, changes: Changes = QUIET
) -> NamedNight:
    when = date.fromisoformat(day)
    return NamedNight(when, ja, en, Day(f"{when:%m-%d}", event, stops, changes))


A_BUSY_NIGHT = Changes(come=4, move=4, leave=3, rename=3, regroup=3)
A_TERM_STARTS = Changes(come=25, move=40, leave=30, rename=8, regroup=10, back=2)

NAMED = (
    night("2026-09-01", "初めての夜", "the first night of all", on.needs_approval, "S001"),
    night("2026-09-02", "静かな夜", "a quiet night", on.an_ordinary_night),
    night("2026-09-04", "二学期の始まり", "a term starts", on.an_ordinary_night,
          changes=A_TERM_STARTS),
    night("2026-09-07", "崩れた週・月: 途中で切れたファイル",
          "a broken week, Monday: a file cut short",
          on.broken_then_whole("cut"), "F001", changes=A_BUSY_NIGHT),
    night("2026-09-08", "崩れた週・火: 半分の児童生徒", "Tuesday: half of the pupils",
          on.needs_refusal("half"), "S004 S014 S020 S021", "S903", changes=A_BUSY_NIGHT),
    night("2026-09-09", "崩れた週・水: 教職員の行が混ざる。学期の初めの週の転入が多い",
          "Wednesday: rows of teachers too, and many newcomers in the week of the term's start",
          partial(on.needs_approval, fault="teachers"), "S143", changes=A_BUSY_NIGHT),
    night("2026-09-10", "崩れた週・木: 反映の途中で落ちる",
          "Thursday: Provision dies half way",
          on.dies_at("dynamodb.PutItem", 2), "Runtime.ExitError", changes=A_BUSY_NIGHT),
    night("2026-09-11", "崩れた週・金: Microsoft 365 が待てと言う",
          "Friday: Microsoft 365 asks to wait",
          on.graph(status=429, retry_after=1, times=20), changes=A_BUSY_NIGHT),
    night("2026-09-14", "崩れた週の後、二度届く", "after the broken week: the same file twice",
          on.the_same_drop_twice, changes=A_BUSY_NIGHT),
    night("2026-09-28", "教育委員会が転出者を決める", "the board decides who has left",
          on.an_ordinary_night, changes=A_BUSY_NIGHT),
    night("2026-11-04", "一校が名簿にない", "one school is missing",
          on.needs_refusal("school"), "S004 S014 S020", "S903", changes=A_BUSY_NIGHT),
    night("2026-11-11", "一学級が別の学校へ移る", "a class moves to another school",
          on.needs_approval, "S012 S022", changes=Changes(classes=1)),
    night("2026-12-08", "外字の氏名", "names that cannot go out", on.an_ordinary_night,
          changes=Changes(unfilled=3, come=2)),
    night("2027-01-08", "三学期の始まり", "a term starts", on.an_ordinary_night,
          changes=A_TERM_STARTS),
    night("2027-02-03", "差分の Lambda が落ちる", "Diff dies", on.dies_in("diff"),
          "Runtime.ExitError", changes=A_BUSY_NIGHT),
    night("2027-03-26", "新年度の予行、教職員の異動の発表",
          "April is rehearsed, and staff are told where they go",
          on.april_is_rehearsed, changes=A_BUSY_NIGHT),
    night("2027-04-01", "年度替わり: 全員進級、教職員の四分の一が異動",
          "everybody goes up, a quarter of the staff moves", on.an_ordinary_night),
    night("2027-04-02", "新年度の二日目", "the day after", on.and_a_rerun, changes=A_BUSY_NIGHT),
    night("2027-04-19", "卒業生の停止を決める", "the board decides about the graduates",
          on.an_ordinary_night, changes=A_BUSY_NIGHT),
    night("2027-05-10", "連休の後", "after the holidays", on.the_same_drop_twice,
          changes=A_TERM_STARTS),
)  # fmt: skip
SCRIPT: Mapping[str, Day] = {one.script.when: one.script for one in NAMED}
