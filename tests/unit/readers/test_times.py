"""Columns of time: dates, epochs, durations, times of day, and headings with a unit."""

import datetime
import time

import numpy as np
import pytest

from nfpcell.errors import DataFileError
from nfpcell.measured.extraction import half_cycles
from nfpcell.measured.readers import read

# a discharge, a rest of 20 min and a charge, from 4 May 23:00 to 5 May 01:00
SECONDS = 60.0 * np.arange(121)
CURRENT = np.repeat([-0.1, 0.0, 0.1], [50, 20, 51])
VOLTAGE = np.concatenate(
    [
        np.linspace(3.2, 2.2, 50),
        np.linspace(2.3, 2.4, 20),
        np.linspace(2.5, 4.0, 51),
    ]
)
START = datetime.datetime(2024, 5, 4, 23, tzinfo=datetime.UTC)
EPOCH = START.timestamp()
SPREADSHEET = (START.timestamp() / 86400) + 25569


def _dates(form, start=START):
    return [(start + datetime.timedelta(seconds=s)).strftime(form) for s in SECONDS]


def _clock(seconds, form="{:02d}:{:02d}:{:02d}"):
    seconds = int(seconds)
    return form.format(seconds // 3600, seconds // 60 % 60, seconds % 60)


def _numbers(factor, offset=0.0, form="{:.9f}"):
    return [form.format(offset + factor * s) for s in SECONDS]


def _file(tmp_path, heading, cells, separator=";"):
    path = tmp_path / "cell.csv"
    lines = [separator.join([heading, "Voltage [V]", "Current [mA]"])]
    for row in zip(cells, VOLTAGE, CURRENT, strict=True):
        lines.append("{}{s}{:.5f}{s}{:g}".format(*row, s=separator))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _check(path):
    found = read(path)
    seconds = found.table["Time [s]"].to_numpy()
    np.testing.assert_allclose(seconds - seconds[0], SECONDS, atol=0.01)
    discharge, charge = half_cycles(found)
    assert (discharge.direction, charge.direction) == ("discharge", "charge")
    assert charge.rest == pytest.approx(1200, abs=0.01)
    return found


DATES = {
    "Datum": _dates("%d.%m.%Y %H:%M:%S"),
    "Zeitstempel": _dates("%d.%m.%y %H:%M"),
    "Date": _dates("%d.%m.%Y %H.%M.%S"),
    "Date Time": _dates("%d/%m/%Y %H:%M:%S"),
    "Date_Time": _dates("%m/%d/%Y %I:%M:%S %p"),
    "DPt Time": _dates("%m-%d-%Y %H:%M:%S"),
    "SysTime": _dates("%y/%m/%d %H:%M:%S"),
    "绝对时间": _dates("%Y年%m月%d日 %H:%M:%S"),
    "timestamp": _dates("%Y-%m-%dT%H:%M:%S.000Z"),
    "Timestamp": _dates("%Y-%m-%d %H:%M:%S+02:00"),
    "date": _dates("%d-%b-%Y %H:%M:%S"),
    "datetime": _dates("%b %d, %Y %I:%M:%S %p"),
    "time": _dates("%a %b %d %H:%M:%S %Y"),
    "Time Stamp": _dates("%H:%M:%S %d.%m.%Y"),
    "time stamp": _dates("%Y%m%d%H%M%S"),
    "date/time": _dates("%Y%m%dT%H%M%S"),
    "Date-Time": _dates("%Y%m%d %H:%M:%S.500"),
    "SysTime ": _dates("%y.%m.%d %H:%M:%S"),
    "fecha": _dates("%Y.%m.%d. %H:%M"),
    "时间戳": _dates("%Y-%b-%d %H:%M:%S"),
    "Date and Time": _dates("%A, %d %B %Y %H:%M:%S"),
    "real time": _dates("%Y-%m-%d %H:%M:%S CEST"),
    "Datum ": _dates("%m.%d.%Y %H:%M:%S", START + datetime.timedelta(days=9)),
    "Date;Time": _dates("%d.%m.%Y;%H:%M:%S"),
    "Datum;Uhrzeit": _dates("%m/%d/%Y;%I:%M:%S %p"),
}
NUMBERS = {
    "unix_time": _numbers(1, EPOCH),
    "unix_time_second": _numbers(1e3, 1e3 * EPOCH, "{:.0f}"),
    "time_ms": _numbers(1e3, 1e3 * EPOCH, "{:.0f}"),
    "Time": _numbers(1e3, 1e3 * EPOCH, "{:.0f}"),
    "timestamp": _numbers(1e6, 1e6 * EPOCH, "{:.0f}"),
    "epoch": _numbers(1e9, 1e9 * EPOCH, "{:.0f}"),
    "Date": _numbers(1 / 86400, SPREADSHEET),
    "time": _numbers(1 / 86400, SPREADSHEET),
    "datetime": _numbers(1 / 86400, SPREADSHEET + 693960),
    "Time (hh:mm:ss)": _numbers(1 / 86400),
    "test_time_millisecond": _numbers(1e3),
    "TEST_TIME_MS": _numbers(1e3),
    "Time (ms)": _numbers(1e3),
    "time/µs": _numbers(1e6),
    "Test Time [min]": _numbers(1 / 60),
    "Step Time (h)": _numbers(1 / 3600),
    "Elapsed time in hours": _numbers(1 / 3600),
    "Zeit [Stunden]": _numbers(1 / 3600),
    "测试时间(分)": _numbers(1 / 60),
    "test_time_day": _numbers(1 / 86400),
    "Seconds": _numbers(1),
    "Hours": _numbers(1 / 3600),
}
DURATIONS = {
    "Test Time": ["1d " + _clock(s) for s in SECONDS],
    "Total Time": [_clock(s + 86000) for s in SECONDS],
    "Time": [_clock(s) + ".5" for s in SECONDS],
    "Run Time": [f"0.{_clock(s)}" for s in SECONDS],
    "Elapsed": [f"0:{_clock(s)}" for s in SECONDS],
    "Time (h)": [_clock(s) for s in SECONDS],
    "Time (h:mm)": [_clock(s, "{:d}:{:02d}") for s in SECONDS],
    "Time(h:min:s.ms)": [_clock(s) + ":500" for s in SECONDS],
    "time": [_clock(s, "{:d}h {:d}m {:d}s") for s in SECONDS],
    "Prog Time": [_clock(s, "PT{:d}H{:d}M{:d}S") for s in SECONDS],
    "Uhrzeit": [_clock((s + 82800) % 86400) for s in SECONDS],
    "time of day": _dates("%I:%M:%S %p"),
    "t": [f"{int(s // 60 % 60):02d}:{s % 60:04.1f}" for s in SECONDS],
}


@pytest.mark.parametrize(
    ("heading", "cells"), [*DATES.items(), *NUMBERS.items(), *DURATIONS.items()]
)
def test_the_same_times_however_they_are_written(tmp_path, heading, cells):
    _check(_file(tmp_path, heading, cells))


def test_the_order_of_a_date_is_told(tmp_path):
    found = read(_file(tmp_path, "Datum", DATES["Datum"]))
    assert 'dates of "Datum" are read as day, month, year' in found.remarks
    found = read(_file(tmp_path, "Date_Time", DATES["Date_Time"]))
    assert 'dates of "Date_Time" are read as month, day, year' in found.remarks


def test_an_order_that_stays_ambiguous_is_refused(tmp_path):
    # an hour on the fourth and the sixth of May, or on the fifth of April and June
    days = (datetime.datetime(2024, 5, day, 9) for day in (4, 6))
    first, second = (_dates("%d/%m/%Y %H:%M:%S", day) for day in days)
    path = _file(tmp_path, "Date", first[:60] + second[:61])
    with pytest.raises(DataFileError, match="day, month, year or month, day, year"):
        read(path)
    # it is not needed beside a time of its own
    cells = [f"{s};{date}" for s, date in zip(SECONDS, first, strict=True)]
    _check(_file(tmp_path, "Time [s];Date", cells))


def test_dots_have_the_day_first_unless_the_times_go_on_otherwise(tmp_path):
    # a month between two sessions; EC-Lab writes the month first, with the dots of
    # its computer
    days = (datetime.datetime(2024, month, 1, 9) for month in (5, 6))
    first, second = (_dates("%d.%m.%Y %H:%M:%S", day) for day in days)
    found = read(_file(tmp_path, "Date", first[:60] + second[:61]))
    assert found.table["Time [s]"].iloc[60] == 31 * 86400
    found = _check(_file(tmp_path, "time/s", _dates("%m.%d.%Y %H:%M:%S.0000")))
    assert 'dates of "time/s" are read as month, day, year' in found.remarks


def test_minutes_that_start_again_in_each_step_are_not_hours(tmp_path):
    minutes = np.concatenate([np.arange(50), np.arange(20), np.arange(51)])
    cells = [f"{k:02d}:00.0" for k in minutes]
    found = read(_file(tmp_path, "Time", cells))
    np.testing.assert_allclose(found.table["Time [s]"], 60 * minutes)


def test_short_steps_without_a_unit_are_told(tmp_path):
    found = read(_file(tmp_path, "Time", _numbers(1 / 3600)))
    assert '"Time" has short steps: is it in min, h or days?' in found.remarks


def test_parts_of_a_time_that_are_ambiguous_are_refused(tmp_path):
    cells = [_clock(s, "{:d}:{:02d}") for s in SECONDS]
    with pytest.raises(DataFileError, match="may be h:mm or mm:ss"):
        read(_file(tmp_path, "Time", cells))
    with pytest.raises(DataFileError, match="have no time of day"):
        read(_file(tmp_path, "Date", _dates("%d.%m.%Y")))


@pytest.mark.parametrize(
    ("form", "begins", "ends"),
    [
        ("%Y-%m-%d %H:%M:%S", (2024, 3, 31), (2024, 10, 27)),
        ("%d.%m.%Y %H:%M", (2024, 3, 31), (2024, 10, 27)),
        ("%m/%d/%Y %I:%M:%S %p", (2024, 3, 10), (2024, 11, 3)),
    ],
)
@pytest.mark.parametrize("hours", [1, -1])
def test_summer_time_begins_and_ends(tmp_path, form, begins, ends, hours):
    day = begins if hours > 0 else ends
    start = datetime.datetime(*day, 1 if hours > 0 else 2, 30)
    later = start + datetime.timedelta(hours=hours)
    cells = _dates(form, start)[:30] + _dates(form, later)[30:]
    found = _check(_file(tmp_path, "Date", cells))
    assert any("by 1 h" in remark for remark in found.remarks)


@pytest.mark.slow
@pytest.mark.parametrize(
    "cell",
    ["1" + " " * 20_000 + "x", "1d" * 10_000, "04.05.2024 " + " " * 20_000 + "x"],
)
def test_a_long_cell_is_refused_at_once(tmp_path, cell):
    path = _file(tmp_path, "Time", [cell] * len(SECONDS))
    start = time.process_time()
    with pytest.raises(DataFileError, match="have no number for time"):
        read(path)
    assert time.process_time() - start < 10


def test_spreadsheet_days_under_hours_are_days(tmp_path):
    cells = _numbers(1 / 86400, 45000.5)
    found = _check(_file(tmp_path, "Time [h]", cells))
    assert any("days of a spreadsheet" in remark for remark in found.remarks)


def test_which_of_two_columns_of_time_is_read_is_told(tmp_path):
    path = tmp_path / "two.csv"
    rows = [f"{60 * k},{3600 * k},{3.1 - 0.01 * k:g},-1e-4" for k in range(30)]
    head = "Time [s],Test Time [s],Voltage [V],Current [A]"
    path.write_text("\n".join([head, *rows]) + "\n", "utf-8")
    said = 'time is taken from "Test Time [s]", not from "Time [s]"'
    assert said in read(path).remarks


def test_a_spreadsheet_writes_long_durations_as_dates_of_1900(tmp_path):
    seconds = SECONDS + 80000
    cells = [_clock(s) for s in seconds[seconds < 86400]]
    cells += [f"1900-01-01 {_clock(s - 86400)}" for s in seconds[seconds >= 86400]]
    _check(_file(tmp_path, "Test Time", cells))


def test_a_column_of_dates_checks_the_unit_of_a_time(tmp_path):
    dates = _dates("%Y-%m-%d %H:%M:%S")
    minutes = [f"{s / 60};{date}" for s, date in zip(SECONDS, dates, strict=True)]
    found = _check(_file(tmp_path, "Time;Date", minutes))
    assert any("60 times as fast" in remark for remark in found.remarks)
    with pytest.raises(DataFileError, match="60 times as fast"):
        read(_file(tmp_path, "Time [s];Date", minutes))


def test_an_elapsed_time_beside_dates_is_not_a_time_of_day(tmp_path):
    dates = _dates("%d.%m.%Y")
    cells = [f"{date};{_clock(s)}" for s, date in zip(SECONDS, dates, strict=True)]
    _check(_file(tmp_path, "Date;Time", cells))
