import unicodedata

import pytest

from kakehashi import oneroster
from kakehashi.city import Names
from kakehashi.findings import Effect
from kakehashi.preprocess.names import SAFE, Speller
from tests import builders
from tests.unit.preprocess.night import clean, night, rows_of

FAMILY, RECORD = "preferredFamilyName", "familyName"


def a_child(**cells: str) -> builders.Drop:
    drop = builders.Drop()
    row = drop.add_pupil(1)
    row.update(cells)
    return drop


def spelled(name: str, **names: str) -> tuple[str, list[str]]:
    """A family name as it goes out, and the codes of what was found in it."""
    city = builders.a_city(names=names).names
    found = Speller(city).spell((name, "", "葵", "", "サトウ", "", "アオイ", ""))[0]
    return found.text, [rule.code for rule, _ in found.faults]


def test_the_external_name_goes_before_the_name_of_record() -> None:
    drop = a_child(preferredFamilyName="高橋", familyName="髙橋")
    (desired,) = night(drop).desired
    assert (desired.pupil.family, desired.unsafe_name) == ("高橋", "")


def test_a_city_may_prefer_the_name_of_record() -> None:
    drop = a_child(preferredFamilyName="高橋", familyName="佐々木")
    (desired,) = night(drop, names={"prefer": "record"}).desired
    assert desired.pupil.family == "佐々木"


def test_a_blank_external_name_falls_back_to_the_name_of_record_and_names_its_column() -> None:
    drop = a_child(preferredFamilyName="　", familyName="髙橋")
    cleaned = clean(drop)
    assert cleaned.desired[0].unsafe_name == "N003"
    (finding,) = cleaned.findings
    assert finding.row() == ("users.csv", 2, RECORD, "N003")
    assert finding.facts == {"code_point": "U+9AD9"}
    assert finding.pupil == cleaned.desired[0].pupil.id


def test_external_kana_goes_before_kana_of_record() -> None:
    drop = a_child(**{"metadata.jp.kanaPreferredFamilyName": "タカハシ"})
    assert night(drop).desired[0].pupil.kana_family == "タカハシ"


def test_a_name_with_gaiji_is_wanted_but_may_not_go_out() -> None:
    cleaned = clean(a_child(preferredFamilyName="佐\ue000"))
    assert [d.unsafe_name for d in cleaned.desired] == ["N001"]
    assert cleaned.held == ()


def test_gaiji_in_kana_keeps_the_name_in_too() -> None:
    cleaned = clean(a_child(**{"metadata.jp.kanaFamilyName": "サト\ue000"}))
    assert [d.unsafe_name for d in cleaned.desired] == ["N001"]


def test_a_city_may_let_a_name_go_out_as_it_is() -> None:
    cleaned = clean(a_child(preferredFamilyName="葛\U000e0100西"), effects={"N002": "note"})
    (desired,) = cleaned.desired
    assert (desired.pupil.family, desired.unsafe_name) == ("葛\U000e0100西", "")
    assert [str(finding.effect) for finding in cleaned.findings] == ["note"]


def test_an_external_name_that_a_database_wrote_as_null_is_none() -> None:
    cleaned = clean(a_child(preferredFamilyName="NULL", familyName="佐藤"))
    assert [d.pupil.family for d in cleaned.desired] == ["佐藤"]


def test_a_name_of_nothing_never_goes_out() -> None:
    blank = dict.fromkeys((FAMILY, RECORD, "preferredGivenName", "givenName"), "")
    cleaned = clean(a_child(**blank), effects={"N006": "note"})
    assert [d.unsafe_name for d in cleaned.desired] == ["N006"]


@pytest.mark.parametrize(
    "name", ["佐藤", "﨑", "濵", "德", "瀨", "\ufa10", "\ufa19", "𠮟", "邉", "鷗", "々", "ヶ"]
)
def test_characters_of_jis_x_0213_are_not_gaiji_and_never_normalised(name: str) -> None:
    assert spelled(name) == (name, [])


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("髙", "N003"),
        ("𠮷", "N003"),
        ("栅", "N003"),
        ("\ufa12", "N003"),
        ("\ue757", "N001"),
        ("\U000f0001", "N001"),
        ("葛\ufe00", "N002"),
        ("佐\u200b藤", "N004"),
        ("佐\x07藤", "N004"),
        ("\ufdd0", "N004"),
    ],
)
def test_classes_of_gaiji(name: str, code: str) -> None:
    assert spelled(name) == (name, [code])


@pytest.mark.parametrize("repertoire", ["jisx0213", "cp932", "unicode"])
@pytest.mark.parametrize("sign", ["?", "？", "〓", "\ufffd", "■", "●"])
def test_a_sign_in_place_of_a_letter_is_no_name(sign: str, repertoire: str) -> None:
    """What 𠮷田 is once a program (Excel, LibreOffice 7.4) has saved it in Shift_JIS, and how
    others mark a letter that they cannot set (JIS X 0208, 02-14)."""
    assert spelled(f"{sign}田", repertoire=repertoire) == (f"{sign}田", ["N018"])


