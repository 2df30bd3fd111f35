"""Damaged and hostile input to everything that reads a file or a command line.

    python -m benchmarks.fuzz [NUMBER] [SEED]

Each input is a shipped or generated file, or a command line, with random faults. The
program has to give a result or an ``NfpcellError``, in bounded time and memory, and to
write no file outside its folder. Inputs that crash it are printed and kept as
crash_*.bin in the working directory. Each becomes a test in
tests/acceptance/test_input_robustness.py, which also runs a short campaign.
"""

import collections
import contextlib
import copy
import io
import random
import resource
import signal
import sys
import tempfile
import time
import tomllib
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import tomlkit

from nfpcell.cell import catalogue
from nfpcell.cell.definition import Cell
from nfpcell.cli import app
from nfpcell.eis.spectrum_analysis import read_all
from nfpcell.errors import NfpcellError
from nfpcell.fitting.fit_plan import FitPlan
from nfpcell.measured.extraction import half_cycles
from nfpcell.measured.readers import read
from nfpcell.simulation.cycling import Schedule
from nfpcell.simulation.protocol import Protocol
from nfpcell.studies.chemistries import Comparison
from nfpcell.studies.experiment import Experiment
from nfpcell.sweeping.sweep_plan import Sweep
from tests.unit.readers.instrument_files import measurement, mpr, rows, spectrum

SECONDS, MEMORY = 20, 6e9  # time of one input [s], memory of all [B]
Loader = Callable[[Path], object]
LOADERS: dict[str, Loader] = {
    "cycles": Schedule.load,
    "protocol": Protocol.load,
    "sweep": Sweep.load,
    "chemistries": Comparison.load,
    "fit": FitPlan.load,
}
# words that programs often fail on
WORDS: list[str] = [
    "", " ", "0", "-1", "1e308", "1e-320", "nan", "inf", "-inf", "1e999", "NaN", "null",
    "true", "1_0", "0x10", "１", "½", "\u202e", "\ud7ff", "é" * 300, "a" * 5000,
    "../..", "/etc/passwd", "C:\\x", "-", "--", "--help", "%s%n", "${HOME}", "$(id)",
    "{0.__class__}", "__import__('os')", "1,2,,3", "1:2:3:4", "0:1:1e-9", "1e9:0:-1",
    "C", "c", "pouch", "liquid", "A.toml", ".toml", "a/b.toml", "~", ".", "\t", "\n",
    "1e400", "9" * 400, "-0.0", "=", "a=b", "x=1:2", "tcp://x", "0.5", "2", "1,1,1",
]  # fmt: skip
VALUES: list[Any] = [
    *WORDS, 0, -1, 2**63 - 1, -(2**63), 1e308, -1e308, 5e-324, float("nan"),
    float("inf"), True, False, [], [[]], [0.0] * 3, [1e300], {}, {"a": 1}, 0.5, 1e-30,
]  # fmt: skip


# ------------------------------------------------------------------ inputs and damage
@dataclass(frozen=True)
class Trial:
    """An input, what kind it is, and the call that reads it in a folder."""

    kind: str
    raw: bytes
    call: Callable[[Path], None]


@dataclass(frozen=True)
class Crash:
    """An input that gave neither a result nor an ``NfpcellError``."""

    kind: str
    raw: bytes
    trace: str


@dataclass(frozen=True)
class Campaign:
    """How many inputs of each kind ended how, the longest time [s], and the crashes."""

    counts: collections.Counter[tuple[str, str]]
    slowest: float
    crashes: list[Crash]


def toml_files() -> list[tuple[Loader, bytes]]:
    """Shipped files with the functions that load them."""
    files: list[tuple[Loader, bytes]] = [
        (Cell.load, path.read_bytes())
        for path in catalogue.folder(catalogue.CELLS).glob("*.toml")
    ]
    for path in catalogue.folder(catalogue.EXPERIMENTS).glob("*.toml"):
        raw = path.read_bytes()
        kind = tomllib.loads(raw.decode())["kind"]
        files.append((LOADERS.get(kind, Experiment.load), raw))
    return files


