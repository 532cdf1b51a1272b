"""One part moves alone: what the others are said to do, beside what anatomy makes them do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tdscreen.verification.figure import Figure, Target, make_figure
from tdscreen.verification.results import ClipResult, of_section
from tdscreen.verification.statistics import Indices, bootstrap_interval

REGIONS = ("upper_face", "lips", "jaw", "tongue", "head", "left_hand", "right_hand")
MAX_LEAK = 0.10
MIN_MOVER_MM = 1.0


@dataclass(frozen=True)
class Leak:
    """One mover and one other region in one clip; sizes as shares of the mover's true amplitude.

    Attributes
    ----------
    mover, region : str
    person : int
    measured : float
        As printed; 0 where nothing was found.
    true : float
        Of the signal that is printed, or of the region's own that moves most where nothing is printed: anatomy.
    """

    mover: str
    region: str
    person: int
    measured: float
    true: float

    @property
    def excess(self) -> float:
        """What is measured beyond anatomy; never below 0."""
        return max(self.measured - self.true, 0.0)


def leaks(results: Sequence[ClipResult]) -> list[Leak]:
    """Return every pair of mover and region of the clips in which one region was made to move alone.

    A region that was not assessed is left out: it says nothing, and is not found to be still.
    """
    found = []
    for clip in of_section(results, "leakage"):
        mover = clip.region(clip.group)
        if mover.true_amplitude < MIN_MOVER_MM:
            continue
        for region in clip.regions:
            if not region.assessed:
                continue
            own = [one.true_amplitude for one in region.signals if one.unit == "mm" and one.true_amplitude]
            printed = region.true_amplitude_of_signal
            true = printed if printed is not None else max(own, default=0.0)
            found.append(
                Leak(
                    mover=mover.region,
                    region=region.region,
                    person=clip.person,
                    measured=(region.amplitude_mm or 0.0) / mover.true_amplitude,
                    true=true / mover.true_amplitude,
                )
            )
    return found


@dataclass(frozen=True)
class Cell:
    """Mean over people of one cell of the table; see :class:`Leak`."""

    measured: float
    true: float
    excess: float
    people: int


def leakage_table(found: Sequence[Leak]) -> dict[tuple[str, str], Cell]:
    """Return the means of each mover (first) and region (second)."""
    cells: dict[tuple[str, str], list[Leak]] = {}
    for leak in found:
        cells.setdefault((leak.mover, leak.region), []).append(leak)
    return {
        key: Cell(
            float(np.mean([leak.measured for leak in these])),
            float(np.mean([leak.true for leak in these])),
            float(np.mean([leak.excess for leak in these])),
            len({leak.person for leak in these}),
        )
        for key, these in cells.items()
    }


def leakage_figures(results: Sequence[ClipResult]) -> list[Figure]:
    """Return the largest leak, and for each mover its largest."""
    others = [leak for leak in leaks(results) if leak.mover != leak.region]
    figures = [_worst("leakage.largest", "any region", others)]
    for mover in REGIONS:
        these = [leak for leak in others if leak.mover == mover]
        if these:
            figures.append(_worst(f"leakage.{mover}", mover.replace("_", " "), these))
    return figures


def _worst(name: str, words: str, found: Sequence[Leak]) -> Figure:
    def largest(drawn: Indices) -> float | None:
        table = leakage_table([found[i] for i in drawn])
        return 100 * max((cell.excess for cell in table.values()), default=0.0)

    persons = [leak.person for leak in found]
    where = ""
    if found:
        table = leakage_table(found)
        mover, region = max(table, key=lambda key: table[key].excess)
        if table[mover, region].excess > 0:
            where = f"; the largest is {region.replace('_', ' ')} while {mover.replace('_', ' ')} moves"
    return make_figure(
        name,
        f"Moving {words} alone: what another region is said to move beyond anatomy, of the mover's size, mean over "
        f"people{where}",
        value=largest(np.arange(len(found))) if found else None,
        n=len(found),
        persons=len(set(persons)),
        unit="%",
        target=Target(high=100 * MAX_LEAK),
        interval=bootstrap_interval(persons, largest) if found else None,
    )
