"""What is seen of one pupil, with the account that would be touched and what staff are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from kakehashi.actions import Change, Situation
from kakehashi.catalogue import diff as rules
from kakehashi.diff.observation import Observation, promoted, under_present_name
from kakehashi.diff.situations import classify
from kakehashi.diff.sources import Missing, index_sources
from kakehashi.directories.microsoft365.shape import account_of
from kakehashi.directories.port import Listed
from kakehashi.people.pupil import Pupil
from kakehashi.people.record import Record, Status
from kakehashi.roster import Desired, Held
from tests.builders import (
    TODAY,
    a_city,
    a_code,
    a_desired,
    a_held,
    a_known,
    a_pupil,
    a_tenant_account,
    an_id,
)

A, B, C = (a_pupil(n) for n in range(1, 4))
HERE, THERE = a_code(1), a_code(7)
ANEW = an_id("made anew")
NEW_NAME = "new@ed.example.jp"
ABROAD = "s000001@another.example.jp"  # another city's domain in the same tenant


def every(
    desired: Iterable[Desired] = (),
    known: Sequence[Record] = (),
    *,
    held: Iterable[Held] = (),
    tenant: Sequence[Listed] | None = None,
    also: Iterable[Listed] = (),
    missing: Missing | None = None,
    as_of: date = TODAY,
) -> list[Observation]:
    """Unless ``tenant`` is given it holds every account as we left it, and ``also``."""
    listed = [a_tenant_account(one) for one in known] if tenant is None else tenant
    sources = index_sources(desired, held, known, [*listed, *also], missing)
    return list(classify(sources, a_city(), as_of, account_of))


def seen(*given: Any, of: Pupil = A, **more: Any) -> Observation:
    return next(one for one in every(*given, **more) if one.id == of.id)


def told(one: Observation) -> tuple[str, str, str | None, dict[str, Any]]:
    """Situation, code, the column that the finding names, and its facts; the rest of a finding is
    the pupil's own and looked at here."""
    if one.finding is None:
        return str(one.situation), one.code, None, {}
    line = one.pupil.line if one.pupil else 0
    assert (one.finding.pupil, one.finding.school) == (one.id, one.school or None)
    place = one.finding.place
    assert (place.file, place.line) == (("users.csv", line) if line else ("", None))
    return str(one.situation), one.code, place.column, dict(one.finding.facts)


def an_account(n: int = 1, **facts: Any) -> Listed:
    """One that nobody has marked, under the name of pupil ``n``."""
    return a_tenant_account(a_known(n), **({"mark": "", "object_id": ANEW} | facts))


# -- who is looked at ------------------------------------------------------------------------------


def test_everybody_of_drop_and_state_is_seen_once_in_order() -> None:
    found = every([a_desired(1), a_desired(2)], [a_known(1), a_known(3)], held=[a_held(4)])
    ids = [one.id for one in found]
    assert ids == sorted({A.id, B.id, C.id, a_pupil(4).id})


def test_a_pupil_as_yesterday_is_seen_with_all_that_is_known_of_it() -> None:
    known, wanted = a_known(1), a_desired(1)
    assert seen([wanted], [known]) == Observation(
        A.id, Situation.CONFIRMED, known, A, account=known.account, wanted=wanted,
        object_id=known.object_id, tenant=a_tenant_account(known),
    )  # fmt: skip
    assert seen([wanted], [known]).account is known.account, "no copy of it"


def test_a_new_pupil_is_seen_with_the_account_it_shall_have() -> None:
    wanted = a_desired(1)
    assert seen([wanted]) == Observation(
        A.id, Situation.NEW, None, A, account=account_of(A, a_city()), wanted=wanted
    )
    deleted = a_known(1, status=Status.DELETED)
    assert seen([wanted], [deleted], tenant=[]) == Observation(
        A.id, Situation.NEW, deleted, A, account=deleted.account, wanted=wanted
    )


def test_a_deleted_account_that_can_be_had_back_is_noted_of_whoever_has_none() -> None:
    bin_ = Missing(restorable=frozenset({A.id}))
    assert seen([a_desired(1)], missing=bin_).restorable is True
    assert seen([a_desired(2)], missing=bin_, of=B).restorable is False


