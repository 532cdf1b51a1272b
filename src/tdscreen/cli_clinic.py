"""The doors to a clinic's store: ``tdscreen clinic`` and ``tdscreen audit``."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tdscreen.cli_batch import default_task_option, labels_option, meanings_of
from tdscreen.errors import DataError, InputError
from tdscreen.printing import counted, moment, printable
from tdscreen.vocabulary import Task

if TYPE_CHECKING:
    from tdscreen.records.clinic import Clinic

_NEEDED = ("sqlalchemy", "alembic", "cryptography")
_ROLES = ("clinician", "researcher", "administrator")
new_file = click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="To write. Never replaces a file.",
)


def at_a_store(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say where the store is."""

    @functools.wraps(function)
    def command(*args: Any, **others: Any) -> Any:
        check_installed()
        return function(*args, **others)

    for option in (
        click.option(
            "--database",
            envvar="TDSCREEN_CLINIC_DATABASE",
            metavar="ADDRESS",
            help="postgresql://user@host/name, or sqlite:////folder/file [default: SQLite in the folder]. "
            "Or in TDSCREEN_CLINIC_DATABASE.",
        ),
        click.option(
            "--folder",
            required=True,
            envvar="TDSCREEN_CLINIC_FOLDER",
            type=click.Path(path_type=Path),
            metavar="DIR",
            help="Of the store. Or in TDSCREEN_CLINIC_FOLDER.",
        ),
    ):
        command = option(command)
    return command


@click.group()
def clinic() -> None:
    """Make and look after a clinic's store.

    Patients, examinations, clips, estimates and ratings, encrypted on this machine. The master key comes from the
    environment: TDSCREEN_CLINIC_KEY_FILE names a file that only its owner can read, or TDSCREEN_CLINIC_KEY holds it.
    Who loses it loses the store.
    """


@clinic.command()
@new_file
def key(out: Path) -> None:
    """Make a master key.

    Keep a copy in another place: without it neither the store nor any backup can be read.
    """
    check_installed()
    from tdscreen.records.master import write_key_file

    write_key_file(out)
    click.echo(
        printable(f"{out} is written. Keep a copy of it in another place, and no copy beside the store."),
        err=True,
    )


@clinic.command()
@at_a_store
def init(folder: Path, database: str | None) -> None:
    """Make a new store, in an empty folder and an empty database."""
    from tdscreen.records.clinic import Clinic, database_in
    from tdscreen.records.master import master_key

    Clinic.create(folder, database or database_in(folder), master_key()).close()
    click.echo(printable(f"The store in {folder} is made."), err=True)


@clinic.command("add-site")
@click.argument("site")
@at_a_store
def add_site(site: str, folder: Path, database: str | None) -> None:
    """Add a place whose staff sees its own patients alone.

    SITE is a short name: small letters, digits, "-" and "_".
    """
    with open_store(folder, database) as store:
        store.add_site(site)


@clinic.command("add-staff")
@click.argument("site")
@click.argument("identifier")
@click.option("--name", required=True, help="Of the person; is kept encrypted.")
@click.option(
    "--role",
    type=click.Choice(_ROLES),
    default=_ROLES[0],
    show_default=True,
    help="A clinician adds, rates and signs; a researcher sees no names and no videos; an administrator looks after "
    "staff and the log, and deletes.",
)
@click.option(
    "--login",
    nargs=2,
    metavar="ISSUER SUBJECT",
    help="How the person signs in: the address of the OpenID Connect provider, and the person's subject or verified "
    "e-mail address there. Is kept encrypted.",
)
@at_a_store
def add_staff(
    site: str,
    identifier: str,
    name: str,
    role: str,
    login: tuple[str, str] | None,
    folder: Path,
    database: str | None,
) -> None:
    """Add somebody who works at a site.

    IDENTIFIER is a short one that is no name, as r1: it stands in the audit log.
    """
    from tdscreen.records.entries import Role

    with open_store(folder, database) as store:
        store.add_staff(site, identifier, name=name, role=Role(role), login=login)


@clinic.command("retire-staff")
@click.argument("site")
@click.argument("identifier")
@at_a_store
def retire_staff(site: str, identifier: str, folder: Path, database: str | None) -> None:
    """End somebody's work at a site.

    From then on there is no desk for the person, and the login is forgotten. The name stays under what was signed.
    """
    with open_store(folder, database) as store:
        store.retire_staff(site, identifier)
    click.echo(printable(f"{identifier} does not work at {site} any more."), err=True)


