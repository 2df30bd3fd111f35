"""BioLogic .mpr: every version, and what a damaged or a hostile file does."""

import contextlib
import random
import time

import numpy as np
import pytest

from nfpcell.errors import DataFileError
from nfpcell.measured.extraction import half_cycles
from nfpcell.measured.readers import read
from tests.unit.readers.instrument_files import (
    AMPERE,
    KINDS,
    measurement,
    module,
    mpr,
    spectrum,
)

T = measurement()
F, Z = spectrum()
NET = np.concatenate([[0], np.cumsum(T.current[1:] * np.diff(T.time))]) / 3.6
ZERO = np.zeros(len(F))
CYCLING = {131: T.step, 4: T.time, 7: np.diff(NET, prepend=0), 6: T.voltage}
EIS = {32: F, 37: Z.real, 38: -Z.imag, 4: np.arange(len(F)), 6: ZERO + 2.9}
EIS |= {8: ZERO + 0.1, 24: ZERO + 1}
LAYOUTS = [(0, False), (2, False), (3, False), (10, True), (11, True), (3, True)]
RECORD = 1 + 2 + 8 + 8 + 4


def _file(tmp_path, raw, name="cell.mpr"):
    path = tmp_path / name
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize(("version", "new"), LAYOUTS)
def test_cycling_of_every_version(tmp_path, version, new):
    path = _file(tmp_path, mpr(CYCLING, version, new))
    found = read(path)
    assert (
        found.format == f"BioLogic .mpr, GCPL, VMP data version {version}, 240 points"
    )
    discharge, charge = half_cycles(found)
    assert (discharge.direction, charge.direction) == ("discharge", "charge")
    assert discharge.current == pytest.approx(AMPERE, rel=1e-3)
    assert discharge.time[-1] == pytest.approx(3600, rel=0.02)
    assert discharge.rest_voltage == pytest.approx(3.2)
    assert charge.cut_off == pytest.approx(4.4)


@pytest.mark.parametrize(("version", "new"), LAYOUTS)
@pytest.mark.parametrize("flags", [True, False])
def test_a_spectrum_of_every_version(tmp_path, version, new, flags):
    (one,) = read(_file(tmp_path, mpr(EIS, version, new, flags))).spectra
    np.testing.assert_allclose(one.frequencies, F, rtol=1e-6)
    np.testing.assert_allclose(one.Z, Z, rtol=1e-5)
    assert (one.voltage, one.current) == pytest.approx((2.9, 1e-4))


def test_loops_are_many_spectra(tmp_path):
    loops = {k: np.tile(v, 3) for k, v in EIS.items()}
    loops[24] = np.repeat([1, 2, 3], len(F))
    found = read(_file(tmp_path, mpr(loops)))
    assert [s.name for s in found.spectra] == ["cell#1", "cell#2", "cell#3"]
    without = {k: v for k, v in loops.items() if k != 24}
    assert len(read(_file(tmp_path, mpr(without))).spectra) == 3


def test_current_temperature_and_charge_with_their_units(tmp_path):
    columns = {4: T.time, 6: T.voltage, 11: 1e3 * T.current, 13: NET}
    columns |= {462: np.full(len(T.time), 30.0), 468: T.step}
    table = read(_file(tmp_path, mpr(columns, 11, True))).table
    np.testing.assert_allclose(table["Current [A]"], T.current, rtol=1e-6)
    np.testing.assert_allclose(table["Capacity [A.h]"], NET / 1e3, rtol=1e-6)
    assert (table["Temperature [degC]"] == 30).all()


