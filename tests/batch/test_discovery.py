"""What a folder or a table of clips is taken for, and what is said before any work starts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tdscreen.batch.discovery import find_clips
from tdscreen.errors import InputError
from tdscreen.vocabulary import Task


def put(folder: Path, *names: str, content: str | None = None) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        # No two have the same content, but where that is said.
        path.write_text(name if content is None else content)


def test_a_folder_is_looked_through_to_its_last_subfolder_in_the_order_of_names(tmp_path: Path) -> None:
    put(tmp_path, "b/deep/down.MOV", "z.mp4", "a.webm", "notes.txt", "._z.mp4", ".trash/old.mp4")
    plan = find_clips(tmp_path)
    assert [clip.name for clip in plan.clips] == ["a.webm", "b/deep/down.MOV", "z.mp4"]
    assert plan.remarks == ("1 other file in the folder is not taken.", "1 hidden file is not taken.")
    assert {clip.task for clip in plan.clips} == {Task.UNSTRUCTURED}
    assert list(plan.examinations()) == [clip.name for clip in plan.clips], (
        "each is an examination of its own"
    )


def test_names_in_the_form_of_bids_tell_person_session_and_task(tmp_path: Path) -> None:
    put(
        tmp_path,
        "sub-01/ses-02/beh/sub-01_ses-02_task-rest_video.mp4",
        "sub-01/ses-02/beh/sub-01_ses-02_task-fingertappingleft_run-1_video.mp4",
        "sub-01/ses-03/beh/sub-01_ses-03_task-mouthopen_video.mp4",
        "sub-02/sub-02_task-speech.mp4",
    )
    plan = find_clips(tmp_path)
    assert {name: sorted(clip.task for clip in clips) for name, clips in plan.examinations().items()} == {
        "sub-01_ses-02": [Task.FINGER_TAPPING_LEFT, Task.REST],
        "sub-01_ses-03": [Task.MOUTH_OPEN],
        "sub-02": [Task.SPEECH],
    }
    assert plan.clips[0].person == "sub-01"
    assert plan.clips[0].session == "ses-02"


def test_a_study_says_what_its_own_labels_mean(tmp_path: Path) -> None:
    put(tmp_path, "sub-01_task-AIMS3.mp4")
    with pytest.raises(InputError, match=r"not known: AIMS3.*--label AIMS3=rest.*tongue_out"):
        find_clips(tmp_path)
    (clip,) = find_clips(tmp_path, labels={"aims3": Task.TONGUE_OUT}).clips
    assert clip.task is Task.TONGUE_OUT


def test_hands_are_left_out_on_request_but_where_the_task_is_about_them(tmp_path: Path) -> None:
    put(tmp_path, "sub-01_task-rest.mp4", "sub-01_task-armsout.mp4", "sub-01_task-speech.mp4")
    plan = find_clips(tmp_path, hands=False)
    assert {str(clip.task): clip.hands for clip in plan.clips} == {
        "rest": False,
        "arms_out": True,
        "speech": False,
    }
    assert plan.remarks == (
        "The hands are left out of 2 clips. They are followed in 1, where the task is about them.",
    )
    assert all(clip.hands for clip in find_clips(tmp_path).clips)


def test_clips_of_one_folder_are_one_sitting_when_asked(tmp_path: Path) -> None:
    put(tmp_path, "anna/visit1/a.mp4", "anna/visit1/b.mp4", "anna/visit2/a.mp4", "alone.mp4")
    names = {name: len(found) for name, found in find_clips(tmp_path, by_folder=True).examinations().items()}
    assert names == {"alone.mp4": 1, "anna/visit1": 2, "anna/visit2": 1}


def test_patterns_choose_by_name_or_by_path(tmp_path: Path) -> None:
    put(tmp_path, "a/x_rest.mp4", "a/x_talk.mp4", "b/x_rest.dat")
    assert [clip.name for clip in find_clips(tmp_path, patterns=["*_rest.*"]).clips] == [
        "a/x_rest.mp4",
        "b/x_rest.dat",
    ]
    assert [clip.name for clip in find_clips(tmp_path, patterns=["b/*"]).clips] == ["b/x_rest.dat"]


def test_the_folder_of_results_is_not_looked_through(tmp_path: Path) -> None:
    put(tmp_path, "a.mp4", "results/of_an_overlay.mp4")
    assert len(find_clips(tmp_path, leave_out=tmp_path / "results").clips) == 1


def test_a_table_tells_file_task_person_and_date(tmp_path: Path) -> None:
    put(tmp_path, "v/one.mp4", "v/two.mp4", "three.mp4", "four.mp4")
    table = tmp_path / "clips.csv"
    table.write_text(
        "\ufeffFile;Task;person;date;mirrored;site\n"
        "v/one.mp4;rest;P1;2026-01-02;yes;north\n"
        "v/two.mp4;Mouth open;P1;2026-01-02;;north\n"
        "three.mp4;;P1;;;south\n"
        "four.mp4;speech;P1;;;south\n",
        encoding="utf-8",
    )
    plan = find_clips(table, default_task=Task.ARMS_OUT)
    by_name = {clip.name: clip for clip in plan.clips}
    assert by_name["v/one.mp4"].examination == by_name["v/two.mp4"].examination == "P1_2026-01-02"
    assert by_name["three.mp4"].examination == "three.mp4", "of a person's unknown days nothing is joined"
    assert [by_name[name].task for name in ("v/one.mp4", "v/two.mp4", "three.mp4")] == [
        Task.REST,
        Task.MOUTH_OPEN,
        Task.ARMS_OUT,
    ]
    assert [by_name[name].mirrored for name in ("v/one.mp4", "v/two.mp4")] == [True, False]
    assert plan.remarks == ("Columns that are not used: site.",)


def test_an_empty_folder_and_one_without_clips_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file in the folder"):
        find_clips(tmp_path)
    put(tmp_path, "a.txt", "b.txt")
    with pytest.raises(InputError, match=r"ends in .*\.mp4.*2 other files.*--pattern"):
        find_clips(tmp_path)
    with pytest.raises(InputError, match=r"matches \*_rest\.\*"):
        find_clips(tmp_path, patterns=["*_rest.*"])


def test_a_source_that_is_not_there_or_is_one_clip(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no folder or table"):
        find_clips(tmp_path / "nowhere")
    put(tmp_path, "clip.mp4")
    with pytest.raises(InputError, match="tdscreen score"):
        find_clips(tmp_path / "clip.mp4")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no column 'file'"),
        ("name,task\na.mp4,rest\n", "no column 'file'"),
        ("file,file\na.mp4,a.mp4\n", "column 'file' twice"),
        ("file,task\n", "names no clip"),
        ("file,task\n,rest\n", "names no file"),
        ("file\na.mp4\ngone.mp4\nlost.mp4\n", "names gone.mp4, lost.mp4, and there is no such file"),
        ("file\na.mp4\n./a.mp4\n", "names a.mp4 more than once"),
        ("file,task\na.mp4,dancing\n", "not known: dancing"),
        ("file,mirrored\na.mp4,perhaps\n", "'perhaps' in the column 'mirrored'"),
        ('file,person,date\na.mp4,"P1,\nb.mp4,P2,\n', "up to line 3: .*quotation mark that is not closed"),
        ("file,person\na.mp4,P1,rest\n", "more cells in line 2 than columns"),
        ("file\n" + 300 * "long" + ".mp4\n", "no such file"),
        ("file\n" + 50_000 * "long" + ".mp4\n", "cannot be read as a table"),
    ],
)
def test_what_is_wrong_with_a_table_is_a_sentence(tmp_path: Path, text: str, words: str) -> None:
    put(tmp_path, "a.mp4")
    table = tmp_path / "clips.csv"
    table.write_text(text)
    with pytest.raises(InputError, match=words):
        find_clips(table)


def test_a_table_that_is_not_in_utf_8(tmp_path: Path) -> None:
    table = tmp_path / "clips.csv"
    table.write_bytes("file\nMüller.mp4\n".encode("latin-1"))
    with pytest.raises(InputError, match="CSV UTF-8"):
        find_clips(table)


def test_two_files_with_the_same_content_are_named(tmp_path: Path) -> None:
    put(tmp_path, "a.mp4", "copies/b.mp4", content="the same")
    put(tmp_path, "c.mp4", content="the size")
    with pytest.raises(InputError, match=r"same content: a\.mp4, copies/b\.mp4\. .*--same-content"):
        find_clips(tmp_path)
    assert len(find_clips(tmp_path, same_content=True).clips) == 3


def test_names_that_clash_within_an_examination_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "a/rest.mp4", "b/rest.mp4")
    table = tmp_path / "clips.csv"
    table.write_text("file,person,session\na/rest.mp4,P1,1\nb/rest.mp4,P1,1\n")
    with pytest.raises(InputError, match=r"2 clips of the examination P1_1 are called rest\.mp4"):
        find_clips(table)


def test_examinations_that_differ_in_capital_letters_are_refused(tmp_path: Path) -> None:
    put(tmp_path, "a.mp4", "b.mp4")
    table = tmp_path / "clips.csv"
    table.write_text("file,examination\na.mp4,Anna\nb.mp4,anna\n")
    with pytest.raises(InputError, match="Anna, anna differ in capital letters"):
        find_clips(table)


def test_an_examination_of_two_people_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "a.mp4", "b.mp4")
    table = tmp_path / "clips.csv"
    table.write_text("file,person,examination\na.mp4,P1,E\nb.mp4,P2,E\n")
    with pytest.raises(InputError, match="one person's"):
        find_clips(table)


def test_a_table_names_clips_with_line_breaks_and_other_separators(tmp_path: Path) -> None:
    names = ["two\nlines.mp4", "old\x0btab.mp4", "u\u2028nicode.mp4", "com,ma.mp4"]
    put(tmp_path, *names)
    table = tmp_path / "clips.csv"
    table.write_text("file,task\n" + "".join(f'"{name}",rest\n' for name in names))
    assert {clip.name for clip in find_clips(table).clips} == set(names)


def test_a_link_to_a_folder_is_not_followed_and_told(tmp_path: Path) -> None:
    put(tmp_path, "x/a.mp4")
    (tmp_path / "x" / "round").symlink_to(tmp_path, target_is_directory=True)
    plan = find_clips(tmp_path)
    assert [clip.name for clip in plan.clips] == ["x/a.mp4"]
    assert any("1 link to a folder is not followed" in remark for remark in plan.remarks)


def test_what_is_called_like_a_clip_and_is_no_file_is_not_taken(tmp_path: Path) -> None:
    put(tmp_path, "a.mp4")
    os.mkfifo(tmp_path / "pipe.mp4")
    plan = find_clips(tmp_path)
    assert [clip.name for clip in plan.clips] == ["a.mp4"]
    assert plan.remarks == ("1 other file in the folder is not taken.",)


def test_a_link_to_nothing_is_not_passed_over(tmp_path: Path) -> None:
    put(tmp_path, "a.mp4")
    (tmp_path / "b.mp4").symlink_to(tmp_path / "not fetched")
    with pytest.raises(InputError, match=r"nothing behind b\.mp4"):
        find_clips(tmp_path)


def test_a_clip_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a.mp4", "b.mp4")
    # The one who runs the tests may be allowed everything.
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).endswith("b.mp4"))
    with pytest.raises(InputError, match=r"no right to read b\.mp4"):
        find_clips(tmp_path)


def test_a_name_that_is_not_unicode_and_one_with_control_codes_are_taken(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.mp4")).write_text("1")
    (tmp_path / "two\nlines.mp4").write_text("22")
    names = [clip.name for clip in find_clips(tmp_path).clips]
    assert names == ["caf\\xe9.mp4", "two\nlines.mp4"]
    for name in names:
        name.encode("utf-8")
