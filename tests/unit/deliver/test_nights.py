"""Whatever the nights bring, a tool that applies what it is handed holds the settled roster."""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import permutations
from typing import Literal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kakehashi import deliver
from kakehashi.deliver import Records, load
from kakehashi.deliver.delivery import unmoved
from kakehashi.deliver.dialect import ReceiptForm, names
from kakehashi.deliver.receipts import Delivered, answer
from kakehashi.findings import Effect
from kakehashi.people.record import Record, Status
from tests.builders import a_code, a_known, a_pupil
from tests.unit.deliver.receiver import DataSync, Receiver, Shelf, unzip
from tests.unit.deliver.sharp_importer import complaints
from tests.unit.deliver.tools import an_order, told

type City = dict[int, Record]
type Event = tuple[str, int]

SCHOOLS = (a_code(1), a_code(2))
LIST = "tsubasa_book_licences"  # of those who may open it, so of nobody who is suspended
V6 = {"eportal_v6", "lgate_v6"}  # know no enabledUser but true
RECEIVERS = {"microsoft_sds_v2_1": DataSync, LIST: Shelf}
ONEROSTER = [name for name in names() if name not in RECEIVERS and not load(name).lists_instead]


def arrive(city: City, n: int) -> None:
    city.setdefault(n, a_known(n, run_id=f"{len(city):04}"))


def change(city: City, n: int, **facts: object) -> None:
    if n in city:
        pupil = replace(city[n].pupil, **facts)  # type: ignore[arg-type]
        city[n] = replace(city[n], pupil=pupil, run_id=f"{city[n].run_id}+")


def move(city: City, n: int) -> None:
    if n in city:
        there = SCHOOLS[city[n].pupil.school == SCHOOLS[0]]
        change(city, n, school=there, school_name=f"見本市立{there[-3]}小学校")


GRADES = ("P1", "P2", "P3", "P4", "P5", "P6", "J1", "J2", "J3")


def promote(city: City, _n: int) -> None:
    for n, known in city.items():
        year = known.pupil.school_year + 1
        grade = GRADES[min(8, GRADES.index(known.pupil.grade) + 2)]
        change(city, n, school_year=year, grade=grade, class_grades=(grade,),
               class_title=f"{GRADES.index(grade) + 1}年1組")  # fmt: skip


def suspend(city: City, n: int) -> None:
    if n in city:
        other = Status.ACTIVE if city[n].status is Status.SUSPENDED else Status.SUSPENDED
        city[n] = replace(city[n], status=other)


def delete(city: City, n: int) -> None:
    city.pop(n, None)


def bury(city: City, n: int) -> None:
    if n in city:
        city[n] = replace(city[n], status=Status.DELETED)


def rename_schools(city: City, n: int) -> None:
    for i in city:
        change(city, i, school_name=f"改称{n}小学校")


EVENTS: dict[str, Callable[[City, int], None]] = {
    "arrive": arrive,
    "move": move,
    "promote": promote,
    "suspend": suspend,
    "delete": delete,
    "bury": bury,
    "rename": lambda city, n: change(city, n, family="改姓", kana_family="カイセイ"),
    "class": lambda city, n: change(city, n, class_title="3年1組"),
    "number": lambda city, n: change(city, n, attendance_no=40 - n),
    "schools": rename_schools,
}
ENDS = ("taken", "taken", "taken", "failed", "twice", "refused",
        "anew", "anew refused", "emptied", "emptied refused")  # fmt: skip
days = st.tuples(
    st.lists(st.tuples(st.sampled_from(sorted(EVENTS)), st.integers(1, 6)), max_size=6),
    st.sampled_from(ENDS),
)
nights = st.lists(days, min_size=1, max_size=6)


