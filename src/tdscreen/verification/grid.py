"""Which clips make the card: what is done, by whom, filmed how, and which sections each counts for."""

from __future__ import annotations

import dataclasses
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from tdscreen.phantom.degraded import degrade
from tdscreen.phantom.film import ClipSpec
from tdscreen.phantom.phone import Phone
from tdscreen.phantom.presets import mover, programme_of
from tdscreen.phantom.programme import HandPath, Movement, Programme
from tdscreen.verification.people import card_person
from tdscreen.vocabulary import Side, Task

Size = Literal["small", "standard", "large"]
SIZES: tuple[Size, ...] = ("small", "standard", "large")

NEAR = Phone(416, 720, framing="face", distance_mm=400.0)
"""The usual clip of a face: a phone held upright at 40 cm, 0.76 mm a pixel, cut to what shows the person."""
ARMS_LENGTH = Phone(1280, 720, framing="face", distance_mm=600.0)
"""720 lines at arm's length, 0.63 mm a pixel."""
WAIST = Phone(640, 640, framing="seated")
"""Head to waist with both hands, 1.3 mm a pixel."""
LAP = Phone(640, 720, framing="lap")

SHORT_S, LONG_S = 10.2, 12.0
"""Items need 10 s. Rates and counts are promised for 15: a shorter clip is the harder one."""
SPOILT_S = 6.0
RATES_HZ = (0.5, 1.0, 1.6, 2.5, 4.0, 5.5, 7.0)
FAST_HZ = 4.0
"""From here sizes stay small, as bodies do."""
TD_BAND_HZ = (0.7, 2.2)
TD_TOP_HZ = 2.5
"""Regular movement above this is told from a tremor by nobody, so it counts for no item."""


@dataclass(frozen=True)
class GridClip:
    """One clip of the grid.

    Attributes
    ----------
    spec : ClipSpec
    sections : tuple of str
        Tags of the sections that it counts for.
    group : str
        What it shows.
    base : str or None
        Name of the clip that it varies.
    variant : str or None
    """

    spec: ClipSpec
    sections: tuple[str, ...]
    group: str
    base: str | None = None
    variant: str | None = None

    @property
    def name(self) -> str:
        """Of the clip's files."""
        return self.spec.name


def grid(size: Size) -> tuple[GridClip, ...]:
    """Return the clips of a grid, each name once, so mixed that a part of it shows something of every section.

    Parameters
    ----------
    size : {"small", "standard", "large"}

    Returns
    -------
    tuple of GridClip
    """
    clips = tuple(_small()) if size == "small" else _mixed(_full(2 if size == "large" else 1))
    names = [clip.name for clip in clips]
    if len(set(names)) < len(names):
        raise ValueError("two clips of the grid have one name")
    return clips


def _small() -> Iterator[GridClip]:
    """Yield a handful of short clips, for the tests: a movement, rest, and a clip past use."""
    phone = Phone(288, 384, fps=20.0, framing="face", distance_mm=300.0)
    movements = (
        Movement("jaw", "opening", 4.0, rate_hz=1.5),
        Movement("upper_face", "brow", 3.0, rate_hz=1.0),
    )
    programme = Programme(Task.REST, 5.0, movements)
    yield _clip("small-jaw-brow", 0, phone, ("frequency", "amplitude", "good"), "jaw", programme=programme)
    yield _clip(
        "small-rest", 8, phone, ("still", "limits", "good"), "breathing", preset="breathing", duration_s=10.0
    )
    dark = dataclasses.replace(phone, light=0.005)
    yield _clip(
        "small-dark", 1, dark, ("degraded",), "light", preset="rest", duration_s=2.0, degraded="light"
    )


