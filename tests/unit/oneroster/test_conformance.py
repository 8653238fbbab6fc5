"""The corpus that other makers may use: right and wrong packages, one a rule."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from conformance import corpus, official
from conformance.examples import example
from conformance.packages import loose, zipped
from conformance.spoils import CASES, Case
from kakehashi import oneroster
from kakehashi.catalogue.sources import SOURCES
from kakehashi.oneroster.rules import RULES


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("conformance")
    corpus.write(folder)
    return folder


def found(body: bytes) -> set[tuple[str, int | None, str | None, str]]:
    package = oneroster.open_package(io.BytesIO(body))
    return {finding.row() for finding in oneroster.check(package, board_code=corpus.BOARD)}


def test_every_rule_says_where_it_comes_from() -> None:
    assert SOURCES.keys() == RULES.keys()


def test_the_right_package_is_right_and_each_wrong_one_is_found_where_it_says(
    folder: Path,
) -> None:
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert found((folder / "right.zip").read_bytes()) == set()
    assert {one["code"] for one in expected["wrong"]} == RULES.keys()
    for one in expected["wrong"]:
        where = (one["file"], one["line"], one["column"], one["code"])
        assert where in found((folder / one["zip"]).read_bytes()), one["zip"]


@pytest.mark.parametrize("case", CASES, ids=[f"{n}-{c.code}" for n, c in enumerate(CASES)])
def test_an_example_shows_what_is_right_and_what_is_wrong(case: Case) -> None:
    shown = example(case)
    assert shown.right
    assert shown.wrong
    assert shown.right != shown.wrong
    assert len(shown.wrong) < 200


def test_the_same_code_makes_the_same_corpus(folder: Path, tmp_path: Path) -> None:
    corpus.write(tmp_path)
    for name in ("right.zip", "wrong/R011.zip", "expected.json"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def official_set(folder: Path) -> None:
    (folder / "invalid").mkdir()
    (folder / "set_valid01.zip").write_bytes(zipped(loose()))
    (folder / "invalid" / "R1.zip").write_bytes(zipped(loose() | {"orgs.csv": b"x"}))
    (folder / "invalid" / "R2.zip").write_bytes(zipped(loose()))
    (folder / "other.zip").write_bytes(zipped(loose()))


def test_official_sets_are_held_against_the_verdicts_of_their_reports(tmp_path: Path) -> None:
    official_set(tmp_path)
    judged = {one.name: one for one in official.judge(tmp_path)}
    assert {name: (one.expected, one.found, one.agrees) for name, one in judged.items()} == {
        "set_valid01.zip": ("valid", "valid", True),
        "invalid/R1.zip": ("invalid", "invalid", True),
        "invalid/R2.zip": ("invalid", "valid", False),
        "other.zip": ("", "valid", True),
    }
    (tmp_path / "expected.toml").write_text('[expected]\n"other.zip" = "invalid"\n', "utf-8")
    assert not next(one for one in official.judge(tmp_path) if one.name == "other.zip").agrees


def test_a_verdict_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "expected.toml").write_text('[expected]\n"a.zip" = "perhaps"\n', "utf-8")
    with pytest.raises(ValueError, match="neither valid nor invalid"):
        list(official.judge(tmp_path))