def test_records_under_former_ids_go_with_the_child() -> None:
    old = a_known(5, object_id=a_known(1).object_id)
    one = seen([a_desired(1)], [a_known(1), old], tenant=[a_tenant_account(a_known(1))])
    assert one.former == (old,)


def test_the_school_that_a_pupil_counts_for_is_tonights_or_the_last_one_known() -> None:
    assert seen([a_desired(1, school=THERE)], [a_known(1)]).school == THERE
    assert seen([], [a_known(1)]).school == HERE
    assert seen([], held=[a_held(1)]).school == ""


# -- held ------------------------------------------------------------------------------------------


def test_a_held_pupil_is_as_it_was_known() -> None:
    known = a_known(1)
    for desired in ([], [a_desired(1, family="別")]):
        assert seen(desired, [known], held=[a_held(1)]) == Observation(
            A.id, Situation.HELD, known, known.pupil, code="D050"
        )
    assert seen([], [], held=[a_held(1)]) == Observation(A.id, Situation.HELD, code="D050")


def test_a_row_that_says_left_is_an_absence_of_whom_we_know_and_gives_way_to_a_good_row() -> None:
    left = [a_held(1, leaving=True)]
    gone = seen([], [a_known(1)], held=left)
    assert told(gone) == ("GONE", "D050", None, {})
    assert told(seen([a_desired(1)], held=left)) == ("NEW", "", None, {})
    assert told(seen([], held=left)) == ("HELD", "D050", None, {})


def test_nobody_we_know_comes_to_a_school_whose_name_must_not_go_out() -> None:
    unsafe = replace(a_desired(1, school=THERE), unsafe_school="N005")
    assert told(seen([unsafe], [a_known(1)])) == ("HELD", "N005", None, {})
    same = replace(a_desired(1, school_name="\ue000"), unsafe_school="N005")
    stays = seen([same], [a_known(1)])
    assert (stays.situation, stays.pupil) == (Situation.CONFIRMED, A)
    assert told(seen([a_desired(1, school=THERE)], [a_known(1)]))[:2] == ("CHANGED", "")
    assert told(seen([unsafe])) == ("NEW", "N005", None, {})


def test_of_an_unsafe_name_yesterdays_is_kept_and_all_of_it() -> None:
    other: dict[str, Any] = {
        "family": "\ue000",
        "given": "別",
        "kana_family": "ベツ",
        "kana_given": "ベツ",
    }
    row = replace(a_desired(1, class_title="3年1組", **other), unsafe_name="N001")
    assert seen([row], [a_known(1)]).pupil == replace(A, class_title="3年1組")
    safe_school = replace(row, pupil=replace(row.pupil, school_name="別小学校"))
    kept = seen([safe_school], [a_known(1)]).pupil
    assert kept == replace(A, class_title="3年1組", school_name="別小学校")
    assert told(seen([row])) == ("NEW", "N001", None, {})


def test_one_id_on_two_rows_and_one_account_of_two_pupils_are_disputed() -> None:
    twice = seen([a_desired(1), a_desired(1, family="別")], [a_known(1)])
    assert told(twice) == ("DISPUTED", "S040", "userMasterIdentifier", {})
    shared = seen([a_desired(1), a_desired(2, account=A.account.upper()),
                   a_desired(3, account=A.account)], [a_known(1)])  # fmt: skip
    assert told(shared)[0::2] == ("DISPUTED", "userIds")
    assert shared.finding is not None
    assert shared.finding.facts == {"count": 3}


# -- new to us -------------------------------------------------------------------------------------


def test_without_a_password_a_new_pupil_waits_unless_its_account_can_be_had_back() -> None:
    row = a_desired(1, password=False)
    assert told(seen([row])) == ("NEW", "M001", "userIds", {})
    assert told(seen([row], missing=Missing(restorable=frozenset({A.id})))) == ("NEW", "", None, {})


