"""Tables as instruments and spreadsheets lay them out: each is the same measurement."""

import numpy as np
import pytest

from nfpcell.errors import DataFileError
from nfpcell.measured.extraction import half_cycles
from nfpcell.measured.readers import file_content, read
from tests.unit.readers.instrument_files import AMPERE, measurement, rows, spectrum

T = measurement()
F, Z = spectrum()
RE, IM, SIZE, PHASE = Z.real, Z.imag, np.abs(Z), np.rad2deg(np.angle(Z))
COUNT, ZERO = np.arange(len(F)), np.zeros(len(F))
NONE = [""] * len(F)
O = np.zeros(len(T.time))  # noqa: E741
EMPTY = [""] * len(T.time)
MILLI = 1e3 * T.current
HEAD = "Frequency [Hz],Z_re [Ohm],Z_im [Ohm]\n"
CURVE_HEAD = "Time [s],Voltage [V],Current [A]\n"


def _spectrum(separator=",", form="{:.9g}"):
    return rows(F, RE, IM, separator=separator, form=form)


def _curve(separator=","):
    return rows(T.time, T.voltage, T.current, separator=separator)


def _thousands(mark, decimal="."):
    """Frequencies with marks between thousands."""
    lines = (f"{f:,.3f};{r:.6f};{i:.6f}" for f, r, i in zip(F, RE, IM, strict=True))
    swapped = str.maketrans({",": mark, ".": decimal})
    return HEAD.replace(",", ";") + "\n".join(lines).translate(swapped)


ZPLOT = """"ZPlotW Data File: Version 3.2c"
"Raw Data"
"Sweep Frequency: Control Voltage"
Date: 01-02-2024    Time: 10:00:00
no comment
"Open Circuit Potential (V):  3 "
"Frequency"
0,3,0,1,100000,0.01
41
"  Freq(Hz)    Ampl     Bias   Time(Sec)   Z'(a)    Z''(b)    GD   Err   Range"
"""
ZPLOT_ROWS = rows(
    F, ZERO + 0.01, ZERO, COUNT, RE, IM, ZERO, ZERO, ZERO + 5, separator=", "
)
PROTOCOL = "".join(
    f"   [{k} Stop if voltage < 2.0 V, frequency > 1 Hz or if step time > 300 h]\n"
    for k in range(900)
)
SMART = (
    "Point Number,Time,Frequency (Hz),DC Level (V),Temperature ('C),"
    "Impedance Magnitude (Ohms),Impedance Phase Degrees ('),Capacitance Magnitude (F)\n"
)

