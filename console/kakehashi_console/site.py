"""Where a command works: the embedded stack, or a stack deployed to AWS. Both look the same."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Protocol

HOME = ".kakehashi"  # of the embedded stack, below the folder in which the command is typed


class Site(Protocol):
    """Resources by their output names in template.yaml, and what reaches them by boto3."""

    @property
    def options(self) -> str:
        """How a command line names it."""

    def outputs(self) -> Mapping[str, str]: ...

    def client(self, service: str) -> Any: ...

    def resource(self, service: str) -> Any: ...


class NoSuchStack(Exception):
    """No deployed stack bears this name in the account and region of the credentials."""


class Deployed:
    """A stack on AWS, reached with boto3's default credentials."""

    def __init__(self, stack_name: str) -> None:
        self.stack_name = stack_name

    @property
    def options(self) -> str:
        return f"--stack {self.stack_name}"

    @cached_property
    def _outputs(self) -> dict[str, str]:
        cloudformation = self.client("cloudformation")
        try:
            stack = cloudformation.describe_stacks(StackName=self.stack_name)["Stacks"][0]
        except cloudformation.exceptions.ClientError as exc:
            if exc.response["Error"]["Code"] != "ValidationError":  # rights, throttling
                raise
            raise NoSuchStack(self.stack_name) from exc
        return {o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])}

    def outputs(self) -> Mapping[str, str]:
        return self._outputs

    def client(self, service: str) -> Any:
        return _boto3().client(service)

    def resource(self, service: str) -> Any:
        return _boto3().resource(service)


def _boto3() -> Any:
    """Loaded where a stack on AWS is asked: half a second that nothing else waits for."""
    import boto3  # noqa: PLC0415

    return boto3