@clinic.command()
@at_a_store
def upgrade(folder: Path, database: str | None) -> None:
    """Bring a store that an older version made to this version's form.

    Make a backup with the older version before: there is no way back. Nobody can work at the store meanwhile.
    """
    from tdscreen.records.clinic import database_in
    from tdscreen.records.master import master_key
    from tdscreen.records.upgrade import upgrade as take_the_steps

    before, after = take_the_steps(folder, database or database_in(folder), master_key())
    click.echo(
        "The store has this version's form already."
        if before == after
        else f"The store is brought from form {before} to {after}.",
        err=True,
    )


@clinic.command("import")
@click.argument("source", type=click.Path(exists=True, path_type=Path), metavar="FOLDER|TABLE")
@click.option(
    "--as", "who", required=True, metavar="IDENTIFIER", help="Whose desk it is done at, as r1: a clinician's."
)
@default_task_option
@labels_option
@click.option("--mirrored", is_flag=True, help="The recordings are mirror images: swaps left and right.")
@click.option("--new-patients", is_flag=True, help="Add patients that the site does not have.")
@click.option("--no-assess", is_flag=True, help="Do not ask for the examinations to be assessed.")
@click.option("--dry-run", is_flag=True, help="Say what each file is taken for, and do nothing.")
@at_a_store
def import_(
    source: Path,
    who: str,
    task: str,
    labels: tuple[str, ...],
    mirrored: bool,
    new_patients: bool,
    no_assess: bool,
    dry_run: bool,
    folder: Path,
    database: str | None,
) -> None:
    """Take in a folder of clips, or a table that names them.

    Clips are called sub-PERSON_ses-DAY_task-TASK, as sub-4711_ses-20260302_task-rest.mp4, or a table (.csv, .tsv) has
    the columns file, task, person and date. What is there already is not added again. The files stay where they are.
    """
    from tdscreen.assessing.folder import sittings_of, take_in
    from tdscreen.batch.discovery import find_clips

    plan = find_clips(source, default_task=Task(task), labels=meanings_of(labels), mirrored=mirrored)
    sittings = sittings_of(plan)
    with open_store(folder, database) as store:
        desk = store.desk(who)
        if dry_run:
            for sitting in sittings:
                when = sitting.problem if sitting.held_at is None else moment(sitting.held_at)
                for clip in sitting.clips:
                    click.echo(printable(f"{clip.name}: {clip.task}, of {sitting.person}, {when}"))
            return
        refused = 0
        for done in take_in(desk, sittings, new_patients=new_patients, assess=not no_assess):
            there = f", {counted(done.known, 'clip')} there already" if done.known else ""
            click.echo(printable(f"{done.sitting.name}: {counted(done.added, 'clip')} taken in{there}."))
            for sentence in done.refused:
                click.echo(sentence, err=True)
            refused += len(done.refused)
    if refused:
        click.get_current_context().exit(1)


@clinic.command()
@click.option(
    "--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Examinations at one time."
)
@click.option("--once", is_flag=True, help="End when no examination waits.")
@at_a_store
def work(jobs: int, once: bool, folder: Path, database: str | None) -> None:
    """Assess the examinations that wait, beside the pages.

    Runs until it is stopped (Ctrl-C, or SIGTERM), which gives back what is not done, and does first and once a day what
    'tdscreen clinic sweep' does. Ends with status 1 if --once was given and an examination could not be assessed.
    """
    import signal
    import threading

    from tdscreen.assessing.worker import work as run

    stop = threading.Event()
    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            before[number] = signal.signal(number, lambda *_: stop.set())
    try:
        with open_store(folder, database) as store:
            failed = run(store, jobs=jobs, once=once, stop=stop, say=lambda line: click.echo(line, err=True))
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if once and failed:
        click.get_current_context().exit(1)


@clinic.command()
@click.option(
    "--as",
    "person",
    metavar="IDENTIFIER",
    help="Of the person of the staff who sits at this machine, as r1: nobody signs in.",
)
@click.option(
    "--login",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="How people sign in with OpenID Connect: TOML, readable by its owner only.",
)
@click.option("--port", type=click.IntRange(1, 65535), help="Port [default: 8501].")
@click.option(
    "--address",
    default="localhost",
    show_default=True,
    help="On which it listens; beyond this machine only with --login.",
)
@click.option(
    "--recorder",
    metavar="ADDRESS",
    help="Of the recorder to which patients are invited, as https://record.clinic.example ('clinic recorder').",
)
@at_a_store
def app(
    person: str | None,
    login: Path | None,
    port: int | None,
    address: str,
    recorder: str | None,
    folder: Path,
    database: str | None,
) -> None:
    """Open the clinic's pages in a browser.

    With --as they are for one person on this machine, and whoever uses this machine is taken for that person. With
    --login each person signs in and works at the own desk.
    """
    from tdscreen.clinicapp.launch import run

    with open_store(folder, database) as store:
        sys.exit(run(store, person=person, login=login, port=port, address=address, recorder=recorder))


