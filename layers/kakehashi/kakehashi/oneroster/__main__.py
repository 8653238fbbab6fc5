"""`python -m kakehashi.oneroster DROP`: what is wrong with a package, with nothing else installed.

Exit status: 0, or 4 where an import would refuse the package, 2 for bad use.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from kakehashi import oneroster
from kakehashi.findings import EFFECT_LABELS, Finding, refuses
from kakehashi.oneroster.rules import RULES, SOURCES, english, japanese
from kakehashi.oneroster.sarif import sarif

REFUSED = 4


def main(words: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(words)
    drop: Path = asked.drop
    if not drop.exists():
        sys.stderr.write(f"ありません: {drop} / no such file or folder\n")
        return 2
    findings = list(oneroster.check(_opened(drop), board_code=asked.board_code))
    if asked.json:
        sys.stdout.write(_json([finding.to_json() for finding in findings]))
    elif asked.sarif:
        sys.stdout.write(_json(sarif(findings, RULES)))
    else:
        sys.stdout.writelines(f"{_line(finding)}\n" for finding in findings)
    return REFUSED if refuses(findings) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kakehashi-oneroster",
        description="OneRoster の zip か CSV のフォルダーを検査します。"
        " Checks a OneRoster package: a zip, or a folder of CSV files.",
    )
    parser.add_argument("drop", type=Path, metavar="DROP")
    parser.add_argument(
        "--board-code", default="", help="教育委員会コード / refuse another board's"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="findings as JSON")
    form.add_argument("--sarif", action="store_true", help="findings as SARIF 2.1.0")
    return parser


def _opened(drop: Path) -> oneroster.Package:
    if drop.is_file():
        with drop.open("rb") as file:
            return oneroster.open_package(file)
    found = (file for file in drop.iterdir() if file.suffix.lower() == ".csv")
    loose = {file.name: file.read_bytes() for file in found if not file.name.startswith(".")}
    return oneroster.open_package(loose)


def _line(finding: Finding) -> str:
    place, source = finding.place, SOURCES.get(finding.code)
    where = ":".join(str(part) for part in (place.file, place.line, place.column) if part)
    said = f"{where or '-'} {finding.code} {EFFECT_LABELS[finding.effect]} {japanese(finding)}"
    return f"{said} / {english(finding)}" + (f" [{source}]" if source else "")


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.exit(main())
