"""The verdict of the Kramers-Kronig test: good, usable, failed, or not judged."""

from pathlib import Path

import numpy as np
import pytest

from nfpcell.eis.impedance import frequency_range
from nfpcell.eis.measured_spectra import evaluate, spectrum
from nfpcell.eis.spectrum_verdict import GOOD, Verdict, judge
from nfpcell.measured.readers import Recording, Spectrum
from nfpcell.physics.circuit import arcs_impedance

F = frequency_range(1e5, 0.01, 10)
PARTS = np.random.default_rng(7).standard_normal((2, len(F))) / np.sqrt(2)


def _cell(f):
    arcs = arcs_impedance(2 * np.pi * f, 40.0, (90.0, 200.0), (1e-3, 0.1), (0.9, 0.8))
    return arcs + 50 / np.sqrt(2j * np.pi * f)


Z = _cell(F)


def _noise(size):
    return 1 + size * (PARTS[0] + 1j * PARTS[1])


def _judged(Z, f=F):
    return judge(Spectrum("mine", f, Z))


@pytest.mark.parametrize(
    ("spectrum", "verdict"),
    [
        (Z, Verdict.GOOD),
        (Z * _noise(0.005), Verdict.GOOD),
        (Z + 0.05j * F, Verdict.GOOD),
        (Z - 350 / (1 + 6j * np.pi * F), Verdict.GOOD),
        (30 + 1 / (2j * np.pi * F * 1e-5) ** 0.8, Verdict.GOOD),
        (Z * _noise(0.02), Verdict.USABLE),
        (Z * np.linspace(1, 1.3, len(F)), Verdict.USABLE),
        (Z * _noise(0.1), Verdict.FAILED),
        (Z * np.linspace(1, 3, len(F)), Verdict.FAILED),
        (Z * np.where(F > 10, 1, 2), Verdict.FAILED),
        (Z.conj(), Verdict.FAILED),
        (Z[::-1], Verdict.FAILED),
        (np.where(np.arange(len(F)) == 30, 1.5 * Z, Z), Verdict.FAILED),
        (100 * np.exp(2j * PARTS[0]), Verdict.FAILED),
    ],
)
def test_a_spectrum_is_judged_by_its_residuals(spectrum, verdict):
    judgement = _judged(spectrum)
    assert judgement.verdict is verdict
    assert bool(judgement.sentence) == (verdict is not Verdict.GOOD)
    assert (judgement.residual <= GOOD) == (verdict is Verdict.GOOD)


@pytest.mark.parametrize("per_decade", [4, 5, 10, 20])
@pytest.mark.parametrize("size", [0.005, 0.02])
def test_the_residual_is_the_noise_at_any_number_of_frequencies(per_decade, size):
    f = frequency_range(1e5, 0.01, per_decade)
    rng = np.random.default_rng(3)
    found = []
    for _ in range(20):
        real, imaginary = rng.standard_normal((2, len(f))) / np.sqrt(2)
        noisy = _cell(f) * (1 + size * (real + 1j * imaginary))
        found.append(_judged(noisy, f).residual)
    assert np.mean(found) == pytest.approx(size, rel=0.15)


@pytest.mark.parametrize(
    ("f", "right"),
    [
        (np.geomspace(1e4, 0.1, 6), "at least 20"),
        (np.geomspace(1e5, 0.01, 22), "at least 23"),
        (np.geomspace(100, 10, 10), "at least 14"),
    ],
)
def test_too_few_frequencies_are_not_judged(f, right):
    judgement = _judged(_cell(f), f)
    assert judgement.verdict is Verdict.NOT_JUDGED
    assert f"{len(f)} frequencies are too few" in judgement.sentence
    assert right in judgement.sentence
    assert np.isnan(judgement.residual)
    enough = np.geomspace(f[0], f[-1], int(right.split()[-1]))
    assert _judged(_cell(enough), enough).verdict is Verdict.GOOD


def test_a_curve_beside_the_spectra_is_told(tmp_path):
    path = tmp_path / "both.csv"
    rows = [f"{f:g},{z.real:g},{z.imag:g},,," for f, z in zip(F, _cell(F), strict=True)]
    rows += [f",,,{60 * k},{3.1 - 0.01 * k:g},1e-4" for k in range(60)]
    head = "Frequency [Hz],Z_re [Ohm],Z_im [Ohm],Time [s],Voltage [V],Current [A]"
    path.write_text("\n".join([head, *rows]) + "\n", "utf-8")
    evaluation = spectrum(path)
    assert any("also has a curve of" in remark for remark in evaluation.remarks)


@pytest.mark.slow
def test_the_table_has_the_verdict_and_its_sentence():
    few = frequency_range(1e4, 0.1, 1)
    spectra = [
        Spectrum("good", F, _cell(F) - 50 / np.sqrt(2j * np.pi * F)),
        Spectrum("few", few, _cell(few)),
        Spectrum("wrong", F, Z * np.where(F > 10, 1, 2)),
    ]
    done = []
    remarks = ("no unit is given",)
    file = Recording(Path("a.csv"), "", "table", None, tuple(spectra), remarks)
    evaluation = evaluate([file], progress=lambda *counts: done.append(counts))
    assert [remark.partition(":")[0] for remark in evaluation.remarks] == [
        "good",
        "few",
        "wrong",
    ]
    assert evaluation.remarks[0] == "good: no unit is given"
    assert all(row.endswith("no unit is given") for row in evaluation.table["Remark"])
    assert done == [(1, 3), (2, 3), (3, 3)]
    table = evaluation.table
    assert list(table["Spectrum"]) == ["good", "few", "wrong"]
    verdicts = ["good", "not judged", "failed"]
    assert list(table["Kramers-Kronig verdict"]) == verdicts
    assert list(evaluation.failed) == [False, False, True]
    assert table["Status"][0] == "ok"
    assert table["Status"][1].startswith("not judged: 6 frequencies are too few")
    assert "the cell changed during the measurement" in table["Status"][2]
    residuals = table["Kramers-Kronig residual [%]"]
    assert list(residuals.isna()) == [False, True, False]
    assert residuals[2] > 5
    assert evaluation.summary == (
        "Kramers-Kronig test: 1 good, 0 usable, 1 failed, 1 not judged"
    )
