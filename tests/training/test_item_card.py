"""The card of the model that came with this version is what its file and figures say."""

from __future__ import annotations

from tdscreen.model_file import models_folder
from tdscreen.settings import SCORING
from tdscreen.training.item_figures import bound_words, fewest_to_show
from tdscreen.training.items import card_of

MODEL = models_folder() / SCORING.model_file


def test_the_card_is_the_one_that_the_model_and_its_figures_give() -> None:
    assert MODEL.with_suffix(".md").read_text(encoding="utf-8") == card_of(MODEL)


def test_the_card_says_what_a_card_must() -> None:
    card = card_of(MODEL)
    for heading in (
        "What it is for", "Who it was fitted on, and who not", "Figures by group", "Limits", "Prior art",
        "Regulatory status",
    ):  # fmt: skip
        assert f"\n## {heading}\n" in card
    for words in ("Gattaz and Buechel", "DMA", "halved or doubled", "not a medical device"):
        assert words in card


def test_a_group_that_is_too_small_to_show_a_bound_is_not_said_to_keep_it() -> None:
    assert fewest_to_show(0.05) == 73
    assert bound_words(0, 73, 0.05) == "shown"
    assert bound_words(0, 72, 0.05) == "too few to show it"
    assert bound_words(14, 21, 0.05) == "exceeded"
    assert bound_words(9, 134, 0.05) == "not shown"