@clinic.command()
@at_a_store
def sweep(folder: Path, database: str | None) -> None:
    """Destroy what is due, and finish what was cut short.

    Videos 30 days after their assessment and 90 days after they came in, landmarks and measurements after ten years. A
    worker ('tdscreen clinic work') does it once a day; where none runs, let this run once a day.
    """
    from tdscreen.records.retention import sweep as run

    with open_store(folder, database) as store:
        done = run(store)
    click.echo(
        f"Destroyed: {counted(done.videos, 'video')}, {counted(done.tracks, 'file')} of landmarks, "
        f"{counted(done.assessments, 'assessment')}; of deletions cut short: {counted(done.patients, 'patient')}; "
        f"of nothing that is known: {counted(done.strays, 'file')}. "
        f"Recordings at home that nobody finished in time, to be assessed now: {done.recordings}."
    )


@clinic.command()
@click.option(
    "--to",
    "new_file",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The new master key, as 'tdscreen clinic key' makes it.",
)
@at_a_store
def rotate(new_file: Path, folder: Path, database: str | None) -> None:
    """Change the master key.

    The environment has the old one. Only the keys are encrypted anew, no video. Cut short, the same command goes on.
    """
    from tdscreen.records.clinic import rotate as change
    from tdscreen.records.master import read_key_file

    new = read_key_file(new_file)
    with open_store(folder, database) as store:
        done = change(store, new)
    click.echo(
        f"{counted(done, 'key')} encrypted anew. The store opens with the new master key only; backups from before "
        "still need the old one.",
        err=True,
    )


@clinic.command()
@new_file
@at_a_store
def backup(out: Path, folder: Path, database: str | None) -> None:
    """Write the whole store to one file, encrypted as it lies.

    The master key is not in it. Nobody can work at the store meanwhile.
    """
    from tdscreen.records.backup import back_up

    with open_store(folder, database) as store:
        made = back_up(store, out)
    click.echo(printable(f"{out}: {counted(made.rows, 'row')}, {counted(made.files, 'file')}."), err=True)


@clinic.command()
@click.argument("file", type=click.Path(path_type=Path))
@at_a_store
def restore(file: Path, folder: Path, database: str | None) -> None:
    """Make a store from a backup, in a new folder and an empty database."""
    from tdscreen.records.backup import restore as bring_back
    from tdscreen.records.clinic import database_in
    from tdscreen.records.master import master_key

    made = bring_back(file, folder, database or database_in(folder), master_key())
    click.echo(
        printable(
            f"The store in {folder} is as it was on {made.made_at}: {counted(made.rows, 'row')}, "
            f"{counted(made.files, 'file')}. Whom you deleted since is there again, and has to be deleted again."
        ),
        err=True,
    )


@click.group()
def audit() -> None:
    """Check the log of who saw, changed, signed or deleted what."""


@audit.command()
@click.option("--head", "noted", metavar="HEAD", help="An end of the log that was noted elsewhere.")
@at_a_store
def verify(noted: str | None, folder: Path, database: str | None) -> None:
    """Find entries that were changed, removed, moved or cut off the end."""
    from tdscreen.records.audit import Head

    head = None if noted is None else Head.parse(noted)
    with open_store(folder, database) as store:
        found = store.audit_problems(noted=head)
        end = store.head()
    for problem in found:
        click.echo(problem)
    if found:
        raise DataError("The audit log is not as it was written.")
    click.echo(f"The audit log is as it was written: {end.entries} entries.")


@audit.command()
@at_a_store
def head(folder: Path, database: str | None) -> None:
    """Print the end of the log.

    Note it in another place, as on paper: "tdscreen audit verify --head" then tells if entries before it are missing,
    whatever became of this machine.
    """
    with open_store(folder, database) as store:
        click.echo(str(store.head()))


def open_store(folder: Path, database: str | None) -> Clinic:
    """Open the store that the options name, with the master key of this machine."""
    from tdscreen.records.clinic import Clinic, database_in
    from tdscreen.records.master import master_key

    return Clinic(folder, database or database_in(folder), master_key())


def check_installed() -> None:
    """Make sure that what a store needs is installed."""
    from importlib.util import find_spec

    if any(find_spec(name) is None for name in _NEEDED):
        raise InputError("A clinic's store needs further packages: pip install 'tdscreen[clinic]'.")
