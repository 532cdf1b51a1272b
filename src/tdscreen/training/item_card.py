"""The scoring model's card, told from the figures that were made with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from tdscreen.scoring.additive import AdditiveItem, evaluate
from tdscreen.scoring.predictive import FlagCounts, predictive_values
from tdscreen.scoring.rating_rule import SCALES
from tdscreen.training.item_figures import bound_words, fewest_to_show
from tdscreen.training.virtual_cohort import GROUPS
from tdscreen.vocabulary import Item

PREVALENCES = (0.05, 0.2, 0.3)
MOST_FLAGGED = 0.05
"""Share of a group who do not meet the rule that is to be flagged at most."""
_HEAD = """# Model card: {name}, version {version}

| | |
|---|---|
| file | `{file}` (ONNX, opset 17, float64) |
| SHA-256 | `{sha256}` |
| date | {date} |
| **status** | **{status}** |
| made by | `python -m tdscreen.training.items --out models/{file}` (the same bytes on every run) |
| figures | `{figures}`, written with this card by the same command |
| training data | {training_data} |
| features | names and units, SHA-256 `{features}` |
| licence | Apache-2.0 |

## What it is for

Research use. It turns measured movement into estimates of AIMS items 1 to 5, to support a clinician's own
examination. It does not replace one. **It is a movement index, not calibrated on patients**: nobody's rating
of a patient went into it, and its thresholds follow an assumed table of millimetres
([how](../docs/virtual-cohort.md)). Items 6 (legs) and 7 (trunk) are not in it.

- Meant for: clinicians and researchers who know the AIMS, on clips of adults who agreed to be filmed, at rest or
  in a task of the AIMS examination; to look again at what moved, and to compare with ratings of one's own.
- Not meant for: telling anybody that they have tardive dyskinesia or that they have not; starting, stopping or
  dosing a drug; following one person over time by its score alone; people filmed without knowing it.
- A person answers for what is done with a result. Whoever disagrees with an estimate is right to go by their own
  examination.

## Who it was fitted on, and who not

It was fitted on simulated people of whom half have dyskinesia. They are signals, without age, sex or skin. It was
**not** fitted on patients, on children, or on people with other movement disorders than
tremor. It is not known to be right, or fair, for any group of real people.

## What goes in and comes out

For each of `facial_expression`, `lips`, `jaw`, `tongue`, `upper_limbs.fingers` and `upper_limbs.wrist`:

- `<name>.amplitude_mm`: half the range of the movement (of the tongue, its reach past the lip), tremor and
  movement that was asked for set aside;
- `<name>.percent_time_moving`: share of assessed time in bouts, 0 to 100.

All are float64 of shape (n,); NaN means "not seen", and a part of which neither was seen comes out as NaN,
never as 0. Out come `eta` (log-odds), `severity` (the same in points of the scale), `probabilities` of the
scores 0 to 4, `contributions` of each feature and of the two together, and `baseline`. Baseline and
contributions add up to the severity exactly: the explanation is the model.

## How it scores

P(score >= k) = logistic(eta - threshold k), eta a sum of two curves and of one surface of both (proportional
odds, McCullagh 1980). Curves are straight between knots. **More amplitude or more time never lowers a
score**; the file is refused where they do. Of the hand's two scales, and of several clips, the highest
severity counts. Contributions are told against a slight movement (half the slight millimetres) for 20% of the
time.

Expected scores, at sizes of the rating rule and shares of time:

{scores}

What other features are worth beside these two, in nats a rating of people who were not fitted on (below 0
they do harm). A few hundredths at most: not worth a further thing to explain, so none is in the model:

{more}

## How it does on simulated people whom it was not fitted on

{held_out} people, each seen at rest and with the mouth open. **This is not clinical accuracy**: the people
are simulated by the rule by which they are rated. On patients the closed systems reached an AUC of 0.85 to
0.89, a sensitivity and specificity of 0.82, and a correlation of 0.72 with the AIMS total (Sterns 2025; JMIR
Ment Health 2026;13:e92197); of this tool nothing is known there. On rendered people,
from video to score: `benchmarks/item_scores.py`.