SPECTRA = {
    # three columns without headings
    "blanks.txt": "\r\n".join(f"  {x} " for x in _spectrum("      ").split("\n")),
    "blank.txt": _spectrum(" "),
    "decimal_commas.txt": _spectrum("  ").replace(".", ","),
    "count_above.txt": "41\n" + _spectrum(" "),
    "title_above.txt": "Cell C at 30 degC, PEIS\n" + _spectrum("\t"),
    "comment_above.txt": "# freq sweep\n" + _spectrum(" "),
    "quoted_cells.txt": '"' + _spectrum('" "').replace("\n", '"\n"') + '"',
    # headings in quotes, without the end of the comments, after a long protocol
    "zplotw.z": ZPLOT + ZPLOT_ROWS,
    "zplotw.txt": ZPLOT + ZPLOT_ROWS,
    "zplotw_complete.z": ZPLOT + "End Comments\n" + ZPLOT_ROWS,
    "quoted_rows.csv": '"' + (HEAD + _spectrum()).replace("\n", '"\n"') + '"',
    "protocol.csv": PROTOCOL + "[Data]\n" + HEAD + _spectrum(),
    "protocol_without_mark.csv": PROTOCOL + HEAD + _spectrum(),
    # lines between the headings and the rows, and below
    "count_under.csv": HEAD + "41\n" + _spectrum(),
    "text_under.csv": HEAD + "data of the first loop\n\n" + _spectrum(),
    "units_and_count.csv": "Frequency,Z',Z''\nkHz,kOhm,kOhm\n41\n"
    + rows(F / 1e3, RE / 1e3, IM / 1e3),
    "text_below.csv": HEAD + _spectrum() + "\nEnd of data\n",
    "fit_below.csv": HEAD + _spectrum() + "\n\nRs,10.1,0.2\nRct,90,1.0\n",
    "blank_lines.csv": "\n" + HEAD + "\n" + _spectrum().replace("\n", "\n\n"),
    # a mark of a comment, and columns that count the rows
    "comment.txt": "# Frequency[Hz] Zre[Ohm] Zim[Ohm]\n" + _spectrum(" "),
    "glued_comment.txt": "#Frequency[Hz] Zre[Ohm] Zim[Ohm]\n" + _spectrum(" "),
    "tab_comment.txt": "#\tFrequency[Hz]\tZre[Ohm]\tZim[Ohm]\n" + _spectrum("\t"),
    "hash_column.csv": "#,Frequency[Hz],Zre[Ohm],Zim[Ohm]\n" + rows(COUNT, F, RE, IM),
    "table_of_r.txt": '"freq" "Zre" "Zim"\n'
    + rows([f'"{k + 1}"' for k in COUNT], F, RE, IM, separator=" "),
    "empty_headings.csv": "Frequency [Hz],Z_re [Ohm],Z_im [Ohm],,\n"
    + rows(F, RE, IM, ZERO, ZERO + 1),
    "headings_on_two_lines.csv": '"Frequency\n[Hz]","Z_re\n[Ohm]","Z_im\n[Ohm]"\n'
    + _spectrum(),
    # units after single blanks
    "single_blanks.txt": "Frequency (Hz) Zreal (Ohm) Zimag (Ohm)\n" + _spectrum(" "),
    "slashes.txt": "Frequency / Hz Zreal / Ohm Zimag / Ohm\n" + _spectrum(" "),
    # numbers
    "minus.csv": HEAD + _spectrum(form="{:.9f}").replace("-", "−"),
    "dash.csv": (HEAD + _spectrum(form="{:.9f}").replace("-", "–")).encode("cp1252"),
    "minus_without_headings.txt": _spectrum(" ").replace("-", "−"),
    "plus.csv": HEAD + _spectrum(form="{:+.9E}"),
    "thousands.csv": _thousands(","),
    "thousands_swiss.csv": _thousands("'"),
    "thousands_blank.csv": _thousands("\u00a0"),
    "thousands_german.csv": _thousands(".", ","),
    "angular.csv": "Frequency [rad/s],Re[Z] [Ohm],-Im[Z] [Ohm]\n"
    + rows(2 * np.pi * F, RE, -IM),
    # columns that are not needed
    "empty_first.csv": "f [Hz],Frequency [Hz],Z_re [Ohm],Z_im [Ohm]\n"
    + rows(NONE, F, RE, IM),
    "empty_parts.csv": "Frequency [Hz],Z_re,Z_im,|Z| [Ohm],Phase [deg]\n"
    + rows(F, NONE, NONE, SIZE, PHASE),
    "damaged_phase.csv": "Frequency [Hz],Z_re [Ohm],Z_im [Ohm],Phase [§x]\n"
    + rows(F, RE, IM, PHASE),
    "damaged_time.csv": "Time [§],Frequency [Hz],Z_re [Ohm],Z_im [Ohm]\n"
    + rows(COUNT, F, RE, IM),
    "damaged_modulus.csv": "Frequency [Hz],Z_re [Ohm],Z_im [Ohm],|Z| [§]\n"
    + rows(F, RE, IM, SIZE),
    "text_at_end.csv": HEAD + "\n".join(f"{x},ok" for x in _spectrum().split("\n")),
    # characters that were lost
    "lost_ohm.csv": "Frequency (Hz);Z' (?);-Z'' (?)\n"
    + rows(F, RE, -IM, separator=";"),
    "lost_kiloohm.csv": "Frequency (Hz);Z' (k\ufffd);-Z'' (k\ufffd)\n"
    + rows(F, RE / 1e3, -IM / 1e3, separator=";"),
    "smart.csv": SMART
    + "\n".join(
        f"{x},"
        for x in rows(
            COUNT, COUNT, F, ZERO + 3, ZERO + 30, SIZE, PHASE, ZERO + 1
        ).split("\n")
    ),
    # encodings and damage
    "zeros_at_end.csv": (HEAD + _spectrum() + "\n12.").encode() + bytes(5000),
    "control.csv": (HEAD + "\0\n" + _spectrum() + "\n\x03\0").encode(),
    "control_at_ends.csv": ("\x02" + HEAD + _spectrum()).replace("\n", "\x03\n\x02"),
    "utf_16.csv": (HEAD + _spectrum()).encode("utf-16-le"),
}


