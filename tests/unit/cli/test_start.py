"""The installed command where its extra is not: a sentence, and no traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from kakehashi_console.start import MISSING

CONSOLE = Path(__file__).parents[3] / "console"


def test_without_its_extra_the_command_says_what_to_install() -> None:
    program = f"import sys; sys.path[:0] = [{str(CONSOLE)!r}]; from kakehashi_console import start"
    words = [sys.executable, "-I", "-S", "-c", f"{program}; start.main()"]
    told = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout, told.stderr) == (2, "", MISSING)
