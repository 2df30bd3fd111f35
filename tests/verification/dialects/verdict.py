"""The judgement on what a reader made of a written file."""

import re
import tempfile
import traceback
import warnings
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

import nfpcell
from nfpcell.errors import NfpcellError
from nfpcell.measured.extraction import HalfCycle
from nfpcell.measured.readers.recording import Recording
from tests.verification.dialects.case import Case, Expected
from tests.verification.dialects.truth import Floats, Step

# what unit conversion may change: some units in the last place of a float
ROUNDING = 1e-11
# dates are numbers of 45000 days, of which a float resolves this
DATE_ROUNDING = 5e-6  # s
KINDS = READ, REFUSED, REMARKED, WRONG, CRASHED = (
    "read", "refused", "remarked", "wrong", "crashed",
)  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """How a file was read: one of the words above, and a sentence."""

    kind: str
    sentence: str = ""
    recording: Recording | None = None


class WrongError(Exception):
    """What was read differs from what was written."""


def judge(case: Case, folder: Path | None = None) -> Verdict:
    """
    Read the file of a case and compare it with what was written.

    A contradiction is judged only if the same file without it is read.
    """
    if case.contradiction:
        sound = judge(replace(case, raw=case.sound, contradiction=""), folder)
        if sound.kind != READ:
            return replace(sound, kind=WRONG)
    with tempfile.TemporaryDirectory() as own, warnings.catch_warnings():
        warnings.simplefilter("error")
        path = Path(folder or own) / f"cell{case.suffix}"
        path.write_bytes(case.raw)
        try:
            recording = nfpcell.read(path)
            halves = _half_cycles(recording, case.expected)
            if case.contradiction:
                return _contradiction(case, recording, halves, path)
            _compare(recording, case.expected)
            _compare_half_cycles(halves, case.expected)
        except NfpcellError as error:
            sentence = str(error)
            if "\n" in sentence or "right would be" not in sentence:
                return Verdict(WRONG, f"the refusal is not one sentence: {sentence}")
            return Verdict(REFUSED, sentence.replace(str(path), path.name))
        except WrongError as error:
            return Verdict(WRONG, str(error))
        # anything else is what this test looks for
        except Exception:
            return Verdict(CRASHED, traceback.format_exc())
    return Verdict(READ, recording=recording)


def _half_cycles(recording: Recording, expected: Expected) -> list[HalfCycle]:
    if not expected.steps:
        return []
    return nfpcell.half_cycles(recording, **expected.sizes)


# -------------------------------------------------------------------- what is compared
def _same(read: Floats, written: Floats, rounding: float = 0.0) -> bool:
    """Whether numbers are equal up to rounding; NaN equals NaN."""
    return read.shape == written.shape and np.allclose(
        read, written, rtol=ROUNDING, atol=rounding, equal_nan=True
    )


def _compare(recording: Recording, expected: Expected) -> None:
    table = recording.table
    if (table is None) != (not expected.table):
        found = "no curve" if table is None else f"a curve of {list(table.columns)}"
        raise WrongError(f"{found} was read, {list(expected.table)} were written")
    for name, answers in expected.table.items():
        if name not in table:
            raise WrongError(f"{name} is lost; read were {list(table.columns)}")
        read = table[name].to_numpy(float)
        scale = max(float(np.abs(a[np.isfinite(a)]).max(initial=0)) for a in answers)
        rounding = DATE_ROUNDING if name == "Time [s]" else 1e-14 * scale
        if not any(_same(read, answer, rounding) for answer in answers):
            raise WrongError(f"{name} is {_first(read)}, written {_first(answers[0])}")
    if len(recording.spectra) != len(expected.spectra):
        raise WrongError(
            f"{len(recording.spectra)} spectra were read, {len(expected.spectra)} "
            "were written"
        )
    for read_one, written in zip(recording.spectra, expected.spectra, strict=True):
        order = np.argsort(-written.frequency, kind="stable")
        if not _same(read_one.frequencies, written.frequency[order]):
            raise WrongError(
                f"frequencies are {_first(read_one.frequencies)}, written "
                f"{_first(written.frequency[order])}"
            )
        if not _same(read_one.Z, written.Z[order]):
            raise WrongError(
                f"Z is {_first(read_one.Z)}, written {_first(written.Z[order])}"
            )
        for name in ("voltage", "current"):
            value, read_value = getattr(written, name), getattr(read_one, name)
            if value is not None and not (
                read_value is not None and np.isclose(read_value, value, rtol=1e-6)
            ):
                raise WrongError(f"{name} is {read_value}, written {value}")


