"""python -m tests.long_year [FOLDER] [--hours H] [--only named|year]

Twenty named nights of a whole city, then 365 nights of one a tenth as large, each gone on with
where it was left; then docs/long-year.md. Ends with 1 where a night did not end as it is true.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tests.long_year import page
from tests.long_year.living import TENTH, WHOLE, go_on


def main() -> int:
    parser = argparse.ArgumentParser(prog="make long-year", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=Path(".kakehashi/long-year"))
    parser.add_argument("--hours", type=float, default=1_000.0, help="no night begins after that")
    parser.add_argument("--only", choices=("named", "year"))
    parser.add_argument("--page", action="store_true", help="nothing is lived, the page is written")
    wanted = parser.parse_args()
    until = time.time() + wanted.hours * 3600
    courses = [one for one in (WHOLE, TENTH) if wanted.only in {None, one.name}]
    try:
        for course in () if wanted.page else courses:
            if not go_on(course, wanted.folder, until):
                break
    finally:
        page.write(wanted.folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
