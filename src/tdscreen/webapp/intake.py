"""Clips are dropped, their tasks named, and the measuring begun."""

from __future__ import annotations

import streamlit as st

from tdscreen.assessment.plain import TASKS, number
from tdscreen.vocabulary import Task
from tdscreen.webapp.desk import Desk, DroppedClip

_MEGABYTE = 1_000_000

FILMING_ADVICE = """
- Film for 15 to 30 seconds, at 30 pictures a second, with the phone upright and propped against something.
- Head and shoulders fill the picture; for hands, let both hands show as well. One person only.
- Light from the front, a window or a lamp; no mask, no sunglasses, nothing in the mouth.
- One task a clip. Ask the person to rest quietly.
- For the tongue, film one more clip: the mouth open for 15 seconds, the tongue resting inside, light falling in. What a
  tongue does behind closed lips cannot be seen, and an examination without it is never called low.
"""


def show_intake(desk: Desk) -> None:
    """Take clips and what is known about them, and start when asked to."""
    st.html(
        '<p class="td-lead">Drop one or several clips of one person. tdscreen measures the movements of face '
        "and hands "
        "and estimates what an AIMS examination of them would say, with its reasons. The clips stay on the "
        "computer "
        "that runs this page and are removed when you close or reload it.</p>"
    )
    st.header("1. Clips", anchor=False)
    key = f"uploads-{desk.uploads_taken}"
    st.file_uploader(
        "Video clips (MP4, MOV, WebM, AVI, MPEG and others)",
        # Any file may be dropped: one that is no video gets a sentence that says so, as in the shell.
        accept_multiple_files=True,
        key=key,
        on_change=_take_uploads,
        args=(desk, key),
    )
    with st.expander("How to film so that a clip can be used"):
        st.markdown(FILMING_ADVICE)
    if not desk.clips:
        return
    st.header("2. What each clip shows", anchor=False)
    for clip in list(desk.clips):
        _show_clip(desk, clip)
    if len(desk.clips) > 1:
        st.header("3. Examination", anchor=False)
        choice = st.radio(
            "These clips are",
            ("together", "apart"),
            index=0 if desk.together else 1,
            format_func={
                "together": "one examination: one person, one sitting",
                "apart": "separate examinations, one each",
            }.__getitem__,
            key="grouping",
        )
        desk.together = choice == "together"
    unnamed = sum(clip.task is None for clip in desk.clips)
    if unnamed:
        st.info(
            "Name the task of each clip: movement that was asked for is not counted as involuntary. "
            "If you do not know it, choose “Something else, or not known”."
        )
    st.button("Start measuring", type="primary", disabled=unnamed > 0, on_click=desk.start, key="start")


def _show_clip(desk: Desk, clip: DroppedClip) -> None:
    with st.container(border=True):
        name, task, mirrored, remove = st.columns((4, 4, 2.2, 1.4), vertical_alignment="bottom")
        # A file's name is shown as it is, never read as formatting.
        name.text(f"{clip.name}\n{number(clip.size_bytes / _MEGABYTE, digits=1)} MB")
        clip.task = task.selectbox(
            "Task",
            tuple(Task),
            index=None if clip.task is None else tuple(Task).index(clip.task),
            format_func=TASKS.__getitem__,
            placeholder="Name the task",
            key=f"task-{clip.number}",
        )
        clip.mirrored = mirrored.checkbox(
            "Mirrored",
            value=clip.mirrored,
            help="A selfie recording that shows a mirror image: left and right of the person are exchanged.",
            key=f"mirrored-{clip.number}",
        )
        remove.button(
            "Remove", key=f"remove-{clip.number}", on_click=desk.remove, args=(clip,), width="stretch"
        )


def _take_uploads(desk: Desk, key: str) -> None:
    """Move what was uploaded out of the web server's memory and onto the desk."""
    for upload in st.session_state[key] or ():
        desk.drop(upload.name, upload, size_bytes=upload.size)
    # A new uploader takes the place of this one, and the server forgets the bytes that it held.
    desk.uploads_taken += 1
