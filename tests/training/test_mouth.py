"""The model of the mouth's crop: how it is trained, and what the committed one tells apart."""

from __future__ import annotations

import dataclasses

import numpy as np
import onnxruntime
import pytest

from tdscreen.phantom.body import Body
from tdscreen.phantom.person import sample_person
from tdscreen.phantom.pose import Pose
from tdscreen.tracking.mouth import CLASSES, DARK, LIP, SKIN, TEETH, TONGUE, MouthReader
from tdscreen.training.mouth import ABOUT, CHECKING_PEOPLE, Mouths, figures_of, make_mouths, train
from tdscreen.training.mouth_net import folded, forward, initial_weights, onnx_bytes
from tdscreen.training.mouth_pictures import Drawn, draw
from tdscreen.training.mouth_poses import MouthShape, draw_pose, shaped

pytestmark = pytest.mark.usefixtures("people_can_be_made")

OPEN = Pose(units={"jawOpen": 0.4})
OUT = Pose(units={"jawOpen": 0.4, "tongueOut": 2.2})


@pytest.fixture(scope="module")
def body() -> Body:
    return Body(sample_person(400, teeth="full"))


def seen_from_before(body: Body, pose: Pose, shape: MouthShape = MouthShape()) -> Drawn:  # noqa: B008
    return draw(body, pose, shape, distance_mm=600.0, shift=np.zeros(2), zoom=1.0, turn_deg=0.0)


@pytest.fixture(scope="module")
def mouths() -> Mouths:
    """Forty mouths of people on whom nothing was trained."""
    return make_mouths(list(CHECKING_PEOPLE)[:8], 40, seed=12, colourings=1)


# The pictures


def test_an_open_mouth_shows_lips_and_its_inside_and_a_closed_one_hardly_any_of_it(body: Body) -> None:
    closed, open_ = (seen_from_before(body, pose).label for pose in (Pose(), OPEN))
    assert (closed == LIP).sum() > 500
    assert np.isin(open_, (TEETH, TONGUE, DARK)).sum() > 5 * np.isin(closed, (TEETH, TONGUE, DARK)).sum()


def test_a_tongue_that_comes_out_is_drawn_over_the_lower_lip(body: Body) -> None:
    inside, out = (seen_from_before(body, pose) for pose in (OPEN, OUT))
    lip_row = 2 * out.edges[1, 1]
    assert (out.label[int(lip_row) + 4 :] == TONGUE).sum() > 100
    assert (inside.label[int(lip_row) + 4 :] == TONGUE).sum() == 0
    assert out.tip[2] > 0.2 > 0 > inside.tip[2]


def test_a_tongue_that_bends_hangs_lower_and_reaches_less_far_ahead(body: Body) -> None:
    straight, bent = (seen_from_before(body, OUT, MouthShape(bend_deg=bend)) for bend in (0.0, 70.0))
    assert bent.tip[1] > straight.tip[1] + 0.1
    assert bent.tip[2] < straight.tip[2] - 0.05


def test_bending_keeps_the_length_of_a_tongue() -> None:
    forth = np.linspace(0.0, 30.0, 61)
    tongue = np.stack([np.zeros(61), np.full(61, 5.0), -forth], axis=1)
    bent = shaped(tongue, MouthShape(bend_deg=60.0), np.array([0.0, 5.0, 0.0]))
    assert np.linalg.norm(np.diff(bent, axis=0), axis=1).sum() == pytest.approx(30.0, rel=0.02)
    assert bent[-1, 1] > 15


def test_somebody_without_teeth_shows_none() -> None:
    smile = Pose(units={"mouthUpperUpLeft": 1.0, "mouthUpperUpRight": 1.0, "jawOpen": 0.3})
    shown = [
        (
            seen_from_before(Body(sample_person(400, teeth=teeth)), smile, MouthShape(upper_teeth_mm=6)).label
            == TEETH
        ).sum()
        for teeth in ("full", "none")
    ]
    assert shown[0] > 100
    assert shown[1] == 0


def test_lips_edges_lie_on_the_lips(body: Body) -> None:
    drawn = seen_from_before(body, OPEN)
    for column, row in drawn.edges:
        fine = np.rint(2 * np.array([row, column]) + 0.5).astype(int)
        around = drawn.label[fine[0] - 4 : fine[0] + 5, fine[1] - 4 : fine[1] + 5]
        assert LIP in around


def test_every_act_can_be_drawn_again_from_its_seed() -> None:
    one, other = (draw_pose("sideways", np.random.default_rng(9)) for _ in range(2))
    assert one == other
    assert abs(one[0].tongue_side_mm) >= 6


# The network


def test_the_written_graph_says_what_the_network_says() -> None:
    learning = initial_weights(3)
    crops = np.random.default_rng(1).integers(0, 256, (2, 96, 64, 3)).astype(np.uint8)
    weights = folded(learning, crops)
    session = onnxruntime.InferenceSession(onnx_bytes(weights, ABOUT), providers=["CPUExecutionProvider"])
    classes, edges, tip = session.run(["classes", "edges", "tip"], {"crops": crops})
    logits, expected_edges, expected_tip = (np.asarray(part) for part in forward(weights, crops))
    shares = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(classes, shares.transpose(0, 3, 1, 2), atol=1e-4)
    np.testing.assert_allclose(edges, expected_edges, atol=5e-3)
    np.testing.assert_allclose(tip, expected_tip, atol=1e-4)
    # Over the very crops that were folded in, it says what it said while it learnt.
    np.testing.assert_allclose(forward(learning, crops)[2], expected_tip, atol=1e-4)


@pytest.mark.slow
def test_a_little_training_makes_the_error_smaller(mouths: Mouths) -> None:
    few = dataclasses.replace(
        mouths, **{name: getattr(mouths, name)[:8] for name in ("crops", "labels", "edges", "tips", "acts")}
    )
    told: list[float] = []
    train(few, steps=14, seed=1, batch=8, report=lambda _, value: told.append(value))
    assert len(told) == 14
    assert np.mean(told[-3:]) < 0.75 * told[0]


# The committed model


def test_the_committed_model_tells_the_mouths_of_others_apart(mouths: Mouths) -> None:
    classes, edges, tips = MouthReader().read(mouths.crops)
    found = figures_of(classes.argmax(axis=1), edges, tips, mouths)
    assert found.overlap["skin"] > 0.95
    assert found.overlap["lip"] > 0.6
    assert found.overlap["tongue"] > 0.7
    assert found.edge_error_px < 2.5
    assert set(found.overlap) == set(CLASSES)


def test_the_figures_of_a_perfect_model_are_perfect_and_of_a_blind_one_are_not(mouths: Mouths) -> None:
    perfect = figures_of(mouths.labels, mouths.edges, mouths.tips, mouths)
    assert set(perfect.overlap.values()) == {1.0}
    assert (perfect.edge_error_px, perfect.tip_error) == (0.0, 0.0)
    assert (perfect.tongue_missed, perfect.tongue_invented) == (0.0, 0.0)
    blind = figures_of(np.full_like(mouths.labels, SKIN), mouths.edges, mouths.tips, mouths)
    assert blind.tongue_missed == 1.0
    seeing_things = figures_of(np.full_like(mouths.labels, TONGUE), mouths.edges, mouths.tips, mouths)
    assert seeing_things.tongue_invented == 1.0
