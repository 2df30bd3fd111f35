"""Figures of spectra and of resistances over depth of discharge.

As in ``plot``: tables with the columns of the records in, a ``Figure`` out.
"""

import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from nfpcell.figures import published_marks
from nfpcell.figures.style import (
    DEPTH,
    KEYS,
    OKABE_ITO,
    _some,
    cell_label,
    degrees,
    legend,
    literal,
    nothing,
    ramp,
    styled,
)

FREQUENCY = "Frequency [Hz]"
RE, IM = "Z_re [Ohm]", "Z_im [Ohm]"
TOTAL = "Total resistance [Ohm]"
LOW = "Low-frequency resistance [Ohm]"
RESISTANCES = ("R0 [Ohm]", "R1 [Ohm]", "R2 [Ohm]")
MOST_PANELS, MOST_MAPS = 6, 12
MOST_SPECTRA, LADDER = 60, 11
# up to so many depths have a legend, more a colour bar
MOST_NAMED = 8
# from here on in kilo-ohms
LARGE = 2000.0
FAR = 1.6
CUT = "spectra that run far out leave the panel"
MARKED = (1e4, 1e2, 1.0)
# width and height of such a label in widths of the panel
LABEL = (0.2, 0.08)
# below and at most above a ladder of spectra, in depths of discharge
FOOT, HEADROOM = 1.02, 0.8
# share of the depths that do not set the axis of a map: ends and narrow peaks [%]
PEAKED = 8
# a test whose residuals are below this is drawn without the band of a measurement [%]
TINY, BAND = 0.05, 0.5


