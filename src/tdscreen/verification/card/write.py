"""Write the card's four files."""

from __future__ import annotations

from pathlib import Path

from tdscreen.verification.card.charts import draw_charts
from tdscreen.verification.card.contents import Card
from tdscreen.verification.card.pdf import write_pdf
from tdscreen.verification.card.tables import clips_table, figures_table
from tdscreen.verification.card.web import write_page

PAGE, PDF, FIGURES, CLIPS = "index.html", "card.pdf", "figures.csv", "clips.csv"


def write_card(card: Card, folder: Path) -> tuple[Path, ...]:
    """Write the card as a page, a PDF and two tables; files of an earlier card are replaced.

    Parameters
    ----------
    card : Card
    folder : Path
        Made if it is not there.

    Returns
    -------
    tuple of Path
        What was written.
    """
    charts = draw_charts(card.results)
    files = {
        PAGE: write_page(card, charts).encode(),
        PDF: write_pdf(card, charts),
        FIGURES: figures_table(card.figures).encode(),
        CLIPS: clips_table(card.results).encode(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return tuple(folder / name for name in files)
