"""Clips come in without their sound, lie encrypted, and go when they are due; what was measured stays."""

from __future__ import annotations

import base64
import io
import os
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest

from clinic_people import NAME, SECRET_WORDS, Clock, everything_on_disk, tamper
from clips import MATRIX, scene, set_display_matrix, set_edit_list, write_clip, write_webm_as_browsers_do
from tdscreen.assessment.assessment import Assessment
from tdscreen.errors import DataError, InputError, VideoError
from tdscreen.records import outbox
from tdscreen.records.assessments import add_assessment, estimates
from tdscreen.records.at_home import agree, desk_of_invited, skip_task
from tdscreen.records.clinic import Clinic, Desk, rotate
from tdscreen.records.clips import (
    clip,
    clips,
    decide_retention,
    destroy_video,
    import_clip,
    keep_tracks,
    open_clip,
    tracks,
)
from tdscreen.records.entries import (
    Agreement,
    Destroyed,
    Examination,
    ExaminationDetails,
    ExposureDetails,
    FileKind,
    KeptFile,
    PatientDetails,
    Scores,
)
from tdscreen.records.examinations import add_examination, change_examination
from tdscreen.records.invitations import invite
from tdscreen.records.jobs import enqueue, fail, finish, take
from tdscreen.records.master import MasterKey, write_key_file
from tdscreen.records.patients import add_exposure, add_patient, delete_patient, patients, remains
from tdscreen.records.ratings import change_rating, lock_rating, ratings, save_draft, sign
from tdscreen.records.retention import Kept, sweep, what_is_due
from tdscreen.records.sealed_file import SealedReader
from tdscreen.records.sealing import new_key
from tdscreen.records.without_sound import seal_without_sound
from tdscreen.records.worklist import examination_states
from tdscreen.tracking.tracks import Tracks
from tdscreen.video.reader import open_video
from tdscreen.vocabulary import Task

WHOLE = Scores({**dict.fromkeys(range(1, 11), 0), 11: False, 12: False}, comment=SECRET_WORDS[-1])


def without_sound(source: Path, folder: Path) -> Path:
    """Give a clip as it would be kept, decrypted into a file."""
    key = new_key()
    sealed = folder / f"{source.name}.sealed"
    seal_without_sound(
        str(source), None, source.name, str(sealed), base64.b64encode(key).decode(), "a clip", lambda _: None
    )
    plain = folder / f"kept {source.name}"
    with SealedReader(sealed, key, context="a clip") as reader:
        plain.write_bytes(reader.read())
    return plain


def seen(path: Path) -> list[tuple[float, bytes]]:
    with open_video(path) as video:
        return [(frame.time_s, frame.rgb.tobytes()) for frame in video]


def made_clips(folder: Path) -> Iterable[Path]:
    uneven_s = np.cumsum(np.random.default_rng(0).choice([1 / 30, 1 / 24, 0.051], 40)).tolist()
    reordered = {"preset": "medium"}
    yield write_clip(folder / "uneven.mp4", scene(40), times_s=uneven_s, options=reordered, with_sound=True)
    turned = write_clip(folder / "turned.mov", scene(20), codec="libx265", with_sound=True)
    yield set_display_matrix(turned, *MATRIX[90])
    yield set_edit_list(write_clip(folder / "cut.mp4", scene(40)), media_time_s=0.5, duration_s=0.5)
    yield write_webm_as_browsers_do(folder / "browser.webm", scene(20))
    yield write_clip(folder / "old.avi", scene(20), codec="mjpeg", pixel_format="yuvj420p")
    yield write_clip(folder / "old.mpg", scene(25), fps=25, codec="mpeg1video")


def test_the_pictures_and_their_times_stay_and_the_sound_goes(tmp_path: Path) -> None:
    for source in made_clips(tmp_path):
        kept = without_sound(source, tmp_path)
        with av.open(str(kept)) as container:
            assert [stream.type for stream in container.streams] == ["video"], source.name
        assert seen(kept) == seen(source), source.name


