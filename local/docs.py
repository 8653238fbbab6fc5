"""Pages written from the code: `make docs` writes them, a test sees when they are stale."""

from __future__ import annotations

from pathlib import Path

from conformance.examples import Example, example
from conformance.spoils import CASES
from kakehashi.catalogue.index import RULES
from kakehashi.catalogue.sources import SOURCES
from kakehashi.findings import EFFECT_LABELS, Rule
from kakehashi.oneroster.rules import RULES as CHECKED
from local import alarms, behaviour, city_alarms, cleaning, dashboard, licences, schemas

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
    "A": "教職員 · staff: their list and the sources it is held against",
    "T": "配信ファイル · tool files",
    "L": "教材の起動 · launches (LTI 1.3); told to the pupil, no effect on a night",
    "W": "職員の頁 · the staff page; told to the person, no effect on a night",
    "I": "架け橋の不具合 · our own faults",
}
HEAD = """# 指摘の一覧 · findings

<!-- Written by `make docs` from kakehashi/catalogue. Do not edit. -->

What Kakehashi can say, by code. The effect tells what happens to the night:
**停止** refuse-drop (nothing of the drop is used), **承認待ち** await-approval (a person looks
first), **保留** hold-pupil (that pupil stays as yesterday and does not count as absent),
**参考** note.
A city may choose another effect in its rules (`[effects]`), except for A…, F… and S….
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


RULES_HEAD = """# 検査の規則 · the rules of `kakehashi check`

<!-- Written by `make docs` from kakehashi/catalogue and conformance. Do not edit. -->

Every rule by which a OneRoster package is judged, with its code, its effect, the document it comes
from, and one line of right and of wrong. The right package and, for each rule, the wrong one are
files: `make conformance` writes them to `dist/conformance`, with what is expected of each, for
whoever writes an import or an export. `make conformance SETS=FOLDER` judges official test sets that
you have put into FOLDER (they may not be handed on) by the verdicts of their reports.

Paragraphs of OneRoster are named by their headings. The Japan Profile and 相互運用標準モデル are
cited by file and column, as others have summed them up: we have not had their whole text. *架け橋
Kakehashi* as a source means that no standard asks for it: the rule guards an import, or names
damage that exports are known for.

`kakehashi check DROP` applies them, and what a city's rules add; `--sarif FILE` writes SARIF 2.1.0,
`--html FILE` a page to hand on, `--xlsx FILE` a workbook, `--json` all of it. Without 架け橋:
`kakehashi-oneroster DROP` ([the library](oneroster.md)).
"""


def rules_page() -> str:
    """docs/rules.md: what `kakehashi check` knows of OneRoster, with right and wrong."""
    shown: dict[str, Example] = {}
    for case in CASES:
        shown.setdefault(case.code, example(case))
    parts = [RULES_HEAD]
    for letter, title in LETTERS.items():
        if rules := [rule for code, rule in CHECKED.items() if code.startswith(letter)]:
            parts.append(f"## {letter} {title}\n")
            parts += (_rule_entry(rule, shown[rule.code]) for rule in rules)
    return "\n".join(parts)


def _rule_entry(rule: Rule, shown: Example) -> str:
    source = SOURCES[rule.code]
    name = source.document.name
    linked = f"[{name}]({source.document.url})" if source.document.url else name
    lines = [
        f"### {rule.code}\n",
        f"**{EFFECT_LABELS[rule.effect]}** `{rule.effect}` · {rule.ja}  ",
        f"{rule.en}\n",
        f"- 出典 source: {linked}, {source.paragraph}",
        f"- 正 right: `{shown.right}`",
        f"- 誤 wrong: `{shown.wrong}`",
    ]
    return "\n".join(lines) + "\n"


PAGES = {
    "docs/cleaning.md": cleaning.page,
    "docs/rules.md": rules_page,
    "docs/licences.md": licences.page,
    "docs/findings.md": findings_page,
    "docs/behaviour.md": behaviour.page,
    "template.yaml": dashboard.template,
    "infra/city_alarms.yaml": city_alarms.page,
    "docs/alarms.md": alarms.page,
    **schemas.PAGES,
}


def main() -> None:
    for name, page in PAGES.items():
        (ROOT / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