def _read(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read(path)


@pytest.mark.parametrize("name", SPECTRA)
def test_a_spectrum(tmp_path, name):
    recording = _read(tmp_path, name, SPECTRA[name])
    (found,) = recording.spectra
    assert recording.table is None
    assert found.frequencies == pytest.approx(F, rel=1e-2)
    assert found.Z == pytest.approx(Z, rel=1e-5)
    assert ("left out" in " ".join(recording.remarks)) == (
        name.startswith(
            ("damaged", "empty_p", "fit", "zeros", "control", "count_under")
        )
        or name == "units_and_count.csv"
    )


CURVES = {
    "minus.csv": CURVE_HEAD + _curve().replace("-", "−"),
    "dash.csv": CURVE_HEAD.replace(",", ";")
    + _curve(";").replace("-", "–").replace(".", ","),
    "one_text_with_commas.csv": CURVE_HEAD.replace(",", ";")
    + _curve(";").replace(".", ",").replace("\n600;", "\nx;"),
    "late_thousands.csv": CURVE_HEAD
    + rows([f'"{t:,.1f}"' for t in T.time], T.voltage, T.current),
    "count_under.csv": CURVE_HEAD + "240\n" + _curve(),
    "text_under.csv": CURVE_HEAD + "-----\nfirst record: 0\n" + _curve(),
    "protocol.txt": PROTOCOL.replace("Stop", "Record time, current, capacity: stop")
    + "*** Data ***\nTime (s)\tVoltage (V)\tCurrent (A)\n"
    + _curve("\t"),
    "sentences.txt": "".join(
        f"apply current {k} mA time 3 h then limit voltage 2.0 V step\n"
        f"stop time 10 h or voltage {k} V current 1 mA cell 5 end\n"
        for k in range(300)
    )
    + "[Data]\n"
    + CURVE_HEAD
    + _curve(),
    "mean.mpt": "time/s\t<Ewe/V>\t<I/mA>\n"
    + rows(T.time, T.voltage, MILLI, separator="\t"),
    "zeros_and_mean.mpt": "time/s\tEwe/V\t<Ewe/V>\t<I>/mA\n"
    + rows(T.time, O, T.voltage, MILLI, separator="\t"),
    "empty_cell.mpt": "time/s\tEcell/V\tEwe/V\tI/mA\n"
    + rows(T.time, EMPTY, T.voltage, MILLI, separator="\t"),
    "zero_cell.mpt": "time/s\tEwe-Ece/V\tEwe/V\tI/mA\n"
    + rows(T.time, O, T.voltage, MILLI, separator="\t"),
    "empty_time.csv": "Total Time,"
    + CURVE_HEAD
    + rows(EMPTY, T.time, T.voltage, T.current),
    "empty_current.csv": "time/s,I/mA,<I>/mA,Ewe/V\n"
    + rows(T.time, EMPTY, MILLI, T.voltage),
    "damaged_capacity.csv": CURVE_HEAD.strip()
    + ",Capacity (mA§h)\n"
    + rows(T.time, T.voltage, T.current, T.capacity),
    "numbered.csv": "Time [s],Voltage 1 [V],Voltage 2 [V],Current_1(A)\n"
    + rows(T.time, T.voltage, O, T.current),
    "words.csv": "test_time_millisecond,voltage_millivolt,current_milliampere\n"
    + rows(1e3 * T.time, 1e3 * T.voltage, MILLI),
    "mojibake.csv": "Time (s),Voltage (V),Current (ÂµA)\n"
    + rows(T.time, T.voltage, 1e3 * MILLI),
    "lost_micro.csv": "Time (s),Voltage (V),Current (\ufffdA)\n"
    + rows(T.time, T.voltage, 1e3 * MILLI),
    "summary_above.csv": "Cycle,Charge Capacity (mAh),Discharge Capacity (mAh)\n"
    "1,0.12,0.125\n\n" + CURVE_HEAD + _curve(),
    "summary_below.csv": CURVE_HEAD
    + _curve()
    + "\n\nCycle,Charge Capacity (mAh),Discharge Capacity (mAh)\n1,0.12,0.125\n",
    "resistance.csv": CURVE_HEAD.strip()
    + ",Impedance (Ohm)\n"
    + rows(T.time, T.voltage, T.current, O),
    "empty_spectrum.csv": CURVE_HEAD.strip()
    + ","
    + HEAD
    + rows(T.time, T.voltage, T.current, EMPTY, EMPTY, EMPTY),
    "zero_spectrum.csv": CURVE_HEAD.strip()
    + ","
    + HEAD
    + rows(T.time, T.voltage, T.current, O, O, O),
}


def _check_curve(recording):
    discharge, charge = half_cycles(recording)
    assert (discharge.direction, charge.direction) == ("discharge", "charge")
    for half, ends in ((discharge, (3.1, 2.0)), (charge, (2.5, 4.4))):
        assert half.current == pytest.approx(AMPERE)
        assert half.time[-1] == pytest.approx(3540, rel=0.02)
        assert half.voltage[[0, -1]] == pytest.approx(ends, abs=0.05)


@pytest.mark.parametrize("name", CURVES)
def test_a_curve(tmp_path, name):
    recording = _read(tmp_path, name, CURVES[name])
    assert not recording.spectra
    assert recording.table["Time [s]"].iloc[-1] == T.time[-1]
    _check_curve(recording)


@pytest.mark.parametrize("title", ["Temp 1", "Temp_1 (°C)", "T1", "Temperature(Â°C)"])
def test_a_numbered_temperature(tmp_path, title):
    text = f"{CURVE_HEAD.strip()},{title},Voltage 7\n"
    text += rows(T.time, T.voltage, T.current, O + 30, O)
    assert half_cycles(_read(tmp_path, "x.csv", text))[0].temperature == 30


# ------------------------------------------------------------------- curve and spectrum
def _both(gap, voltage=2.3, frequency_gap=None):
    """A discharge, a spectrum at rest and a charge in the rows of one table."""
    n = len(T.time) // 2
    gaps = [[gap] * n] * 2
    first = [[gap if frequency_gap is None else frequency_gap] * n, *gaps]
    rest = [[voltage] * len(F)] if voltage == "" else [ZERO + voltage]
    current = [[""] * len(F)] if voltage == "" else [ZERO]
    parts = [
        rows(T.time[:n], T.voltage[:n], T.current[:n], *first),
        rows(T.time[n] + 10 * COUNT, *rest, *current, F, RE, IM),
        rows(T.time[n:] + 500, T.voltage[n:], T.current[n:], *first),
    ]
    return CURVE_HEAD.strip() + "," + HEAD + "\n".join(parts)


BOTH = {
    **{f"gap_{gap or 'empty'}.csv": _both(gap) for gap in ("NaN", "", "0", "---")},
    "only_frequency_zero.csv": _both("", frequency_gap="0"),
    "no_voltage_of_spectrum.csv": _both("", voltage=""),
    "curve_then_spectrum.csv": CURVE_HEAD + _curve() + "\n\n" + HEAD + _spectrum(),
    "spectrum_then_curve.csv": HEAD + _spectrum() + "\n\n" + CURVE_HEAD + _curve(),
    "titled.txt": "Curve\nTime (s)\tVoltage (V)\tCurrent (A)\n"
    + _curve("\t")
    + "\n\nSpectrum\nFrequency (Hz)\tZ' (Ohm)\t-Z'' (Ohm)\n"
    + rows(F, RE, -IM, separator="\t"),
}


@pytest.mark.parametrize("name", BOTH)
def test_a_file_with_a_curve_and_a_spectrum_keeps_both(tmp_path, name):
    recording = _read(tmp_path, name, BOTH[name])
    (found,) = recording.spectra
    assert found.Z == pytest.approx(Z, rel=1e-6)
    _check_curve(recording)


def test_a_second_curve_with_other_headings_is_left_out_with_a_remark(tmp_path):
    other = "Test Time (h),U (V),I (mA)\n" + rows(T.time[:9], T.voltage[:9], MILLI[:9])
    text = CURVE_HEAD + _curve() + "\n\n" + other
    recording = _read(tmp_path, "x.csv", text)
    _check_curve(recording)
    assert any("the table from line 244 is left out" in r for r in recording.remarks)


# ------------------------------------------------------------- refused in one sentence
WITH_PHASE = "Frequency [Hz],Z_re [Ohm],Z_im [Ohm],Phase [deg]\n"
WITH_MODULUS = "Frequency [Hz],Z_re [Ohm],Z_im [Ohm],|Z| [Ohm]\n"
REFUSED = {
    "reversed.csv": (
        WITH_PHASE + rows(F, RE, -IM, PHASE),
        'line 2: "Phase [deg]" is -8.14907889, but "Z_re [Ohm]" and "Z_im [Ohm]" give '
        '8.15 degrees; right would be one sign of "Z_im [Ohm]" and "Phase [deg]"',
    ),
    "reversed_minus.csv": (
        WITH_PHASE.replace("Z_im", "-Z_im") + rows(F, RE, IM, PHASE),
        'one sign of "-Z_im [Ohm]" and "Phase [deg]"',
    ),
    "radians.csv": (
        WITH_PHASE + rows(F, RE, IM, np.deg2rad(PHASE)),
        "columns that agree",
    ),
    "modulus.csv": (
        WITH_MODULUS + rows(F, RE, IM, 2 * SIZE),
        'line 2: "|Z| [Ohm]" is 20.250056, but "Z_re [Ohm]" and "Z_im [Ohm]" give',
    ),
    "one_digit.csv": (
        WITH_MODULUS + rows(F, np.where(COUNT == 20, 1.1 * RE, RE), IM, SIZE),
        "line 22",
    ),
    "modulus_of_another_unit.csv": (
        WITH_MODULUS.replace("|Z| [Ohm]", "|Z| [kOhm]") + rows(F, RE, IM, SIZE),
        "columns that agree",
    ),
    "damaged_unit.csv": (HEAD.replace("Z_im [Ohm]", "Z_im [O§m]") + _spectrum(), "o§m"),
    "damaged_voltage.csv": (CURVE_HEAD.replace("[V]", "[§]") + _curve(), "unit § is"),
    "empty_frequency.csv": (HEAD + rows(NONE, RE, IM), "no filled column of the freq"),
    "curve_without_headings.txt": (_curve(" "), "its first column has even steps"),
    "frequency_last.txt": (
        "Title=x\nprimary_data\n3\n41\n" + rows(RE, IM, F, separator=" "),
        "column 3 has even ratios as frequencies have; right would be the frequency in",
    ),
    "constant.txt": (rows(F, ZERO + 0.01, ZERO, separator=" "), "would be constant"),
    "unknown_headings.txt": ("a b c\n" + _spectrum(" "), "frequency among a, b, c"),
    "more_values.csv": (
        CURVE_HEAD + rows(O, T.time, T.voltage, T.current),
        "line 2 has 4 cells under 3 headings",
    ),
    "more_words.txt": (
        "Test Time (s) Cell Voltage (V) Current (A)\n" + _curve(" "),
        "line 2 has 3 cells under 5 headings, divided by blanks",
    ),
    "thousands_or_decimals.csv": (
        CURVE_HEAD.replace(",", ";")
        + rows(
            T.time + 0.5,
            [f"{v:.3f}".replace(".", ",") for v in T.voltage],
            T.current,
            separator=";",
        ),
        'no number for voltage, the first in line 2 ("3,200 ?")',
    ),
    "control_in_a_number.csv": (
        (HEAD + _spectrum()).encode().replace(b".", b"\0", 3),
        '"70794?5784" is not a number',
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(tmp_path, name):
    content, says = REFUSED[name]
    with pytest.raises(DataFileError) as refused:
        _read(tmp_path, name, content)
    assert says in str(refused.value)
    assert "right would be" in str(refused.value)


def test_rounded_numbers_do_not_contradict_each_other(tmp_path):
    lines = (
        f"{f:.2f},{1e3 * r:.0f},{-1e3 * i:.0f},{1e3 * s:.0f},{p:.0f}"
        for f, r, i, s, p in zip(F, RE / 1e4, IM / 1e4, SIZE / 1e4, PHASE, strict=True)
    )
    head = "Frequency (Hz),Zre (mOhm),-Zim (mOhm),|Z| (mOhm),Phase (deg)\n"
    (found,) = _read(tmp_path, "x.csv", head + "\n".join(lines)).spectra
    assert found.Z.real == pytest.approx(RE / 1e4, abs=5e-4)
    # the sign of both columns is reversed, and a phase may be a turn more
    head = "Frequency (Hz),Z' (Ohm),-Z'' (Ohm),|Z| (Ohm),-Phase (deg)\n"
    text = head + rows(F, RE, -IM, SIZE, -PHASE + 360)
    (found,) = _read(tmp_path, "x.csv", text).spectra
    assert found.Z == pytest.approx(Z)


def test_a_table_far_below_another_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(file_content, "HEAD_BYTES", 2000)
    text = CURVE_HEAD + _curve() + "\n\n" + HEAD + _spectrum()
    with pytest.raises(DataFileError, match=r'line 243: the heading "Z_re \[Ohm\]"'):
        _read(tmp_path, "x.csv", text)


def test_nested_tables_have_a_limit(tmp_path, monkeypatch):
    text = "Cycle ID,Cap(mAh)\n,Step ID,Step Name\n,,Record ID,Time,Voltage(V),"
    text += "Current(mA)\n1,1\n,1,CC Chg\n" + 300_000 * ",,1,0:00:01,3,1\n"
    assert file_content.MAX_BYTES > 1e8
    monkeypatch.setattr("nfpcell.measured.readers.nested_rows.MAX_BYTES", 1_000_000)
    with pytest.raises(DataFileError, match="has 5 MB of cycles, steps and records"):
        _read(tmp_path, "x.csv", text)
