"""Text exports of battery cyclers: columns, heads, states and ways of counting."""

from collections.abc import Sequence

import numpy as np

from tests.verification.dialects import columns as c
from tests.verification.dialects.case import Case, expected_curve, permuted
from tests.verification.dialects.columns import Column, count_column, number_column
from tests.verification.dialects.draw import Draw
from tests.verification.dialects.text_file import (
    Layout,
    encoded,
    table_lines,
    text_file,
    vary_bytes,
)
from tests.verification.dialects.truth import Floats, curve

STATES = {
    "neware": {1: "CC Chg", -1: "CC DChg", 0: "Rest"},
    "neware 7": {1: "CC_Chg", -1: "CC_DChg", 0: "Rest"},
    "maccor": {1: "C", -1: "D", 0: "R"},
    "digatron": {1: "CHA", -1: "DCH", 0: "PAU"},
    "basytec": {1: "Charge", -1: "Discharge", 0: "Pause"},
}


class Sheet:
    """The columns of a cycler's file, added one by one."""

    def __init__(self, draw: Draw) -> None:
        self.draw, self.truth = draw, curve(draw)
        self.form = c.form(draw)
        self.columns: list[Column] = []
        self.rows = len(self.truth)

    def number(
        self, heading: str, quantity: str, values: Floats, units: str = ""
    ) -> None:
        """Add a column in one of the units, which blanks separate."""
        unit = self.draw.pick(units.split()) if units else ""
        column = number_column(heading, quantity, values, unit, self.form)
        self.columns.append(column)

    def count(self, heading: str, quantity: str, values: Floats) -> None:
        """Add a column of whole numbers."""
        self.columns.append(count_column(heading, quantity, values))

    def clock(self, heading: str, quantity: str, values: Floats, style: str) -> None:
        """Add a time such as h:mm:ss."""
        self.columns.append(c.clock_column(heading, quantity, values, style))

    def date(self, heading: str, style: str) -> None:
        """Add dates, which are not read beside a time."""
        column = c.date_column(self.draw, heading, self.truth.time, style)
        self.columns.append(column)

    def state(self, heading: str, kind: str) -> None:
        """Add the state of each row."""
        words = [STATES[kind][int(sign)] for sign in self.truth.sign]
        self.columns.append(c.text_column(heading, "state", words))

    def spare(self, *headings: str) -> None:
        """Add columns that are not read, of zeros or of small numbers."""
        zeros = self.draw.chance(0.5)
        for heading in headings:
            values = self.draw.random.uniform(0, 1e-3, self.rows) * (not zeros)
            cells = tuple(f"{v:.6g}" for v in values)
            self.columns.append(Column(heading, "", cells))

    def energy(self, heading: str, size: float = 1.0, sign: int = 0) -> None:
        """Add the energy of the step, or that counted in one direction [W.h]."""
        truth = self.truth
        values = truth.counted(sign, energy=True) if sign else truth.step_energy
        self.columns.append(Column(heading, "", tuple(self.form.text(values / size))))

    def per_mass(self, *headings: str) -> None:
        """Add columns of zeros, which stand for a mass that was not given."""
        for heading in headings:
            self.columns.append(Column(heading, "", ("0",) * self.rows))

    def case(self, suffix: str, layout: Layout, *, unsigned: bool = False) -> Case:
        """The file with these columns."""
        table = permuted(self.draw, self.columns, 0.2)
        expected = expected_curve(table, self.truth, unsigned=unsigned)
        return Case(suffix, text_file(table, layout), expected)


def _layout(draw: Draw, separator: str = ",", before: Sequence[str] = ()) -> Layout:
    layout = Layout(separator=separator, before=list(before))
    vary_bytes(draw, layout)
    if separator != "," and draw.chance(0.2, "decimal comma"):
        layout.decimal = ","
    if draw.chance(0.1, "blank lines at the end"):
        layout.after += ["", ""]
    return layout


def _charges(sheet: Sheet, charge: str, discharge: str, units: str) -> None:
    """Counters of both directions: through the file, or from zero in each step."""
    truth = sheet.truth
    if sheet.draw.chance(0.5, "counters restart in each step"):
        for heading, sign in ((charge, 1), (discharge, -1)):
            values = np.where(truth.sign == sign, truth.step_capacity, 0)
            sheet.number(heading, f"{heading_name(sign)} capacity", values, units)
    else:
        sheet.number(charge, "charge capacity", truth.counted(1), units)
        sheet.number(discharge, "discharge capacity", truth.counted(-1), units)


