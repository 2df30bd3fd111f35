"""Charge and discharge curves in the formats of instruments and spreadsheets."""

import gzip

import numpy as np
import pytest

from nfpcell.errors import DataFileError
from nfpcell.measured.extraction import half_cycles
from nfpcell.measured.readers import read
from tests.unit.readers.instrument_files import AMPERE, clock, measurement, rows

T = measurement()
HOURS = T.time / 3600
CHARGE = np.where(T.current > 0, T.capacity, 0)
DISCHARGE = np.where(T.current < 0, T.capacity, 0)
NET = np.concatenate([[0], np.cumsum(T.current[1:] * np.diff(T.time))]) / 3600
SIZE = np.abs(T.current)
STATES = [{-1: "CC_DChg", 0: "Rest", 1: "CC_Chg"}[s] for s in np.sign(T.current)]
LETTERS = [{-1: "D", 0: "R", 1: "C"}[s] for s in np.sign(T.current)]
CLOCKS = [clock(t) for t in T.time]
STEP_CLOCKS = [clock(t) for t in T.step_time]
COUNT = np.arange(1, len(T.time) + 1)
DATES = np.datetime_as_string(
    np.datetime64("2024-05-01T09:00:00") + T.time.astype("timedelta64[s]"), unit="s"
)
DATES = [str(d).replace("T", " ") for d in DATES]


def _ec_lab(head, body, lines=12, first="EC-Lab ASCII FILE"):
    """An .mpt with its account of the settings."""
    text = [first, f"Nb header lines : {lines}", ""]
    text += ["Galvanostatic Cycling with Potential Limitation", "Ns   0   1   2", ""]
    text += [f"set I/C    C / N   {k}" for k in range(lines - len(text) - 1)]
    return "\r\n".join([*text, "\t".join(head) + "\t", *body.split("\n")]) + "\r\n"


MPT = ["mode", "ox/red", "error", "time/s", "control/V/mA", "Ewe/V", "<I>/mA"]
MPT += ["dQ/mA.h", "(Q-Qo)/mA.h", "half cycle", "Q discharge/mA.h", "P/W"]
ZERO = np.zeros(len(T.time))
MPT_ROWS = (ZERO, ZERO, ZERO, T.time, ZERO, T.voltage, 1e3 * T.current)
MPT_ROWS += (ZERO, 1e3 * NET, ZERO, 1e3 * DISCHARGE, T.voltage * T.current)