def test_what_was_cut_off_on_the_phone_is_not_shown(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "trimmed.mp4", scene(60), options={"preset": "medium"})
    source = set_edit_list(whole, media_time_s=0.55, duration_s=0.7)
    given, kept = seen(source), seen(without_sound(source, tmp_path))
    # Pictures that can only be decoded with what was cut off go with it: a few at the end, and no hole.
    assert kept == given[: len(kept)]
    assert len(given) - 4 <= len(kept) <= len(given)


def test_where_a_clip_was_filmed_is_not_kept(tmp_path: Path, sounding_clip: Path) -> None:
    source = tmp_path / "somewhere.mp4"
    with av.open(str(sounding_clip)) as given, av.open(str(source), "w") as told:
        told.metadata["comment"] = "+52.5200+013.4050/"
        stream = told.add_stream_from_template(given.streams.video[0])
        for packet in given.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                told.mux(packet)
    assert b"+52.52" in source.read_bytes()
    assert b"+52.52" not in without_sound(source, tmp_path).read_bytes()


def test_a_clip_cut_short_is_said_to_be(desk: Desk, examination: Examination, tmp_path: Path) -> None:
    whole = write_webm_as_browsers_do(tmp_path / "whole.webm", scene(60, noise=20))
    short = tmp_path / "short.webm"
    write_clip(tmp_path / "known.mkv", scene(60, noise=20))
    short.write_bytes((tmp_path / "known.mkv").read_bytes()[: -len(whole.read_bytes()) // 3])
    assert import_clip(desk, examination.id, short, task=Task.REST).cut_short
    assert not import_clip(desk, examination.id, whole, task=Task.REST).cut_short


def test_a_clip_comes_back_as_it_was_taken_in(
    desk: Desk, examination: Examination, sounding_clip: Path, tmp_path: Path
) -> None:
    made = import_clip(desk, examination.id, sounding_clip, task=Task.REST)
    assert made.file_name == sounding_clip.name
    assert made.task == "rest"
    assert clip(desk, made.id) == made
    assert clips(desk, examination.id) == [made]
    plain = tmp_path / "shown.mp4"
    with open_clip(desk, made.id) as reader:
        plain.write_bytes(reader.read())
    assert seen(plain) == seen(sounding_clip)
    with open_clip(desk, made.id) as reader, av.open(cast(io.BufferedReader, reader)) as container:
        container.seek(500_000)
        assert next(container.decode(video=0)).width == 320, "a player can go anywhere in it"


def test_the_same_clip_twice_is_noticed(
    clinic: Clinic, desk: Desk, examination: Examination, sounding_clip: Path, tmp_path: Path, clock: Clock
) -> None:
    came_in = clock.time + timedelta(days=10)
    clock.time = came_in
    import_clip(desk, examination.id, sounding_clip, task=Task.REST)
    clock.move(days=1)
    copy = tmp_path / "another name.mp4"
    copy.write_bytes(sounding_clip.read_bytes())
    with pytest.raises(
        InputError, match=f"very clip is there already: it came in on {came_in.astimezone():%d %B %Y}"
    ):
        import_clip(desk, examination.id, copy, task=Task.SPEECH)
    assert len(clips(desk, examination.id)) == 1
    elsewhere = clinic.desk("s1")
    theirs = add_patient(elsewhere, PatientDetails("theirs"))
    there = add_examination(elsewhere, theirs.id, held_at=examination.held_at)
    assert import_clip(elsewhere, there.id, copy, task=Task.REST), "another site does not learn of it"
    with pytest.raises(InputError, match="of this site"):
        open_clip(elsewhere, clips(desk, examination.id)[0].id)


def test_what_is_no_clip_leaves_nothing(desk: Desk, examination: Examination, tmp_path: Path) -> None:
    letter = tmp_path / "letter.mp4"
    letter.write_text("This is a letter and not a video.\n" * 50)
    with pytest.raises(VideoError):
        import_clip(desk, examination.id, letter, task=Task.REST)
    assert clips(desk, examination.id) == []
    folder = desk.clinic.vault.folder / "patients" / examination.patient
    assert [path.name for path in folder.iterdir()] == ["key"]


def test_tracks_come_back_to_the_last_bit(
    desk: Desk, examination: Examination, sounding_clip: Path, some_tracks: Tracks
) -> None:
    made = import_clip(desk, examination.id, sounding_clip, task=Task.REST)
    with pytest.raises(InputError, match="no tracks"):
        tracks(desk, made.id)
    keep_tracks(desk, made.id, some_tracks)
    found = tracks(desk, made.id)
    for name in ("times_s", "face_px", "hands_world_m", "patches_px", "mouth"):
        np.testing.assert_array_equal(getattr(found, name), getattr(some_tracks, name))
    assert (found.file, found.input_sha256) == (some_tracks.file, some_tracks.input_sha256)
    with pytest.raises(InputError, match="already"):
        keep_tracks(desk, made.id, some_tracks)


@pytest.fixture
def filled(
    desk: Desk,
    examination: Examination,
    sounding_clip: Path,
    some_tracks: Tracks,
    some_assessment: Assessment,
) -> str:
    """Put everything that can be known of a patient into the store, and give the clip."""
    add_exposure(desk, examination.patient, ExposureDetails("Haloperidol", "2019", "4 mg"))
    change_examination(desk, examination.id, ExaminationDetails(note="chewed gum before"))
    made = import_clip(desk, examination.id, sounding_clip, task=Task.REST)
    keep_tracks(desk, made.id, some_tracks)
    named = replace(some_assessment, notice=f"Of {NAME}")
    add_assessment(desk, examination.id, named)
    draft = save_draft(desk, examination.id, WHOLE)
    lock_rating(desk, draft.id)
    return made.id


def test_whoever_steals_disk_and_database_finds_no_name_and_no_picture(
    clinic: Clinic, desk: Desk, filled: str, sounding_clip: Path
) -> None:
    with open_clip(desk, filled) as reader:
        kept = reader.read()
    stolen = everything_on_disk(clinic)
    assert filled.encode() in stolen, "the random identifier of the clip is found, so that we do look"
    words = [*SECRET_WORDS, "Rosalind", sounding_clip.name, "Of Wilh", "year_of_birth"]
    assert [word for word in words if word.encode() in stolen] == []
    assert [word for word in words if word.encode("utf-16-le") in stolen] == []
    assert kept[4:8] == b"ftyp"
    assert kept[4:24] not in stolen
    assert b"tdscreen_tracks" not in stolen
    pieces = [kept[at : at + 24] for at in range(1000, len(kept) - 24, len(kept) // 50)]
    assert [piece for piece in pieces if piece in stolen] == []


def test_a_signature_does_not_take_the_video_away_from_an_estimate_that_is_asked_for(
    desk: Desk, examination: Examination, filled: str, some_assessment: Assessment
) -> None:
    def video_is_there() -> bool:
        return clip(desk, filled).files[0].destroyed_at is None

    enqueue(desk, examination.id)
    sign(desk, desk_ratings(desk, examination)[0], agreement=Agreement.NOT_SEEN)
    assert video_is_there()
    job = take(desk.clinic, "w")
    assert job is not None
    finish(desk.clinic, job, some_assessment)
    assert not video_is_there()


def test_a_video_goes_when_its_rating_is_signed_and_what_was_measured_stays(
    desk: Desk, examination: Examination, filled: str, clock: Clock
) -> None:
    (rating,) = desk_ratings(desk, examination)
    sign(desk, rating, agreement=Agreement.NOT_SEEN)
    video, landmarks = clip(desk, filled).files
    assert (video.kind, video.destroyed_at, video.destroyed_because) == (
        FileKind.VIDEO,
        clock.time,
        Destroyed.RATED,
    )
    assert landmarks.destroyed_at is None
    assert tracks(desk, filled)
    assert desk.clinic.vault.files(examination.patient) == {landmarks.id}
    with pytest.raises(InputError, match="destroyed on 02 March 2026"):
        open_clip(desk, filled)
    assert estimates(desk, examination.id)[0].assessment is not None


def desk_ratings(desk: Desk, examination: Examination) -> list[str]:
    return [rating.id for rating in ratings(desk, examination.id)]


def test_a_video_goes_thirty_days_after_its_assessment_and_the_rest_after_ten_years(
    clinic: Clinic, desk: Desk, examination: Examination, filled: str, clock: Clock
) -> None:
    assert clip(desk, filled).files[0].due_at == clock.time + timedelta(days=30)
    clock.move(days=29.9)
    assert sweep(clinic).videos == 0
    assert open_clip(desk, filled).read(4)
    clock.move(days=1.2)
    assert sweep(clinic).videos == 1
    assert clip(desk, filled).files[0].destroyed_because is Destroyed.DUE
    clock.move(days=3653)
    done = sweep(clinic)
    assert (done.videos, done.tracks, done.assessments, done.strays) == (0, 1, 1, 0)
    (estimate,) = estimates(desk, examination.id)
    assert estimate.assessment is None
    assert estimate.destroyed_at == clock.time
    assert clinic.vault.files(examination.patient) == set()


def test_a_video_that_is_kept_on_purpose_stays_until_somebody_decides(
    clinic: Clinic, desk: Desk, examination: Examination, filled: str, clock: Clock
) -> None:
    decide_retention(desk, filled, keep_video=True)
    sign(desk, desk_ratings(desk, examination)[0], agreement=Agreement.NOT_SEEN)
    clock.move(days=400)
    assert sweep(clinic).videos == 0
    destroy_video(desk, filled)
    assert clip(desk, filled).files[0].destroyed_because is Destroyed.ASKED


def video_of(desk: Desk, identifier: str) -> KeptFile:
    return clip(desk, identifier).files[0]


def test_a_video_that_is_no_longer_kept_on_purpose_goes_as_if_it_never_was(
    desk: Desk, examination: Examination, filled: str
) -> None:
    decide_retention(desk, filled, keep_video=True)
    sign(desk, desk_ratings(desk, examination)[0], agreement=Agreement.NOT_SEEN)
    assert video_of(desk, filled).destroyed_at is None
    decide_retention(desk, filled, keep_video=False)
    assert video_of(desk, filled).destroyed_because is Destroyed.RATED


def test_a_video_that_was_kept_leaves_time_to_rate_it_once_it_is_not(
    clinic: Clinic, desk: Desk, examination: Examination, sounding_clip: Path, clock: Clock
) -> None:
    made = import_clip(desk, examination.id, sounding_clip, task=Task.REST, keep_video=True)
    clock.move(days=200)
    decide_retention(desk, made.id, keep_video=False)
    in_time = clock.time + timedelta(days=21)
    assert video_of(desk, made.id).due_at == in_time
    assert examination_states(desk)[0].unrated_until == in_time
    clock.move(days=1)
    decide_retention(desk, made.id, keep_video=False)
    assert video_of(desk, made.id).due_at == in_time, "that it is not kept is no news, and puts nothing off"
    clock.move(days=21.2)
    assert sweep(clinic).videos == 1


def test_a_signature_counts_as_long_as_the_rating_stands_as_it_was_signed(
    desk: Desk, examination: Examination, filled: str, clock: Clock
) -> None:
    (rating,) = desk_ratings(desk, examination)
    decide_retention(desk, filled, keep_video=True)
    sign(desk, rating, agreement=Agreement.NOT_SEEN)
    change_rating(desk, rating, replace(WHOLE, scores={**WHOLE.scores, 3: 2}), why="Looked again.")
    decide_retention(desk, filled, keep_video=False)
    assert video_of(desk, filled).destroyed_at is None
    assert not clip(desk, filled).signed
    clock.move(minutes=1)
    change_rating(desk, rating, WHOLE, why="It was right.")
    assert video_of(desk, filled).destroyed_because is Destroyed.RATED


@pytest.mark.parametrize("when", ["before the signature", "after it", "while an estimate is waited for"])
def test_a_clip_that_comes_in_once_a_rating_is_locked_waits_to_be_rated_itself(
    clinic: Clinic,
    desk: Desk,
    examination: Examination,
    filled: str,
    tmp_path: Path,
    some_assessment: Assessment,
    clock: Clock,
    when: str,
) -> None:
    def come_in() -> str:
        clock.move(minutes=1)
        film = write_clip(tmp_path / "late.mp4", scene(12))
        return import_clip(desk, examination.id, film, task=Task.REST).id

    (rating,) = desk_ratings(desk, examination)
    late = come_in() if when == "before the signature" else ""
    if when == "while an estimate is waited for":
        enqueue(desk, examination.id)
    sign(desk, rating, agreement=Agreement.NOT_SEEN)
    late = late or come_in()
    enqueue(desk, examination.id)
    job = take(clinic, "w")
    assert job is not None
    finish(clinic, job, some_assessment)
    assert video_of(desk, filled).destroyed_because is Destroyed.RATED
    assert clip(desk, filled).signed
    assert video_of(desk, late).destroyed_at is None
    assert not clip(desk, late).signed
    (state,) = examination_states(desk)
    assert (state.videos, state.came_since) == (1, 1)
    assert state.unrated_until == video_of(desk, late).due_at == clock.time + timedelta(days=30)
    clock.move(minutes=1)
    again = lock_rating(desk, save_draft(desk, examination.id, WHOLE, again=True).id)
    (state,) = examination_states(desk)
    assert (state.came_since, state.unrated_until) == (0, None)
    sign(desk, again.id, agreement=Agreement.NOT_SEEN)
    assert video_of(desk, late).destroyed_because is Destroyed.RATED


@pytest.mark.parametrize("zone", ["UTC", "America/Los_Angeles", "Pacific/Auckland"])
def test_a_date_holds_to_the_end_of_its_day_and_no_longer_whether_it_is_swept_or_not(
    clinic: Clinic,
    desk: Desk,
    examination: Examination,
    sounding_clip: Path,
    clock: Clock,
    zone: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        made = import_clip(desk, examination.id, sounding_clip, task=Task.REST)
        last_day = video_of(desk, made.id).due_at.astimezone()
        clock.time = last_day.replace(hour=23, minute=59, second=59)
        assert sweep(clinic).videos == 0
        assert open_clip(desk, made.id).read(4)
        clock.move(seconds=1)
        assert not clip(desk, made.id).can_be_watched
        said = f"was over on {last_day:%d %B %Y}"
        with pytest.raises(InputError, match=said):
            open_clip(desk, made.id)
        with pytest.raises(InputError, match=said):
            decide_retention(desk, made.id, keep_video=True)
        with pytest.raises(InputError, match="their time is over"):
            enqueue(desk, examination.id)
        (state,) = examination_states(desk)
        assert (state.videos, state.unrated_until) == (0, None)
        assert sweep(clinic).videos == 1
    finally:
        monkeypatch.undo()
        time.tzset()


def test_what_is_over_can_be_destroyed_before_a_sweep_comes_by(
    desk: Desk, examination: Examination, sounding_clip: Path, clock: Clock
) -> None:
    made = import_clip(desk, examination.id, sounding_clip, task=Task.REST)
    clock.move(days=92)
    destroy_video(desk, made.id)
    assert video_of(desk, made.id).destroyed_because is Destroyed.ASKED


def test_a_video_that_nobody_assesses_and_nobody_rates_goes_in_the_end(
    clinic: Clinic, desk: Desk, examination: Examination, sounding_clip: Path, clock: Clock
) -> None:
    made = import_clip(desk, examination.id, sounding_clip, task=Task.REST)
    last_day = clock.time + timedelta(days=90)
    assert [(one.what, one.due_at) for one in what_is_due(desk)] == [(Kept.VIDEO, last_day)]
    (state,) = examination_states(desk)
    assert state.unrated_until == last_day
    clock.move(days=89.9)
    assert sweep(clinic).videos == 0
    clock.move(days=1.2)
    assert sweep(clinic).videos == 1
    assert video_of(desk, made.id).destroyed_because is Destroyed.DUE
    (state,) = examination_states(desk)
    assert state.unrated_until is None


def test_an_estimate_that_failed_starts_the_same_time_as_one_that_was_made(
    clinic: Clinic, desk: Desk, examination: Examination, sounding_clip: Path, clock: Clock
) -> None:
    made = import_clip(desk, examination.id, sounding_clip, task=Task.REST)
    enqueue(desk, examination.id)
    job = take(clinic, "w")
    assert job is not None
    failed_at = clock.time
    fail(clinic, job, "It cannot be read.")
    assert video_of(desk, made.id).due_at == failed_at + timedelta(days=30)
    clock.move(days=10)
    enqueue(desk, examination.id)
    job = take(clinic, "w")
    assert job is not None
    fail(clinic, job, "It cannot be read.")
    assert video_of(desk, made.id).due_at == failed_at + timedelta(days=30), "another try puts nothing off"


def test_a_late_estimate_puts_the_last_day_of_a_video_not_off(
    desk: Desk, examination: Examination, sounding_clip: Path, some_assessment: Assessment, clock: Clock
) -> None:
    made = import_clip(desk, examination.id, sounding_clip, task=Task.REST)
    last_day = clock.time + timedelta(days=90)
    clock.move(days=80)
    add_assessment(desk, examination.id, some_assessment)
    assert video_of(desk, made.id).due_at == last_day


def test_a_signed_video_does_not_wait_for_ever_for_an_estimate_that_no_worker_makes(
    clinic: Clinic, desk: Desk, examination: Examination, filled: str, clock: Clock
) -> None:
    enqueue(desk, examination.id)
    sign(desk, desk_ratings(desk, examination)[0], agreement=Agreement.NOT_SEEN)
    assert video_of(desk, filled).due_at == clock.time + timedelta(days=7)
    clock.move(days=8.1)
    assert sweep(clinic).videos == 1


def test_a_signed_video_goes_when_the_worker_that_had_it_has_died_for_the_last_time(
    clinic: Clinic, desk: Desk, examination: Examination, filled: str, clock: Clock
) -> None:
    enqueue(desk, examination.id)
    sign(desk, desk_ratings(desk, examination)[0], agreement=Agreement.NOT_SEEN)
    for worker in ("one", "two"):
        assert take(clinic, worker)
        clock.move(minutes=5)
    assert take(clinic, "three") is None
    assert video_of(desk, filled).destroyed_because is Destroyed.RATED


def test_a_deleted_patient_is_gone_and_can_be_shown_to_be(
    clinic: Clinic, desk: Desk, examination: Examination, filled: str
) -> None:
    of = examination.patient
    key = (clinic.vault.folder / "patients" / of / "key").read_bytes()
    decide_retention(desk, filled, keep_video=True)
    estimates(desk, examination.id)
    (rating,) = desk_ratings(desk, examination)
    change_rating(desk, rating, WHOLE, why="Seen again.")
    sign(desk, rating, agreement=Agreement.AGREES)
    enqueue(desk, examination.id)
    outbox.put(desk, examination.id, "{}")
    invited = invite(desk, of).id
    phone = desk_of_invited(clinic, invited)
    agree(phone, invited, version="1", language="en")
    skip_task(phone, invited, slug="rest", reason="tired")
    gone = delete_patient(clinic.desk("a1"), of)
    assert gone.files == 2
    assert all(gone.rows.values()), "there was something of every kind"
    assert set(remains(clinic, of, site="north").values()) == {0}
    assert patients(desk) == []
    log = [(e.what, e.kind, e.on_id) for e in clinic.audit_entries()]
    assert ("deleted", "patient", of) in log
    assert clinic.audit_problems() == []
    assert key not in everything_on_disk(clinic), (
        "without it what an old page or backup of the disk holds is noise"
    )


def test_a_deletion_that_was_cut_short_is_taken_to_its_end(
    clinic: Clinic, desk: Desk, examination: Examination, filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_fails(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr("tdscreen.records.patients.finish_deletion", power_fails)
        with pytest.raises(KeyboardInterrupt):
            delete_patient(clinic.desk("a1"), examination.patient)
    with pytest.raises(InputError, match="being deleted"):
        open_clip(desk, filled)
    assert sweep(clinic).patients == 1
    assert set(remains(clinic, examination.patient, site="north").values()) == {0}


def test_what_an_import_left_that_was_cut_short_is_removed_and_nothing_else(
    clinic: Clinic, desk: Desk, examination: Examination, filled: str
) -> None:
    stray = "0" * 32
    with clinic.vault.writer(examination.patient, stray) as writer:
        writer.write(b"left behind")
    clinic.vault.finish(examination.patient, stray)
    clinic.vault.add_patient("1" * 32)
    assert sweep(clinic).strays == 2
    assert len(clinic.vault.files(examination.patient)) == 2
    assert open_clip(desk, filled).read(4)


def test_half_a_file_goes_after_a_day_and_not_while_it_may_be_written(
    clinic: Clinic, examination: Examination
) -> None:
    part, _ = clinic.vault.place_for(examination.patient, "0" * 32)
    clinic.vault.writer(examination.patient, "0" * 32).abandon()
    assert sweep(clinic).strays == 0
    assert part.exists()
    yesterday_s = time.time() - 25 * 3600
    os.utime(part, (yesterday_s, yesterday_s))
    assert sweep(clinic).strays == 1
    assert not part.exists()


def test_a_database_put_back_by_hand_costs_no_file(
    clinic: Clinic, examination: Examination, filled: str
) -> None:
    tamper(clinic, "DELETE FROM audit WHERE number > 5")
    with pytest.raises(DataError, match="Nothing was destroyed"):
        sweep(clinic)
    assert len(clinic.vault.files(examination.patient)) == 2


def test_the_master_key_is_changed_without_touching_a_video(
    clinic: Clinic,
    desk: Desk,
    examination: Examination,
    filled: str,
    database: str,
    clock: Clock,
    tmp_path: Path,
) -> None:
    before = everything_of(clinic, examination.patient)
    new = write_key_file(tmp_path / "new.key")
    assert rotate(clinic, new) == 2
    assert everything_of(clinic, examination.patient) == before
    with pytest.raises(InputError, match="changed meanwhile"):
        add_patient(desk, PatientDetails("another"))
    with Clinic(tmp_path / "store", database, new, clock=clock) as again:
        assert open_clip(again.desk("r1"), filled).read(4)
        assert again.audit_problems() == []
        assert add_patient(again.desk("r1"), PatientDetails("another"))


def test_a_change_of_keys_that_was_cut_short_goes_on(
    clinic: Clinic,
    desk: Desk,
    master: MasterKey,
    examination: Examination,
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = add_patient(desk, PatientDetails("another"))
    new = write_key_file(tmp_path / "new.key")
    done: list[str] = []
    wrap = MasterKey.wrap

    def power_fails(self: MasterKey, key: bytes, *, context: str) -> bytes:
        if done:
            raise KeyboardInterrupt
        done.append(context)
        return wrap(self, key, context=context)

    with monkeypatch.context() as cut:
        cut.setattr(MasterKey, "wrap", power_fails)
        with pytest.raises(KeyboardInterrupt):
            rotate(clinic, new)
    with Clinic(tmp_path / "store", database, master) as again:
        assert rotate(again, new) == 2
    with Clinic(tmp_path / "store", database, new) as again:
        assert {p.id for p in patients(again.desk("r1"))} == {other.id, examination.patient}


def everything_of(clinic: Clinic, patient: str) -> dict[str, bytes]:
    folder = clinic.vault.folder / "patients" / patient
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "key"}