{results}

False positives, of those who do not meet the severity rule. At most {most:.0%} of each group are to be flagged, which
{fewest} people show if none of them is; fewer cannot:

{groups}

What a flag would mean if these shares held, which nobody knows:

{predictive}

With every millimetre of the rule halved or doubled, and everything fitted again:

{anchors}

The simulated raters agree by a kappa of {kappa_low:.2f} to {kappa_high:.2f} on single items and
{kappa_rule:.2f} on the rule; published are 0.37 and, after adjudication, 0.57 (Sterns 2025).

## Figures by group

By what the simulated people do, above. They have no age, sex or skin, so the model itself has no figures by these.
Of the whole tool, from video to score, the [measurement card](../docs/measurement-card.md) tells the item errors of
rendered people by skin tone, sex, age and origin of the face (its figures `fairness.*`): the largest errors are those
of the darkest skins. Of groups of patients nothing is known.

## Limits

- Every result rests on assumed millimetres. An assessment says for each item and for the triage what they
  would be if all were half or twice as large.
- It knows how far and how often, not what a movement looks like. Chewing looks like dyskinesia of the jaw to
  it: the examiner takes the gum out and asks about dentures.
- It is as good as what is measured: light, skin, glasses, beards, masks and distance change that. What was not
  seen gets no score.
- Values beyond what it was fitted on are named, and the examination is `uncertain`.
- Items are taken as independent, given what was measured.
- A rating looks back over months and at medication; a clip shows seconds.

A place with ratings of its own can calibrate it or fit another ([how](../docs/train-your-own.md)).

## Prior art

Measuring these movements is not new. Gattaz and Buechel (1993), Buechel (1995) and the digital movement analysis of
1996 (DMA) followed four or five points round the mouth with a camera, took a Fourier transform, and reached
correlations of 0.48 to 0.73 with ratings of patients. Closed systems score smartphone video today; their figures stand
above. New here is only that the rule is open, and that each score is told with its reasons.

## Regulatory status