def _compare_half_cycles(halves: list[HalfCycle], expected: Expected) -> None:
    steps = expected.steps
    if not steps:
        return
    if len(halves) != len(steps):
        raise WrongError(f"{len(halves)} half-cycles were read, {len(steps)} written")
    for half, step in zip(halves, steps, strict=True):
        _compare_half_cycle(half, step, expected)


def _compare_half_cycle(half: HalfCycle, step: Step, expected: Expected) -> None:
    where = f"half-cycle {half.number}"
    direction = "charge" if step.sign > 0 else "discharge"
    if half.direction != direction:
        raise WrongError(f"{where} is a {half.direction}, written was a {direction}")
    if not np.isclose(half.current, step.current, rtol=0.02):
        raise WrongError(
            f"{where}: current {half.current:g} A, written {step.current:g} A"
        )
    rows = slice(step.first, step.end)
    assert expected.time is not None
    time = expected.time[rows]
    before = time[0] - (expected.time[step.first - 1] if step.first else 0.0)
    span, longest = time[-1] - time[0], max(before, np.diff(time).max())
    # the current may have begun up to one interval before the first row
    if not span * (1 - 1e-3) - 1 <= half.time[-1] <= span * (1 + 1e-3) + longest + 1:
        raise WrongError(f"{where}: {half.time[-1]:g} s long, written {span:g} s")
    charge = half.current * half.time[-1] / 3600
    if not np.isclose(half.capacity[-1], charge, rtol=0.03):
        raise WrongError(
            f"{where}: {half.capacity[-1]:g} A.h, current times time {charge:g} A.h"
        )
    ends = np.array([half.voltage[0], half.voltage[-1]])
    answers = [voltage[rows] for voltage in expected.table["Voltage [V]"]]
    # a charge counted in few digits does not rise in the first rows
    first = max(3, int((time <= time[0] + 1e-3 * span).sum()))
    if not any(
        np.isclose(ends[0], voltage[:first], rtol=1e-9).any()
        and np.isclose(ends[1], voltage[-1], rtol=1e-9)
        for voltage in answers
    ):
        written = f"{answers[0][0]:g} to {answers[0][-1]:g} V"
        raise WrongError(f"{where}: from {ends} V, written {written}")
    if expected.temperature is not None and not (
        half.temperature is not None
        and abs(half.temperature - expected.temperature) < 0.5
    ):
        raise WrongError(
            f"{where}: {half.temperature} degC, written {expected.temperature:g} degC"
        )


def _contradiction(
    case: Case, recording: Recording, halves: list[HalfCycle], path: Path
) -> Verdict:
    """Whether a contradiction is remarked: beyond the remarks on the sound file."""
    path.write_bytes(case.sound)
    sound = nfpcell.read(path)
    usual = _remarks(sound, _half_cycles(sound, case.expected))
    new = _remarks(recording, halves)
    for text in usual:
        new.pop(text, None)
    if new:
        return Verdict(REMARKED, next(iter(new.values())))
    return Verdict(WRONG, f"{case.contradiction} was read without a remark")


def _remarks(recording: Recording, halves: list[HalfCycle]) -> dict[str, str]:
    """The remarks on a file, by their text without its numbers."""
    remarks = [*recording.remarks, *(r for half in halves for r in half.remarks)]
    return {re.sub(r"-?\d[\d.e+-]*", "#", remark): remark for remark in remarks}


def _first(values: np.ndarray) -> str:
    shown = ", ".join(f"{v:.10g}" for v in values[:3])
    return f"[{shown}, … {len(values)} rows]"
