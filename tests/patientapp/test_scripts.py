"""What the recorder's scripts know without a page, a camera or a server; they run in the browser they are made for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from browsing import chromium

pytestmark = pytest.mark.browser

SCRIPTS = Path(__file__).resolve().parents[2] / "src" / "tdscreen" / "patientapp" / "browser"
HOME = "http://localhost:9/"
"""Nothing listens there: every answer comes from the folder."""
Run = Callable[..., Any]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with chromium() as browser:
        opened = browser.new_page()

        def from_the_folder(route: Route) -> None:
            name = route.request.url.removeprefix(HOME)
            if not name:
                route.fulfill(body="<!doctype html><title>scripts</title>", content_type="text/html")
            else:
                route.fulfill(path=SCRIPTS / name, content_type="text/javascript")

        opened.route("**/*", from_the_folder)
        opened.goto(HOME)
        yield opened


@pytest.fixture(scope="module")
def run(page: Page) -> Run:
    """Give a function that runs an expression with a script's functions at hand."""

    def evaluate(script: str, expression: str, *given: Any) -> Any:
        return page.evaluate(
            f"async (given) => {{ const m = await import('{HOME}{script}'); return await ({expression}); }}",
            list(given),
        )

    return evaluate


def test_an_event_leads_on_and_one_that_means_nothing_changes_nothing(run: Run) -> None:
    way = ["go", "counted", "recorded"]
    assert run("steps.js", "given[0].reduce((at, event) => [...at, m.step(at.at(-1), event)], ['ready'])", way) == [
        "ready", "countdown", "recording", "done",
    ]  # fmt: skip
    for phase, event, after in (
        ("recording", "hidden", "interrupted"),
        ("countdown", "hidden", "interrupted"),
        ("ready", "hidden", "ready"),
        ("recording", "lost", "lost"),
        ("recording", "pause", "paused"),
        ("paused", "continue", "ready"),
        ("paused", "counted", "paused"),
        ("interrupted", "go", "countdown"),
        ("skipping", "back", "ready"),
        ("done", "go", "done"),
    ):
        assert run("steps.js", "m.step(...given)", phase, event) == after, (phase, event)


def test_the_next_task_is_the_first_that_is_neither_done_nor_waits_here(run: Run) -> None:
    tasks = [{"slug": slug} for slug in ("rest", "mouth", "tongue")]
    ask = "m.nextTask(given[0], given[1], new Set(given[2]))"
    assert run("steps.js", ask, tasks, {}, []) == 0
    assert run("steps.js", ask, tasks, {"rest": {}}, ["mouth"]) == 2
    assert run("steps.js", ask, tasks, {"rest": {}, "tongue": {}}, ["mouth"]) == -1


def test_another_take_is_suggested_once_and_only_of_the_first(run: Run) -> None:
    tasks = [{"slug": "rest"}, {"slug": "mouth"}]
    ask = "m.toRepeat(given[0], given[1], new Set(given[2]))?.slug ?? null"
    again, second = {"state": "again", "take": 1}, {"state": "again", "take": 2}
    assert run("steps.js", ask, tasks, {"mouth": again}, []) == "mouth"
    assert run("steps.js", ask, tasks, {"mouth": again}, ["mouth"]) is None
    assert run("steps.js", ask, tasks, {"mouth": second}, []) is None
    assert run("steps.js", ask, tasks, {"rest": {"state": "good", "take": 1}}, []) is None


def test_a_task_that_was_recorded_may_be_recorded_twice_more(run: Run) -> None:
    assert [run("steps.js", "m.canRepeat(given[0])", takes) for takes in range(5)] == [
        False, True, True, False, False,
    ]  # fmt: skip


def test_cues_come_when_they_are_due_and_once(run: Run) -> None:
    cues = [{"at_s": at_s, "text": "x"} for at_s in (0, 4, 8)]
    ask = "m.dueNumbers(given[0], given[1], new Set(given[2]))"
    assert run("steps.js", ask, cues, 0.0, []) == [0]
    assert run("steps.js", ask, cues, 4.2, [0]) == [1]
    assert run("steps.js", ask, cues, 9.0, [0, 1]) == [2]
    assert run("steps.js", ask, cues, 9.0, [0, 1, 2]) == []


def test_the_clips_first_picture_is_the_first_that_was_taken_after_the_start(run: Run) -> None:
    assert (
        run("steps.js", "m.firstPicture(given[0], given[1])", [900.0, 995.0, 1012.5, 1046.0], 1000.0)
        == 1012.5
    )
    assert run("steps.js", "m.firstPicture(given[0], given[1])", [], 1000.0) == 1000.0
    assert run("steps.js", "m.onTimeLine(given[0], given[1])", 4012.5, 1012.5) == 3.0


def test_a_clip_goes_in_pieces_from_where_the_server_has_it_and_waits_grow(run: Run) -> None:
    assert run("steps.js", "m.nextPiece(2500, 0, 1000)") == [0, 1000]
    assert run("steps.js", "m.nextPiece(2500, 2000, 1000)") == [2000, 2500]
    assert run("steps.js", "m.nextPiece(2500, 2500, 1000)") is None
    assert run("steps.js", "[0, 1, 4, 5, 50].map(m.waitBefore)") == [1000, 2000, 16000, 30000, 30000]