@styled
def nyquist(spectra):
    """
    Nyquist plots, a panel a cell, direction, rate and temperature, a line a depth.

    Parameters
    ----------
    spectra : table with KEYS, DEPTH, FREQUENCY, RE and IM; rows without a frequency
        are left out
    """
    spectra = spectra[np.isfinite(spectra[FREQUENCY].astype(float))]
    if spectra.empty:
        return nothing("No spectrum was computed")
    groups = list(spectra.groupby(KEYS, sort=False))
    shown = _some(groups, MOST_PANELS)
    figure, panels = _panels(len(shown), height=1.9)
    depths = sorted(spectra[DEPTH].unique())
    bar = _depth_colours()
    named = dict(zip(depths, ramp(len(depths)), strict=True))
    if len(depths) > MOST_NAMED:
        named = {depth: bar.to_rgba(depth) for depth in depths}
    notes, cut = [], False
    for (key, own), axes in zip(shown, panels, strict=True):
        usual = own.groupby(DEPTH)[RE].max().median()
        scale, unit = _unit(usual)
        there = sorted(own[DEPTH].unique())
        chosen = _some(there, MOST_SPECTRA)
        for depth in chosen:
            one = own[own[DEPTH] == depth]
            x, y = one[RE] / scale, -one[IM] / scale
            axes.plot(x, y, color=named[depth], linewidth=1.0)
        axes.set_title(_condition(*key))
        # one that runs far out must not squash all others
        farthest = min(own[RE].max(), FAR * usual) / scale
        highest = -own.groupby(DEPTH)[IM].min().median() / scale
        right, top = 1.05 * farthest, max(0.6 * farthest, 1.1 * highest)
        own = own[own[DEPTH].isin(chosen)]
        cut |= bool((own[RE].max() > right * scale) | (-own[IM].min() > top * scale))
        axes.set_xlim(0, right)
        axes.set_ylim(-0.1 * farthest, top)
        _mark(axes, own[own[DEPTH] == chosen[len(chosen) // 2]], scale)
        axes.set_aspect("equal", adjustable="box")
        axes.set_xlabel(f"Re Z ({unit})")
        axes.set_ylabel(f"−Im Z ({unit})")
    if len(depths) > MOST_NAMED:
        figure.colorbar(bar, ax=panels, label=DEPTH, shrink=0.8).ax.invert_yaxis()
    elif len(depths) > 1:
        handles = [Line2D([], [], color=c, label=f"{d:g}") for d, c in named.items()]
        figure.legend(handles=handles, title=DEPTH, loc="outside right upper")
    if len(shown) < len(groups):
        notes.append(f"{len(shown)} of {len(groups)} half-cycles shown")
    if any(own[DEPTH].nunique() > MOST_SPECTRA for _, own in shown):
        notes.append(f"spectra at {MOST_SPECTRA} of the depths shown")
    if cut:
        notes.append(CUT)
    _small_print(figure, notes)
    return figure


@styled
def circuit_fit(fits):
    """
    Measured spectra and the circuits fitted to them, Nyquist plots.

    Parameters
    ----------
    fits : mapping of a label to (measured, fitted), both complex [Ohm]
    """
    if not fits:
        return nothing("No spectrum was fitted")
    shown = _some(fits.items(), MOST_PANELS)
    figure, panels = _panels(len(shown), height=1.9)
    for (label, (measured, fitted)), axes in zip(shown, panels, strict=True):
        scale, unit = _unit(np.abs(measured))
        colour = OKABE_ITO[0]
        axes.plot(measured.real / scale, -measured.imag / scale, "o", color=colour)
        axes.plot(fitted.real / scale, -fitted.imag / scale, color=OKABE_ITO[1])
        axes.set_title(literal(label))
        axes.set_aspect("equal", adjustable="datalim")
        axes.set_xlabel(f"Re Z ({unit})")
        axes.set_ylabel(f"−Im Z ({unit})")
    handles = [
        Line2D([], [], ls="", marker="o", color=OKABE_ITO[0], label="measured"),
        Line2D([], [], color=OKABE_ITO[1], label="circuit"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2)
    if len(shown) < len(fits):
        _small_print(figure, [f"{len(shown)} of {len(fits)} spectra shown"])
    return figure


@styled
def operando(spectra, table):
    """
    Voltage over depth of discharge, and beside it the Nyquist plots along the way.

    Parameters
    ----------
    spectra : as ``nyquist``
    table : of the same half-cycles, with KEYS, DEPTH and "Voltage [V]"
    """
    spectra = spectra[np.isfinite(spectra[FREQUENCY].astype(float))]
    if spectra.empty:
        return nothing("No spectrum was computed")
    groups = list(spectra.groupby(KEYS, sort=False))
    shown = _some(groups, MOST_PANELS)
    figure = Figure(figsize=(6.6, 4.0 * len(shown)), layout="constrained")
    grid = figure.subplots(
        len(shown), 2, width_ratios=[1, 2.4], squeeze=False, sharey="row"
    )
    notes, cut = [], False
    for (left, right), (key, own) in zip(grid, shown, strict=True):
        curve = _half_cycle(table, key)
        left.plot(curve["Voltage [V]"], curve[DEPTH], color="black")
        left.set_xlabel("Voltage (V)")
        left.set_ylabel(DEPTH)
        left.set_ylim(FOOT, 0)
        left.set_yticks(np.linspace(0, 1, 6))
        left.xaxis.set_major_locator(MaxNLocator(4))
        left.set_title(_condition(*key), loc="left")
        # the middle of the half-cycle sets the axis, or its ends squash all others
        usual = own.groupby(DEPTH)[RE].max().median()
        scale, unit = _unit(usual)
        right.set_xlim(0, FAR * usual / scale)
        chosen = own[own[DEPTH].isin(_some(sorted(own[DEPTH].unique()), LADDER))]
        cut |= bool(max(chosen[RE].max(), -2 * chosen[IM].min()) > FAR * usual)
        right.set_xlabel(f"Re Z ({unit}); −Im Z upward, to the same scale")
    if len(shown) < len(groups):
        notes.append(f"{len(shown)} of {len(groups)} half-cycles shown")
    if any(own[DEPTH].nunique() > LADDER for _, own in shown):
        notes.append(f"spectra at {LADDER} of the depths shown")
    if cut:
        notes.append(CUT)
    _small_print(figure, notes)
    # the size of a panel is known once its labels are there
    figure.draw_without_rendering()
    for (left, right), (key, own) in zip(grid, shown, strict=True):
        _ladder(left, right, _half_cycle(table, key), own)
    return figure


def _half_cycle(table, key):
    """Rows of one half-cycle that have a voltage, by depth."""
    table = table[np.isfinite(table["Voltage [V]"].astype(float))]
    for name, value in zip(KEYS, key, strict=True):
        table = table[table[name] == value]
    return table.sort_values(DEPTH)


def _ladder(left, right, curve, spectra):
    """Spectra one below the other, each at its depth, and their places on a curve."""
    depths = _some(sorted(spectra[DEPTH].unique()), LADDER)
    chosen = [spectra[spectra[DEPTH] == depth] for depth in depths]
    scale, _ = _unit(spectra.groupby(DEPTH)[RE].max().median())
    box = right.get_window_extent()
    right_end = right.get_xlim()[1]
    # how high the panel is in ohms, and each spectrum in panels
    ohms = right_end * box.height / box.width
    heights = np.array([-one[IM].min() / scale for one in chosen]) / ohms
    heights = np.clip(heights, 0, 0.5)
    above = ((FOOT * heights - depths) / (1 - heights)).max()
    above = float(np.clip(above + 0.03, 0.05, HEADROOM))
    left.set_ylim(FOOT, -above)
    per_depth = ohms / (FOOT + above)
    colours = _depth_colours()
    for depth, one in zip(depths, chosen, strict=True):
        colour = colours.to_rgba(depth)
        x, y = one[RE] / scale, -one[IM] / scale
        if len(curve):
            voltage = np.interp(depth, curve[DEPTH], curve["Voltage [V]"])
            left.plot(voltage, depth, "o", color=colour)
        right.plot(x, depth - y / per_depth, color=colour)
        right.axhline(depth, color="0.9", linewidth=0.5, zorder=0)


@styled
def circuit(table, marks=None):
    """
    R0, R1, R2 and total of the circuit over depth of discharge, and the model's own.

    Parameters
    ----------
    table : with KEYS, DEPTH, RESISTANCES, TOTAL, LOW and "Model R0 [Ohm]" to R2
    marks : published lowest totals, as ``scoring.published`` gives them; they stand at
        the depth where the computed one is lowest
    """
    table = table[np.isfinite(table[LOW].astype(float))]
    if table.empty:
        return nothing("No condition gave a resistance")
    groups = list(table.groupby(KEYS, sort=False))
    shown = _some(groups, MOST_MAPS)
    figure, panels = _panels(len(shown))
    colours = dict(zip((*RESISTANCES, TOTAL), OKABE_ITO, strict=False))
    for (key, own), axes in zip(shown, panels, strict=True):
        own = own.sort_values(DEPTH)
        scale, unit = _unit(own[LOW].median())
        for name, colour in colours.items():
            axes.plot(own[DEPTH], own[name] / scale, color=colour)
        for name in RESISTANCES:
            model = own[f"Model {name}"] / scale
            axes.plot(own[DEPTH], model, ":", color=colours[name], linewidth=1.0)
        axes.plot(own[DEPTH], own[LOW] / scale, "--", color="black", linewidth=0.8)
        usual = np.nanpercentile(own[LOW], 100 - PEAKED) / scale
        axes.set_ylim(0, 1.2 * usual)
        axes.set_xlim(0, 1)
        if own[TOTAL].notna().any():
            lowest = own.loc[own[TOTAL].idxmin()]
            x, y = lowest[DEPTH], lowest[TOTAL] / scale
            axes.plot(x, y, "o", color="black", markerfacecolor="white", zorder=4)
            axes.annotate(
                f"{y:.3g}", (x, y), (0, -9), textcoords="offset points", ha="center"
            )
            condition = dict(zip(KEYS, key, strict=True))
            for mark in published_marks.selected(marks, **condition):
                for name in ("Published", "Lower", "Upper"):
                    mark[name] /= scale
                published_marks.draw(axes, mark, x, None, colours[TOTAL])
        axes.set_title(_condition(*key))
        axes.set_xlabel(DEPTH)
        axes.set_ylabel(f"Resistance ({unit})")
    handles = [
        *(
            Line2D([], [], color=colour, label=name.partition(" ")[0])
            for name, colour in colours.items()
        ),
        Line2D([], [], color="0.35", ls=":", label="the model's own"),
        Line2D([], [], color="black", ls="--", linewidth=0.8, label="Re Z at 25 mHz"),
    ]
    if marks is not None and len(marks):
        shown_marks = marks.merge(table[KEYS].drop_duplicates(), on=KEYS)
        handles += published_marks.handles(shown_marks)
    room = 2 * len({panel.get_position().x0 for panel in panels})
    figure.legend(handles=handles, loc="outside lower center", ncols=min(room, 6))
    notes = ["the ends of a half-cycle and narrow peaks may leave the panel"]
    if len(shown) < len(groups):
        notes.append(f"{len(shown)} of {len(groups)} half-cycles shown")
    _small_print(figure, notes)
    return figure


@styled
def relaxation_times(distributions):
    """
    Distributions of relaxation times.

    Parameters
    ----------
    distributions : mapping of a label to (tau [s], gamma [Ohm])
    """
    if not distributions:
        return nothing("No relaxation times")
    figure = Figure(figsize=(5.2, 3.0), layout="constrained")
    axes = figure.subplots()
    scale, unit = _unit(np.concatenate([g for _, g in distributions.values()]))
    for number, (label, (tau, gamma)) in enumerate(distributions.items()):
        colour = OKABE_ITO[number % len(OKABE_ITO)]
        axes.plot(tau, gamma / scale, color=colour, label=literal(label))
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("Relaxation time (s)")
    axes.set_ylabel(f"γ ({unit} per e-fold)")
    axes.tick_params(which="both", top=False)
    top = axes.secondary_xaxis("top", functions=(_turned, _turned))
    top.set_xlabel("Frequency (Hz)")
    legend(figure, axes.get_lines())
    return figure


@styled
def kramers_kronig(tests):
    """
    Residuals of the linear Kramers-Kronig test.

    Parameters
    ----------
    tests : mapping of a label to (frequencies [Hz], complex residuals over |Z|)
    """
    if not tests:
        return nothing("No residuals")
    figure = Figure(figsize=(5.8, 3.0), layout="constrained")
    axes = figure.subplots()
    largest, handles = 0.0, []
    for number, (label, (f, residuals)) in enumerate(tests.items()):
        colour = OKABE_ITO[number % len(OKABE_ITO)]
        axes.plot(f, 100 * residuals.real, "o-", color=colour, linewidth=0.8)
        axes.plot(
            f,
            100 * residuals.imag,
            "o--",
            color=colour,
            linewidth=0.8,
            markerfacecolor="white",
        )
        handles.append(Line2D([], [], color=colour, label=literal(label)))
        largest = max(
            largest, *np.abs(100 * residuals.real), *np.abs(100 * residuals.imag)
        )
    if largest > TINY:
        axes.axhspan(-BAND, BAND, color="0.92", zorder=0)
    axes.axhline(0, color="black", linewidth=0.6)
    limit = 1.15 * max(largest, BAND if largest > TINY else 1e-12)
    axes.set_ylim(-limit, limit)
    axes.set_xscale("log")
    axes.set_xlabel("Frequency (Hz)")
    axes.set_ylabel("Residual (% of |Z|)")
    for part, style, inside in (("Re Z", "-", "0.35"), ("Im Z", "--", "white")):
        mark = Line2D([], [], color="0.35", ls=style, marker="o", label=part)
        mark.set_markerfacecolor(inside)
        handles.append(mark)
    legend(figure, handles)
    return figure


# -------------------------------------------------------------------- what they share
def _panels(number, height=2.4):
    """Panels with axes of their own."""
    columns = 2 if number == 4 else min(number, 4 if number > 9 else 3)
    rows = -(-number // columns)
    size = 2.7 * columns + 1.0, height * rows + 0.6
    figure = Figure(figsize=size, layout="constrained")
    grid = list(figure.subplots(rows, columns, squeeze=False).flat)
    for empty in grid[number:]:
        empty.remove()
    return figure, grid[:number]


def _condition(cell, temperature, direction, rate):
    way = f"{rate:g}C {direction}" if rate else "at rest"
    return f"{cell_label(cell)}, {way}, {degrees(temperature)}"


def _unit(resistances):
    return (1e3, "kΩ") if np.nanmax(resistances) > LARGE else (1.0, "Ω")


def _depth_colours():
    return ScalarMappable(Normalize(0, 1), ListedColormap(ramp(256)))


def _mark(axes, one, scale):
    """Frequencies along one spectrum, so that the others can be read by it."""
    taken = []
    width, height = (share * axes.get_xlim()[1] for share in LABEL)
    for frequency in MARKED:
        k = int(np.argmin(np.abs(np.log(one[FREQUENCY] / frequency))))
        row = one.iloc[k]
        if abs(np.log10(row[FREQUENCY] / frequency)) > 0.1:
            continue
        x, y = row[RE] / scale, -row[IM] / scale
        axes.plot(x, y, "o", color="black", markersize=3, zorder=4)
        # inside of its arc: below, and towards the middle of the panel
        side = 1 if x < 0.45 * axes.get_xlim()[1] else -1
        middle = x + side * width / 2
        free = all(abs(middle - a) > width or abs(y - b) > height for a, b in taken)
        taken.append((middle, y))
        axes.annotate(
            f"{frequency / 1e3:g} kHz" if frequency >= 1e3 else f"{frequency:g} Hz",
            (x, y),
            (3 * side, -11 if free else 5),
            textcoords="offset points",
            ha="left" if side > 0 else "right",
            fontsize=6.5,
        )


def _small_print(figure, notes):
    if notes:
        figure.suptitle("; ".join(notes), fontsize=6.5, color="0.35")


def _turned(x):
    """A time constant of a frequency, and the other way round."""
    with np.errstate(divide="ignore"):
        return 1 / (2 * np.pi * np.asarray(x, float))
