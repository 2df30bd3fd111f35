"""The web page on measurements that could be made next."""

import pandas as pd

from nfpcell import plot
from nfpcell.cell import units
from nfpcell.fitting import measure_next
from nfpcell.fitting.candidates import Candidate
from nfpcell.fitting.measure_next import NextMeasurements
from nfpcell.number_format import with_interval
from nfpcell.reports import webpage
from nfpcell.reports.measurement_files import names_of
from nfpcell.reports.webpage import Table

_AFTER = "95 % interval after it"


def render(result: NextMeasurements) -> str:
    """Return the page as HTML."""
    cell, wanted = result.design.known.cell, result.design.wanted
    names = [units.shown(name).base for name in wanted]
    figure = plot.next_measurements(result.table)
    files = names_of(result.best)
    described = [one for one in result.best if one.name in files]
    return webpage.render(
        "next.html.jinja",
        title=f"Measure next: {webpage.listed(names)} of {cell.name}",
        sentences=result.sentences,
        image=webpage.image(figure, "What each measurement does for an hour."),
        measurements=_measurements(result),
        protocols={f"{files[m.name]}: {m.name}": _steps(m) for m in described},
    )


def _measurements(result: NextMeasurements) -> Table:
    """Return every measurement with the interval after it."""
    rows = []
    for row in result.table.to_dict("records"):
        name = row[measure_next.QUANTITY]
        numbers = result.design.known.cell[name], *row[measure_next.AFTER]
        shown = units.shown(name, max(map(abs, numbers)))
        _, lower, upper = with_interval(*map(shown.value, numbers))
        order = row[measure_next.ORDER]
        rows.append(
            {
                measure_next.MEASUREMENT: row[measure_next.MEASUREMENT],
                measure_next.QUANTITY: shown.base,
                measure_next.HOURS: row[measure_next.HOURS],
                _AFTER: f"{lower} to {upper} {shown.printed}",
                measure_next.NARROWER: row[measure_next.NARROWER],
                measure_next.PER_HOUR: row[measure_next.PER_HOUR],
                measure_next.ORDER: "" if pd.isna(order) else str(order),
                measure_next.ANSWER: row[measure_next.ANSWER],
            }
        )
    frame = pd.DataFrame(rows, columns=list(rows[0]) if rows else [])
    if len(result.design.wanted) == 1 and rows:
        frame = frame.drop(columns=measure_next.QUANTITY)
    return Table(frame, number_format=".3g")


def _steps(measurement: Candidate) -> Table:
    """Return the steps of a measurement."""
    rows = [
        {
            "Step": step.sentence,
            "Temperature (°C)": step.temperature,
            "Hours": step.hours,
            "Measured": step.note or "voltage",
        }
        for step in measurement.steps
    ]
    return Table(pd.DataFrame(rows), number_format=".3g")
