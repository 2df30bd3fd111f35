"""``nfpcell next``: what is typed, what comes back, what is written and refused."""

import json

import pytest

from nfpcell import columns
from nfpcell.cli import app
from tests.acceptance.commands import refused

CONTACT = "Contact resistance [Ohm]"
WORDS = [
    *("next", "--cell", "C", "--want", "Contact resistance [Ω]", "--hours", "30"),
    *("--rates", "1", "--temperatures", "30", "--dod", "0.5", "--model", "particle"),
    *("--direction", "discharge", "--free", "Contact resistance [Ω]=5:50"),
]


@pytest.mark.slow
def test_the_records_the_table_and_the_files(tmp_path, capsys):
    out = tmp_path / "next"
    assert app.main([*WORDS, "--json", "--excel", "--out", str(out)]) == 0
    assert (out / "summary.xlsx").is_file()
    records = json.loads(capsys.readouterr().out)
    keys = {"Measurement", "Hours", "Interval now", "Interval after"}
    assert keys | {"Shrinkage per hour", "Protocol file"} <= set(records[0])
    assert {record["Quantity"] for record in records} == {CONTACT}
    # discharge, spectrum at rest, spectrum under load, GITT, pulse test
    assert len(records) == 5
    names = {path.name for path in out.iterdir()}
    assert {"summary.csv", "next.png", "next.html", "run.json"} <= names
    assert {f"measurement_{k}.toml" for k in range(1, 6)} <= names
    assert "cell.toml" not in names
    page = (out / "next.html").read_text(encoding="utf-8")
    assert "data:image/" in page
    assert "measurement_1.toml: " in page
    assert all(record["Protocol file"] for record in records)
    answer = json.loads((out / "run.json").read_text())["answer"]
    assert any(line.startswith("Most for each hour: ") for line in answer)

    best = str(out / "measurement_1.toml")
    assert app.main(["protocol", best, "--model", "particle", "--json"]) == 0
    steps = json.loads(capsys.readouterr().out)
    assert steps[0][columns.INSTRUCTION].startswith("Charge at 0.1C until")
    assert sum(step[columns.DURATION] for step in steps) == pytest.approx(
        next(r["Hours"] for r in records if r["Protocol file"] == best), rel=0.02
    )

    # a later run replaces its own files
    assert app.main([*WORDS, "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "Contact resistance lies between" in shown
    assert "Best within 30 h" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--want", "Separator thickness [µm]"], '--free "Separator thickness [m]='),
        (["--want", "Contact resistance [mOhm]"], "did you mean"),
        (["--want", CONTACT, "--want", "Contact resistance [Ω]"], "twice"),
        (["--want", CONTACT, "--free", f"{CONTACT}=50:60"], "no 95 % interval"),
        (["--want", CONTACT, "--hours", "0"], "above 0"),
        ([], "--want"),
    ],
)
def test_refusals(capfd, words, said):
    assert said in refused(capfd, "next", "--cell", "C", *words)