def measured_files() -> list[tuple[str, bytes]]:
    """Small measured files with their suffixes."""
    T = measurement(points=12)
    F, Z = spectrum(points=13)
    cycling = rows(T.time, T.voltage, T.current)
    zero = np.zeros(len(F))
    eis = {32: F, 37: Z.real, 38: -Z.imag, 4: np.arange(len(F)), 6: zero + 2.9}
    curve = {131: T.step, 4: T.time, 6: T.voltage, 8: 1e3 * T.current}
    impedance = rows(F, Z.real, -Z.imag)
    tabs = {"separator": "\t"}
    milliamperes = rows(T.time, T.voltage, 1e3 * T.current, **tabs)
    instrument = "EC-Lab ASCII FILE\nNb header lines : 3\n"
    columns = "Freq(Hz)\tAmpl\tBias\tTime(Sec)\tZ'(a)\tZ''(b)"
    zplot = rows(F, 0 * F, 0 * F, 0 * F, Z.real, Z.imag, **tabs)
    texts = [
        (".csv", f"time/s,Ewe/V,I/A\n{cycling}\n"),
        (".csv", "Time [s];Voltage [V];Current [A]\n" + cycling.replace(",", ";")),
        (".csv", f"freq/Hz,Re(Z)/Ohm,-Im(Z)/Ohm\n{impedance}\n"),
        (".txt", f"time/s\tEwe/V\tI/mA\n{milliamperes}\n"),
        (".z", f"ZPLOT2 ASCII\n{columns}\nEnd Comments\n{zplot}\n"),
        (".mpt", f"{instrument}time/s\tEwe/V\tI/mA\n{milliamperes}\n"),
    ]
    files = [(suffix, text.encode()) for suffix, text in texts]
    for version, new in ((0, False), (2, False), (3, False), (10, True), (11, True)):
        files += [(".mpr", mpr(columns, version, new)) for columns in (eis, curve)]
    return files


def damaged(original: bytes, chance: random.Random) -> bytes:
    """Bytes with a few random faults."""
    raw = bytearray(original)
    for _ in range(chance.choice((1, 1, 2, 4, 12))):
        place = chance.randrange(len(raw) + 1)
        end = min(len(raw), place + chance.choice((1, 2, 4, 8, 40, 400)))
        match chance.randrange(7):
            case 0:
                del raw[place:end]
            case 1:
                raw[place:place] = raw[place:end] * chance.choice((1, 2, 50))
            case 2:
                raw[place:end] = chance.randbytes(end - place)
            case 3:
                raw[place:place] = chance.choice(WORDS).encode("utf-8", "replace")
            case 4:
                raw[place:end] = chance.choice(WORDS).encode("utf-8", "replace")
            case 5:
                del raw[place:]
            case _:
                # numbers in the heads of binary files
                value = chance.choice((0, 1, 255, 65535, 2**31 - 1, 2**32 - 1))
                raw[place : place + 4] = value.to_bytes(4, "little")
    return bytes(raw)


def misfilled(raw: bytes, chance: random.Random) -> bytes:
    """A TOML file that is well formed, with wrong names and values."""
    content = tomllib.loads(raw.decode())
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        _misfill(content, chance)
    try:
        return tomlkit.dumps(content).encode("utf-8", "surrogatepass")
    except (ValueError, TypeError, AttributeError):
        return raw


def _misfill(content: dict[str, Any], chance: random.Random) -> None:
    place: Any = content
    for _ in range(12):
        if not place or chance.random() < 0.1:
            break
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = chance.choice(list(keys))
        inner = place[key]
        if isinstance(inner, dict | list) and inner and chance.random() < 0.85:
            place = inner
            continue
        match chance.randrange(6):
            case 0:
                del place[key]
            case 1 if isinstance(place, dict):
                place[chance.choice(WORDS) or "k"] = place.pop(key)
            case 2 if isinstance(inner, int | float) and not isinstance(inner, bool):
                # a number of a plausible form
                place[key] = inner * chance.choice((-1.0, 0.0, 1e-9, 1e9, 0.5, 3.0))
            case _:
                place[key] = copy.deepcopy(chance.choice(VALUES))
        return


OPTIONS = [
    "--rates", "--temperatures", "--direction", "--model", "--json", "--dod", "--rate",
    "--temperature", "--frequencies", "--out", "--cell", "--data", "--free", "--sigma",
    "--carbon", "--roughness", "--set", "--based-on", "--plate-thickness", "--arcs",
    "--workers", "--resume", "--time-limit", "--scheduler", "--cycles", "--half-cycles",
    "--start", "--sign", "--posterior", "--seed", "--notes", "--version", "--force",
]  # fmt: skip
VERBS = [
    "list", "show", "simulate", "impedance", "resistance", "run", "fit", "score",
    "new-cell", "steps", "liquid", "spectrum", "cycle", "protocol", "sweep",
]  # fmt: skip
SENSIBLE = ["C", "1", "30", "0.5", "1,2", "discharge", "particle", "rate_30C", "x.toml"]


