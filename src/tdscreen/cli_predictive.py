"""``tdscreen predictive``: what a flag means where so many of a clinic's patients have dyskinesia."""

from __future__ import annotations

import json

import click

WORDS = (
    ("sensitivity", "sensitivity: flagged, of those who meet the rule"),
    ("specificity", "specificity: not flagged, of those who do not"),
    ("positive", "predictive value of a flag: meet the rule, of those flagged"),
    ("negative", "predictive value of no flag: do not meet it, of those not flagged"),
)


@click.command()
@click.option(
    "--prevalence",
    type=float,
    required=True,
    help="Share of your patients who meet the severity rule, as 0.2.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def predictive(prevalence: float, as_json: bool) -> None:
    """Say what a flag means at a prevalence.

    Sensitivity and specificity are those of the scoring model where they are known: on simulated people.
    """
    import dataclasses

    from tdscreen import api

    found = api.predictive_values(prevalence)
    if as_json:
        click.echo(json.dumps(dataclasses.asdict(found)))
        return
    click.echo(f"Known of {found.source} only. A movement index, not calibrated on patients.")
    click.echo(f"Prevalence, as given: {found.prevalence:.1%}")
    for name, words in WORDS:
        one = getattr(found, name)
        click.echo(f"{words}: {one.value:.2f} (95% {one.interval[0]:.2f} to {one.interval[1]:.2f})")
    flags = found.flags_per_hundred
    click.echo(
        f"flags per hundred: {flags.value:.0f} (95% {flags.interval[0]:.0f} to {flags.interval[1]:.0f})"
    )
    click.echo(
        "PPV = sens p / (sens p + (1 - spec) (1 - p)); NPV = spec (1 - p) / (spec (1 - p) + (1 - sens) p);"
    )
    click.echo("flags per hundred = 100 (sens p + (1 - spec) (1 - p)).")