def test_an_account_with_the_pupils_mark_is_the_pupils() -> None:
    mine = an_account(mark=A.id.upper())
    one = seen([a_desired(1, password=False)], also=[mine])
    assert (told(one), one.object_id, one.tenant) == (("NEW", "", None, {}), ANEW, mine)
    assert one.owner is None


def test_two_accounts_with_one_mark_are_nobodys_yet() -> None:
    two = [an_account(mark=A.id), an_account(2, mark=A.id, object_id="o2")]
    one = seen([a_desired(1)], also=two)
    assert (told(one), one.object_id) == (("DISPUTED", "S043", "userIds", {"count": 2}), "")


def test_a_marked_account_in_another_domain_is_another_citys() -> None:
    one = seen([a_desired(1)], also=[an_account(mark=A.id, sign_in=ABROAD)])
    assert told(one)[0::2] == ("DISPUTED", "userIds")
    assert told(one)[3] == {"domain": "another.example.jp"}


def test_a_marked_account_waits_while_somebody_else_has_the_name() -> None:
    mine = an_account(mark=A.id, sign_in=NEW_NAME)
    other = an_account(object_id="other")
    assert told(seen([a_desired(1)], also=[mine, other])) == ("DISPUTED", "S044", "userIds", {})


def test_an_account_of_that_name_is_a_link_that_waits() -> None:
    there = an_account()
    one = seen([a_desired(1)], also=[there])
    assert (told(one), one.object_id, one.tenant) == (("UNLINKED", "", None, {}), ANEW, there)
    assert told(seen([a_desired(1)], also=[an_account(mark=B.id)])) == (
        "DISPUTED", "S042", "userIds", {},
    )  # fmt: skip
    assert told(seen([a_desired(1)], also=[an_account(synced=True)])) == (
        "UNLINKED", "M061", None, {},
    )  # fmt: skip


def test_a_known_account_under_a_new_id_is_a_link_if_it_is_the_same_child() -> None:
    known = a_known(2, pupil=replace(A, id=B.id, line=0))
    one = seen([a_desired(1)], [known])
    assert told(one)[0::2] == ("UNLINKED", "userMasterIdentifier")
    assert told(one)[3] == {"old": B.id}
    assert (one.owner, one.object_id, one.tool_id) == (known, known.object_id, "")
    assert one.tenant == a_tenant_account(known)
    absent = seen([a_desired(1)], [known], of=B)
    assert (absent.situation, absent.code) == (Situation.HELD, one.code)


def test_it_is_nobodys_while_its_owner_is_there_or_is_another_child() -> None:
    known = a_known(2, pupil=replace(A, id=B.id))
    there = seen([a_desired(1), a_desired(2, account=NEW_NAME)], [known])
    assert told(there)[0::2] == ("DISPUTED", "userIds")
    assert told(there)[3] == {"old": B.id}
    other = a_known(2, pupil=replace(A, id=B.id, given="別"))
    assert told(seen([a_desired(1)], [other])) == told(there)
    assert told(seen([a_desired(1)], [other], of=B))[:2] == ("GONE", "")


def test_a_link_that_was_cut_short_after_the_mark_goes_on() -> None:
    known = a_known(2, pupil=replace(A, id=B.id))
    marked = a_tenant_account(known, mark=A.id, sign_in=A.account)
    one = seen([a_desired(1)], [known], tenant=[marked])
    assert (told(one), one.owner, one.object_id, one.tool_id) == (
        ("NEW", "", None, {}), known, known.object_id, "",
    )  # fmt: skip
    elsewhere = an_account(mark=A.id)
    assert seen([a_desired(1)], [known], also=[elsewhere]).owner is None


# -- new to us, and the account is nowhere ---------------------------------------------------------


FORMER = a_known(2, pupil=replace(A, id=B.id))


def lost_under_new_id(*also: Listed, row: Desired | None = None, **more: Any) -> Observation:
    return seen([row or a_desired(1)], [FORMER], tenant=also, **more)


def test_a_new_id_and_an_account_that_is_gone_are_one_question() -> None:
    one = lost_under_new_id()
    assert told(one)[0::2] == ("LOST", "userMasterIdentifier")
    assert told(one)[3] == {"old": B.id}
    assert (one.record, one.object_id, one.tool_id, one.restorable) == (FORMER, "", "", False)
    for umi in (A.id, B.id):
        assert lost_under_new_id(missing=Missing(restorable=frozenset({umi}))).restorable is True


