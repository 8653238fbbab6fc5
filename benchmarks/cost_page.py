"""docs/cost.md and docs/cost.ja.md: what a night and a year cost.

    python -m benchmarks.cost_page

Both are functions of prices.toml, measured.toml and template.yaml; each sentence and each word of a
bill stands here in both languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from benchmarks.cost import (
    CHANGED,
    HEADROOM,
    LOG_BYTES,
    LOOKS,
    NIGHTS,
    ONE_CPU,
    ROOT,
    SHARD,
    SIZES,
    WRITES_A_SECOND,
    City,
    Data,
    Line,
    load,
    memory_of,
    total,
)

ENGLISH = {
    "head": """# Cost

[日本語](cost.ja.md)

<!-- Written by `make cost` from benchmarks/prices.toml, measured.toml and template.yaml. -->

US dollars, Tokyo, list prices without free tiers or tax, as of {date}. **{standing}**

- *Quiet night*: nobody changes. *Ordinary night*: {changed:.1%} of the pupils do. *April*: every
  pupil does, once a year.
- *Lambda* = Σ over the functions of seconds × memory. Seconds are the measured CPU seconds, more
  where a function has less than one CPU ({one_cpu} MB), and for provision the wait for Microsoft's
  {pace} writes a second. Validate, preprocess and diff are measured by themselves
  ([benchmarks-beside.md](benchmarks-beside.md)), {large:,} pupils on the straight line between the
  sizes around; the other functions on an ordinary night through the embedded stack, begun cold,
  with {sizes} pupils (`python -m benchmarks.stages`), groups of 500,000 by itself. What lies
  beyond is on the **same line, not measured**.
- *DynamoDB* = pupils × item size ÷ 4 KB read units, once a night and in April twice, a read and
  a write unit for each change, and a write for each five seconds of the tenant's shared pace.
- *Requests and transitions* are counted on a night in the test suite. **Assumed**, not measured: a
  further shard of {shard:,} actions adds one transition, one call and eight S3 requests; a KMS
  request for each of S3's; {log_kb:,.0f} KB of log a night; {folder:,} bytes a pupil in a run's
  folder; one second for each of the {looks:,} looks that drift takes a year. A write to the
  table's two indexes is not counted.
- Not in it: the launcher (API Gateway), SFTP, many mails, support, and Microsoft's licences.
""",
    "checked": "Prices are checked.",
    "unverified": "Prices are from memory and unverified: check them.",
    "and": " and ",
    "summary": "| pupils | quiet night | ordinary night | before | April night | before "
    "| standing, a year | **a year** | before |",
    "year": "A year = {nights} × ordinary night + April night + standing costs. *Before* is the"
    " build of commit {commit}, by its own page and the same prices.",
    "ordinary": "{pupils:,} pupils, an ordinary night ({changes:,} changes)",
    "standing": "{pupils:,} pupils, standing costs of a year",
    "quantity": "quantity",
    "sum": "sum",
    "memory": "Memory of the functions",
    "peak": "Peak resident MB, measured or on the line as above, beside what template.yaml gives:"
    " at least {headroom:g} times the peak in the largest city. More memory is more CPU:"
    " one whole CPU comes with {one_cpu} MB.",
    "pupils": "{pupils:,} pupils",
    "configured": "configured",
}
JAPANESE = {
    "head": """# 費用

[English](cost.md)

<!-- Written by `make cost` from benchmarks/prices.toml, measured.toml and template.yaml. -->

米ドル、東京リージョン、無料枠と税を除く定価、{date} 現在。**{standing}**

