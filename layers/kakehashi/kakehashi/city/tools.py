"""The learning tools of a city: who gets roster files, and what pupils start by LTI."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from kakehashi.city.checked import CheckedModel, Grade, SchoolCode, Url


class Tool(CheckedModel):
    """A receiver of roster files; ``dialect`` names a shipped dialect (kakehashi/deliver)."""

    dialect: str
    split: Literal["city", "school"] = "city"
    grades: tuple[Grade, ...] = ()
    schools: tuple[SchoolCode, ...] = ()


CustomName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
CustomValue = Annotated[str, StringConstraints(pattern=r"^[ -~]{0,100}$")]  # ASCII


class LtiTool(CheckedModel):
    """A learning tool that pupils start from the launcher by LTI 1.3.

    ``kana`` is how its name is read. The tool's own keys come from ``jwks_uri`` or stand in
    ``keys`` (public JWKs); a tool that only takes launches needs neither.
    """

    name: Annotated[str, Field(min_length=1)]
    kana: str = ""
    login_url: Url
    redirect_uris: Annotated[tuple[Url, ...], Field(min_length=1)]
    target_link_uri: Url
    jwks_uri: Url | None = None
    keys: tuple[dict[str, str], ...] = ()
    grades: tuple[Grade, ...] = ()
    schools: tuple[SchoolCode, ...] = ()
    deployment: Annotated[str, StringConstraints(pattern=r"^(school|[PB]_[0-9]{6})$")] = "school"
    send_names: bool = False
    memberships: bool = False
    deep_linking: bool = False
    custom: dict[CustomName, CustomValue] = Field(default_factory=dict, max_length=10)

    @model_validator(mode="after")
    def _has_keys_for_what_it_may(self) -> Self:
        if (self.memberships or self.deep_linking) and not (self.jwks_uri or self.keys):
            raise ValueError("memberships and deep_linking need the tool's jwks_uri or keys")
        return self
