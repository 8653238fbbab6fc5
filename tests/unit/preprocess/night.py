"""One drop through preprocess, with or without the checks before it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from kakehashi import oneroster
from kakehashi.findings import Finding, soften
from kakehashi.people.pupil import Pupil
from kakehashi.preprocess.cleaning import Cleaned, preprocess
from kakehashi.preprocess.password_file import PasswordFile
from kakehashi.roster import Held
from tests import builders

type Where = tuple[str, int | None, str | None, str]


def clean(
    drop: builders.Drop,
    findings: Sequence[Finding] = (),
    *,
    as_of: date = builders.TODAY,
    passwords: Sequence[PasswordFile] = (),
    **rules: Any,
) -> Cleaned:
    """Preprocess alone: what the checks would have found is given, or nothing."""
    package = oneroster.open_package(drop.files())
    return preprocess(package, findings, builders.a_city(**rules), as_of, passwords)


def night(drop: builders.Drop, *, as_of: date = builders.TODAY, **rules: Any) -> Cleaned:
    """The checks, then preprocess, as the two functions do it."""
    return night_of(drop.files(), as_of=as_of, **rules)


def night_of(files: dict[str, bytes], *, as_of: date = builders.TODAY, **rules: Any) -> Cleaned:
    city = builders.a_city(**rules)
    package = oneroster.open_package(files)
    findings = list(soften(oneroster.check(package, city.source.versions), city.effects))
    return preprocess(package, findings, city, as_of)


def rows_of(cleaned: Cleaned) -> list[Where]:
    return [finding.row() for finding in cleaned.findings]


def pupils_of(cleaned: Cleaned) -> dict[str, Pupil]:
    return {desired.pupil.id: desired.pupil for desired in cleaned.desired}


def held_of(cleaned: Cleaned) -> dict[str | None, Held]:
    return {held.pupil: held for held in cleaned.held}


def titles_of(cleaned: Cleaned) -> list[str]:
    return sorted({desired.pupil.class_title for desired in cleaned.desired})
