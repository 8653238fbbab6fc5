"""Versions of OneRoster and the Japan profiles, as tables: which columns, in which spelling.

Source of the profiles: hanachin/meibo, which models each of them; 1.2.1 differs from 1.2 by
``resourceSourcedIds`` alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from kakehashi.oneroster.columns import TABLES, Column, columns_of

EXTENSION = "metadata.jp."  # begins the name of each column that the Japan profiles add
VERSIONS = ("1.1", "1.2", "1.2.1", "1.2_JP")

MANIFEST_ORDER = (
    "academicSessions.csv",
    "categories.csv",
    "classes.csv",
    "classResources.csv",
    "courses.csv",
    "courseResources.csv",
    "demographics.csv",
    "enrollments.csv",
    "lineItemLearningObjectiveIds.csv",
    "lineItems.csv",
    "lineItemScoreScales.csv",
    "orgs.csv",
    "resources.csv",
    "resultLearningObjectiveIds.csv",
    "results.csv",
    "resultScoreScales.csv",
    "roles.csv",
    "scoreScales.csv",
    "userProfiles.csv",
    "userResources.csv",
    "users.csv",
)
_NEW_IN_1_2 = frozenset(
    (
        "lineItemLearningObjectiveIds.csv",
        "lineItemScoreScales.csv",
        "resultLearningObjectiveIds.csv",
        "resultScoreScales.csv",
        "roles.csv",
        "scoreScales.csv",
        "userProfiles.csv",
        "userResources.csv",
    )
)
assert set(MANIFEST_ORDER) == set(TABLES)

_Names = dict[str, tuple[str, ...]]
_KANA = ("metadata.jp.kanaGivenName", "metadata.jp.kanaFamilyName", "metadata.jp.kanaMiddleName")
_USERS: _Names = {"users.csv": (*_KANA, "metadata.jp.homeClass")}
_USERS_PREFERRED: _Names = {
    "users.csv": (
        *_USERS["users.csv"],
        "metadata.jp.kanaPreferredFamilyName",
        "metadata.jp.kanaPreferredGivenName",
        "metadata.jp.kanaPreferredMiddleName",
    )
}
_CLASSES: _Names = {"classes.csv": ("metadata.jp.specialNeeds",)}
_CAPITAL: _Names = {"enrollments.csv": ("metadata.jp.ShussekiNo", "metadata.jp.PublicFlg")}
_SMALL: _Names = {"enrollments.csv": ("metadata.jp.shussekiNo", "metadata.jp.publicFlg")}
_PORTAL: _Names = {
    "users.csv": (
        "userMasterIdentifier",
        "preferredGivenName",
        "preferredFamilyName",
        "metadata.jp.kanaGivenName",
        "metadata.jp.kanaFamilyName",
    ),
    "enrollments.csv": ("primary",),
}

CANONICAL = {  # older spelling → the one our tables carry
    "metadata.jp.ShussekiNo": "metadata.jp.shussekiNo",
    "metadata.jp.PublicFlg": "metadata.jp.publicFlg",
}


@dataclass(frozen=True, slots=True)
class Profile:
    """One published set of columns. ``version`` is what stands as oneroster.version.

    ``appended`` are the extension columns per file, as that profile spells and orders them;
    ``required`` are columns the profile wants filled beyond the base standard.
    """

    name: str
    version: str
    resource_ids: bool
    appended: dict[str, tuple[str, ...]]
    required: dict[str, tuple[str, ...]]

    def header(self, file: str) -> tuple[str, ...]:
        """The header line of ``file`` as this profile writes it."""
        base = base_header(file, self.version)
        if not self.resource_ids:
            base = tuple(name for name in base if name != "resourceSourcedIds")
        return base + self.appended.get(file, ())


PROFILES = {
    p.name: p
    for p in (
        Profile("1.1", "1.1", False, {}, {}),
        Profile("1.2", "1.2", True, {}, {}),
        Profile("1.2.1", "1.2.1", False, {}, {}),
        Profile("JP_v2_2022", "1.2", True, _USERS | _CLASSES | _CAPITAL, {}),
        Profile("eportal_V3.00", "1.2", True, _USERS | _CLASSES | _CAPITAL, _PORTAL),
        Profile("JP_v1.2.1_2024", "1.2", False, _USERS_PREFERRED | _CLASSES | _CAPITAL, {}),
        Profile("eportal_V4.00", "1.2.1", False, _USERS_PREFERRED | _CLASSES | _CAPITAL, _PORTAL),
        Profile("PSE_V5.00", "1.2.1", False, _USERS_PREFERRED | _CLASSES | _CAPITAL, _PORTAL),
        Profile("JapanK12_2026", "1.2_JP", False, _USERS_PREFERRED | _CLASSES | _SMALL, {}),
        Profile("PSE_V6.00", "1.2_JP", False, _USERS_PREFERRED | _CLASSES | _SMALL, _PORTAL),
    )
}


def edition_of(version: str) -> str:
    """Which of our two column tables a oneroster.version reads."""
    return "1.1" if version == "1.1" else "1.2"


def layout(file: str, version: str) -> dict[str, Column]:
    """Every column of ``file`` that ``version`` or one of its Japan profiles knows."""
    return columns_of(file, edition_of(version))


@cache
def base_header(file: str, version: str) -> tuple[str, ...]:
    """The standard's own columns of ``file``, in order, without extensions."""
    return tuple(name for name in layout(file, version) if not name.startswith("metadata."))


def files_of(version: str) -> tuple[str, ...]:
    """Every data file of a version, in the order of its manifest."""
    older = version == "1.1"
    return tuple(file for file in MANIFEST_ORDER if not (older and file in _NEW_IN_1_2))


def profiles_of(version: str) -> Iterator[Profile]:
    return (p for p in PROFILES.values() if p.version == version)
