"""Tables of a fit for people: names, remarks and digits."""

import pandas as pd
import pytest

from nfpcell.cli import terminal, text_tables
from nfpcell.cli.printed_table import Column, render
from nfpcell.fitting.measured_data import RECOGNISED_COLUMNS
from nfpcell.number_format import with_interval

LONG = "my_long_notebook_name_of_march_rate_performance_30degC_C07.mpt"


def _row(name, number, *remarks):
    row = (name, "curve", "C", number, "discharge", 1.0, 30.0, 2000, 3.2, 2.0)
    return (*row, "the rest before, 3.281 V", remarks)


def _shown(capsys, *rows):
    table = pd.DataFrame(rows, columns=RECOGNISED_COLUMNS)
    terminal.show(*text_tables.recognised(table))
    return capsys.readouterr().out


def test_a_remark_says_of_which_half_cycles_it_is(capsys):
    shown = _shown(
        capsys,
        _row("a.csv", 1, "positive is a charge", "no rest before"),
        _row("a.csv", 2, "positive is a charge", "600.6 s of rest before"),
        _row("a.csv", 3, "positive is a charge", "600.6 s of rest before"),
    )
    assert shown.splitlines()[-4:] == [
        "a.csv:",
        "  positive is a charge",
        "  half-cycle 1: no rest before",
        "  half-cycles 2, 3: 600.6 s of rest before",
    ]


def test_a_remark_on_everything_is_said_once(capsys):
    rows = [_row(f"{k}.csv", 1, "positive is a charge") for k in "abc"]
    assert _shown(capsys, *rows).splitlines()[-1] == "all files: positive is a charge"


def test_a_file_is_named_once_and_broken_where_its_parts_end(capsys):
    shown = _shown(capsys, _row(LONG, 1), _row(LONG, 2))
    column = [line.split(" ")[0] for line in shown.splitlines()[3:]]
    assert "".join(column) == LONG
    assert all(part[-1] in "_t" for part in column if part)


@pytest.mark.parametrize(
    ("value", "lower", "upper"),
    [(1.18873e-17, 1.18799e-17, 1.18941e-17), (12.0, 11.0, 13.0), (5, None, 5.00001)],
)
def test_ends_of_an_interval_differ_from_the_value(value, lower, upper):
    mine, *ends = with_interval(value, lower, upper)
    assert mine not in ends
    assert float(mine) == pytest.approx(value)
    if lower is None:
        assert ends[0] == "-"


def test_few_digits_where_an_interval_is_wide():
    assert with_interval(12.345678, 10.0, 15.0) == ("12.35", "10.00", "15.00")


# ---------------------------------------------------------------------------- widths
NAMES = [f"Quantity number {k} of the sweep [Ohm]" for k in range(12)]
MANY = [Column("Cell", "Cell", wrap="never"), *map(text_tables._number, NAMES)]
MANY.append(Column("Status", "Status", wrap="fold"))
ROWS = [
    {"Cell": cell, "Status": "ok", **dict.fromkeys(NAMES, 1.234e-9)} for cell in "CD"
]


@pytest.mark.parametrize("width", [60, 80, 100, 250])
def test_a_wide_table_is_printed_in_parts_that_fit(capsys, monkeypatch, width):
    monkeypatch.setattr(terminal, "WIDTH", width)
    terminal.show(render(MANY, ROWS))
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    text = "\n".join(lines)
    # every number is whole, and each part has the name of the cell
    assert text.count("1.234e-09") == 24
    parts = text.split("\n\n")
    assert (len(parts) > 1) == (width < 250)
    assert all("\nC " in part and "\nD " in part for part in parts)
    words = {word for line in lines for word in line.split()}
    assert {"Quantity", "number", "[Ω]", "Status", "ok"} <= words


def test_a_subheading_and_a_failed_row_are_in_every_part(capsys, monkeypatch):
    monkeypatch.setattr(terminal, "WIDTH", 60)
    terminal.show(render(MANY, ["of all cells", *ROWS], [False, True, False]))
    parts = capsys.readouterr().out.split("\n\n")
    assert sum("of all" in part for part in parts) >= 4


def test_long_text_is_folded_and_needs_no_part(capsys):
    long = {"Cell": "C", "Status": "a_long_name_without_blanks" * 9, NAMES[0]: 2.0}
    terminal.show(render([MANY[0], MANY[1], MANY[-1]], [long]))
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 100
    assert shown.count("Status") == 1
