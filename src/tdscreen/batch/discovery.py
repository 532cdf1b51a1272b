"""A folder, or a table that names clips, becomes a plan; what is wrong with it is said before any work."""

from __future__ import annotations

import csv
import fnmatch
import io
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tdscreen.batch.addresses import bytes_at, files_below, is_address, sha256_at, stamp_of, try_reading
from tdscreen.batch.plan import Plan, PlannedClip, bids_entities, plain_label, task_of
from tdscreen.errors import InputError
from tdscreen.measurement.quality import HAND_TASKS
from tdscreen.printing import counted, printable, unicode_of
from tdscreen.vocabulary import Task

VIDEO_SUFFIXES = (".3gp", ".avi", ".m4v", ".mkv", ".mov", ".mp4", ".mpg", ".mpeg", ".mts", ".webm", ".wmv")
TABLE_SUFFIXES = (".csv", ".tsv")
COLUMNS = ("file", "task", "person", "session", "date", "examination", "mirrored")
"""Of a table of clips; all but the first may be left out."""
_YES, _NO = ("yes", "true", "1"), ("no", "false", "0", "")
_NAMED = 3
"""So many are named in a sentence; of the others it says how many."""


def find_clips(
    source: Path | str,
    *,
    patterns: Sequence[str] = (),
    default_task: Task = Task.UNSTRUCTURED,
    labels: Mapping[str, Task] | None = None,
    by_folder: bool = False,
    mirrored: bool = False,
    hands: bool = True,
    leave_out: Path | str | None = None,
    same_content: bool = False,
) -> Plan:
    """Plan a batch.

    Parameters
    ----------
    source : Path or str
        A folder, looked through to its last subfolder, or a table (``.csv``, ``.tsv``) with a row for each clip; on the
        disk, or, if a str, at an address (``s3://bucket/folder``).
    patterns : sequence of str
        Of a folder only what one of these matches, by its name or by its path below the folder; without them, what
        ends as videos do.
    default_task : Task
        Of clips that do not say.
    labels : mapping of str to Task, optional
        What the study's own names of tasks mean.
    by_folder : bool
        The clips of one folder are one sitting, where neither a table nor a name says otherwise.
    mirrored : bool
        Recordings are mirror images, where the table does not say otherwise.
    hands : bool
        If not, hands are followed only in clips whose task is about them.
    leave_out : Path or str, optional
        A folder that is not looked through: where results are written.
    same_content : bool
        Let two files have the same content.

    Returns
    -------
    Plan

    Raises
    ------
    InputError
        Nothing is there, nothing matches, something may not be read, a task is not known, names clash, or two files
        have the same content.
    """
    own = {plain_label(label): task for label, task in (labels or {}).items()}
    remarks: list[str] = []
    table = str(source).lower().endswith(TABLE_SUFFIXES)
    if isinstance(source, Path) and not source.exists():
        raise InputError(f"There is no folder or table {source}. Check the name.")
    if isinstance(source, Path) and source.is_dir():
        rows = _rows_of_folder(source, patterns, leave_out, remarks)
    elif isinstance(source, str) and not table:
        rows = _rows_at_address(source, patterns, leave_out, remarks)
    elif table:
        if patterns:
            raise InputError("A table names its clips one by one. Leave out --pattern, or name a folder.")
        rows = _rows_of_table(source, remarks)
    else:
        raise InputError(
            f"{Path(source).name} is neither a folder of clips nor a table of them (.csv or .tsv). One clip is "
            "scored by 'tdscreen score'."
        )
    _refuse(rows, lambda row: _unknown_label(row, own), _unknown_task_sentence)
    clips = sorted(
        (
            _planned(row, own, default_task, by_folder=by_folder, mirrored=mirrored, hands=hands)
            for row in rows
        ),
        key=lambda clip: clip.name,
    )
    _refuse_clashes(clips)
    _refuse(
        clips,
        lambda clip: None if is_address(clip.path) or os.access(clip.path, os.R_OK) else clip.name,
        lambda names: (
            f"There is no right to read {_some(names)}. Change their permissions, or leave them out."
        ),
    )
    _refuse_unreadable_address(clips[0])
    if not same_content:
        refuse_same_content(clips)
    if not hands:
        remarks.append(_say_hands(clips))
    return Plan(source=str(source), clips=tuple(clips), remarks=tuple(remarks))


def _say_hands(clips: Sequence[PlannedClip]) -> str:
    """Say in how many clips the hands are left out as asked, and in how many they are not."""
    followed = sum(clip.hands for clip in clips)
    left_out = f"The hands are left out of {counted(len(clips) - followed, 'clip')}."
    if not followed:
        return left_out
    return f"{left_out} They are followed in {followed:,}, where the task is about them."


