"""The file that several fitted cells share, with the fitted numbers in it."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import tomlkit

from nfpcell.fitting.fit_plan import FitPlan
from nfpcell.reports import fit_export, fit_report


def _fitted(cell, free_parameters):
    """The cell with each of its free quantities 1 % larger."""
    quantities = []
    for free in free_parameters:
        if free.applies_to(cell.name):
            before = cell.quantities[free.name]
            value = 1.01 * before.value
            quantities.append(
                dataclasses.replace(
                    before,
                    value=value,
                    kind="fitted",
                    reference="nfpcell fit test",
                    targets=("88 mAh/g",),
                    interval=(0.9 * value, 1.1 * value),
                )
            )
    return cell.with_quantities(quantities, title=cell.title)


def test_only_the_fitted_quantities_of_the_shared_file_change(tmp_path):
    plan = FitPlan.load("calibration_shipped")
    place = fit_export.destination(tmp_path / "out", plan)
    assert place.shared.name == "yamauchi2020.toml"
    assert not (tmp_path / "out").exists()
    free_parameters = plan.free.parameters
    cells = {key: _fitted(cell, free_parameters) for key, cell in plan.cells.items()}
    fit = SimpleNamespace(plan=plan, cells=cells)
    before = tomlkit.parse(place.shared.read_text("utf-8")).unwrap()["quantities"]
    text = fit_export.shared_text(fit, place.shared)
    after = tomlkit.parse(text).unwrap()
    changed = {name for name in before if after["quantities"][name] != before[name]}
    assert changed == {free.name for free in free_parameters}
    assert after["sources"]["fit"] == "nfpcell fit test"
    name = next(iter(changed))
    entry = after["quantities"][name]
    assert entry["kind"] == "fitted"
    low, high = entry["interval"]
    assert low < entry["value"] < high
    # what was known of the other quantities stays, and so does a range in the line
    ranges = {n: q.get("range") for n, q in before.items()}
    assert {n: q.get("range") for n, q in after["quantities"].items()} == ranges


# -------------------------------------------------------------------- the report
CONTACT, DIFFUSIVITY = (
    "Contact resistance [Ohm]",
    "Positive particle diffusivity [m2.s-1]",
)


def _fit(rows, **changed):
    columns = ["Name", "Value", "Lower 95 %", "Upper 95 %", "Identifiable"]
    plan = SimpleNamespace(cells={"C": None, "D": None}, targets=[], model="full")
    return SimpleNamespace(
        **{
            "plan": plan,
            "observations": [None] * 3,
            "parameters": pd.DataFrame(rows, columns=columns),
            "residual_rms": 1.01e-3,
            "spectrum_rms": np.nan,
            "evaluations": 35,
            "uncertainty": True,
        }
        | changed
    )


def test_a_report_begins_with_what_was_done_and_found():
    rows = [
        (CONTACT, 12.0, 11.8, 12.2, True),
        (DIFFUSIVITY, 2e-17, np.nan, np.nan, False),
    ]
    assert fit_report.summary(_fit(rows)) == (
        "Contact resistance and positive particle diffusivity of cell C and cell D "
        "were fitted to 3 measured data sets with the model full. Contact resistance "
        "is 12.00 Ω (95 %: 11.80 to 12.20); positive particle diffusivity is 2.000e-13 "
        "cm² s⁻¹, but the data do not determine it. 35 sets of values were tried; the "
        "best "
        "deviates by 1.01 mV from the voltages (root mean square)."
    )


@pytest.mark.parametrize(
    ("uncertainty", "said"),
    [
        (True, "The data determine 2 of the 4."),
        (None, "the 4 values were not computed."),
    ],
)
def test_many_quantities_are_counted(uncertainty, said):
    rows = [(CONTACT, 12.0, 11.8, 12.2, known) for known in (True, True, False, None)]
    summary = fit_report.summary(_fit(rows, uncertainty=uncertainty))
    assert summary.startswith("4 quantities of cell C and cell D were fitted")
    assert said in summary


def test_a_file_is_named_once_with_what_its_rows_have_in_common():
    remarks = [("as a whole", "one"), ("as a whole", "two"), ("other",)]
    table = pd.DataFrame({"File": ["a.csv", "a.csv", "b.csv"], "Remarks": remarks})
    rows = fit_report._recognised(SimpleNamespace(recognised=table)).rows
    files = [(cells[0].text, cells[0].note) for _, cells in rows]
    assert files == [("a.csv", "as a whole; one"), ("", "two"), ("b.csv", "other")]
