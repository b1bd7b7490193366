"""Where the open steps of a dossier go on in another version of its process, or why they cannot. Pure.

What is open stays open, each in a branch of its own: the branches of a fork go into the branches of one fork, nested ones into
nested ones, so that the join there waits for exactly what is still to come. A branch that is finished stays finished; a branch
of the other version in which nothing would be open is one that was finished here under the same key, or is said to count as done.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from motcua.dossiers.lifecycle import Status
from motcua.kernel.refusals import Conflict, Refused
from motcua.processing.checks import branches, walk
from motcua.processing.rules import Kind, Process, StepSpec


@dataclass(frozen=True, slots=True)
class At:
    """An open step of a dossier: the key of its step, and the fork in a branch of which it is (0: in none)."""

    run: int
    step: str
    scope: int = 0


@dataclass(frozen=True, slots=True)
class ForkAt:
    """A fork that a dossier has come through: the key of its step, and the fork in a branch of which it is itself."""

    run: int
    step: str
    scope: int = 0


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a dossier goes on: open run to the key of its step, fork (outermost first) to the key of its fork, and the
    branches in which nothing is to be done any more, by the key of their first step.
    """

    steps: Mapping[int, str]
    forks: Mapping[int, str]
    done: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Branch:
    fork: str
    first: str


class Shape:
    """The forks of a process: in which branch of which each step is, outermost first."""

    def __init__(self, process: Process) -> None:
        forks = [step for step in process.steps if step.kind == Kind.FORK]
        self.process = process
        self.branches = {fork.key: branches(process.steps, fork) for fork in forks}

    def ways(self, key: str) -> list[_Branch]:
        """The branches around a step, outermost first: what is inside another has fewer steps."""
        around = [
            (len(inside), _Branch(fork, first))
            for fork, its in self.branches.items()
            for first, inside in its.items()
            if key in inside
        ]
        return [branch for _size, branch in sorted(around, key=lambda one: -one[0])]


def standing(status: Status, resume: int | None) -> Status:
    """The status a dossier works in: of one that rests, that to which it comes back."""
    if status == Status.SUPPLEMENT:
        return Status(resume) if resume is not None else Status.PROCESSING
    return Status.PROCESSING if status == Status.FINANCIAL_DUTY else status


def place(
    here: Process,
    there: Process,
    status: Status,
    runs: Sequence[At],
    forks: Iterable[ForkAt],
    steps: Mapping[str, str],
    done: Collection[str] = (),
) -> Placement:
    """Where each open run goes on in ``there``. ``steps``: key to key; one that is not named goes to the step of the same
    key, one that is named with nothing stays. ``status``: as :func:`standing` gives it.

    Raises :class:`Refused` with the step, or :class:`Conflict` where nothing is open.
    """
    if not runs:
        raise Conflict("move.nothing_open")
    old, new = Shape(here), Shape(there)
    lawful = walk(there.steps)[0]
    through = {fork.run: fork for fork in forks}
    image: dict[int, str] = {}
    taken: dict[tuple[int, str], int] = {}
    placed: dict[int, str] = {}
    for run in runs:
        spec = _target(here.step(run.step), there, steps)
        _check_lawful(spec, lawful[spec.key], status)
        placed[run.run] = spec.key
        _enter(run, spec, _line(run, through), new.ways(spec.key), image, taken)
    return Placement(placed, image, _closed(old, new, through, image, taken, runs, done))


def _target(step: StepSpec, there: Process, steps: Mapping[str, str]) -> StepSpec:
    key = steps.get(step.key, step.key)
    if not key:
        raise Refused("move.left", step=step.name)
    if not there.has(key) or there.step(key).kind != Kind.TASK:
        raise Refused("move.no_such_step", step=step.name)
    return there.step(key)


def _check_lawful(spec: StepSpec, met: Collection[Status], status: Status) -> None:
    """The process comes to the step in the status of the dossier. Received and in processing are one here: what needs the
    second brings it about.
    """
    working = {Status.RECEIVED, Status.PROCESSING}
    if not (working if status in working else {status}) & set(met):
        raise Refused("move.unlawful", step=spec.name, status=int(status))


def _line(run: At, through: Mapping[int, ForkAt]) -> list[int]:
    """The forks around an open run, outermost first."""
    line: list[int] = []
    scope = run.scope
    while scope:
        line.insert(0, scope)
        scope = through[scope].scope
    return line


def _enter(
    run: At,
    spec: StepSpec,
    line: Sequence[int],
    ways: Sequence[_Branch],
    image: dict[int, str],
    taken: dict[tuple[int, str], int],
) -> None:
    """Note that what is around the run goes where what is around ``spec`` is; refuse what does not fit what was noted."""
    if len(ways) < len(line):
        raise Refused("move.no_fork", step=spec.name)
    if len(ways) > len(line):
        raise Refused("move.into_branch", step=spec.name)
    for fork, child, way in zip(line, [*line, run.run][1:], ways, strict=True):
        if image.setdefault(fork, way.fork) != way.fork:
            raise Refused("move.other_forks", step=spec.name)
        if taken.setdefault((fork, way.first), child) != child:
            raise Refused("move.same_branch", step=spec.name)


def _closed(
    old: Shape,
    new: Shape,
    through: Mapping[int, ForkAt],
    image: Mapping[int, str],
    taken: Mapping[tuple[int, str], int],
    runs: Sequence[At],
    done: Collection[str],
) -> tuple[str, ...]:
    """The branches there in which nothing is open. Each was finished here too, or somebody says that it counts as done."""
    closed: list[str] = []
    for fork, target in image.items():
        was = old.branches[through[fork].step]
        busy = {run.step for run in runs if fork in _line(run, through)}
        finished = {first for first, inside in was.items() if inside and not inside & busy}
        for first, inside in new.branches[target].items():
            if not inside or (fork, first) in taken:
                continue
            if first not in finished and first not in done:
                raise Refused("move.branch_open", step=new.process.step(first).name, branch=first)
            closed.append(first)
    return tuple(closed)


def choices(process: Process) -> list[StepSpec]:
    """The first step of each branch of a process, in its order: what can be said to count as done."""
    firsts = {first for its in Shape(process).branches.values() for first, inside in its.items() if inside}
    return [step for step in process.steps if step.key in firsts]
