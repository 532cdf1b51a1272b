"""What is put into the store comes out again, for its own site alone, on either kind of database."""

from __future__ import annotations

import ast
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

import tdscreen
from clinic_people import NAME, Clock, everything_on_disk
from tdscreen.assessment.assessment import Assessment
from tdscreen.errors import DataError, InputError
from tdscreen.records.assessments import add_assessment, estimates
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.database import migrate, open_engine, writing
from tdscreen.records.entries import (
    Activation,
    Agreement,
    Examination,
    ExaminationDetails,
    ExposureDetails,
    Patient,
    PatientDetails,
    Risk,
    RiskStatement,
    Scores,
    Sex,
)
from tdscreen.records.examinations import add_examination, change_examination, examinations
from tdscreen.records.examinations import examination as examination_of
from tdscreen.records.master import MasterKey
from tdscreen.records.patients import (
    add_exposure,
    add_patient,
    change_patient,
    delete_patient,
    exposures,
    find_patient,
    patients,
    say_risks,
)
from tdscreen.records.patients import patient as patient_of
from tdscreen.records.ratings import change_rating, lock_rating, ratings, save_draft, sign, sign_offs
from tdscreen.records.roles import Act
from tdscreen.records.sealing import new_key
from tdscreen.records.tables import METADATA, RATINGS
from tdscreen.records.worklist import examination_states

WHOLE = Scores({**dict.fromkeys(range(1, 11), 0), 3: 2, 11: False, 12: True}, comment="lips were hard to see")


def test_migrations_make_the_tables_that_the_code_reads(
    kind: str, new_database: Callable[[str], str]
) -> None:
    engine = open_engine(new_database(kind))
    with writing(engine) as connection:
        migrate(connection)
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)
    engine.dispose()
    assert differences == []


def test_a_patient_comes_back_and_is_found_by_the_clinics_own_identifier(desk: Desk, clock: Clock) -> None:
    details = PatientDetails(NAME, 1961, Sex.FEMALE)
    made = add_patient(desk, details)
    assert made.details == details
    assert made.added_at == clock.time
    assert patient_of(desk, made.id) == made
    assert find_patient(desk, f" {NAME.upper()} ") == made
    assert find_patient(desk, "nobody") is None
    with pytest.raises(InputError, match="already"):
        add_patient(desk, PatientDetails(NAME.lower()))
    changed = change_patient(desk, made.id, replace(details, year_of_birth=1962))
    assert patients(desk) == [changed]
    with pytest.raises(FrozenInstanceError):
        made.id = "x"  # type: ignore[misc]


@pytest.mark.parametrize(
    "details", [PatientDetails(" "), PatientDetails("a", 61), PatientDetails("a", 21961)]
)
def test_a_patient_that_cannot_be_is_refused(desk: Desk, details: PatientDetails) -> None:
    with pytest.raises(InputError):
        add_patient(desk, details)


def test_what_is_said_of_a_risk_stays_with_who_said_it_and_when(
    clinic: Clinic, desk: Desk, patient: Patient, clock: Clock
) -> None:
    assert patient.said_of_risk == (), "as in a store of before, where nobody has said anything"
    first = RiskStatement((Risk.MOOD_DISORDER, Risk.HIGH_EXPOSURE), "r1", clock.time)
    assert say_risks(desk, patient.id, [Risk.HIGH_EXPOSURE, Risk.MOOD_DISORDER]).said_of_risk == (first,)
    clock.move(days=1)
    then = RiskStatement((), "r2", clock.time)
    say_risks(clinic.desk("r2"), patient.id, [])
    changed = change_patient(desk, patient.id, PatientDetails(NAME, 1960))
    assert changed.said_of_risk == (first, then), "a change of what is known leaves it"
    assert patient_of(desk, patient.id) == patients(desk)[0] == changed
    assert patient_of(clinic.desk("a1"), patient.id).said_of_risk == (), "an administrator sees no findings"
    assert [e.who for e in clinic.audit_entries() if (e.what, e.kind) == ("said", "risks of patient")] == [
        "r1",
        "r2",
    ]
    assert b"MOOD_DISORDER" not in everything_on_disk(clinic)
    with pytest.raises(InputError, match="no such entry"):
        say_risks(clinic.desk("s1"), patient.id, [Risk.INJURY])


