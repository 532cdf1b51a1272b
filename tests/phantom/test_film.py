"""A clip of a virtual patient is a clip like any other, with its truth beside it, and is not made twice."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from phantom.people import needs_people
from tdscreen.errors import InputError
from tdscreen.phantom.phone import Phone
from tdscreen.video.reader import open_video

pytestmark = needs_people

PHONE = Phone(width=160, height=120, fps=10.0, mirrored=True, rotation_deg=90)


@pytest.fixture(scope="module")
def spec():
    from tdscreen.phantom.film import ClipSpec
    from tdscreen.phantom.presets import mover

    programme = mover("lips", "side", rate_hz=2.0, amplitude=4.0, duration_s=1.5, living=False)
    return ClipSpec(
        name="one", programme=programme, person_seed=7, person_fixed={"monk_tone": 4}, phone=PHONE
    )


@pytest.fixture(scope="module")
def folder(spec, tmp_path_factory):
    from tdscreen.phantom.film import make_clip

    folder = tmp_path_factory.mktemp("clips")
    told = []
    make_clip(spec, folder, on_progress=lambda done, of: told.append((done, of)))
    assert told == [(i + 1, 15) for i in range(15)]
    return folder


def test_the_clip_has_its_pictures_at_their_times_and_upright(folder):
    with open_video(folder / "one.mp4") as video:
        frames = list(video)
    assert [frame.time_s for frame in frames] == pytest.approx(np.arange(15) / 10, abs=1e-3)
    assert frames[0].rgb.shape == (120, 160, 3)


def test_the_truth_says_who_what_and_with_which_phone(folder, spec):
    told = json.loads((folder / "one.truth.json").read_text())
    assert told["format"] == "tdscreen-phantom-truth/1"
    assert told["person"]["seed"] == 7
    assert told["person"]["monk_tone"] == 4
    assert told["camera"]["mirrored"] is True
    assert told["camera"]["distance_mm"] > 200
    assert told["frames"] == 15
    assert told["regions"]["lips"]["signal"] == "lips.side_shift"
    assert told["spec_sha256"] == spec.sha256()


def test_the_table_has_every_signal_and_every_mark_where_it_is_seen(folder):
    table = pq.read_table(folder / "one.truth.parquet").to_pydict()
    assert table["time_s"] == pytest.approx(np.arange(15) / 10)
    shift = np.array(table["lips.side_shift"])
    seen = np.array(table["px.upper_lip.x"])
    # In the mirror image the lip goes the way that the table says, and the person's left is at the picture's left.
    assert np.ptp(shift) > 6.0
    assert np.corrcoef(shift, seen)[0, 1] > 0.99
    assert table["px.brow_left.x"][0] < table["px.brow_right.x"][0]
    assert table["px.bridge.y"][0] < table["px.nose_tip.y"][0] < table["px.chin.y"][0]
    told = json.loads((folder / "one.truth.json").read_text())
    assert np.ptp(seen) * told["camera"]["mm_per_px"] == pytest.approx(np.ptp(shift), rel=0.15)


def test_the_picture_shows_a_face_where_the_marks_are(folder):
    table = pq.read_table(folder / "one.truth.parquet").to_pydict()
    with open_video(folder / "one.mp4") as video:
        picture = next(iter(video)).rgb.astype(float)
    x, y = (int(table[f"px.nose_tip.{axis}"][0]) for axis in "xy")
    skin = picture[y - 2 : y + 3, x - 2 : x + 3].mean(axis=(0, 1))
    wall = picture[4:12, 4:12].mean(axis=(0, 1))
    assert np.abs(skin - wall).max() > 15
    assert skin[0] > skin[2] + 10


def test_a_clip_that_is_there_is_kept_and_another_specification_makes_another(folder, spec):
    from tdscreen.phantom.film import is_made, make_clip

    before = (folder / "one.mp4").stat().st_mtime_ns
    make_clip(spec, folder)
    assert (folder / "one.mp4").stat().st_mtime_ns == before
    for other in (
        replace(spec, seed=1),
        replace(spec, person_seed=8),
        replace(spec, phone=replace(PHONE, light=0.5)),
    ):
        assert not is_made(other, folder)


def test_what_an_earlier_edition_told_of_a_clip_is_told_anew_and_the_clip_is_not_filmed_again(
    folder, spec, tmp_path
):
    from tdscreen.phantom.film import is_made, make_clip

    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    told = json.loads((tmp_path / "one.truth.json").read_text())
    earlier = {name: value for name, value in told.items() if name != "told_by"} | {"regions": {}}
    (tmp_path / "one.truth.json").write_text(json.dumps(earlier))
    (tmp_path / "one.mp4").write_bytes(b"as it was filmed")
    assert not is_made(spec, tmp_path)
    make_clip(spec, tmp_path)
    assert is_made(spec, tmp_path)
    assert json.loads((tmp_path / "one.truth.json").read_text()) == told
    assert (tmp_path / "one.mp4").read_bytes() == b"as it was filmed"
    assert (tmp_path / "one.truth.parquet").read_bytes() == (folder / "one.truth.parquet").read_bytes()


def test_a_clip_whose_truth_was_cut_short_is_not_taken_for_made(folder, spec, tmp_path):
    from tdscreen.phantom.film import is_made

    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert is_made(spec, tmp_path)
    (tmp_path / "one.truth.json").write_text('{"format": "tdscreen-phan')
    assert not is_made(spec, tmp_path)


def test_a_cohort_goes_on_where_it_stopped_and_has_one_table(folder, spec):
    from tdscreen.phantom.cohort import make_cohort

    more = replace(spec, name="two", phone=replace(PHONE, fps=3.0), degraded="frame_rate")
    before, told = (folder / "one.mp4").stat().st_mtime_ns, []
    table = make_cohort([spec, more], folder, workers=1, on_progress=lambda *state: told.append(state))
    assert told == [(1, 2, ""), (2, 2, "two")]
    assert (folder / "one.mp4").stat().st_mtime_ns == before
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["file"] for row in rows] == ["one.mp4", "two.mp4"]
    assert rows[1]["degraded"] == "frame_rate"
    assert float(rows[0]["lips_half_range_mm"]) == pytest.approx(4.0, rel=0.02)
    assert rows[0]["person_monk_tone"] == "4"


def test_a_clip_of_another_cohort_is_never_replaced(folder, spec):
    from tdscreen.phantom.cohort import make_cohort

    before = (folder / "one.mp4").read_bytes()
    with pytest.raises(InputError, match="belongs to another cohort"):
        make_cohort([replace(spec, seed=9)], folder, workers=1)
    assert (folder / "one.mp4").read_bytes() == before


def test_a_cohort_that_cannot_be_made_leaves_no_folder(spec, tmp_path):
    from tdscreen.phantom.cohort import make_cohort

    impossible = replace(spec, programme=None, preset="rest", duration_s=0.1)
    with pytest.raises(InputError, match="duration"):
        make_cohort([impossible], tmp_path / "clips", workers=1)
    assert not (tmp_path / "clips").exists()


def test_a_clip_that_is_stopped_in_the_middle_leaves_nothing(spec, tmp_path, monkeypatch):
    from tdscreen.phantom import film

    # A clip so long that the encoder has written some of it takes a test too long to draw.
    def stopped(path, *_, **__):
        path.write_bytes(b"half of it")
        raise KeyboardInterrupt

    monkeypatch.setattr(film, "write_clip", stopped)
    with pytest.raises(KeyboardInterrupt):
        film.make_clip(spec, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_two_clips_of_one_name_are_refused(spec, tmp_path):
    from tdscreen.phantom.cohort import make_cohort

    with pytest.raises(InputError, match="name of its own"):
        make_cohort([spec, spec], tmp_path)


def test_examinations_are_three_tasks_of_one_person_and_planned_alike_by_one_seed():
    from tdscreen.phantom.cohort import examinations

    specs = examinations(12, seed=3, first_person_seed=100)
    assert specs == examinations(12, seed=3, first_person_seed=100)
    assert [spec.person_seed for spec in specs] == [100] * 3 + [101] * 3 + [102] * 3 + [103] * 3
    assert len({spec.name for spec in specs}) == 12
    assert len({spec.seed for spec in specs}) == 12
    counted = [any(one.counts for one in spec.what().movements) for spec in specs]
    assert not any(counted[:3])
    assert counted[3]


def test_a_spoilt_clip_names_the_check_that_must_refuse_it(spec):
    from tdscreen.phantom.degraded import DEGRADATIONS, degrade

    for name, one in DEGRADATIONS.items():
        spoilt = degrade(spec, name)
        assert spoilt.degraded == one.check
        assert spoilt.sha256() != spec.sha256()
    with pytest.raises(InputError, match="no degradation"):
        degrade(spec, "ugly")


def test_a_specification_comes_back_from_json_as_it_was(spec):
    from tdscreen.phantom.film import spec_from_json

    assert spec_from_json(json.loads(json.dumps(spec.to_json()))) == spec


def test_a_disk_that_is_full_is_told_in_a_sentence(spec, tmp_path, monkeypatch):
    import errno

    from tdscreen.phantom import film

    # A full disk is out of our power: the writing of pictures fails as it does there.
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(film, "write_clip", full)
    with pytest.raises(InputError, match=r"one\.mp4 could not be written .*No space left.*Make room"):
        film.make_clip(spec, tmp_path)
    assert not (tmp_path / "one.truth.json").exists()


def test_a_folder_that_cannot_be_made_is_told_in_a_sentence(spec, tmp_path):
    from tdscreen.phantom.film import make_clip

    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="could not be written to the folder"):
        make_clip(spec, tmp_path / "file" / "clips")