@pytest.mark.parametrize(
    "name", ["〇", "々", "・", "オブライエン・ジュン", "Anne-Marie", "O'Brien"]
)
def test_signs_that_names_do_have_stay(name: str) -> None:
    assert spelled(name) == (name, [])


@pytest.mark.parametrize(
    ("repertoire", "name", "codes"),
    [
        ("cp932", "髙", []),
        ("cp932", "鷗", ["N003"]),
        ("cp932", "\ue000", ["N001"]),
        ("unicode", "𠮷", []),
        ("unicode", "\ue000", ["N001"]),
    ],
)
def test_the_repertoire_is_the_citys_choice(repertoire: str, name: str, codes: list[str]) -> None:
    assert spelled(name, repertoire=repertoire) == (name, codes)


@pytest.mark.parametrize(
    ("repertoire", "codes"), [("unicode", []), ("jisx0213", ["N003"]), ("cp932", ["N003"])]
)
def test_a_kanji_newer_than_our_tables_is_a_kanji(repertoire: str, codes: list[str]) -> None:
    """U+323B0 is of Unicode 17, Python's tables of 15.1: no control character all the same."""
    assert spelled("\U000323b0", repertoire=repertoire) == ("\U000323b0", codes)


@pytest.mark.parametrize(
    ("name", "after", "codes"),
    [
        ("髙橋", "高橋", ["N005"]),
        ("𠮷田", "吉田", ["N005"]),
        ("葛\U000e0100西", "葛西", ["N005"]),
        ("\ufa12", "\u6674", ["N005"]),  # the canonical form of a compatibility ideograph
        ("﨑", "﨑", []),  # inside the repertoire: not touched
        ("佐\ue000", "佐\ue000", ["N001"]),  # only a person can tell
        ("栅", "栅", ["N003"]),
        ("髙\ue000", "高\ue000", ["N001", "N005"]),
    ],
)
def test_safe_replacements_are_made_where_the_city_opted_in(
    name: str, after: str, codes: list[str]
) -> None:
    text, found = spelled(name, replace="safe")
    assert (text, sorted(found)) == (after, codes)


def test_a_replaced_name_goes_out() -> None:
    cleaned = clean(a_child(preferredFamilyName="髙橋"), names={"replace": "safe"})
    assert [(d.pupil.family, d.unsafe_name) for d in cleaned.desired] == [("高橋", "")]
    assert rows_of(cleaned) == [("users.csv", 2, FAMILY, "N005")]


def test_safe_replacements_are_single_characters_of_jis_x_0208() -> None:
    assert all(len(old) == len(new) == 1 for old, new in SAFE.items())
    "".join(SAFE.values()).encode("shift_jis")  # would raise


def test_without_opting_in_no_character_is_changed() -> None:
    speller = Speller(Names())
    letters = [c for c in map(chr, range(0x20, 0xFFFF)) if unicodedata.category(c) != "Cs"]
    changed = [c for c in letters if c.strip() and speller.spell((c, *[""] * 7))[0].text != c]
    assert changed == []


def test_a_hiragana_reading_becomes_katakana() -> None:
    drop = a_child(**{"metadata.jp.kanaGivenName": "さくら"})
    cleaned = night(drop)
    assert cleaned.desired[0].pupil.kana_given == "サクラ"
    assert rows_of(cleaned) == [("users.csv", 2, "metadata.jp.kanaGivenName", "N007")]


def test_a_name_written_in_hiragana_stays() -> None:
    assert night(a_child(preferredGivenName="さくら")).desired[0].pupil.given == "さくら"


BLANK_RECORD = {"familyName": "", "givenName": ""}


@pytest.mark.parametrize(
    "unused",
    [
        BLANK_RECORD,
        {"familyName": "4月1日"},
        {"familyName": "髙\ue000"},
        {"middleName": "4月1日"},
        {"username": ""},
        {"username": "1.23E+10"},
        {"identifier": "1.23E+10"},
        {"metadata.jp.kanaFamilyName": "4月1日", "metadata.jp.kanaPreferredFamilyName": "サトウ"},
    ],
)
def test_what_does_not_go_out_holds_nobody(unused: dict[str, str]) -> None:
    cleaned = night(a_child(**unused))
    (desired,) = cleaned.desired
    assert (desired.pupil.family, desired.unsafe_name, cleaned.held) == ("鈴木", "", ())