FORMATS = {
    "plain.csv": "time [s],current [A],voltage [V]\n"
    + rows(T.time, T.current, T.voltage),
    "minutes.csv": "t (min),I (mA),E (V)\n"
    + rows(T.time / 60, 1e3 * T.current, T.voltage),
    "turned.csv": "t/h;U/V;I/µA\n"
    + rows(HOURS, T.voltage, -1e6 * T.current, separator=";"),
    "order.txt": "Voltage / mV\tTime / h\tCurrent / mA\tT / K\n"
    + rows(1e3 * T.voltage, HOURS, 1e3 * T.current, ZERO + 303.15, separator="\t"),
    "blanks.dat": "# my cell, 30 degC\n#\nTime(s) Voltage(V) Current(A)\n"
    + rows(T.time, T.voltage, T.current, separator="   "),
    "aligned.txt": "Test Time (s)    Cell Voltage (V)    Current (mA)\n"
    + rows(T.time, T.voltage, 1e3 * T.current, separator="      "),
    "pipes.txt": "time/s | voltage/V | current/A\n"
    + rows(T.time, T.voltage, T.current, separator=" | "),
    "german.csv": "Zeit [h];Spannung [V];Strom [mA];Kapazität [mAh]\n"
    + rows(HOURS, T.voltage, 1e3 * T.current, 1e3 * NET, separator=";").replace(
        ".", ","
    ),
    "units_row.csv": "Step,Prog Time,Voltage,Current,AhAccu\n,s,V,A,Ah\n"
    + rows(T.step, T.time, T.voltage, T.current, NET),
    "bdf.bdf.csv": "Test Time / s,Voltage / V,Current / A,Cycle Count / 1,"
    "Step Count / 1,Ambient Temperature / degC\n"
    + rows(T.time, T.voltage, T.current, ZERO + 1, T.step, ZERO + 30),
    "machine.bdf.csv": "test_time_second,voltage_volt,current_ampere,cycle_count,"
    "step_index,charging_capacity_ah,discharging_capacity_ah,unix_time_second\n"
    + rows(
        T.time, T.voltage, T.current, ZERO, T.step, CHARGE, DISCHARGE, T.time + 1.7e9
    ),
    "gcpl.mpt": _ec_lab(MPT, rows(*MPT_ROWS, separator="\t", form="{:.9E}")),
    "french.mpt": _ec_lab(
        MPT, rows(*MPT_ROWS, separator="\t", form="{:.9E}").replace(".", ","), 150
    ),
    "bare.mpt": "\t".join(MPT) + "\n" + rows(*MPT_ROWS, separator="\t"),
    "bt_lab.mpt": _ec_lab(
        ["time/s", "Ecell/V", "I/mA", "Temperature/°C"],
        rows(T.time, T.voltage, 1e3 * T.current, ZERO + 30, separator="\t"),
        first="BT-Lab ASCII FILE",
    ),
    "arbin.csv": "Data_Point,Test_Time(s),Date_Time,Step_Time(s),Step_Index,"
    "Cycle_Index,Current(A),Voltage(V),Charge_Capacity(Ah),Discharge_Capacity(Ah),"
    "Charge_Energy(Wh),Discharge_Energy(Wh),dV/dt(V/s),Internal_Resistance(Ohm)\n"
    + rows(
        COUNT,
        T.time,
        DATES,
        T.step_time,
        T.step,
        ZERO + 1,
        T.current,
        T.voltage,
        CHARGE,
        DISCHARGE,
        ZERO,
        ZERO,
        ZERO,
        ZERO,
    ),
    "arbin_new.csv": "Date Time,Test Time (s),Step Time (s),Cycle Index,Step Index,"
    "Voltage (V),Current (A),Charge Capacity (Ah),Discharge Capacity (Ah),"
    "Aux_Temperature_1 (C)\n"
    + rows(
        DATES,
        T.time,
        T.step_time,
        ZERO + 1,
        T.step,
        T.voltage,
        T.current,
        CHARGE,
        DISCHARGE,
        ZERO + 30,
    ),
    "neware.csv": "Record number,State,Jump,Cycle,Steps,Current(mA),Voltage(V),"
    "CapaCity(mAh),Energy(mWh),Relative Time(h:min:s.ms),Absolute Time\n"
    + rows(
        COUNT,
        STATES,
        ZERO,
        ZERO + 1,
        T.step,
        1e3 * T.current,
        T.voltage,
        1e3 * T.capacity,
        ZERO,
        STEP_CLOCKS,
        DATES,
    ),
    "neware_bts.csv": "DataPoint,Cycle Index,Step Index,Step Type,Time,Total Time,"
    "Current(A),Voltage(V),Capacity(Ah),Spec. Cap.(mAh/g),Chg. Cap.(Ah),"
    "DChg. Cap.(Ah),Date,Power(W)\n"
    + rows(
        COUNT,
        ZERO + 1,
        T.step,
        STATES,
        STEP_CLOCKS,
        CLOCKS,
        T.current,
        T.voltage,
        T.capacity,
        ZERO,
        CHARGE,
        DISCHARGE,
        DATES,
        ZERO,
    ),
    "maccor.txt": "Today's Date  05/02/2024\nFilename:  C:\\Data\\cell.001  "
    "Procedure: x\n"
    "Rec#\tCyc#\tStep\tTest (Sec)\tStep (Sec)\tAmp-hr\tWatt-hr\tAmps\tVolts\tState\t"
    "ES\tDPt Time\n"
    + rows(
        COUNT,
        ZERO,
        T.step,
        T.time,
        T.step_time,
        T.capacity,
        ZERO,
        SIZE,
        T.voltage,
        LETTERS,
        ZERO + 1,
        DATES,
        separator="\t",
    ),
    "maccor_days.txt": "Rec\tCycle P\tCycle C\tStep\tTestTime\tStepTime\tCap. [Ah]\t"
    "Ener. [Wh]\tCurrent [A]\tVoltage [V]\tMd\tES\tDPT Time\n"
    + rows(
        COUNT,
        ZERO,
        ZERO,
        T.step,
        [clock(t, True) for t in T.time],
        [clock(t, True) for t in T.step_time],
        T.capacity,
        ZERO,
        SIZE,
        T.voltage,
        LETTERS,
        ZERO + 1,
        DATES,
        separator="\t",
    ),
    "landt.csv": "Index,TestTime(s),StepTime(s),Voltage/V,Current/mA,Capacity/mAh,"
    "SpeCap/mAh/g,SysTime\n"
    + rows(
        COUNT,
        T.time,
        T.step_time,
        T.voltage,
        1e3 * T.current,
        1e3 * T.capacity,
        ZERO,
        DATES,
    ),
    "novonix.csv": "[Summary]\nNovonix UHPC\nCell: 1\n[End Summary]\n[Protocol]\nx, y\n"
    "[End Protocol]\n[Data]\nDate and Time,Cycle Number,Step Type,Run Time (h),"
    "Step Time (h),Current (A),Potential (V),Capacity (Ah),Temperature (°C),"
    "Energy (Wh),dVdt (I/h),dIdt (V/h),Step Number,Step position,"
    "Circuit Temperature (°C)\n"
    + rows(
        DATES,
        ZERO,
        ZERO + 7,
        HOURS,
        T.step_time / 3600,
        T.current,
        T.voltage,
        NET,
        ZERO + 30,
        ZERO,
        ZERO,
        ZERO,
        T.step,
        ZERO,
        ZERO + 41,
    ),
    "basytec.txt": "~Resultfile from Basytec Battery Test System\n~Date and Time of "
    "Data Converting: 01.05.2024\n~\n~Time[h]\tDataSet\tt-Step[h]\tt-Set[h]\tLine\t"
    "Command\tU[V]\tI[A]\tAh[Ah]\tAh-Step[Ah]\tT1[°C]\tCyc-Count\tState\n"
    + rows(
        HOURS,
        COUNT,
        T.step_time / 3600,
        ZERO,
        T.step,
        STATES,
        T.voltage,
        T.current,
        NET,
        T.capacity,
        ZERO + 30,
        ZERO,
        ZERO,
        separator="\t",
    ),
    "digatron.csv": "Step,Status,Prog Time,Step Time,Cycle,Voltage,Current,AhAccu\n"
    ",,,,,V,A,Ah\n"
    + rows(
        T.step,
        [{"D": "DCH", "C": "CHA", "R": "PAU"}[s] for s in LETTERS],
        CLOCKS,
        STEP_CLOCKS,
        ZERO,
        T.voltage,
        T.current,
        NET,
    ),
    "squidstat.csv": "Elapsed Time (s),Current (A),Working Electrode (V)\n"
    + rows(T.time, T.current, T.voltage),
    "nova.txt": "Time (s);WE(1).Potential (V);WE(1).Current (A);Index\n"
    + rows(T.time, T.voltage, T.current, COUNT, separator=";"),
    "excel_paste.tsv": "Time (h)\tVoltage (V)\tCurrent (mA)\t\t\n"
    + rows(HOURS, T.voltage, 1e3 * T.current, separator="\t"),
    "quoted.csv": '"Time, s","Voltage, V","Current, A"\n'
    + rows(*([f'"{v:.9g}"' for v in c] for c in (T.time, T.voltage, T.current))),
    "capitals.csv": "TIME(SEC),VOLTAGE(V),CURRENT(MA)\n"
    + rows(T.time, T.voltage, 1e3 * T.current),
    "dates.csv": "Date_Time,Voltage(V),Current(A)\n"
    + rows(DATES, T.voltage, T.current),
    "no_units.csv": "time,current,voltage\n" + rows(T.time, T.current, T.voltage),
    "chinese.csv": "测试时间(s),电压(V),电流(mA)\n"
    + rows(T.time, T.voltage, 1e3 * T.current),
    "dense.csv": "Time [s],Current density [mA/cm2],Voltage [V]\n"
    + rows(T.time, 1e3 * T.current / 1.0, T.voltage),
    "per_gram.csv": "Time [h],Current [mA/g],Capacity [mAh/g],Voltage [V]\n"
    + rows(HOURS, T.current * 1e3 / 5e-3, T.capacity * 1e3 / 5e-3, T.voltage),
    "c_rate.csv": "Time [h],C-rate,Voltage [V]\n"
    + rows(HOURS, T.current / 1e-3, T.voltage),
    "no_current.csv": "time/s,Ewe/V,(Q-Qo)/mA.h\n" + rows(T.time, T.voltage, 1e3 * NET),
    "increments.csv": "time/s,Ewe/V,dq/mA.h\n"
    + rows(T.time, T.voltage, 1e3 * np.diff(NET, prepend=0)),
    "counted.csv": "time/s,Ewe/V,dQ/mA.h\n"
    + rows(T.time, T.voltage, 1e3 * np.sign(T.current) * T.capacity),
    "no_time.csv": "Voltage [V],Current [mA],Capacity [mAh]\n"
    + rows(T.voltage, 1e3 * T.current, 1e3 * NET),
}
SIZES = {"area": 1e-4, "mass": 5e-6, "nominal_capacity": 1e-3}


