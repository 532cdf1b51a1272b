"""Plain words for the names that programs use, as a reader of the page or of a report sees them."""

from __future__ import annotations

from tdscreen.vocabulary import MovementType, Task, TriageLevel, Verdict

TASKS: dict[Task, str] = {
    Task.REST: "At rest, mouth closed",
    Task.MOUTH_OPEN: "Mouth open, tongue resting inside",
    Task.TONGUE_OUT: "Tongue out",
    Task.FINGER_TAPPING_LEFT: "Finger tapping, left hand",
    Task.FINGER_TAPPING_RIGHT: "Finger tapping, right hand",
    Task.ARMS_OUT: "Arms held out, palms down",
    Task.HANDS_HANGING: "Hands hanging, unsupported",
    Task.SPEECH: "Speaking",
    Task.UNSTRUCTURED: "Something else, or not known",
}

SEVERITIES = ("none", "minimal", "mild", "moderate", "severe")
"""What 0 to 4 mean on the AIMS."""

MOVEMENTS: dict[MovementType, str] = {
    MovementType.IRREGULAR: "irregular",
    MovementType.RHYTHMIC: "rhythmic",
    MovementType.TREMOR_LIKE: "tremor-like (set aside, not scored)",
    MovementType.CHEWING_LIKE: "at the rate of chewing",
    MovementType.SPEECH_LIKE: "like speech",
    MovementType.VOLUNTARY_TASK: "asked for",
    MovementType.NOT_REPEATED: "not repeated (not scored)",
}

VERDICTS: dict[Verdict, str] = {
    Verdict.GOOD: "Good",
    Verdict.LIMITED: "Usable, with limits",
    Verdict.UNUSABLE: "Unusable",
}

TRIAGE_TITLES: dict[TriageLevel | None, str] = {
    TriageLevel.LOW: "Low",
    TriageLevel.UNCERTAIN: "Uncertain",
    TriageLevel.ELEVATED: "Elevated",
    TriageLevel.UNUSABLE: "Unusable",
    None: "Not sorted",
}

TRIAGE_STATEMENTS: dict[TriageLevel | None, str] = {
    TriageLevel.LOW: (
        "Little involuntary movement was measured in the regions that could be seen. This does not rule out "
        "tardive dyskinesia: what is listed as not seen may still move, and movements come and go within a "
        "day."
    ),
    TriageLevel.UNCERTAIN: (
        "These clips do not settle the question either way. Examine the person. Where a part is listed as not "
        "seen because of how it was filmed, another clip may add it; what this version does not measure, no "
        "clip can add."
    ),
    TriageLevel.ELEVATED: (
        "Movement was measured that would be rated on an AIMS examination. Examine the person: other causes, "
        "and "
        "movement made on purpose, can look the same on video."
    ),
    TriageLevel.UNUSABLE: (
        "These clips cannot be assessed. This says nothing about the person's movements, neither that there "
        "are "
        "some nor that there are none. The quality section below says what to change before recording again."
    ),
    None: (
        "The clips are too short for items and a triage. What was measured in each region is shown below. "
        "This says "
        "nothing about whether movements are present."
    ),
}


def sentence(text: str) -> str:
    """Begin with a capital letter."""
    return text[:1].upper() + text[1:]


def plain(name: str) -> str:
    """Write a program's name, as ``face_visible``, in words."""
    return name.replace("_", " ").replace(".", ": ")


def number(value: float, *, digits: int = 2) -> str:
    """Write a number short: as many digits as help a reader, no exponent."""
    if abs(value) >= 100:
        return f"{value:.0f}"
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
