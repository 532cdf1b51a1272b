"""Clips: taken in without their sound, encrypted; shown; destroyed."""

from __future__ import annotations

import base64
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tdscreen.errors import InputError
from tdscreen.isolation import run_isolated
from tdscreen.keeping.fingerprint import sha256_of
from tdscreen.printing import counted, day, printable
from tdscreen.records.arriving import Arrived
from tdscreen.records.clinic import Desk, Work
from tdscreen.records.entries import Clip, Destroyed, FileKind, KeptFile, Recording
from tdscreen.records.examinations import living_examination
from tdscreen.records.in_memory import private_folder
from tdscreen.records.patients import living_patient
from tdscreen.records.roles import Act
from tdscreen.records.scope import Row
from tdscreen.records.sealed_file import SealedReader
from tdscreen.records.tables import CLIPS, FILES
from tdscreen.records.times import read_optional_time, read_time, written
from tdscreen.records.vault import new_id
from tdscreen.records.video_dates import (
    date_of_new_video,
    destroy_file,
    is_over,
    leave_time_to_rate,
    let_videos_go,
    signed_clips,
)
from tdscreen.settings import RECORDS, VIDEO
from tdscreen.tracking.store import load_tracks, save_tracks
from tdscreen.tracking.tracks import Tracks
from tdscreen.video.opening import check_path
from tdscreen.vocabulary import Task

_KIND = "clip"


class KnownClipError(InputError):
    """The site has this very clip already."""


def import_clip(
    desk: Desk,
    examination: str,
    source: Path | Arrived,
    *,
    task: Task,
    name: str | None = None,
    keep_video: bool = False,
    mirrored: bool = False,
) -> Clip:
    """Take a clip in: without its sound, its pictures as they are, encrypted. The file itself stays where it is.

    Parameters
    ----------
    desk : Desk
    examination : str
    source : Path or Arrived
        A file that may be hostile; it is read in a process of its own.
    task : Task
    name : str, optional
        What the file was called; by default what its path says. It is kept encrypted, and never used as a path.
    keep_video : bool
        The video is not destroyed once it is rated, or for its age.
    mirrored : bool
        The recording is a mirror image (a selfie view).

    Raises
    ------
    KnownClipError
        This site has this very clip already.
    InputError
        This site has no such examination, or it has as many clips as it can have.
    VideoError, LimitError, WorkerError
        The file is not a clip that can be taken in.
    """
    path = check_path(source if isinstance(source, Path) else source.path, settings=VIDEO)
    name = path.name if name is None else name
    with desk.at_work(Act.RECORD) as work:
        patient = living_examination(work.scope, examination)["patient_id"]
        lookup = _unknown(work, sha256_of(path) if isinstance(source, Path) else source.sha256)
        _require_place(work, examination)
        key = work.vault.patient_key(patient)
        work.log("began to take in", _KIND, examination)
    clip, file = new_id(), new_id()
    vault = desk.clinic.vault
    part, context = vault.place_for(patient, file)
    try:
        said = run_isolated(
            "tdscreen.records.without_sound:seal_without_sound",
            {
                "source": str(path),
                "source_key": None if isinstance(source, Path) else base64.b64encode(source.key).decode(),
                "name": printable(name),
                "out": str(part),
                "key": base64.b64encode(key).decode(),
                "context": context,
            },
        )
    except BaseException:
        vault.shred_file(patient, file)
        raise
    assert isinstance(said, dict)
    with desk.at_work(Act.RECORD) as work:
        work.undo.append(lambda: vault.shred_file(patient, file))
        # Patient or examination may be gone meanwhile, or the clip be there from another's hands.
        living_examination(work.scope, examination)
        if lookup != _unknown(work, str(said["sha256"])):
            raise InputError(f"{printable(name)} was changed while it was read. Take it in again.")
        _require_place(work, examination)
        sealed = {
            "file_name": name,
            "sha256": said["sha256"],
            "cut_short": said["cut_short"],
            "task": str(task),
            "mirrored": mirrored,
        }
        work.scope.add(
            CLIPS,
            id=clip,
            patient_id=patient,
            examination_id=examination,
            lookup=lookup,
            sealed=work.seal(patient, clip, sealed),
            keep_video=keep_video,
            added_at=work.time,
            added_by=work.answerable,
        )
        _add_file(work, patient, clip, file, FileKind.VIDEO, due_at=date_of_new_video(work.now))
        work.log("added", _KIND, clip)
        return _clip(work, work.scope.row(CLIPS, clip), signed_clips(work, examination))