def _neware_levels():
    """Neware's export of cycles, steps and records, each a cell further in."""
    lines = [
        "Cycle ID,Cap_Chg(mAh),Cap_DChg(mAh)",
        ",Step ID,Step Name,Step Time(h:min:s.ms),Cap(mAh)",
        ",,Record ID,Time(h:min:s.ms),Vol(mV),Cur(mA),Temperature(℃),Cap(mAh),Realtime",
        "1,0.1,0.1",
    ]
    names = {1: "Rest", 2: "CC_DChg", 3: "Rest", 4: "CC_Chg"}
    for step in range(1, 5):
        here = T.step == step
        lines.append(f",{step},{names[step]},1:00:00.000,{1e3 * T.capacity[here][-1]}")
        table = rows(
            COUNT[here],
            np.array(STEP_CLOCKS)[here].tolist(),
            1e3 * T.voltage[here],
            1e3 * T.current[here],
            ZERO[here] + 30,
            1e3 * T.capacity[here],
            np.array(DATES)[here].tolist(),
        )
        lines += [",," + row for row in table.split("\n")]
    return "\n".join(lines)


def _gamry(*names):
    """A .dta of one CURVE table, or of one for each step."""
    lines = ["EXPLAIN", "TAG\tPWR800_CHARGE", "TITLE\tLABEL\tPWR Charge\tTest"]
    for number, name in enumerate(names, start=1):
        here = (T.step == number) if len(names) > 1 else (T.step > 0)
        time = T.step_time if len(names) > 1 else T.time
        columns = (COUNT, time, T.voltage, T.current, ZERO, ZERO + 30)
        table = rows(*(c[here] for c in columns), separator="\t")
        lines += [f"{name}\tTABLE\t{here.sum()}", "\tPt\tT\tVf\tIm\tSig\tTemp"]
        lines += ["\t#\ts\tV vs. Ref.\tA\tV\tdeg C"]
        lines += ["\t" + row for row in table.split("\n")]
    return "\n".join(lines) + "\n"


