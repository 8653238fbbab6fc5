"""What a night of the year can be like, beside ordinary. Each is the whole of that night."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from typing import Any

from local.demo import Fault, export
from tests.year import looking, office
from tests.year.world import World

type Event = Callable[[World], None]


def an_ordinary_night(world: World) -> None:
    world.ordinary()


# -- a person has to look --------------------------------------------------------------------------


def needs_approval(world: World, fault: Fault | None = None) -> None:
    """Something large and right, in an export that may have a harmless ``fault``: a person looks,
    and says yes."""
    world.send_passwords()
    waiting = world.stopped(world.upload(world.export(fault)), "awaiting-approval")
    outlook = world.truth.outlook(world.roster, world.day)
    looking.same_plan(waiting.summary, outlook)
    world.done(world.heard(world.bridge.approve(waiting.summary)))


def needs_refusal(fault: Fault) -> Event:
    """Something large and wrong: nobody says yes. The whole file comes at six in the morning, and
    whoever then clicks on the old plan is told that it is out of date."""

    def night(world: World) -> None:
        world.send_passwords()
        waiting = world.stopped(world.upload(world.export(fault)), "awaiting-approval")
        world.arrives(world.export())
        world.stopped(world.heard(world.bridge.approve(waiting.summary)), "refused")

    return night


# -- broken exports --------------------------------------------------------------------------------


def broken(fault: Fault) -> Event:
    """The file is refused. Nobody notices before the next night."""

    def night(world: World) -> None:
        world.send_passwords()
        world.stopped(world.upload(world.export(fault)), "refused")

    return night


def broken_then_whole(fault: Fault) -> Event:
    """The file is refused, and the operator lets the robot run again."""

    def night(world: World) -> None:
        broken(fault)(world)
        world.arrives(world.export())

    return night


def teachers_too(world: World) -> None:
    """Somebody ticked 教職員; nobody makes an account for them, or tells a tool."""
    world.send_passwords()
    world.arrives(world.export("teachers"))


def the_office_answers_while_the_export_is_broken(fault: Fault) -> Event:
    """Its list is followed with the roster that was accepted last, and as of the day that was told
    of that one, if any was."""

    def night(world: World) -> None:
        broken(fault)(world)
        words = office.marks(world)
        assert "停止" in words.values()
        answered = office.send(world, words)
        world.quiet = False
        day = world.accepted_on if world.bridge.keeps_real_time else world.day
        for umi, word in words.items():
            office.obey(world, umi, word, day)
        world.done(answered)
        world.quiet = False  # the whole export brings what has happened today
        world.done(world.upload(world.export()))

    return night


# -- the robot -------------------------------------------------------------------------------------


def missed(world: World) -> None:
    """The robot did not run; tomorrow's file brings both days."""
    world.look()


def the_same_drop_twice(world: World) -> None:
    world.send_passwords()
    drop = world.export()
    world.arrives(drop)
    again = world.upload(drop)
    world.ended(again, "already-done")
    world.look()


def and_a_rerun(world: World) -> None:
    """Somebody is not sure and runs the night again."""
    world.ordinary()
    world.carried_out(world.heard(world.bridge.rerun()))


# -- passwords -------------------------------------------------------------------------------------


def passwords_are_late(world: World) -> None:
    """Newcomers are held until their first password is there."""
    world.passwords_are_late = True
    night = world.arrives(world.export())
    assert night.summary["held"]["M001"]


def the_passwords_come(world: World) -> None:
    """In the middle of the day, and their file starts a run."""
    world.arrives(world.export())
    world.passwords_are_late = False
    world.carried_out(world.passwords_arrive())


# -- Microsoft 365 and AWS -------------------------------------------------------------------------


def graph(**fault: Any) -> Event:
    """Graph is in a bad temper, and the night comes to its end all the same."""

    def night(world: World) -> None:
        world.bridge.fault(**fault)
        world.ordinary()
        world.bridge.heal()

    return night


def graph_refuses(**fault: Any) -> Event:
    """Graph does nothing of the kind tonight; a rerun in the morning makes it good."""

    def night(world: World) -> None:
        world.bridge.fault(**fault)
        world.send_passwords()
        world.failed(world.upload(world.export()))
        world.bridge.heal()
        world.done(world.heard(world.bridge.rerun()))

    return night


def dies_in(stage: str) -> Event:
    """A Lambda dies, the night ends red, and a rerun goes on where it was."""

    def night(world: World) -> None:
        world.send_passwords()
        drop = world.export()
        with world.bridge.dying(stage):
            night = world.upload(drop)
        world.failed(night)
        world.done(world.heard(world.bridge.rerun()))

    return night


def dies_at(operation: str, number: int) -> Event:
    """A Lambda dies in the middle of its work."""

    def night(world: World) -> None:
        world.send_passwords()
        drop = world.export()
        with world.bridge.dying_at(operation, number):
            night = world.upload(drop)
        world.failed(night)
        world.done(world.heard(world.bridge.rerun()))

    return night


# -- the turn of the year --------------------------------------------------------------------------


def april_is_rehearsed(world: World) -> None:
    """On the roster as it will be; nothing is written outside the run's folder."""
    world.ordinary()
    ahead = copy.deepcopy(world.city)
    ahead.next_april(date(world.day.year, 4, 1))
    night = world.bridge.rehearse(export.package(ahead), ahead.day)
    world.ended(world.heard(night), "rehearsed")
    counts = night.summary["counts"]
    assert counts["PROMOTED"] > counts["NEW"] > 0
    world.look()


def a_name_that_cannot_go_out(world: World) -> None:
    """A parent marries, and the new name has 外字: the account keeps the one it has."""
    child = next(c for c in world.city.children if not c.support)
    child.family, child.preferred_family, child.preferred_given = "𠮷田", "", ""
    world.quiet = False
    world.ordinary()


def the_schools_fill_names_in(world: World) -> None:
    """Every external name that was missing is there."""
    world.quiet = False
    night = world.ordinary()
    assert not [code for code in night.summary["held"] if code.startswith("N")]
