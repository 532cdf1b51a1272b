"""A report leaves the store to whoever may have it, each time with an entry in the audit log."""

from __future__ import annotations

import json

import pytest
from starlette.testclient import TestClient

from tdscreen.clinicapp.service import Service, open_service
from tdscreen.clinicapp.tickets import Purpose
from tdscreen.records.entries import Examination


@pytest.mark.parametrize("purpose", [Purpose.REPORT, Purpose.FHIR])
def test_a_download_asks_who_it_is_and_is_in_the_audit_log(
    server: TestClient, service: Service, examination: Examination, purpose: Purpose
) -> None:
    def address(staff: str, *, good_for: Purpose = purpose) -> str:
        ticket = service.tickets.write(good_for, staff=staff, on=examination.id, valid_s=60)
        return f"/clinic/{purpose}/{ticket}"

    answer = server.get(address("r1"))
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    ending = "pdf" if purpose is Purpose.REPORT else "json"
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="tdscreen-{examination.id[:8]}.{ending}"'
    )
    if purpose is Purpose.REPORT:
        assert answer.content.startswith(b"%PDF")
    else:
        assert json.loads(answer.content)["resourceType"] == "Bundle"
    last = service.clinic.audit_entries()[-1]
    assert (last.who, last.what, last.on_id) == ("r1", "exported", examination.id)

    before = len(service.clinic.audit_entries())
    for refused in (address("r2"), address("r1", good_for=Purpose.PLAY), f"/clinic/{purpose}/nonsense"):
        assert server.get(refused).status_code == 404
    open_service(Service(service.clinic, "s1", service.tickets))
    assert server.get(address("s1")).status_code == 404
    assert len(service.clinic.audit_entries()) == before