PLAIN = rows(T.time, T.current, T.voltage).split("\n")
FORMATS |= {
    "neware_levels.csv": _neware_levels(),
    "gamry_temperature.dta": _gamry("CURVE"),
    "gamry_temperature_steps.dta": _gamry("CURVE1", "CURVE2", "CURVE3", "CURVE4"),
    "excel.csv": "sep=;\nZeit (h);Spannung (V);Strom (mA)\n"
    + rows(HOURS, T.voltage, 1e3 * T.current, separator=";").replace(".", ","),
    "quoted_commas.csv": '"Time (s)","Voltage (V)","Current (mA)"\n'
    + rows(
        *(
            [f'"{v:.6f}"'.replace(".", ",") for v in column]
            for column in (T.time, T.voltage, 1e3 * T.current)
        )
    ),
    "thousands.csv": "Test (Sec),Volts,Amps,State\n"
    + rows([f'"{t:,.1f}"' for t in T.time], T.voltage, SIZE, LETTERS),
    "three_heads.txt": "Time\tVoltage\tCurrent\nh\tV\tmA\n\tfirst\tcell\n"
    + rows(HOURS, T.voltage, 1e3 * T.current, separator="\t"),
    "ec_lab_dates.mpt": "EC-Lab ASCII FILE\nNb header lines : 3\ntime/s\tEwe/V\tI/mA\n"
    + rows(
        [
            f"07/19/2024 1{int(t // 3600)}:{int(t // 60) % 60:02d}:{t % 60:07.4f}"
            for t in T.time
        ],
        T.voltage,
        1e3 * T.current,
        separator="\t",
    ),
    "wrong_count.mpt": "EC-Lab ASCII FILE\nNb header lines : 9\n\ntime/s\tEwe/V\tI/mA\n"
    + rows(T.time, T.voltage, 1e3 * T.current, separator="\t"),
    "footer.csv": "\n".join(
        ["time [s],current [A],voltage [V]", *PLAIN, "", "The end"]
    ),
    "head_again.csv": "\n".join(
        ["t [s],I [A],U [V]", *PLAIN[:120], "t [s],I [A],U [V]", *PLAIN[120:]]
    ),
    "index.csv": ",time_s,current_A,voltage_V\n"
    + "\n".join(f"{k},{row}" for k, row in enumerate(PLAIN)),
    "lanhe.csv": "Record,SysTime,StepTime,TestTime,I/mA,Capacity/mAh,Voltage/V\n"
    + rows(
        COUNT,
        DATES,
        STEP_CLOCKS,
        CLOCKS,
        1e3 * T.current,
        1e3 * T.capacity,
        T.voltage,
    ),
    "pec.csv": "#RESULTS CELL\nTest,Cell,Cycle,Step,Total Time (Seconds),Voltage (mV),"
    "Current (mA),Charge Capacity (mAh),Discharge Capacity (mAh)\n"
    + rows(
        ZERO,
        ZERO,
        ZERO,
        T.step,
        T.time,
        1e3 * T.voltage,
        1e3 * T.current,
        1e3 * CHARGE,
        1e3 * DISCHARGE,
    ),
    "reference.csv": "Time (h),Potential (V vs. Na/Na+),Current density (mA cm–2)\n"
    + rows(HOURS, T.voltage, 1e3 * T.current),
    "iso_dates.csv": "timestamp,voltage (V),current (A)\n"
    + rows([d.replace(" ", "T") + "Z" for d in DATES], T.voltage, T.current),
    "unix.csv": "unix_time_second,voltage_volt,current_ampere\n"
    + rows([f"{1.7e9 + t:.3f}" for t in T.time], T.voltage, T.current),
}


