"""Tables of a fit for people: names, remarks and digits."""

import pandas as pd
import pytest

from nfpcell.cli import terminal, text_tables
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
