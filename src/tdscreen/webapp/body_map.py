"""Which parts of the body the clips showed, as a drawn figure with words: seen, partly, not seen."""

from __future__ import annotations

from base64 import b64encode
from enum import StrEnum
from html import escape

from tdscreen.assessment.assessment import Coverage
from tdscreen.assessment.plain import sentence
from tdscreen.printing import counted


class Sight(StrEnum):
    """How well a part was seen, in the words of the page."""

    SEEN = "seen"
    PARTLY = "partly"
    NOT_SEEN = "not seen"


_FELT = "rigidity"
"""Is no place on a figure."""
_PLACES: dict[str, tuple[str, tuple[float, float]]] = {
    "head": ('<path d="M 82 88 A 42 50 0 1 1 138 88 L 138 96 L 82 96 Z"/>', (80, 22)),
    "upper_face": ('<rect x="85" y="30" width="50" height="20" rx="8"/>', (110, 40)),
    "lips": ('<ellipse cx="108" cy="68" rx="25" ry="11"/>', (94, 68)),
    "tongue": ('<ellipse cx="121" cy="68" rx="8" ry="7"/>', (121, 68)),
    "jaw": ('<path d="M 84 80 Q 110 108 136 80 L 136 92 Q 110 118 84 92 Z"/>', (110, 96)),
    "trunk": ('<path d="M 62 120 L 158 120 L 148 232 L 72 232 Z"/>', (110, 172)),
    "left_hand": ('<path d="M 160 122 L 178 126 L 194 214 L 206 246 L 186 246 L 174 216 Z"/>', (190, 232)),
    "right_hand": ('<path d="M 60 122 L 42 126 L 26 214 L 14 246 L 34 246 L 46 216 Z"/>', (30, 232)),
    "legs": ('<path d="M 74 236 L 146 236 L 142 344 L 116 344 L 110 250 L 104 344 L 78 344 Z"/>', (110, 244)),
}
"""Shapes, and where the number of each stands. The figure faces the reader: its left hand is at the picture's right."""
_LOOKS = {
    Sight.SEEN: 'fill="#cfe3d6" stroke="#1d5233" stroke-width="2"',
    Sight.PARTLY: 'fill="url(#partly)" stroke="#6b4a00" stroke-width="2"',
    Sight.NOT_SEEN: 'fill="#ffffff" stroke="#55606b" stroke-width="2" stroke-dasharray="5 4"',
}


def sights(coverage: Coverage, clips: int) -> dict[str, tuple[Sight, int]]:
    """Say of each part how well it was seen, and in how many clips.

    Parameters
    ----------
    coverage : Coverage
    clips : int
        Of the examination.

    Returns
    -------
    dict
        By the keys of ``coverage.parts``. A part is seen if each clip showed it, and partly if only some did.
    """
    return {
        key: (
            Sight.NOT_SEEN if not part.files else Sight.SEEN if len(part.files) >= clips else Sight.PARTLY,
            len(part.files),
        )
        for key, part in coverage.parts.items()
    }


def body_map(coverage: Coverage, clips: int) -> str:
    """Draw a figure whose parts are numbered, and say of each number in words how well it was seen.

    Parameters
    ----------
    coverage : Coverage
    clips : int
        Of the examination.

    Returns
    -------
    str
        HTML.
    """
    seen = sights(coverage, clips)
    numbers = {key: number for number, key in enumerate(seen, start=1)}
    drawn = "".join(
        f"<g {_LOOKS[seen[key][0]]}>{shape}</g>" for key, (shape, _) in _PLACES.items() if key in seen
    )
    marks = "".join(
        f'<text x="{x}" y="{y + 4}" text-anchor="middle">{numbers[key]}</text>'
        for key, (_, (x, y)) in _PLACES.items()
        if key in seen
    )
    rows = "".join(
        f'<tr><th scope="row">{numbers[key]}. {escape(sentence(coverage.parts[key].name))}</th>'
        f'<td data-label="Sight"><span class="td-sight {sight.name.lower()}">{sight.value}</span></td>'
        f'<td data-label="In">{_in(files, clips)}{_beside(key)}</td></tr>'
        for key, (sight, files) in seen.items()
    )
    spoken = "; ".join(f"{coverage.parts[key].name}: {sight}" for key, (sight, _) in seen.items())
    figure = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 220 352" width="220" height="352">'
        '<defs><pattern id="partly" width="8" height="8" patternTransform="rotate(45)" '
        'patternUnits="userSpaceOnUse"><rect width="8" height="8" fill="#ffffff"/>'
        '<rect width="3.5" height="8" fill="#e2b95c"/></pattern></defs>'
        f'{drawn}<g fill="#1b2733" font-family="sans-serif" font-size="12" font-weight="700">{marks}</g></svg>'
    )
    # As a picture: where the page is put together, drawings within it are taken out.
    data = b64encode(figure.encode()).decode("ascii")
    return (
        f'<div class="td-body"><img src="data:image/svg+xml;base64,{data}" width="220" height="352" '
        f'alt="Figure that faces you, its parts numbered as in the table. {escape(spoken)}">'
        '<div><table class="td-table stack"><caption>The figure faces you: left and right are the person’s own. '
        "Filled: seen. Hatched: partly, in some clips and not in others. Broken line: not seen. Not seen is never "
        "“absent”.</caption>"
        '<thead><tr><th scope="col">Part</th><th scope="col">Sight</th><th scope="col">In</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div></div>"
    )


def _in(files: int, clips: int) -> str:
    return f"{files} of {counted(clips, 'clip')}" if files else "no clip"


def _beside(key: str) -> str:
    return " (felt by hand)" if key == _FELT else ""