def test_while_nobody_asked_for_the_account_it_is_held() -> None:
    one = lost_under_new_id(missing=Missing(unsure=frozenset({FORMER.object_id})))
    assert told(one)[0::2] == ("HELD", "userIds")
    assert one.object_id == ""


@pytest.mark.parametrize("mark", [A.id, B.id, ""])
def test_one_that_is_there_for_the_child_in_its_place_is_a_link(mark: str) -> None:
    there = an_account(mark=mark)
    one = lost_under_new_id(there)
    assert told(one)[0::2] == ("UNLINKED", "userMasterIdentifier")
    assert told(one)[3] == {"old": B.id}
    assert (one.owner, one.object_id, one.tenant, one.tool_id) == (FORMER, ANEW, there, "")


def test_one_that_is_somebody_elses_or_out_of_reach_is_none() -> None:
    assert told(lost_under_new_id(an_account(mark=C.id)))[:2] == ("DISPUTED", "S042")
    assert told(lost_under_new_id(an_account(synced=True))) == ("UNLINKED", "M061", None, {})
    two = (an_account(mark=A.id), an_account(2, mark=B.id, object_id="o2"))
    assert told(lost_under_new_id(*two)) == ("DISPUTED", "S043", "userIds", {"count": 2})
    abroad = an_account(mark=B.id, sign_in=ABROAD)
    assert told(lost_under_new_id(abroad))[3] == {"domain": "another.example.jp"}


def test_another_child_or_one_who_is_still_there_has_not_come_under_a_new_id() -> None:
    other = a_known(2, pupil=replace(A, id=B.id, given="別"))
    assert told(seen([a_desired(1)], [other], tenant=[])) == (
        "DISPUTED", rules.KNOWN_ACCOUNT.code, "userIds", {"old": B.id},
    )  # fmt: skip
    there = seen([a_desired(1), a_desired(2, account=NEW_NAME)], [FORMER], tenant=[])
    assert told(there)[:2] == ("DISPUTED", rules.KNOWN_ACCOUNT.code)


def test_its_mark_goes_before_its_name() -> None:
    mine = an_account(mark=B.id, sign_in=NEW_NAME)
    one = lost_under_new_id(mine, an_account(object_id="other"))
    assert (one.code, one.object_id, one.tenant) == (rules.NEW_ID.code, ANEW, mine)


def test_what_is_somebody_elses_is_told_of_the_account() -> None:
    assert told(lost_under_new_id(an_account(mark=C.id)))[2] == "userIds"
    assert told(seen([a_desired(1)], [a_known(1)], tenant=[an_account(mark=C.id)]))[2] == "userIds"


def test_whoever_takes_an_account_over_keeps_the_id_that_tools_know() -> None:
    """The new id is one by which tools know another child, so it would get one made of it."""
    elsewhere = a_known(3, tool_id=A.id)
    alone = seen([a_desired(1)], [elsewhere])
    assert alone.tool_id not in {"", A.id}
    nowhere = seen([a_desired(1)], [FORMER, elsewhere], tenant=[a_tenant_account(elsewhere)])
    assert (nowhere.situation, nowhere.tool_id) == (Situation.LOST, "")
    linked = seen([a_desired(1)], [FORMER, elsewhere],
                  tenant=[a_tenant_account(elsewhere), an_account()])  # fmt: skip
    assert (linked.situation, linked.tool_id) == (Situation.UNLINKED, "")
    marked = a_tenant_account(FORMER, mark=A.id, sign_in=A.account)
    cut_short = seen([a_desired(1)], [FORMER, elsewhere],
                     tenant=[a_tenant_account(elsewhere), marked])  # fmt: skip
    assert (cut_short.owner, cut_short.tool_id) == (FORMER, "")