@dataclass
class Follower:
    """A tool and our memory of it, through the nights."""

    dialect: str
    split: str = "city"
    before: Records | None = None

    def __post_init__(self) -> None:
        self.receiver = RECEIVERS.get(self.dialect, Receiver)()

    def had(self) -> Records | None:
        """What it holds, as its dialect of tonight reads it: every night anew from what is kept."""
        if not self.before:
            return None
        kept = io.StringIO(newline="")
        deliver.write_baseline(self.before, kept)
        kept.seek(0)
        return deliver.read_baseline(kept, load(self.dialect).header)

    def night(self, number: int, city: City, ends: str) -> None:
        anew = ends.startswith(("anew", "emptied"))
        order = an_order(self.dialect, number, split=self.split, anew=anew)
        delivery = deliver.build(order, told(city.values(), self.dialect), self.had())
        nobody = not shown(city, self.dialect.removesuffix("_licences"))
        emptying = order.dialect.mode == "bulk" and nobody and self.has_pupils()
        held = [f.code for f in delivery.findings if f.effect is not Effect.NOTE]
        assert held == ["T002"] * emptying
        if ends == "failed" or delivery.verdict != "delivered":
            return
        if self.dialect == "interactive_study":
            assert [c for f in delivery.files for c in complaints(f.body)] == []
        files = [f.body for f in delivery.files if f.name.endswith(".zip")] or [
            f.body for f in delivery.files
        ]
        refused = ends.endswith("refused") and order.dialect.mode == "delta"
        refuses = self.refuses(files) if refused else []
        if ends.startswith("emptied"):
            self.receiver = type(self.receiver)()
        for body in files * (2 if ends == "twice" else 1):
            self.receiver.take(body, refuses)
        self.before = self.answered(delivery, files, refuses, anew=anew)

    @staticmethod
    def refuses(files: list[bytes]) -> list[str]:
        """One pupil of those whom the delivery tells of."""
        told_of = {row["sourcedId"] for body in files for row in unzip(body).get("users.csv", [])}
        return sorted(told_of)[:1]

    def answered(
        self, delivery: deliver.Delivery, files: list[bytes], refuses: list[str], *, anew: bool
    ) -> Records:
        """What the tool holds by its receipt."""
        if not refuses:
            return delivery.records
        receipt = "\r\n".join(["file,sourcedId,result", *(f"users.csv,{i},NG" for i in refuses)])
        said = answer([receipt.encode()], ReceiptForm(), Delivered(files), "")
        return deliver.taken_back(delivery.records, said.refusals, self.had(), anew=anew)

    def has_pupils(self) -> bool:
        return self.before is not None and bool(self.before.pupils())


def shown(city: City, dialect: str = "lgate") -> dict[str, tuple[str, ...]]:
    """What a tool should show, straight from the state: written without any of its code."""
    city = {n: known for n, known in city.items() if known.status is not Status.DELETED}
    if dialect == "microsoft_sds_v2_1":  # knows no disabled account, so it is not told of one
        city = {n: known for n, known in city.items() if known.status is Status.ACTIVE}
    if dialect.startswith("mirai"):
        city = {n: known for n, known in city.items() if known.pupil.grade.startswith("J")}
    if dialect.startswith("tsubasa"):
        city = {n: known for n, known in city.items() if known.pupil.grade.startswith("P")}
    names = {}
    for known in sorted(city.values(), key=lambda k: (k.run_id, k.pupil.id)):
        names[known.pupil.school] = known.pupil.school_name
    return {
        p.id: ("true" if known.status is Status.ACTIVE or dialect in V6 else "false",
               p.account, p.family, p.given, p.grade, p.school, names[p.school], p.class_title)
        for known in city.values()
        if (p := known.pupil) and (known.status is Status.ACTIVE or dialect != LIST)
    }  # fmt: skip


@pytest.mark.parametrize("dialect", [*ONEROSTER, *RECEIVERS])
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(nights=nights)
def test_a_tool_that_applies_its_files_holds_the_settled_roster(
    dialect: str, nights: list[tuple[list[Event], str]]
) -> None:
    city: City = {}
    tool = Follower(dialect)
    for number, (events, ends) in enumerate(nights):
        for event, n in events:
            EVENTS[event](city, n)
        tool.night(number, city, ends)
        if ends != "failed" and (shown(city, dialect) or tool.before is None):
            behind = tool.receiver.behind
            assert but(behind, tool.receiver.pupils()) == but(behind, shown(city, dialect))
    if shown(city, dialect):
        tool.night(99, city, "taken")
        assert tool.receiver.pupils() == shown(city, dialect), "a good night makes up for all"


