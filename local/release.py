"""One command makes a release: `make release VERSION=0.2.0`.

Version and changelog are changed in place; everything that others download goes to dist/<version>:
both wheels, the corpus, the schemas, a CycloneDX list of what is inside layer and console, the
licences, and SHA256SUMS. What is left to a person is printed: look, commit, tag, push.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import runpy
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from conformance import corpus
from kakehashi.roster import JAPAN
from local import licences
from local.licences import ROOT, Package

VERSION = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\Z")
UNRELEASED = re.compile(r"(?m)^## Unreleased\b.*$")
SBOM = ROOT / ".venv-release" / "bin" / "cyclonedx-py"
LOCKS = {"layer": ROOT / "layers" / "kakehashi" / "requirements.txt",
         "console": ROOT / "requirements" / "console.txt"}  # fmt: skip

LIBRARY = "packages/oneroster"


class NoRelease(Exception):
    """It cannot be made; the text says what to do first."""


def numbers(version: str) -> tuple[int, ...]:
    """Raises NoRelease for what is no semantic version of three numbers."""
    found = VERSION.match(version)
    if not found:
        raise NoRelease(f"not a version of three numbers: {version}")
    return tuple(map(int, found.groups()))


def with_version(pyproject: str, version: str) -> str:
    """pyproject.toml with a later version. Raises NoRelease where it is not later."""
    present = re.search(r'(?m)^version = "(.*)"$', pyproject)
    if present is None or numbers(version) <= numbers(present[1]):
        raise NoRelease(f"{version} is not later than {present and present[1]}")
    return pyproject[: present.start(1)] + version + pyproject[present.end(1) :]


def with_release(changelog: str, version: str, day: date) -> str:
    """CHANGELOG.md whose unreleased changes are this version's. Raises NoRelease without any."""
    heading = UNRELEASED.search(changelog)
    if heading is None:
        raise NoRelease("CHANGELOG.md has no heading Unreleased")
    rest = changelog[heading.end() :]
    if not rest.partition("\n## ")[0].strip():
        raise NoRelease("CHANGELOG.md has nothing under Unreleased")
    return f"{changelog[: heading.start()]}## Unreleased\n\n## {version} ({day}){rest}"


def checksums(files: Iterable[Path]) -> str:
    """As `sha256sum -c` reads them."""
    lines = (f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}" for file in files)
    return "\n".join(lines) + "\n"


def licensed(bill: dict[str, Any], packages: Iterable[Package]) -> dict[str, Any]:
    """A CycloneDX list whose components say their licences, as far as they are known."""
    known = {one.name: one.licence for one in packages}
    for component in bill["components"]:
        if told := known.get(component["name"], ""):
            component["licenses"] = [{"license": {"name": told}}]
    return bill


def packed(folder: Path) -> bytes:
    """A zip of a folder's files; the same files make the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = zipfile.ZipInfo(file.relative_to(folder).as_posix())
            archive.writestr(name, file.read_bytes(), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def must_have_moved(changed: Iterable[str], before: str, now: str) -> None:
    """Raises NoRelease for a library that is to go out with other files under the version that it
    had: ``before`` and ``now`` are its pyproject.toml, at the last release and today's."""
    versions = [re.search(r'(?m)^version = "(.*)"$', text) for text in (before, now)]
    was, is_ = (found[1] if found else "" for found in versions)
    if (files := sorted(changed)) and was == is_:
        raise NoRelease(f"{LIBRARY} is still {is_}, and {len(files)} of its files have changed:"
                        f" {files[0]} …; raise its version and write its changelog")  # fmt: skip


def library_files() -> list[str]:
    """What the wheel is made of, as its build hook says."""
    beside = runpy.run_path(str(ROOT / LIBRARY / "hatch_build.py"))["BESIDE"]
    return [LIBRARY, *(f"layers/kakehashi/kakehashi/{name}" for name in ("oneroster", *beside))]


def _library_since_last_release() -> None:
    tags = _git("tag", "--list", "v*", "--sort=-v:refname", "--merged").split()
    if not tags:
        return
    project = f"{LIBRARY}/pyproject.toml"
    changed = _git("diff", "--name-only", tags[0], "--", *library_files()).split()
    now = (ROOT / project).read_text(encoding="utf-8")
    must_have_moved(changed, _git("show", f"{tags[0]}:{project}"), now)


def make(version: str, day: date) -> Path:
    """All of it; returns the folder. Raises NoRelease before anything is written."""
    pyproject, changelog = ROOT / "pyproject.toml", ROOT / "CHANGELOG.md"
    texts = (with_version(pyproject.read_text(encoding="utf-8"), version),
             with_release(changelog.read_text(encoding="utf-8"), version, day))  # fmt: skip
    if _git("status", "--porcelain"):
        raise NoRelease("there are changes that are not committed")
    _library_since_last_release()
    for file, text in zip((pyproject, changelog), texts, strict=True):
        file.write_text(text, encoding="utf-8")
    folder = ROOT / "dist" / version
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _artefacts(folder, version)
    (folder / "SHA256SUMS").write_text(checksums(sorted(folder.iterdir())), encoding="utf-8")
    return folder


def _artefacts(folder: Path, version: str) -> None:
    subprocess.run(["make", "-s", "wheel"], cwd=ROOT, check=True)
    for wheel in sorted((ROOT / "build" / "wheel").glob("*.whl")):
        shutil.copy(wheel, folder)
    corpus_folder = ROOT / "build" / "conformance"
    shutil.rmtree(corpus_folder, ignore_errors=True)
    corpus.write(corpus_folder)
    (folder / f"oneroster-conformance-{version}.zip").write_bytes(packed(corpus_folder))
    (folder / f"kakehashi-schemas-{version}.zip").write_bytes(packed(ROOT / "docs" / "schemas"))
    shutil.copy(ROOT / "docs" / "licences.md", folder / "LICENCES.md")
    for name, lock in LOCKS.items():
        bom = folder / f"kakehashi-{name}-{version}.cdx.json"
        options: list[str | Path] = [
            "--pyproject",
            ROOT / "pyproject.toml",
            "--output-reproducible",
            "-o",
            bom,
        ]
        subprocess.run([SBOM, "requirements", *options, lock], check=True)
        bill = json.loads(bom.read_text(encoding="utf-8"))
        bom.write_text(json.dumps(licensed(bill, licences.packages()), indent=1) + "\n", "utf-8")


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout


def main(words: list[str]) -> int:
    if len(words) != 1:
        sys.stderr.write("make release VERSION=1.2.3\n")
        return 2
    try:
        folder = make(words[0], datetime.now(UTC).astimezone(JAPAN).date())
    except NoRelease as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    print((folder / "SHA256SUMS").read_text(encoding="utf-8"), end="")
    print(f"{folder}: look at it, then")
    print(f"  git commit -am 'release: {words[0]}'; git tag -a v{words[0]} -m {words[0]}")
    print("  git push --follow-tags")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