# -- known, and here -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "changes"),
    [
        ({"school": THERE}, {Change.MOVED}),
        ({"grade": "P4"}, {Change.PROMOTED}),
        ({"grade": "P5"}, {Change.UPDATED}),
        ({"family": "別"}, {Change.RENAMED}),
        ({"given": "別"}, {Change.RENAMED}),
        ({"kana_family": "ベツ"}, {Change.RENAMED}),
        ({"kana_given": "ベツ"}, {Change.RENAMED}),
        ({"class_title": "3年1組"}, {Change.UPDATED}),
        ({"account": NEW_NAME}, {Change.UPDATED}),
        ({"family": "別", "school": THERE}, {Change.RENAMED, Change.MOVED}),
    ],
)
def test_what_has_changed_is_told_apart(facts: dict[str, Any], changes: set[Change]) -> None:
    one = seen([a_desired(1, **facts)], [a_known(1)])
    assert (one.situation, set(one.changes), one.code) == (Situation.CHANGED, changes, "")
    assert one.object_id == a_known(1).object_id


def test_a_rule_of_the_city_that_composes_texts_anew_changes_the_account_alone() -> None:
    known = a_known(1)
    old = replace(known, account={**known.account, "displayName": "別"})
    one = seen([a_desired(1)], [old])
    assert (one.situation, set(one.changes)) == (Situation.CHANGED, {Change.UPDATED})
    assert one.account == known.account


def test_exactly_one_grade_up_is_a_promotion() -> None:
    assert promoted("P6", "J1")
    assert not promoted("J3", "P1")
    assert not promoted("J3", "")
    assert not promoted("P1", "P1")


def test_an_account_that_bears_another_mark_is_left_alone() -> None:
    for mark in ("", B.id):
        one = seen([a_desired(1)], [a_known(1)], tenant=[a_tenant_account(a_known(1), mark=mark)])
        assert told(one)[0::2] == ("DISPUTED", "userIds")
        assert one.changes == frozenset()
    capitals = [a_tenant_account(a_known(1), mark=A.id.upper())]
    assert seen([a_desired(1)], [a_known(1)], tenant=capitals).situation is Situation.CONFIRMED


def test_whoever_returns_is_seen_as_that_whatever_else_changed() -> None:
    suspended = a_known(1, status=Status.SUSPENDED)
    one = seen([a_desired(1, family="別")], [suspended])
    assert (told(one), one.changes) == (("RETURNED", "", None, {}), frozenset())
    taken = seen([a_desired(1, account=NEW_NAME)], [suspended],
                 also=[an_account(sign_in=NEW_NAME)])  # fmt: skip
    assert told(taken) == ("DISPUTED", "S044", "userIds", {})


def test_a_name_that_somebody_has_or_keeps_is_waited_for() -> None:
    row = [a_desired(1, account=B.account)]
    assert told(seen(row, [a_known(1)], also=[an_account(2)])) == (
        "DISPUTED", "S044", "userIds", {},
    )  # fmt: skip
    kept = seen([*row, a_desired(2, account=NEW_NAME)], [a_known(1), a_known(2)])
    assert told(kept) == ("DISPUTED", "S044", "userIds", {})
    has_it = [a_tenant_account(a_known(1), sign_in=B.account.upper()),
              a_tenant_account(a_known(2), sign_in=A.account)]  # fmt: skip
    settled = seen([*row, a_desired(2, account=A.account)], [a_known(1), a_known(2)], tenant=has_it)
    assert told(settled)[:2] == ("CHANGED", ""), "people have given the names back by hand"


def test_on_the_first_day_who_was_made_ahead_begins_to_serve() -> None:
    made = a_known(1, status=Status.PREPARED)
    one = seen([a_desired(1)], [made])
    assert (one.situation, set(one.changes)) == (Situation.CHANGED, {Change.UPDATED})
    renamed = seen([a_desired(1, family="別")], [made])
    assert renamed.changes == {Change.RENAMED}


def test_an_account_keeps_the_name_that_it_has_and_nothing_else() -> None:
    known = a_known(1)
    wants = seen([a_desired(1, account=NEW_NAME, family="別")], [known])
    kept = under_present_name(wants, known)
    assert kept.pupil == replace(A, family="別")
    assert kept.account == account_of(replace(A, family="別"), a_city())
    nobody = replace(wants, pupil=None)
    assert under_present_name(nobody, known) is nobody