def but(some: set[str], pupils: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {umi: facts for umi, facts in pupils.items() if umi not in some}


@pytest.mark.parametrize("dialect", ["lgate", "interactive_study"])
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    nights=nights,
    spoils=st.lists(st.sets(st.integers(1, 6), max_size=3), min_size=6, max_size=6),
)
def test_a_pupil_the_tool_would_refuse_stays_as_it_has_it_and_the_others_go_on(
    dialect: str, nights: list[tuple[list[Event], str]], spoils: list[set[int]]
) -> None:
    city: City = {}
    tool, before = Receiver(), None
    expected: dict[str, tuple[str, ...]] = {}
    for number, ((events, _), spoilt) in enumerate(zip(nights, spoils, strict=False)):
        for event, n in events:
            EVENTS[event](city, n)
        tonight = dict(city)
        for n in spoilt:
            change(tonight, n, family="ﾊﾝｶｸ")
        delivery = deliver.build(an_order(dialect, number), told(tonight.values(), dialect), before)
        if delivery.verdict == "refused":
            continue
        for file in delivery.files:
            tool.take(file.body)
        before = delivery.records
        living = {n for n, known in city.items() if known.status is not Status.DELETED}
        refused = {a_pupil(n).id for n in spoilt & living}
        told_now = {umi: facts for umi, facts in shown(city).items() if umi not in refused}
        stays = {umi: facts for umi, facts in expected.items() if umi in refused}
        expected = but_school_names(told_now | stays)
        assert but_school_names(tool.pupils()) == expected


