"""What is wrong with a package, the gravest first: python check_a_package.py drop.zip"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import kakehashi_oneroster as oneroster
from kakehashi_oneroster.findings import Effect
from kakehashi_oneroster.rules import RULES

ORDER = list(Effect)


def main(drop: Path) -> None:
    with drop.open("rb") as file:
        found = list(oneroster.check(oneroster.open_package(file)))
    for code, count in Counter(
        f.code for f in sorted(found, key=lambda f: ORDER.index(f.effect))
    ).items():
        rule = RULES[code]
        print(f"{code} ×{count} {rule.effect}: {rule.en}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
