"""Names of the table columns that several packages use, with units and meaning.

The names are the keys of the records (``--json``) and the headings of the CSV files, so
they must not change. A column used by a single module is defined in that module.
"""

# ------------------------------------------------------------------------ the condition
CELL = "Cell"  # name of a built-in cell, or the stem of a cell file
DIRECTION = "Direction"  # "charge" or "discharge"
RATE = "C-rate"  # 1C is 97 mA per gram of NFP
TEMPERATURE = "Ambient temperature [degC]"
CONDITION = (CELL, DIRECTION, RATE, TEMPERATURE)

# ---------------------------------------------------------------------- how a run ended
TERMINATION = "Termination"  # what ended the run, see ``outcome.Outcome.termination``
STATUS = "Status"  # "ok", or the reason why there is no result
REMARK = "Remark"  # on a result that is to be used with care, else empty

# ----------------------------------------------------------- results of a half-cycle
CAPACITY = "Specific capacity [mA.h.g-1]"  # from the start of the run, per gram of NFP
MEAN_VOLTAGE = "Mean voltage [V]"  # energy over capacity
ENERGY = "Specific energy [W.h.kg-1]"
SUMMARY = (*CONDITION, CAPACITY, MEAN_VOLTAGE, ENERGY, TERMINATION, STATUS, REMARK)

# --------------------------------------------------------------------- along a curve
TIME = "Time [s]"
CURRENT = "Current [A]"  # positive on discharge
VOLTAGE = "Voltage [V]"
CHARGE = "Discharge capacity [A.h]"  # charge passed since the start, negative on charge
STOICHIOMETRY = "Positive electrode stoichiometry"  # mean sodium fraction of NFP
# voltage = this potential minus the sum of all overpotentials
SURFACE_POTENTIAL = "Positive electrode surface open-circuit potential [V]"
SODIUM = "Sodium overpotential [V]"
SEPARATOR_BULK = "Separator bulk overpotential [V]"
GRAIN_BOUNDARIES = "Separator grain-boundary overpotential [V]"
SEPARATOR_CATHODE = "Plate-cathode interface overpotential [V]"
INTERPHASE = "Interphase overpotential [V]"
IONIC = "Positive electrode ionic overpotential [V]"
ELECTRONIC = "Positive electrode electronic overpotential [V]"
REACTION = "Positive electrode reaction overpotential [V]"
CONTACT = "Contact overpotential [V]"
# open-circuit potential of the mean sodium fraction minus that of the particle surfaces
CONCENTRATION = "Positive electrode concentration overpotential [V]"
MODEL_OVERPOTENTIALS = (
    SODIUM,
    SEPARATOR_BULK,
    GRAIN_BOUNDARIES,
    SEPARATOR_CATHODE,
    INTERPHASE,
    IONIC,
    ELECTRONIC,
    REACTION,
    CONTACT,
)
OVERPOTENTIALS = (*MODEL_OVERPOTENTIALS[:-1], CONCENTRATION, CONTACT)
CURVE = (TIME, CURRENT, VOLTAGE, CAPACITY, *OVERPOTENTIALS)

# ----------------------------------------------------------------- spectra, resistances
DEPTH = "Depth of discharge"  # 0 to 1; 1 is the end of the discharge of this cell
FREQUENCY = "Frequency [Hz]"
Z_RE, Z_IM = "Z_re [Ohm]", "Z_im [Ohm]"
SPECTRUM = (*CONDITION, DEPTH, FREQUENCY, Z_RE, Z_IM, STATUS, REMARK)
# of the equivalent circuit R0 + (R1 || CPE1) + (R2 || CPE2)
R0, R1, R2 = "R0 [Ohm]", "R1 [Ohm]", "R2 [Ohm]"
CIRCUIT = (R0, R1, R2)
TOTAL = "Total resistance [Ohm]"  # R0 + R1 + R2 of the circuit, as in the paper
LOW_FREQUENCY = "Low-frequency resistance [Ohm]"  # Re Z at 25 mHz
# Re Z at 25 mHz of parts of the model; their sum is the low-frequency resistance
MODEL_R0 = "Model R0 [Ohm]"  # electrolyte bulk and contact
MODEL_R1 = "Model R1 [Ohm]"  # sodium and grain boundaries
MODEL_R2 = "Model R2 [Ohm]"  # cathode and its interface with the electrolyte
SEPARATOR_RESISTANCE = "Separator resistance [Ohm]"  # bulk and grain boundaries
CIRCUIT_MISFIT = "Circuit misfit [%]"  # rms of (fit - spectrum) / |Z|
RESISTANCE = (
    *CONDITION,
    DEPTH,
    VOLTAGE,
    *CIRCUIT,
    TOTAL,
    LOW_FREQUENCY,
    MODEL_R0,
    MODEL_R1,
    MODEL_R2,
    SEPARATOR_RESISTANCE,
    CIRCUIT_MISFIT,
    STATUS,
    REMARK,
)