def heading_name(sign: int) -> str:
    """The word for a direction."""
    return "charge" if sign > 0 else "discharge"


# ------------------------------------------------------------------------------- Arbin
def arbin(draw: Draw) -> Case:
    """Arbin: Data_Point, Test_Time(s) …, or the newer headings with blanks."""
    sheet = Sheet(draw)
    truth = sheet.truth
    mark = draw.pick(("_", " "))
    point = "(" if mark == "_" else " ("

    def title(name: str) -> str:
        return name.replace(" ", mark)

    sheet.count(title("Data Point"), "", np.arange(sheet.rows) + 1.0)
    sheet.date(title("Date Time"), draw.pick(("month first", "ISO")))
    time = title("Test Time") + point + "{})"
    sheet.number(time, "time", truth.time, "s")
    sheet.number(title("Step Time") + point + "{})", "step time", truth.step_time, "s")
    sheet.count(title("Step Index"), "step", truth.step)
    sheet.count(title("Cycle Index"), "cycle", truth.cycle)
    sheet.number(f"Current{point}{{}})", "current", truth.current, "A mA")
    sheet.number(f"Voltage{point}{{}})", "voltage", truth.voltage, "V mV")
    capacities = [
        title(f"{w} Capacity") + point + "{})" for w in ("Charge", "Discharge")
    ]
    _charges(sheet, *capacities, "Ah mAh")
    for name, sign in (("Charge Energy", 1), ("Discharge Energy", -1)):
        sheet.energy(f"{title(name)}{point}Wh)", sign=sign)
    sheet.spare(f"dV/dt{point}V/s)", title("Internal Resistance") + f"{point}Ohm)")
    if draw.chance(0.5, "impedance of Arbin"):
        sheet.spare("Is_FC_Data", "AC_Impedance(Ohm)", "ACI_Phase_Angle(Deg)")
    if draw.chance(0.4, "temperature"):
        sheet.number("Aux_Temperature_1 ({})", "temperature", truth.temperature, "C")
    return sheet.case(".csv", _layout(draw))


# ------------------------------------------------------------------------------ Neware
def neware(draw: Draw) -> Case:
    """Neware BTS 7: one row for each record, the capacity of the step."""
    sheet = Sheet(draw)
    truth = sheet.truth
    current = truth.current
    sheet.count("Record number", "", np.arange(sheet.rows) + 1.0)
    sheet.state("State", "neware 7")
    sheet.count("Jump", "", np.ones(sheet.rows))
    sheet.count("Cycle", "cycle", truth.cycle)
    sheet.count("Steps", "step", truth.step)
    sheet.number("Current({})", "current", current, "mA A")
    sheet.number("Voltage({})", "voltage", truth.voltage, "V mV")
    sheet.number("CapaCity({})", "capacity", truth.step_capacity, "mAh Ah")
    sheet.energy("Energy(mWh)", 1e-3)
    relative = "Relative Time(h:min:s.ms)"
    sheet.clock(relative, "step time", truth.step_time, "h:mm:ss.fff")
    sheet.date("Absolute Time", draw.pick(("ISO", "year first, strokes")))
    return sheet.case(".csv", _layout(draw))