def _full(times: int) -> Iterator[GridClip]:
    yield from _movers(10 * times)
    yield from _uneven_clocks(3 * times)
    yield from _fingers(3 * times)
    yield from _severities(16 * times)
    yield from _small_movements(10 * times)
    yield from _swaying(6 * times)
    yield from _alone(2 * times)
    yield from _still(50 * times)
    yield from _tongues(10 * times)
    yield from _mistaken(times)
    yield from _hands(2 * times)
    yield from _far(3)
    yield from _nuisance()
    yield from _degraded(2 * times)


def _mixed(clips: Iterable[GridClip]) -> tuple[GridClip, ...]:
    """Lay clips of all kinds into one another, each kind spread evenly from first to last."""
    kinds: dict[tuple[str, str], list[GridClip]] = {}
    for clip in clips:
        kinds.setdefault((clip.sections[0], clip.group), []).append(clip)
    placed = [((i + 0.5) / len(kind), clip) for kind in kinds.values() for i, clip in enumerate(kind)]
    return tuple(clip for _, clip in sorted(placed, key=lambda one: one[0]))


def _clip(
    name: str,
    person: int,
    phone: Phone,
    sections: tuple[str, ...],
    group: str,
    *,
    base: str | None = None,
    variant: str | None = None,
    person_fixed: dict[str, Any] | None = None,
    **spec: Any,
) -> GridClip:
    who = card_person(person)
    made = ClipSpec(
        name=name,
        person_seed=who.seed,
        person_fixed={**who.fixed, **(person_fixed or {})},
        # The room and every course of chance are the clip's own.
        phone=dataclasses.replace(phone, room_seed=phone.room_seed or who.seed),
        seed=spec.pop("seed", _seed_of(name)),
        **spec,
    )
    return GridClip(made, sections, group, base, variant)


def _seed_of(name: str) -> int:
    """Return a seed from the clip's name, so that a clip stays as it is when others join the grid."""
    return FIRST_CLIP_SEED + zlib.crc32(name.encode()) % 900_000


FIRST_CLIP_SEED = 100_000


def _pick(values: tuple[float, ...], index: int) -> float:
    return values[index % len(values)]