None. It is not a medical device that anybody has cleared, approved or certified, in any country. Software that
analyses images for a medical purpose is a device in the United States and the European Union: to use it so, on
patients, takes a clearance, or a study that was allowed.
"""


def card_text(
    items: Sequence[AdditiveItem], figures: Mapping[str, Any], metadata: Mapping[str, str], *, file: str
) -> str:
    """Write the card.

    Parameters
    ----------
    items : sequence of AdditiveItem
    figures : mapping
        As :func:`tdscreen.training.items.make` gives them.
    metadata : mapping of str to str
        Of the model file.
    file : str
        Its name.

    Returns
    -------
    str
        Markdown.
    """
    raters = figures["raters"]
    kappas = list(raters["kappa_items"].values())
    return _HEAD.format(
        **{key: metadata[key] for key in ("name", "version", "date", "status", "training_data")},
        file=file,
        figures=file.replace(".onnx", ".json"),
        sha256=figures["sha256"],
        features=metadata["features_sha256"],
        scores=_scores(items),
        more=_more(figures["worth_of_more_features"]),
        held_out=figures["people"]["held_out"],
        results=_results(figures),
        most=MOST_FLAGGED,
        fewest=fewest_to_show(MOST_FLAGGED),
        groups=_groups(figures["false_positives"]),
        predictive=_predictive(figures),
        anchors=_anchors(figures),
        kappa_low=min(kappas),
        kappa_high=max(kappas),
        kappa_rule=raters["kappa_rule"],
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _in_order(found: Mapping[str, Any], names: Iterable[str]) -> list[tuple[str, Any]]:
    """Sort by names of ours: figures that were read from a file come by the alphabet."""
    return [(name, found[name]) for name in map(str, names) if name in found]


def _scores(items: Sequence[AdditiveItem]) -> str:
    places: tuple[tuple[str, float, float], ...] = (
        ("none", 0.0, 0.0),
        ("slight", 0.6, 20.0),
        ("slight", 0.6, 90.0),
        ("moderate", 0.0, 20.0),
    )
    places += (("moderate", 0.0, 57.5), ("large", 0.0, 57.5), ("large", 0.0, 90.0))
    rows = []
    for item in items:
        scale = SCALES[item.item]
        half = (scale.moderate_to_mm - scale.slight_to_mm) / 2
        size = {"none": 0.0, "moderate": scale.slight_to_mm + half, "large": scale.moderate_to_mm + half}
        told = [item.item]
        for word, share, percent in places:
            mm = size.get(word, scale.slight_to_mm * share)
            shares = evaluate(item, np.array([[mm, percent]])).probabilities[0]
            told.append(f"{np.arange(shares.size) @ shares:.1f}")
        rows.append(told)
    return _table(["", *(f"{word}, {percent:g}%" for word, _, percent in places)], rows)


def _more(worth: Mapping[str, Mapping[str, float]]) -> str:
    names = sorted(next(iter(worth.values())))
    rows = [[scale, *(f"{own[name]:+.4f}" for name in names)] for scale, own in _in_order(worth, SCALES)]
    return _table(["", *(name.replace("_", " ") for name in names)], rows)


def _results(figures: Mapping[str, Any]) -> str:
    rows = [
        [f"Spearman with the true severity, {item.replace('_', ' ')}", f"{one['value']:.2f}", str(one["n"])]
        for item, one in _in_order(figures["spearman"], Item)
    ]
    everybody = str(figures["people"]["held_out"])
    rows.append(["r of the total with the true total", f"{figures['total_pearson']:.2f}", everybody])
    rows.append(["AUC of the severity rule", f"{figures['auc_severity_rule']:.2f}", everybody])
    levels = figures["levels"]
    for state, own in levels.items():
        told = ", ".join(f"{level} {count}" for level, count in own.items())
        rows.append([f"sorted as, {state}", told, str(sum(own.values()))])
    return _table(["figure", "found", "people"], rows)


def _groups(found: Mapping[str, Any]) -> str:
    return _table(
        ["group", "people", "flagged as elevated", "95% interval", f"at most {MOST_FLAGGED:.0%}"],
        [
            [
                group,
                str(one["n"]),
                str(one["flagged"]),
                f"{one['interval'][0]:.0%} to {one['interval'][1]:.0%}" if one["n"] else "nobody",
                bound_words(one["flagged"], one["n"], MOST_FLAGGED),
            ]
            for group, one in _in_order(found, GROUPS)
        ],
    )


def _predictive(figures: Mapping[str, Any]) -> str:
    counts = FlagCounts(**figures["counts"], source="simulated people")
    rows = []
    for prevalence in PREVALENCES:
        found = predictive_values(counts, prevalence)
        told = [found.sensitivity, found.specificity, found.positive, found.negative]
        rows.append(
            [
                f"{prevalence:.0%}",
                *(f"{one.value:.2f} ({one.interval[0]:.2f} to {one.interval[1]:.2f})" for one in told),
                f"{found.flags_per_hundred.value:.0f}",
            ]
        )
    head = ["prevalence", "sensitivity", "specificity", "PPV", "NPV", "flags per hundred"]
    return _table(head, rows)


def _anchors(figures: Mapping[str, Any]) -> str:
    every = {"1": figures} | figures["anchors"]
    rows = []
    for anchors in ("0.5", "1", "2"):
        one = every[anchors]
        counts = one["counts"]
        ill = counts["true_positive"] + counts["false_negative"]
        flagged = counts["true_positive"] + counts["false_positive"]
        rows.append(
            [
                anchors,
                *(f"{own['value']:.2f}" for _, own in _in_order(one["spearman"], Item)),
                f"{one['auc_severity_rule']:.2f}",
                str(ill),
                str(flagged),
            ]
        )
    names = [item.replace("_", " ") for item, _ in _in_order(figures["spearman"], Item)]
    return _table(["millimetres times", *names, "AUC", "meet the rule", "flagged"], rows)
