"""The assessment in a clinician's order: how it is sorted and what was not seen, then why."""

from __future__ import annotations

import streamlit as st

from tdscreen import api
from tdscreen.assessment.json_form import to_json
from tdscreen.webapp.desk import Desk
from tdscreen.webapp.export import items_csv, regions_csv
from tdscreen.webapp.moments import show_movement
from tdscreen.webapp.panels import (
    clip_facts,
    coverage_panel,
    item_cards,
    origin,
    predictive_panel,
    quality_table,
    triage_panel,
)
from tdscreen.webapp.run import Examination, Run
from tdscreen.webapp.scorer import own_path
from tdscreen.webapp.words import unformatted


def show_result(desk: Desk, run: Run) -> None:
    """Show what came of a run: the clips that could not be used, then an examination."""
    st.button("Back to the clips", key="back", on_click=desk.forget_results, icon=":material/arrow_back:")
    for request, status in zip(run.requests, run.statuses, strict=True):
        if status.problem is not None:
            with st.container(border=True, key=f"problem-{request.path.name}"):
                # As plain text: the name and the sentence are never read as formatting.
                st.text(f"Not used: {request.name}\n{status.problem}")
    for problem in run.problems:
        st.error(problem)
    if not run.examinations:
        st.markdown("No clip could be assessed. This says nothing about the person's movements.")
        return
    examination = _chosen(run.examinations)
    assessment = examination.assessment
    st.header("Result", anchor=False)
    st.html(origin(assessment))
    left, right = st.columns((3, 2), gap="medium")
    left.html(triage_panel(assessment))
    right.html(coverage_panel(assessment.coverage))
    if own_path() is None:
        # How a model of one's own sorts people whose state is known, nobody has counted.
        show_predictive()
    st.header("Items", anchor=False)
    st.html(item_cards(assessment))
    st.header("Quality of the clips", anchor=False)
    for clip in examination.clips:
        st.subheader(unformatted(clip.request.name), anchor=False)
        st.html(clip_facts(clip.measurement) + quality_table(clip.measurement.quality))
    st.header("Movement over time", anchor=False)
    show_movement(desk, examination)
    st.header("Download", anchor=False)
    _show_downloads(examination, run.examinations)


def _chosen(examinations: tuple[Examination, ...]) -> Examination:
    if len(examinations) == 1:
        return examinations[0]
    place = st.selectbox(
        "Examination",
        range(len(examinations)),
        format_func=lambda index: (
            f"{index + 1}. {', '.join(clip.request.name for clip in examinations[index].clips)}"
        ),
        key="examination",
    )
    return examinations[place]


def show_predictive() -> None:
    """Say what "elevated" means in the reader's own clinic, if they want to know."""
    with st.expander("What “elevated” means in your clinic"):
        percent = st.number_input(
            "Of 100 of your patients, how many meet the severity rule?",
            min_value=1.0,
            max_value=99.0,
            value=20.0,
            step=1.0,
            format="%.0f",
            key="prevalence",
        )
        st.html(predictive_panel(api.predictive_values(percent / 100.0)))


def _show_downloads(examination: Examination, all_of_them: tuple[Examination, ...]) -> None:
    assessment = examination.assessment
    st.markdown("Downloads hold the names of the files, but no picture and no sound.")
    with st.container(horizontal=True):
        st.download_button(
            "Assessment (JSON)", to_json(assessment), "tdscreen-assessment.json", "application/json",
            on_click="ignore", key="json",
        )  # fmt: skip
        st.download_button(
            "Items (CSV)",
            items_csv(assessment),
            "tdscreen-items.csv",
            "text/csv",
            on_click="ignore",
            key="items",
        )
        st.download_button(
            "Regions (CSV)", regions_csv(assessment), "tdscreen-regions.csv", "text/csv",
            on_click="ignore", key="regions",
        )  # fmt: skip
        if len(all_of_them) > 1:
            lines = "".join(f"{to_json(one.assessment)}\n" for one in all_of_them)
            st.download_button(
                "All examinations (JSON, one a line)",
                lines, "tdscreen-assessments.jsonl", "application/jsonl",
                on_click="ignore", key="all",
            )  # fmt: skip