def _sized(sizes: tuple[float, ...], rate_hz: float, index: int) -> float:
    """Pick a size, of the smaller half for fast movement."""
    return _pick(sizes if rate_hz < FAST_HZ else sizes[: (len(sizes) + 1) // 2], index)


LIPS_MM = (1.0, 1.5, 2.0, 3.0, 4.0, 5.5)
JAW_MM = (1.0, 1.5, 2.5, 4.0, 6.0, 9.0)
BROW_MM = (1.0, 1.5, 2.0, 3.0, 4.2)
FINGER_MM = (2.0, 3.0, 5.0, 8.0, 12.0, 18.0)


def _movers(people: int) -> Iterator[GridClip]:
    """Yield regular movements of lips or jaw and, far away from them, of the brows: three clips a person."""
    for person in range(people):
        for turn in range(3):
            rate = _pick(RATES_HZ, 2 * person + 3 * turn)
            brow_rate = _pick(RATES_HZ, 3 * person + 2 * turn + 1)
            part = ("lips", "jaw", ("lips", "jaw")[person % 2])[turn]
            sizes = LIPS_MM if part == "lips" else JAW_MM
            programme = Programme(
                Task.REST,
                LONG_S,
                (
                    Movement(part, "opening", _sized(sizes, rate, person + 2 * turn), rate_hz=rate),
                    Movement(
                        "upper_face", "brow", _sized(BROW_MM, brow_rate, person + turn), rate_hz=brow_rate
                    ),
                ),
            )
            sections: tuple[str, ...] = ("frequency", "amplitude", "good")
            if max(rate, brow_rate) <= TD_TOP_HZ:
                sections += ("fairness", "time")
            yield _clip(f"move-{person:02d}-{turn}-{part}", person, NEAR, sections, part, programme=programme)


def _uneven_clocks(people: int) -> Iterator[GridClip]:
    """Yield regular movements filmed at a variable rate of pictures, and with a tenth of them lost."""
    clocks = {
        "variable": dataclasses.replace(NEAR, jitter=0.15, slows_to_fps=20.0),
        "dropped": dataclasses.replace(NEAR, dropped=0.1),
    }
    for which, (name, phone) in enumerate(clocks.items()):
        for turn in range(people):
            person = 10 + 3 * which + turn
            rates = (_pick((0.7, 3.1, 1.7), turn), _pick((2.2, 0.9, 4.6), turn))
            programme = Programme(
                Task.REST,
                LONG_S,
                (
                    Movement("jaw" if turn % 2 else "lips", "opening", 2.5, rate_hz=rates[0]),
                    Movement("upper_face", "brow", 2.0, rate_hz=rates[1]),
                ),
            )
            yield _clip(
                f"clock-{name}-{turn:02d}",
                person,
                phone,
                (f"frequency_{name}", "good"),
                name,
                programme=programme,
            )


def _fingers(people: int) -> Iterator[GridClip]:
    """Yield regular movements of one finger of each hand: three clips a person."""
    for person in range(people):
        for turn in range(3):
            index = 3 * person + turn
            right, left = _pick(RATES_HZ, 2 * index), _pick(RATES_HZ, 2 * index + 3)
            programme = Programme(
                Task.REST,
                SHORT_S,
                (
                    Movement("right_hand", "index", _sized(FINGER_MM, right, index), rate_hz=right),
                    Movement("left_hand", "middle", _sized(FINGER_MM, left, index + 3), rate_hz=left),
                ),
                left_hand=HandPath("raised"),
                right_hand=HandPath("raised"),
            )
            yield _clip(
                f"fingers-{person:02d}-{turn}", 4 * person + 2, WAIST, ("frequency", "amplitude", "fingers"), "fingers",
                programme=programme,
            )  # fmt: skip


def severity_programme(index: int, *, duration_s: float = SHORT_S) -> Programme:
    """Make a resting programme with uneven movement of lips or jaw and of the brows, in bouts.

    Parameters
    ----------
    index : int
        Sizes and shares of time go with it.
    duration_s : float
    """
    shares = (0.2, 0.55, 0.9, 0.3, 0.62, 0.95)
    part = ("lips", "jaw")[index % 2]
    size = _pick((1.5, 3.5, 5.5) if part == "lips" else (2.0, 5.0, 9.0), index // 2)
    return Programme(
        Task.REST,
        duration_s,
        (
            _uneven(part, "opening", size, _pick(shares, index)),
            _uneven("upper_face", "brow", _pick((1.2, 2.5, 4.2), index // 3), _pick(shares, index // 2 + 1)),
        ),
    )


def _uneven(region: str, movement: str, amplitude: float, share: float, **more: Any) -> Movement:
    return Movement(
        region, movement, amplitude, rate_band_hz=TD_BAND_HZ, regular=False, share_of_time=share, **more
    )


def _severities(people: int) -> Iterator[GridClip]:
    for person in range(people):
        yield _clip(
            f"severity-{person:02d}",
            person,
            NEAR,
            ("time", "amplitude", "kinds", "fairness", "good"),
            ("lips", "jaw")[person % 2],
            programme=severity_programme(person),
        )


def _small_movements(clips: int) -> Iterator[GridClip]:
    """Yield small movements of lips or jaw and of the brows, at 720 lines and arm's length in good light."""
    sizes = (0.3, 0.4, 0.5, 0.65, 0.8, 1.0)
    for turn in range(clips):
        part = ("lips", "jaw")[turn % 2]
        programme = Programme(
            Task.REST,
            SHORT_S,
            (
                Movement(part, "opening", _pick(sizes, turn // 2), rate_hz=_pick((1.2, 1.7, 2.3), turn)),
                Movement("upper_face", "brow", _pick(sizes, turn // 2 + 3), rate_hz=_pick((0.9, 1.4), turn)),
            ),
        )
        yield _clip(
            f"faint-{turn:02d}-{part}", turn, ARMS_LENGTH, ("noise", "good"), part, programme=programme
        )


CHEWING_MM = 1.7
SWAY_MM = 4.0
"""Wandering of a head that nobody holds still, some six times that of people who sit quietly."""


def _swaying(people: int) -> Iterator[GridClip]:
    """Yield small chewing behind closed lips while the head sways, turns and nods."""
    for turn in range(people):
        programme = Programme(
            Task.REST,
            SHORT_S,
            (
                Movement("jaw", "chewing", CHEWING_MM, rate_hz=_pick((1.1, 1.4, 1.9), turn)),
                Movement("head", "turn", 5.0, rate_band_hz=(0.2, 0.6), regular=False, scored=False),
                Movement("head", "nod", 3.0, rate_band_hz=(0.2, 0.6), regular=False, scored=False),
            ),
            head_sway_mm=SWAY_MM,
        )
        yield _clip(f"swaying-{turn:02d}", 3 * turn, NEAR, ("swaying",), "swaying", programme=programme)


def _alone(people: int) -> Iterator[GridClip]:
    """Yield each region moved alone."""
    for turn in range(people):
        person = (4, 18, 11, 7)[turn % 4]
        moves = {
            "upper_face": mover("upper_face", "brow", rate_hz=1.2, amplitude=3.5, duration_s=SHORT_S),
            "lips": mover("lips", "opening", rate_hz=1.3, amplitude=4.0, duration_s=SHORT_S),
            "jaw": mover("jaw", "opening", rate_hz=1.1, amplitude=6.0, duration_s=SHORT_S),
            "tongue": Programme(
                Task.REST,
                SHORT_S,
                (Movement("tongue", "out", 12.0, rate_hz=0.7, pattern="pulses", pulse_s=0.8),),
            ),
            "head": mover("head", "sideways", rate_hz=0.8, amplitude=15.0, duration_s=SHORT_S),
            "left_hand": mover("left_hand", "index", rate_hz=1.5, amplitude=14.0, duration_s=SHORT_S),
            "right_hand": mover("right_hand", "middle", rate_hz=1.2, amplitude=14.0, duration_s=SHORT_S),
        }
        for region, programme in moves.items():
            hand = region.endswith("_hand")
            if hand:
                raised = HandPath("raised")
                programme = dataclasses.replace(programme, left_hand=raised, right_hand=raised)
            yield _clip(
                f"alone-{turn}-{region}",
                person,
                WAIST if hand else NEAR,
                ("leakage",),
                region,
                programme=programme,
            )


def _still(clips: int) -> Iterator[GridClip]:
    """Yield people who do nothing but live: by a shaking hand, turning the head, breathing, blinking."""
    kinds = ("shaking_hand", "turning_head", "breathing") * 5 + ("blinking",) * 2
    for turn in range(clips):
        group = kinds[turn % len(kinds)]
        distance_mm = (400.0, 400.0, 600.0, 900.0)[turn % 4]
        light = (1.0, 1.0, 1.0, 0.3, 1.0)[turn % 5]
        phone = dataclasses.replace(
            NEAR,
            fps=(30.0, 24.0)[turn % 2],
            distance_mm=distance_mm,
            light=light,
            lighting=("room", "window", "overhead")[turn % 3],
            shake_mm=(3.0 + turn % 4) if group == "shaking_hand" else 0.0,
        )
        sections: tuple[str, ...] = ("still", "good")
        if group in ("breathing", "blinking"):
            sections += ("limits", "kinds")
        preset = {"shaking_hand": "rest", "turning_head": "head_turning", "breathing": "breathing"}.get(group)
        programme = Programme(Task.REST, SHORT_S, blinks_per_minute=26.0) if group == "blinking" else None
        if group == "blinking":
            sections += ("never",)
        yield _clip(
            f"still-{turn:02d}-{group}", turn % 40, phone, sections, group, preset=preset, programme=programme,
            duration_s=SHORT_S,
        )  # fmt: skip


def _tongues(people: int) -> Iterator[GridClip]:
    """Yield tongues that dart, one for each tone of skin; mouths without one in sight; tongues behind closed lips."""
    for person in range(people):
        darting = Programme(
            Task.REST,
            LONG_S,
            (
                Movement(
                    "tongue", "out", _pick((8.0, 12.0, 16.0, 20.0), person), rate_hz=_pick((0.35, 0.5, 0.65), person),
                    regular=False, pattern="pulses", pulse_s=_pick((0.7, 0.9, 1.2), person),
                ),
            ),
        )  # fmt: skip
        yield _clip(f"tongue-{person:02d}", person, NEAR, ("tongue",), "tongue", programme=darting)
    mouths: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("talking", "talking", {}),
        ("smiling", "smiling", {}),
        ("lip_biting", "lip_biting", {}),
        ("lipstick", "lip_smacking", {"lipstick": True, "sex": "female", "beard": "none"}),
    )
    for turn in range(max(2, people // 4)):
        for group, preset, fixed in mouths:
            person = 10 + 5 * turn + len(group) % 5
            sections: tuple[str, ...] = ("no_tongue", "kinds") if group == "talking" else ("no_tongue",)
            programme = None
            if group == "talking":
                # Nobody has said that the person talks: it must be seen.
                talks = programme_of(preset, duration_s=SHORT_S, seed=person)
                programme = dataclasses.replace(talks, task=Task.UNSTRUCTURED)
            yield _clip(
                f"no-tongue-{group}-{turn}", person, NEAR, sections, group, preset=preset, programme=programme,
                duration_s=SHORT_S, person_fixed=fixed,
            )  # fmt: skip
        yield _clip(
            f"hidden-tongue-{turn}", 6 + 9 * turn, NEAR, ("hidden_tongue",), "hidden", preset="tongue_rolling",
            duration_s=SHORT_S,
        )  # fmt: skip


def _mistaken(times: int) -> Iterator[GridClip]:
    """Yield what is mistaken for dyskinesia, what lies over it, and tasks done as asked."""
    plans: tuple[tuple[str, str, Phone, tuple[str, ...], int], ...] = (
        ("rabbit_syndrome", "rabbit_syndrome", NEAR, ("kinds", "never"), 3),
        ("rabbit_with_dyskinesia", "rabbit_with_dyskinesia", NEAR, ("kinds",), 2),
        ("hand_tremor", "parkinsonian_tremor", WAIST, ("kinds", "never"), 2),
        ("action_tremor", "essential_tremor", LAP, ("kinds", "never"), 2),
        ("tremor_with_dyskinesia", "tremor_with_dyskinesia", WAIST, ("kinds",), 3),
        ("gum", "gum", NEAR, ("kinds",), 2),
        ("mouth_open", "task_mouth_open", NEAR, ("never", "kinds"), 2),
        ("tongue_out", "task_tongue_out", NEAR, ("never", "kinds"), 2),
        ("arms_out", "task_arms_out", LAP, ("never",), 1),
        ("sitting_still", "task_rest", LAP, ("never",), 1),
    )
    for start, (group, preset, phone, sections, count) in enumerate(plans):
        for turn in range(count * times):
            person = (3 * start + 7 * turn + 1) % 20
            yield _clip(
                f"{group.replace('_', '-')}-{turn}",
                person,
                phone,
                sections,
                group,
                preset=preset,
                duration_s=SHORT_S,
            )


def _hands(count: int) -> Iterator[GridClip]:
    for turn in range(count):
        for side in Side:
            yield _clip(
                f"taps-{side}-{turn}", (5 * turn + 2 * (side is Side.LEFT)) % 20, WAIST, ("taps", "never", "kinds"),
                "tapping", preset=f"task_tapping_{side}", duration_s=LONG_S,
            )  # fmt: skip
        for group, preset, sections in (
            ("crossing", "hands_crossing", ("sides",)),
            ("leaving", "hand_leaving", ("sides",)),
            ("moving_arm", "moving_arm", ("arm",)),
        ):
            yield _clip(
                f"{group.replace('_', '-')}-{turn}", (6 * turn + len(group)) % 20, WAIST, sections, group,
                preset=preset, duration_s=SHORT_S,
            )  # fmt: skip


def _far(count: int) -> Iterator[GridClip]:
    """Yield people with their whole body in the picture."""
    for turn in range(count):
        phone = (
            Phone(720, 1280, framing="lap", distance_mm=1500.0),
            Phone(720, 1280, framing="lap", distance_mm=2000.0),
            Phone(1080, 1920, framing="lap", distance_mm=2500.0),
            Phone(1080, 1920, framing="lap", distance_mm=3000.0),
        )[turn % 4]
        yield _clip(
            f"far-{turn}",
            (4 * turn + 1) % 20,
            phone,
            ("far",),
            "far",
            preset="rest_hands_on_knees",
            duration_s=SHORT_S,
        )


NUISANCES: dict[str, Phone] = {
    "480_lines": dataclasses.replace(NEAR, width=640, height=480),
    "1080_lines": dataclasses.replace(NEAR, width=608, height=1080),
    "15_pictures_a_second": dataclasses.replace(NEAR, fps=15.0),
    "60_pictures_a_second": dataclasses.replace(NEAR, fps=60.0),
    "hevc": dataclasses.replace(NEAR, codec="hevc"),
    "vp9": dataclasses.replace(NEAR, codec="vp9"),
    "low_bit_rate": dataclasses.replace(NEAR, bit_rate=250_000),
    "dim_light": dataclasses.replace(NEAR, light=0.15),
    "window_behind": dataclasses.replace(NEAR, lighting="backlight"),
    "80_cm_away": dataclasses.replace(NEAR, distance_mm=800.0),
    "tilted": dataclasses.replace(NEAR, tilt_deg=(0.0, 12.0, 10.0)),
    "mirrored": dataclasses.replace(NEAR, mirrored=True),
}
"""How the same movement is filmed otherwise."""


def _nuisance() -> Iterator[GridClip]:
    for person, every in ((8, 1), (15, 2)):
        programme = severity_programme(person, duration_s=SHORT_S)
        base = f"base-{person:02d}"
        seed = _seed_of(base)
        yield _clip(
            base,
            person,
            NEAR,
            ("fairness", "time", "good"),
            ("lips", "jaw")[person % 2],
            programme=programme,
            seed=seed,
        )
        for variant, phone in list(NUISANCES.items())[::every]:
            yield _clip(
                f"{base}-{variant.replace('_', '-')}", person, phone, ("nuisance",), "nuisance", base=base,
                variant=variant, programme=programme, seed=seed,
            )  # fmt: skip


PAST_USE = (
    "too_dark",
    "too_bright",
    "too_far",
    "too_far_to_find",
    "out_of_frame",
    "too_few_pictures",
    "too_short",
    "turned_away",
)
"""Degradations that leave nothing to be measured: the clip must be unusable."""
IN_PART = ("mask", "hand_on_mouth", "two_people", "too_shaky", "hands_missing")
"""Degradations that spoil a part of a clip, or make it less sure: it must be said, and the rest may be used."""


def _degraded(count: int) -> Iterator[GridClip]:
    """Yield spoilt clips, by what spoils them."""
    for i, name in enumerate((*PAST_USE, *IN_PART)):
        for turn in range(count if name in PAST_USE else 1):
            phone = ARMS_LENGTH if name == "two_people" else NEAR
            section = "degraded" if name in PAST_USE else "spoilt_in_part"
            good = _clip(
                f"spoilt-{name.replace('_', '-')}-{turn}", (3 * i + 8 * turn) % 20, phone, (section,), name,
                preset="rest", duration_s=SPOILT_S,
            )  # fmt: skip
            yield dataclasses.replace(good, spec=degrade(good.spec, name))
