"""What stands on the card, whatever it is written as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tdscreen.verification.figure import Figure, make_figure
from tdscreen.verification.results import ClipResult
from tdscreen.verification.sections.all_sections import SECTIONS, Section

TITLE = "Measurement card"
CLIPS_FIGURE = "clips.measured"
"""The figure of how many clips of the grid the card is made of."""


@dataclass(frozen=True)
class FailedClip:
    """A clip that could not be rendered or measured, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Card:
    """Everything that the card says.

    Attributes
    ----------
    version : str
        Of tdscreen.
    date : str
        Of the run, as given; the card holds no clock of its own.
    size : str
        Of the grid: ``small``, ``standard`` or ``large``.
    command : str
        That makes it.
    figures : tuple of Figure
    results : tuple of ClipResult
    failed : tuple of FailedClip
    provenance : dict of str to str
        Versions and hashes, in the order shown.
    """

    version: str
    date: str
    size: str
    command: str
    figures: tuple[Figure, ...]
    results: tuple[ClipResult, ...]
    failed: tuple[FailedClip, ...]
    provenance: dict[str, str]

    @property
    def persons(self) -> int:
        """How many virtual people are in the clips."""
        return len({clip.person for clip in self.results})

    @property
    def seconds(self) -> float:
        """Length of all clips."""
        return sum(clip.duration_s for clip in self.results)

    def missed(self) -> list[Figure]:
        """Return the figures whose target is not reached, or could not be measured."""
        return [figure for figure in self.with_target() if not figure.reached]

    def figure(self, name: str) -> Figure | None:
        """Return a figure by its name; None if this card has none of it."""
        return next((figure for figure in self.figures if figure.name == name), None)

    def with_target(self) -> list[Figure]:
        """Return the figures that have a target."""
        return [figure for figure in self.figures if figure.target is not None]

    def sections(self) -> list[tuple[Section, list[Figure]]]:
        """Return the sections that have figures, in order."""
        found = [
            (section, [figure for figure in self.figures if figure.section == section.name])
            for section in SECTIONS
        ]
        return [(section, figures) for section, figures in found if figures]


def measured_of_planned(measured: int, planned: int) -> str:
    """Say of how many clips a card lacks some; empty if it has all."""
    if measured >= planned:
        return ""
    return f"{measured} of {planned} clips; the others were not rendered or tracked."


def all_figures(
    results: Sequence[ClipResult], *, planned: int, only: str | None = None
) -> tuple[Figure, ...]:
    """Make the figures of all sections, or of one, behind the figure of how many clips there are.

    Parameters
    ----------
    results : sequence of ClipResult
    planned : int
        Clips that the grid, or its section, has.
    only : str, optional
        Name of a section.
    """
    clips = make_figure(
        CLIPS_FIGURE,
        "Clips of the grid that this card is made of",
        value=len(results),
        n=planned,
        persons=len({clip.person for clip in results}),
        unit="clips",
    )
    return clips, *(
        figure for section in SECTIONS if only in (None, section.name) for figure in section.figures(results)
    )


def number(value: float, unit: str) -> str:
    """Write a number as a reader wants it: three digits that count, percent in tenths."""
    if unit == "%":
        return f"{value:.1f}%" if value % 1 else f"{value:.0f}%"
    text = f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}"
    return f"{text} {unit}".strip()


def value_words(figure: Figure) -> str:
    """Write a figure's value, with what bounds it."""
    if figure.value is None:
        return "not measured"
    return f"{figure.bound} {number(figure.value, figure.unit)}".strip()


def interval_words(figure: Figure) -> str:
    """Write a figure's interval; empty if there is none."""
    if figure.interval is None:
        return ""
    low, high = (number(bound, figure.unit).removesuffix(f" {figure.unit}") for bound in figure.interval)
    return f"{low} to {high}"


def verdict_words(figure: Figure) -> str:
    """Write whether a target is reached."""
    if figure.target is None:
        return ""
    return {True: "reached", False: "not reached", None: "not measured"}[figure.reached]
