"""Where the installed command begins: it says what is missing to whom has the package alone."""

from __future__ import annotations

import sys

EXTRA = frozenset({"click", "rich", "boto3"})
MISSING = """\
kakehashi コマンドには追加のパッケージが要ります。 / The command needs more than the package:
  pip install 'kakehashi[console]'
"""


def main() -> None:
    """The command. Exit status 2 without what the extra ``console`` installs."""
    try:
        from kakehashi_console.cli import main as command  # noqa: PLC0415 - which may be missing
    except ModuleNotFoundError as exc:
        if exc.name not in EXTRA:
            raise
        sys.stderr.write(MISSING)
        sys.exit(2)
    command()
