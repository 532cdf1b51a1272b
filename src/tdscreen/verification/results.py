"""What the chain made of one clip, beside what is true of it: the currency of this room.

One :class:`ClipResult` a clip. Everything a figure needs is in it, so that figures are pure functions of results.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class SignalResult:
    """One signal that was measured, beside its true path.

    Attributes
    ----------
    name, unit : str
    true_amplitude : float or None
        Half the range of the true path while the region truly moves, or over the whole clip if it does not; None if
        the truth does not hold the signal.
    amplitude : float
        As measured; 0 if nothing was found to move.
    amplitude_by_landmarks : float or None
        The same from the landmarks alone; None if that was not seen.
    peak_frequency_hz : float or None
    percent_time_moving : float
    noise_floor : float
        Detection limit, as a range within a second.
    """

    name: str
    unit: str
    true_amplitude: float | None
    amplitude: float
    amplitude_by_landmarks: float | None
    peak_frequency_hz: float | None
    percent_time_moving: float
    noise_floor: float


@dataclass(frozen=True)
class RegionResult:
    """One region of one clip.

    Attributes
    ----------
    region : str
    kinds : tuple of str
        What truly moves there, in the words of the truth file; empty at rest.
    regular : bool
        One regular movement, and no other.
    true_signal : str or None
        The signal that truly moves most.
    true_amplitude : float
        Of that signal, half the range while it moves; 0 at rest.
    true_frequency_hz : float or None
    true_percent_time_moving : float
    true_severity : int or None
        None where it cannot be told from outside.
    true_scored : bool
        Whether the true movement should count for an item.
    carried : bool
        Nothing but another region's movement moves it, as a lower lip on its jaw.
    assessed : bool
    reason : str or None
    signal : str or None
        The signal that the printed figures come from.
    true_amplitude_of_signal : float or None
        The true amplitude of the printed signal.
    amplitude_mm : float or None
    amplitude_interval_mm : (float, float) or None
    peak_frequency_hz : float or None
    percent_time_moving : float or None
    noise_floor_mm : float or None
        Detection limit, as a range within a second.
    movement_types : tuple of str
    scored_amplitude_mm : float or None
    scored_percent_time_moving : float or None
    not_scored_reason : str or None
    signals : tuple of SignalResult
    """

    region: str
    kinds: tuple[str, ...]
    regular: bool
    true_signal: str | None
    true_amplitude: float
    true_frequency_hz: float | None
    true_percent_time_moving: float
    true_severity: int | None
    true_scored: bool
    carried: bool
    assessed: bool
    reason: str | None
    signal: str | None = None
    true_amplitude_of_signal: float | None = None
    amplitude_mm: float | None = None
    amplitude_interval_mm: tuple[float, float] | None = None
    peak_frequency_hz: float | None = None
    percent_time_moving: float | None = None
    noise_floor_mm: float | None = None
    movement_types: tuple[str, ...] = ()
    scored_amplitude_mm: float | None = None
    scored_percent_time_moving: float | None = None
    not_scored_reason: str | None = None
    signals: tuple[SignalResult, ...] = ()

    @property
    def moves(self) -> bool:
        """Whether the region truly moves, by itself or carried along."""
        return self.true_amplitude > 0

    @property
    def moves_itself(self) -> bool:
        """Whether the region truly moves by a movement of its own."""
        return self.moves and not self.carried


@dataclass(frozen=True)
class ItemResult:
    """One item of one clip.

    Attributes
    ----------
    item : str
    assessed : bool
    reason : str or None
    expected : float or None
        Expected score, 0 to 4.
    severity : float or None
        Latent severity, 0 to 4.
    true_severity : int
        The largest over the item's regions whose movement should count; 0 for the others.
    """

    item: str
    assessed: bool
    reason: str | None
    expected: float | None
    severity: float | None
    true_severity: int


@dataclass(frozen=True)
class HandResult:
    """One hand of one clip.

    Attributes
    ----------
    side : str
    true_taps, taps : int or None
        None if nobody taps, or no taps were counted.
    true_tap_rate_hz, tap_rate_hz : float or None
    seen_pictures, exchanged_pictures : int
        Pictures in which the tool follows this hand while its true place is known, and those of them in which it is
        nearer to the true place of the other.
    in_view_pictures : int
        Pictures that truly show the hand, from the wrist to the tip of the middle finger.
    """

    side: str
    true_taps: int | None
    taps: int | None
    true_tap_rate_hz: float | None
    tap_rate_hz: float | None
    seen_pictures: int
    exchanged_pictures: int
    in_view_pictures: int


@dataclass(frozen=True)
class TongueResult:
    """The tongue of one clip.

    Attributes
    ----------
    true_count : int
        Times that it truly comes out past the lip.
    count : int or None
        As measured; None if the mouth could not be looked at.
    reach_errors_mm : tuple of float
        Measured less true reach of each time that was found.
    hidden : bool
        It moves behind closed lips.
    assessed : bool
    reason : str or None
    """

    true_count: int
    count: int | None
    reach_errors_mm: tuple[float, ...]
    hidden: bool
    assessed: bool
    reason: str | None


@dataclass(frozen=True)
class ClipResult:
    """One clip: what was rendered, what is true of it and what the chain made of it.

    Attributes
    ----------
    name : str
    sections : tuple of str
        The parts of the card that it counts for.
    group : str
        What it shows, in a word that clips to be compared share.
    base : str or None
        The clip that it varies, by name.
    variant : str or None
        How it varies it.
    preset, task : str
    person : int
        Seed of the person.
    sex, origin, age_band : str
    monk_tone : int
    width, height : int
    fps, distance_mm : float
    light : str
    codec : str
    degraded : str or None
        The quality check that must refuse it.
    duration_s : float
    pictures : int
        As decoded.
    verdict : str
    failed_checks : tuple of str
    unusable_checks : tuple of str
        Those that make it unusable.
    face_share : float
        Percent of pictures in which the face was followed.
    skin_contrast : float or None
        See :mod:`tdscreen.verification.contrast`.
    blinks_per_minute : float or None
    regions : tuple of RegionResult
    items : tuple of ItemResult
    hands : tuple of HandResult
    tongue : TongueResult
    input_sha256 : str
    """

    name: str
    sections: tuple[str, ...]
    group: str
    base: str | None
    variant: str | None
    preset: str
    task: str
    person: int
    sex: str
    origin: str
    age_band: str
    monk_tone: int
    width: int
    height: int
    fps: float
    distance_mm: float
    light: str
    codec: str
    degraded: str | None
    duration_s: float
    pictures: int
    verdict: str
    failed_checks: tuple[str, ...]
    unusable_checks: tuple[str, ...]
    face_share: float
    skin_contrast: float | None
    blinks_per_minute: float | None
    regions: tuple[RegionResult, ...]
    items: tuple[ItemResult, ...]
    hands: tuple[HandResult, ...]
    tongue: TongueResult
    input_sha256: str

    @property
    def usable(self) -> bool:
        """Whether the quality checks let it be used."""
        return self.verdict != "unusable"

    def region(self, name: str) -> RegionResult:
        """Return a region by its name."""
        return next(one for one in self.regions if one.region == name)

    def raised(self, *, from_severity: float) -> list[ItemResult]:
        """Return the items estimated at this severity or above."""
        return [one for one in self.items if one.severity is not None and one.severity >= from_severity]


def of_section(results: Iterable[ClipResult], section: str) -> list[ClipResult]:
    """Return the clips that count for a section."""
    return [clip for clip in results if section in clip.sections]


def region_rows(results: Iterable[ClipResult]) -> Iterator[tuple[ClipResult, RegionResult]]:
    """Walk through every region of every clip."""
    for clip in results:
        for region in clip.regions:
            yield clip, region