def test_drugs_belong_to_the_patient_and_what_moves_the_score_to_the_day(
    desk: Desk, patient: Patient, clock: Clock
) -> None:
    first = add_exposure(desk, patient.id, ExposureDetails("Haloperidol", "2019-05", "4 mg a day"))
    clock.move(days=1)
    second = add_exposure(desk, patient.id, ExposureDetails("Haloperidol", "2026-03", "2 mg a day"))
    assert exposures(desk, patient.id) == [first, second]
    details = ExaminationDetails(gum=True, dentures=False, hours_slept=6.5, hours_since_cigarette=0.5)
    made = add_examination(desk, patient.id, held_at=clock.time, details=details)
    assert examination_of(desk, made.id) == made
    assert made.details.hours_since_dose is None
    change_examination(desk, made.id, replace(details, hours_since_dose=3.0))
    (found,) = examinations(desk, patient.id)
    assert found == replace(made, details=replace(details, hours_since_dose=3.0))
    with pytest.raises(InputError, match="zone"):
        add_examination(desk, patient.id, held_at=clock.time.replace(tzinfo=None))


def test_an_assessment_comes_back_to_the_last_digit(
    desk: Desk, examination: Examination, some_assessment: Assessment
) -> None:
    add_assessment(desk, examination.id, some_assessment)
    (kept,) = estimates(desk, examination.id, before_rating=True)
    assert kept.assessment == some_assessment
    assert kept.model_sha256 == some_assessment.provenance.model_sha256
    assert kept.due_at - kept.added_at == timedelta(days=3653)


def test_the_estimate_is_shown_once_the_rating_is_locked(
    desk: Desk, examination: Examination, some_assessment: Assessment
) -> None:
    add_assessment(desk, examination.id, some_assessment)
    draft = save_draft(desk, examination.id, replace(WHOLE, scores={3: 1}))
    with pytest.raises(InputError, match="once you have locked"):
        estimates(desk, examination.id)
    assert save_draft(desk, examination.id, WHOLE).id == draft.id, "a draft is saved over itself"
    locked = lock_rating(desk, draft.id)
    assert locked.estimate_seen is False
    assert locked.locked == WHOLE
    assert len(estimates(desk, examination.id)) == 1
    with pytest.raises(InputError, match="locked already"):
        save_draft(desk, examination.id, WHOLE)
    again = save_draft(desk, examination.id, WHOLE, again=True)
    assert lock_rating(desk, again.id).estimate_seen is True


def test_who_asks_to_see_the_estimate_first_has_it_on_the_rating(
    clinic: Clinic, desk: Desk, examination: Examination, some_assessment: Assessment
) -> None:
    add_assessment(desk, examination.id, some_assessment)
    estimates(desk, examination.id, before_rating=True)
    assert lock_rating(desk, save_draft(desk, examination.id, WHOLE).id).estimate_seen is True
    second = clinic.desk("r2")
    assert lock_rating(second, save_draft(second, examination.id, WHOLE).id).estimate_seen is False


def test_what_was_locked_stays_and_changes_stand_beside_it(
    clinic: Clinic, desk: Desk, examination: Examination, clock: Clock
) -> None:
    rating = lock_rating(desk, save_draft(desk, examination.id, WHOLE).id)
    with pytest.raises(InputError, match="locked already"):
        lock_rating(desk, rating.id)
    later = replace(WHOLE, scores={**WHOLE.scores, 3: 3})
    with pytest.raises(InputError, match="why"):
        change_rating(desk, rating.id, later, why=" ")
    clock.move(hours=1)
    changed = change_rating(desk, rating.id, later, why="Seen again.")
    assert changed.locked == WHOLE
    assert changed.current == later
    assert changed.changes[0].changed_at == clock.time
    with pytest.raises(InputError, match="another person"):
        change_rating(clinic.desk("r2"), rating.id, WHOLE, why="I disagree.")


def test_a_rating_is_locked_when_each_item_is_rated_or_has_a_reason(
    desk: Desk, examination: Examination
) -> None:
    without_legs = Scores({n: s for n, s in WHOLE.scores.items() if n != 6})
    draft = save_draft(desk, examination.id, without_legs)
    with pytest.raises(InputError, match=r"6\. Nothing that was not seen"):
        lock_rating(desk, draft.id)
    save_draft(desk, examination.id, replace(without_legs, reasons={6: "Not in the picture."}))
    assert lock_rating(desk, draft.id).current.reasons == {6: "Not in the picture."}
    for scores in ({1: 5}, {1: True}, {11: 1}, {13: 0}):
        with pytest.raises(InputError):
            save_draft(desk, examination.id, Scores(scores))


