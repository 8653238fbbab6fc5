"""What people are told of a night on which Microsoft, or another run, was in the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kakehashi.catalogue.index import RULES
from kakehashi.report.causes import CAUSES, faults_of
from kakehashi.report.headline import headline
from kakehashi.report.mail import mail_line
from kakehashi.report.night import Failure
from kakehashi.report.page import html
from kakehashi.verdict import Verdict
from tests.unit.report.test_report import NIGHT

APPLIED = replace(NIGHT, verdict=Verdict.APPLIED, failed=None)


@pytest.mark.parametrize("error", CAUSES)
def test_a_cause_has_a_finding_of_its_own_and_is_never_only_a_failed_stage(error: str) -> None:
    (told,) = faults_of(Failure("diff", error))
    assert told.code != "I001"
    night = replace(APPLIED, verdict=Verdict.FAILED, failed=Failure("diff", error))
    cause = CAUSES[error]
    mail, page = mail_line(night), html(night)
    assert f"差分で停止({cause.word.ja})" in mail
    assert night.guide.completed(RULES[told.code].todo, night.city) in mail
    assert "kakehashi rerun" in mail
    assert f"{cause.word.ja}: " in page
    assert f"#{'microsoft-refused' if cause.microsoft else 'execution-failed'}" in page


def test_a_run_that_waited_for_another_in_vain_is_not_told_to_check_its_input() -> None:
    assert [f.code for f in faults_of(Failure("receive", "TryLater"))] == ["I016"]
    assert [f.code for f in faults_of(Failure("receive", "BadConfiguration"))] == ["I003"]
    assert [f.code for f in faults_of(Failure("receive", "KeyError"))] == ["I003"]


def test_a_name_that_nobody_knows_is_told_as_it_stands() -> None:
    (told,) = faults_of(Failure("diff", "KeyError"))
    assert (told.code, told.facts["error"]) == ("I001", "KeyError")


@pytest.mark.parametrize(
    ("done", "exceptions", "ja", "mark"),
    [
        (12, 0, "完了", "○"),
        (12, 4, "完了(4 人を除いて)", "△"),
        (0, 1_200, "反映なし(1,200 人に反映できませんでした)", "△"),
    ],
)
def test_the_headline_counts_those_for_whom_it_is_not_true(
    done: int, exceptions: int, ja: str, mark: str
) -> None:
    told = headline(Verdict.APPLIED, done, exceptions)
    assert (told.ja, told.mark) == (ja, mark)


def test_only_a_night_that_says_it_is_done_has_exceptions() -> None:
    for verdict in Verdict:
        if verdict is not Verdict.APPLIED:
            assert headline(verdict, 0, 4) == headline(verdict)
