"""Headings of pages, as links name them."""

import re


def slug(heading: str) -> str:
    """The name that GitHub and the docs site give a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-")
