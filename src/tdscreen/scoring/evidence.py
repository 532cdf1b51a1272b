"""What an examination's clips give as evidence for each item, and why some of it gives none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tdscreen.measurement.clip import ClipMeasurement, RegionMeasurement
from tdscreen.motion.bouts import joined_bouts
from tdscreen.motion.features import Interval
from tdscreen.printing import rounded_down
from tdscreen.scoring.rating_rule import SCALES
from tdscreen.settings import SCORING, ScoringSettings
from tdscreen.vocabulary import ITEM_REGIONS, Item, MovementType, Region, Task, Verdict

ACTIVATION_TASKS = frozenset({Task.FINGER_TAPPING_LEFT, Task.FINGER_TAPPING_RIGHT})
"""Tasks that distract, during which movement elsewhere is seen "on activation" (Guy 1976)."""

NOT_MEASURED_ITEMS: dict[Item, str] = {
    Item.LOWER_LIMBS: "Legs and feet are not measured by this version. Please examine them in person.",
    Item.TRUNK: "Neck, shoulders and hips are not measured by this version. Please examine them in person.",
}
"""Items that no clip can give evidence for, and why."""


@dataclass(frozen=True)
class Evidence:
    """One region of one clip, as it counts for an item.

    Attributes
    ----------
    file : str
        Name of the clip.
    input_sha256 : str
        Of the clip.
    task : Task
    region : Region
    signal : str or None
        The signal that moves most; None if nothing moves.
    scale : str
        The scale that it is held against, as ``lips`` or ``upper_limbs.wrist``.
    amplitude_mm : float
        Half the range, tremor set aside.
    amplitude_interval_mm : (float, float)
        95% interval: what the ruler and the witness of the movement leave open.
    percent_time_moving : float
        0 to 100, tremor set aside.
    carried_by : Region or None
        The part that this one only goes along with, as lips with a jaw that opens: the movement counts there, and
        here as none.
    noise_floor_mm : float or None
        Detection limit, as a range in 1 s.
    assessed_s : float
        Time for which the region was seen.
    bouts_s : tuple of (float, float)
        Start and end, in seconds of the clip, of movement in any of the region's signals, tremor set aside.
    """

    file: str
    input_sha256: str
    task: Task
    region: Region
    signal: str | None
    scale: str
    amplitude_mm: float
    amplitude_interval_mm: Interval
    percent_time_moving: float
    carried_by: Region | None
    noise_floor_mm: float | None
    assessed_s: float
    bouts_s: tuple[Interval, ...]


@dataclass(frozen=True)
class SetAside:
    """One region of one clip that gives no evidence for an item, and why.

    Attributes
    ----------
    file : str
        Name of the clip.
    region : Region
    reason : str
        As a sentence.
    """

    file: str
    region: Region
    reason: str


@dataclass(frozen=True)
class ItemEvidence:
    """Everything that an examination's clips say about one item, in an order that does not depend on theirs.

    Attributes
    ----------
    item : Item
    evidence : tuple of Evidence
    set_aside : tuple of SetAside
    """

    item: Item
    evidence: tuple[Evidence, ...]
    set_aside: tuple[SetAside, ...]


def is_long_enough(clip: ClipMeasurement) -> bool:
    """Say whether a clip is long enough to be scored (to a millisecond, which container clocks lose)."""
    return round(clip.duration_s, 3) >= SCORING.min_clip_s


def is_usable(clip: ClipMeasurement) -> bool:
    """Say whether a clip's quality allows it to be used."""
    return clip.quality.verdict is not Verdict.UNUSABLE


def clip_reason(clip: ClipMeasurement) -> str | None:
    """Why a whole clip gives no evidence, as a sentence; None if it does."""
    if not is_usable(clip):
        advice = " ".join(
            check.advice
            for check in clip.quality.checks
            if not check.passed and check.severity is Verdict.UNUSABLE and check.advice
        )
        return f"The clip is unusable. {advice}".strip()
    if not is_long_enough(clip):
        return (
            f"The clip is {rounded_down(clip.duration_s)} s long, and items need {SCORING.min_clip_s:g} s or more. "
            "Please record again, for longer."
        )
    return None