def clip(desk: Desk, identifier: str) -> Clip:
    """Say what is known of a clip.

    Raises
    ------
    InputError
        This site has none of that identifier.
    """
    with desk.at_work(Act.SEE_CLIPS) as work:
        row = work.scope.row(CLIPS, identifier)
        living_patient(work.scope, row["patient_id"])
        found = _clip(work, row, signed_clips(work, row["examination_id"]))
        work.log("saw", _KIND, identifier)
    return found


def clips(desk: Desk, examination: str) -> list[Clip]:
    """Give the clips of an examination, in the order in which they were added."""
    with desk.at_work(Act.SEE_CLIPS) as work:
        living_examination(work.scope, examination)
        rows = work.scope.rows(CLIPS, order="added_at", examination_id=examination)
        # Reading signatures unseals them and all that was changed: once for all clips.
        signed = signed_clips(work, examination)
        found = [_clip(work, row, signed) for row in rows]
        work.log("saw", "clips of examination", examination)
    return found


def recordings(desk: Desk, examination: str) -> list[Recording]:
    """Give the clips of an examination without their names: for research."""
    with desk.at_work(Act.SEE_FINDINGS) as work:
        living_examination(work.scope, examination)
        found = [
            Recording(
                row["id"],
                row["patient_id"],
                examination,
                work.unseal(row["patient_id"], row["id"], row["sealed"])["task"],
                bool(_files(work, row["id"], FileKind.TRACKS, there=True)),
            )
            for row in work.scope.rows(CLIPS, order="added_at", examination_id=examination)
        ]
        work.log("saw without names", "clips of examination", examination)
    return found


def open_clip(desk: Desk, identifier: str) -> SealedReader:
    """Open a clip's video to be played or tracked: a binary file that is decrypted as it is read.

    Raises
    ------
    InputError
        This site has no such clip, or its video was destroyed or is to be.
    """
    with desk.at_work(Act.WATCH) as work:
        row = work.scope.row(CLIPS, identifier)
        file = _usable(work, row, FileKind.VIDEO)
        reader = work.vault.reader(row["patient_id"], file["id"])
        work.log("saw", "video of clip", identifier)
    return reader


def keep_tracks(desk: Desk, identifier: str, tracks: Tracks) -> None:
    """Keep what was followed in a clip: landmarks, encrypted, with a date on which they are destroyed.

    Raises
    ------
    InputError
        This site has no such clip, or has its tracks.
    """
    with desk.at_work(Act.KEEP_FINDINGS) as work:
        row = work.scope.row(CLIPS, identifier)
        living_patient(work.scope, row["patient_id"])
        if _files(work, row["id"], FileKind.TRACKS, there=True):
            raise InputError("The tracks of this clip are kept already.")
        file = new_id()
        work.undo.append(lambda: work.vault.shred_file(row["patient_id"], file))
        with private_folder() as folder, work.vault.writer(row["patient_id"], file) as sealed:
            save_tracks(tracks, folder / "tracks")
            with (folder / "tracks").open("rb") as plain:
                shutil.copyfileobj(plain, sealed)
        due_at = written(work.now + timedelta(days=RECORDS.findings_days))
        _add_file(work, row["patient_id"], identifier, file, FileKind.TRACKS, due_at=due_at)
        work.log("added", "tracks of clip", identifier)


def tracks(desk: Desk, identifier: str) -> Tracks:
    """Give what was followed in a clip.

    Raises
    ------
    InputError
        This site has no such clip, or there are no tracks of it any more.
    """
    with desk.at_work(Act.SEE_LANDMARKS) as work:
        row = work.scope.row(CLIPS, identifier)
        file = _usable(work, row, FileKind.TRACKS)
        with private_folder() as folder, work.vault.reader(row["patient_id"], file["id"]) as sealed:
            with (folder / "tracks").open("wb") as plain:
                shutil.copyfileobj(sealed, plain)
            found = load_tracks(folder / "tracks")
        work.log("saw", "tracks of clip", identifier)
        may_see_names = work.may(Act.SEE_CLIPS)
    return found if may_see_names else replace(found, file=identifier)


