"""What is typed on the command line: lists, ranges and words, checked at the door.

Every refusal is one sentence: which option, what stood there, what would be right.
"""

import math

from nfpcell.cell.validation import DEPTHS, FREQUENCIES, RATES, TEMPERATURES
from nfpcell.errors import NfpcellError

ALLOWED = {
    "--rates": RATES,
    "--temperatures": TEMPERATURES,
    "--dod": DEPTHS,
    "--frequencies": FREQUENCIES,
}
MOST_VALUES = 1000
MOST_PER_DECADE = 100


def numbers(text, option):
    """
    The numbers of a comma-separated list; an item may be a range first:last:step.

    Examples
    --------
    >>> numbers("0.1,1:2:0.5", "--rates")
    [0.1, 1.0, 1.5, 2.0]
    >>> numbers("30:-20:-25", "--temperatures")
    [30.0, 5.0, -20.0]
    """
    found = []
    if not text.strip():
        raise NfpcellError(f"{option}: the list is empty; right would be such as 1,2")
    for item in text.split(","):
        if ":" in item:
            found += _range(item, option)
        else:
            found.append(_number(item, option))
        if len(found) > MOST_VALUES:
            raise NfpcellError(
                f'{option} "{short(text)}" holds more than {MOST_VALUES} values; '
                "right would be fewer"
            )
    for value in found:
        if value not in ALLOWED[option]:
            raise NfpcellError(
                f"{option}: {value:g} is refused; right would be a number "
                f"{ALLOWED[option]}"
            )
    return list(dict.fromkeys(found))


def spectrum_frequencies(text):
    """
    Frequencies of highest:lowest:points-per-decade, or of a list; highest first.

    Examples
    --------
    >>> [round(f, 3) for f in spectrum_frequencies("100:1:1")]
    [100.0, 10.0, 1.0]
    """
    option = "--frequencies"
    if ":" not in text:
        from nfpcell.cell import validation

        return validation.frequencies(numbers(text, option))
    parts = text.split(":")
    if len(parts) != 3:
        raise NfpcellError(
            f'{option}: "{short(text)}" is not a range; right would be '
            "highest:lowest:points-per-decade, such as 1e6:0.025:10"
        )
    highest, lowest, per_decade = (_number(part, option) for part in parts)
    for value in (highest, lowest):
        number_in(value, option, FREQUENCIES)
    if highest <= lowest:
        raise NfpcellError(
            f"{option}: {highest:g} is not above {lowest:g}; right would be the "
            "highest first: highest:lowest:points-per-decade"
        )
    if not 1 <= per_decade <= MOST_PER_DECADE:
        raise NfpcellError(
            f"{option}: {per_decade:g} points per decade is refused; right would be a "
            f"number at least 1 and at most {MOST_PER_DECADE}"
        )
    from nfpcell.eis.impedance import frequency_range

    return [float(f) for f in frequency_range(highest, lowest, per_decade)]


def whole_numbers(text, option):
    """
    Numbers from 1 of a comma-separated list, None where nothing was said.

    Examples
    --------
    >>> whole_numbers("1,3", "--half-cycles")
    (1, 3)
    """
    if text is None:
        return None
    found = [_number(item, option) for item in text.split(",")]
    for value in found:
        if value < 1 or value != int(value):
            raise NfpcellError(
                f"{option}: {value:g} is refused; right would be whole numbers from 1, "
                "such as 1,3"
            )
    return tuple(int(value) for value in found)


def start_of(text):
    """
    What a half-cycle starts from: a word, or a voltage.

    Examples
    --------
    >>> start_of("slow"), start_of("3.4")
    ('slow', 3.4)
    """
    if text in (None, "slow", "rest"):
        return text
    try:
        return float(text)
    except ValueError:
        raise NfpcellError(
            f'--start: "{short(text)}" is refused; right would be slow, rest or a '
            "voltage in V such as 3.4"
        ) from None


def bounds(text):
    """
    Name and bounds of a quantity that may move.

    Examples
    --------
    >>> bounds("Contact resistance [Ohm]=0:40")
    ('Contact resistance [Ohm]', (0.0, 40.0))
    """
    name, found, rest = text.rpartition("=")
    parts = rest.split(":")
    if not found or len(parts) != 2:
        raise NfpcellError(
            f'--free: "{text[:80]}" is refused; right would be "NAME=lower:upper", '
            'such as "Contact resistance [Ohm]=0:40"'
        )
    return name.strip(), tuple(_number(part, "--free") for part in parts)


def all_bounds(texts):
    """As ``bounds``, of several, each name once."""
    found = {}
    for text in texts:
        name, ends = bounds(text)
        if name in found:
            raise NfpcellError(f'--free: "{name}" stands twice; right would be once')
        found[name] = ends
    return found


def settings(texts):
    """
    Name and number of each quantity that is set, each once.

    Examples
    --------
    >>> settings(["Separator thickness [m]=5e-5"])
    {'Separator thickness [m]': 5e-05}
    """
    found = {}
    for text in texts:
        name, there, value = (part.strip() for part in text.rpartition("="))
        try:
            number = float(value) if there and name else math.nan
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise NfpcellError(
                f'--set: "{text[:80]}" is refused; right would be "NAME=number", such '
                'as "Positive electrode void fraction=0.1"'
            )
        if name in found:
            raise NfpcellError(f'--set: "{name}" stands twice; right would be once')
        found[name] = number
    return found