# ------------------------------------------------------------------- cycles, protocols
CYCLE = "Cycle"  # number of the cycle, from 1
CHARGE_CAPACITY = "Charge capacity [mA.h.g-1]"
DISCHARGE_CAPACITY = "Discharge capacity [mA.h.g-1]"
CHARGE_ENERGY = "Charge energy [W.h.kg-1]"
DISCHARGE_ENERGY = "Discharge energy [W.h.kg-1]"
COULOMBIC_EFFICIENCY = "Coulombic efficiency"  # discharge over charge capacity
ENERGY_EFFICIENCY = "Energy efficiency"  # discharge over charge energy
CYCLES = (
    CELL,
    CYCLE,
    RATE,
    TEMPERATURE,
    CHARGE_CAPACITY,
    DISCHARGE_CAPACITY,
    CHARGE_ENERGY,
    DISCHARGE_ENERGY,
    COULOMBIC_EFFICIENCY,
    ENERGY_EFFICIENCY,
    STATUS,
    REMARK,
)
SEGMENT = "Leg"  # name of a segment of a protocol
STEP = "Step"  # number of the step in its segment, from 1
INSTRUCTION = "Told"  # the sentence that says what the step does
DURATION = "Duration [h]"
MEAN_POWER = "Mean power [W]"
HEAT = "Heat [J]"  # given off during the step
HIGHEST_TEMPERATURE = "Highest temperature [degC]"
FINAL_VOLTAGE = "Final voltage [V]"
FINAL_STOICHIOMETRY = "Final stoichiometry"
ENDED_BY = "Ended by"  # PyBaMM's name of the event that ended the step
PROTOCOL = (
    CELL,
    SEGMENT,
    STEP,
    INSTRUCTION,
    TEMPERATURE,
    DURATION,
    CAPACITY,
    ENERGY,
    MEAN_POWER,
    HEAT,
    HIGHEST_TEMPERATURE,
    FINAL_VOLTAGE,
    FINAL_STOICHIOMETRY,
    ENDED_BY,
    STATUS,
    REMARK,
)
LOOP = (CELL, SEGMENT, INSTRUCTION, CAPACITY, ENERGY, ENERGY_EFFICIENCY)

# -------------------------------------------------------------- published and computed
EXPERIMENT = "Experiment"
QUANTITY = "Quantity"
WHERE = "Where"
PUBLISHED, COMPUTED = "Published", "Computed"  # a published range is text
LOWER, UPPER = "Lower", "Upper"  # bounds of a published range
ERROR = "Error [%]"
TOLERANCE = "Tolerance [%]"
USE = "Use"  # "calibrated", "predicted" or "held out"
MET = "Met"
EVIDENCE = "Evidence"  # for what is published: see ``experiment.Evidence``
SCORE = (
    EXPERIMENT,
    CELL,
    QUANTITY,
    WHERE,
    PUBLISHED,
    COMPUTED,
    ERROR,
    TOLERANCE,
    USE,
    MET,
    LOWER,
    UPPER,
    EVIDENCE,
    REMARK,
)

# ------------------------------------------------------------------- held-out numbers
SOURCE_NAME = "Number"  # its name in tables and figures
INSIDE = "Inside"  # whether the published number lies in the 95 % band
ASSUMED = "Assumed"  # what the source does not state

# ---------------------------------------------------------------- measured and computed
DATA = "Data"  # name of a measured half-cycle or spectrum, such as "my_file#2"
FILE = "File"
HALF_CYCLE = "Half-cycle"  # number among those of the file, from 1
MEASURED_CAPACITY = "Measured capacity [mA.h.g-1]"
COMPUTED_CAPACITY = "Computed capacity [mA.h.g-1]"  # down (up) to the same voltage
CAPACITY_ERROR = "Capacity error [%]"  # (computed - measured) / measured
RMS_VOLTAGE = "RMS difference [mV]"  # of a half-cycle, without its steep parts
RMS_IMPEDANCE = "RMS difference [%]"  # of a spectrum, of its modulus
STARTS_FROM = "Starts from"  # state at the start, in words
COMPARISON = (
    DATA,
    FILE,
    HALF_CYCLE,
    *CONDITION,
    DEPTH,
    MEASURED_CAPACITY,
    COMPUTED_CAPACITY,
    CAPACITY_ERROR,
    RMS_VOLTAGE,
    RMS_IMPEDANCE,
    STARTS_FROM,
    REMARK,
    TERMINATION,
    STATUS,
)

# -------------------------------------------------------------------------------- fits
NAME = "Name"
VALUE = "Value"
LOWER_95, UPPER_95 = "Lower 95 %", "Upper 95 %"
IDENTIFIABLE = "Identifiable"
HELD_OUT_SCORE = (
    SOURCE_NAME,
    *SCORE,
    LOWER_95,
    UPPER_95,
    INSIDE,
    ASSUMED,
)
