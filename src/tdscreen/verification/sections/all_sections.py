"""All sections in the order of the card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tdscreen.verification.figure import Figure
from tdscreen.verification.results import ClipResult
from tdscreen.verification.sections.conditions import far_figures, nuisance_figures, quality_figures
from tdscreen.verification.sections.kinds import kinds_figures
from tdscreen.verification.sections.leakage import leakage_figures
from tdscreen.verification.sections.movement import amplitude_figures, frequency_figures, time_figures
from tdscreen.verification.sections.parts import hand_figures, tongue_figures
from tdscreen.verification.sections.people import contrast_figures, fairness_figures
from tdscreen.verification.sections.stillness import noise_figures, still_figures


@dataclass(frozen=True)
class Section:
    """One section of the card.

    Attributes
    ----------
    name : str
        Its figures' names begin with it.
    title : str
    about : str
        What its figures mean, in a sentence or two.
    figures : callable
    tags : tuple of str
        The tags of the clips that it looks at.
    over : str
        Over what range it holds.
    keys : tuple of (str, str)
        The figures that speak for it where room is short: the rest of their names, and few words.
    """

    name: str
    title: str
    about: str
    figures: Callable[[Sequence[ClipResult]], list[Figure]]
    tags: tuple[str, ...]
    over: str
    keys: tuple[tuple[str, str], ...]


SECTIONS = (
    Section(
        "frequency",
        "Rate",
        "The rate of most power that is printed for a region, held against the true rate.",
        frequency_figures,
        ("frequency", "frequency_variable", "frequency_dropped"),
        "regular movement of lips, jaw, brows and fingers, 0.5 to 7 Hz, 1 mm and more (fingers 2), in 10 to 12 s",
        (
            ("steady", "within 0.1 Hz"),
            ("variable", "variable rate of pictures"),
            ("dropped", "10% of pictures dropped"),
        ),
    ),
    Section(
        "amplitude",
        "Size",
        "Half the range that is printed for a region, held against half the range (5th to 95th percentile) of the true "
        "path of the same signal while it moves.",
        amplitude_figures,
        ("amplitude",),
        "half the range: lips 1 to 5 mm, jaw 1 to 9, brows 1 to 4, fingertips 2 to 18; 0.5 to 7 Hz",
        (
            ("lips_linear", "lips, R2"),
            ("jaw_linear", "jaw, R2"),
            ("brows_linear", "brows, R2"),
            ("fingertips_linear", "fingertips, R2"),
            ("lips_within", "lips, within 15%"),
            ("jaw_within", "jaw, within 15%"),
            ("brows_within", "brows, within 15%"),
            ("fingertips_within", "fingertips, within 15%"),
            ("interval", "the printed interval holds the truth"),
        ),
    ),
    Section(
        "noise",
        "Detection limit",
        "From small movements of known size: the size from which 95% are told from stillness, by a probit curve (CLSI "
        "EP17-A2), as half the range.",
        noise_figures,
        ("noise", "limits", "swaying"),
        "good light, at arm's length; by distance and light further down",
        (
            ("lips", "lips"),
            ("jaw", "jaw"),
            ("brows", "brows"),
            ("false_alarms", "still parts said to move"),
            ("swaying", "1.7 mm of chewing on a swaying head"),
        ),
    ),
    Section(
        "still",
        "Still people",
        "People who do nothing but live, filmed by a hand that shakes, turning the head, breathing.",
        still_figures,
        ("still",),
        "rest, filmed by hand; the head turned by 20 degrees; breathing",
        (
            ("all", "clips with an item above 0"),
            ("any_movement", "any movement scored"),
        ),
    ),
    Section(
        "time",
        "Share of time moving",
        "The share of assessed time in bouts of movement, held against the share of the true bouts.",
        time_figures,
        ("time",),
        "20 to 95% of the time in bouts, and all of the time",
        (
            ("within", "within 10 points"),
            ("grade", "grade of the CTI right"),
        ),
    ),
    Section(
        "leakage",
        "Leakage",
        "One region is made to move alone. What the face's own anatomy moves along with it is known from the true "
        "paths and is no leak; the rest is.",
        leakage_figures,
        ("leakage",),
        "every region against every other",
        (("largest", "largest leak, of the mover's size"),),
    ),
    Section(
        "tongue",
        "Tongue",
        "The visible tongue: counted, and how far it reaches past the lip.",
        tongue_figures,
        ("tongue", "no_tongue", "hidden_tongue"),
        "in and out of the mouth; ten skin tones",
        (
            ("count", "count within 1 in 15 s"),
            ("reach", "reach within 3 mm"),
            ("false", "a tongue where there is none"),
            ("hidden", "behind closed lips: cannot tell"),
        ),
    ),
    Section(
        "kinds",
        "Telling movements apart",
        "What a movement truly is and what it is taken for.",
        kinds_figures,
        ("kinds", "never"),
        "TD-like, tremor-like, chewing, speech, task as asked, rest",
        (
            ("tremor", "tremor from 4 Hz told from TD"),
            ("tremor_with_td", "TD on top of tremor scored"),
            ("never", "an item raised by what must raise none"),
        ),
    ),
    Section(
        "far",
        "Far away",
        "People from the head to the knees (virtual people have no lower legs), as small in the picture as where the "
        "whole body is filmed.",
        far_figures,
        ("far",),
        "1.5 to 2.1 m away (the large grid: 3 m)",
        (("found", "face found"), ("limit", "detection limit of lips and jaw")),
    ),
    Section(
        "hands",
        "Hands",
        "Tapping, sides, and fingers against a moving arm.",
        hand_figures,
        ("taps", "sides", "arm", "fingers"),
        "tapping 2 to 4 Hz; hands that cross, leave and return; arms that are carried about",
        (
            ("found", "followed while in view"),
            ("taps", "taps within 1 in 15 s"),
            ("tap_rate", "rate within 0.1 Hz"),
            ("never_exchanged", "hands exchanged"),
            ("arm", "fingers at rest taken for moving"),
        ),
    ),
    Section(
        "fairness",
        "Fairness",
        "The error of the items of the face by groups of people. Which movements a group was given is evened out; what "
        "chance alone brings about with so few people is stated beside each figure.",
        fairness_figures,
        ("fairness",),
        "ten skin tones, two sexes, ages 20 to 80, origins of the face",
        (
            ("tone", "by skin tone"),
            ("sex", "by sex"),
            ("age", "by age"),
            ("origin", "by origin"),
        ),
    ),
    Section(
        "contrast",
        "Contrast of the skin",
        "Displacement is measured from the picture, which needs something to hold on to.",
        contrast_figures,
        ("amplitude",),
        "contrasts as in recordings of real skin",
        (("lips", "lips, rank correlation"), ("jaw", "jaw"), ("upper_face", "brows")),
    ),
    Section(
        "nuisance",
        "The same movement, filmed otherwise",
        "Resolution, rate of pictures, codec, bit rate, light, distance, tilt, mirroring.",
        nuisance_figures,
        ("nuisance",),
        "480 to 1080 lines, 15 to 60 pictures a second, three codecs, bit rate, light, distance, tilt, mirroring",
        (
            ("items", "items within half a point, or refused with a reason"),
            ("refused", "refused in part or whole"),
        ),
    ),
    Section(
        "quality",
        "The quality checks",
        "Clips that nobody could use must be refused with the right reason, and good ones must not.",
        quality_figures,
        ("degraded", "spoilt_in_part", "good"),
        "clips past use, and good ones",
        (
            ("degraded", "refused with the right reason"),
            ("good", "good clips refused"),
            ("face_found", "face followed in good clips"),
        ),
    ),
)
