from dataclasses import replace
from datetime import date

import pytest

from kakehashi.actions import Kind, aside, settled
from kakehashi.catalogue import provision as rules
from kakehashi.directories.port import Settled, Stopped
from kakehashi.people.record import SIGN_IN as UPN
from kakehashi.people.record import Record, Status
from kakehashi.provision.results import MOVED, Readiness, finding, merged, readiness, result
from kakehashi.run_folder.results import End
from kakehashi.stored import written
from tests.builders import TODAY, a_known, a_pupil
from tests.unit.provision.conversations import an_action

ON_GRAPH = [kind for kind in Kind if kind is not Kind.DELETE]


@pytest.mark.parametrize("kind", ON_GRAPH)
def test_an_action_is_open_until_its_outcome_is_in_the_state(kind: Kind) -> None:
    action = an_action(kind)
    assert readiness(action, action.before, TODAY) is Readiness.OPEN
    after = settled(action, as_of=TODAY, run_id="this", object_id=action.object_id or "new")
    assert readiness(action, after, TODAY) is Readiness.DONE


def test_the_line_on_which_a_pupil_stood_and_the_run_that_wrote_do_not_matter() -> None:
    action = an_action(Kind.UPDATE)
    assert action.before is not None
    other_line = replace(action.before.pupil, line=99)
    read = replace(action.before, pupil=other_line, run_id="another")
    assert readiness(action, read, TODAY) is Readiness.OPEN


def test_a_state_that_is_neither_before_nor_after_has_moved() -> None:
    other = a_known(pupil=a_pupil(class_title="elsewhere"))
    assert readiness(an_action(Kind.SUSPEND), other, TODAY) is Readiness.MOVED
    assert readiness(an_action(Kind.UPDATE), None, TODAY) is Readiness.MOVED
    assert readiness(an_action(Kind.CREATE), other, TODAY) is Readiness.MOVED


def stepped_aside(known: Record) -> Record:
    return replace(known, account={**known.account, UPN: aside(known)})


def test_whoever_has_stepped_aside_or_moved_on_does_not_step_aside_again() -> None:
    action = an_action(Kind.VACATE)
    assert action.before is not None
    moved_on = replace(action.before, account={**action.before.account, UPN: "new@ed.example.jp"})
    for now in (stepped_aside(action.before), moved_on):
        assert readiness(action, now, TODAY) is Readiness.DONE


def test_who_could_not_step_aside_may_still_get_the_new_name() -> None:
    before = a_known(pupil=a_pupil(class_title="3年1組"))
    action = an_action(Kind.UPDATE, before=stepped_aside(before))
    assert readiness(action, before, TODAY) is Readiness.OPEN
    other = replace(before, pupil=a_pupil(class_title="elsewhere"))
    assert readiness(action, other, TODAY) is Readiness.MOVED


def test_a_link_from_a_former_id_expects_nothing_under_the_new_one() -> None:
    action = an_action(Kind.LINK, before=a_known(2))
    assert readiness(action, None, TODAY) is Readiness.OPEN


@pytest.mark.parametrize("known", [a_known(), a_known(status=Status.SUSPENDED)], ids=str)
def test_an_account_to_be_made_again_is_not_done_before_it_is_made(known: Record) -> None:
    """Nothing of the roster has changed, so the item looks just as it shall look afterwards."""
    action = an_action(Kind.CREATE, before=known, after=known.pupil, account=known.account)
    assert readiness(action, known, TODAY) is Readiness.OPEN
    for object_id in ("new", known.object_id):  # made anew, or had back as it was
        made = settled(action, as_of=TODAY, run_id="this", object_id=object_id)
        assert readiness(action, made, TODAY) is Readiness.DONE


@pytest.mark.parametrize("kind", [Kind.RESTORE, Kind.LINK])
def test_an_account_to_be_taken_back_is_not_done_before_it_is_taken(kind: Kind) -> None:
    known = a_known()
    action = an_action(kind, before=known, after=known.pupil, account=known.account,
                       object_id="another")  # fmt: skip
    assert readiness(action, known, TODAY) is Readiness.OPEN
    taken = settled(action, as_of=TODAY, run_id="this")
    assert readiness(action, taken, TODAY) is Readiness.DONE


def test_a_suspension_of_another_night_is_not_this_one() -> None:
    action = an_action(Kind.SUSPEND)
    earlier = settled(action, as_of=date(2026, 1, 1), run_id="")
    assert readiness(action, earlier, TODAY) is Readiness.MOVED


def test_a_finding_stands_where_the_pupil_stands_in_the_drop() -> None:
    action = an_action(Kind.CREATE, n=4)
    found = finding(action, Stopped(rules.NO_PASSWORD))
    assert found.row() == ("users.csv", 5, None, "M001")
    assert (found.pupil, found.school) == (action.pupil, a_pupil(4).school)


def test_a_finding_about_an_absent_pupil_has_no_line() -> None:
    found = finding(an_action(Kind.SUSPEND), Stopped(rules.FOREIGN_MARK))
    assert found.row() == ("", None, None, "M011")


def test_results_name_what_happened_and_the_call_that_did_it() -> None:
    action = an_action(Kind.CREATE)
    assert written(result(3, action, Settled("o"), "call")) == {
        "line": 3,
        "pupil": action.pupil,
        "kind": "create",
        "situation": "NEW",
        "outcome": "done",
        "code": "",
        "request_id": "call",
    }
    assert result(3, action, MOVED).outcome is End.FAILED
    assert result(3, action, Stopped(rules.NO_PASSWORD)).outcome is End.HELD


def test_what_an_earlier_call_of_the_run_did_stays_done() -> None:
    action = an_action(Kind.CREATE)
    earlier = [result(1, action, Settled("o"), "first"),
               result(2, action, Stopped(rules.GAVE_UP, failed=True))]  # fmt: skip
    now = [result(1, action, Readiness.DONE), result(2, action, Settled("o"), "second"),
           result(3, action, Readiness.DONE)]  # fmt: skip
    rows = merged(earlier, now)
    assert [(row.line, row.outcome, row.request_id) for row in rows] == [
        (1, "done", "first"), (2, "done", "second"), (3, "skipped", ""),
    ]  # fmt: skip
