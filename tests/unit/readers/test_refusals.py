"""Errors about files: what, where, what would be right, in printable characters."""

import gzip
import os

import numpy as np
import pytest

from nfpcell.errors import DataFileError, printable
from nfpcell.measured.extraction import half_cycles
from nfpcell.measured.readers import read
from tests.unit.readers.instrument_files import measurement, rows, spectrum

T = measurement()
F, Z = spectrum()
CURVE = "Time [s],Voltage [V],Current [A]\n"
SPECTRUM = "Frequency [Hz],Z_re [Ohm],Z_im [Ohm]\n"


def _refused(path, says):
    with pytest.raises(DataFileError) as refused:
        read(path)
    sentence = str(refused.value)
    assert says in sentence
    assert "right would be" in sentence
    assert path.name in sentence
    assert sentence.isprintable()
    return sentence


def _file(tmp_path, text, name="cell.csv"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize(
    ("name", "raw", "says"),
    [
        (
            "quote.csv",
            CURVE + '"' + 99 * "1,2,3\n",
            'has a quotation mark (") that is opened and not closed',
        ),
        (
            "bare.csv",
            "\n".join(f"{k},{k + 1},{k + 2}" for k in range(1, 30)).encode(),
            "has no headings, and its first column has even steps as a time does",
        ),
        ("two.csv", b"1,2\n3,4\n", "has no headings; right would be such as Frequency"),
        (
            "modulus.csv",
            b"Frequency [Hz],|Z| [Ohm]\n1,2\n2,3\n",
            "no column of the real part among",
        ),
        (
            "gamry.dta",
            b"EXPLAIN\nTAG\tEISPOT\nZCURVE\tTABLE\n\tPt\n",
            "has no table of data; right would be the complete .dta file",
        ),
        (
            "versa.par",
            b"<Application>\nName=VersaStudio\n</Application>\n<Segment1>\n",
            "has no segment of data; right would be the complete .par file",
        ),
        ("zeros.csv", bytes(5000), "is not text; right would be a table"),
        ("zeros.mpr", bytes(5000), "does not begin as a BioLogic .mpr does"),
        (
            "packed.csv.gz",
            gzip.compress(CURVE.encode() + rows(*np.eye(3)).encode())[:12] + 99 * b"x",
            "is a damaged gzip file; right would be the original .gz file",
        ),
    ],
)
def test_damaged_files(tmp_path, name, raw, says):
    _refused(_file(tmp_path, raw, name), says)


def test_what_is_no_file(tmp_path):
    _file(tmp_path, CURVE, "curves.csv")
    sentence = _refused(tmp_path / "curve.csv", "there is no such file")
    assert sentence.endswith("curves.csv")
    _refused(tmp_path / "x" / "y.csv", "there is no such file")
    _refused(tmp_path, "is a folder; right would be a file")
    with pytest.raises(DataFileError, match="cannot be the path of a file"):
        read("a\0.csv")
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    _refused(pipe, "is not an ordinary file but a device or a pipe")


def test_a_heading_that_occurs_twice(tmp_path):
    values = rows(T.time, T.voltage, T.current)
    head = "Voltage [V],Voltage [V],Current [A]\n"
    _refused(
        _file(tmp_path, head + values),
        'the heading "Voltage [V]" occurs twice, in columns 1, 2; right would be',
    )
    # two whole tables side by side: the first of them
    both = rows(T.time, T.voltage, T.current, T.time, T.voltage + 1, T.current)
    found = read(_file(tmp_path, CURVE.strip() + "," + CURVE + both))
    assert found.table["Voltage [V]"].tolist() == pytest.approx(T.voltage)
    one_of_two = "only the first of 2 tables side by side is read"
    assert one_of_two in found.remarks
    spectra = rows(F, Z.real, Z.imag, F, 2 * Z.real, Z.imag)
    found = read(_file(tmp_path, SPECTRUM.strip() + "," + SPECTRUM + spectra))
    assert one_of_two in found.remarks


@pytest.mark.parametrize("reference", ["Li/Li+", "Ag/AgCl", "SCE", "Na/Na+", "Ref"])
def test_a_voltage_against_another_reference_is_told(tmp_path, reference):
    head = CURVE.replace("Voltage [V]", f"Potential (V vs. {reference})")
    found = read(_file(tmp_path, head + rows(T.time, T.voltage, T.current)))
    told = f"voltage is against {reference}, and is not converted to sodium"
    assert (told in found.remarks) == (reference not in ("Na/Na+", "Ref"))


def test_a_negative_real_part(tmp_path):
    _refused(
        _file(tmp_path, SPECTRUM + rows(F, -Z.real, Z.imag)),
        "cell.csv (table of text): the real part is negative at 100 % of the "
        "frequencies; right would be",
    )
    # a loop below zero at high frequencies is no sign turned
    real = Z.real - 11
    assert 0 < (real < 0).mean() < 0.5
    (one,) = read(_file(tmp_path, SPECTRUM + rows(F, real, Z.imag))).spectra
    assert one.Z.real == pytest.approx(real)


def test_an_absurd_temperature_of_a_spectrum_is_left_out(tmp_path):
    text = SPECTRUM.strip() + ",Temperature [degC]\n"
    text += rows(F, Z.real, Z.imag, np.full(len(F), -999.0))
    found = read(_file(tmp_path, text))
    assert found.spectra[0].temperature is None
    assert any("has no measured temperature" in r for r in found.remarks)


def test_text_of_a_file_is_shown_in_printable_characters(tmp_path):
    strange = "x\x1a\x85\u202e" + 300 * "y"
    path = _file(tmp_path, f"{strange},{'z' * 500}\n1,2\n")
    assert len(_refused(path, "no column of the frequency among x")) < 500
    # and in remarks
    head = "Time [s],Voltage [V],Current [A],Ewe\u202e\u202e/V,U\u202e [V]\n"
    values = rows(T.time, T.voltage, T.current, T.voltage, T.voltage)
    for remark in read(_file(tmp_path, head + values)).remarks:
        assert remark.isprintable()


def test_a_refusal_says_what_was_read(tmp_path):
    text = CURVE + rows(*(x[:4] for x in (T.time, T.voltage, T.current)))
    with pytest.raises(DataFileError) as refused:
        half_cycles(read(_file(tmp_path, text)))
    assert str(refused.value).endswith(
        "cell.csv (table of text, 4 rows of time, voltage, current): 4 rows are no "
        "half-cycle; right would be at least 5"
    )
    spectra = read(_file(tmp_path, SPECTRUM + rows(F, Z.real, Z.imag)))
    with pytest.raises(DataFileError, match=r"41 rows, 1 spectrum\): has spectra"):
        half_cycles(spectra)
    text = SPECTRUM + rows(F[:3], Z.real[:3], Z.imag[:3])
    _refused(_file(tmp_path, text), "cell.csv (table of text): 3 frequencies are no")


@pytest.mark.filterwarnings("error")
def test_numbers_beyond_all_bounds_give_one_sentence(tmp_path):
    for first in ("inf\n", "1e308\n-1e308\n", "nan\n"):
        text = "".join(f"{f},1,-1\n" for f in first.split()) + rows(F, Z.real, Z.imag)
        with pytest.raises(DataFileError):
            half_cycles(read(_file(tmp_path, text, "bare.csv")))
    t = np.r_[0, 1e-300, T.time[1:61]]
    q = np.r_[0, 1e20, T.capacity[61:121]]
    text = "Time [s],Voltage [V],Capacity [Ah]\n" + rows(t, T.voltage[60:122], q)
    # the jump of the count is a row like a pulse
    (half,) = half_cycles(read(_file(tmp_path, text)))
    assert np.isfinite(half.current)
    assert np.isfinite(half.capacity).all()


def test_printable():
    assert printable("a\0\0\0b\x1b[31mü") == "a\\x00…b\\x1b[31mü"
    assert len(printable("x" * 10_000)) < 1600
    assert printable("two\nlines") == "two\nlines"
    assert str(DataFileError("cell\x07.csv: is bad")) == "cell\\x07.csv: is bad"
