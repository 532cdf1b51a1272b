"""Who is who from frame to frame, on places and sizes alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from tdscreen.settings import TRACKING
from tdscreen.tracking import linking
from tdscreen.tracking.linking import Detection, Tracklet

FPS = 30


@dataclass(frozen=True)
class Thing:
    """A face or hand that is in the picture from one frame to another, at a place, of a size, with a vote."""

    name: str
    frames: range
    x: Callable[[float], float]
    y: Callable[[float], float] = lambda _: 300.0
    size_px: float = 100.0
    vote: Callable[[int], float] = lambda _: 0.0


def seen(things: Sequence[Thing], *, shuffle_seed: int = 0) -> tuple[list[list[Detection]], dict]:
    """Give the detections of each frame in an order that means nothing, and who each of them is."""
    rng = np.random.default_rng(shuffle_seed)
    frames, who = [], {}
    for frame in range(max(thing.frames.stop for thing in things)):
        here = [thing for thing in things if frame in thing.frames]
        rng.shuffle(here)
        time_s = frame / FPS
        found = []
        for index, thing in enumerate(here):
            place = np.array([thing.x(time_s), thing.y(time_s)])
            found.append(Detection(frame, time_s, place, thing.size_px, thing.vote(frame), index))
            who[frame, index] = thing.name
        frames.append(found)
    return frames, who


def followed_faces(things: Sequence[Thing]) -> dict[str, int]:
    """Follow one person, and count in how many frames each thing was taken for that person."""
    frames, who = seen(things)
    tracklets = linking.link(
        frames,
        max_jump=TRACKING.face_max_jump,
        max_absence_s=TRACKING.face_max_absence_s,
        max_size_ratio=TRACKING.person_size_ratio,
    )
    chosen = linking.follow_person(
        tracklets,
        size_ratio=TRACKING.person_size_ratio,
        max_distance=TRACKING.person_max_distance,
        max_step=TRACKING.face_max_jump,
        max_absence_s=TRACKING.person_max_absence_s,
    )
    return names_in(chosen, who)


def followed_hands(things: Sequence[Thing]) -> tuple[dict[str, int], dict[str, int]]:
    """Give the hands their sides, and count in how many frames each thing was taken for the left and the right."""
    frames, who = seen(things)
    tracklets = linking.link(
        frames,
        max_jump=TRACKING.hand_max_jump,
        max_absence_s=TRACKING.hand_max_absence_s,
        vote_weight=TRACKING.hand_vote_weight,
    )
    left, right = linking.sides(tracklets)
    return names_in(left, who), names_in(right, who)


def names_in(tracklets: Sequence[Tracklet], who: dict) -> dict[str, int]:
    counted: dict[str, int] = {}
    once: set[int] = set()
    for tracklet in tracklets:
        for detection in tracklet.detections:
            assert detection.frame not in once, "one person is in one place at a time"
            once.add(detection.frame)
            name = who[detection.frame, detection.index]
            counted[name] = counted.get(name, 0) + 1
    return counted


def at(place: float) -> Callable[[float], float]:
    return lambda _: place


def crossing(start: float, stop: float, *, from_s: float, to_s: float) -> Callable[[float], float]:
    return lambda t: start + (stop - start) * (t - from_s) / (to_s - from_s)


def swaying(place: float, *, by: float, hz: float) -> Callable[[float], float]:
    return lambda t: place + by * np.sin(2 * np.pi * hz * t)


PATIENT = Thing("patient", range(300), swaying(360, by=20, hz=0.5), size_px=150)


# One face


def test_a_patient_alone_is_followed_through_every_frame() -> None:
    assert followed_faces([PATIENT]) == {"patient": 300}


def test_a_nearer_passer_by_who_stays_briefly_is_not_followed() -> None:
    nurse = Thing("nurse", range(100, 160), crossing(-50, 800, from_s=3.3, to_s=5.3), at(120), size_px=260)
    assert followed_faces([PATIENT, nurse]) == {"patient": 300}


def test_a_farther_person_who_is_there_longer_than_the_patient_is_not_followed() -> None:
    patient = Thing("patient", range(120, 300), at(360), size_px=150)
    visitor = Thing("visitor", range(300), at(600), at(200), size_px=60)
    assert followed_faces([patient, visitor]) == {"patient": 180}


def test_a_passer_by_who_comes_first_and_looks_as_large_is_not_the_patient() -> None:
    first = Thing("first", range(60), crossing(50, 700, from_s=0, to_s=2), size_px=140)
    patient = Thing("patient", range(75, 300), at(360), size_px=150)
    assert followed_faces([first, patient]) == {"patient": 225}


def test_a_passer_by_in_front_of_the_patient_is_not_followed_while_the_patient_is_hidden() -> None:
    before = Thing("patient", range(100), at(360), size_px=150)
    after = Thing("patient", range(125, 300), at(362), size_px=150)
    # Walks through the picture within two seconds and hides the patient for the middle of it.
    nurse = Thing("nurse", range(82, 142), crossing(-50, 800, from_s=82 / 30, to_s=142 / 30), size_px=280)
    assert followed_faces([before, after, nurse]) == {"patient": 275}


def test_a_larger_face_that_appears_just_where_the_patient_was_is_another_face() -> None:
    before = Thing("patient", range(100), at(360), size_px=150)
    nurse = Thing("nurse", range(105, 135), at(380), size_px=290)
    after = Thing("patient", range(140, 300), at(360), size_px=150)
    assert followed_faces([before, nurse, after]) == {"patient": 260}


def test_a_patient_who_leaves_and_returns_to_the_same_seat_is_followed_again() -> None:
    before = Thing("patient", range(100), at(360), size_px=150)
    after = Thing("patient", range(190, 300), at(420), size_px=165)
    assert followed_faces([before, after]) == {"patient": 210}


def test_a_patient_lost_for_a_moment_while_walking_is_followed_on() -> None:
    before = Thing("patient", range(150), crossing(100, 500, from_s=0, to_s=5), size_px=60)
    after = Thing("patient", range(200, 300), crossing(520, 800, from_s=200 / 30, to_s=10), size_px=66)
    assert followed_faces([before, after]) == {"patient": 250}


def test_a_passer_by_while_the_patient_is_away_is_not_followed() -> None:
    before = Thing("patient", range(150), at(300), size_px=150)
    other = Thing("other", range(190, 250), crossing(900, -100, from_s=190 / 30, to_s=250 / 30), size_px=150)
    after = Thing("patient", range(270, 400), at(300), size_px=150)
    assert followed_faces([before, other, after]) == {"patient": 280}


def test_the_order_in_which_faces_are_reported_means_nothing() -> None:
    other = Thing("other", range(300), at(100), size_px=90)
    for shuffle_seed in range(3):
        frames, who = seen([PATIENT, other], shuffle_seed=shuffle_seed)
        tracklets = linking.link(frames, max_jump=0.6, max_absence_s=1.0)
        assert [names_in([t], who) for t in tracklets] in (
            [{"patient": 300}, {"other": 300}],
            [{"other": 300}, {"patient": 300}],
        )


def test_what_looks_like_a_face_in_two_pictures_is_nobody() -> None:
    assert followed_faces([Thing("a button", range(50, 52), at(300))]) == {}


def test_two_people_who_walk_past_each_other_are_told_apart_by_where_they_were_going() -> None:
    going_right = Thing("one", range(60), crossing(100, 700, from_s=0, to_s=2))
    going_left = Thing("other", range(60), crossing(705, 105, from_s=0, to_s=2))
    frames, who = seen([going_right, going_left])
    tracklets = linking.link(frames, max_jump=0.6, max_absence_s=1.0)
    found = [names_in([tracklet], who) for tracklet in tracklets]
    assert found in ([{"one": 60}, {"other": 60}], [{"other": 60}, {"one": 60}])


def test_a_face_found_twice_counts_once_and_two_faces_side_by_side_count_twice() -> None:
    def face(x: float, size_px: float, index: int) -> Detection:
        return Detection(0, 0.0, np.array([x, 100.0]), size_px, 0.0, index)

    kept = linking.drop_duplicates(
        [face(100, 80, 0), face(110, 90, 1), face(240, 90, 2)], min_distance=TRACKING.duplicate_distance
    )
    assert [detection.index for detection in kept] == [1, 2]


# Two hands

RIGHT_VOTE, LEFT_VOTE = 2.5, -2.5


def hand(name: str, frames: range, x: Callable[[float], float], **options: object) -> Thing:
    vote = {"right": RIGHT_VOTE, "left": LEFT_VOTE}.get(name.split()[-1], 0.0)
    return Thing(name, frames, x, **({"size_px": 60.0, "vote": lambda _: vote} | options))  # type: ignore[arg-type]


def test_each_hand_has_its_side() -> None:
    assert followed_hands([hand("right", range(200), at(200)), hand("left", range(200), at(500))]) == (
        {"left": 200},
        {"right": 200},
    )


@pytest.mark.parametrize("seconds", [0.5, 1.0, 3.0])
def test_sides_do_not_swap_when_the_hands_cross(seconds: float) -> None:
    right = hand("right", range(120), crossing(200, 500, from_s=2 - seconds / 2, to_s=2 + seconds / 2))
    left = hand("left", range(120), crossing(500, 200, from_s=2 - seconds / 2, to_s=2 + seconds / 2))
    assert followed_hands([right, left]) == ({"left": 120}, {"right": 120})


def test_sides_do_not_swap_when_the_hands_meet_and_part_again() -> None:
    right = hand("right", range(240), swaying(330, by=-28, hz=0.5))
    left = hand("left", range(240), swaying(370, by=28, hz=0.5))
    assert followed_hands([right, left]) == ({"left": 240}, {"right": 240})


@pytest.mark.parametrize("hidden", ["right", "left"])
def test_sides_do_not_swap_when_one_hand_hides_the_other_while_they_cross(hidden: str) -> None:
    paths = {
        "right": crossing(200, 500, from_s=1, to_s=3),
        "left": crossing(500, 200, from_s=1, to_s=3),
    }
    shown = "left" if hidden == "right" else "right"
    found = followed_hands(
        [
            hand(shown, range(120), paths[shown]),
            hand(f"{hidden}", range(52), paths[hidden]),
            hand(f"{hidden}", range(68, 120), paths[hidden]),
        ]
    )
    assert dict(zip(("left", "right"), found, strict=True)) == {shown: {shown: 120}, hidden: {hidden: 104}}


def test_the_hand_that_stays_keeps_its_side_when_the_other_leaves_and_comes_back() -> None:
    right = hand("right", range(300), swaying(250, by=30, hz=1))
    gone = hand("left", range(90), at(450))
    back = hand("left", range(200, 300), at(300))
    assert followed_hands([right, gone, back]) == ({"left": 190}, {"right": 300})


def test_a_hand_that_leaves_is_not_replaced_by_the_other_that_comes_to_its_place() -> None:
    left = hand("left", range(100), at(300))
    right = hand("right", range(104, 250), crossing(330, 300, from_s=3.4, to_s=9))
    assert followed_hands([left, right]) == ({"left": 100}, {"right": 146})


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_a_vote_that_flickers_does_not_move_a_hand_to_the_other_side(share: float) -> None:
    rng = np.random.default_rng(1)
    doubt = rng.random(300) < share
    # Fast as well: 5 Hz, 40 px, up to 42 px from one picture to the next.
    right = hand(
        "right",
        range(300),
        swaying(250, by=40, hz=5),
        vote=lambda i: LEFT_VOTE if doubt[i] else RIGHT_VOTE,
    )
    assert followed_hands([right]) == ({}, {"right": 300})


def test_votes_that_flicker_do_not_swap_two_hands() -> None:
    rng = np.random.default_rng(2)
    doubt = rng.random((300, 2)) < 0.25
    right = hand(
        "right",
        range(300),
        swaying(250, by=40, hz=3),
        vote=lambda i: LEFT_VOTE if doubt[i, 0] else RIGHT_VOTE,
    )
    left = hand(
        "left", range(300), swaying(450, by=40, hz=2), vote=lambda i: RIGHT_VOTE if doubt[i, 1] else LEFT_VOTE
    )
    assert followed_hands([right, left]) == ({"left": 300}, {"right": 300})


def test_a_hand_found_anew_while_its_old_track_runs_out_keeps_its_side() -> None:
    # For two pictures the tracker reports the old place as well as the new one.
    old = hand("old right", range(150), at(250))
    new = hand("new right", range(148, 300), at(420))
    left, right = followed_hands([old, new])
    assert left == {}
    assert sum(right.values()) == 300


def test_a_third_hand_is_left_out() -> None:
    things = [
        hand("right", range(300), at(200)),
        hand("left", range(300), at(450)),
        hand("another's right", range(100, 180), at(600), vote=lambda _: 1.5),
    ]
    assert followed_hands(things) == ({"left": 300}, {"right": 300})


@pytest.mark.parametrize(
    ("x", "palm_px", "own"),
    [
        (300, 65, True),
        (690, 65, True),
        (300, 190, True),
        (720, 65, False),
        (300, 15, False),
        (300, 220, False),
    ],
    ids=[
        "at the chest",
        "arm held out",
        "held to the camera",
        "out of reach",
        "far behind",
        "near the camera",
    ],
)
def test_a_hand_that_cannot_belong_to_the_followed_face_is_left_out(
    x: float, palm_px: float, *, own: bool
) -> None:
    frames, _ = seen([Thing("hand", range(100), at(x), size_px=palm_px, vote=lambda _: RIGHT_VOTE)])
    tracklets = linking.link(frames, max_jump=1.5, max_absence_s=0.5, vote_weight=1.0)
    options: dict = {
        "reach_faces": TRACKING.hand_reach_faces,
        "palm_to_face": (TRACKING.palm_to_face_min, TRACKING.palm_to_face_max),
    }
    found = linking.own_hands(tracklets, np.full((100, 2), (100.0, 300.0)), np.full(100, 100.0), **options)
    assert found == (tracklets if own else [])
    without_face = linking.own_hands(tracklets, np.full((100, 2), np.nan), np.full(100, np.nan), **options)
    assert without_face == tracklets


def test_a_second_right_hand_is_not_taken_for_the_left() -> None:
    things = [
        hand("right", range(300), at(200)),
        hand("another's right", range(100, 180), at(600), vote=lambda _: 3.5),
    ]
    assert followed_hands(things) == ({}, {"right": 300})


def test_a_second_hand_of_doubtful_side_is_the_other_one() -> None:
    doubtful = hand("doubtful", range(300), at(500), vote=lambda _: 0.3)
    assert followed_hands([hand("right", range(300), at(200)), doubtful]) == (
        {"doubtful": 300},
        {"right": 300},
    )
