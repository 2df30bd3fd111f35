"""What to measure next, in words."""

from nfpcell.cell import units
from nfpcell.cell.naming import split_unit
from nfpcell.fitting.candidates import CURVE_POINTS
from nfpcell.fitting.diagnostics import combination
from nfpcell.fitting.experiment_design import Design, Prospect
from nfpcell.fitting.knowledge import Knowledge
from nfpcell.number_format import with_interval
from nfpcell.simulation.starting_state import SLOW_TEMPERATURE

# an interval that becomes narrower by a smaller factor does not count as narrower; one
# that becomes narrower by a larger factor is settled
BARELY, CLEARLY = 1.1, 1.5
# A constant is known only together with another if their correlation exceeds this: then
# the interval would be 3.2 times narrower if the other were known.
TOGETHER = 0.95


def answer(result: Design, prospect: Prospect, place: int) -> str:
    """What a measurement does for a wanted constant: a sentence without its subject."""
    name, after = _short(result.known, place), prospect.after
    times = result.narrower(after, place)
    before, partner = _partner(result.known, place), _partner(after, place)
    if times < BARELY:
        sentence = f"does not narrow {name} ({times:.2f} times)"
        if partner is not None:
            sentence += f"; it determines only {_together(after, place, partner)}"
        return f"{sentence}."
    if before is not None and times >= CLEARLY:
        other = _short(after, before)
        return f"separates {name} from {other}: {times:.3g} times narrower."
    sentence = f"narrows {name} {times:.3g} times"
    if partner is not None:
        sentence += f"; it determines best {_together(after, place, partner)}"
    return f"{sentence}."


def sentences(result: Design) -> list[str]:
    """What is open, what to measure first, what does not help, what to combine."""
    lines = []
    for place in result.places:
        name, now = _short(result.known, place), interval(result.known, place)
        lines.append(f"{name} lies {now} (95 %).")
        partner = _partner(result.known, place)
        if partner is not None:
            joint = _together(result.known, place, partner)
            lines.append(f"So far only {joint} is known better.")
    if not result.prospects:
        return [*lines, "The cell can make none of the measurements."]
    first, place = result.prospects[0], result.places[0]
    lines.append(
        f"Most for each hour: {_with_hours(first)}. It {answer(result, first, place)} "
        f"It then lies {interval(first.after, place)}."
    )
    lines += _useless(result, place)
    return [*lines, _combined(result), *result.known.remarks, *_assumed(result)]


def _useless(result: Design, place: int) -> list[str]:
    """The kinds of measurements of which none narrows the interval."""
    best: dict[str, Prospect] = {}
    for prospect in sorted(result.prospects, key=lambda one: -one.gain):
        best.setdefault(prospect.candidate.kind, prospect)
    useless = {
        kind: prospect
        for kind, prospect in best.items()
        if result.narrower(prospect.after, place) < BARELY
    }
    if not useless:
        return []
    first = next(iter(useless.values()))
    *others, last = useless
    kinds = f"{', '.join(others)} or {last}" if others else last
    sentence = f"Another {kinds} {answer(result, first, place)}"
    return [f"{sentence} Of these, {first.candidate.name} narrows it most."]


def interval(known: Knowledge, place: int) -> str:
    """The interval of a constant, in the chosen units."""
    name = known.free.names[place]
    numbers = known.cell[name], *known.interval(place)
    shown = units.shown(name, max(map(abs, numbers)))
    _, low, high = with_interval(*map(shown.value, numbers))
    return f"between {low} and {high} {shown.printed}".rstrip()


def _combined(result: Design) -> str:
    chosen = result.combination
    if not chosen.prospects:
        shortest = min(prospect.candidate.hours for prospect in result.prospects)
        return (
            f"None of them narrows it within {result.hours:g} h; the shortest takes "
            f"{shortest:.1f} h."
        )
    names = "; ".join(_with_hours(prospect) for prospect in chosen.prospects)
    after = [
        f"{_short(chosen.after, place)} becomes "
        f"{result.narrower(chosen.after, place):.3g} times narrower, "
        f"{interval(chosen.after, place)}"
        for place in result.places
    ]
    return f"Best within {result.hours:g} h: {names}. {', and '.join(after)}."


def _assumed(result: Design) -> list[str]:
    """The noise, and that activation energies count as known."""
    choice = result.choice
    lines = [
        f"Assumed noise: {1e3 * choice.sigma:g} mV at each of {CURVE_POINTS} points of "
        f"a half-cycle, {100 * choice.impedance_sigma:g} % of |Z|; and a model that is "
        "right."
    ]
    energies = any("activation energy" in name for name in result.known.free.names)
    if set(choice.temperatures) != {SLOW_TEMPERATURE} and not energies:
        lines.append(
            f"At other temperatures than {SLOW_TEMPERATURE:g} °C the activation "
            "energies count as known; --free makes them free."
        )
    return lines


def _partner(known: Knowledge, place: int) -> int | None:
    """The constant with which a constant is known only together."""
    row = abs(known.correlations[place])
    row[place] = 0.0
    strongest = int(row.argmax())
    return strongest if row[strongest] > TOGETHER else None


def _together(known: Knowledge, place: int, partner: int) -> str:
    """What is known of two correlated constants."""
    pair = [known.free.parameters[k] for k in (place, partner)]
    name, other = (_short(known, k) for k in (place, partner))
    if any(parameter.scale != "log" for parameter in pair):
        return f"a combination of {name} and {other}"
    slope = known.covariance[partner, place] / known.covariance[place, place]
    return f"{combination(name, other, float(slope))}"


def _with_hours(prospect: Prospect) -> str:
    return f"{prospect.candidate.name} ({prospect.candidate.hours:.3g} h)"


def _short(known: Knowledge, place: int) -> str:
    return split_unit(known.free.names[place])[0]
