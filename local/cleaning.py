"""docs/cleaning.md: the cleansing rules in the order in which they run, from their list."""

from __future__ import annotations

from kakehashi.preprocess.draft import CleaningStep
from kakehashi.preprocess.steps import STEPS

HEAD = """# 整える手順 · the steps of cleaning

<!-- Written by `make docs` from kakehashi/preprocess/steps.py. Do not edit. -->

検査を通った名簿を、何かと比べる前に、この順で整えます。どの手順も、前の手順を頼りにしています。
What is done to a roster that has passed its checks, in this order, before anything is compared:
each step relies on those before it. A step is one file below `layers/kakehashi/kakehashi/`; how to
add one stands in `CONTRIBUTING.md`.
"""


def page() -> str:
    return "\n".join([HEAD, *(_entry(n, step) for n, step in enumerate(STEPS, 1))])


def _entry(number: int, step: CleaningStep) -> str:
    file = step.run.__module__.removeprefix("kakehashi.").replace(".", "/") + ".py"
    lines = [f"## {number} {step.name}\n", f"{step.ja}  ", f"{step.en}\n", f"- `{file}`"]
    if step.keys:
        keys = ", ".join(f"`{key}`" for key in step.keys)
        lines.append(f"- 市の規則 [the city's rules](city.md): {keys}")
    if step.gives:
        codes = ", ".join(sorted(rule.code for rule in step.gives))
        lines.append(f"- 指摘 [findings](findings.md): {codes}")
    return "\n".join(lines) + "\n"
