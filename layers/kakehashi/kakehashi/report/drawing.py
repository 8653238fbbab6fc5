"""Pages drawn from templates: every value is escaped, and a name nobody gave is an error."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template


@cache
def template(name: str) -> Template:
    """A template of this package by its file's name."""
    environment = Environment(
        loader=PackageLoader("kakehashi.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
