"""What a release changes, and what it refuses to be made of."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from local import licences, site
from local.demo_pages import still
from local.release import (
    NoRelease,
    checksums,
    library_files,
    licensed,
    must_have_moved,
    packed,
    with_release,
    with_version,
)

ROOT = Path(__file__).parents[2]
DAY = date(2026, 12, 1)
KIND = ("MIT", "BSD", "Apache-2.0", "MPL-2.0", "PSF-2.0")


def test_the_version_goes_up_and_nothing_else_changes() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    new = with_version(text, "99.0.1")
    old, now = text.splitlines(), new.splitlines()
    assert [b for a, b in zip(old, now, strict=True) if a != b] == ['version = "99.0.1"']


@pytest.mark.parametrize("version", ["0.1.0", "0.0.9", "1.0", "1.0.0rc1", "v1.0.0", "01.0.0"])
def test_a_version_that_is_none_or_no_later_is_refused(version: str) -> None:
    with pytest.raises(NoRelease):
        with_version('name = "x"\nversion = "0.1.0"\n', version)


def test_what_was_unreleased_is_the_versions_and_a_new_heading_waits() -> None:
    text = "# Changelog\n\n## Unreleased (0.2.0)\n\n- new\n\n## 0.1.0\n\n- old\n"
    told = with_release(text, "0.2.0", DAY)
    assert told == (
        "# Changelog\n\n## Unreleased\n\n## 0.2.0 (2026-12-01)\n\n- new\n\n## 0.1.0\n\n- old\n"
    )
    with pytest.raises(NoRelease, match="nothing under"):
        with_release(told, "0.3.0", DAY)


def test_the_library_never_goes_out_with_other_files_under_the_version_it_had() -> None:
    old, new = 'version = "0.1.0"\n', 'version = "0.2.0"\n'
    must_have_moved([], old, old)
    must_have_moved(["oneroster/rows.py"], old, new)
    with pytest.raises(NoRelease, match=r"still 0\.1\.0.*rows\.py"):
        must_have_moved(["oneroster/rows.py"], old, old)
    assert "layers/kakehashi/kakehashi/catalogue/japan.py" in library_files()
    assert [file for file in library_files() if not (ROOT / file).exists()] == []


def test_checksums_are_what_sha256sum_reads(tmp_path: Path) -> None:
    (tmp_path / "a.whl").write_bytes(b"x")
    wanted = f"{hashlib.sha256(b'x').hexdigest()}  a.whl\n"
    assert checksums([tmp_path / "a.whl"]) == wanted
    assert packed(tmp_path) == packed(tmp_path)


def test_the_list_of_what_is_inside_says_its_licences() -> None:
    bill = {"components": [{"name": "pydantic"}, {"name": "of-another-system"}]}
    told = licensed(bill, licences.packages())["components"]
    assert told[0]["licenses"] == [{"license": {"name": "MIT"}}]
    assert "licenses" not in told[1]


def test_every_licence_of_what_is_inside_is_known_and_asks_little() -> None:
    found = licences.packages()
    assert {one.name for one in found} >= {"pydantic", "msal", "boto3"}
    assert [one.name for one in found if not one.licence.startswith(KIND)] == []
    assert "?" not in licences.page().partition("|---|")[2]


# -- the docs site --------------------------------------------------------------------------------


def test_the_site_names_pages_that_are_there_and_lists_all_of_them(tmp_path: Path) -> None:
    nav = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:")[2]
    made = {"all.md", "changelog.md", "demo.md", "decisions/README.md"}
    pages = {file.name for file in (ROOT / "docs").glob("*.md")}
    listed = {line.split()[-1] for line in nav.splitlines() if line.endswith(".md")}
    assert listed - made <= {page.replace(".ja.md", ".md") for page in pages}
    site.prepare(tmp_path / "docs", tmp_path / "no-demo")
    files = sorted((tmp_path / "docs").glob("all.*.md"))
    assert [file.name for file in files] == ["all.en.md", "all.ja.md"]
    every = "".join(file.read_text(encoding="utf-8") for file in files)
    assert {page for page in pages if f"]({page})" in every} == pages


def test_a_page_of_the_demo_leads_nowhere_and_sends_nothing() -> None:
    page = (
        '<body class="x"><a href="/today">a</a><a href="#here">b</a><a href="/child/1">c</a>'
        '<form method="post" action="/approve"><input type="hidden" name="csrf" value="s">'
        '<button class="do">d</button></form><script>alert(1)</script></body>'
    )
    told = still(page, {"/today": "staff-today.html"})
    assert 'href="staff-today.html"' in told
    assert 'href="#here"' in told
    for gone in ("/child/1", "/approve", "csrf", "<script", "method="):
        assert gone not in told
    assert '<button disabled class="do">' in told


def test_a_link_that_leads_nowhere_is_found_and_so_is_what_asks_another_host(
    tmp_path: Path,
) -> None:
    (tmp_path / "a.html").write_text(
        '<h1 id="一">x</h1><a href="b.html#there">1</a><a href="b.html#not">2</a>'
        '<a href="c.html">3</a><a href="#%E4%B8%80">4</a><a href="https://elsewhere.example/">5</a>'
        '<img src="https://elsewhere.example/x.png"><a href="sub.md">6</a><img src="data:,">',
        encoding="utf-8",
    )
    (tmp_path / "b.html").write_text('<p id="there">', encoding="utf-8")
    (tmp_path / "sub.md").mkdir()
    (tmp_path / "sub.md" / "index.html").write_text("x", encoding="utf-8")
    assert list(site.broken(tmp_path)) == [
        "a.html: https://elsewhere.example/x.png", "a.html: b.html#not", "a.html: c.html"
    ]  # fmt: skip
