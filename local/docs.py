"""Pages written from the code: `make docs` writes them, a test sees when they are stale."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal

from conformance.examples import Example, example
from conformance.spoils import CASES
from kakehashi.catalogue.index import RULES
from kakehashi.catalogue.sources import SOURCES
from kakehashi.findings import EFFECT_LABELS, Rule
from kakehashi.oneroster.rules import RULES as CHECKED
from local import alarms, behaviour, city_alarms, cleaning, dashboard, licences, schemas

ROOT = Path(__file__).parents[1]
type Language = Literal["ja", "en"]

LETTERS: dict[str, dict[Language, str]] = {
    "F": {"ja": "ファイル", "en": "files, encoding, manifest"},
    "H": {"ja": "見出し行", "en": "headers"},
    "R": {"ja": "行とセル", "en": "rows and cells"},
    "X": {"ja": "参照", "en": "references between files"},
    "D": {"ja": "重複", "en": "duplicates"},
    "N": {"ja": "氏名の文字(外字)", "en": "characters of names (外字)"},
    "P": {"ja": "前処理", "en": "preprocessing"},
    "S": {"ja": "安全装置", "en": "safety"},
    "M": {"ja": "Microsoft 365", "en": "Microsoft 365"},
    "A": {
        "ja": "教職員。教職員名簿と、それを照らすもの",
        "en": "staff: their list and the sources it is held against",
    },
    "T": {"ja": "配信ファイル", "en": "tool files"},
    "L": {
        "ja": "教材の起動(LTI 1.3)。児童生徒に告げるもので、夜には影響しない",
        "en": "launches (LTI 1.3); told to the pupil, no effect on a night",
    },
    "W": {
        "ja": "職員の頁。その人に告げるもので、夜には影響しない",
        "en": "the staff page; told to the person, no effect on a night",
    },
    "I": {"ja": "架け橋の不具合", "en": "our own faults"},
}
FINDINGS_HEAD: dict[Language, str] = {
    "ja": """# 指摘の一覧

[English](findings.md)

<!-- Written by `make docs` from kakehashi/catalogue. Do not edit. -->

架け橋が言うことのすべてを、番号順に並べます。効果は、夜に何が起きるかです。
**停止** `refuse-drop`(名簿を一行も使いません)、**承認待ち** `await-approval`(先に人が見ます)、
**保留** `hold-pupil`(その児童生徒は昨日のままで、いない扱いにもなりません)、**参考** `note`。
市は規則(`[effects]`)で別の効果を選べます。A…、F…、S… は変えられません。「背景」は開発の覚えで、
英語だけです。
""",
    "en": """# All findings

[日本語](findings.ja.md)

<!-- Written by `make docs` from kakehashi/catalogue. Do not edit. -->

What Kakehashi can say, by code. The effect tells what happens to the night:
**停止** `refuse-drop` (nothing of the drop is used), **承認待ち** `await-approval` (a person looks
first), **保留** `hold-pupil` (that pupil stays as yesterday and does not count as absent),
**参考** `note`. A city may choose another effect in its rules (`[effects]`), except for A…, F… and
S….
""",
}


def findings_page(language: Language) -> str:
    """docs/findings.md: one section a letter, one entry a code."""
    parts = [FINDINGS_HEAD[language]]
    for letter, title in LETTERS.items():
        rules = [rule for code, rule in RULES.items() if code.startswith(letter)]
        if rules:
            parts.append(f"## {letter} {title[language]}\n")
            parts += (_entry(rule, language) for rule in rules)
    return "\n".join(parts)


def _entry(rule: Rule, language: Language) -> str:
    japanese = language == "ja"
    lines = [
        f"### {rule.code} {EFFECT_LABELS[rule.effect]} `{rule.effect}`\n",
        f"- {rule.ja if japanese else rule.en}",
        f"- **することは** {rule.todo}" if japanese else f"- **To do:** {rule.todo_en}",
    ]
    if rule.causes:
        lines.append(f"- {'背景: ' if japanese else ''}{rule.causes}")
    return "\n".join(lines) + "\n"


RULES_HEAD: dict[Language, str] = {
    "ja": """# `kakehashi check` の規則

