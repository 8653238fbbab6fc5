"""A tool's dialect as its city wants it."""

from __future__ import annotations

from dataclasses import replace

from kakehashi.city import Tool
from kakehashi.deliver.dialect import Dialect, load


def dialect_of(tool: Tool) -> Dialect:
    """The shipped one with what the city says of ids, staff, and of a flat list, whose headings
    may tell in a receipt who somebody is. Raises UnknownDialect."""
    columns = {
        heading: one if isinstance(one, str) else one.model_dump(exclude_none=True)
        for heading, one in tool.columns.items()
    }
    made = (
        load(tool.dialect)
        .with_ids(tool.ids)
        .with_list(
            tool.headings,
            columns,
            file=tool.file,
            encoding=tool.encoding,
            most_rows=tool.most_rows,
        )
    )
    if tool.staff != "none":
        made = made.with_people("alone" if tool.staff_only else "beside")
    naming = tuple(heading for flat in made.lists for heading in flat.naming())
    receipt = replace(made.receipt, id=(*naming, *made.receipt.id))
    return replace(made, receipt=receipt) if naming else made