@pytest.mark.parametrize(
    ("file", "column"),
    [
        ("academicSessions.csv", "title"),
        ("academicSessions.csv", "type"),
        ("academicSessions.csv", "schoolYear"),
        ("courses.csv", "title"),
        ("courses.csv", "orgSourcedId"),
        ("classes.csv", "courseSourcedId"),
        ("classes.csv", "termSourcedIds"),
        ("roles.csv", "roleType"),
        ("roles.csv", "orgSourcedId"),
        ("enrollments.csv", "schoolSourcedId"),
    ],
)
def test_a_required_cell_that_nothing_needs_is_told_and_holds_nobody(
    file: str, column: str
) -> None:
    drop = builders.a_drop(2)
    for row in drop.rows[file]:
        row[column] = ""
    found = [f for f in oneroster.check(oneroster.open_package(drop.files())) if f.code == "R002"]
    assert {(f.place.file, f.place.column, f.effect) for f in found} == {
        (file, column, Effect.NOTE)
    }
    cleaned = night(drop)
    assert (len(cleaned.desired), cleaned.held) == (2, ())


def test_a_class_that_tells_its_year_in_no_way_still_waits() -> None:
    drop = builders.a_drop(1)
    drop.rows["classes.csv"][0].update(termSourcedIds="", courseSourcedId="")
    assert {held.code for held in night(drop).held} == {"P013"}


@pytest.mark.parametrize(
    ("cells", "family", "given"),
    [
        ({"preferredFamilyName": "", "familyName": ""}, "", "陽菜"),
        ({"preferredGivenName": "", "givenName": ""}, "鈴木", ""),
    ],
)
def test_a_child_with_one_name_goes_by_it(cells: dict[str, str], family: str, given: str) -> None:
    cleaned = night(a_child(**cells))
    (desired,) = cleaned.desired
    spelled = (desired.pupil.family, bool(desired.pupil.given), desired.unsafe_name)
    assert spelled == (family, bool(given), "")
    assert [(f.code, f.effect) for f in cleaned.findings] == [("N010", Effect.NOTE)]


@pytest.mark.parametrize("repertoire", ["cp932", "jisx0213", "unicode"])
@pytest.mark.parametrize(("written", "told"), [("ゔぃおら", "ヴィオラ"), ("ゕゖ", "ヵヶ")])
def test_a_kana_is_judged_as_it_goes_out(repertoire: str, written: str, told: str) -> None:
    city = builders.a_city(names={"repertoire": repertoire}).names
    found = Speller(city).spell(("鈴木", "", "葵", "", written, "", "アオイ", ""))[2]
    assert (found.text, [rule.code for rule, _ in found.faults]) == (told, ["N007"])


def test_gaiji_in_a_hiragana_reading_are_still_told() -> None:
    found = Speller(Names()).spell(("鈴木", "", "葵", "", "さと\ue000", "", "アオイ", ""))[2]
    assert [rule.code for rule, _ in found.faults] == ["N001", "N007"]


# -- readings that are none ------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["SATO", "佐藤", "サトウ1", "サト-", "サト\u2212", "?"])
def test_a_reading_that_is_no_kana_keeps_the_name_in(written: str) -> None:
    cleaned = clean(a_child(**{"metadata.jp.kanaFamilyName": written}))
    assert [d.unsafe_name for d in cleaned.desired] == ["N015"]
    assert rows_of(cleaned) == [("users.csv", 2, "metadata.jp.kanaFamilyName", "N015")]


@pytest.mark.parametrize(
    ("written", "out"),
    [
        ("さとう", "サトウ"),
        ("ゔぃくとる", "ヴィクトル"),
        ("ｻﾄｳ", "サトウ"),
        ("カ\u3099", "ガ"),
        ("マリア・ホセ", "マリア・ホセ"),
        ("ジャン＝ポール", "ジャン＝ポール"),
        ("アンナ　マリア", "アンナ　マリア"),
        ("トゥアン・ㇰ", "トゥアン・ㇰ"),
        ("", ""),
    ],
)
def test_a_reading_that_can_be_converted_holds_nobody(written: str, out: str) -> None:
    cleaned = night(a_child(**{"metadata.jp.kanaFamilyName": written}))
    assert [(d.pupil.kana_family, d.unsafe_name) for d in cleaned.desired] == [(out, "")]


def test_a_reading_that_never_goes_out_may_hold_anything() -> None:
    of_record = {"metadata.jp.kanaFamilyName": "SATO"}
    cleaned = clean(a_child(**of_record, **{"metadata.jp.kanaPreferredFamilyName": "サトウ"}))
    assert [d.unsafe_name for d in cleaned.desired] == [""]


def test_a_city_may_let_other_letters_go_out() -> None:
    latin = {"metadata.jp.kanaFamilyName": "SATO"}
    (desired,) = clean(a_child(**latin), effects={"N015": "note"}).desired
    assert (desired.pupil.kana_family, desired.unsafe_name) == ("SATO", "")