- *静かな夜*: だれも変わりません。
- *ふつうの夜*: 児童生徒の {changed:.1%} が変わります。*4 月*: 年に一度、全員が変わります。
- *Lambda* = 関数ごとの 秒 × メモリー の合計。秒は、測った CPU 時間です。
  CPU が一つ({one_cpu} MB)に満たない関数はその分長く、
  provision は Microsoft の毎秒 {pace} 件の書き込みを待つ時間を含みます。validate、preprocess、
  diff は単独で測り([benchmarks-beside.md](benchmarks-beside.md))、
  {large:,} 人は前後の大きさを結ぶ直線の上にあります。ほかの関数は、模擬環境でのふつうの夜を、
  起動したての状態から、{sizes} 人で測りました(`python -m benchmarks.stages`)。
  groups は 500,000 人でも単独で測りました。
  その先は**同じ直線の上で、測っていません**。
- *DynamoDB* = 人数 × 項目の大きさ ÷ 4 KB の読み取り単位。一晩に一度、4 月は二度です。
  変更ごとに読み取り単位と書き込み単位を一つずつ、
  テナントで分け合う速さの五秒ごとに書き込みを一つ足します。
- *要求と遷移*は、テストの中の一晩で数えました。
  測らずに**仮定した**もの: {shard:,} 件の処理が増えると、遷移が一つ、呼び出しが一つ、
  S3 の要求が八つ増える。S3 の要求ごとに KMS の要求が一つ。一晩のログは {log_kb:,.0f} KB。
  実行フォルダーは一人 {folder:,} バイト。drift が一年に見る {looks:,} 回は一回一秒。
  表の二つの索引への書き込みは数えていません。
