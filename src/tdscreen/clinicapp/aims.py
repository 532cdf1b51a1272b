"""The items of the AIMS (Guy 1976, free to use), explained in our own words for whoever rates."""

from __future__ import annotations

from dataclasses import dataclass

from tdscreen.research.ratings import AIMS_ITEMS


@dataclass(frozen=True)
class ItemGuide:
    """What a rater is told about an item.

    Attributes
    ----------
    number : int
    title : str
    counts : str
        What is rated.
    does_not_count : str
        Empty where nothing needs saying.
    answers : tuple of str
        From the form: of 0 to 4, or No and Yes.
    """

    number: int
    title: str
    counts: str
    does_not_count: str
    answers: tuple[str, ...]

    @property
    def yes_no(self) -> bool:
        """Whether it is answered by yes or no."""
        return len(self.answers) == 2


_GUIDES = (
    (
        "Muscles of facial expression",
        "Forehead, brows, around the eyes, cheeks: frowning, blinking, grimacing.",
        "",
    ),
    ("Lips and around the mouth", "Puckering, pouting, smacking.", ""),
    ("Jaw", "Biting, clenching, chewing, opening the mouth, moving the jaw to the side.", ""),
    (
        "Tongue",
        "More movement than usual, inside the mouth or in and out of it; darting.",
        "Being unable to hold the tongue out.",
    ),
    (
        "Arms, wrists, hands, fingers",
        "Movements that are quick, without purpose and irregular, or slow, irregular and winding.",
        "Tremor: repeated, regular, rhythmic.",
    ),
    (
        "Legs, knees, ankles, toes",
        "The same in the legs, as a knee that swings or a foot that taps or turns.",
        "",
    ),
    ("Neck, shoulders, hips", "Rocking, twisting, squirming.", ""),
    ("Severity of all movements together", "Your judgement of items 1 to 7 as a whole.", ""),
    ("How far the movements hinder the person", "In what the person does every day.", ""),
    (
        "The person's awareness of the movements",
        "Only what the person says, and whether it distresses them.",
        "What you think they should have noticed.",
    ),
    ("Problems with teeth or dentures now", "As the person says, or as you see.", ""),
    ("Usually wears dentures", "As the person says.", ""),
)

ITEMS: tuple[ItemGuide, ...] = tuple(
    ItemGuide(number, title, counts, does_not_count, item.answers)
    for number, ((title, counts, does_not_count), item) in enumerate(
        zip(_GUIDES, AIMS_ITEMS, strict=True), start=1
    )
)

HOW_TO_RATE = (
    "Rate the highest severity that you see; 1 is minimal and may be extreme normal. By the original rule a movement "
    "that is seen only on activation, as while the fingers tap, scores one less; not every rater follows it, so say "
    "which you do. What you could not see is “not rated”, with a reason, and never 0."
)


def answer_words(guide: ItemGuide, score: int | bool) -> str:
    """Write a score with what it means."""
    words = guide.answers[int(score)]
    # What the form adds to 1, that it may be extreme normal, is said once, above all items.
    return words if guide.yes_no else f"{int(score)} {words.lower().removesuffix(', may be extreme normal')}"
