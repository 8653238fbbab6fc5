"""python -m conformance corpus FOLDER · python -m conformance official FOLDER"""

from __future__ import annotations

import sys
from pathlib import Path

from conformance import corpus, official


def main(words: list[str]) -> int:
    if len(words) != len(("what", "folder")) or words[0] not in {"corpus", "official"}:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    folder = Path(words[1])
    if words[0] == "corpus":
        print(f"{folder}: right.zip, {corpus.write(folder)} wrong, expected.json")
        return 0
    judged = list(official.judge(folder))
    for one in judged:
        print(one.line())
    if not judged:
        print(f"{folder}: no zip")
    return 0 if judged and all(one.agrees for one in judged) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
