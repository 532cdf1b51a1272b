"""The grid is balanced by design, and everything a figure needs is in it."""

from __future__ import annotations

import dataclasses
from collections import Counter

import pytest

pytest.importorskip("pyvista")

from tdscreen.measurement.quality import QUALITY
from tdscreen.phantom.truth import STILL_MM
from tdscreen.verification.grid import GridClip, grid
from tdscreen.verification.people import FIRST_SEED, card_person
from tdscreen.verification.run import clips_of
from tdscreen.verification.sections.all_sections import SECTIONS


@pytest.fixture(scope="module")
def standard() -> tuple[GridClip, ...]:
    return grid("standard")


def in_section(clips: tuple[GridClip, ...], tag: str) -> list[GridClip]:
    return [clip for clip in clips if tag in clip.sections]


def test_no_person_of_the_card_is_one_that_a_threshold_was_chosen_on(standard: tuple[GridClip, ...]) -> None:
    assert FIRST_SEED >= 1000
    for size in ("small", "large"):
        assert all(clip.spec.person_seed >= FIRST_SEED for clip in grid(size))
    assert all(clip.spec.person_seed >= FIRST_SEED for clip in standard)


def test_every_tag_belongs_to_a_section_and_every_section_has_clips(standard: tuple[GridClip, ...]) -> None:
    known = {tag for section in SECTIONS for tag in section.tags}
    used = {tag for clip in standard for tag in clip.sections}
    assert used == known


def test_the_same_grid_comes_out_each_time(standard: tuple[GridClip, ...]) -> None:
    assert [clip.spec.sha256() for clip in grid("standard")] == [clip.spec.sha256() for clip in standard]


def test_a_clip_stays_as_it_is_in_a_larger_grid(standard: tuple[GridClip, ...]) -> None:
    large = {clip.name: clip.spec.sha256() for clip in grid("large")}
    same = [clip for clip in standard if large.get(clip.name) == clip.spec.sha256()]
    assert len(same) > 0.9 * len(standard)


def test_fifty_still_clips_or_more_are_what_one_in_fifty_needs() -> None:
    still = in_section(grid("large"), "still")
    assert len(still) >= 50
    assert {"shaking_hand", "turning_head", "breathing"} <= {clip.group for clip in still}
    assert len({clip.spec.person_seed for clip in still}) >= 40


def test_people_are_balanced_by_design() -> None:
    people = [card_person(index) for index in range(40)]
    assert Counter(person.monk_tone for person in people) == dict.fromkeys(range(1, 11), 4)
    for tone in range(1, 11):
        assert Counter(p.sex for p in people if p.monk_tone == tone) == {"female": 2, "male": 2}
    for origin in ("african", "asian", "european", "mixed"):
        own = [person for person in people if person.origin == origin]
        assert 8 <= len(own) <= 12
        assert len({person.monk_tone for person in own}) >= 6
        assert 3 <= sum(person.sex == "female" for person in own) <= 7
    assert min(person.age_years for person in people) <= 24
    assert max(person.age_years for person in people) >= 78
    assert len({person.seed for person in people}) == 40


@pytest.mark.parametrize("tag", ["frequency", "amplitude", "fairness", "tongue", "still"])
def test_all_ten_tones_and_both_sexes_are_in_what_is_compared(
    standard: tuple[GridClip, ...], tag: str
) -> None:
    people = [clip.spec.person_fixed for clip in in_section(standard, tag)]
    assert {person["monk_tone"] for person in people} == set(range(1, 11))
    assert {person["sex"] for person in people} == {"female", "male"}


def test_rates_reach_from_half_a_hertz_to_seven_and_sizes_from_one_millimetre(
    standard: tuple[GridClip, ...],
) -> None:
    movements = [m for clip in in_section(standard, "frequency") for m in clip.spec.what().movements]
    for region in ("lips", "jaw", "upper_face"):
        rates = {m.rate_hz for m in movements if m.region == region}
        sizes = {m.amplitude for m in movements if m.region == region}
        assert {0.5, 7.0} <= rates
        assert min(sizes) == 1.0
        assert max(sizes) > 4.0


def test_small_movements_are_large_enough_to_count_as_moving(standard: tuple[GridClip, ...]) -> None:
    movements = [m for clip in in_section(standard, "noise") for m in clip.spec.what().movements]
    assert all(STILL_MM < 0.98 * m.amplitude <= 1.0 for m in movements)
    assert min(m.amplitude for m in movements) < 0.5


def test_a_variation_differs_from_its_base_in_how_it_is_filmed_alone(standard: tuple[GridClip, ...]) -> None:
    by_name = {clip.name: clip for clip in standard}
    varied = [clip for clip in standard if clip.base]
    assert len(varied) >= 12
    for clip in varied:
        base = by_name[clip.base or ""]
        assert clip.spec.phone != base.spec.phone
        assert dataclasses.replace(clip.spec, name=base.name, phone=base.spec.phone) == base.spec


def test_clips_that_items_are_asked_of_are_long_enough(standard: tuple[GridClip, ...]) -> None:
    for tag in ("still", "fairness", "never", "nuisance", "kinds"):
        assert all(clip.spec.what().duration_s > 10.0 for clip in in_section(standard, tag)), tag


def test_a_part_of_the_grid_shows_something_of_every_section() -> None:
    large = grid("large")
    part = {tag for clip in large[: 2 * len(large) // 3] for tag in clip.sections}
    assert part == {tag for clip in large for tag in clip.sections}


def test_one_section_brings_the_clips_that_it_varies() -> None:
    names = {clip.name for clip in clips_of("standard", only="nuisance")}
    assert {clip.base for clip in clips_of("standard", only="nuisance") if clip.base} <= names
    assert len(names) < 30


def test_spoilt_clips_name_the_check_that_must_refuse_them(standard: tuple[GridClip, ...]) -> None:
    spoilt = in_section(standard, "degraded")
    assert {"light", "face_size", "face_visible", "frame_rate", "facing"} <= {
        clip.spec.degraded for clip in spoilt
    }
    assert all(clip.spec.degraded for clip in spoilt)
    assert not any(clip.spec.degraded for clip in in_section(standard, "good"))
    assert QUALITY.min_fps > 8
