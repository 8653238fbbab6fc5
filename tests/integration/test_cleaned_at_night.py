"""What cleaning decides, through the real state machine: in the tenant, in the state, in tools."""

from __future__ import annotations

from tests.builders import Drop, a_drop, a_password_file, a_pupil
from tests.nights import RULES, Nights
from tests.unit.deliver.receiver import Receiver

GOOD = "Hinagiku-{:04}x"


def passwords(*numbers: int) -> bytes:
    return a_password_file({a_pupil(n).account: GOOD.format(n) for n in numbers})


def shown_by(nights: Nights, tool: str) -> dict[str, tuple[str, ...]]:
    """Pupil → what a tool shows that has taken in everything it was handed."""
    receiver = Receiver()
    for key, body in sorted(nights.outbox().items()):
        if f"/{tool}/" in key and key.endswith(".zip"):
            receiver.take(body)
    return receiver.pupils()


# -- names -------------------------------------------------------------------------------------


def one_name_only() -> Drop:
    drop = a_drop(2)
    row = drop.rows["users.csv"][1]
    for column in ("familyName", "preferredFamilyName", "metadata.jp.kanaFamilyName"):
        row[column] = ""
    return drop


def test_a_child_with_one_name_signs_in_and_is_told_with_the_citys_sign(nights: Nights) -> None:
    nights.put_rules(f'{RULES}[names]\nempty = "－"\n')
    night = nights.run(one_name_only().zip(), passwords=passwords(1, 2))
    assert night.verdict == "applied"
    child = a_pupil(2)
    (user,) = [u for u in nights.tenant.users() if u["userPrincipalName"] == child.account]
    assert (user["displayName"], user["surname"]) == (child.given, None)
    for tool in ("lgate", "interactive_study"):
        assert "－" in shown_by(nights, tool)[child.id]
        assert "－" not in shown_by(nights, tool)[a_pupil(1).id]


def test_without_a_sign_only_the_tools_wait_for_the_other_half_of_a_name(nights: Nights) -> None:
    night = nights.run(one_name_only().zip(), passwords=passwords(1, 2))
    assert night.verdict == "applied"
    assert {u["userPrincipalName"] for u in nights.tenant.users()} >= {a_pupil(2).account}
    assert {f.code for f in night.findings() if f.pupil == a_pupil(2).id} >= {"N010", "T010"}
    assert list(shown_by(nights, "lgate")) == [a_pupil(1).id]


# -- initial passwords ---------------------------------------------------------------------------

CLERK = """\
アカウント,ユーザー識別子,初期パスワード
{0.account},{0.id},"Hotaru-8063 "
{1.account},{1.id}," Hotaru-8064"
{2.account},{2.id},Mihon-2026
{3.account},{3.id},Mihon-2026
{4.account},{4.id},Mihon-2026
"""


def a_clerks_file() -> bytes:
    return CLERK.format(*(a_pupil(n) for n in range(1, 6))).encode("utf-8-sig")


def test_whoever_shares_a_password_waits_as_without_one_and_nobody_is_held(nights: Nights) -> None:
    night = nights.run(a_drop(5).zip(), passwords=a_clerks_file())
    assert (night.verdict, night.summary["counts"]["NEW"]) == ("applied", 5)
    assert sorted(night.summary["held"]) == ["M001"]
    assert len(night.summary["held"]["M001"]) == 3
    assert nights.tenant.knows_password(a_pupil(1).account, "Hotaru-8063")
    assert nights.tenant.knows_password(a_pupil(2).account, "Hotaru-8064")
    found = {f.code: dict(f.facts) for f in night.findings() if f.code in {"P070", "P071"}}
    assert found == {"P070": {}, "P071": {"count": 3}}
    nights.tomorrow()
    again = nights.run(a_drop(5).zip(), passwords=passwords(3, 4, 5))
    assert again.verdict == "applied"
    assert "M001" not in again.summary["held"]
    assert nights.tenant.knows_password(a_pupil(4).account, GOOD.format(4))


def test_where_the_city_allows_it_they_start_with_one_password(nights: Nights) -> None:
    nights.put_rules(f'{RULES}[passwords]\nshared = "allow"\n')
    night = nights.run(a_drop(5).zip(), passwords=a_clerks_file())
    assert "M001" not in night.summary["held"]
    assert nights.tenant.knows_password(a_pupil(5).account, "Mihon-2026")
    assert {f.code for f in night.findings()} >= {"P070", "P072"}