def command_line(chance: random.Random) -> list[str]:
    """Random words of a command line."""
    words = [chance.choice(VERBS)] if chance.random() < 0.97 else []
    for _ in range(chance.randrange(8)):
        kind = chance.random()
        known = SENSIBLE if kind < 0.6 else WORDS
        words.append(chance.choice(OPTIONS if kind < 0.4 else known))
    return words


# ------------------------------------------------------------- the program under test
class ReachedError(NfpcellError):
    """The input was accepted: the computation would begin."""


@contextlib.contextmanager
def nothing_computed() -> Iterator[None]:
    """Commands end where they would compute, so that only the input is tested."""

    def reached(*_: object, **__: object) -> None:
        raise ReachedError

    with mock.patch("nfpcell.cli.terminal.computing", reached):
        yield


def load_toml(loader: Loader, raw: bytes, folder: Path) -> None:
    path = folder / "input.toml"
    path.write_bytes(raw)
    loader(path)


def load_measured(suffix: str, raw: bytes, folder: Path) -> None:
    path = folder / f"input{suffix}"
    path.write_bytes(raw)
    with contextlib.suppress(NfpcellError):
        read_all(path)
    half_cycles(read(path))


def command(words: list[str], folder: Path) -> None:
    out = io.StringIO()
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(out),
        nothing_computed(),
    ):
        code = app.main(words)
    if code not in (0, 1, 2) or "Traceback" in out.getvalue():
        raise AssertionError(f"exit {code}: {out.getvalue()[-500:]}")


def trials(number: int, seed: int) -> Iterator[Trial]:
    """Random inputs."""
    chance = random.Random(seed)
    tomls, measured = toml_files(), measured_files()
    for _ in range(number):
        match chance.randrange(8):
            case 0 | 1:
                loader, raw = chance.choice(tomls)
                raw = damaged(raw, chance)
                yield Trial("toml, damaged", raw, partial(load_toml, loader, raw))
            case 2 | 3:
                loader, raw = chance.choice(tomls)
                raw = misfilled(raw, chance)
                yield Trial("toml, misfilled", raw, partial(load_toml, loader, raw))
            case 4 | 5 | 6:
                suffix, raw = chance.choice(measured)
                raw = damaged(raw, chance)
                yield Trial(suffix, raw, partial(load_measured, suffix, raw))
            case _:
                words = command_line(chance)
                raw = repr(words).encode()
                yield Trial("command line", raw, partial(command, words))


class TooLongError(BaseException):
    """The time of an input is up; no Exception, which a library may catch."""


def campaign(number: int, seed: int, keep: Path | None = None) -> Campaign:
    """Try random inputs; those that crash are kept as files in a folder, if given."""
    counts: collections.Counter[tuple[str, str]] = collections.Counter()
    crashes: list[Crash] = []
    slowest = 0.0

    def alarm(*_: object) -> None:
        raise TooLongError

    signal.signal(signal.SIGALRM, alarm)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "inner"
        folder.mkdir()
        for trial in trials(number, seed):
            began = time.perf_counter()
            signal.alarm(SECONDS)
            try:
                trial.call(folder)
                counts[trial.kind, "taken"] += 1
            except NfpcellError:
                counts[trial.kind, "refused"] += 1
            except (Exception, TooLongError, SystemExit):
                counts[trial.kind, "CRASHED"] += 1
                crashes.append(Crash(trial.kind, trial.raw, traceback.format_exc()))
                if keep:
                    (keep / f"crash_{len(crashes)}.bin").write_bytes(trial.raw)
            finally:
                signal.alarm(0)
            slowest = max(slowest, time.perf_counter() - began)
            outside = [p for p in Path(name).iterdir() if p != folder]
            if outside:
                crashes.append(Crash(trial.kind, trial.raw, f"wrote {outside}"))
    return Campaign(counts, slowest, crashes)


def main() -> None:
    number, seed = (*map(int, sys.argv[1:]), *(100_000, 0)[len(sys.argv) - 1 :])
    resource.setrlimit(resource.RLIMIT_AS, (int(MEMORY), int(MEMORY)))
    warnings.simplefilter("ignore")
    result = campaign(number, seed, Path())
    for (kind, ending), count in sorted(result.counts.items()):
        print(f"{kind:16} {ending:8} {count}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(
        f"slowest {result.slowest:.2f} s, peak memory {peak:.0f} MB, "
        f"crashed {len(result.crashes)}"
    )
    # one crash for each place where it happened
    places = {c.trace[c.trace.rfind("File ") :][:200]: c for c in result.crashes}
    for crash in places.values():
        print("-----", crash.kind, crash.trace[-900:])


if __name__ == "__main__":
    main()
