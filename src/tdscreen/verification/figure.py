"""One figure of the card: what was asked for, how far the tool got, over how many clips, and why not further."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tdscreen.verification.reasons import reason_for
from tdscreen.verification.statistics import Interval, wilson_interval

NOT_STATED = "Not reached; the reason is not yet stated."
NOT_MEASURED = "Not measured by a card of this size."
OF_THE_STANDARD_CARD = "Of the committed card's clips it was said: "
"""Before a reason on a card of other clips than those that it was written of."""


@dataclass(frozen=True)
class Target:
    """What a figure must be to count as reached.

    Attributes
    ----------
    low, high : float or None
        Bounds, both inclusive, in the figure's unit; None is open.
    """

    low: float | None = None
    high: float | None = None

    def holds(self, value: float) -> bool:
        """Say whether a value lies within; nothing is rounded first."""
        # A plain bool: of numpy's own, `is True` is never so, and a sum over figures would lose it.
        return bool((self.low is None or value >= self.low) and (self.high is None or value <= self.high))

    def words(self, unit: str) -> str:
        """Write the target out, as ``at most 0.1 Hz``."""
        after = unit if unit in ("", "%") else f" {unit}"
        if self.low is not None and self.high is not None:
            return f"{self.low:g} to {self.high:g}{after}"
        if self.low is not None:
            return (
                f"all ({self.low:g}%)"
                if (self.low, unit) == (100.0, "%")
                else f"at least {self.low:g}{after}"
            )
        if self.high == 0:
            return f"none (0{after})"
        return f"at most {self.high:g}{after}"


@dataclass(frozen=True)
class Figure:
    """One figure of the card.

    Attributes
    ----------
    name : str
        As ``frequency.steady``: the section and what is measured.
    statement : str
        In plain words.
    target : Target or None
        None for a figure that is shown beside others and has no target of its own.
    value : float or None
        In ``unit``; None if no clip of the run could show it.
    interval : (float, float) or None
        95%; None where none can be told.
    n : int
        Measurements behind it.
    persons : int
        Virtual people behind it.
    unit : str
        ``%``, ``mm``, ``Hz``, or empty for a plain number.
    bound : str
        Empty, or ``at most`` or ``more than`` where the sizes tried only bound the value from one side.
    reason : str or None
        Why a target is not reached; None if it is.
    """

    name: str
    statement: str
    target: Target | None
    value: float | None
    interval: Interval | None
    n: int
    persons: int
    unit: str
    bound: str = ""
    reason: str | None = None

    @property
    def section(self) -> str:
        """The section of the card that it belongs to."""
        return self.name.partition(".")[0]

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None without a target, or where nothing was measured."""
        if self.target is None or self.value is None:
            return None
        return self.bound != "more than" and self.target.holds(self.value)


def make_figure(
    name: str,
    statement: str,
    *,
    value: float | None,
    n: int,
    persons: int,
    unit: str,
    target: Target | None = None,
    interval: Interval | None = None,
    bound: str = "",
) -> Figure:
    """Make a figure, with the reason that is kept for it where its target is not reached.

    Parameters
    ----------
    name, statement, value, n, persons, unit, target, interval, bound
        As :class:`Figure`.

    Returns
    -------
    Figure
        Never without a reason where a target is missed: if none is kept, it says so.
    """
    figure = Figure(name, statement, target, value, interval, n, persons, unit, bound)
    if target is None or figure.reached:
        return figure
    reason = NOT_MEASURED if value is None else reason_for(name) or NOT_STATED
    return Figure(name, statement, target, value, interval, n, persons, unit, bound, reason)


def with_foreign_reason(figure: Figure) -> Figure:
    """Return a figure of a card of other clips, whose kept reason says that it was written of the committed card's.

    Parameters
    ----------
    figure : Figure

    Returns
    -------
    Figure
        The same if it has no kept reason.
    """
    if figure.reason in (None, NOT_STATED, NOT_MEASURED):
        return figure
    return replace(figure, reason=f"{OF_THE_STANDARD_CARD}{figure.reason}")


def not_assessed(count: int) -> str:
    """Say at the end of a statement how many were not assessed, and so are not in its figure; empty if none."""
    return f" ({count} more were not assessed)" if count else ""


def pictures_figure(
    name: str,
    statement: str,
    counted: Sequence[tuple[float, float]],
    persons: Sequence[int],
    *,
    target: Target | None = None,
) -> Figure:
    """Make a figure of a percentage of pictures, with Wilson's interval as if each clip were one measurement.

    The pictures of a clip are much alike: by their own number the interval would be far too narrow.

    Parameters
    ----------
    name, statement : str
    counted : sequence of (float, float)
        Of each clip, pictures that count, and all pictures.
    persons : sequence of int
        Whose each clip is.
    target : Target, optional
        In percent.
    """
    return _percentage(
        name,
        statement,
        hits=sum(hits for hits, _ in counted),
        of=round(sum(of for _, of in counted)),
        worth=len(counted),
        persons=persons,
        target=target,
    )


def share_figure(
    name: str,
    statement: str,
    hits: Sequence[bool],
    persons: Sequence[int],
    *,
    target: Target | None = None,
) -> Figure:
    """Make a figure of a percentage, with Wilson's interval.

    Parameters
    ----------
    name, statement : str
    hits : sequence of bool
        One for each measurement.
    persons : sequence of int
        Whose each is.
    target : Target, optional
        In percent.
    """
    n = len(hits)
    return _percentage(name, statement, hits=sum(hits), of=n, worth=n, persons=persons, target=target)


def _percentage(
    name: str,
    statement: str,
    *,
    hits: float,
    of: int,
    worth: int,
    persons: Sequence[int],
    target: Target | None,
) -> Figure:
    """Make a figure of a percentage whose interval is that of so many independent measurements as it is worth."""
    low, high = wilson_interval(hits / of, worth) if of else (0.0, 0.0)
    return make_figure(
        name,
        statement,
        value=100.0 * hits / of if of else None,
        n=of,
        persons=len(set(persons)),
        unit="%",
        target=target,
        interval=(100.0 * low, 100.0 * high) if of else None,
    )