def decide_retention(desk: Desk, identifier: str, *, keep_video: bool) -> None:
    """Decide whether a clip's video is kept, or goes by the clinic's rule: at once, if it is rated and signed.

    Else there are :attr:`~tdscreen.settings.RecordsSettings.video_warning_days` at least to rate what was kept.

    Raises
    ------
    InputError
        This site has no such clip, or what is to be kept was destroyed or is to be.
    """
    with desk.at_work(Act.DECIDE_RETENTION) as work:
        row = work.scope.row(CLIPS, identifier)
        if keep_video:
            _usable(work, row, FileKind.VIDEO)
        work.scope.change(CLIPS, identifier, keep_video=keep_video)
        work.log("decided to keep" if keep_video else "decided not to keep", "video of clip", identifier)
        if row["keep_video"] and not keep_video:
            leave_time_to_rate(work, identifier)
            let_videos_go(work, row["examination_id"])


def destroy_video(desk: Desk, identifier: str) -> None:
    """Destroy a clip's video now. What was measured stays.

    Raises
    ------
    InputError
        This site has no such clip, or its video is gone already.
    """
    with desk.at_work(Act.DECIDE_RETENTION) as work:
        row = work.scope.row(CLIPS, identifier)
        destroy_file(work, _there(work, row, FileKind.VIDEO), Destroyed.ASKED)


def _add_file(work: Work, patient: str, clip: str, file: str, kind: FileKind, *, due_at: str) -> None:
    size = work.vault.finish(patient, file)
    work.scope.add(
        FILES,
        id=file,
        patient_id=patient,
        clip_id=clip,
        kind=str(kind),
        size_bytes=size,
        added_at=work.time,
        due_at=due_at,
    )


def _unknown(work: Work, sha256: str) -> str:
    """Give the lookup of a clip that this site does not have."""
    lookup = work.lookup(_KIND, sha256)
    if rows := work.scope.rows(CLIPS, lookup=lookup):
        raise KnownClipError(
            f"This very clip is there already: it came in on {day(read_time(rows[0]['added_at']))}. It was not added "
            "again."
        )
    return lookup


def _require_place(work: Work, examination: str) -> None:
    there = len(work.scope.rows(CLIPS, examination_id=examination))
    if there >= RECORDS.most_clips:
        raise InputError(
            f"This examination has {counted(there, 'clip')}, as many as it can have. Add another examination."
        )


def _files(work: Work, clip: str, kind: FileKind, *, there: bool = False) -> list[Row]:
    rows = work.scope.rows(FILES, order="added_at", clip_id=clip, kind=str(kind))
    return [row for row in rows if row["destroyed_at"] is None or not there]


def _there(work: Work, clip: Row, kind: FileKind) -> Row:
    living_patient(work.scope, clip["patient_id"])
    files = _files(work, clip["id"], kind)
    if not files:
        raise InputError(f"There is no {kind} of this clip.")
    if files[-1]["destroyed_at"] is not None:
        gone_at = read_time(files[-1]["destroyed_at"])
        raise InputError(f"The {kind} of this clip was destroyed on {day(gone_at)}.")
    return files[-1]


def _usable(work: Work, clip: Row, kind: FileKind) -> Row:
    """Give a file whose time is not over: what is due is not used, also where no sweep has come by."""
    file = _there(work, clip, kind)
    if is_over(file, work.now, kept=clip["keep_video"]):
        due_at = day(read_time(file["due_at"]))
        raise InputError(
            f"The time of the {kind} of this clip was over on {due_at}. The next sweep destroys it."
        )
    return file


def _clip(work: Work, row: Row, signed: frozenset[str]) -> Clip:
    said = work.unseal(row["patient_id"], row["id"], row["sealed"])
    return Clip(
        id=row["id"],
        patient=row["patient_id"],
        examination=row["examination_id"],
        **said,
        keep_video=row["keep_video"],
        files=tuple(_kept(file) for kind in FileKind for file in _files(work, row["id"], kind)),
        added_at=read_time(row["added_at"]),
        added_by=row["added_by"],
        can_be_watched=any(
            not is_over(file, work.now, kept=row["keep_video"])
            for file in _files(work, row["id"], FileKind.VIDEO, there=True)
        ),
        signed=row["id"] in signed,
    )


def _kept(row: Row) -> KeptFile:
    because = row["destroyed_because"]
    return KeptFile(
        id=row["id"],
        patient=row["patient_id"],
        clip=row["clip_id"],
        kind=FileKind(row["kind"]),
        size_bytes=row["size_bytes"],
        added_at=read_time(row["added_at"]),
        due_at=read_time(row["due_at"]),
        destroyed_at=read_optional_time(row["destroyed_at"]),
        destroyed_because=None if because is None else Destroyed(because),
    )
