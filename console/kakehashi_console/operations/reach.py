"""What a person reaches: the stack's resources, the words to say no with, the cities' rules."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from kakehashi.edges import rules_files
from kakehashi.edges.runs import Folder
from kakehashi.edges.state import State
from kakehashi.guide import Guide
from kakehashi.roster import JAPAN
from kakehashi_console.site import Site


class BadUse(Exception):
    """The command cannot do what was asked; its text is for the person who asked."""


class Reach:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.outputs = site.outputs()
        self.s3 = site.client("s3")

    @property
    def guide(self) -> Guide:
        """How this stack is typed, and where its pages are."""
        return Guide(self.site.options, self.outputs.get("DocsUrl", "docs/"))

    def state(self, city: str) -> State:
        return State(self.site.resource("dynamodb").Table(self.outputs["Table"]), city)

    # -- cities --------------------------------------------------------------------------------

    def cities(self) -> list[str]:
        files = self._rules().names()
        return sorted(Path(file).stem for file in files if file.endswith(".toml"))

    def rules(self, city: str) -> str | None:
        """The text of a city's rules, or None for a city nobody has put."""
        text = self._rules().get(f"{city}.toml")
        return None if text is None else text.decode()

    def shared_domains(self) -> dict[str, list[str]]:
        """Domains that the rules of several cities name, with those cities."""
        return rules_files.shared_domains(self._rules())

    def put_rules(self, city: str, text: str) -> None:
        self._rules().put(f"{city}.toml", text)

    def _rules(self) -> Folder:
        return Folder(self.s3, self.outputs["RulesBucket"], "cities/")

    def need_city(self, city: str) -> None:
        if self.rules(city) is None:
            known = "、".join(self.cities()) or "なし"
            raise BadUse(
                f"自治体 {city} の規則がありません(登録済み: {known})。"
                "kakehashi city put FILE.toml で登録してください。 / unknown city"
            )


def stamp() -> str:
    """This moment in Japan, for names that are given once."""
    return f"{datetime.now(UTC).astimezone(JAPAN):%Y%m%dT%H%M%S%f}"
