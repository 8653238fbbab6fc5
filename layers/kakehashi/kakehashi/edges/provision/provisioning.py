"""One call of Provision: its shard as it stands, and what the call leaves behind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Self

from kakehashi.actions import Action, Kind
from kakehashi.directories.port import Accounts
from kakehashi.edges import settings, staff_files
from kakehashi.edges.dead_letters import DeadLetters
from kakehashi.edges.directories import accounts_of
from kakehashi.edges.errors import UNREADABLE, OtherRelease
from kakehashi.edges.provision.deletion import Deletions
from kakehashi.edges.provision.password_bucket import PasswordBucket
from kakehashi.edges.provision.shard import Shard
from kakehashi.edges.runs import Folder, Run
from kakehashi.edges.state import State
from kakehashi.edges.telemetry import logger, measure
from kakehashi.findings import soften
from kakehashi.people.population import population_of
from kakehashi.provision.causes import Cause, Elsewhere
from kakehashi.provision.deletable import Conditions
from kakehashi.provision.results import merged
from kakehashi.provision.writes import writes_of
from kakehashi.run_folder import results
from kakehashi.run_folder.actions import in_file
from kakehashi.run_folder.decided import decisions
from kakehashi.run_folder.plan import header
from kakehashi.run_folder.progress import Progress, put_progress
from kakehashi.run_folder.progress import progress as progress_of


class ProvisionEnvironment(
    settings.DirectorySettings, settings.PasswordSettings, settings.QueueSettings
):
    """What Provision needs to know."""


@dataclass(frozen=True, slots=True)
class ShardFiles:
    """Names in the run folder; ``findings`` is how a stage is called there."""

    actions: str
    results: str
    findings: str
    of_staff: bool = False

    @classmethod
    def of(cls, run: Run, number: int) -> Self:
        pupils = run.counts.get("shards", number) - run.counts.get("staff_shards", 0)
        if number <= pupils:
            name = f"{number:04}.jsonl"
            return cls(f"actions/{name}", f"results/{name}", f"provision-{number:04}")
        own = number - pupils
        findings = f"provision-staff-{own:04}"
        return cls(staff_files.actions(own), staff_files.results(own), findings, of_staff=True)


@dataclass(frozen=True, slots=True)
class Part:
    """Shard ``number`` of a run's plan; behind the pupils' shards come those of staff. ``progress``
    is the whole plan's, as the call found it."""

    run: Run
    number: int
    folder: Folder
    work: Shard | Deletions
    progress: Progress
    files: ShardFiles

    @classmethod
    def gather(cls, run: Run, number: int, env: ProvisionEnvironment) -> Self:
        """Once the lease is ours for a while longer. The forecast is made by the first call."""
        state, folder = State.of(env.table, run.city), Folder.of(run, env.runs_bucket)
        now = datetime.now(UTC)
        state.renew_lease(run.execution, now)
        progress = _progress(run, number, folder, env, now)
        put_progress(folder, progress)
        files = ShardFiles.of(run, number)
        actions = _actions(folder, files.actions)
        work = _work(run, actions, folder, state, env, of_staff=files.of_staff)
        return cls(run, number, folder, work, progress, files)

    def report_one_cause(self) -> Cause | None:
        """What kept most of the night from happening: two refusals here and two in the shard
        before may be all that the night had to do."""
        if not self.work.stops:
            return None
        found = self.folder.names(results.FOLDER)
        others = (name for name in found if name != self.files.results)
        rows = chain.from_iterable(results.in_file(self.folder, name) for name in others)
        return self.work.report_one_cause(Elsewhere.of(rows))

    def write_down(self, *, complete: bool) -> Progress:
        """Results, findings and progress; what an earlier call of this run did stays in them."""
        work, name = self.work, self.files.results
        now_done = [work.results[line] for line in sorted(work.results)]
        earlier = list(results.in_file(self.folder, name))
        results.put_results(self.folder, name, merged(earlier, now_done))
        self.folder.put_findings(self.files.findings, soften(work.findings, work.effects))
        now, counts = datetime.now(UTC), work.counts()
        writes = writes_of(Counter(str(action.kind) for action in work.actions))
        behind = self.progress.seconds_behind(writes, now)
        after = self.progress.after(self.number, writes, now) if complete else self.progress
        put_progress(self.folder, after)
        measures = {f"Actions{word.title()}": n for word, n in counts.items()}
        measure("provision", self.run.city, measures | {"SecondsBehind": behind})
        times = {"seconds_behind": behind, "seconds_left": after.seconds_left}
        about = {"run_id": self.run.run_id, "shard": self.number}
        logger.info("shard", extra={**about, **times, **counts})
        return after

    def send_dead_letters(self, letters: DeadLetters) -> None:
        """One for each action that failed; the reader finds the pupil in the run folder."""
        if not self.work.failed:
            return
        undoes = header(self.folder).undoes
        for failure in self.work.failed:
            where = {"shard": self.number, "line": failure.line}
            letters.send(self.run, "provision", failure.code, undoes=undoes, **where)


def _actions(folder: Folder, file: str) -> list[Action]:
    """A plan that waited may have been written by an earlier release. Raises OtherRelease."""
    try:
        return list(in_file(folder, file))
    except UNREADABLE as exc:
        raise OtherRelease(f"the plan of run {folder.prefix}") from exc


def _progress(
    run: Run, number: int, folder: Folder, env: ProvisionEnvironment, now: datetime
) -> Progress:
    """As the calls before this one left it; one of another execution counts for nothing."""
    told = progress_of(folder)
    if told and told.execution == run.execution:
        return told
    writes = writes_of(header(folder).actions)
    shards = run.counts.get("shards", number)
    return Progress(run.execution, now, writes, shards, env.writes_per_second)


def _work(
    run: Run, actions: list[Action], folder: Folder, state: State, env: ProvisionEnvironment,
    *, of_staff: bool,
) -> Shard | Deletions:  # fmt: skip
    city = folder.rules()
    accounts = accounts_of(city, env)
    untouched = _untouched(actions, accounts)
    if actions and all(action.kind is Kind.DELETE for action in actions):
        staff = city.staff if of_staff else None
        grace = staff.grace_days if staff else city.leaving.grace_days
        decided = staff_files.to_delete(folder) if of_staff else _decided(folder)
        return Deletions(
            actions=actions,
            conditions=Conditions(decided, run.as_of, grace),
            effects=city.effects,
            state=state,
            accounts=accounts,
            untouched=untouched,
        )
    return Shard(
        actions=actions,
        run_id=run.run_id,
        as_of=run.as_of,
        effects=city.effects,
        state=state,
        accounts=accounts,
        untouched=untouched,
        read_password=PasswordBucket.of(env.passwords_bucket).read,
    )


def _untouched(actions: Iterable[Action], accounts: Accounts) -> frozenset[str]:
    """Whose account has got a role in the directory since the plan was made, which may have
    waited for days; all who may have one where nobody can tell."""
    adults = [one for one in actions if population_of(one.pupil).adults and one.object_id]
    privileged = accounts.privileged() if adults else frozenset()
    return frozenset(
        one.pupil for one in adults if privileged is None or one.object_id in privileged
    )


def _decided(folder: Folder) -> frozenset[str]:
    """The pupils for whom, in this run, a person's decision to delete stands."""
    words = decisions(folder)
    return frozenset(one.pupil for one in words if one.counts and one.decision == "delete")
