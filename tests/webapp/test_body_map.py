"""The drawn figure says in words what was seen of the body, and what was not."""

from __future__ import annotations

import base64
import re

from measured_clips import clip as measured_clip
from measured_clips import quiet_face, still, unseen
from tdscreen.assessment.coverage import describe_coverage
from tdscreen.vocabulary import Region
from tdscreen.webapp.body_map import Sight, body_map, sights


def test_a_part_that_only_one_of_two_clips_shows_is_partly_seen() -> None:
    coverage = describe_coverage(
        [
            measured_clip(*quiet_face(tongue=False), still(Region.LEFT_HAND), file="rest.mp4"),
            measured_clip(*quiet_face(tongue=False), unseen(Region.TONGUE), file="arms.mp4"),
        ]
    )
    found = sights(coverage, 2)
    assert found["lips"] == (Sight.SEEN, 2)
    assert found["left_hand"] == (Sight.PARTLY, 1)
    assert found["tongue"] == (Sight.NOT_SEEN, 0)
    assert found["legs"] == (Sight.NOT_SEEN, 0)
    assert found["rigidity"] == (Sight.NOT_SEEN, 0)


def test_the_figure_is_read_out_and_each_part_has_its_number_in_it() -> None:
    drawn = body_map(describe_coverage([measured_clip(*quiet_face(tongue=True))]), 1)
    assert "lips: seen; jaw: seen" in drawn
    assert "left hand: not seen" in drawn
    (data,) = re.findall(r"data:image/svg\+xml;base64,([^\"]+)", drawn)
    figure = base64.b64decode(data).decode()
    # Rigidity, the tenth, is felt and has no place on it.
    assert re.findall(r">(\d+)</text>", figure) == ["5", "1", "2", "4", "3", "9", "6", "7", "8"]
    assert drawn.count("<tr>") == 11
