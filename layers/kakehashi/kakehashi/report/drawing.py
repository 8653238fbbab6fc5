"""Pages drawn from templates: every value is escaped, and a name nobody gave is an error."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

_ADDRESS = re.compile(r"https://[\w./:@%~-]+?\.md(?:#[\w-]+)?")


@cache
def template(name: str) -> Template:
    """A template of this package by its file's name."""
    from jinja2 import (  # noqa: PLC0415 - not in the cold start of who draws none
        Environment,
        PackageLoader,
        StrictUndefined,
    )

    environment = Environment(
        loader=PackageLoader("kakehashi.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["linked"] = linked
    return environment.get_template(name)


def linked(text: str) -> Markup:
    """A sentence, escaped, in which the addresses of pages of ours are links."""
    from markupsafe import Markup, escape  # noqa: PLC0415 - not in the cold start of who draws none

    whole, begin = Markup(), 0
    for found in _ADDRESS.finditer(text):
        link = Markup('<a href="{0}">{0}</a>').format(found[0])
        whole += escape(text[begin : found.start()]) + link
        begin = found.end()
    return whole + escape(text[begin:])