def test_columns_that_are_not_known_are_stepped_over(tmp_path):
    kinds = {**KINDS, 999: "f4", 1000: "f4", 1001: "f8"}
    columns = {4: T.time, 999: T.time, 6: T.voltage, 1000: T.time, 8: T.current}
    found = read(_file(tmp_path, mpr(columns, kinds=kinds)))
    assert any("ids 999, 1000" in remark for remark in found.remarks)
    np.testing.assert_allclose(found.table["Voltage [V]"], T.voltage, rtol=1e-6)
    one = {4: T.time, 1001: T.time, 6: T.voltage}
    found = read(_file(tmp_path, mpr(one, kinds=kinds)))
    np.testing.assert_allclose(found.table["Voltage [V]"], T.voltage, rtol=1e-6)
    mixed = {4: T.time, 999: T.time, 6: T.voltage, 1001: T.time}
    with pytest.raises(
        DataFileError, match=r"unknown columns \(ids 999, 1001\).* \.mpt file"
    ):
        read(_file(tmp_path, mpr(mixed, kinds=kinds)))


@pytest.mark.parametrize(
    "unknown", [("f8", "u2", "u2"), ("u1", "f4"), ("u2", "f8"), ("f4",) * 5]
)
def test_columns_of_uncertain_size_are_refused(tmp_path, unknown):
    kinds, columns = dict(KINDS), {}
    known = [(131, T.step), (4, T.time), (11, T.current), (6, T.voltage)]
    for place, kind in enumerate(unknown):
        columns |= dict(known[place : place + 1])
        columns[900 + place], kinds[900 + place] = T.time % 100, kind
    columns |= dict(known)
    with pytest.raises(DataFileError, match=r"cell\.mpr: has unknown .*ids 900, 901"):
        read(_file(tmp_path, mpr(columns, kinds=kinds)))


def test_neighbours_of_unknown_size_are_left_out_together(tmp_path):
    kinds = {**KINDS, 900: "f8", 901: "u2", 902: "u2"}
    columns = {4: T.time, 900: T.time, 901: T.step, 902: T.step, 6: T.voltage}
    found = read(_file(tmp_path, mpr({**columns, 11: T.current}, kinds=kinds)))
    np.testing.assert_allclose(found.table["Voltage [V]"], T.voltage, rtol=1e-6)


ROW = 59
CURRENT = {4: T.time, 6: T.voltage, 11: T.current}
IMPLAUSIBLE = {
    "a voltage of 12 V in row 60": {6: 12.0},
    "a voltage of nan V in row 60": {6: np.nan},
    "a mean current of 1e-191 A in row 60": {11: 1e-188},
    "a mean current of nan A in row 60": {11: np.inf},
    "a time of -1 s in row 60": {4: -1.0},
}


@pytest.mark.parametrize("says", IMPLAUSIBLE)
def test_values_that_no_instrument_measures_are_refused(tmp_path, says):
    columns = dict(CURRENT)
    for column, value in IMPLAUSIBLE[says].items():
        columns[column] = np.where(
            np.arange(len(T.time)) == ROW, value, CURRENT[column]
        )
    with pytest.raises(DataFileError, match=f"{says} and may be damaged"):
        read(_file(tmp_path, mpr(columns)))


def test_implausible_values_name_the_unknown_column(tmp_path):
    # the current has another size than is known, and hides in the unknown column
    kinds = {**KINDS, 999: "f4", 8: "f8"}
    columns = {999: T.time, 4: T.time, 8: T.current, 6: T.voltage}
    with pytest.raises(DataFileError, match=r"the unknown column 999 .* in row 1;"):
        read(_file(tmp_path, mpr(columns, kinds=kinds)))


def test_a_time_or_a_frequency_of_the_wrong_sign_is_refused(tmp_path):
    shuffled = np.random.default_rng(1).permutation(T.time)
    with pytest.raises(DataFileError, match="time that runs back"):
        read(_file(tmp_path, mpr({**CURRENT, 4: shuffled})))
    with pytest.raises(DataFileError, match="a frequency of -1e\\+05 Hz"):
        read(_file(tmp_path, mpr({**EIS, 32: -F})))