def but_school_names(pupils: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """A school is shared: its new name comes with the pupils who are not held."""
    return {umi: (*facts[:6], facts[-1]) for umi, facts in pupils.items()}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(nights=nights, backwards=st.booleans())
def test_files_cut_by_school_may_be_applied_in_any_order(
    nights: list[tuple[list[Event], str]], backwards: bool
) -> None:
    city: City = {}
    tool, whole = Receiver(), Receiver()
    before: Records | None = None
    for number, (events, _) in enumerate(nights):
        for event, n in events:
            EVENTS[event](city, n)
        records = told(city.values(), "interactive_study")
        cut = deliver.build(an_order(night=number, split="school"), records, before)
        for file in sorted(cut.files, key=lambda f: f.name, reverse=backwards):
            assert complaints(file.body, file.name[12:-4]) == []
            tool.take(file.body)
        for file in deliver.build(an_order(night=number), records, before).files:
            whole.take(file.body)
        before = cut.records
    assert tool.pupils() == whole.pupils() == shown(city)


def test_a_quiet_night_has_no_delta_and_a_full_bulk() -> None:
    city = [a_known(n) for n in (1, 2)]
    for dialect, verdict in (("interactive_study", "nothing"), ("lgate", "delivered")):
        records = told(city, dialect)
        second = deliver.build(an_order(dialect, 1), records, records)
        assert (second.verdict, bool(second.files)) == (verdict, verdict == "delivered")


def test_a_tool_that_wants_a_sign_of_life_gets_a_manifest_alone_on_a_quiet_night() -> None:
    dialect = replace(load("generic_oneroster_1_2"), unchanged="manifest-only")
    records = told([a_known(1)], "generic_oneroster_1_2")
    quiet = deliver.build(an_order(dialect=dialect.name, night=1), records, records)
    signed = deliver.build(replace(an_order(night=1), dialect=dialect), records, records)
    assert (quiet.verdict, signed.verdict) == ("nothing", "delivered")
    assert list(unzip(signed.files[0].body)) == ["manifest.csv"]


def test_one_rename_sends_that_pupil_and_what_it_hangs_on() -> None:
    city = [a_known(n) for n in (1, 2, 3)]
    before = told(city, "interactive_study")
    city[0] = replace(city[0], pupil=replace(a_pupil(1), family="改姓"))
    delta = deliver.build(an_order(), told(city, "interactive_study"), before)
    assert delta.rows == {
        "academicSessions.csv": 1, "classes.csv": 1, "courses.csv": 1, "enrollments.csv": 1,
        "orgs.csv": 2, "roles.csv": 1, "users.csv": 1,
    }  # fmt: skip


def test_a_tool_that_was_failed_hears_everything_in_the_next_delta() -> None:
    first = told([a_known(1)], "interactive_study")
    third = told([a_known(1), a_known(2), a_known(3)], "interactive_study")
    assert deliver.build(an_order(), third, first).rows["users.csv"] == 2


@pytest.mark.parametrize("promoted", [False, True])
@pytest.mark.parametrize(("before", "after"), list(permutations(ONEROSTER, 2)))
def test_a_tool_whose_dialect_changes_in_mid_year_misses_nobody_and_keeps_nobody(
    before: str, after: str, promoted: bool
) -> None:
    city: City = {n: a_known(n) for n in (1, 2, 3, 5, 6, 7)}
    city |= {n: a_known(n, pupil=a_pupil(n, grade="J1")) for n in (11, 12, 13)}
    tool = Follower(before)
    tool.night(0, city, "taken")
    for event, n in (("delete", 3), ("bury", 5), ("delete", 13), ("move", 6), ("class", 7),
                     ("class", 12), ("rename", 2), ("arrive", 4)):  # fmt: skip
        EVENTS[event](city, n)
    if promoted:
        promote(city, 0)
    tool.dialect = after
    tool.night(1, city, "taken")
    assert tool.receiver.pupils() == shown(city, after)
    if load(after).mode == "delta":
        quiet = deliver.build(an_order(after, 2), told(city.values(), after), tool.before)
        assert quiet.verdict == "nothing"


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(lives=st.lists(st.tuples(days, st.sampled_from(ONEROSTER)), min_size=2, max_size=6))
@example(
    lives=[
        (([], "taken"), "generic_oneroster_1_2"),
        (([("bury", 1)], "refused"), "generic_oneroster_1_1"),
        (([], "taken"), "generic_oneroster_1_2"),
    ]
)
@example(  # rows kept under columns without a role are not staff's
    lives=[
        (([("bury", 1), ("bury", 2)], "taken"), "eportal_v6"),
        (([], "refused"), "generic_oneroster_1_1"),
        (([], "taken"), "mirai_school_platform"),
    ]
)
def test_a_tool_that_is_told_in_ever_other_dialects_holds_the_settled_roster(
    lives: list[tuple[tuple[list[Event], str], str]],
) -> None:
    city: City = {n: a_known(n) for n in (1, 2, 3)}
    tool = Follower(lives[0][1])
    tool.night(0, city, "taken")
    for number, ((events, ends), dialect) in enumerate(lives, 1):
        for event, n in events:
            EVENTS[event](city, n)
        tool.dialect = dialect
        tool.night(number, city, ends)
        if ends != "failed" and (shown(city, dialect) or tool.before is None):
            behind = tool.receiver.behind
            assert but(behind, tool.receiver.pupils()) == but(behind, shown(city, dialect))


@pytest.mark.parametrize("emptied", [False, True])
def test_a_deletion_that_a_tool_refused_in_a_full_restart_is_told_again(emptied: bool) -> None:
    city: City = {n: a_known(n) for n in (1, 2, 3)}
    tool = Follower("interactive_study")
    tool.night(0, city, "taken")
    gone = a_pupil(2).id
    delete(city, 2)
    delivery = deliver.build(an_order(night=1, anew=True), told(city.values(), tool.dialect),
                             tool.before)  # fmt: skip
    files = [file.body for file in delivery.files]
    if emptied:
        tool.receiver = Receiver()
    for body in files:
        tool.receiver.take(body, [gone])
    assert (gone in tool.receiver.pupils()) is not emptied
    tool.before = tool.answered(delivery, files, [gone], anew=True)
    tool.night(2, city, "taken")
    assert tool.receiver.pupils() == shown(city)
    quiet = deliver.build(an_order(night=3), told(city.values(), tool.dialect), tool.before)
    assert quiet.verdict == "nothing"


def test_a_tool_that_is_added_or_comes_back_in_mid_year_holds_the_settled_roster() -> None:
    city: City = {n: a_known(n) for n in (1, 2, 3)}
    tool = Follower("interactive_study")
    tool.night(0, city, "taken")
    assert tool.receiver.pupils() == shown(city), "everything, on its first night"
    delete(city, 1)
    arrive(city, 4)  # in nights of which it hears nothing: it is not among the city's tools
    tool.night(60, city, "taken")
    assert tool.receiver.pupils() == shown(city)


def test_a_class_that_nobody_is_left_in_goes_with_the_next_pupil_and_not_in_a_file_of_its_own() -> (
    None
):
    city: City = {1: a_known(1)}
    tool = Follower("interactive_study")
    tool.night(0, city, "refused")
    delete(city, 1)
    order = an_order(night=1)
    assert deliver.build(order, told([], tool.dialect), tool.had()).verdict == "nothing"
    arrive(city, 2)
    change(city, 2, class_title="3年1組")
    tool.night(2, city, "taken")
    assert {row["title"] for row in tool.receiver.store["classes.csv"].values()} == {"3年1組"}


def test_the_same_run_writes_the_same_bytes() -> None:
    city = [a_known(n) for n in (3, 1, 2)]
    once, again = (
        deliver.build(an_order(), told(pupils, "interactive_study"), None)
        for pupils in (city, list(reversed(city)))
    )
    assert once.files == again.files


def test_the_zip_is_named_by_date_and_board_or_school() -> None:
    city = [a_known(1), a_known(2, pupil=a_pupil(2, grade="J1"))]
    records = told(city, "interactive_study")
    whole = deliver.build(an_order(), records, None)
    cut = deliver.build(an_order(split="school"), records, None)
    assert [f.name for f in whole.files] == ["RO_20261124_082201.zip"]
    assert [f.name for f in cut.files] == [
        f"RO_20261124_{code}.zip" for code in sorted(k.pupil.school for k in city)
    ]


@pytest.mark.parametrize("split", ["city", "school"])
@pytest.mark.parametrize("dialect", ["lgate", "microsoft_sds_v2_1"])
def test_the_files_a_tool_had_last_are_those_that_would_be_made_again(
    dialect: str, split: Literal["city", "school"]
) -> None:
    records = told([a_known(n) for n in (1, 2, 3)], dialect)
    tonight = replace(an_order(dialect, 1), split=split)
    first = deliver.build(replace(an_order(dialect), split=split), records, None)
    assert deliver.same_again(tonight, records, first.records)
    again = deliver.once_more(tonight, records, first.files)
    assert again == deliver.build(tonight, records, first.records)


def test_a_full_file_is_made_anew_where_it_says_something_else_or_somebody_asks() -> None:
    some, more = told([a_known(1)], "lgate"), told([a_known(1), a_known(2)], "lgate")
    order = an_order("lgate", 1)
    assert not deliver.same_again(order, more, some)
    assert not deliver.same_again(order, some, None)
    assert not deliver.same_again(replace(order, anew=True), some, some)
    assert not deliver.same_again(order, told([], "lgate"), told([], "lgate"))
    delta = told([a_known(1)], "interactive_study")
    assert not deliver.same_again(an_order("interactive_study", 1), delta, delta)


@pytest.mark.parametrize("dialect", ["lgate", "interactive_study"])
def test_where_nothing_has_moved_a_delivery_is_told_without_a_record(dialect: str) -> None:
    records = told([a_known(n) for n in (1, 2, 3)], dialect)
    first = deliver.build(an_order(dialect), records, None)
    tonight = an_order(dialect, 1)
    quiet = unmoved(tonight, first.files, pupils=3)
    made = deliver.build(tonight, records, first.records)
    assert quiet is not None
    assert (quiet.verdict, quiet.mode, quiet.files) == (made.verdict, made.mode, made.files)
    assert (quiet.pupils, quiet.staff) == (made.pupils, made.staff)


def test_records_are_made_where_a_file_is_lost_or_somebody_asks_for_all() -> None:
    order = an_order("lgate", 1)
    assert unmoved(order, (), pupils=3) is None
    last = deliver.build(an_order("lgate"), told([a_known(1)], "lgate"), None).files
    assert unmoved(replace(order, anew=True), last, pupils=1) is None