def neware_bts8(draw: Draw) -> Case:
    """Neware BTSDA: time of the step and total time, capacities of each direction."""
    sheet = Sheet(draw)
    truth = sheet.truth
    unsigned = draw.chance(0.2, "current without sign, with a state")
    sheet.count("DataPoint", "", np.arange(sheet.rows) + 1.0)
    sheet.count("Cycle Index", "cycle", truth.cycle)
    sheet.count("Step Index", "step", truth.step)
    sheet.state("Step Type", "neware")
    sheet.clock("Time", "time", truth.step_time, "h:mm:ss.fff")
    sheet.clock("Total Time", "time", truth.time, "h:mm:ss.fff")
    current = np.abs(truth.current) if unsigned else truth.current
    sheet.number("Current({})", "current", current, "A mA")
    sheet.number("Voltage({})", "voltage", truth.voltage, "V")
    sheet.number("Capacity({})", "capacity", truth.step_capacity, "Ah mAh")
    sheet.per_mass("Spec. Cap.(mAh/g)")
    charging = np.where(truth.sign > 0, truth.step_capacity, 0)
    discharging = np.where(truth.sign < 0, truth.step_capacity, 0)
    sheet.number("Chg. Cap.({})", "charge capacity", charging, "Ah")
    sheet.per_mass("Chg. Spec. Cap.(mAh/g)")
    sheet.number("DChg. Cap.({})", "discharge capacity", discharging, "Ah")
    sheet.per_mass("DChg. Spec. Cap.(mAh/g)", "dQ/dV(mAh/V)")
    sheet.energy("Energy(Wh)")
    sheet.date("Date", "ISO")
    if draw.chance(0.3, "temperature"):
        sheet.number("T1({})", "temperature", truth.temperature, "℃ °C")
    return sheet.case(".csv", _layout(draw), unsigned=unsigned)


def neware_levels(draw: Draw) -> Case:
    """Neware's export of cycles, steps and records, each a cell further in."""
    sheet = Sheet(draw)
    truth = sheet.truth
    sheet.count("Record ID", "", np.arange(sheet.rows) + 1.0)
    heading = "Time(h:min:s.ms)"
    sheet.clock(heading, "step time", truth.step_time, "h:mm:ss.fff")
    sheet.number("Vol({})", "voltage", truth.voltage, "mV V")
    sheet.number("Cur({})", "current", truth.current, "mA A")
    sheet.number("Temperature({})", "temperature", truth.temperature, "℃")
    sheet.number("Cap({})", "capacity", truth.step_capacity, "mAh")
    sheet.date("Realtime", "ISO")
    head = [
        "Cycle ID,Cap_Chg(mAh),Cap_DChg(mAh)",
        ",Step ID,Step Name,Step Time(h:min:s.ms),Cap(mAh)",
    ]
    layout = _layout(draw, before=head)
    layout.before_row = ",,"
    title, *rows = table_lines(sheet.columns, layout)
    lines, cycle = [*head, title], 0
    for number, step in enumerate(truth.steps, start=1):
        if truth.cycle[step.first] != cycle:
            cycle = int(truth.cycle[step.first])
            lines.append(f"{cycle},0.1,0.1")
        name = STATES["neware 7"][step.sign]
        charge = 1e3 * truth.step_capacity[step.end - 1]
        lines.append(f",{number},{name},1:00:00.000,{charge:.4f}")
        lines += rows[step.first : step.end]
    expected = expected_curve(sheet.columns, truth)
    return Case(".csv", encoded(lines, layout), expected)


# --------------------------------------------------------------- Maccor, Landt, Novonix
def maccor(draw: Draw) -> Case:
    """Maccor: a current without sign, and a letter for the state."""
    sheet = Sheet(draw)
    truth = sheet.truth
    size = np.abs(truth.current)
    head = ["Today's Date  05/02/2024", "Filename:  C:\\Data\\cell.001  Procedure: x"]
    if draw.chance(0.5):
        sheet.count("Rec#", "", np.arange(sheet.rows) + 1.0)
        sheet.count("Cyc#", "cycle", truth.cycle)
        sheet.count("Step", "step", truth.step)
        if draw.chance(0.5):
            sheet.number("Test ({})", "time", truth.time, "sec min hr")
            sheet.number("Step ({})", "step time", truth.step_time, "sec min hr")
        else:
            sheet.clock("TestTime", "time", truth.time, "d hh:mm:ss")
            sheet.clock("StepTime", "step time", truth.step_time, "d hh:mm:ss")
        sheet.number("Amp-hr", "capacity", truth.step_capacity, "Ah")
        sheet.energy("Watt-hr")
        sheet.number("Amps", "current", size, "A")
        sheet.number("Volts", "voltage", truth.voltage, "V")
        sheet.state("State", "maccor")
        sheet.count("ES", "", np.ones(sheet.rows))
        sheet.date("DPt Time", "month first")
    else:
        sheet.count("Rec", "", np.arange(sheet.rows) + 1.0)
        sheet.count("Cycle P", "cycle", truth.cycle)
        sheet.count("Cycle C", "", np.zeros(sheet.rows))
        sheet.count("Step", "step", truth.step)
        sheet.clock("TestTime", "time", truth.time, "d hh:mm:ss")
        sheet.clock("StepTime", "step time", truth.step_time, "d hh:mm:ss")
        sheet.number("Cap. [{}]", "capacity", truth.step_capacity, "Ah mAh")
        sheet.energy("Ener. [Wh]")
        sheet.number("Current [{}]", "current", size, "A mA")
        sheet.number("Voltage [{}]", "voltage", truth.voltage, "V mV")
        sheet.state("Md", "maccor")
        sheet.count("ES", "", np.ones(sheet.rows))
        sheet.date("DPT Time", draw.pick(("month first", "day first, dots")))
    layout = _layout(draw, "\t", head)
    return sheet.case(".txt", layout, unsigned=True)


