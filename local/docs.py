"""Pages written from the code: `make docs` writes them, a test sees when they are stale."""

from __future__ import annotations

from pathlib import Path

from kakehashi.catalogue.index import RULES
from kakehashi.findings import EFFECT_LABELS, Rule
from local import city_alarms, dashboard, schemas

ROOT = Path(__file__).parents[1]
LETTERS = {
    "F": "ファイル · files, encoding, manifest",
    "H": "見出し行 · headers",
    "R": "行とセル · rows and cells",
    "X": "参照 · references between files",
    "D": "重複 · duplicates",
    "N": "氏名の文字 · characters of names (外字)",
    "P": "前処理 · preprocessing",
    "S": "安全装置 · safety",
    "M": "Microsoft 365",
    "T": "配信ファイル · tool files",
    "L": "教材の起動 · launches (LTI 1.3); told to the pupil, no effect on a night",
    "W": "担当者のページ · the staff page; told to the person, no effect on a night",
    "I": "架け橋の不具合 · our own faults",
}
HEAD = """# 指摘の一覧 · findings

<!-- Written by `make docs` from kakehashi/catalogue. Do not edit. -->

What Kakehashi can say, by code. The effect tells what happens to the night:
**停止** refuse-drop (nothing of the drop is used), **承認待ち** await-approval (a person looks
first), **保留** hold-pupil (that pupil stays as yesterday and does not count as absent),
**参考** note.
A city may choose another effect in its rules (`[effects]`), except for F… and S….
"""


def findings_page() -> str:
    """docs/findings.md: one section a letter, one entry a code."""
    parts = [HEAD]
    for letter, title in LETTERS.items():
        rules = [rule for code, rule in RULES.items() if code.startswith(letter)]
        if rules:
            parts.append(f"## {letter} {title}\n")
            parts += map(_entry, rules)
    return "\n".join(parts)


def _entry(rule: Rule) -> str:
    lines = [
        f"### {rule.code} {EFFECT_LABELS[rule.effect]} `{rule.effect}`\n",
        f"- {rule.ja}  ",
        f"  {rule.en}",
        f"- **することは** {rule.todo}  ",
        f"  {rule.todo_en}",
    ]
    if rule.causes:
        lines.append(f"- {rule.causes}")
    return "\n".join(lines) + "\n"


PAGES = {
    "docs/findings.md": findings_page,
    "template.yaml": dashboard.template,
    "infra/city_alarms.yaml": city_alarms.page,
    **schemas.PAGES,
}


def main() -> None:
    for name, page in PAGES.items():
        (ROOT / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
