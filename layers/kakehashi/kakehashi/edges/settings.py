"""The environment as typed values, checked at cold start: a missing variable fails at deploy.

Each function composes what it needs; the template's environment and these fields are held equal
by a test.
"""

from __future__ import annotations

import os
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kakehashi.edges.errors import BadConfiguration
from kakehashi.guide import Guide

Name = Annotated[str, Field(min_length=1)]


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    runs_bucket: Name
    table: Name


class RulesSettings(Settings):
    rules_bucket: Name


class InboxSettings(Settings):
    inbox_bucket: Name


class PasswordSettings(Settings):
    passwords_bucket: Name


class OutboxSettings(Settings):
    outbox_bucket: Name
    baselines_bucket: Name


class ToolSettings(OutboxSettings, InboxSettings):
    """A tool's side of the world: what it is given, and what it says of it."""


class DirectorySettings(Settings):
    """``graph_base_url`` and ``login_base_url`` are https, or loopback for the fake tenant.

    ``writes_per_second`` stays below Graph's limit of 20; 0, unpaced, is for loopback only.
    """

    graph_base_url: Name
    login_base_url: Name
    tenant_id: Name
    client_id: Name
    credential_secret: Name
    writes_per_second: Annotated[float, Field(ge=0, le=20)] = 19.0


class QueueSettings(Settings):
    dead_letters_url: Name


class SignInSettings(BaseModel):
    """An app registration of its own that may nothing but sign people in.

    ``tenant_id`` must be a GUID here: it is compared with what a signed-in person's token says.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    login_base_url: Name
    tenant_id: Annotated[str, Field(pattern=r"^[0-9a-fA-F-]{36}$")]
    sign_in_client_id: Name
    sign_in_secret: Name


class LaunchSettings(RulesSettings, SignInSettings):
    """``public_url`` is the launcher's address and the issuer of its tokens, https or loopback."""

    public_url: Name
    launch_table: Name
    lti_key: Name


class PublishedSettings(Settings):
    """``command_options`` name this stack on a command line, "" where the command finds it by
    itself; ``docs_url`` is the address of the pages in docs/, with a trailing slash."""

    command_options: str = ""
    docs_url: Annotated[str, Field(pattern=r"^(docs|https://\S+)/$")] = "docs/"


class GuideSettings(PublishedSettings):
    """``staff_url`` is the address of the staff page, "" for a stack without one."""

    staff_url: Annotated[str, Field(pattern=r"^(https?://[^/\s]+)?$")] = ""

    @property
    def guide(self) -> Guide:
        return Guide(self.command_options.strip(), self.docs_url, self.staff_url)


class DeskSettings(RulesSettings, PublishedSettings):
    """``public_url`` is the address of the staff page, https or loopback."""

    public_url: Name
    staff_table: Name

    @property
    def guide(self) -> Guide:
        return Guide(self.command_options.strip(), self.docs_url, self.public_url)


class StaffSettings(DeskSettings, InboxSettings, QueueSettings, SignInSettings):
    """The page that sees and decides."""

    outbox_bucket: Name
    state_machine_arn: Name


class PasswordPageSettings(DeskSettings, PasswordSettings):
    """The part of it that makes initial passwords, with a role of its own."""


class TopicSettings(Settings):
    topic_arn: Name


def load[S: Settings](model: type[S]) -> S:
    """``model`` filled from the environment (upper-case names). Raises BadConfiguration."""
    found = {n: os.environ[n.upper()] for n in model.model_fields if n.upper() in os.environ}
    try:
        return model(**found)
    except ValidationError as exc:
        missing = ", ".join(sorted(str(e["loc"][0]).upper() for e in exc.errors()))
        raise BadConfiguration(f"environment: {missing}") from exc
