"""`kakehashi city new`: the first file of a city's rules, from its first export."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kakehashi import city as cities
from kakehashi_console.cli import main
from kakehashi_console.first_look import BadCodes, read_codes
from tests import builders

OLD, NEW = builders.a_code(1), builders.a_code(7)
LIST = (
    f"文部科学省 学校コード一覧\r\n学校コード,学校名,移行後の学校コード\r\n{OLD},前の小,{NEW}\r\n"
)


@pytest.fixture
def drop() -> builders.Drop:
    """A city with a 義務教育学校, classes of grade J1 and one class that tells too much."""
    drop = builders.a_drop(8, schools=2)
    halves = {"name": "見本学園 前期課程"}, {"name": "見本学園 後期課程"}
    unified = builders.a_code(9, kind="C2")
    schools = [org for org in drop.rows["orgs.csv"] if org["type"] == "school"]
    for half in halves:
        new = {"sourcedId": builders.an_id(half["name"]), "identifier": unified}
        drop.rows["orgs.csv"].append(schools[0] | new | half)
    classes = drop.rows["classes.csv"]
    classes.append(
        classes[0] | {"sourcedId": builders.an_id("j"), "title": "1年1組", "grades": "J1"}
    )
    classes.append(classes[0] | {"sourcedId": builders.an_id("s"), "title": "知的1組"})
    return drop


def new(folder: Path, drop: builders.Drop, *options: str) -> Result:
    (folder / "export.zip").write_bytes(drop.zip())
    command = ["city", "new", str(folder / "mihon.toml"), "--from", str(folder / "export.zip")]
    return CliRunner().invoke(main, [*command, *options])


def test_the_draft_holds_what_the_export_tells(tmp_path: Path, drop: builders.Drop) -> None:
    assert new(tmp_path, drop, "--name", "見本市").exit_code == 0
    text = (tmp_path / "mihon.toml").read_text(encoding="utf-8")
    rules = cities.parse(text)
    assert (rules.name, rules.domain) == ("見本市", builders.DOMAIN)
    assert [(s.mext_code[:2], s.name) for s in rules.unified_schools] == [("C2", "見本学園")]
    assert [(r.grades, r.example.before, r.example.after) for r in rules.class_titles] == [
        (("J1",), "1年1組", "7年1組")
    ]
    assert "知的1組" in text
    assert f"「{rules.special_needs.neutral.format(n=1)}」" in text, "as the night will call it"
    assert "知的1組" not in json.dumps(rules.model_dump(mode="json"), ensure_ascii=False)


def test_its_limits_fit_the_size_and_its_schema_lies_beside_it(
    tmp_path: Path, drop: builders.Drop
) -> None:
    new(tmp_path, drop, "--name", "見本市")
    rules = cities.parse((tmp_path / "mihon.toml").read_text(encoding="utf-8"))
    assert rules.limits.city.gone == cities.Limit(share=0.005, number=3, floor=3)
    schema = json.loads((tmp_path / "city.schema.json").read_text(encoding="utf-8"))
    assert "board_code" in schema["properties"]


def test_nothing_of_a_pupil_is_in_it(tmp_path: Path, drop: builders.Drop) -> None:
    new(tmp_path, drop, "--name", "見本市")
    text = (tmp_path / "mihon.toml").read_text(encoding="utf-8")
    for user in drop.rows["users.csv"]:
        for column in ("familyName", "username", "userMasterIdentifier"):
            assert user[column] not in text


def test_a_list_of_codes_names_what_has_followed_and_what_it_lacks(
    tmp_path: Path, drop: builders.Drop
) -> None:
    (tmp_path / "codes.csv").write_bytes(LIST.encode("cp932"))
    told = new(tmp_path, drop, "--name", "見本市", "--codes", str(tmp_path / "codes.csv"))
    assert told.exit_code == 0, told.output
    text = (tmp_path / "mihon.toml").read_text(encoding="utf-8")
    assert [(a.old, a.new) for a in cities.parse(text).school_aliases] == [(OLD, NEW)]
    assert f"一覧にないコード not in the list: {builders.a_code(2)}" in text


HEADS = '学校コード,学校名,"属性情報\r\n廃止年月日",移行後の学校コード\r\n'


def drafted(folder: Path, drop: builders.Drop, *rows: str) -> str:
    """The draft with a list of these rows and all schools of the export but the first."""
    others = [f"{builders.a_code(2)},見本小,,", f"{builders.a_code(9, kind='C2')},見本学園,,"]
    body = f"文部科学省 学校コード一覧\r\n{HEADS}" + "\r\n".join([*others, *rows])
    (folder / "codes.csv").write_bytes(body.encode("cp932"))
    told = new(folder, drop, "--name", "見本市", "--codes", str(folder / "codes.csv"))
    assert told.exit_code == 0, told.output
    return (folder / "mihon.toml").read_text(encoding="utf-8")


def test_a_school_that_was_merged_twice_is_drafted_as_the_school_of_today(
    tmp_path: Path, drop: builders.Drop
) -> None:
    between, today = builders.a_code(6), builders.a_code(8, kind="C2")
    text = drafted(
        tmp_path, drop,
        f"{OLD},前の小,2022/5/1,{between}", f"{between},中の小,2024/5/1,{today}",
        f"{today},今の学園,,",
    )  # fmt: skip
    assert [(a.old, a.new) for a in cities.parse(text).school_aliases] == [(OLD, today)]
    assert "to look at" not in text


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (
            [f'{OLD},前の小,2024/5/1,"{NEW}、\r\n{builders.a_code(8)}"'],
            "closed, not followed by one",
        ),
        ([f"{OLD},前の小,2024/5/1,"], "closed, not followed by one"),
        (
            [f"{OLD},前の小,2022/5/1,{NEW}", f"{NEW},次の小,2025/5/1,"],
            "closed, not followed by one",
        ),
        (
            [f"{OLD},前の小,2022/5/1,{NEW}", f"{NEW},次,2025/5/1,{OLD}"],
            "closed, not followed by one",
        ),
        ([f"{OLD},前の小,2022/5/1,{builders.a_code(7, kind='A1')}"], "closed, not followed by one"),
        ([f"{OLD},今の小,,{NEW}"], "to be followed, not closed"),
    ],
    ids=["divided", "none", "closed too", "circle", "kindergarten", "planned"],
)
def test_a_school_whose_successor_the_list_does_not_settle_is_left_to_a_person(
    tmp_path: Path, drop: builders.Drop, rows: list[str], told: str
) -> None:
    text = drafted(tmp_path, drop, *rows)
    assert cities.parse(text).school_aliases == ()
    assert f"{told}: {OLD} " in text


def test_a_name_that_lost_a_letter_in_the_list_is_not_the_schools_name(
    tmp_path: Path, drop: builders.Drop
) -> None:
    unified = builders.a_code(9, kind="C2")
    for listed, named in (
        ("見本市立見本学園", "見本市立見本学園"),
        ("見本市立見?学園", "見本学園"),
    ):
        (tmp_path / "mihon.toml").unlink(missing_ok=True)
        text = drafted(tmp_path, drop, f"{unified},{listed},,")
        assert [one.name for one in cities.parse(text).unified_schools] == [named]


def test_a_school_without_a_code_is_listed_and_not_guessed(
    tmp_path: Path, drop: builders.Drop
) -> None:
    school = next(org for org in drop.rows["orgs.csv"] if org["type"] == "school")
    school |= {"identifier": "", "name": "見本\n小学校"}
    new(tmp_path, drop, "--name", "見本市")
    text = (tmp_path / "mihon.toml").read_text(encoding="utf-8")
    assert "学校コードなし no code: 見本 小学校" in text


def test_a_list_without_headings_is_no_list() -> None:
    with pytest.raises(BadCodes):
        read_codes(b"a,b\r\nc,d\r\n")


def test_a_file_that_is_there_is_left_alone(tmp_path: Path, drop: builders.Drop) -> None:
    (tmp_path / "mihon.toml").write_text("mine", encoding="utf-8")
    assert new(tmp_path, drop).exit_code == 2
    assert (tmp_path / "mihon.toml").read_text(encoding="utf-8") == "mine"


def test_an_export_that_would_be_refused_is_no_ground_for_rules(
    tmp_path: Path, drop: builders.Drop
) -> None:
    drop.rows["users.csv"].clear()
    told = new(tmp_path, drop)
    assert (told.exit_code, (tmp_path / "mihon.toml").exists()) == (2, False)
    assert "F030" in told.output