def test_two_raters_see_each_others_ratings_once_both_have_locked(
    clinic: Clinic, desk: Desk, examination: Examination, clock: Clock
) -> None:
    second = clinic.desk("r2")
    first = lock_rating(desk, save_draft(desk, examination.id, WHOLE).id)
    clock.move(minutes=1)
    draft = save_draft(second, examination.id, WHOLE)
    assert [r.rater for r in ratings(second, examination.id)] == ["r2"]
    assert ratings(desk, examination.id) == [first], "nobody sees another's draft"
    lock_rating(second, draft.id)
    assert [r.rater for r in ratings(second, examination.id)] == ["r1", "r2"]


def test_a_draft_that_was_saved_elsewhere_meanwhile_is_neither_replaced_nor_locked_unseen(
    desk: Desk, examination: Examination, clock: Clock
) -> None:
    looked_at = clock.time
    clock.move(minutes=1)
    first = save_draft(desk, examination.id, WHOLE, known=looked_at)
    clock.move(minutes=1)
    with pytest.raises(InputError, match="changed elsewhere"):
        save_draft(desk, examination.id, Scores({8: 1}), known=looked_at)
    second = save_draft(desk, examination.id, replace(WHOLE, comment="Later."), known=first.saved_at)
    with pytest.raises(InputError, match="changed elsewhere"):
        lock_rating(desk, first.id, known=first.saved_at)
    assert lock_rating(desk, first.id, known=second.saved_at).current.comment == "Later."


def test_who_has_not_rated_can_neither_see_what_was_signed_nor_sign_it(
    clinic: Clinic, desk: Desk, examination: Examination
) -> None:
    rating = lock_rating(desk, save_draft(desk, examination.id, WHOLE).id)
    sign(desk, rating.id, agreement=Agreement.NOT_SEEN)
    second = clinic.desk("r2")
    assert sign_offs(second, examination.id) == []
    with pytest.raises(InputError, match="once you have locked your own"):
        sign(second, rating.id, agreement=Agreement.NOT_SEEN)
    lock_rating(second, save_draft(second, examination.id, WHOLE).id)
    assert len(sign_offs(second, examination.id)) == 1
    sign(second, rating.id, agreement=Agreement.NOT_SEEN)


def test_nobody_signs_what_was_changed_while_they_looked_at_it(
    clinic: Clinic, desk: Desk, examination: Examination
) -> None:
    second = clinic.desk("r2")
    for rater in (desk, second):
        lock_rating(rater, save_draft(rater, examination.id, WHOLE).id)
    seen = next(one for one in ratings(second, examination.id) if one.rater == "r1")
    change_rating(desk, seen.id, replace(WHOLE, comment="other"), why="A slip.")
    with pytest.raises(InputError, match="changed meanwhile"):
        sign(second, seen.id, agreement=Agreement.NOT_SEEN, as_seen=seen.current)


def test_a_rating_that_was_changed_back_to_what_was_signed_is_signed_and_else_it_is_a_draft(
    desk: Desk, examination: Examination, clock: Clock
) -> None:
    def signed() -> bool:
        return examination_states(desk)[0].signed

    rating = lock_rating(desk, save_draft(desk, examination.id, WHOLE).id)
    assert not signed()
    sign(desk, rating.id, agreement=Agreement.NOT_SEEN)
    assert signed()
    for comment, expected in (("other", False), (WHOLE.comment, True)):
        clock.move(minutes=1)
        change_rating(desk, rating.id, replace(WHOLE, comment=comment), why="Seen again.")
        assert signed() is expected


def test_a_slip_in_the_year_of_an_examination_is_noticed(desk: Desk, patient: Patient, clock: Clock) -> None:
    for year in (1026, 2027, 2206):
        with pytest.raises(InputError, match=f"look at the year in {year}"):
            add_examination(desk, patient.id, held_at=clock.time.replace(year=year))
    add_examination(desk, patient.id, held_at=clock.time + timedelta(hours=14))