# -- known, and the account is not there -----------------------------------------------------------


@pytest.fixture(params=[Status.ACTIVE, Status.SUSPENDED])
def known(request: pytest.FixtureRequest) -> Record:
    return a_known(1, status=request.param)


def gone(known: Record, *also: Listed, row: Desired | None = None, **more: Any) -> Observation:
    return seen([row or a_desired(1)], [known], tenant=also, **more)


def test_an_account_that_is_nowhere_is_lost(known: Record) -> None:
    one = gone(known)
    assert (told(one), one.object_id) == (("LOST", "S047", "userIds", {}), "")
    back = gone(known, missing=Missing(restorable=frozenset({A.id})))
    assert told(back)[0::2] == ("LOST", "userIds")
    assert back.code != one.code


def test_one_that_was_not_asked_for_is_held(known: Record) -> None:
    one = gone(known, missing=Missing(unsure=frozenset({known.object_id})))
    assert told(one)[0::2] == ("HELD", "userIds")


def test_one_that_bears_the_mark_is_taken_back_and_it_is_told(known: Record) -> None:
    mine = an_account(mark=A.id)
    one = gone(known, mine)
    back = "RETURNED" if known.status is Status.SUSPENDED else "CHANGED"
    assert (str(one.situation), one.code, one.object_id, one.tenant) == (back, "", ANEW, mine)
    assert one.changes == (frozenset() if back == "RETURNED" else {Change.UPDATED})
    assert one.finding is not None
    assert one.finding.row() == ("users.csv", A.line, "userIds", "S132")
    renamed = gone(known, mine, row=a_desired(1, family="別"))
    assert renamed.changes == (frozenset() if back == "RETURNED" else {Change.RENAMED})


def test_one_that_bears_the_mark_waits_for_its_name_like_any_other(known: Record) -> None:
    mine, other = an_account(mark=A.id, sign_in=NEW_NAME), an_account(object_id="other")
    assert told(gone(known, mine, other)) == ("DISPUTED", "S044", "userIds", {})
    two = (mine, an_account(2, mark=A.id, object_id="o2"))
    assert told(gone(known, *two)) == ("DISPUTED", "S043", "userIds", {"count": 2})
    abroad = an_account(mark=A.id, sign_in=ABROAD)
    assert told(gone(known, abroad))[3] == {"domain": "another.example.jp"}


def test_one_of_the_wanted_name_is_a_link_that_waits(known: Record) -> None:
    for row in (a_desired(1), a_desired(1, account=NEW_NAME)):
        there = an_account(sign_in=row.pupil.account.upper())
        one = gone(known, there, row=row)
        assert told(one) == ("UNLINKED", "S130", "userIds", {})
        assert (one.object_id, one.tenant) == (ANEW, there)
    assert told(gone(known, an_account(mark=B.id)))[:2] == ("DISPUTED", "S042")
    assert told(gone(known, an_account(synced=True))) == ("UNLINKED", "M061", None, {})


def test_a_wanted_name_that_a_known_pupil_keeps_is_that_pupils(known: Record) -> None:
    row = a_desired(1, account=B.account)
    one = seen([row, a_desired(2, account=NEW_NAME)], [known, a_known(2)],
               tenant=[a_tenant_account(a_known(2))])  # fmt: skip
    assert told(one)[0::2] == ("DISPUTED", "userIds")
    assert told(one)[3] == {"old": B.id}


def test_a_wanted_name_that_its_owner_has_given_up_is_free(known: Record) -> None:
    row, other = a_desired(1, account=B.account), a_tenant_account(a_known(2), sign_in=NEW_NAME)
    one = seen([row, a_desired(2, account=NEW_NAME)], [known, a_known(2)], tenant=[other])
    assert told(one) == ("LOST", "S047", "userIds", {})


# -- known, and absent -----------------------------------------------------------------------------


