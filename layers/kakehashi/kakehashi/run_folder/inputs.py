"""What else a plan was made from, kept so that a run is a function of its folder.

missing.json      what was asked about accounts that are not listed, if anything was found
last_night.json   who was held         exports.json   how old the roster is
past_counts.json  what the nights of the last weeks have counted

No stage reads them: whoever replays a run does.
"""

from __future__ import annotations

from kakehashi.diff.counting import LastNight
from kakehashi.diff.exports import Offered
from kakehashi.diff.sources import Missing
from kakehashi.diff.sums import PastNights
from kakehashi.run_folder import RunFiles


def put_missing(folder: RunFiles, missing: Missing) -> None:
    folder.put_json("missing.json", missing.to_json())


def put_last_night(folder: RunFiles, last: LastNight) -> None:
    folder.put_json("last_night.json", last.to_json())


def put_past(folder: RunFiles, past: PastNights) -> None:
    folder.put_json("past_counts.json", {"nights": past.to_json()})


def put_offered(folder: RunFiles, offered: Offered) -> None:
    folder.put_json("exports.json", offered.to_json())
