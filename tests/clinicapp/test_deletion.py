"""A patient is deleted from a page by who may, after it was said what goes; and then it can be seen to be gone."""

from __future__ import annotations

import pytest

from clinic_pages import again, everything_on, open_page, press, settled, told
from clinic_people import NAME, everything_on_disk
from tdscreen.clinicapp.service import Service, open_service
from tdscreen.errors import InputError
from tdscreen.records.clinic import Clinic
from tdscreen.records.entries import Examination, ExposureDetails, Patient, Role, Scores
from tdscreen.records.patients import add_exposure, delete_patient, patients, remains, what_there_is
from tdscreen.records.ratings import save_draft
from tdscreen.records.tables import OF_PATIENTS


@pytest.fixture
def keeper(clinic: Clinic) -> Service:
    """Serve the store to the administrator of the patient's site."""
    made = Service(clinic, "k1")
    open_service(made)
    return made


@pytest.mark.usefixtures("keeper")
def test_an_administrator_deletes_a_patient_and_is_shown_that_nothing_is_left(
    clinic: Clinic, patient: Patient, examination: Examination
) -> None:
    add_exposure(clinic.desk("r1"), patient.id, ExposureDetails("Haloperidol"))
    save_draft(clinic.desk("r1"), examination.id, Scores({1: 3}))
    page = open_page("deletion")
    page.text_input(key="delete-find").input("nobody")
    assert "no patient with that identifier" in told(press(page, "Look for the patient"))
    page = open_page("deletion")
    page.text_input(key="delete-find").input(NAME.upper())
    page = again(press(page, "Look for the patient"))
    assert page.query_params == {"page": ["deletion"], "of": [patient.id]}
    shown = everything_on(page)
    for line in ("1 examination", "1 rating", "1 note of a drug", "Backups of before still have it"):
        assert line in shown
    assert "Haloperidol" not in shown, "an administrator sees that there are findings, and none of them"

    page.text_input(key="delete-typed").input("Wilhelmina")
    page = press(page, "Delete for good")
    assert "Nothing was deleted." in told(page)
    assert len(patients(clinic.desk("r1"))) == 1

    page = again(page)
    page.text_input(key="delete-typed").input(NAME)
    page = again(press(page, "Delete for good"))
    assert "Deleted. Nothing is left in this store." in told(page)
    shown = everything_on(page)
    assert NAME not in shown
    assert f"0 rows and files in {len(OF_PATIENTS) + 1} tables" in shown
    assert "deleted by k1 on" in shown
    assert set(remains(clinic, patient.id, site="north").values()) == {0}
    assert NAME.encode() not in everything_on_disk(clinic)
    assert clinic.audit_problems() == []
    # The proof can be looked at again.
    assert "Deleted. Nothing is left" in told(settled(again(page)))


@pytest.mark.usefixtures("keeper")
def test_nobody_else_deletes_and_another_site_is_told_nothing(
    clinic: Clinic, patient: Patient, examination: Examination
) -> None:
    clinic.add_staff("north", "w1", name="Wim Researcher", role=Role.RESEARCHER)
    for person, said in (
        ("r1", "is not for a clinician. Ask an administrator."),
        ("w1", "is not for a researcher."),
    ):
        open_service(Service(clinic, person))
        page = open_page("deletion", patient.id)
        assert said in told(page)
        assert NAME not in everything_on(page)
        assert not [button for button in page.button if button.label == "Delete a patient"]
    open_service(Service(clinic, "k2"))
    for of in (patient.id, examination.id, "'; DROP TABLE patients; --"):
        page = open_page("deletion", of)
        assert "There is no such entry" in told(page)
        assert NAME not in everything_on(page)
        with pytest.raises(InputError, match="no such entry"):
            what_there_is(clinic.desk("k2"), of)
    page = open_page("deletion")
    page.text_input(key="delete-find").input(NAME)
    assert "no patient with that identifier" in told(press(page, "Look for the patient"))
    assert len(patients(clinic.desk("r1"))) == 1
    # That there was somebody, and is not any more, is nothing of another site's either.
    delete_patient(clinic.desk("k1"), patient.id)
    with pytest.raises(InputError, match="no such entry"):
        what_there_is(clinic.desk("k2"), patient.id)