def landt(draw: Draw) -> Case:
    """Landt and Lanhe: headings such as Voltage/V, the capacity of the step."""
    sheet = Sheet(draw)
    truth = sheet.truth
    sheet.count(draw.pick(("Index", "Record")), "", np.arange(sheet.rows) + 1.0)
    if draw.chance(0.5):
        sheet.number("TestTime({})", "time", truth.time, "s min h")
        sheet.number("StepTime({})", "step time", truth.step_time, "s")
    else:
        sheet.clock("TestTime", "time", truth.time, "h:mm:ss.fff")
        sheet.clock("StepTime", "step time", truth.step_time, "h:mm:ss.fff")
    sheet.number("Voltage/{}", "voltage", truth.voltage, "V mV")
    sheet.number(draw.pick(("Current/{}", "I/{}")), "current", truth.current, "mA A uA")
    sheet.number("Capacity/{}", "capacity", truth.step_capacity, "mAh Ah")
    sheet.per_mass("SpeCap/mAh/g")
    sheet.energy("Energy/mWh", 1e-3)
    sheet.date("SysTime", draw.pick(("ISO", "year first, strokes")))
    return sheet.case(".csv", _layout(draw))


def novonix(draw: Draw) -> Case:
    """Novonix: a summary and a protocol of many lines, then the mark [Data]."""
    sheet = Sheet(draw)
    truth = sheet.truth
    count = draw.pick((1, 20, 300, 900))
    draw.variations.append(f"{count} lines of a protocol")
    stop = "   [{} Stop channel if voltage < 2.0 V or if step time > 300 h]"
    head = ["[Summary]", "Novonix UHPC", "Cell: 1", "Mass (g): 0.01", "[End Summary]"]
    head += ["[Protocol]", *(stop.format(k) for k in range(count)), "[End Protocol]"]
    sheet.date("Date and Time", draw.pick(("ISO", "month first, 12 hours")))
    sheet.count("Cycle Number", "cycle", truth.cycle)
    sheet.count("Step Type", "", np.where(truth.sign > 0, 7, 8.0))
    sheet.number("Run Time ({})", "time", truth.time, "h")
    sheet.number("Step Time ({})", "step time", truth.step_time, "h")
    sheet.number("Current ({})", "current", truth.current, "A mA")
    sheet.number("Potential ({})", "voltage", truth.voltage, "V")
    sheet.number("Capacity ({})", "capacity", truth.net_capacity, "Ah mAh")
    sheet.number("Temperature ({})", "temperature", truth.temperature, "°C")
    sheet.energy("Energy (Wh)")
    sheet.spare("dVdt (I/h)", "dIdt (V/h)")
    sheet.count("Step Number", "step", truth.step)
    sheet.spare("Step position", "Circuit Temperature (°C)")
    return sheet.case(".csv", _layout(draw, before=[*head, "[Data]"]))


