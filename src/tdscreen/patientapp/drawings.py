"""Moving drawings of what to do: one SVG a task, in black and white, drawn by code, without a script.

Each is a picture of its own, with its style inside, to stand in a page behind a shadow root, where its style is its
own. It moves by CSS alone. For who has asked the browser for less motion it stands still, in the pose that is asked
for. A person is drawn as outlines: of no age, sex or skin.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from html import escape

from tdscreen.vocabulary import Task

_STYLE = (
    "*{fill:none;stroke:#111;stroke-width:4;stroke-linecap:round;stroke-linejoin:round}"
    ".w{fill:#fff}.k{fill:#111}.g{stroke:#767676;stroke-width:3}.t{fill:#d9d9d9}"
    ".o{transform-box:fill-box;transform-origin:50% 0}.b{transform-box:fill-box;transform-origin:50% 100%}"
    "@media(prefers-reduced-motion:reduce){*{animation:none!important}}"
)
_CHAIR = '<path class="g" d="M62 62v60h76V62M62 122v66M138 122v66"/>'
_LEGS = (
    '<path class="w" d="M76 118h48l10 20-8 46h-16l-4-40h-12l-4 40H74l-8-46z"/>'
    '<path class="k" d="M70 186h24M106 186h24"/>'
)
_HEAD = '<circle class="w" cx="100" cy="38" r="22"/><path d="M92 36h.1M108 36h.1M94 48q6 3 12 0"/>'
_TORSO = '<path class="w b a" d="M78 70q22-10 44 0l4 52H74z"/>'


def names() -> tuple[str, ...]:
    """Name the drawings there are."""
    return tuple(sorted(str(task) for task in _DRAWN))


@cache
def drawing(name: str, label: str) -> str:
    """Give a drawing as SVG.

    Parameters
    ----------
    name : str
        That of the task, as ``arms_out``.
    label : str
        What stands for it where it cannot be seen.
    """
    style, shapes = _DRAWN[Task(name)]()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200" role="img">'
        f"<title>{escape(label)}</title><style>{_STYLE}{style}</style>{shapes}</svg>"
    )


def _rest() -> tuple[str, str]:
    style = ".a{animation:a 4s ease-in-out infinite}@keyframes a{50%{transform:scale(1.03,1.02)}}"
    arms = (
        '<path class="w" d="M78 70q-16 22-14 46l12 16 10-8-8-14 4-26M122 70q16 22 14 46l-12 16-10-8 8-14-4-26"/>'
        '<path class="w" d="M72 132q10-6 16 2l-2 12q-8 4-14-2zM128 132q-10-6-16 2l2 12q8 4 14-2z"/>'
    )
    return style, _CHAIR + _LEGS + _TORSO + _HEAD + arms


def _hands_hanging() -> tuple[str, str]:
    style = (
        ".a{animation:a 4s ease-in-out infinite}@keyframes a{50%{transform:scale(1.02,1.01)}}"
        ".h{animation:h 5s ease-in-out infinite}@keyframes h{0%,15%{transform:rotate(60deg)}40%,100%{transform:none}}"
        ".m{transform:matrix(-1,0,0,1,200,0)}"
    )
    arm = (
        '<path class="w" d="M78 70q-16 22-12 44l14 16 8-8-8-14 2-24"/>'
        '<path class="w o h" d="M76 126q-6 14-2 32 6 6 11 0 5-18 1-32z"/>'
    )
    return style, f'{_CHAIR}{_LEGS}{_TORSO}{_HEAD}{arm}<g class="m">{arm}</g>'


def _arms_out() -> tuple[str, str]:
    """Draw from the side: straight towards the camera an arm would be a dot."""
    style = (
        ".r{transform-origin:72px 78px;animation:r 5s ease-in-out infinite}"
        "@keyframes r{0%,12%{transform:rotate(62deg)}38%,92%{transform:none}100%{transform:rotate(62deg)}}"
    )
    person = (
        '<path class="g" d="M44 58v64h60M46 122v66M100 122v66"/>'
        '<path class="w" d="M60 66q22-4 26 8l-2 32h46q12 2 12 14v52h26v14h-44v-50H66q-14-2-12-20z"/>'
        '<circle class="w" cx="74" cy="38" r="22"/><path d="M95 32l6 8-6 3M86 34h.1M84 48h8"/>'
    )
    arm = '<path class="w" d="M68 74q30-4 74 0 20 0 30 6-14 8-30 6-50 4-74 0-6-6 0-12z"/>'
    return style, f'{person}<g class="r"><g transform="translate(4 -6)">{arm}</g>{arm}</g>'


_FACE = (
    '<path class="g" d="M60 176q-30 6-40 24M140 176q30 6 40 24"/>'
    '<path class="w" d="M40 84q0-68 60-68t60 68q0 92-60 100-60-8-60-100z"/>'
    '<path d="M70 76h.1M130 76h.1M60 58q10-6 20 0M120 58q10-6 20 0M100 80l-6 22h12"/>'
)


def _mouth_open() -> tuple[str, str]:
    style = (
        ".m{animation:m 6s ease-in-out infinite}"
        "@keyframes m{0%,8%,45%,55%,100%{transform:scale(1,.08)}18%,38%,65%,90%{transform:none}}"
    )
    mouth = (
        '<g class="m o"><path class="k" d="M72 122q28-14 56 0 4 44-28 48-32-4-28-48z"/>'
        '<path class="t" d="M80 154q20-14 40 0-8 14-20 14t-20-14z"/></g>'
    )
    return style, _FACE + mouth


def _tongue_out() -> tuple[str, str]:
    style = (
        ".m{animation:m 6s ease-in-out infinite}"
        "@keyframes m{0%,8%,45%,55%,100%{transform:scale(1,.12)}18%,38%,65%,90%{transform:none}}"
    )
    mouth = (
        '<path class="k" d="M74 124q26-12 52 0-2 22-26 22t-26-22z"/>'
        '<path class="t o m" d="M82 130q18-4 36 0 4 44-18 46-22-2-18-46z"/><path d="M100 138v22" class="o m"/>'
    )
    return style, _FACE + mouth


def _speech() -> tuple[str, str]:
    style = (
        ".m{animation:m 1.6s ease-in-out infinite}"
        "@keyframes m{0%,100%{transform:scale(1,.3)}25%{transform:none}50%{transform:scale(.8,.5)}"
        "75%{transform:scale(1,.8)}}"
        ".d{animation:d 2.4s linear infinite}@keyframes d{0%,100%{opacity:.2}50%{opacity:1}}"
        ".e{animation-delay:.4s}.f{animation-delay:.8s}"
    )
    shapes = (
        f'<g transform="translate(0 40) scale(.8)">{_FACE}'
        '<path class="k o m" d="M78 132q22-10 44 0-2 24-22 24t-22-24z"/></g>'
        '<path class="w" d="M118 12h64q10 0 10 10v30q0 10-10 10h-34l-18 16 2-16h-14q-10 0-10-10V22q0-10 10-10z"/>'
        '<circle class="k d" cx="130" cy="37" r="4"/><circle class="k d e" cx="150" cy="37" r="4"/>'
        '<circle class="k d f" cx="170" cy="37" r="4"/>'
    )
    return style, shapes


_FINGERS = ((74, 58, 82), (100, 42, 92), (126, 50, 88), (150, 72, 72))
"""Left edge, top and length of the four fingers, from the index on, of a right hand as in a mirror."""
_THUMB_DEG = (28, 48, 64, 76)


def _tapping(mirrored: bool) -> tuple[str, str]:
    turns = "".join(
        f"{12 + 25 * number}%{{transform:rotate({angle}deg)}}{24 + 25 * number}%{{transform:none}}"
        for number, angle in enumerate(_THUMB_DEG)
    )
    style = (
        ".h{transform-origin:78px 158px;transform:rotate(28deg);animation:h 3.2s linear infinite}"
        f"@keyframes h{{0%{{transform:none}}{turns}}}"
        + "".join(
            f".f{number}{{animation:f{number} 3.2s linear infinite}}"
            f"@keyframes f{number}{{{25 * number}%,{24 + 25 * number}%{{transform:none}}"
            f"{12 + 25 * number}%{{transform:scale(1,.55)}}}}"
            for number in range(4)
        )
        + ".f0{transform:scale(1,.55)}"
    )
    fingers = "".join(
        f'<rect class="w b f{number}" x="{left}" y="{top}" width="22" height="{length}" rx="11"/>'
        for number, (left, top, length) in enumerate(_FINGERS)
    )
    palm = '<path class="w" d="M72 122q52-14 102 0 2 40-24 62v14H98v-14q-26-22-26-62z"/>'
    thumb = '<path class="w h" d="M90 172q-34-14-50-46-2-12 8-14 8 0 12 8 12 20 32 28z"/>'
    hand = f'<g transform="translate(-6 0)">{fingers}{palm}{thumb}</g>'
    return style, f'<g transform="matrix(-1 0 0 1 200 0)">{hand}</g>' if mirrored else hand


_DRAWN: dict[Task, Callable[[], tuple[str, str]]] = {
    Task.REST: _rest,
    Task.MOUTH_OPEN: _mouth_open,
    Task.TONGUE_OUT: _tongue_out,
    Task.FINGER_TAPPING_RIGHT: lambda: _tapping(mirrored=False),
    Task.FINGER_TAPPING_LEFT: lambda: _tapping(mirrored=True),
    Task.HANDS_HANGING: _hands_hanging,
    Task.ARMS_OUT: _arms_out,
    Task.SPEECH: _speech,
}
