import pytest

from kakehashi.catalogue import index
from kakehashi.catalogue.index import RULES
from kakehashi.findings import HARD_LETTERS


def test_every_rule_speaks_both_languages_and_says_what_to_do() -> None:
    mute = [r.code for r in RULES.values() if not (r.ja and r.en and r.todo and r.todo_en)]
    assert mute == []


def test_the_letters_are_the_ones_the_glossary_explains() -> None:
    assert {code[0] for code in RULES} <= set("FHRXDNPSMTALWI")
    assert {"A", "F", "S"} == HARD_LETTERS


def test_a_code_that_has_retired_is_never_given_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "RETIRED", {*index.RETIRED, "F001"})
    with pytest.raises(ValueError, match="F001"):
        index._collect()