def region_reason(measured: RegionMeasurement) -> str | None:
    """Why a region of a usable clip gives no evidence, as a sentence; None if it does."""
    if not measured.assessed:
        return measured.reason or "The region was not assessed in this clip."
    if MovementType.VOLUNTARY_TASK in measured.movement_types:
        return measured.not_scored_reason or "The movement was asked for in this task, so it is not scored."
    if measured.scored_amplitude_mm is None or measured.scored_percent_time_moving is None:
        return measured.not_scored_reason or "The movement could not be scored."
    if measured.assessed_s < SCORING.min_item_s:
        return (
            f"It was seen without a break for only {rounded_down(measured.assessed_s)} s, and items need "
            f"{SCORING.min_item_s:g} s. Please record again, without breaks."
        )
    return None


def scale_name(region: Region, signal: str | None, item: Item) -> str:
    """Name the model's scale for a region's leading signal.

    Parameters
    ----------
    region : Region
    signal : str or None
        As ``left_hand.wrist`` or ``left_hand.index_tip``; None if nothing moves.
    item : Item

    Returns
    -------
    str
        The item's name; for the upper limbs with ``.wrist`` where the wrist leads, else with ``.fingers``.
    """
    if item is not Item.UPPER_LIMBS:
        return str(item)
    measure = (signal or "").removeprefix(f"{region}.")
    return f"{item}.wrist" if measure.startswith("wrist") else f"{item}.fingers"


def gather_evidence(clips: Sequence[ClipMeasurement]) -> dict[Item, ItemEvidence]:
    """Sort what clips show into what counts for each item and what does not.

    Clips that are unusable or too short, regions not assessed, movement that was asked for, and movement that
    cannot be told from tremor give no evidence. Nor is stillness evidence in a clip that could not show a movement of
    a size that is more than slight.

    Parameters
    ----------
    clips : sequence of ClipMeasurement

    Returns
    -------
    dict of Item to ItemEvidence
        For each of the seven items.
    """
    in_order = sorted(clips, key=lambda clip: (clip.input_sha256, clip.file, clip.task))
    gathered: dict[Item, ItemEvidence] = {}
    for item, regions in ITEM_REGIONS.items():
        evidence: list[Evidence] = []
        set_aside: list[SetAside] = []
        for clip in in_order:
            for region in regions:
                found = _of_region(clip, region, item)
                if isinstance(found, Evidence):
                    evidence.append(found)
                else:
                    set_aside.append(found)
        gathered[item] = ItemEvidence(item, tuple(evidence), tuple(set_aside))
    return gathered


def _of_region(clip: ClipMeasurement, region: Region, item: Item) -> Evidence | SetAside:
    """Return what one region of one clip gives for an item."""
    measured = clip.regions[region]
    reason = clip_reason(clip) or region_reason(measured)
    amplitude_mm, percent = measured.scored_amplitude_mm, measured.scored_percent_time_moving
    if reason is not None or amplitude_mm is None or percent is None:
        return SetAside(clip.file, region, reason or "The movement could not be scored.")
    scale = scale_name(region, measured.signal, item)
    if amplitude_mm == 0 and (unseen_mm := _unseen(measured, item)) is not None:
        beside = " beside the tremor" if MovementType.TREMOR_LIKE in measured.movement_types else ""
        return SetAside(
            clip.file,
            region,
            f"No movement was found{beside}, but the clip is too unsteady or coarse to show {unseen_mm:g} mm. "
            "Please record again, nearer and with the camera at rest.",
        )
    carrier = carried_by(clip, region)
    if carrier is not None:
        amplitude_mm, percent = 0.0, 0.0
    return Evidence(
        file=clip.file,
        input_sha256=clip.input_sha256,
        task=clip.task,
        region=region,
        signal=measured.signal,
        scale=scale,
        amplitude_mm=float(amplitude_mm),
        amplitude_interval_mm=_interval(measured, float(amplitude_mm)),
        percent_time_moving=float(percent),
        carried_by=carrier,
        noise_floor_mm=measured.noise_floor_mm,
        assessed_s=measured.assessed_s,
        bouts_s=() if carrier else _bouts(measured),
    )


