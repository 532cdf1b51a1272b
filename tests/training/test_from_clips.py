"""From a folder of clips and a table of ratings to a model that scores clips, through the real tracker."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from recordings import SAMPLES
from studies import QUICK, make_table
from tdscreen import api
from tdscreen.cli import main
from tdscreen.errors import ColumnsError, LeakError, TooFewPeopleError
from tdscreen.keeping import cache
from tdscreen.keeping.cache import LOCATION_VARIABLE, user_cache
from tdscreen.keeping.fingerprint import sha256_of
from tdscreen.settings import TrainingSettings
from tdscreen.tracking.tracks import Tracks
from tdscreen.training import clip_table
from tdscreen.training.clip_table import clip_contents, measure_clips
from tdscreen.training.own_model import OwnModel, train_own
from tdscreen.vocabulary import Item

CLIPS = ("lips_1.5hz.mp4", "jaw_1hz.mp4", "rest.mp4", "brows_0.8hz.mp4", "dark.mp4")


def ratings_of(*rows: tuple[str, str, float, float | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["person", "file", "A", "B"]).assign(task="rest", mirrored="no")


RATED = ratings_of(
    ("ann", "lips_1.5hz.mp4", 3, 4), ("ben", "jaw_1hz.mp4", 1, None), ("cas", "rest.mp4", 0, 0),
    ("dot", "brows_0.8hz.mp4", 0, 1), ("eve", "dark.mp4", 2, 2),
)  # fmt: skip


def fit(table: pd.DataFrame, *, settings: TrainingSettings = QUICK) -> OwnModel:
    return train_own(
        table, raters={"lips": ["A", "B"]}, group="person", features=None, directions={}, interactions=[],
        subgroups=[], highest=4, name="own", seed=0, date="2026-11-26", source="ratings.csv", settings=settings,
    )  # fmt: skip


@pytest.fixture
def folder(sample_tracks: Callable[[str], Tracks], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder of the sample clips; their tracks, which other tests ask for as well, are kept from before."""
    monkeypatch.setenv(LOCATION_VARIABLE, str(tmp_path / "kept"))
    kept = user_cache()
    assert kept is not None
    for name in CLIPS:
        shutil.copy(SAMPLES / name, tmp_path / name)
        entry = kept.name_of(tmp_path / name)
        assert entry is not None
        kept.keep(entry, sample_tracks(name))
    return tmp_path


@pytest.mark.slow
def test_a_folder_of_clips_and_its_ratings_become_a_model_that_scores_a_clip(folder: Path) -> None:
    table = measure_clips(RATED, folder)
    assert list(table["unusable"] != "") == [False, False, False, False, True]
    # Five clips are too few to fit anything: the others' figures are made up.
    others = make_table(22, seed=4).rename(columns={"R1": "A", "R2": "B"})
    own = fit(pd.concat([table, others], ignore_index=True))
    assert set(RATED["person"]) < set(own.people)
    (folder / "model.onnx").write_bytes(own.content)
    model = api.own_model(folder / "model.onnx")
    found = {
        name: api.score(folder / name, task="rest", model=model).items[Item.LIPS]
        for name in ("lips_1.5hz.mp4", "rest.mp4", "dark.mp4")
    }
    moving, still = (found[name].expected or 0.0 for name in ("lips_1.5hz.mp4", "rest.mp4"))
    assert moving > still + 1, "lips that move far and often were rated higher"
    assert not found["dark.mp4"].assessed


def test_people_of_whom_nothing_was_seen_do_not_count(folder: Path) -> None:
    table = measure_clips(RATED.drop(index=1), folder)
    with pytest.raises(TooFewPeopleError, match="Of 4 people with a rating of lips, anything was seen of 3"):
        fit(table, settings=dataclasses.replace(QUICK, min_people=4))


@pytest.mark.parametrize("other", ["rest.mp4", "copy of rest.mp4"])
def test_one_clip_under_the_names_of_two_people_is_refused(tmp_path: Path, other: str) -> None:
    shutil.copy(SAMPLES / "rest.mp4", tmp_path / "rest.mp4")
    if other != "rest.mp4":
        shutil.copy(SAMPLES / "rest.mp4", tmp_path / other)
    table = ratings_of(("cas", "rest.mp4", 0, 0), ("fay", other, 1, 1))
    with pytest.raises(LeakError, match="under two people"):
        clip_contents(table, tmp_path, group="person")
    clip_contents(table.assign(person="cas"), tmp_path, group="person")


def test_a_clip_is_read_once_for_its_people_and_for_its_kept_tracks(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = []

    def counted(path: Path) -> str:
        read.append(path.name)
        return sha256_of(path)

    monkeypatch.setattr(clip_table, "sha256_of", counted)
    monkeypatch.setattr(cache, "sha256_of", counted)
    contents = clip_contents(RATED, folder, group="person")
    measure_clips(RATED, folder, contents=contents)
    assert sorted(read) == sorted(CLIPS)


def test_a_selfie_is_tracked_as_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    kept = {name: api.track(folder / name) for name in CLIPS}

    def track(clip: Path, *, mirrored: bool, sha256: str | None) -> Tracks:
        asked.append(mirrored)
        return kept[clip.name]

    # To follow a mirror image anew would take long, and what is asked for is all that matters here.
    monkeypatch.setattr(api, "track", track)
    measure_clips(RATED.assign(mirrored=["yes", "no", None, True, 0]), folder)
    assert asked == [True, False, False, True, False]
    with pytest.raises(ColumnsError, match="yes or no, and not 'perhaps'"):
        measure_clips(RATED.assign(mirrored="perhaps"), folder)


BAD = {
    "one class": (RATED.assign(A=1.0, B=1.0), "All ratings are the same"),
    "off the scale": (RATED.assign(A=5.0), "off the scale"),
    "too few people": (RATED, "There are 5 people with a rating"),
    "no such column": (RATED.drop(columns="B"), "has no column B"),
    "nobody's row": (
        RATED.assign(person=[None, "b", "c", "d", "e"]),
        "1 rows do not say in the column person",
    ),
}


@pytest.mark.parametrize(("table", "words"), BAD.values(), ids=BAD.keys())
def test_ratings_that_allow_no_model_are_refused_before_a_clip_is_measured(
    tmp_path: Path, table: pd.DataFrame, words: str
) -> None:
    table.to_csv(tmp_path / "ratings.csv", index=False)
    result = CliRunner().invoke(
        main,
        [
            "train", str(tmp_path / "ratings.csv"), "--clips", str(SAMPLES), "--label", "lips=A", "--label", "lips=B",
            "--group", "person", "--out", str(tmp_path / "own"),
        ],
    )  # fmt: skip
    assert result.exit_code == 8
    assert words in result.output
    assert "1 of 5" not in result.output, "no clip was measured"
    assert not (tmp_path / "own").exists()
