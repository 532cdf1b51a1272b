"""Whether a site has a clip already, before there is an examination to add it to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tdscreen.keeping.fingerprint import sha256_of
from tdscreen.records.clinic import Desk
from tdscreen.records.roles import Act
from tdscreen.records.tables import CLIPS
from tdscreen.settings import VIDEO
from tdscreen.video.opening import check_path


@dataclass(frozen=True)
class KnownClip:
    """Where a clip is kept: identifiers of clip, patient and examination."""

    id: str
    patient: str
    examination: str


def find_known_clip(desk: Desk, source: Path) -> KnownClip | None:
    """Give the clip of this site that was taken in from the same bytes; None if there is none.

    Raises
    ------
    InputError, LimitError
        There is no such file, or it cannot be a clip.
    """
    sha256 = sha256_of(check_path(source, settings=VIDEO))
    with desk.at_work(Act.RECORD) as work:
        rows = work.scope.rows(CLIPS, lookup=work.lookup("clip", sha256))
        found = KnownClip(rows[0]["id"], rows[0]["patient_id"], rows[0]["examination_id"]) if rows else None
        work.log("looked for", "clip", found.id if found else "")
    return found