def both_sides(text):
    """
    Shares of pore former on the cathode and on the anode side of a plate.

    Examples
    --------
    >>> both_sides("0.75"), both_sides("0.75:0"), both_sides(None)
    ((0.75, 0.75), (0.75, 0.0), None)
    """
    if text is None:
        return None
    parts = text.split(":")
    if len(parts) > 2:
        raise NfpcellError(
            f'--roughness: "{short(text)}" is refused; right would be cathode:anode, '
            "such as 0.75:0, or one number for both sides"
        )
    shares = [_number(part, "--roughness") for part in parts]
    return shares[0], shares[-1]


def words(text, option):
    """
    Words with commas between them; None where nothing was said.

    Examples
    --------
    >>> words("fig-1, fig-3", "--sections")
    ['fig-1', 'fig-3']
    """
    if text is None:
        return None
    found = [word.strip() for word in text.split(",")]
    if not all(found):
        raise NfpcellError(
            f'{option}: "{short(text)}" has an empty word; right would be words with '
            "commas between them"
        )
    return found


def number_in(value, option, allowed):
    """Refuse a number outside its range."""
    if not math.isfinite(value) or value not in allowed:
        raise NfpcellError(
            f"{option}: {value:g} is refused; right would be a number {allowed}"
        )


def _number(text, option):
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        what = f'"{short(text.strip())}" is' if text.strip() else "an empty item is"
        raise NfpcellError(
            f"{option}: {what} not a number; right would be a list such as 1,2 or a "
            "range first:last:step"
        )
    # minus zero is zero
    return value + 0.0


def _range(text, option):
    parts = text.split(":")
    if len(parts) != 3:
        raise NfpcellError(
            f'{option}: "{short(text)}" is not a range; right would be first:last:step'
        )
    first, last, step = (_number(part, option) for part in parts)
    count = (last - first) / step if step else -1
    if count < 0 or not math.isfinite(count):
        raise NfpcellError(
            f'{option}: the step of "{short(text)}" does not lead from {first:g} to '
            f"{last:g}; right would be first:last:step"
        )
    # a rounding error must not cost the last one
    count = min(int(count + 1e-9), MOST_VALUES)
    return [float(f"{first + k * step:.12g}") + 0.0 for k in range(count + 1)]


def short(text):
    """The beginning of what was typed, for a sentence."""
    return text if len(text) <= 40 else f"{text[:37]}..."


def one_of(word, option, known):
    """Refuse a word that is not one of a few."""
    if word not in known:
        from nfpcell.cell.naming import suggestion

        raise NfpcellError(
            f'{option}: "{short(word)}" is not known; {suggestion(word, known)}'
        )


def cells(words):
    """The cells, each once; two different ones under one name cannot be told apart."""
    from nfpcell.cell.definition import Cell

    found = {}
    for word in words:
        cell = Cell.load(word)
        other = found.setdefault(cell.name, cell)
        if other != cell:
            raise NfpcellError(
                f'two different cells are named "{cell.name}" ({other.path} and '
                f"{cell.path}); right would be a file of another name"
            )
    return list(found.values())


def half_cells(words):
    """The cells, none of them symmetric."""
    from nfpcell.cell.validation import half_cells

    return half_cells(cells(words))


def programme(what, rates, cycles, temperature):
    """The cycles to run, from a file of them or from a cell and what is typed."""
    from nfpcell.simulation.cycling import Schedule

    given = {"--rates": rates, "--cycles": cycles, "--temperature": temperature}
    if _is_programme(what):
        for option, value in given.items():
            if value is not None:
                raise NfpcellError(
                    f"{option} is refused beside an experiment, which says that "
                    "itself; right would be one or the other"
                )
        return Schedule.load(what)
    (cell,) = half_cells([what])
    rates = numbers("0.1" if rates is None else rates, "--rates")
    number = 10 if cycles is None else cycles
    steps = tuple((rate, number) for rate in rates)
    warm = 30.0 if temperature is None else temperature
    return Schedule(cell.name, cell.title, cell, steps, warm, cell.path)


def sweep_options(workers, time_limit, scheduler):
    """Refuse numbers of processes and of seconds that make no sense."""
    from nfpcell.cell.validation import TIME_LIMITS, WORKERS

    if workers is not None:
        number_in(workers, "--workers", WORKERS)
        if scheduler is not None:
            raise NfpcellError(
                "--workers is refused beside --scheduler, which has its own; right "
                "would be one or the other"
            )
    number_in(time_limit, "--time-limit", TIME_LIMITS)


def _is_programme(what):
    from nfpcell.cell import catalogue, toml_files

    if not catalogue.is_path(what):
        return what in catalogue.experiments()
    return toml_files.read(catalogue.find_experiment(what)).get("kind") is not None


def experiments(words):
    """The experiments, each once, and all their cells."""
    from nfpcell.studies.experiment import Experiment

    found = {}
    for word in words:
        experiment = Experiment.load(word)
        other = found.setdefault(experiment.name, experiment)
        if other != experiment:
            raise NfpcellError(
                f'two different experiments are named "{experiment.name}" '
                f"({other.path} and {experiment.path}); right would be a file of "
                "another name"
            )
    used = {}
    for experiment in found.values():
        # only spectra are taken of symmetric cells
        load = cells if experiment.kind == "impedance" else half_cells
        for cell in load(experiment.cells):
            used.setdefault(cell)
    return list(found.values()), list(used)


def folder(out):
    """The folder of --out, checked; None where nothing was said."""
    if out is None:
        return None
    if not out.strip():
        raise NfpcellError("--out: the name is empty; right would be that of a folder")
    from nfpcell.reports import run_folder

    return run_folder.check(out)