def test_an_address_that_no_database_takes_names_nothing(desk: Desk) -> None:
    for address in ("\x00", "a\x00b", "\ud800", "%00", ""):
        with pytest.raises(InputError, match="no such entry"):
            patient_of(desk, address)


def test_a_signature_is_under_the_rating_as_it_stood(
    desk: Desk, examination: Examination, some_assessment: Assessment, clock: Clock
) -> None:
    add_assessment(desk, examination.id, some_assessment)
    draft = save_draft(desk, examination.id, WHOLE)
    with pytest.raises(InputError, match="draft"):
        sign(desk, draft.id, agreement=Agreement.NOT_SEEN)
    lock_rating(desk, draft.id)
    with pytest.raises(InputError, match="have not seen"):
        sign(desk, draft.id, agreement=Agreement.AGREES)
    estimates(desk, examination.id)
    signed = sign(desk, draft.id, agreement=Agreement.DIFFERS, comment="The jaw moved more.")
    with pytest.raises(InputError, match="as it stands"):
        sign(desk, draft.id, agreement=Agreement.DIFFERS)
    change_rating(desk, draft.id, replace(WHOLE, comment="none"), why="A slip.")
    clock.move(minutes=1)
    sign(desk, draft.id, agreement=Agreement.AGREES)
    assert [one.scores.comment for one in sign_offs(desk, examination.id)] == [WHOLE.comment, "none"]
    assert sign_offs(desk, examination.id)[0] == signed


def test_another_site_sees_nothing_and_changes_nothing(
    clinic: Clinic, desk: Desk, examination: Examination, some_assessment: Assessment
) -> None:
    of = examination.patient
    add_assessment(desk, examination.id, some_assessment)
    rating = lock_rating(desk, save_draft(desk, examination.id, WHOLE).id)
    elsewhere = clinic.desk("s1")
    assert patients(elsewhere) == []
    assert find_patient(elsewhere, NAME) is None
    tries: list[Callable[[], object]] = [
        lambda: patient_of(elsewhere, of),
        lambda: change_patient(elsewhere, of, PatientDetails("x")),
        lambda: add_exposure(elsewhere, of, ExposureDetails("x")),
        lambda: exposures(elsewhere, of),
        lambda: add_examination(elsewhere, of, held_at=examination.held_at),
        lambda: examination_of(elsewhere, examination.id),
        lambda: examinations(elsewhere, of),
        lambda: change_examination(elsewhere, examination.id, ExaminationDetails()),
        lambda: add_assessment(elsewhere, examination.id, some_assessment),
        lambda: estimates(elsewhere, examination.id, before_rating=True),
        lambda: save_draft(elsewhere, examination.id, WHOLE),
        lambda: lock_rating(elsewhere, rating.id),
        lambda: change_rating(elsewhere, rating.id, WHOLE, why="x"),
        lambda: ratings(elsewhere, examination.id),
        lambda: sign(elsewhere, rating.id, agreement=Agreement.NOT_SEEN),
        lambda: sign_offs(elsewhere, examination.id),
        lambda: delete_patient(clinic.desk("a2"), of),
    ]
    before = len(clinic.audit_entries())
    for attempt in tries:
        with pytest.raises(InputError, match="of this site"):
            attempt()
    assert len(clinic.audit_entries()) == before
    # The same person may be known at both, and neither tells.
    assert add_patient(elsewhere, PatientDetails(NAME)).id != of


def test_the_database_itself_refuses_what_belongs_to_another_sites_patient(
    clinic: Clinic, patient: Patient
) -> None:
    with pytest.raises(IntegrityError), writing(clinic.engine) as connection:
        connection.execute(
            text(
                "INSERT INTO exposures (id, site_id, patient_id, sealed, added_at, added_by) "
                "VALUES ('x', 'south', :patient, :sealed, 'now', 's1')"
            ),
            {"patient": patient.id, "sealed": b""},
        )


