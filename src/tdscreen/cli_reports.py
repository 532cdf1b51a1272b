"""The doors through which an examination leaves a clinic's store: ``tdscreen clinic report`` and its neighbours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tdscreen.cli_clinic import at_a_store, new_file, open_store
from tdscreen.files import require_new, written_whole
from tdscreen.printing import counted, moment, printable

if TYPE_CHECKING:
    from tdscreen.records.clinic import Desk
    from tdscreen.reports.content import ExaminationReport

_HIDEABLE = ("identifier", "birth-and-sex", "drugs")
_as = click.option(
    "--as", "who", required=True, metavar="ID", help="Whose desk it is: a person of the staff."
)
_hide = click.option(
    "--hide",
    "hidden",
    multiple=True,
    type=click.Choice(_HIDEABLE),
    help="Of the patient, to leave out. May be given several times.",
)
_takes_one = click.option(
    "--activation-takes-one",
    is_flag=True,
    help="Where a rating does not say: your raters take a point off for movements seen on activation only. LOINC's "
    "code for the AIMS total is defined so, and stands only then.",
)
_system = click.option(
    "--patient-system",
    envvar="TDSCREEN_FHIR_PATIENT_SYSTEM",
    metavar="URI",
    help="The system that your patients' identifiers belong to. Or in TDSCREEN_FHIR_PATIENT_SYSTEM.",
)


@click.command()
@click.argument("examination")
@_as
@_hide
@new_file
@at_a_store
def report(
    examination: str, who: str, hidden: tuple[str, ...], out: Path, folder: Path, database: str | None
) -> None:
    """Write an examination as a PDF for the chart.

    PDF/A-2a, tagged. The first page has the ratings and, apart from them, the estimate; the detail stands behind it.
    Without a signature every page says that it is a draft.
    """
    from tdscreen.reports.pdf import report_pdf

    require_new(out)
    with open_store(folder, database) as store:
        desk = store.desk(who)
        collected = _collect(desk, examination, hidden)
        pages = report_pdf(collected)
        _write(desk, examination, "report", out, pages)
    draft = ""
    if collected.withheld:
        draft = " It is a draft: others' ratings are not in it, since yours is not locked."
    elif collected.is_draft:
        draft = " It is a draft: no person has signed."
    click.echo(printable(f"{out} is written.{draft}"), err=True)


@click.command()
@click.argument("examination")
@_as
@_hide
@_takes_one
@_system
@new_file
@at_a_store
def fhir(
    examination: str,
    who: str,
    hidden: tuple[str, ...],
    activation_takes_one: bool,
    patient_system: str | None,
    out: Path,
    folder: Path,
    database: str | None,
) -> None:
    """Write an examination as a FHIR R4 bundle.

    A transaction, with the PDF in it. Sent twice, it leaves the same on the server.
    """
    require_new(out)
    with open_store(folder, database) as store:
        desk = store.desk(who)
        document = _fhir_document(desk, examination, hidden, patient_system, activation_takes_one)
        _write(desk, examination, "FHIR", out, document.encode("utf-8"))
    click.echo(printable(f"{out} is written."), err=True)


@click.command()
@click.option("--as", "who", required=True, metavar="ID", help="Whose desk it is: a researcher's.")
@click.option("--study", required=True, help="Short name; the same study gives the same pseudonyms.")
@click.option(
    "--landmarks",
    is_flag=True,
    help="Also the points of faces and hands. Landmarks of a face may still identify a person.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="To make and write to. Never replaces anything.",
)
@at_a_store
def export(who: str, study: str, landmarks: bool, out: Path, folder: Path, database: str | None) -> None:
    """Write a site's examinations for research, de-identified.

    Study pseudonyms, dates moved by a secret number of days, no names, no files' names, no free text: CSV, ratings as
    CDISC has them.
    """
    from tdscreen.reports.deidentified import export_tables

    with open_store(folder, database) as store:
        done = export_tables(store.desk(who), out, study=study, landmarks=landmarks)
    click.echo(
        printable(
            f"{out}: {counted(done.people, 'pseudonym')}, {counted(done.examinations, 'examination')}, "
            f"{counted(done.ratings, 'rating')}, {counted(done.landmarks, 'file')} of landmarks."
        ),
        err=True,
    )
    if landmarks:
        click.echo(
            "Landmarks of a face may still identify a person. Treat them as you would treat the video.",
            err=True,
        )


@click.command()
@click.argument("examination")
@_as
@_hide
@_takes_one
@_system
@at_a_store
def send(
    examination: str,
    who: str,
    hidden: tuple[str, ...],
    activation_takes_one: bool,
    patient_system: str | None,
    folder: Path,
    database: str | None,
) -> None:
    """Put an examination into the outbox for the record system.

    "tdscreen clinic push" sends it. Of one examination the newest is sent.
    """
    from tdscreen.records.outbox import put

    with open_store(folder, database) as store:
        desk = store.desk(who)
        document = _fhir_document(desk, examination, hidden, patient_system, activation_takes_one)
        message = put(desk, examination, document)
    click.echo(message.id)


@click.command()
@_as
@click.option("--again", metavar="MESSAGE", help="Let this one, that was refused or waits, be sent at once.")
@at_a_store
def outbox(who: str, again: str | None, folder: Path, database: str | None) -> None:
    """List what waits for the record system, was sent or was refused, and why."""
    from tdscreen.records.outbox import messages, send_again

    with open_store(folder, database) as store:
        desk = store.desk(who)
        if again is not None:
            send_again(desk, again)
        for one in messages(desk):
            click.echo(
                printable(
                    f"{one.id}  {moment(one.added_at)}  examination {one.examination}  {one.state}, "
                    f"{counted(one.tries, 'try').replace('trys', 'tries')}  {one.answer}"
                ).rstrip()
            )


@click.command()
@click.option(
    "--once", is_flag=True, help="Send what is due, and end; by default it goes on until it is stopped."
)
@at_a_store
def push(once: bool, folder: Path, database: str | None) -> None:
    """Send what waits to the record system.

    The server comes from the environment: TDSCREEN_FHIR_URL, TDSCREEN_FHIR_CLIENT (our name there),
    TDSCREEN_FHIR_KEY_FILE (our private key, for its owner alone to read) and TDSCREEN_FHIR_KEY_ID. What cannot be sent
    waits, longer each time; what is refused is kept, with the reason.
    """
    import time

    from tdscreen.reports.push import push as send_due
    from tdscreen.reports.smart import Session, server_of_environment
    from tdscreen.settings import REPORTS

    session = Session(server_of_environment())
    with open_store(folder, database) as store:
        while True:
            done = send_due(store, session)
            if once or done.sent or done.refused or done.put_off:
                told = f"Sent: {done.sent}; refused: {done.refused}; waiting: {done.put_off}. {done.why}"
                click.echo(printable(told).rstrip(), err=True)
            if once:
                return
            time.sleep(REPORTS.look_s)


def _collect(desk: Desk, examination: str, hidden: tuple[str, ...]) -> ExaminationReport:
    from tdscreen.reports.content import Shown, collect

    shown = Shown(**{name.replace("-", "_"): name not in hidden for name in _HIDEABLE})
    return collect(desk, examination, shown=shown)


def _fhir_document(
    desk: Desk,
    examination: str,
    hidden: tuple[str, ...],
    patient_system: str | None,
    activation_takes_one: bool,
) -> str:
    from tdscreen.reports.fhir import bundle, written
    from tdscreen.reports.pdf import report_pdf

    collected = _collect(desk, examination, hidden)
    return written(
        bundle(
            collected,
            report_pdf(collected),
            patient_system=patient_system,
            activation_takes_one=activation_takes_one,
        )
    )


def _write(desk: Desk, examination: str, what: str, out: Path, content: bytes) -> None:
    from tdscreen.records.exports import note_report

    with written_whole(out) as (part,):
        # Nobody but its owner reads what was encrypted until now.
        part.touch(mode=0o600)
        part.write_bytes(content)
        note_report(desk, examination, what)


OF_THE_STORE = (report, fhir, export, send, outbox, push)
"""Commands of ``tdscreen clinic``."""
