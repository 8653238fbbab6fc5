"""The docs as a site of plain files, around mkdocs: `make site` writes build/site.

    python -m local.site prepare    docs, changelog, list of decisions, demo pages → build/docs
    python -m local.site finish     stubs at the addresses that alarms name; every link is tried

A site needs no server and asks nobody else for anything: no font, no script, no picture.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parents[1]
DOCS, SITE, DEMO = (ROOT / "build" / name for name in ("docs", "site", "demo-pages"))
STUB = """<!doctype html><meta charset="utf-8"><title>{name}</title>
<link rel="canonical" href="../{page}">
<script>location.replace("../{page}" + location.hash)</script>
<noscript><a href="../{page}">{page}</a></noscript>
"""
DEMO_WORDS = {
    "report": "報告 report",
    "staff": "職員の頁 staff page",
    "launcher": "教材の起動画面 launcher",
}


def prepare(docs: Path = DOCS, demo: Path = DEMO) -> None:
    """Everything that mkdocs shall read. ``demo`` may be missing: then there are no demo pages."""
    shutil.rmtree(docs, ignore_errors=True)
    shutil.copytree(ROOT / "docs", docs)
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").replace("](docs/", "](")
    (docs / "changelog.md").write_text(changes, encoding="utf-8")
    upgrading = docs / "upgrading.md"
    text = upgrading.read_text(encoding="utf-8")
    upgrading.write_text(text.replace("](../CHANGELOG.md", "](changelog.md"), encoding="utf-8")
    with (docs / "decisions" / "README.md").open("a", encoding="utf-8") as page:
        page.writelines(f"\n- [{title}]({name})" for name, title in decisions())
    (docs / "all.md").write_text(every_page(docs), encoding="utf-8")
    (docs / "demo").mkdir()
    for page_file in sorted(demo.glob("*.html")):
        shutil.copy(page_file, docs / "demo")
    (docs / "demo.md").write_text(demo_page(sorted(demo.glob("*.html"))), encoding="utf-8")


def decisions() -> Iterator[tuple[str, str]]:
    for file in sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md")):
        yield file.name, file.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")


def every_page(docs: Path) -> str:
    """All pages by their headings, so that none is out of reach; decisions have a list of their
    own."""
    lines = ["# すべての頁 · All pages\n"]
    for file in sorted(docs.glob("*.md")):
        title = file.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        lines.append(f"- [{title}]({file.name})")
    return "\n".join(lines) + "\n"


def demo_page(files: list[Path]) -> str:
    """The list of the demo's pages, by kind."""
    lines = ["# 見本の頁 · Pages of the demo city\n"]
    lines.append("架空の市の五晩のあとの頁です。ボタンは働きません。"
                 " / After five nights of an invented city; no button works.\n")  # fmt: skip
    for kind, word in DEMO_WORDS.items():
        lines += [f"- [{word}: {file.stem.partition('-')[2] or file.stem}](demo/{file.name})"
                  for file in files if file.stem.partition("-")[0] == kind]  # fmt: skip
    return "\n".join(lines) + "\n"


def finish(site: Path = SITE) -> list[str]:
    """Write the stubs, and take away the page for errors, whose links know one address only.

    Returns every link of the site that leads nowhere or asks somebody else.
    """
    (site / "404.html").unlink(missing_ok=True)
    for page in sorted(DOCS.rglob("*.md")):
        stub = site / page.relative_to(DOCS)
        target = stub.with_suffix(".html").name.replace("README.html", "index.html")
        stub.mkdir(parents=True, exist_ok=True)
        text = STUB.format(name=page.name, page=target)
        (stub / "index.html").write_text(text, encoding="utf-8")
    return [*broken(site)]


class _Links(HTMLParser):
    """What a page loads, where it leads, and the names within it."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.leads: list[str] = []
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.names |= {told[name] for name in ("id", "name") if name in told}
        if "src" in told:
            self.loads.append(told["src"])
        if "href" in told and tag == "link" and told.get("rel") in {"stylesheet", "icon"}:
            self.loads.append(told["href"])
        elif "href" in told and tag == "a":
            self.leads.append(told["href"])


def broken(site: Path) -> Iterator[str]:
    """Page and link, of those that lead to no file or name of the site; and what would be asked of
    another host to draw a page. Links of people to other hosts are theirs to follow."""
    pages = {page: _read(page) for page in sorted(site.rglob("*.html"))}
    for page, links in pages.items():
        for link in links.loads:
            if urlsplit(link).netloc or not _leads(page, link, pages):
                yield f"{page.relative_to(site)}: {link}"
        for link in links.leads:
            parts = urlsplit(link)
            if not parts.scheme and not parts.netloc and not _leads(page, link, pages):
                yield f"{page.relative_to(site)}: {link}"


def _read(page: Path) -> _Links:
    links = _Links()
    links.feed(page.read_text(encoding="utf-8"))
    return links


def _leads(page: Path, link: str, pages: dict[Path, _Links]) -> bool:
    parts = urlsplit(link)
    if parts.scheme:  # data: and the like need nobody
        return True
    path = unquote(parts.path)
    target = (page.parent / path).resolve() if path else page
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return False
    name = unquote(parts.fragment)
    return not name or target not in pages or name in pages[target].names


def main(words: list[str]) -> int:
    if words == ["prepare"]:
        prepare()
        return 0
    if words != ["finish"]:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    faults = finish()
    print("\n".join(faults) or f"{SITE / 'index.html'}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