- 含まないもの: 起動画面(API Gateway)、SFTP、多数のメール、サポート、Microsoft のライセンス。
""",
    "checked": "価格は確認済みです。",
    "unverified": "価格は記憶によるもので、確認していません。お確かめください。",
    "and": " 人と ",
    "summary": "| 児童生徒 | 静かな夜 | ふつうの夜 | 以前 | 4 月の夜 | 以前 "
    "| 一年の固定費 | **一年** | 以前 |",
    "year": "一年 = {nights} × ふつうの夜 + 4 月の夜 + 固定費。*以前*は、コミット {commit} の版の"
    "頁の値で、価格は同じです。",
    "ordinary": "{pupils:,} 人、ふつうの夜(変更 {changes:,} 件)",
    "standing": "{pupils:,} 人、一年の固定費",
    "quantity": "量",
    "sum": "合計",
    "memory": "関数のメモリー",
    "peak": "いちばん多いときの常駐メモリー(MB)。測ったもの、または上と同じ直線の上のものを、"
    "template.yaml の値と並べます。設定は、いちばん大きな市の山の {headroom:g} 倍以上です。"
    "メモリーが多いほど CPU も多く、{one_cpu} MB で CPU が一つ分になります。",
    "pupils": "{pupils:,} 人",
    "configured": "設定",
}
UNITS = {
    "S3 requests": "S3 の要求",
    "Logs": "ログ",
    "KMS keys": "KMS の鍵",
    "Secret": "秘密",
    "Alarms": "警報",
    "Dashboard": "ダッシュボード",
    "S3, run folders of": "S3、実行フォルダー",
    "nights": "晩分",
    "DynamoDB, table and recovery": "DynamoDB、表と復元",
    "Looks at plans, credential and tenant": "計画・資格情報・テナントの見回り",
    "GB-s, ": "GB 秒、",
    "PUT and LIST, ": "PUT と LIST、",
    "read units, ": "読み取り単位、",
    "write units": "書き込み単位",
    "calls": "回",
    "transitions": "遷移",
    "requests": "要求",
    "request": "要求",
    "mail": "通",
}
"""Words of a bill; a word that is not here stands as it is in both pages."""
PAGES = {"docs/cost.md": ENGLISH, "docs/cost.ja.md": JAPANESE}

type Words = Mapping[str, str]


def page(prices: Data, measured: Data, template: Data, words: Words) -> str:
    memory = memory_of(template)
    kinds = [resource["Type"] for resource in template["Resources"].values()]
    alarms = kinds.count("AWS::CloudWatch::Alarm")
    cities = [City(n, prices["price"], measured, memory) for n in SIZES]
    parts = [_head(prices, measured, words), *_summary(cities, alarms, measured["before"], words)]
    for city in cities:
        changes = round(city.pupils * CHANGED)
        title = words["ordinary"].format(pupils=city.pupils, changes=changes)
        parts += _bill(title, city.night(changes), words)
    title = words["standing"].format(pupils=SIZES[1])
    parts += _bill(title, cities[1].standing(alarms), words)
    return "\n".join([*parts, *_memory(cities, memory, words)]) + "\n"


def _head(prices: Data, measured: Data, words: Words) -> str:
    sizes = [f"{n:,}" for n in measured["stage"]["report"]["pupils"]]
    return words["head"].format(
        date=prices["date"],
        standing=words["checked" if prices["verified"] else "unverified"],
        changed=CHANGED,
        one_cpu=f"{ONE_CPU:,}",
        pace=WRITES_A_SECOND,
        large=SIZES[-1],
        shard=SHARD,
        log_kb=LOG_BYTES / 1000,
        folder=measured["bytes"]["run_folder"],
        looks=LOOKS,
        sizes=words["and"].join([", ".join(sizes[:-1]), sizes[-1]]),
    )


def _summary(cities: Sequence[City], alarms: int, before: Data, words: Words) -> Iterator[str]:
    """Beside what the build ``before`` cost, by the same prices."""
    yield words["summary"]
    yield "|---" * 9 + "|"
    for at, city in enumerate(cities):
        night = total(city.night(round(city.pupils * CHANGED)))
        april, standing = total(city.night(city.pupils)), total(city.standing(alarms))
        year = (NIGHTS - 1) * night + april + standing
        yield (
            f"| {city.pupils:,} | ${total(city.night(0)):.4f} | ${night:.4f} "
            f"| ${before['night'][at]:.4f} | ${april:.3f} | ${before['april'][at]:.3f} "
            f"| ${standing:,.2f} | **${year:,.2f}** | ${before['year'][at]:,.2f} |"
        )
    yield f"\n{words['year'].format(nights=NIGHTS - 1, commit=before['commit'])}\n"


def _bill(title: str, lines: Sequence[Line], words: Words) -> Iterator[str]:
    yield f"## {title}\n"
    yield f"| | {words['quantity']} | $ |"
    yield "|---|---|---|"
    for line in lines:
        what, quantity = line.what, line.quantity
        if words is JAPANESE:
            what, quantity = in_japanese(what), in_japanese(quantity)
        yield f"| {what} | {quantity} | {line.dollars:.6f} |"
    yield f"| **{words['sum']}** | | **{total(lines):.6f}** |\n"


def in_japanese(english: str) -> str:
    """A position of a bill, or how much of it."""
    longest_first = sorted(UNITS, key=len, reverse=True)
    known = "|".join(map(re.escape, longest_first))
    return re.sub(rf"(?<![A-Za-z])({known})", lambda found: UNITS[found[1]], english)


def _memory(cities: Sequence[City], memory: Mapping[str, int], words: Words) -> Iterator[str]:
    yield f"## {words['memory']}\n"
    yield words["peak"].format(headroom=HEADROOM, one_cpu=f"{ONE_CPU:,}") + "\n"
    sizes = " | ".join(words["pupils"].format(pupils=city.pupils) for city in cities)
    yield f"| | {sizes} | {words['configured']} |"
    yield "|---|" + "---|" * (len(cities) + 1)
    for stage, configured in memory.items():
        peaks = [f"{city.peak(stage):,.0f}" for city in cities]
        yield f"| {stage} | " + " | ".join(peaks) + f" | {configured:,} |"


def main() -> None:
    prices, measured, template = load()
    for name, words in PAGES.items():
        (ROOT / name).write_text(page(prices, measured, template, words), encoding="utf-8")


if __name__ == "__main__":
    main()
