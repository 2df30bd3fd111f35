"""Reading, testing and resolving a spectrum."""

import os
from pathlib import Path

import numpy as np
import pytest

from nfpcell.eis import spectrum_analysis
from nfpcell.eis.impedance import frequency_range
from nfpcell.errors import DataFileError
from nfpcell.physics.circuit import arcs_impedance

F = frequency_range(1e6, 0.025, 10)
OMEGA = 2 * np.pi * F
ARCS = arcs_impedance(OMEGA, 40.0, (90.0, 200.0), (1e-3, 0.1), (0.9, 0.8))
DATA = Path(
    os.environ.get(
        "NFPCELL_TEST_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"
    )
)


def _file(tmp_path, text, name="measured.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def _rows(separator=",", sign=1, scale=1.0):
    return "\n".join(
        separator.join(f"{v:.12g}" for v in (f, scale * Z.real, sign * scale * Z.imag))
        for f, Z in zip(F, ARCS, strict=True)
    )


# --------------------------------------------------------------------------- the file
@pytest.mark.parametrize(
    ("header", "separator", "sign", "scale"),
    [
        ("", ",", 1, 1),
        ("Frequency [Hz],Z_re [Ohm],Z_im [Ohm]\n", ",", 1, 1),
        ("freq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm\n", "\t", -1, 1),
        ("f (Hz);Z' (kOhm);Z'' (kOhm)\n", ";", 1, 1e-3),
        ("Freq,Zreal,Zimag\n", ",", 1, 1),
    ],
)
def test_a_table_is_read(tmp_path, header, separator, sign, scale):
    path = _file(tmp_path, header + _rows(separator, sign, scale) + "\n")
    found = spectrum_analysis.read(path)
    assert found.name == "measured"
    np.testing.assert_allclose(found.frequencies, F, rtol=1e-10)
    np.testing.assert_allclose(found.Z, ARCS, rtol=1e-9)


def test_any_order_and_decimal_commas(tmp_path):
    text = "f;Z_re;Z_im\n" + _rows(";").replace(".", ",")
    head, *rows = text.split("\n")
    found = spectrum_analysis.read(_file(tmp_path, "\n".join([head, *rows[::-1]])))
    np.testing.assert_allclose(found.Z, ARCS, rtol=1e-9)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("1,2,3\n2,3,4\n", "2 frequencies are no spectrum"),
        ("a,b,c\n1,2,3\n", "no column of the frequency"),
        ("Frequency [Hz],Z_re [Ohm]\n1,2\n", "no column of the imaginary part"),
        ("f,Z_re [Ohm.cm2],Z_im\n1,2,3\n", "unit ohm.cm2 is not known"),
        ("f,Z_re,Z_im\n1,2,x\n", 'line 2: "x" is not a number'),
        ("f,Z_re,Z_im\n1,2\n", "no filled column of the imaginary part"),
        ("f,Z_re,Z_im\n1,2,nan\n", "no filled column of the imaginary part"),
        ("f,Z_re,Z_im\n0,2,3\n", "line 2: frequency [Hz] 0 is refused"),
        ("f,Z_re,Z_im\n1,0,0\n", "line 2: modulus [Ohm] 0 is refused"),
        ("f,Z_re,Z_im\n1e-300,1,0\n", "line 2: frequency [Hz] 1e-300 is refused"),
        ("f,Z_re,\x00\n", "is not text"),
        ("f,Z_re,Z_im\n1,2,3\n1,2,3\n", "line 3: 1 Hz occurs twice"),
    ],
)
def test_what_is_no_spectrum_is_refused_in_one_sentence(tmp_path, text, says):
    path = _file(tmp_path, text)
    with pytest.raises(DataFileError) as refused:
        spectrum_analysis.read(path)
    assert says in str(refused.value)
    assert str(path) in str(refused.value)
    assert "\n" not in str(refused.value)


def test_other_files_are_refused(tmp_path):
    with pytest.raises(DataFileError, match="there is no such file"):
        spectrum_analysis.read(tmp_path / "none.csv")
    with pytest.raises(DataFileError, match=r"right would be a \.csv"):
        spectrum_analysis.read(_file(tmp_path, "x", "data.mpr"))