def carried_by(
    clip: ClipMeasurement, region: Region, *, settings: ScoringSettings = SCORING
) -> Region | None:
    """Name the part that lips or jaw only go along with; None if they move by themselves.

    The lower lip rides on the jaw, and a jaw that opens parts the lips by as much; lips that part by themselves go
    farther than the chin's skin that they drag along, but not so far as a jaw that opens widely parts them. A tongue
    that comes out opens both.

    Parameters
    ----------
    clip : ClipMeasurement
    region : Region
    settings : ScoringSettings

    Returns
    -------
    Region or None
    """
    if region not in (Region.LIPS, Region.JAW):
        return None
    tongue = clip.regions[Region.TONGUE]
    farthest_mm = settings.tongue_parts_lips_mm if region is Region.LIPS else settings.tongue_parts_jaw_mm
    makes_way = (clip.regions[region].amplitude_mm or 0.0) <= farthest_mm
    if (
        tongue.protrusions
        and makes_way
        and _together(clip, region, Region.TONGUE, settings) >= settings.carried_by_tongue
    ):
        return Region.TONGUE
    lips, jaw = clip.regions[Region.LIPS], clip.regions[Region.JAW]
    if not (lips.amplitude_mm and jaw.amplitude_mm):
        return None
    if _together(clip, Region.LIPS, Region.JAW, settings) < settings.carried_min_correlation:
        return None
    ratio = lips.amplitude_mm / jaw.amplitude_mm
    opened_wide = lips.signal == "lips.opening" and lips.amplitude_mm > settings.lips_alone_mm
    if region is Region.LIPS:
        return Region.JAW if opened_wide or ratio <= settings.lips_follow_ratio else None
    return Region.LIPS if not opened_wide and ratio >= settings.jaw_follows_ratio else None


def _together(clip: ClipMeasurement, one: Region, other: Region, settings: ScoringSettings) -> float:
    """Correlation, at once and in one direction, of the signals that speak for two parts; 0 where not known."""
    names = {clip.regions[one].signal, clip.regions[other].signal}
    for pair in clip.moving_together:
        if {pair.first, pair.second} == names and abs(pair.coupling.lag_s) <= settings.carried_max_lag_s:
            return pair.coupling.correlation
    return 0.0


def _interval(measured: RegionMeasurement, amplitude_mm: float) -> Interval:
    """Bring the interval of a region's amplitude to what of it counts."""
    if not amplitude_mm or measured.amplitude_interval_mm is None or not measured.amplitude_mm:
        return (0.0, 0.0)
    low_mm, high_mm = measured.amplitude_interval_mm
    share = amplitude_mm / measured.amplitude_mm
    return share * low_mm, share * high_mm


def _bouts(measured: RegionMeasurement) -> tuple[Interval, ...]:
    """Join the stretches in which any of a region's signals in mm moves, tremor set aside, or the tongue is out."""
    if not measured.scored_percent_time_moving:
        # What is not counted, as a movement that is not repeated, is not pointed at either.
        return ()
    signals = [entry.without_tremor or entry for entry in measured.signals if entry.unit == "mm"]
    out = [(one.start_s, one.end_s) for one in measured.protrusions or ()]
    return joined_bouts([*out, *(bout for entry in signals for bout in entry.bouts)])


def _unseen(measured: RegionMeasurement, item: Item) -> float | None:
    """Give an amplitude, more than slight, that one of a region's signals in mm would not show; None if all would.

    Each signal by itself: a wrist that trembles is seen well, and hides the fingers that it carries along.
    """
    for entry in measured.signals:
        slight_mm = SCALES[scale_name(measured.region, entry.name, item)].slight_to_mm
        # The limit is a range, the edge half of one.
        if entry.unit == "mm" and entry.assessed_s > 0 and entry.noise_floor / 2.0 > slight_mm:
            return slight_mm
    return None


def join_reasons(set_aside: Sequence[SetAside]) -> str:
    """Join the reasons for which nothing counted: each once, named after its clip where they differ.

    Parameters
    ----------
    set_aside : sequence of SetAside
        At least one.

    Returns
    -------
    str
    """
    reasons = list(dict.fromkeys(entry.reason for entry in set_aside))
    if len(reasons) == 1:
        return reasons[0]
    if len({entry.file for entry in set_aside}) == 1:
        return " ".join(reasons)
    return " ".join(dict.fromkeys(f"{entry.file}: {entry.reason}" for entry in set_aside))
