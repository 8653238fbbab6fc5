"""The docs as a site of plain files, around mkdocs: `make site` writes build/site.

    python -m local.site prepare    docs, changelog, list of decisions, demo pages → build/docs
    python -m local.site finish     stubs at the addresses that alarms name; every link is tried

A site needs no server and asks nobody else for anything: no font, no script, no picture.

A page in two languages is two files, ``NAME.md`` in English and ``NAME.ja.md`` in Japanese, each
with a line that leads to the other. mkdocs-static-i18n takes a page without a language for one in
every language, so the English one is NAME.en.md to it; the line is what its switch does.
"""

from __future__ import annotations

import re
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
SWITCH = re.compile(r"(?m)^\[(?:English|日本語)\]\(([a-z0-9-]+)(?:\.ja)?\.md\)\n\n")
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
    for upgrading in docs.glob("upgrading*.md"):
        text = upgrading.read_text(encoding="utf-8")
        upgrading.write_text(text.replace("](../CHANGELOG.md", "](changelog.md"), encoding="utf-8")
    with (docs / "decisions" / "README.md").open("a", encoding="utf-8") as page:
        page.writelines(f"\n- [{title}]({name})" for name, title in decisions())
    for name, text in every_page(docs).items():
        (docs / name).write_text(text, encoding="utf-8")
    (docs / "demo").mkdir()
    for page_file in sorted(demo.glob("*.html")):
        shutil.copy(page_file, docs / "demo")
    (docs / "demo.md").write_text(demo_page(sorted(demo.glob("*.html"))), encoding="utf-8")
    for japanese in in_two_languages(docs):
        _for_the_plugin(japanese)


def in_two_languages(docs: Path = ROOT / "docs") -> list[Path]:
    """The Japanese pages that have a partner in English, of the same name without ``.ja``."""
    return [page for page in sorted(docs.glob("*.ja.md")) if english(page).exists()]


def english(japanese: Path) -> Path:
    return japanese.with_name(japanese.name.replace(".ja.md", ".md"))


def _for_the_plugin(japanese: Path) -> None:
    page = english(japanese)
    text = SWITCH.sub("", page.read_text(encoding="utf-8")).replace('="images/', '="../images/')
    page.with_suffix(".en.md").write_text(text, encoding="utf-8")
    page.unlink()
    text = SWITCH.sub("", japanese.read_text(encoding="utf-8"))
    japanese.write_text(text, encoding="utf-8")


def decisions() -> Iterator[tuple[str, str]]:
    for file in sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md")):
        yield file.name, title(file)


def title(page: Path) -> str:
    return page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")


ALL_HEAD = {
    ".ja": """# すべての頁

教育委員会・運用・OneRoster・教材のメーカーのための頁は、日本語と英語の両方があります。
† の頁は一つだけです。コードから作られ両方の言語を並べたものか、開発者のための英語の頁です。
""",
    "": """# All pages

Pages for boards, operation, OneRoster and makers of tools are in Japanese and in English. Of a page
with † there is one: made from the code with both languages in it, or for developers, in English.
""",
}


def every_page(docs: Path) -> dict[str, str]:
    """All pages by their headings, so that none is out of reach, in each language; decisions have a
    list of their own."""
    lines = {language: [head] for language, head in ALL_HEAD.items()}
    for file in sorted(docs.glob("*.md")):
        if file != english(file) and english(file).exists():
            continue
        pair = file.with_suffix(".ja.md")
        for language, page in (("", file), (".ja", pair if pair.exists() else file)):
            mark = "" if pair.exists() else " †"
            lines[language].append(f"- [{title(page)}]({page.name}){mark}")
    return {f"all{language}.md": "\n".join(each) + "\n" for language, each in lines.items()}


def demo_page(files: list[Path]) -> str:
    """The list of the demo's pages, by kind."""
    lines = ["# 見本の頁 · Pages of the demo city\n"]
    lines.append("架空の市の五晩のあとの頁です。ボタンは働きません。"
                 " / After five nights of an invented city; no button works.\n")  # fmt: skip
    for kind, word in DEMO_WORDS.items():
        lines += [f"- [{word}: {file.stem.partition('-')[2] or file.stem}](demo/{file.name})"
                  for file in files if file.stem.partition("-")[0] == kind]  # fmt: skip
    return "\n".join(lines) + "\n"


def addresses(docs: Path = DOCS) -> Iterator[tuple[str, str]]:
    """Name of each page in the repository, and where it lies in the site."""
    for file in sorted(docs.rglob("*.md")):
        name = file.relative_to(docs).as_posix()
        page = name.removesuffix(".md").replace("README", "index")
        if page.endswith(".en"):
            yield name.replace(".en.md", ".md"), f"en/{page.removesuffix('.en')}.html"
        else:
            yield name, f"{page.removesuffix('.ja')}.html"


def finish(site: Path = SITE) -> list[str]:
    """Write the stubs, and take away the page for errors, whose links know one address only.

    Returns every link of the site that leads nowhere or asks somebody else.
    """
    (site / "404.html").unlink(missing_ok=True)
    for name, page in addresses():
        stub = site / name
        stub.mkdir(parents=True, exist_ok=True)
        target = "../" * name.count("/") + page
        (stub / "index.html").write_text(STUB.format(name=name, page=target), encoding="utf-8")
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