[English](rules.md)

<!-- Written by `make docs` from kakehashi/catalogue and conformance. Do not edit. -->

OneRoster のパッケージを審査するすべての規則です。番号、効果、出典、
正しい一行と誤った一行があります。正しいパッケージと、規則ごとに誤ったパッケージは、
ファイルになっています。`make conformance` が、
それぞれに見込まれることとともに `dist/conformance` に書きます。
取り込みや書き出しを作る方が使えます。
`make conformance SETS=FOLDER` は、
FOLDER に置いた公式の試験セット(配り直すことはできません)を、その報告書の判定で審査します。

OneRoster の節は、その見出しで示します。Japan Profile と 相互運用標準モデル は、
ほかの人がまとめたものから、ファイルと列で示します。全文は手元にありません。
出典が *架け橋 Kakehashi* のものは、どの規格も求めていないもので、取り込みを守るか、
書き出しによくある壊れ方を告げます。出典の節の名前と例は、原文のままの英語です。

`kakehashi check DROP` が、これらと、市の規則が加えるものを当てはめます。
`--sarif FILE` は SARIF 2.1.0 を、`--html FILE` は人に渡す頁を、`--xlsx FILE` は Excel を、
`--json` はすべてを書きます。
架け橋なしでは `kakehashi-oneroster DROP` です([ライブラリー](oneroster.ja.md))。
""",
    "en": """# The rules of `kakehashi check`

[日本語](rules.ja.md)

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
""",
}


def rules_page(language: Language) -> str:
    """docs/rules.md: what `kakehashi check` knows of OneRoster, with right and wrong."""
    shown: dict[str, Example] = {}
    for case in CASES:
        shown.setdefault(case.code, example(case))
    parts = [RULES_HEAD[language]]
    for letter, title in LETTERS.items():
        if rules := [rule for code, rule in CHECKED.items() if code.startswith(letter)]:
            parts.append(f"## {letter} {title[language]}\n")
            parts += (_rule_entry(rule, shown[rule.code], language) for rule in rules)
    return "\n".join(parts)


def _rule_entry(rule: Rule, shown: Example, language: Language) -> str:
    source, japanese = SOURCES[rule.code], language == "ja"
    name = source.document.name
    linked = f"[{name}]({source.document.url})" if source.document.url else name
    origin, right, wrong = ("出典", "正", "誤") if japanese else ("source", "right", "wrong")
    said = rule.ja if japanese else rule.en
    lines = [
        f"### {rule.code}\n",
        f"**{EFFECT_LABELS[rule.effect]}** `{rule.effect}` · {said}\n",
        f"- {origin}: {linked}, {source.paragraph}",
        f"- {right}: `{shown.right}`",
        f"- {wrong}: `{shown.wrong}`",
    ]
    return "\n".join(lines) + "\n"


def in_both(name: str, page: Callable[[Language], str]) -> dict[str, Callable[[], str]]:
    """A page and its partner, by the file's name."""
    return {f"docs/{name}.md": partial(page, "en"), f"docs/{name}.ja.md": partial(page, "ja")}


PAGES: dict[str, Callable[[], str]] = {
    "docs/cleaning.md": cleaning.page,
    **in_both("rules", rules_page),
    "docs/licences.md": licences.page,
    **in_both("findings", findings_page),
    "docs/behaviour.md": behaviour.page,
    "template.yaml": dashboard.template,
    "infra/city_alarms.yaml": city_alarms.page,
    **in_both("alarms", alarms.page),
    **schemas.PAGES,
}


def main() -> None:
    for name, page in PAGES.items():
        (ROOT / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
