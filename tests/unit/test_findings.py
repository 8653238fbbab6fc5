import pytest

from kakehashi.findings import Effect, Finding, Place, Rule, refuses, soften

RULE = Rule("R900", Effect.HOLD_PUPIL, ja="{count} 件", en="{count} rows", todo="直してください")


def test_a_finding_survives_its_json() -> None:
    finding = RULE.at(Place("users.csv", 12, "grades"), pupil="p", school="s", count=2)
    assert Finding.from_json(finding.to_json()) == finding
    assert finding.row() == ("users.csv", 12, "grades", "R900")


@pytest.mark.parametrize("leak", ["山田 太郎", "taro@ed.example.jp", "1年3組", "a\nb", "x" * 121])
def test_a_fact_that_could_carry_a_persons_data_is_refused(leak: str) -> None:
    rule = Rule("R901", Effect.NOTE, ja="{what}", en="{what}", todo="")
    with pytest.raises(ValueError, match="R901") as caught:
        rule.at(what=leak)
    assert leak not in str(caught.value)


def test_japanese_and_english_must_use_the_same_placeholders() -> None:
    with pytest.raises(ValueError, match="different placeholders"):
        Rule("R902", Effect.NOTE, ja="{count} 件", en="some", todo="")


def test_a_code_is_a_letter_and_three_digits() -> None:
    with pytest.raises(ValueError, match="code"):
        Rule("R90", Effect.NOTE, ja="", en="", todo="")


def test_a_fact_left_out_is_a_programmers_mistake() -> None:
    with pytest.raises(ValueError, match="takes"):
        RULE.at()


def test_a_city_softens_an_effect_but_never_a_file_or_safety_one() -> None:
    hard = Rule("S900", Effect.AWAIT_APPROVAL, ja="", en="", todo="").at()
    softened = list(soften([RULE.at(count=1), hard], {"R900": Effect.NOTE, "S900": Effect.NOTE}))
    assert [f.effect for f in softened] == [Effect.NOTE, Effect.AWAIT_APPROVAL]


def test_only_a_refusing_finding_refuses_the_drop() -> None:
    assert not refuses([RULE.at(count=1)])
    assert refuses([Rule("F900", Effect.REFUSE_DROP, ja="", en="", todo="").at()])
