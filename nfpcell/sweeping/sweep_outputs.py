"""Outputs of a sweep, grouped by how they are computed."""

from nfpcell import columns

POWER = "Specific power [W.kg-1]"
STACK_ENERGY = "Stack specific energy [W.h.kg-1]"
STACK_POWER = "Stack specific power [W.kg-1]"
ALONG_CURVE = "Capacity along the curve [mA.h.g-1]"

HALF_CYCLE = (
    columns.CAPACITY,
    columns.MEAN_VOLTAGE,
    columns.ENERGY,
    POWER,
    STACK_ENERGY,
    STACK_POWER,
    columns.TERMINATION,
)
CURVE = (columns.TIME, columns.CURRENT, columns.VOLTAGE, ALONG_CURVE)
RESISTANCE = (
    columns.LOW_FREQUENCY,
    columns.MODEL_R0,
    columns.MODEL_R1,
    columns.MODEL_R2,
    columns.SEPARATOR_RESISTANCE,
)
CIRCUIT = (*columns.CIRCUIT, columns.TOTAL)
SPECTRUM = (columns.FREQUENCY, columns.Z_RE, columns.Z_IM)
# all outputs at a depth of discharge
AT_DEPTH = (*RESISTANCE, *CIRCUIT, *SPECTRUM)
OUTPUTS = (*HALF_CYCLE, *CURVE, *AT_DEPTH)
# outputs that are a list of numbers, and a text; all others are one number
LISTS = (*CURVE, *SPECTRUM)
TEXTS = (columns.TERMINATION,)
