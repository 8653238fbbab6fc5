from tests import builders
from tests.unit.preprocess.night import held_of, night, pupils_of, rows_of, titles_of

UNIFIED = builders.a_code(9, "C2")
RULED = [{"mext_code": UNIFIED, "name": "見本学園"}]


def a_unified_school(
    first: str = "見本学園（前期課程）", second: str = "見本学園（後期課程）"
) -> builders.Drop:
    """Two orgs with one MEXT code, each with a 1年1組."""
    drop = builders.Drop()
    lower = drop.add_school(UNIFIED, name=first)
    upper = drop.add_school(UNIFIED, name=second)
    drop.add_pupil(
        1, grade="P1", school=lower, home=drop.add_class("1年1組", school=lower, grades="P1")
    )
    drop.add_pupil(
        2, grade="J1", school=upper, home=drop.add_class("1年1組", school=upper, grades="J1")
    )
    return drop


def test_two_orgs_with_one_code_are_one_school_under_the_name_of_the_rules() -> None:
    cleaned = night(a_unified_school(), unified_schools=RULED)
    assert {(p.school, p.school_name) for p in pupils_of(cleaned).values()} == {
        (UNIFIED, "見本学園")
    }
    assert cleaned.counts["schools"] == 1
    assert "P001" not in {row[3] for row in rows_of(cleaned)}


def test_the_first_classes_of_both_halves_do_not_collide() -> None:
    cleaned = night(a_unified_school(), unified_schools=RULED)
    assert titles_of(cleaned) == ["1年1組", "7年1組"]


def test_without_a_rule_the_halves_are_cut_from_the_name_and_staff_are_told() -> None:
    cleaned = night(a_unified_school())
    assert {p.school_name for p in pupils_of(cleaned).values()} == {"見本学園"}
    assert ("orgs.csv", 3, "name", "P001") in rows_of(cleaned)


def test_names_that_have_nothing_in_common_give_the_shortest() -> None:
    cleaned = night(a_unified_school("見本小学校", "東見本中学校"))
    assert {p.school_name for p in pupils_of(cleaned).values()} == {"見本小学校"}


def test_halves_of_one_name_need_no_rule() -> None:
    cleaned = night(a_unified_school("見本学園", "見本学園"))
    assert [code for *_, code in rows_of(cleaned)] == []


def test_a_code_that_was_replaced_becomes_its_successor() -> None:
    old = builders.a_code(3)
    drop = builders.Drop()
    drop.add_pupil(1, school=drop.add_school(old, name="旧見本小学校"))
    drop.add_pupil(2, school=drop.add_school(UNIFIED, name="見本学園"))
    cleaned = night(drop, school_aliases=[{"old": old, "new": UNIFIED}])
    assert {p.school for p in pupils_of(cleaned).values()} == {UNIFIED}
    assert {p.school_name for p in pupils_of(cleaned).values()} == {"見本学園"}


def test_chains_of_successors_are_followed_and_circles_end() -> None:
    a, b, c = (builders.a_code(n) for n in (3, 4, 5))
    drop = builders.Drop()
    drop.add_pupil(1, school=drop.add_school(a))
    chain = [{"old": a, "new": b}, {"old": b, "new": c}]
    assert {p.school for p in pupils_of(night(drop, school_aliases=chain)).values()} == {c}
    circle = [{"old": a, "new": b}, {"old": b, "new": a}]
    assert len(night(drop, school_aliases=circle).desired) == 1


def test_pupils_of_a_school_without_a_code_are_held() -> None:
    drop = builders.a_drop(2, schools=2)
    drop.schools()[0]["identifier"] = ""
    cleaned = night(drop)
    assert list(pupils_of(cleaned)) == [builders.a_pupil(2).id]
    assert held_of(cleaned)[builders.a_pupil(1).id].leaving is False


def test_a_school_missing_from_the_file_holds_all_its_pupils() -> None:
    drop = builders.a_drop(6, schools=2)
    gone = drop.schools()[0]
    drop.rows["orgs.csv"].remove(gone)
    cleaned = night(drop)
    assert len(cleaned.desired) == 3
    assert len(cleaned.held) == 3
    assert not any(held.leaving for held in cleaned.held)
