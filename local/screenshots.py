"""docs/images: report and staff page of the demo city as a browser draws them, after the tour.

>>> python -m local.screenshots .kakehashi/tour   # doctest: +SKIP
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from local.demo.clerk import Clerk
from local.demo.people import APPROVER, DECIDER, Member
from local.stack import Stack

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
MOST_BYTES = 300_000  # of a picture that every clone of the repository carries


@dataclass(frozen=True, slots=True)
class Picture:
    """``night`` is a folder of the tour; ``width`` and ``height`` are in CSS pixels."""

    file: str
    night: str
    width: int
    height: int


PICTURES = (
    Picture("report-desktop.png", "4-applied", 1280, 1500),
    Picture("report-phone.png", "5-refused", 390, 1240),
)


@dataclass(frozen=True, slots=True)
class StaffPicture(Picture):
    """``night`` is the path of a page, as ``who`` sees it."""

    who: Member


STAFF_PICTURES = (
    StaffPicture("staff-today.png", "/today", 1280, 900, APPROVER),
    StaffPicture("staff-decide-phone.png", "/decide", 390, 1100, DECIDER),
)


def take(tour: Path) -> None:
    """Draw every picture anew, while the stack of the tour is up. Raises OSError where a night is
    missing or a picture too large."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    pages = {picture: tour / picture.night / "run" / "report.html" for picture in PICTURES}
    address = Stack(tour.parent).staff_url
    for one in STAFF_PICTURES:
        pages[one] = tour / one.file.replace(".png", ".html")
        pages[one].write_text(Clerk(address, one.who).open(one.night), encoding="utf-8")
    for picture, page in pages.items():
        if not page.is_file():
            raise FileNotFoundError(page)
        _draw(page, picture)
        size = (IMAGES / picture.file).stat().st_size
        if size > MOST_BYTES:
            raise OSError(f"{picture.file}: {size:,} bytes")
        print(f"{IMAGES / picture.file} {size:,}")


def _draw(page: Path, picture: Picture) -> None:
    """A phone's width is had by a frame of that width: a window below 500 Chromium makes wider."""
    frame = (
        f"<!doctype html><style>body {{ margin: 0 }} iframe {{ border: 0; width: {picture.width}px;"
        f' height: {picture.height}px }}</style><iframe src="{page.resolve().as_uri()}"></iframe>'
    )
    with tempfile.TemporaryDirectory() as folder:
        outer = Path(folder) / "frame.html"
        outer.write_text(frame, encoding="utf-8")
        size = f"--window-size={picture.width},{picture.height}"
        command = [
            chromium(), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
            f"--screenshot={IMAGES / picture.file}", size, outer.as_uri(),
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True, timeout=120)


def chromium() -> str:
    """Where Chromium is; local/setup.sh finds it, or installs it where it may."""
    told = subprocess.run(
        [ROOT / "local" / "setup.sh", "browser"], check=True, stdout=subprocess.PIPE, text=True
    )
    return told.stdout.strip()


if __name__ == "__main__":
    take(Path(sys.argv[1]))