def _checked(path, **sizes):
    """The two half-cycles of the measurement, as they are known to be."""
    discharge, charge = half_cycles(read(path), **sizes)
    assert (discharge.direction, charge.direction) == ("discharge", "charge")
    for half, first, last in ((discharge, 3.1, 2.0), (charge, 2.5, 4.4)):
        assert half.current == pytest.approx(AMPERE, rel=2e-3)
        assert half.time[-1] == pytest.approx(3600, rel=0.02)
        assert half.capacity[-1] == pytest.approx(AMPERE, rel=0.02)
        assert half.voltage[0] == pytest.approx(first, abs=1e-6)
        assert half.cut_off == pytest.approx(last, abs=1e-6)
        assert len(half.time) == 60
    return discharge, charge


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_half_cycles(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(FORMATS[name].encode("utf-8"))
    discharge, charge = _checked(path, **SIZES)
    if name != "no_time.csv":
        assert discharge.rest_voltage == pytest.approx(3.2)
        assert charge.rest_voltage == pytest.approx(2.4)
    has_temperature = any(
        word in FORMATS[name] for word in ("emperature", "T / K", "T1[", "Temp")
    )
    assert discharge.temperature == (pytest.approx(30) if has_temperature else None)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("name", ["german.csv", "bt_lab.mpt", "plain.csv"])
def test_encodings(tmp_path, name, encoding):
    path = tmp_path / name
    path.write_bytes(FORMATS[name].encode(encoding))
    _checked(path)


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_chinese(tmp_path, encoding):
    path = tmp_path / "cell.csv"
    words = [{-1: "恒流放电", 0: "搁置", 1: "恒流充电"}[s] for s in np.sign(T.current)]
    text = "测试时间,电压(V),电流(mA),工步类型\n"
    text += rows(CLOCKS, T.voltage, 1e3 * SIZE, words)
    path.write_bytes(text.encode(encoding))
    _checked(path)


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n\n"])
def test_line_ends(tmp_path, end):
    path = tmp_path / "plain.csv"
    path.write_bytes(FORMATS["plain.csv"].replace("\n", end).encode())
    _checked(path)


def test_packed(tmp_path):
    path = tmp_path / "cell_30degC.bdf.csv.gz"
    path.write_bytes(gzip.compress(FORMATS["machine.bdf.csv"].encode()))
    discharge, _ = _checked(path)
    assert discharge.temperature == 30
    path.write_bytes(gzip.compress(FORMATS["machine.bdf.csv"].encode())[:-200])
    with pytest.raises(DataFileError, match="is truncated"):
        read(path)


def test_the_direction_by_words_and_counters_and_the_energy(tmp_path):
    path = tmp_path / "steps.csv"
    path.write_text(
        "Time(s),Current(A),Voltage(V),Step,Charge_Capacity(mAh),Discharge_Capacity(mAh)"
        ",Charge_Energy(mWh),Discharge_Energy(J)\n"
        "0,0,3.0,Rest,0,0,0,0\n1,1,3.1,CC_Chg,1,0,3,0\n2,1,3.2,CC_Chg,2,0,6,0\n"
        "3,1,2.9,CC_DChg,2,1,6,9\n4,1,2.8,CC_DChg,0,2,0,18\n"
    )
    table = read(path).table
    assert table["State"].tolist() == [0, 1, 1, -1, -1]
    assert table["Counted direction"].tolist() == [0, 1, 1, -1, -1]
    assert table["Step"].tolist() == [0, 1, 1, 2, 2]
    assert table["Current [A]"].tolist() == [0, 1, 1, -1, -1]
    energy = [0, 3e-3, 6e-3, 6e-3 + 9 / 3600, 18 / 3600]
    assert table["Energy [W.h]"].tolist() == pytest.approx(energy)