def test_only_the_scope_asks_for_what_belongs_to_a_site() -> None:
    room = Path(tdscreen.__file__).parent / "records"
    ask = {"select", "insert", "update", "delete", "text"}
    who = {
        path.name
        for path in room.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "sqlalchemy"
        if ask & {alias.name for alias in node.names}
    }
    # The log belongs to no site, staff and sites are how a site is known, a backup holds all, a lock has no rows.
    assert who == {"scope.py", "audit.py", "clinic.py", "backup.py", "database.py", "staff.py"}
    tables = {
        alias.name
        for name in ("clinic.py", "staff.py")
        for node in ast.walk(ast.parse((room / name).read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "tdscreen.records.tables"
        for alias in node.names
    }
    assert tables == {"SITES", "STAFF"}


def test_ten_people_who_write_at_once_lose_nothing(clinic: Clinic, patient: Patient) -> None:
    def work(number: int) -> None:
        add_exposure(clinic.desk("r1"), patient.id, ExposureDetails(f"drug {number}"))

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(work, range(10)))
    assert {e.details.drug for e in exposures(clinic.desk("r1"), patient.id)} == {
        f"drug {n}" for n in range(10)
    }
    assert clinic.audit_problems() == []


def test_a_store_that_somebody_holds_for_long_says_that_it_is_busy(
    clinic: Clinic, master: MasterKey, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tdscreen.records.database._BUSY_TIMEOUT_MS", 100)
    with writing(clinic.engine), pytest.raises(InputError, match="busy"):
        Clinic(tmp_path / "store", database, master)


def test_a_patient_who_could_not_be_added_leaves_no_key(
    clinic: Clinic, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_fails(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tdscreen.records.scope.Scope.add", power_fails)
    with pytest.raises(KeyboardInterrupt):
        add_patient(desk, PatientDetails(NAME))
    assert clinic.vault.patients() == set()


def test_what_is_in_the_database_keeps_its_key_whatever_fails_after_that(
    clinic: Clinic, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def disk_full(*_: object) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as full:
        full.setattr("tdscreen.records.audit.move_head", disk_full)
        with pytest.raises(OSError, match="No space"):
            add_patient(desk, PatientDetails(NAME))
    assert [one.details.identifier for one in patients(desk)] == [NAME]


def test_a_store_opens_with_its_own_key_alone(
    clinic: Clinic, master: MasterKey, database: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="another master key"):
        Clinic(tmp_path / "store", database, MasterKey(new_key()))
    with Clinic(tmp_path / "store", database, master) as again:
        assert again.desk("r1").staff.name == "Dr. Rosalind Ratewell"
        assert again.desk("s1").staff.site == "south"
        with pytest.raises(InputError, match="nobody"):
            again.desk("r9")


def test_a_store_is_made_where_nothing_is(
    clinic: Clinic, master: MasterKey, database: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="not empty"):
        Clinic.create(tmp_path / "store", database, master)
    with pytest.raises(InputError, match="not empty"):
        Clinic.create(tmp_path / "other", database, master)
    assert not (tmp_path / "other").exists()
    for address in ("mysql://host/name", "nonsense", "postgresql://nobody@127.0.0.1:1/none"):
        with pytest.raises(InputError, match="database"):
            Clinic.create(tmp_path / "other", address, master)


def test_a_store_of_another_version_is_left_alone(
    clinic: Clinic, master: MasterKey, database: str, tmp_path: Path
) -> None:
    with writing(clinic.engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DataError, match="another version"):
        Clinic(tmp_path / "store", database, master)


def test_a_rating_keeps_how_activation_was_scored_and_an_older_one_says_that_it_was_not_recorded(
    clinic: Clinic, desk: Desk, examination: Examination
) -> None:
    said = replace(WHOLE, activation=Activation.ONE_LESS)
    locked = lock_rating(desk, save_draft(desk, examination.id, said).id)
    (kept,) = ratings(desk, examination.id)
    assert kept.current == locked.current == said
    changed = change_rating(desk, locked.id, replace(said, activation=Activation.AS_SEEN), why="misread")
    assert (changed.locked, changed.current.activation) == (said, Activation.AS_SEEN)

    # As a version before this one sealed it.
    second = clinic.desk("r2")
    old = save_draft(second, examination.id, WHOLE)
    with second.at_work(Act.RATE) as work:
        content = work.unseal(old.patient, old.id, work.scope.row(RATINGS, old.id)["sealed"])
        del content["activation"]
        work.scope.change(RATINGS, old.id, sealed=work.seal(old.patient, old.id, content))
        work.log("wrote as before", "rating", old.id)
    assert lock_rating(second, old.id).current.activation is None
