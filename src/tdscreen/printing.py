"""What may be printed as it is."""

from __future__ import annotations


def printable(text: str) -> str:
    r"""Replace what a terminal cannot print or would obey: control codes, line breaks, names that are not Unicode.

    Parameters
    ----------
    text : str
        As a sentence with the name of a file in it, which may hold anything.

    Returns
    -------
    str
        Of the same length, on one line.

    Examples
    --------
    >>> printable("a clip\x1b[2J.mp4")
    'a clip�[2J.mp4'
    """
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )
