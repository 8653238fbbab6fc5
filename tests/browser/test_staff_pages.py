"""Every page of the staff page in a real browser: see tests/e2e/js/staff_pages.test.mjs."""

from __future__ import annotations

import json
from pathlib import Path

from kakehashi.staff.drawing import policy, render
from tests.e2e.judges import in_a_browser
from tests.unit.staff.gallery import gallery
from tests.unit.staff.scenes import a_frame, a_viewer

INBOX = "https://inbox.s3.ap-northeast-1.amazonaws.com"


def test_every_staff_page_is_readable_by_everybody_and_works_without_scripts(
    tmp_path: Path,
) -> None:
    viewer = a_viewer()
    pages = {}
    for name, (path, title, view) in gallery(viewer).items():
        html = render(view, a_frame(path, viewer, title=title))
        (tmp_path / f"{name}.html").write_text(html, encoding="utf-8")
        pages[name] = path
    (tmp_path / "pages.json").write_text(json.dumps({"policy": policy(INBOX), "pages": pages}))
    in_a_browser("staff_pages.test.mjs", {"pages": str(tmp_path)}, seconds=420)
