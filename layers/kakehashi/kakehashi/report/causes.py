"""Why a run failed, by the name of the error that ended it: a finding, and a few words for a line.

The state machine hands on names alone, so this table is all that a report knows of a failure. A
name that is not in it is told as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kakehashi.catalogue import faults
from kakehashi.findings import Finding, Rule
from kakehashi.report.night import Failure, Night
from kakehashi.report.words import RUNBOOK, Word

BY_MICROSOFT = "microsoft-refused"  # a section of the runbook, as those of RUNBOOK


@dataclass(frozen=True, slots=True)
class Named:
    """``microsoft``: the cause lies with Microsoft 365 or our standing there, and has an alarm."""

    rule: Rule
    word: Word
    microsoft: bool = False


_LATE = Named(faults.TIMED_OUT, Word("時間切れ", "out of time"))
_OVERTAKEN = Named(faults.OVERTAKEN, Word("ほかの実行が先に進んだ", "overtaken by another run"))
CAUSES: Mapping[str, Named] = MappingProxyType({
    "PermissionLost": Named(
        faults.PERMISSION_LOST, Word("アプリの権限がない", "the app's permission is lost"), True),
    "TenantFull": Named(
        faults.TENANT_FULL, Word("オブジェクト数の上限", "object quota reached"), True),
    "Throttled": Named(
        faults.THROTTLED, Word("Microsoft 365 の混雑", "throttled by Microsoft 365"), True),
    "DirectoryDown": Named(
        faults.DIRECTORY_DOWN, Word("Microsoft 365 が応じない", "Microsoft 365 is down"), True),
    "DomainUnverified": Named(
        faults.DOMAIN_UNVERIFIED, Word("ドメインが未確認", "domain not verified"), True),
    "SignInBusy": Named(
        faults.SIGN_IN_BUSY, Word("サインインの混雑", "sign-in throttled"), True),
    "CredentialRefused": Named(
        faults.CREDENTIAL_REFUSED, Word("資格情報が使えない", "credential refused"), True),
    "AppRefused": Named(
        faults.APP_REFUSED, Word("アプリが無効か同意がない", "app refused"), True),
    "LostRace": _OVERTAKEN,
    "Overtaken": _OVERTAKEN,
    "OtherRelease": Named(faults.OTHER_RELEASE, Word("別の版の記録", "written by another release")),
    "BadConfiguration": Named(
        faults.BAD_CONFIGURATION, Word("設定か規則に無いものがある", "bad configuration")),
    "TryLater": _LATE,
    "States.Timeout": _LATE,
    "Sandbox.Timedout": _LATE,
})  # fmt: skip
_IN_RECEIVE: Mapping[str, Named] = MappingProxyType({
    # Its patience is the queue before the city; what else it lacks is in its input, told by I003.
    **{name: cause for name, cause in CAUSES.items() if name != "BadConfiguration"},
    "TryLater": _OVERTAKEN,
})  # fmt: skip


def named(failed: Failure) -> Named | None:
    """What we know of a failure; None of one whose name says nothing, or of a tool's alone."""
    if failed.stage == "deliver" and failed.tools:
        return None
    return (_IN_RECEIVE if failed.stage == "receive" else CAUSES).get(failed.error)


def section_of(night: Night) -> str:
    """The runbook's section to read on in, "" for none: a cause that lies with Microsoft has one of
    its own."""
    cause = named(night.failed) if night.failed else None
    return BY_MICROSOFT if cause and cause.microsoft else RUNBOOK.get(night.verdict, "")


def faults_of(failed: Failure | None) -> Iterator[Finding]:
    """What a report says of a failure."""
    if failed is None:
        return
    if found := named(failed):
        yield found.rule.at(stage=failed.stage)
    elif failed.stage == "receive":
        yield faults.NOT_STARTED.at(error=failed.error)
    elif not failed.tools:
        yield faults.STAGE_FAILED.at(stage=failed.stage, error=failed.error)
    for tool in failed.tools:
        yield faults.TOOL_FAILED.at(tool=tool)
