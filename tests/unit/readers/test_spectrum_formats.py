"""Impedance in the formats of instruments, one spectrum or many to a file."""

import numpy as np
import pytest

from nfpcell.eis import spectrum_analysis as spectra
from nfpcell.errors import DataFileError
from nfpcell.measured.extraction import half_cycles
from nfpcell.measured.readers import read
from tests.unit.readers.instrument_files import rows, spectrum

F, Z = spectrum()
RE, IM = Z.real, Z.imag
SIZE, PHASE = np.abs(Z), np.rad2deg(np.angle(Z))
ZERO = np.zeros(len(F))
COUNT = np.arange(len(F))


def _gamry(comma=False):
    lines = ["EXPLAIN", "TAG\tEISPOT", "TITLE\tLABEL\tPotentiostatic EIS\tTest", ""]
    lines += ["NOTES\tNOTES\t2\t&Notes...", "\tfirst\ttable", "\t"]
    lines += ["OCVCURVE\tTABLE\t3", "\tPt\tT\tVf\tVm\tAch\tOver\tTemp"]
    lines += ["\t#\ts\tV vs. Ref.\tV\tV\tbits\tdeg C"]
    lines += [f"\t{k}\t{k * 0.25}\t2.9\t2.9\t0\t..........a\t-327.67" for k in range(3)]
    lines += ["EOC\tQUANT\t2.9\tOpen Circuit (V)", "ZCURVE\tTABLE"]
    lines += ["\tPt\tTime\tFreq\tZreal\tZimag\tZsig\tZmod\tZphz\tIdc\tVdc\tIERange"]
    lines += ["\t#\ts\tHz\tohm\tohm\tV\tohm\t°\tA\tV\t#"]
    table = rows(
        COUNT,
        COUNT,
        F,
        RE,
        IM,
        ZERO + 1,
        SIZE,
        PHASE,
        ZERO + 2e-5,
        ZERO + 2.95,
        ZERO + 9,
        separator="\t",
    )
    text = "\n".join([*lines, *("\t" + line for line in table.split("\n"))]) + "\n"
    return text.replace(".", ",") if comma else text


ZPLOT = "  Data Points:  41\n  Freq(Hz)\tAmpl\tBias\tTime(Sec)\tZ'(a)\tZ''(b)\tGD\tErr"
ZPLOT += "\tRange\n"
Z_ROWS = rows(F, ZERO + 0.01, ZERO, COUNT, RE, IM, ZERO, ZERO, ZERO + 3, separator="\t")
PEIS = ["freq/Hz", "Re(Z)/Ohm", "-Im(Z)/Ohm", "|Z|/Ohm", "Phase(Z)/deg", "time/s"]
PEIS += ["<Ewe>/V", "<I>/mA", "Cs/µF", "Cp/µF", "cycle number", "I Range", "|Ewe|/V"]


def _mpt(head, body):
    text = ["EC-Lab ASCII FILE", "Nb header lines : 5", "", "PEIS"]
    return "\r\n".join([*text, "\t".join(head) + "\t", body.replace("\n", "\r\n")])


PEIS_ROWS = rows(
    F,
    RE,
    -IM,
    SIZE,
    PHASE,
    COUNT,
    ZERO + 2.9,
    ZERO + 0.1,
    ZERO,
    ZERO,
    ZERO + 1,
    ZERO + 11,
    ZERO + 0.02,
    separator="\t",
    form="{:.9E}",
)
PAR_HEAD = (
    "Segment #, Point #, E(V), I(A), Elapsed Time(s), ADC Sync Input(V), Current "
    "Range, "
    "Status, E Applied(V), Frequency(Hz), E Real, E Imag, I Real, I Imag, Z Real, "
    "Z Imag, E2 Status, E2(V), ActionId, AC Amplitude, 0"
)


def _segment(number, frequency, time, voltage, current, impedance):
    n = len(time)
    zero = np.zeros(n)
    body = rows(
        zero + number - 1,
        np.arange(n),
        voltage,
        current,
        time,
        zero,
        zero + 5,
        zero,
        zero,
        frequency,
        zero,
        zero,
        zero,
        zero,
        impedance.real,
        impedance.imag,
        zero,
        zero,
        zero + 21,
        zero + 0.02,
    )
    head = f"<Segment{number}>\nType=2\nVersion=3\nDefinition={PAR_HEAD}\n"
    return f"{head}{body}\n</Segment{number}>\n"


PAR_TOP = "<Application>\nName=VersaStudio\nVersion=2.52\n</Application>\n\n"
PAR = PAR_TOP + _segment(1, F, COUNT, ZERO, ZERO - 3e-6, Z)