def _rows_of_folder(
    source: Path, patterns: Sequence[str], leave_out: Path | str | None, remarks: list[str]
) -> list[dict[str, Any]]:
    """List a folder's clips, with what their names say of them."""
    out = leave_out.resolve() if isinstance(leave_out, Path) else None
    others = hidden = linked = 0
    rows: list[dict[str, Any]] = []
    dangling: list[str] = []

    def refuse(error: OSError) -> None:
        raise InputError(
            f"The folder {error.filename} may not be looked into. Change its permissions, or leave it out."
        ) from error

    for folder, subfolders, files in os.walk(source, onerror=refuse):
        subfolders[:] = sorted(
            name
            for name in subfolders
            if not name.startswith(".") and (out is None or Path(folder, name).resolve() != out)
        )
        linked += sum(Path(folder, name).is_symlink() for name in subfolders)
        for file in files:
            path = Path(folder, file)
            name = path.relative_to(source).as_posix()
            if file.startswith("."):
                # As macOS leaves beside clips that were copied: "._clip.mp4" is none.
                hidden += 1
            elif not _matches(name, file, patterns):
                others += 1
            elif not path.is_file():
                # A pipe or a socket may be called like a clip, too.
                if path.is_symlink():
                    dangling.append(name)
                else:
                    others += 1
            else:
                rows.append({"name": name, "path": path, **_said_by_name(file)})
    if dangling:
        raise InputError(
            f"There is nothing behind {_some(dangling)}: links whose files are not here. Fetch the files, or leave "
            "the links out with --pattern."
        )
    _sum_up(source, patterns, rows, others=others, hidden=hidden, linked=linked, remarks=remarks)
    return rows


def _rows_at_address(
    source: str, patterns: Sequence[str], leave_out: Path | str | None, remarks: list[str]
) -> list[dict[str, Any]]:
    """List the clips below an address, as those of a folder."""
    out = f"{leave_out}".rstrip("/") + "/"
    others = hidden = 0
    rows: list[dict[str, Any]] = []
    for name, about in files_below(source).items():
        path = f"{source.rstrip('/')}/{name}"
        file = name.rpartition("/")[2]
        if path.startswith(out) or any(part.startswith(".") for part in name.split("/")[:-1]):
            continue
        if file.startswith("."):
            hidden += 1
        elif not _matches(name, file, patterns):
            others += 1
        else:
            rows.append({"name": name, "path": path, "stamp": stamp_of(about), **_said_by_name(file)})
    _sum_up(source, patterns, rows, others=others, hidden=hidden, remarks=remarks)
    return rows


def _said_by_name(file: str) -> dict[str, Any]:
    """Give what a name in the form of BIDS says."""
    said = bids_entities(file)
    return {
        "task": said.get("task"),
        "person": f"sub-{said['sub']}" if said else None,
        "session": f"ses-{said['ses']}" if "ses" in said else None,
        # A person without sessions has one, in BIDS.
        "examination": "_".join(f"{e}-{said[e]}" for e in ("sub", "ses") if e in said),
    }


def _sum_up(
    source: Path | str,
    patterns: Sequence[str],
    rows: Sequence[object],
    *,
    others: int,
    hidden: int,
    linked: int = 0,
    remarks: list[str],
) -> None:
    """Refuse a folder without clips, and say what was not taken."""
    if not rows:
        wanted = f"matches {' or '.join(patterns)}" if patterns else f"ends in {', '.join(VIDEO_SUFFIXES)}"
        if not others:
            raise InputError(f"There is no file in the folder {source}. Check the name.")
        raise InputError(
            f"Nothing in the folder {source} {wanted}; it holds {counted(others, 'other file')}. Check the name, or "
            "say what clips are called with --pattern."
        )
    if others:
        remarks.append(
            f"{counted(others, 'other file')} in the folder {'is' if others == 1 else 'are'} not taken."
        )
    if linked:
        # They may lead round in a circle, or to the same clips twice.
        remarks.append(
            f"{counted(linked, 'link')} to {'a folder is' if linked == 1 else 'folders are'} not followed. To take "
            "what is behind, name that folder itself, or the clips in a table."
        )
    if hidden:
        remarks.append(f"{counted(hidden, 'hidden file')} {'is' if hidden == 1 else 'are'} not taken.")


def _matches(name: str, file: str, patterns: Sequence[str]) -> bool:
    if not patterns:
        return file.lower().endswith(VIDEO_SUFFIXES)
    return any(fnmatch.fnmatchcase(name, one) or fnmatch.fnmatchcase(file, one) for one in patterns)


