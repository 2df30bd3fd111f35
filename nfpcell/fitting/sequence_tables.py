"""Fitted sequences as a table: data beside model, at every compared point."""

import numpy as np
import pandas as pd

from nfpcell import columns
from nfpcell.columns import CELL, DATA
from nfpcell.constants import SECONDS_PER_HOUR
from nfpcell.fitting.fit_tables import DEVIATION, MEASURED_VOLTAGE, Evaluated
from nfpcell.fitting.sequences import MeasuredSequence

SEGMENT, KIND, HOURS = "Segment", "Kind", "Time [h]"
START, END = "Segment start [h]", "Segment end [h]"
MEASURED_CURRENT = f"Measured {columns.CURRENT}"
SEQUENCE_COLUMNS = [
    DATA,
    CELL,
    SEGMENT,
    KIND,
    START,
    END,
    HOURS,
    MEASURED_VOLTAGE,
    columns.VOLTAGE,
    DEVIATION,
    MEASURED_CURRENT,
    columns.CURRENT,
]


def sequences(result: Evaluated) -> pd.DataFrame:
    """Every sequence, measured and computed, with SEQUENCE_COLUMNS.

    Where the voltage was held, the computed current is that at this voltage.
    """
    tables = []
    for datum, computed in zip(result.observations, result.computed, strict=True):
        if not isinstance(datum, MeasuredSequence) or computed is None:
            continue
        points = datum.points
        starts = [segment.start for segment in datum.segments]
        last = float(points.time[-1]) if len(points) else starts[-1]
        ends = [*starts[1:], max(last, starts[-1])]
        place = points.segment - datum.segments[0].number
        values = (
            datum.label,
            datum.cell,
            points.segment,
            np.array([segment.kind.value for segment in datum.segments])[place],
            np.array(starts)[place] / SECONDS_PER_HOUR,
            np.array(ends)[place] / SECONDS_PER_HOUR,
            points.time / SECONDS_PER_HOUR,
            points.voltage,
            computed.voltage,
            1e3 * (computed.voltage - points.voltage),
            points.current,
            computed.current,
        )
        tables.append(pd.DataFrame(dict(zip(SEQUENCE_COLUMNS, values, strict=True))))
    empty = pd.DataFrame(columns=SEQUENCE_COLUMNS)
    return pd.concat(tables or [empty], ignore_index=True)