def test_words_fill_their_gaps_and_a_language_is_chosen_by_what_the_browser_prefers(run: Run) -> None:
    assert run("words.js", "m.fill('{n} of {all}', {n: 1, all: 3})") == "1 of 3"
    assert run("words.js", "m.fill('{unknown}', {})") == "{unknown}"
    languages: dict[str, Any] = {"en": {"entries": {}}, "es": {"entries": {"a": "b"}}}
    assert run("words.js", "m.chosen(['es-MX', 'en'], given[0])", languages) == "es"
    assert run("words.js", "m.chosen(['de', 'fr'], given[0])", languages) == "en"
    with pytest.raises(Exception, match="no words for c"):
        run("words.js", "new m.Words(given[0], 'es').text('c')", languages)


def test_each_trouble_with_the_camera_has_its_sentence(run: Run) -> None:
    for name, sentence in (
        ("NotAllowedError", "error.refused"),
        ("NotFoundError", "error.no_camera"),
        ("OverconstrainedError", "error.no_camera"),
        ("NotReadableError", "error.busy"),
    ):
        assert run("differences.js", "m.whyNoCamera({name: given[0]})", name) == sentence


def test_a_clip_stays_on_the_phone_until_it_is_stored_and_no_other_recording_s_does(run: Run) -> None:
    kept = run(
        "keeping.js",
        """(async () => {
          const keeping = await m.Keeping.open();
          await keeping.put({ key: "a-rest-1", recording: "a", slug: "rest", blob: new Blob(["abc"]) });
          await keeping.put({ key: "b-rest-1", recording: "b", slug: "rest", blob: new Blob(["de"]) });
          const again = await m.Keeping.open();
          const found = (await again.all("a")).map((clip) => [clip.key, clip.blob.size]);
          await again.removeOthers("a");
          const others = (await again.all("b")).length;
          await again.remove("a-rest-1");
          return [found, others, (await keeping.all("a")).length];
        })()""",
    )
    assert kept == [[["a-rest-1", 3]], 0, 0]


def test_sending_goes_on_after_lost_answers_and_gives_up_what_is_refused(run: Run) -> None:
    told = run(
        "sending.js",
        """(async () => {
          const told = [], asked = [], removed = [];
          const no = (status, problem) => ({ ok: false, status, said: { problem } });
          const yes = (stored, offset) => ({ ok: true, said: { stored, offset } });
          let lost = 2;
          const server = {
            say: async (path, message) => {
              if (message.slug === "zip") return no(422, "error.no_video");
              return lost-- > 0 ? no(0, "error.network") : yes(false, 2);
            },
            send: async (method, path, body, headers) => {
              asked.push([headers["X-Offset"], body.size]);
              return yes(headers["X-Offset"] === "4", 4);
            },
          };
          const keeping = { remove: async (key) => removed.push(key) };
          const sending = new m.Sending(server, keeping, 2, (one) => told.push([one.slug, one.state]));
          sending.pause = () => Promise.resolve();
          sending.add({ key: "1", slug: "rest", take: 1, blob: new Blob(["abcde"]) });
          sending.add({ key: "2", slug: "zip", take: 1, blob: new Blob(["PK"]) });
          while (sending.clips.length) await new Promise((resolve) => setTimeout(resolve, 5));
          return { told, asked, removed };
        })()""",
    )
    assert told["told"] == [
        ["rest", "waiting"], ["rest", "waiting"], ["rest", "sending"], ["rest", "sending"], ["rest", "stored"],
        ["zip", "refused"],
    ]  # fmt: skip
    assert told["asked"] == [["2", 2], ["4", 1]]
    assert told["removed"] == ["1", "2"]


def test_a_phone_that_fails_once_is_asked_again_and_a_broken_loop_begins_anew(run: Run) -> None:
    told = run(
        "sending.js",
        """(async () => {
          const told = [], removed = [];
          const answers = [{ ok: false, status: 409, said: { problem: "error.second_tab" } }];
          const server = { say: async () => answers.shift() ?? { ok: true, said: { stored: true, offset: 1 } } };
          let broken = 1;
          const keeping = { remove: async (key) => {
            if (broken-- > 0) throw new DOMException("connection lost", "InvalidStateError");
            removed.push(key);
          } };
          const sending = new m.Sending(server, keeping, 2, (one) => told.push([one.slug, one.state]));
          sending.pause = () => Promise.resolve();
          sending.add({ key: "1", slug: "rest", take: 1, blob: new Blob(["a"]) });
          while (sending.running) await new Promise((resolve) => setTimeout(resolve, 5));
          const left = sending.clips.length;
          sending.again();
          while (sending.running) await new Promise((resolve) => setTimeout(resolve, 5));
          return { told, removed, left, running: sending.running };
        })()""",
    )
    # Another window went on, then this one again; the phone's memory failed once.
    assert told["told"] == [["rest", "waiting"], ["rest", "waiting"], ["rest", "stored"]]
    assert (told["left"], told["removed"], told["running"]) == (1, ["1"], False)


def test_a_database_that_is_lost_under_an_open_page_is_opened_anew(run: Run) -> None:
    kept = run(
        "keeping.js",
        """(async () => {
          const keeping = await m.Keeping.open();
          keeping.database.close();
          await keeping.put({ key: "c-rest-1", recording: "c", slug: "rest", blob: new Blob(["abc"]) });
          const found = (await (await m.Keeping.open()).all("c")).length;
          keeping.database.close();
          await keeping.remove("c-rest-1");
          return [found, (await keeping.all("c")).length];
        })()""",
    )
    assert kept == [1, 0]
