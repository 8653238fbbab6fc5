"""No disability, 外字, staff or password is in any outbox file, in whatever dialect."""

from __future__ import annotations

import pytest

from kakehashi.deliver.dialect import names
from tests import builders
from tests.builders import DOMAIN, Drop, a_drop, a_password_file, a_pupil, zip_bytes
from tests.nights import Nights
from tests.outbox_search import Banned, leaks

RULES = builders.RULES + "".join(
    f'[tools.{name}]\ndialect = "{name}"\ngrades = ["P3"]\n' for name in names()
)
WANTING = {  # lists whose headings or fixed cells the city has not given: D120, D121
    "flat_list", "google_admin", "lgate_users", "loilonote", "manabi_pocket", "mext_textbook",
    "qubena", "schooltakt",
}  # fmt: skip
PASSWORDS = {a_pupil(n).account: f"Hirake-{n:04}" for n in range(1, 12)}
ACCOUNTS = {"teacher": "sensei@" + DOMAIN, "principal": "kocho@" + DOMAIN}


def an_export(named: str = "") -> Drop:
    """Two ordinary pupils, two in classes that tell, one with 外字, and two of the staff."""
    drop = a_drop(2)
    for n, title in ((3, "知的障害1組"), (4, "ひまわり(自・情)")):
        drop.add_pupil(n, home=drop.add_class(title, specialNeeds="true"))
    drop.add_pupil(5, familyName="\ue000木", preferredFamilyName="\ue000木")
    for role, account in ACCOUNTS.items():
        drop.add_pupil(6 + len(role), account=account, role=role, enrolled=False, home=False)
    if named:
        drop.rows["users.csv"][0] |= {"familyName": named, "preferredFamilyName": named}
    return drop


def test_night_after_night_nothing_of_it_leaves(nights: Nights) -> None:
    nights.put_rules(RULES)
    passwords: bytes | None = a_password_file(PASSWORDS)
    exports = [an_export(), an_export("葛\U000e0100城"), an_export("改姓"), a_drop(2)]
    banned = Banned.of(passwords=passwords or b"")
    for drop in exports:
        banned |= Banned.of(drop=drop.zip())
        assert nights.run(drop.zip(), passwords=passwords).status == "SUCCEEDED"
        passwords = None
        nights.tomorrow()
    outbox = nights.outbox()
    assert {key.split("/")[2] for key in outbox} == set(names()) - WANTING
    assert leaks(outbox, banned) == set()


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        ("1年知的1組", "disability"),
        ("ことばの教室", "disability"),
        ("\ue000木", "gaiji"),
        ("葛\U000e0100城", "gaiji"),
        ("sensei@" + DOMAIN, "staff"),
        ("x Hirake-0001 y", "password"),
    ],
)
@pytest.mark.parametrize("place", ["a/b.zip", "a/licences.csv", "a/latest.json"])
def test_the_search_finds_what_is_there(cell: str, what: str, place: str) -> None:
    body = f'"id","title"\r\n"1","{cell}"\r\n'.encode()
    planted = {
        "a/b.zip": zip_bytes({"classes.csv": body}),
        "a/licences.csv": body,
        "a/latest.json": f'{{"files": [{{"title": "{cell}"}}]}}'.encode(),
    }
    banned = Banned.of(an_export().zip(), a_password_file(PASSWORDS))
    assert leaks({place: planted[place]}, banned) == {(place, what)}
