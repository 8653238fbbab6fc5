"""`make judge`: readers that lie in a folder, here three that a test wrote."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.builders import a_drop
from tests.judges.receivers.__main__ import main

ACCEPTS = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).testzip()"
NO_DELTA = (
    "import sys, zipfile\n"
    "manifest = zipfile.ZipFile(sys.argv[1]).read('manifest.csv').decode()\n"
    "print('no delta, please'); sys.exit('\"delta\"' in manifest)"
)
BASE_ALONE = (
    "import sys, zipfile\n"
    "archive = zipfile.ZipFile(sys.argv[1])\n"
    "told = archive.read('users.csv') + archive.read('orgs.csv')\n"
    "print('metadata'); sys.exit(b'metadata.' in told or b'NULL' in told)"
)
V6_ALONE = "import sys; sys.exit(0 if 'v6' in sys.argv[2] else 3)"


def a_reader(folder: Path, name: str, program: str) -> None:
    (folder / name).mkdir()
    command = json.dumps([sys.executable, "-c", program])
    (folder / name / "reader.toml").write_text(f'name = "{name}"\ncommand = {command}\n')


def test_a_table_tells_who_takes_what_and_a_refusal_that_nobody_expects_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_reader(tmp_path, "easy", ACCEPTS)
    a_reader(tmp_path, "picky", V6_ALONE)
    assert main([str(tmp_path), "--out", str(tmp_path / "table.md")]) == 0
    table = (tmp_path / "table.md").read_text("utf-8")
    assert "| easy | lgate | bulk | accepts | 2 |" in table
    assert "| picky | lgate | bulk | not asked | 2 |" in table
    assert "0 surprising" in capsys.readouterr().out
    a_reader(tmp_path, "strict", NO_DELTA)
    assert main([str(tmp_path)]) == 1
    told = capsys.readouterr().out
    assert "| strict | interactive_study | delta | **refuses** | 2 | no delta, please |" in told


def test_a_reader_of_the_base_standard_alone_reads_the_rows_without_the_profile(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    a_reader(tmp_path, "base", BASE_ALONE)
    with (tmp_path / "base" / "reader.toml").open("a") as reader:
        reader.write("base = true\n")
    expected = tmp_path / "expected.toml"
    expected.write_text('[base]\n"lgate" = "knows no metadata"\n')
    monkeypatch.setattr("tests.judges.receivers.__main__.EXPECTED", expected)
    main([str(tmp_path)])
    table = capsys.readouterr().out
    assert "| base | lgate | bulk | refuses | 2 | metadata | knows no metadata |" in table
    assert "| base | lgate, without the profile | bulk | accepts | 2 |  |  |" in table
    assert "lgate_v6, without" not in table, "only what is expected to be refused for it"


def test_the_official_sets_judge_our_own_reader(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "set_valid01.zip").write_bytes(a_drop(2).zip())
    (tmp_path / "set_invalid01.zip").write_bytes(b"no zip at all")
    assert main([str(tmp_path)]) == 0
    (tmp_path / "set_invalid02.zip").write_bytes(a_drop(2).zip())
    assert main([str(tmp_path)]) == 1
    assert "set_invalid02.zip: accepted" in capsys.readouterr().out


def test_a_folder_without_any_reader_judges_nothing(tmp_path: Path) -> None:
    assert main([str(tmp_path)]) == 2