def test_a_real_measurement_is_read_and_passes():
    path = DATA / "exampleData.csv"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    found = spectrum_analysis.read(path)
    assert len(found.frequencies) == 66
    residuals = spectrum_analysis.kramers_kronig(found.frequencies, found.Z)
    assert np.abs(residuals).max() < 0.01


# --------------------------------------------------------------------------- the test
def _diffusion():
    """Arcs and finite-length diffusion: an exact spectrum with a low tail."""
    f = frequency_range(1e7, 1e-3, 10)
    root = np.sqrt(2j * np.pi * f * 30)
    Z = arcs_impedance(2 * np.pi * f, 40.0, (90.0, 200.0), (1e-3, 0.1), (1.0, 1.0))
    return f, Z + 100 * np.tanh(root) / root


@pytest.mark.slow
def test_an_exact_spectrum_leaves_nothing():
    f, Z = _diffusion()
    dense = spectrum_analysis.kramers_kronig(f, Z, per_decade=8)
    assert np.abs(dense).max() < 1e-6
    assert np.abs(spectrum_analysis.kramers_kronig(f, Z)).max() < 1e-3


def test_noise_is_left_and_not_fitted():
    f, Z = _diffusion()
    rng = np.random.default_rng(5)
    noise = 0.005 * (rng.standard_normal(len(Z)) + 1j * rng.standard_normal(len(Z)))
    left = spectrum_analysis.kramers_kronig(f, Z * (1 + noise))
    assert np.sqrt(np.mean(np.abs(left) ** 2)) > 0.7 * 0.005
    assert np.sqrt(np.mean(np.abs(left) ** 2)) < 1.1 * 0.005 * np.sqrt(2)


def test_a_cell_that_drifts_is_flagged():
    f, Z = _diffusion()
    drifting = spectrum_analysis.kramers_kronig(f, Z * np.linspace(1, 1.2, len(Z)))
    assert np.abs(drifting).max() > 0.005


def test_a_spoilt_imaginary_part_is_flagged():
    f, Z = _diffusion()
    spoilt = Z.real + 1.1j * Z.imag
    assert np.abs(spectrum_analysis.kramers_kronig(f, spoilt)).max() > 0.005


# --------------------------------------------------------------- the relaxation times
@pytest.mark.parametrize("n", [1.0, 0.8])
def test_arcs_are_resolved(n):
    f = frequency_range(1e7, 0.01, 10)
    R, tau = (300.0, 1000.0, 3000.0), (1e-5, 1e-3, 1e-1)
    Z = arcs_impedance(2 * np.pi * f, 10.0, R, tau, (n, n, n))
    found_tau, found_R = spectrum_analysis.peaks(
        *spectrum_analysis.relaxation_times(f, Z)
    )
    assert len(found_R) == 3
    assert found_R == pytest.approx(R, rel=0.1)
    assert np.log10(found_tau) == pytest.approx(np.log10(tau), abs=0.15)


def test_the_integral_is_the_resistance_and_a_capacitor_is_none():
    tau, gamma = spectrum_analysis.relaxation_times(F, ARCS)
    whole = gamma.sum() * np.log(tau[1] / tau[0])
    assert whole == pytest.approx(290, rel=0.02)
    tau, gamma = spectrum_analysis.relaxation_times(F, ARCS + 1 / (1j * OMEGA * 0.01))
    assert gamma.sum() * np.log(tau[1] / tau[0]) == pytest.approx(290, rel=0.1)
    assert (gamma >= 0).all()


def test_no_arc_gives_no_peak():
    tau, gamma = spectrum_analysis.relaxation_times(F, np.full(len(F), 5.0 + 0j))
    assert gamma.max() < 1e-6
    t, R = spectrum_analysis.peaks(tau, np.zeros_like(gamma))
    assert len(t) == len(R) == 0


def test_a_capacitor_in_series_is_described():
    f = frequency_range(1e5, 1e-2, 10)
    Z = 10 + 1 / (2j * np.pi * f * 1e-6)
    assert np.abs(spectrum_analysis.kramers_kronig(f, Z, 1)).max() < 1e-9