def _rows_of_table(source: Path | str, remarks: list[str]) -> list[dict[str, Any]]:
    """Read a table of clips."""
    table = str(source).replace(os.sep, "/").rpartition("/")[2]
    try:
        # Spreadsheets write a mark at the beginning of a file in UTF-8.
        text = bytes_at(str(source)).decode("utf-8-sig")
    except OSError as error:
        raise InputError(
            f"{table} may not be read: {error.strerror or error}. Check its name and its permissions."
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{table} is not in UTF-8. Save the table as 'CSV UTF-8'.") from error
    lines = _cells_of_lines(text, table)
    heads = [head.strip().casefold() for head in next(lines, (1, []))[1]]
    if "file" not in heads:
        raise InputError(
            f"{table} has no column 'file'. Its first line names the columns: {', '.join(COLUMNS)}, of which "
            "all but 'file' may be left out."
        )
    if twice := [head for head, count in Counter(heads).items() if head in COLUMNS and count > 1]:
        raise InputError(f"{table} has the column '{twice[0]}' twice. Leave one out.")
    if unused := [head for head in heads if head and head not in COLUMNS]:
        remarks.append(f"Columns that are not used: {', '.join(unused)}.")
    # One list of all that is there takes less than to ask for each.
    there = files_below(source.rpartition("/")[0]) if isinstance(source, str) else None
    rows = []
    for number, cells in lines:
        if any(cells[len(heads) :]):
            raise InputError(
                f"{table} has more cells in line {number} than columns. A name with a "
                "comma or a semicolon in it goes into quotation marks."
            )
        rows.append(_row_of_line(dict(zip(heads, cells, strict=False)), source, table, there))
    if not rows:
        raise InputError(f"{table} names no clip. It needs a line for each, below the names of columns.")
    _refuse(
        rows,
        lambda row: None if "stamp" in row or (there is None and _is_file(row["path"])) else row["name"],
        lambda names: (
            f"{table} names {_some(names)}, and there is no such file. Paths are read from the "
            "table's own folder."
        ),
    )
    if twice := [name for name, count in Counter(row["name"] for row in rows).items() if count > 1]:
        raise InputError(f"{table} names {_some(twice)} more than once. Leave one line for each clip.")
    return rows


def _cells_of_lines(text: str, table: str) -> Iterator[tuple[int, list[str]]]:
    """Give the cells of each line that has any, and its number; a cell in quotes may hold line breaks."""
    first = text.splitlines()[0] if text else ""
    delimiter = max("\t;,", key=first.count)
    # Strict: a quotation mark that nobody closed would swallow the lines below it.
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for cells in lines:
            if any(cells):
                yield lines.line_num, cells
    except csv.Error as error:
        raise InputError(
            f"{table} cannot be read as a table up to line {lines.line_num}: {error}. Look for a quotation mark "
            "that is not closed, or save the table anew as 'CSV UTF-8'."
        ) from error


def _is_file(path: Path) -> bool:
    """Say whether a file is there; a name that is too long for the system names none."""
    try:
        return path.is_file()
    except PermissionError as error:
        raise InputError(
            f"The folder {path.parent} may not be looked into. Change its permissions, or leave it out."
        ) from error
    except OSError:
        return False


def _row_of_line(
    cells: dict[str, str], source: Path | str, table: str, there: Mapping[str, Mapping[str, Any]] | None
) -> dict[str, Any]:
    said = {name: (cells.get(name) or "").strip() for name in COLUMNS}
    if not said["file"]:
        raise InputError(f"A line of {table} names no file. Fill its column 'file', or leave the line out.")
    name = Path(os.path.normpath(said["file"])).as_posix()
    mirrored = said["mirrored"].casefold()
    if mirrored not in (*_YES, *_NO):
        raise InputError(
            f"{table} has '{said['mirrored']}' in the column 'mirrored'. Write yes or no, or nothing."
        )
    sitting = said["session"] or said["date"]
    # Clips of a person whose sittings are not told apart may be of different days: they are not joined.
    joined = "_".join((said["person"], sitting)) if said["person"] and sitting else ""
    return {
        "name": name,
        "path": source.parent / said["file"]
        if isinstance(source, Path)
        else f"{source.rpartition('/')[0]}/{name}",
        **({"stamp": stamp_of(there[name])} if there and name in there else {}),
        "task": said["task"] or None,
        "person": said["person"] or None,
        "session": said["session"] or None,
        "date": said["date"] or None,
        "examination": said["examination"] or joined,
        "mirrored": None if not mirrored else mirrored in _YES,
    }


def _planned(
    row: Mapping[str, Any],
    labels: Mapping[str, Task],
    default_task: Task,
    *,
    by_folder: bool,
    mirrored: bool,
    hands: bool,
) -> PlannedClip:
    name = unicode_of(row["name"])
    folder = name.rpartition("/")[0]
    said_mirrored = row.get("mirrored")
    task = (task_of(row["task"], labels) if row["task"] else None) or default_task
    try:
        size_bytes, modified_ns = row["stamp"] if "stamp" in row else _stamp(row["path"])
    except OSError as error:
        raise InputError(f"{name} was there a moment ago and is no longer. Start again.") from error
    return PlannedClip(
        name=name,
        path=str(row["path"].absolute() if isinstance(row["path"], Path) else row["path"]),
        size_bytes=size_bytes,
        modified_ns=modified_ns,
        task=task,
        examination=row["examination"] or (folder if by_folder else "") or name,
        person=row["person"],
        session=row["session"],
        date=row.get("date"),
        mirrored=mirrored if said_mirrored is None else said_mirrored,
        hands=hands or task in HAND_TASKS,
    )


def _stamp(path: Path) -> tuple[int, int]:
    there = path.stat()
    return there.st_size, there.st_mtime_ns


def _unknown_label(row: Mapping[str, Any], labels: Mapping[str, Task]) -> str | None:
    label: str | None = row["task"]
    return label if label and task_of(label, labels) is None else None


def _unknown_task_sentence(found: Sequence[str]) -> str:
    labels = list(Counter(found))
    return (
        f"The task of {counted(len(found), 'clip')} is not known: {_some(labels)}. Say what each means, as "
        f"--label {labels[0]}=rest, with one of: {', '.join(Task)}."
    )


def _refuse_clashes(clips: Sequence[PlannedClip]) -> None:
    """Refuse what could not be told apart in the results."""
    in_examination = Counter((clip.examination, clip.file) for clip in clips)
    if clashing := [pair for pair, count in in_examination.items() if count > 1]:
        examination, file = clashing[0]
        raise InputError(
            f"{counted(in_examination[clashing[0]], 'clip')} of the examination {printable(examination)} are called "
            f"{printable(file)}, and could not be told apart in its assessment. Rename them, or put them into "
            "examinations of their own."
        )
    names = {clip.examination for clip in clips}
    alike = Counter(name.casefold() for name in names)
    if clashing_names := sorted(name for name in names if alike[name.casefold()] > 1):
        raise InputError(
            f"The names of {_some(clashing_names)} differ in capital letters only. Write the name of one examination "
            "in one way, or give two of them different names."
        )
    people: dict[str, set[str]] = {}
    for clip in clips:
        if clip.person is not None:
            people.setdefault(clip.examination, set()).add(clip.person)
    if mixed := sorted(name for name, found in people.items() if len(found) > 1):
        raise InputError(
            f"Clips of different people are in the examination {_some(mixed)}. An examination is one person's."
        )


def _refuse_unreadable_address(clip: PlannedClip) -> None:
    """Refuse a storage that lets us list and not read, by one of its clips: to ask for each would take too long."""
    if is_address(clip.path):
        try:
            try_reading(clip.path)
        except OSError as error:
            raise _unreadable(clip, error) from error


def _unreadable(clip: PlannedClip, error: OSError) -> InputError:
    return InputError(
        f"{printable(clip.name)} may not be read: {error.strerror or error}. See to its rights, or leave it out."
    )


def refuse_same_content(clips: Sequence[PlannedClip]) -> None:
    """Refuse two files with the same content: one of them is likely not what its name says.

    Raises
    ------
    InputError
        Also where one may not be read.
    """
    by_size: dict[int, list[PlannedClip]] = {}
    for clip in clips:
        by_size.setdefault(clip.size_bytes, []).append(clip)
    by_content: dict[str, list[str]] = {}
    # Of files of different sizes nothing need be read, and few are of the same size to the byte.
    for clip in (clip for same_size in by_size.values() if len(same_size) > 1 for clip in same_size):
        if clip.size_bytes:
            try:
                sha256 = sha256_at(clip.path)
            except OSError as error:
                raise _unreadable(clip, error) from error
            by_content.setdefault(sha256, []).append(clip.name)
    same = [names for names in by_content.values() if len(names) > 1]
    if same:
        more = f" (and {len(same) - 1} more)" if len(same) > 1 else ""
        raise InputError(
            f"These files have the same content: {_some(same[0])}{more}. Is one of them a copy by mistake? Remove it, "
            "or go on with --same-content, and each counts where it stands."
        )


def _refuse(
    entries: Iterable[Any],
    wrong: Callable[[Any], str | None],
    sentence: Callable[[list[str]], str],
) -> None:
    found = [name for entry in entries if (name := wrong(entry)) is not None]
    if found:
        raise InputError(sentence(found))


def _some(names: Sequence[str]) -> str:
    """Name the first few, and say how many there are besides."""
    named = ", ".join(printable(unicode_of(name)) for name in names[:_NAMED])
    return named + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")


def plan_lines(plan: Plan, *, most: int | None = None) -> Iterator[tuple[str, str, str]]:
    """Give what each file is taken for: its name, its task, its examination.

    Parameters
    ----------
    plan : Plan
    most : int, optional
        So many at most; all if not given.
    """
    for clip in plan.clips[:most]:
        yield clip.name, clip.task, clip.examination