@pytest.mark.parametrize("change", [b"", b"\0\0\0\0"])
def test_missing_and_added_bytes_are_refused(tmp_path, change):
    raw = mpr(CYCLING)
    place = raw.index(b"VMP data") + 51 + 406 + RECORD * 100
    damaged = raw[:place] + change + raw[place if change else place + 4 :]
    with pytest.raises(DataFileError, match="no module follows VMP data"):
        read(_file(tmp_path, damaged))


def test_columns_of_newer_programs(tmp_path):
    kinds = {**KINDS, 475: "f4", 498: "f4", 504: "f4", 505: "f4", 509: "u1"}
    kinds |= {880: "f8", 883: "f8", 436: "f4", 97: "f4"}
    columns = {k: T.time % 7 for k in (97, 436, 475, 498, 504, 505, 509, 880, 883)}
    found = read(_file(tmp_path, mpr({**columns, **CURRENT}, 11, True, kinds=kinds)))
    np.testing.assert_allclose(found.table["Voltage [V]"], T.voltage, rtol=1e-6)
    assert not found.remarks


def test_a_file_that_ends_early_gives_what_is_there(tmp_path):
    raw = mpr(CYCLING)
    start = raw.index(b"VMP data") + 51 + 406
    found = read(_file(tmp_path, raw[: start + RECORD * 200 + 5]))
    assert len(found.table) == 200
    assert any("the file ends after 200 of 240 points" in r for r in found.remarks)


def test_a_file_that_ends_as_the_current_starts_has_no_half_cycle(tmp_path):
    raw = mpr(CYCLING)
    start = raw.index(b"VMP data") + 51 + 406
    path = _file(tmp_path, raw[: start + RECORD * 61])
    with pytest.raises(DataFileError):
        half_cycles(path)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"BIO-LOGIC MODULAR FILE\x1a", "has no data module"),
        (b"something else", "does not begin as a BioLogic .mpr does"),
        (b"", "is empty"),
        (mpr(CYCLING)[:53], "has no data module"),
        (mpr({4: [], 6: []}), "has no point"),
        (mpr({24: T.time}), "has no column of a time, a voltage or an impedance"),
    ],
)
def test_what_is_no_mpr_is_refused(tmp_path, raw, says):
    path = _file(tmp_path, raw)
    with pytest.raises(DataFileError) as refused:
        read(path)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def _hostile():
    """Heads that say more than there is, or nothing."""
    mark = b"BIO-LOGIC MODULAR FILE\x1a".ljust(0x34)
    for version in (0, 2, 3, 11, 4_000_000_000):
        for body in (b"", b"\xff" * 7, b"\xff" * 3000, b"\0" * 3000, b"\1" * 3000):
            for new in (False, True):
                yield mark + module("VMP data", body, version, new)
    # a module of no length, many times over, and one that says it is endless
    yield mark + module("VMP LOG", b"") * 3000
    yield mark + module("VMP data", b"\0" * 40)[:-40].replace(b"\x28\0", b"\xff\xff")


@pytest.mark.parametrize("raw", list(_hostile()))
def test_a_hostile_head_is_refused_at_once(tmp_path, raw):
    path = _file(tmp_path, raw)
    start = time.process_time()
    with pytest.raises(DataFileError):
        read(path)
    assert time.process_time() - start < 1


@pytest.mark.slow
@pytest.mark.parametrize("columns", [CYCLING, EIS])
def test_cut_and_flipped_files_give_a_recording_or_a_sentence(tmp_path, columns):
    raw = mpr(columns, 11, True)
    random_ = random.Random(7)
    damaged = [raw[:end] for end in range(0, len(raw), 97)]
    for _ in range(300):
        other = bytearray(raw)
        for _ in range(random_.choice([1, 4, 30])):
            other[random_.randrange(len(raw))] = random_.randrange(256)
        damaged.append(bytes(other))
    for other in damaged:
        path = _file(tmp_path, other)
        start = time.process_time()
        with contextlib.suppress(DataFileError):
            found = read(path)
            if found.table is not None:
                half_cycles(found)
        assert time.process_time() - start < 2
