"""What leaves the store by the pages: a report for the chart, and the same as FHIR. Each download asks who it is."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tdscreen.clinicapp.identity import desk_of_request
from tdscreen.clinicapp.service import service
from tdscreen.clinicapp.tickets import Purpose
from tdscreen.errors import InputError, TdscreenError
from tdscreen.records.exports import note_report
from tdscreen.reports.content import collect
from tdscreen.reports.fhir import bundle, written
from tdscreen.reports.pdf import report_pdf

REPORT_PATH = "/clinic/report/{ticket}"
FHIR_PATH = "/clinic/fhir/{ticket}"


async def give_report(request: Request) -> Response:
    """Answer ``GET`` with an examination's report as a PDF."""
    return await _give(request, Purpose.REPORT, "report", "application/pdf", "pdf")


async def give_fhir(request: Request) -> Response:
    """Answer ``GET`` with an examination as a FHIR bundle."""
    return await _give(request, Purpose.FHIR, "FHIR", "application/fhir+json", "json")


async def _give(request: Request, purpose: Purpose, what: str, kind: str, ending: str) -> Response:
    try:
        examination, made = await run_in_threadpool(_make, request, purpose, what)
    except TdscreenError as error:
        return JSONResponse({"problem": str(error)}, 404)
    name = f"tdscreen-{examination[:8]}.{ending}"
    return Response(made, headers={"Content-Disposition": f'attachment; filename="{name}"'}, media_type=kind)


def _make(request: Request, purpose: Purpose, what: str) -> tuple[str, bytes]:
    desk = desk_of_request(request)
    said = service().tickets.read(request.path_params["ticket"], purpose)
    if said.staff != desk.staff.id:
        raise InputError("This page was opened by somebody else. Load it again.")
    report = collect(desk, said.on)
    made = report_pdf(report)
    if purpose is Purpose.FHIR:
        made = written(bundle(report, made)).encode("utf-8")
    note_report(desk, said.on, what)
    return said.on, made
