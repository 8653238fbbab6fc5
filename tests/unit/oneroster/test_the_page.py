"""docs/oneroster.md is true: its code is run as one program."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "oneroster.md"


def test_the_code_on_the_page_runs() -> None:
    code = "\n".join(re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S))
    exec(compile(code, str(PAGE), "exec"), {})


def test_the_library_needs_the_standard_library_only() -> None:
    program = (
        "import sys, kakehashi.oneroster\n"
        "known = set(sys.stdlib_module_names) | {'kakehashi'}\n"
        "others = {m.partition('.')[0] for m in sys.modules} - known\n"
        "print(sorted(m for m in others if not m.startswith('_')))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]", done.stderr
