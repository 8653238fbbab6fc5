"""What must hold for every drop, however its rows contradict each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from kakehashi.people.pupil import Pupil
from kakehashi.preprocess.cleaning import Cleaned
from kakehashi.preprocess.lexicon import Lexicon
from tests import builders
from tests.unit.preprocess.night import clean, night, night_of, pupils_of

UNIFIED = builders.a_code(9, "C2")
CODES = (builders.a_code(1), UNIFIED, UNIFIED, "")
TITLES = (
    "1年1組",
    "7年1組",
    "知的1組",
    "知的10組",
    "情緒2組",
    "なかよし1組",
    "ひまわり組",
    "1組",
    "",
)
RULES: dict[str, Any] = {
    "unified_schools": [{"mext_code": UNIFIED, "name": "見本学園"}],
    "special_needs": {"titles": [{"match": "情緒", "replace": "ひまわり組"}]},
}


def mostly(usual: Any, *rare: Any) -> st.SearchStrategy[Any]:
    """The usual value four times out of five, or there would be little left to compare."""
    return st.integers(0, 4).flatmap(lambda n: st.sampled_from(rare) if n == 4 else st.just(usual))


classes = st.tuples(
    mostly(1, 0, 3),
    st.sampled_from(TITLES),
    st.sampled_from(("P1", "P2", "J1", "P1,J1", "")),
    st.booleans(),
    mostly("homeroom", "scheduled", "ext:special"),
)
rows = st.fixed_dictionaries(
    {
        "child": st.integers(1, 8),
        "account": mostly(None, 1, 2, 0),
        "home": st.integers(0, 6),
        "grade": mostly("", "P1", "E1"),
        "enabled": mostly("true", "false"),
        "begin": mostly("2026-04-01", "2026-10-15", "2026-12-01", ""),
        "end": mostly("2027-03-31", "2026-10-15", ""),
        "role": mostly("student", "teacher", ""),
        "family": mostly("佐藤", "髙橋", "佐\ue000", ""),
        "home_class": mostly("own", "", "gone"),
        "umi": mostly("own", "before", "after"),
    }
)


@st.composite
def drops(draw: st.DrawFn) -> builders.Drop:
    """A small city: a 義務教育学校 of two orgs, a primary school, a school without a code."""
    drop = builders.Drop()
    schools = [drop.add_school(name=f"学校{i}") for i in range(len(CODES))]
    for school, code in zip(schools, CODES, strict=True):
        school["identifier"] = code
    homes = [
        drop.add_class(
            title,
            school=schools[at],
            grades=grades,
            classType=kind,
            specialNeeds=str(special).lower(),
        )
        for at, title, grades, special, kind in draw(st.lists(classes, min_size=1, max_size=7))
    ]
    for row in draw(st.lists(rows, min_size=1, max_size=9)):
        home = homes[row["home"] % len(homes)]
        number = row["account"]
        account = f"s{number:06d}@{builders.DOMAIN}" if number else ("" if number == 0 else None)
        school = next(s for s in schools if s["sourcedId"] == home["schoolSourcedId"])
        grade = row["grade"] or home["grades"][:2] or "P2"
        user = drop.add_pupil(
            row["child"], grade=grade, school=school, home=home, account=account,
            begin=row["begin"], end=row["end"], role=row["role"], enabledUser=row["enabled"],
        )  # fmt: skip
        user["preferredFamilyName"] = row["family"]
        if row["umi"] != "own":
            user["userMasterIdentifier"] = builders.an_id(f"umi {row['child']} {row['umi']}")
        if row["home_class"] != "own":
            user["metadata.jp.homeClass"] = row["home_class"]
    return drop


def content(cleaned: Cleaned) -> tuple[object, ...]:
    """Everything but line numbers."""
    return (
        [(d.pupil, d.unsafe_name, d.password) for d in cleaned.desired],
        Counter((h.code, h.pupil, h.account, h.leaving) for h in cleaned.held),
        Counter(
            (f.code, f.place.file, f.place.column, f.pupil, f.school) for f in cleaned.findings
        ),
        dict(cleaned.counts),
        cleaned.school_year,
    )


@given(drops(), st.integers(0, 99))
@settings(max_examples=50, deadline=None)
def test_row_order_never_matters(drop: builders.Drop, seed: int) -> None:
    assert content(clean(drop.shuffled(seed), **RULES)) == content(clean(drop, **RULES))


@given(drops())
@settings(max_examples=30, deadline=None)
def test_new_sourced_ids_give_the_same_roster(drop: builders.Drop) -> None:
    assert clean(drop.with_new_ids(), **RULES) == clean(drop, **RULES)


@given(drops())
@settings(max_examples=50, deadline=None)
def test_no_pupil_vanishes_and_none_is_both_wanted_and_held(drop: builders.Drop) -> None:
    cleaned = night(drop, **RULES)
    wanted = set(pupils_of(cleaned))
    held = {h.pupil for h in cleaned.held}
    named = {f.pupil for f in cleaned.findings}
    staff = {r["userSourcedId"] for r in drop.rows["roles.csv"] if r["role"] == "teacher"}
    there = {
        row["userMasterIdentifier"]
        for row in drop.rows["users.csv"]
        if row["sourcedId"] not in staff
    }
    assert there <= wanted | held | named
    assert not wanted & held


@given(drops())
@settings(max_examples=30, deadline=None)
def test_one_row_per_pupil_and_one_pupil_per_account(drop: builders.Drop) -> None:
    pupils = [desired.pupil for desired in clean(drop, **RULES).desired]
    assert len({p.id for p in pupils}) == len({p.account for p in pupils}) == len(pupils)
    assert all(p.account.endswith(f"@{builders.DOMAIN}") and p.school and p.grade for p in pupils)


@given(drops(), st.sampled_from(("なかよし{n}組", "支援{n}級", "なかよし", "{n}くみ")))
@settings(max_examples=30, deadline=None)
def test_no_outgoing_title_tells_a_disability(drop: builders.Drop, neutral: str) -> None:
    cleaned = clean(drop, special_needs={"neutral": neutral})
    lexicon = Lexicon()
    assert not any(lexicon.tells(d.pupil.class_title) for d in cleaned.desired)


@given(drops())
@settings(max_examples=30, deadline=None)
def test_a_key_never_stands_for_two_kinds_of_class(drop: builders.Drop) -> None:
    kinds: dict[object, set[object]] = {}
    for desired in clean(drop, **RULES).desired:
        pupil = desired.pupil
        if pupil.class_title:
            key = (pupil.school, pupil.school_year, pupil.class_title)
            kinds.setdefault(key, set()).add((pupil.class_grades, pupil.special_needs))
    assert all(len(found) == 1 for found in kinds.values())


@given(drops())
@settings(max_examples=30, deadline=None)
def test_preprocessing_twice_is_once(drop: builders.Drop) -> None:
    """The titles that went out come back as the titles C4th writes."""
    once = clean(drop, **RULES)
    lines = {desired.pupil.line: desired.pupil for desired in once.desired}
    homes = {row["sourcedId"]: row for row in drop.rows["classes.csv"]}
    users = {row["sourcedId"]: i for i, row in enumerate(drop.rows["users.csv"], 2)}
    for row in drop.rows["enrollments.csv"]:
        pupil = lines.get(users[row["userSourcedId"]])
        if pupil is not None and homes[row["classSourcedId"]]["classType"] != "scheduled":
            home = homes[row["classSourcedId"]]
            home["title"] = pupil.class_title
            home["metadata.jp.specialNeeds"] = str(pupil.special_needs).lower()
    drop.rows["classes.csv"] = list(_of_pupils(drop, set(lines), users))
    again = {id_: p.class_title for id_, p in pupils_of(clean(drop, **RULES)).items()}
    before = {id_: p.class_title for id_, p in pupils_of(once).items()}
    assert {id_: again.get(id_, title) for id_, title in before.items()} == before


@given(drops())
@settings(max_examples=40, deadline=None)
def test_a_roster_that_went_out_comes_back_as_it_is(drop: builders.Drop) -> None:
    once = pupils_of(night(drop, **RULES))
    assert pupils_of(night(_exported(once.values()), **RULES)) == once


def _exported(pupils: Iterable[Pupil]) -> builders.Drop:
    """A roster of these pupils as C4th would write it, schools and classes as they went out."""
    drop = builders.Drop()
    schools: dict[str, builders.Row] = {}
    homes: dict[tuple[str, str], builders.Row] = {}
    for one in pupils:
        if one.school not in schools:
            schools[one.school] = drop.add_school(one.school, name=one.school_name)
        school, key = schools[one.school], (one.school, one.class_title)
        if key not in homes:
            homes[key] = drop.add_class(
                one.class_title or "算数",
                school=school,
                grades=",".join(one.class_grades),
                classType="homeroom" if one.class_title else "scheduled",
                specialNeeds=str(one.special_needs).lower(),
            )
        user = drop.add_pupil(
            grade=one.grade, school=school, home=homes[key], account=one.account,
            attendance_no=str(one.attendance_no), userMasterIdentifier=one.id,
            preferredFamilyName=one.family, preferredGivenName=one.given,
            kanaFamilyName=one.kana_family, kanaGivenName=one.kana_given,
        )  # fmt: skip
        if not one.class_title:
            user["metadata.jp.homeClass"] = ""
    return drop


def _of_pupils(
    drop: builders.Drop, lines: set[int], users: dict[str, int]
) -> Iterable[builders.Row]:
    """Only the classes whose outgoing title is known: those of pupils who went out."""
    known = {
        row["classSourcedId"]
        for row in drop.rows["enrollments.csv"]
        if users[row["userSourcedId"]] in lines
    }
    return (row for row in drop.rows["classes.csv"] if row["sourcedId"] in known)


@given(drops(), st.sampled_from(sorted(builders.COLUMNS)), st.data())
@settings(max_examples=50, deadline=None)
def test_no_drop_raises(drop: builders.Drop, file: str, data: st.DataObject) -> None:
    """Cells of anything, rows too short, files that are not there."""
    for row in drop.rows[file][:3]:
        column = data.draw(st.sampled_from(sorted(row)))
        row[column] = data.draw(st.text(max_size=12))
    files = drop.files()
    if data.draw(st.booleans()):
        files.pop(data.draw(st.sampled_from(sorted(files))))
    elif file in files:
        cut = data.draw(st.integers(0, len(files[file])))
        files[file] = files[file][:cut]
    night_of(files, **RULES)