# --------------------------------------------------------------- Basytec, Digatron, PEC
def basytec(draw: Draw) -> Case:
    """Basytec: comments with a tilde, which the headings have too."""
    sheet = Sheet(draw)
    truth = sheet.truth
    head = [
        "~Resultfile from Basytec Battery Test System",
        "~Date and Time of Data Converting: 01.05.2024",
        "~",
    ]
    sheet.number("~Time[{}]", "time", truth.time, "h min s")
    sheet.count("DataSet", "", np.arange(sheet.rows) + 1.0)
    sheet.number("t-Step[{}]", "step time", truth.step_time, "h")
    sheet.count("Line", "step", truth.step)
    sheet.state("Command", "basytec")
    sheet.number("U[{}]", "voltage", truth.voltage, "V mV")
    sheet.number("I[{}]", "current", truth.current, "A mA")
    sheet.number("Ah[{}]", "capacity", truth.net_capacity, "Ah mAh")
    sheet.number("Ah-Step[{}]", "capacity", truth.step_capacity, "Ah")
    sheet.number("T1[{}]", "temperature", truth.temperature, "°C")
    sheet.count("Cyc-Count", "cycle", truth.cycle)
    layout = _layout(draw, "\t", head)
    table, expected = sheet.columns, expected_curve(sheet.columns, truth)
    return Case(".txt", text_file(table, layout), expected)


def digatron(draw: Draw) -> Case:
    """Digatron: the units in a row under the headings."""
    sheet = Sheet(draw)
    truth = sheet.truth
    sheet.count("Step", "step", truth.step)
    sheet.state("Status", "digatron")
    sheet.clock("Prog Time", "time", truth.time, "h:mm:ss.fff")
    sheet.clock("Step Time", "step time", truth.step_time, "h:mm:ss.fff")
    sheet.count("Cycle", "cycle", truth.cycle)
    sheet.number("Voltage, {}", "voltage", truth.voltage, "V mV")
    sheet.number("Current, {}", "current", truth.current, "A mA")
    sheet.number("AhAccu, {}", "capacity", truth.net_capacity, "Ah mAh")
    layout = _layout(draw, draw.pick((",", ";")))
    layout.units_below = True
    return sheet.case(".csv", layout)


def pec(draw: Draw) -> Case:
    """PEC: Total Time (Seconds), counters of both directions."""
    sheet = Sheet(draw)
    truth = sheet.truth
    sheet.count("Test", "", np.ones(sheet.rows))
    sheet.count("Cell", "", np.ones(sheet.rows))
    sheet.count("Cycle", "cycle", truth.cycle)
    sheet.count("Step", "step", truth.step)
    sheet.number("Total Time ({})", "time", truth.time, "Seconds hours")
    sheet.number("Voltage ({})", "voltage", truth.voltage, "mV V")
    sheet.number("Current ({})", "current", truth.current, "mA A")
    _charges(sheet, "Charge Capacity ({})", "Discharge Capacity ({})", "mAh Ah")
    return sheet.case(".csv", _layout(draw, before=["#RESULTS CELL"]))


# ----------------------------------------------------------------- Battery Data Format
def battery_data_format(draw: Draw) -> Case:
    """Battery Data Format: both styles of headings, also compressed."""
    sheet = Sheet(draw)
    truth = sheet.truth
    if draw.chance(0.5, "headings for machines"):
        sheet.number("test_time_second", "time", truth.time, "s")
        if draw.chance(0.2, "milliseconds"):
            sheet.columns.pop()
            sheet.number("test_time_millisecond", "time", truth.time, "ms")
        sheet.number("voltage_volt", "voltage", truth.voltage, "V")
        sheet.number("current_ampere", "current", truth.current, "A")
        sheet.count("cycle_count", "cycle", truth.cycle)
        sheet.count("step_index", "step", truth.step)
        _charges(sheet, "charging_capacity_ah", "discharging_capacity_ah", "Ah")
        if draw.chance(0.5, "temperature"):
            heading = "ambient_temperature_celsius"
            sheet.number(heading, "temperature", truth.temperature, "°C")
    else:
        sheet.number("Test Time / s", "time", truth.time, "s")
        sheet.number("Voltage / V", "voltage", truth.voltage, "V")
        sheet.number("Current / A", "current", truth.current, "A")
        sheet.count("Cycle Count / 1", "cycle", truth.cycle)
        sheet.count("Step Count / 1", "step", truth.step)
        _charges(sheet, "Charging Capacity / Ah", "Discharging Capacity / Ah", "Ah")
        if draw.chance(0.5, "temperature"):
            heading = "Ambient Temperature / degC"
            sheet.number(heading, "temperature", truth.temperature, "degC")
    return sheet.case(".bdf.csv", _layout(draw))
