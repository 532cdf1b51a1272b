"""A phone is told what a clinician let out, in words, and nothing before that."""

from __future__ import annotations

from phones import Phone, so_far
from tdscreen.patientapp.words import text
from tdscreen.records.clinic import Desk
from tdscreen.records.entries import Agreement, Patient, Scores
from tdscreen.records.ratings import lock_rating, save_draft, sign
from tdscreen.records.releases import release_summary

SCORES = Scores(
    {1: 0, 2: 3, 3: 0, 5: 0, 8: 2, 9: 0, 10: 0, 11: False, 12: False},
    {4: "Not in the picture.", 6: "Not in the picture.", 7: "Not in the picture."},
    comment="Ask about smoking.",
)


def test_a_summary_is_read_by_the_link_once_it_was_let_out(
    phone: Phone, desk: Desk, patient: Patient, clip: bytes
) -> None:
    phone.say("answers", {"programme": "short"})
    assert phone.send(clip).status_code < 300
    assert phone.say("finish", {}).status_code == 200
    assert phone.enter().json()["finished"]
    examination = so_far(desk, patient).examination
    assert examination is not None
    rating = lock_rating(desk, save_draft(desk, examination, SCORES).id)
    signed = sign(desk, rating.id, agreement=Agreement.NOT_SEEN)
    assert phone.say("summary", {"language": "es"}).json() == {"parts": []}
    release_summary(desk, signed.id)
    answer = phone.say("summary", {"language": "es"})
    said = "\n".join(
        line for part in answer.json()["parts"] for line in (part["heading"], *part["paragraphs"])
    )
    assert text("es", "summary.level_clear") in said
    assert text("es", "summary.medicine") in said
    # What was rated is told in words; what was written for colleagues is not told.
    assert "smoking" not in answer.text
    assert "AIMS" not in answer.text
    assert phone.say("summary", {"language": "xx"}).status_code == 400


def test_nobody_reads_a_summary_without_a_link(phone: Phone) -> None:
    phone.cookies.clear()
    assert phone.say("summary", {"language": "en"}).status_code == 404