def test_a_leaver_is_seen_with_its_account() -> None:
    known = a_known(1)
    assert seen([], [known]) == Observation(
        A.id, Situation.GONE, known, object_id=known.object_id, tenant=a_tenant_account(known)
    )
    unsure = Missing(unsure=frozenset({known.object_id}))
    assert seen([], [known], tenant=[], missing=unsure).unsure is True
    assert seen([], [known], tenant=[]).unsure is False


@pytest.mark.parametrize(("days", "situation"), [(89, "SUSPENDED"), (90, "EXPIRED")])
def test_after_the_days_of_grace_a_suspended_account_has_expired(days: int, situation: str) -> None:
    known = a_known(1, status=Status.SUSPENDED, suspended_on=TODAY - timedelta(days=days))
    assert told(seen([], [known])) == (situation, "", None, {})
    undated = a_known(1, status=Status.SUSPENDED)
    assert told(seen([], [undated])) == ("SUSPENDED", "", None, {})


def test_a_deleted_record_is_looked_at_no_more() -> None:
    assert every([], [a_known(1, status=Status.DELETED)]) == []


def test_a_leaver_whose_account_was_made_anew_is_found_by_its_mark() -> None:
    mine = an_account(mark=A.id)
    one = seen([], [a_known(1)], tenant=[mine])
    assert (told(one), one.object_id, one.tenant) == (("GONE", "", None, {}), ANEW, mine)
    two = [mine, an_account(2, mark=A.id, object_id="o2")]
    assert told(seen([], [a_known(1)], tenant=two)) == ("DISPUTED", "S043", None, {"count": 2})
    there = seen([], [a_known(1)], also=[mine])
    assert (told(there), there.object_id) == (("GONE", "", None, {}), a_known(1).object_id)


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.SUSPENDED])
def test_a_leaver_whom_another_city_has_taken_is_left_alone(status: Status) -> None:
    known = a_known(1, status=status)
    one = seen([], [known], tenant=[a_tenant_account(known, sign_in=ABROAD)])
    assert told(one)[0] == "DISPUTED"
    assert told(one)[3] == {"domain": "another.example.jp"}


def test_an_account_on_another_known_pupils_row_is_not_gone() -> None:
    known = [a_known(1), a_known(2)]
    one = seen([a_desired(2, account=A.account)], known)
    assert told(one)[0] == "DISPUTED"
    assert told(one)[3] == {"other": B.id}


# -- to come ---------------------------------------------------------------------------------------


def ahead(n: int = 1, **facts: Any) -> Desired:
    return replace(a_desired(n, **facts), ahead=True)


def test_who_is_to_come_is_made_ahead_only_where_nothing_is_anybodys() -> None:
    assert told(seen([ahead()])) == ("NEW", "", None, {})
    assert seen([ahead()]).ahead is True
    assert seen([a_desired(1)]).ahead is False
    waiting: tuple[Any, ...] = ("HELD", seen([ahead()], also=[an_account()]).code, "userIds", {})
    assert waiting[1]
    for one in (
        seen([ahead()], also=[an_account()]),
        seen([ahead()], also=[an_account(mark=A.id)]),
        seen([ahead(), a_desired(2, account=A.account)]),
        seen([ahead(), ahead(2, account=A.account)]),
        seen([ahead(), ahead(family="別")]),
        seen([ahead()], [a_known(2, pupil=replace(B, account=A.account))]),
        seen([ahead()], [a_known(2, pupil=replace(A, id=B.id, account=B.account))]),
        seen([ahead()], [a_known(1, status=Status.SUSPENDED)]),
    ):
        assert told(one) == waiting


def test_who_was_made_ahead_is_kept_up_to_date_until_the_day() -> None:
    made = a_known(1, status=Status.PREPARED)
    assert told(seen([ahead()], [made])) == ("CONFIRMED", "", None, {})
    renamed = seen([ahead(family="別")], [made])
    assert (renamed.situation, set(renamed.changes)) == (Situation.CHANGED, {Change.RENAMED})
    assert told(seen([ahead()], [made], tenant=[]))[0] == "HELD"
    elsewhere = an_account(mark=A.id)
    assert told(seen([ahead()], [made], tenant=[elsewhere]))[0] == "HELD"
