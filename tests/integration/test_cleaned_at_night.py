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