FORMATS = {
    "bare.csv": rows(F, RE, IM),
    "words.csv": "Frequency [Hz],Z_re [Ohm],Z_im [Ohm]\n" + rows(F, RE, IM),
    "strokes.txt": "Freq;Z';-Z''\n" + rows(F, RE, -IM, separator=";"),
    "kilo.csv": "f (kHz),Z' (kΩ),Z\" (kΩ)\n" + rows(F / 1e3, RE / 1e3, IM / 1e3),
    "modulus.csv": "Frequency (Hz),|Z| (Ohm),Phase (deg)\n" + rows(F, SIZE, PHASE),
    "german.csv": "Frequenz [Hz];Zreal [Ohm];Zimag [Ohm]\n"
    + rows(F, RE, IM, separator=";").replace(".", ","),
    "squidstat.csv": "Frequency (Hz),|Z| (Ohms),Phase (deg),Z' (Ohms),-Z\" (Ohms)\n"
    + rows(F, SIZE, PHASE, RE, -IM),
    "nova.txt": "Index\tFrequency (Hz)\tZ' (Ω)\t-Z'' (Ω)\tZ (Ω)\t-Phase (°)\tTime (s)\n"
    + rows(COUNT, F, RE, -IM, SIZE, -PHASE, COUNT, separator="\t"),
    "palmsens.csv": "freq / Hz,neg. Phase / °,Idc / uA,Z / Ohm,Z' / Ohm,-Z'' / Ohm\n"
    + rows(F, -PHASE, ZERO, SIZE, RE, -IM),
    "two_words.txt": "Frequency (Hz)   Zre (ohms)   Zim (ohms)\n"
    + rows(F, RE, IM, separator="   "),
    "peis.mpt": _mpt(PEIS, PEIS_ROWS),
    "french.mpt": _mpt(PEIS, PEIS_ROWS.replace(".", ",")),
    "gamry.DTA": _gamry(),
    "gamry_comma.dta": _gamry(comma=True),
    "zplot.z": "ZPLOT2 ASCII\n" + ZPLOT + "End Comments\n" + Z_ROWS,
    "zview_commas.z": "ZPLOT2 ASCII\n  Date: 1\nEnd Comments\n"
    + Z_ROWS.replace("\t", ", "),
    "zview_bare.z": Z_ROWS.replace("\t", "   "),
    "zview_named.z": ZPLOT.split("\n")[1] + "\n" + Z_ROWS,
    "three.z": rows(F, RE, IM, separator="\t"),
    "versa.par": PAR,
}


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_spectrum(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(FORMATS[name].encode("utf-8"))
    found = read(path)
    (one,) = found.spectra
    assert one.name == path.stem
    assert found.table is None
    np.testing.assert_allclose(one.frequencies, F, rtol=1e-7)
    np.testing.assert_allclose(one.Z, Z, rtol=1e-6)
    if name in ("peis.mpt", "french.mpt"):
        assert (one.voltage, one.current) == pytest.approx((2.9, 1e-4))
    if name.startswith("gamry"):
        assert (one.voltage, one.current) == pytest.approx((2.95, 2e-5))


# ------------------------------------------------------------------- many in one file
SERIES = [spectrum(shift=5.0 * k)[1] for k in range(3)]
F3 = np.tile(F, 3)
Z3 = np.concatenate(SERIES)


def _checked(path, count=3):
    found = read(path)
    assert [s.name for s in found.spectra] == [
        f"{path.stem}#{k + 1}" for k in range(count)
    ]
    for one, expected in zip(found.spectra, SERIES, strict=False):
        np.testing.assert_allclose(one.frequencies, F, rtol=1e-7)
        np.testing.assert_allclose(one.Z, expected, rtol=1e-6)
    return found


def test_spectra_one_after_the_other(tmp_path):
    path = tmp_path / "three.csv"
    path.write_text("f [Hz],Z_re,Z_im\n" + rows(F3, Z3.real, Z3.imag))
    _checked(path)
    assert len(spectra.read_all(path)) == 3
    with pytest.raises(DataFileError, match="has 3 spectra; right would be a file of"):
        spectra.read(path)


def test_a_sweep_up_and_one_down_are_two_spectra(tmp_path):
    path = tmp_path / "there_and_back.csv"
    f = np.concatenate([F, F[::-1]])
    both = np.concatenate([SERIES[0], SERIES[1][::-1]])
    path.write_text("f [Hz],Z_re,Z_im\n" + rows(f, both.real, both.imag))
    _checked(path, 2)


def test_an_odd_point_does_not_cut_a_spectrum(tmp_path):
    path = tmp_path / "one.csv"
    order = np.r_[0:20, 21, 20, 22:41]
    path.write_text("f [Hz],Z_re,Z_im\n" + rows(F[order], RE[order], IM[order]))
    (one,) = read(path).spectra
    np.testing.assert_allclose(one.Z, Z, rtol=1e-6)


def test_loops_under_current_are_spectra_and_a_curve(tmp_path):
    path = tmp_path / "geis.mpt"
    head = ["freq/Hz", "Re(Z)/Ohm", "-Im(Z)/Ohm", "time/s", "<Ewe>/V", "<I>/mA"]
    head += ["z cycle"]
    time = np.arange(len(F3)) * 30.0
    voltage = np.linspace(3.3, 2.9, len(F3))
    loop = np.repeat([0, 1, 2], len(F))
    body = rows(
        F3,
        Z3.real,
        -Z3.imag,
        time,
        voltage,
        np.full(len(F3), -0.1),
        loop,
        separator="\t",
    )
    path.write_bytes(_mpt(head, body).encode())
    found = _checked(path)
    voltages = [s.voltage for s in found.spectra]
    assert voltages == sorted(voltages, reverse=True)
    assert found.spectra[0].current == pytest.approx(-1e-4)
    assert len(found.table) == len(F3)


def test_a_curve_with_spectra_in_it(tmp_path):
    path = tmp_path / "mb.mpt"
    head = ["time/s", "Ewe/V", "I/mA", "Ns", "freq/Hz", "Re(Z)/Ohm", "-Im(Z)/Ohm"]
    head += ["<Ewe>/V", "<I>/mA"]
    parts, time = [], 0.0
    for k, own in enumerate(SERIES):
        t = time + 10.0 * np.arange(1, 41)
        v = 3.2 - t * 1e-4
        zero = np.zeros(40)
        parts.append(
            np.column_stack([t, v, zero - 0.1, zero + 2 * k, *([zero] * 3), zero, zero])
        )
        s = t[-1] + 5.0 * np.arange(1, 42)
        w = 3.2 - s * 1e-4
        parts.append(
            np.column_stack(
                [s, ZERO, ZERO, ZERO + 2 * k + 1, F, own.real, -own.imag, w, ZERO - 0.1]
            )
        )
        time = s[-1]
    path.write_bytes(_mpt(head, rows(*np.vstack(parts).T, separator="\t")).encode())
    found = _checked(path)
    assert len(found.table) == 3 * (40 + 41)
    np.testing.assert_allclose(found.table["Current [A]"], -1e-4)
    np.testing.assert_allclose(
        found.table["Voltage [V]"], 3.2 - found.table["Time [s]"] * 1e-4
    )
    # the current flows on through the spectra: one discharge
    (discharge,) = half_cycles(found)
    assert len(discharge.time) == 3 * (40 + 41)
    assert discharge.current == pytest.approx(1e-4)


def test_segments_of_versastudio(tmp_path):
    path = tmp_path / "many.par"
    t = 10.0 * np.arange(100)
    zero = np.zeros(100)
    text = PAR_TOP + _segment(1, zero, t, 3.2 - 1e-4 * t, zero - 1e-4, zero + 0j)
    text += _segment(2, F, 1000.0 + COUNT, ZERO, ZERO, SERIES[0])
    text += _segment(3, zero, 1100 + t, 2.5 + 1e-4 * t, zero + 1e-4, zero + 0j)
    text += _segment(4, F, 2200.0 + COUNT, ZERO, ZERO, SERIES[1])
    path.write_text(text)
    found = _checked(path, 2)
    assert found.format == "VersaStudio .par, 4 segments"
    assert len(found.table) == 200


def test_a_last_spectrum_that_was_broken_off_is_left_out(tmp_path):
    path = tmp_path / "three.csv"
    n = len(F3) + 2
    f, more = np.append(F3, F[:2]), np.append(Z3, SERIES[0][:2])
    path.write_text("f [Hz],Z_re,Z_im\n" + rows(f[:n], more.real, more.imag))
    found = read(path)
    assert len(found.spectra) >= 2


def test_a_positive_imaginary_part_throughout_is_remarked(tmp_path):
    path = tmp_path / "turned.csv"
    path.write_text("f [Hz],Z_re,Z_im\n" + rows(F, RE, -IM))
    assert any("sign may be reversed" in remark for remark in read(path).remarks)
