"""The file that several fitted cells share, with the fitted numbers in it."""

import dataclasses
from types import SimpleNamespace

import tomlkit

from nfpcell.fitting.fit_plan import FitPlan
from nfpcell.reports import fit_export


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
