"""Figures of spectra: computed along half-cycles, and measured ones with a circuit."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import EngFormatter, MaxNLocator
from numpy.typing import ArrayLike
from scipy.interpolate import PchipInterpolator

from nfpcell.arrays import ComplexArray, FloatArray
from nfpcell.columns import CONDITION, DEPTH, FREQUENCY, VOLTAGE, Z_IM, Z_RE
from nfpcell.eis.spectrum_analysis import OUTSIDE
from nfpcell.eis.spectrum_verdict import GOOD
from nfpcell.figures import measured_points, style

MOST_PANELS, MOST_SPECTRA, LADDER = 6, 60, 11
# with more depths there is a colour bar instead of a legend
MOST_NAMED = 8
# largest end of the Re Z axis, over the median of the largest Re Z of each spectrum
FAR = 1.6
# width beside the panels of ``nyquist`` [inch]
MARGIN = 1.0
CUT = "large spectra extend beyond the axes"
NO_SPECTRUM = "No spectrum was computed"
MARKED_FREQUENCIES = (1e4, 1e2, 1.0)
# width and height of the label of a frequency, over the width of the panel
LABEL_WIDTH, LABEL_HEIGHT = 0.2, 0.08
# limits of the depth axis of ``operando``: below, and at most above zero
FOOT, HEADROOM = 1.02, 0.8
# limits of residuals: of numerical ones, and of a good measurement [%]
NUMERICAL, ACCEPTED = 0.05, 100 * GOOD


@style.styled
def nyquist(spectra: pd.DataFrame, measured: Sequence[ComplexArray] = ()) -> Figure:
    """Nyquist plots: -Im Z over Re Z [Ohm].

    One panel for each cell, direction, C-rate and temperature, one line for each depth
    of discharge. Points mark 10 kHz, 100 Hz and 1 Hz on one line. ``spectra`` is the
    table of ``nfpcell.impedance``; rows without a frequency are not shown. Measured
    impedances [Ohm] are points in every panel.
    """
    half_cycles, notes = _half_cycles(spectra, MOST_SPECTRA)
    if not half_cycles:
        return style.no_data(NO_SPECTRUM)
    size = (3.4, 2.4) if len(half_cycles) == 1 else (2.7, 1.9)
    figure, axes = style.panels(len(half_cycles), size, (MARGIN, 0.6))
    depths = sorted(pd.concat(half_cycles.values())[DEPTH].unique())
    colours = depth_colours(depths)
    cut, tallest = False, 0.0
    for (key, rows), panel in zip(half_cycles.items(), axes, strict=True):
        by_depth = rows.groupby(DEPTH)
        usual = by_depth[Z_RE].max().median()
        scale, unit = style.ohm_scale(usual)
        chosen = style.some_of(by_depth.groups, MOST_SPECTRA)
        # a single spectrum that is far larger does not determine the axes
        farthest = min(rows[Z_RE].max(), FAR * usual) / scale
        peaks = -by_depth[Z_IM].min()
        usual_peak = min(peaks.max(), FAR * peaks.median())
        heights = [usual_peak, *(-Z.imag.min() for Z in measured)]
        highest = max(heights) / scale
        # inductive loops below the axis are seen down to a tenth of its length
        lowest = min(-by_depth[Z_IM].max().median() / scale, 0)
        right, top = 1.05 * farthest, max(0.25 * farthest, 1.15 * highest)
        bottom = max(lowest - 0.06 * farthest, -0.16 * farthest)
        tallest = max(tallest, (top - bottom) / right)
        for depth in chosen:
            spectrum = by_depth.get_group(depth)
            x, y = spectrum[Z_RE] / scale, -spectrum[Z_IM] / scale
            panel.plot(x, y, color=colours[depth], lw=1.0)
            cut |= bool(x.max() > right or y.max() > top)
        for Z in measured:
            re, im = Z.real / scale, Z.imag / scale
            measured_points.draw(panel, re, -im, (right, top - bottom))
            cut |= bool(re.max() > right or (-im).max() > top)
        panel.set(xlim=(0, right), ylim=(bottom, top))
        panel.set_title(style.half_cycle_label(*key))
        panel.set_aspect("equal", adjustable="box")
        style.nyquist_labels(panel, unit)
        middle = chosen[len(chosen) // 2]
        _mark_frequencies(panel, by_depth.get_group(middle), scale)
    # as high as the panels, whose axes have equal scales
    lines = len({panel.get_position().y0 for panel in axes})
    columns = len({panel.get_position().x0 for panel in axes})
    width = (figure.get_figwidth() - MARGIN) / columns
    style.set_height(figure, lines * (width * tallest + 0.6) + 0.3)
    entries = [measured_points.entry()] * bool(measured)
    if len(depths) > MOST_NAMED:
        figure.colorbar(
            _depth_colours(), ax=axes, label=DEPTH, shrink=0.8
        ).ax.invert_yaxis()
    elif len(depths) > 1:
        handles = style.colour_entries(colours, "{:g}".format)
        style.legend(figure, handles + entries, title=DEPTH)
        entries = []
    style.legend(figure, entries, notes + [CUT] * cut)
    return figure


@style.styled
def operando(spectra: pd.DataFrame, table: pd.DataFrame) -> Figure:
    """Voltage [V] over depth of discharge [0 to 1], and beside it the spectra.

    Every spectrum starts at its depth; Re Z and -Im Z [Ohm] have the same scale.
    ``spectra`` and ``table`` are those of ``nfpcell.impedance`` and
    ``nfpcell.resistance``, of the same half-cycles.
    """
    half_cycles, notes = _half_cycles(spectra, LADDER)
    if not half_cycles:
        return style.no_data(NO_SPECTRUM)
    number = len(half_cycles)
    # of three and more, two stand side by side
    beside = 1 if number < 3 else 2
    lines, shape = -(-number // beside), {"width_ratios": [1, 2.4] * beside}
    figure, grid = style.grid(lines, 2 * beside, 6.6 * beside, 4.0 * lines, **shape)
    pairs = [pair for line in grid for pair in line.reshape(beside, 2)]
    for axes in np.ravel(pairs[number:]):
        axes.remove()
    ladders, cut = [], False
    for (left, right), (key, rows) in zip(pairs, half_cycles.items(), strict=False):
        right.sharey(left)
        right.tick_params(labelleft=False)
        curve = _curve(table, key)
        left.plot(curve[VOLTAGE], curve[DEPTH], color=style.ink())
        left.set(xlabel=style.VOLTAGE_LABEL, ylabel=DEPTH, ylim=(FOOT, 0))
        left.set_yticks(np.linspace(0, 1, 6))
        left.xaxis.set_major_locator(MaxNLocator(4))
        left.set_title(style.half_cycle_label(*key), loc="left")
        # axis by the median: spectra at the ends of a half-cycle are far larger
        usual = rows.groupby(DEPTH)[Z_RE].max().median()
        scale, unit = style.ohm_scale(usual)
        right.set_xlim(0, FAR * usual / scale)
        right.set_xlabel(f"Re Z ({unit}); −Im Z upward, to the same scale")
        spectra_shown = [spectrum for _, spectrum in rows.groupby(DEPTH)]
        spectra_shown = style.some_of(spectra_shown, LADDER)
        ladders.append((left, right, curve, spectra_shown, scale))
        drawn = pd.concat(spectra_shown)
        cut |= bool(max(drawn[Z_RE].max(), -2 * drawn[Z_IM].min()) > FAR * usual)
    style.legend(figure, [], notes + [CUT] * cut)
    # drawing the labels determines the sizes of the panels
    figure.draw_without_rendering()
    for ladder in ladders:
        _draw_ladder(*ladder)
    return figure


def _half_cycles(
    spectra: pd.DataFrame, most: int
) -> tuple[dict[Any, pd.DataFrame], list[str]]:
    """The half-cycles that one figure can show with ``most`` depths, and notes."""
    spectra = spectra[np.isfinite(spectra[FREQUENCY].astype(float))]
    groups = style.half_cycles(spectra)
    shown, notes = style.at_most(groups, MOST_PANELS, "half-cycles")
    if any(rows[DEPTH].nunique() > most for _, rows in shown):
        notes.append(f"spectra at {most} of the depths shown")
    return dict(shown), notes


def _curve(table: pd.DataFrame, key: tuple) -> pd.DataFrame:
    """The rows of one half-cycle with a voltage, sorted by depth."""
    table = table[np.isfinite(table[VOLTAGE].astype(float))]
    table = style.select(table, dict(zip(CONDITION, key, strict=True)))
    return table.sort_values(DEPTH)


def _draw_ladder(
    left: Axes,
    right: Axes,
    curve: pd.DataFrame,
    spectra: list[pd.DataFrame],
    scale: float,
) -> None:
    """Spectra one below the other, each at its depth, and their points on the curve."""
    depths = np.array([spectrum[DEPTH].iloc[0] for spectrum in spectra])
    box = right.get_window_extent()
    # height of the panel in ohms, and height of each spectrum over that
    ohms = right.get_xlim()[1] * box.height / box.width
    heights = np.array([-spectrum[Z_IM].min() for spectrum in spectra]) / scale / ohms
    heights = np.clip(heights, 0, 0.5)
    above = ((FOOT * heights - depths) / (1 - heights)).max()
    above = float(np.clip(above + 0.03, 0.05, HEADROOM))
    left.set_ylim(FOOT, -above)
    ohms_per_depth = ohms / (FOOT + above)
    for depth, spectrum in zip(depths, spectra, strict=True):
        colour = _depth_colours().to_rgba(depth)
        if len(curve):
            voltage = np.interp(depth, curve[DEPTH], curve[VOLTAGE])
            left.plot(voltage, depth, "o", color=colour)
        height = -spectrum[Z_IM] / scale / ohms_per_depth
        right.plot(spectrum[Z_RE] / scale, depth - height, color=colour)
        right.axhline(depth, color="0.9", lw=0.5, zorder=0)


def depth_colours(depths: Sequence[Any]) -> dict[Any, style.Colour]:
    """The colour of each depth of discharge in figures of spectra; depths ascend."""
    if len(depths) <= MOST_NAMED:
        return style.ordered_colours(depths)
    colours = _depth_colours().to_rgba(np.asarray(depths, float))
    return dict(zip(depths, map(tuple, colours), strict=True))


def _depth_colours() -> ScalarMappable:
    return ScalarMappable(Normalize(0, 1), ListedColormap(style.ramp(256)))


def _mark_frequencies(axes: Axes, spectrum: pd.DataFrame, scale: float) -> None:
    """Mark frequencies along one spectrum."""
    labelled: list[tuple[float, float]] = []
    right = axes.get_xlim()[1]
    for frequency in MARKED_FREQUENCIES:
        nearest = np.argmin(np.abs(np.log(spectrum[FREQUENCY] / frequency)))
        row = spectrum.iloc[int(nearest)]
        if abs(np.log10(row[FREQUENCY] / frequency)) > 0.1:
            continue
        x, y = row[Z_RE] / scale, -row[Z_IM] / scale
        axes.plot(x, y, "o", color=style.ink(), ms=3, zorder=4)
        # the label stands inside the arc: below, and towards the middle of the panel
        side = 1 if x < 0.45 * right else -1
        middle = x + side * LABEL_WIDTH * right / 2
        free = all(
            abs(middle - other_x) > LABEL_WIDTH * right
            or abs(y - other_y) > LABEL_HEIGHT * right
            for other_x, other_y in labelled
        )
        labelled.append((middle, y))
        # next to the axis or to another label it is above
        below = free and y > 1.5 * LABEL_HEIGHT * right
        label, offset = EngFormatter("Hz")(frequency), (3 * side, -11 if below else 5)
        text: dict[str, Any] = {"ha": "left" if side > 0 else "right", "fontsize": 6.5}
        axes.annotate(label, (x, y), offset, textcoords="offset points", **text)


# ------------------------------------------------------------------- measured spectra
@style.styled
def circuit_fit(fits: Mapping[str, tuple[ComplexArray, ComplexArray]]) -> Figure:
    """Measured spectra [Ohm] and the equivalent circuits fitted to them.

    ``fits`` has the measured and the fitted complex impedance for each label.
    """
    if not fits:
        return style.no_data("No spectrum was fitted")
    shown, notes = style.at_most(fits.items(), MOST_PANELS, "spectra")
    figure, axes = style.panels(len(shown), (2.7, 1.9))
    for (label, (measured, fitted)), panel in zip(shown, axes, strict=True):
        scale, unit = style.ohm_scale(np.abs(measured))
        draw_spectrum(panel, measured / scale, fitted / scale)
        panel.set_title(style.literal(label))
        panel.set_aspect("equal", adjustable="datalim")
        style.nyquist_labels(panel, unit)
    handles = spectrum_entries("circuit")
    style.legend(figure, handles, notes, loc="outside lower center", ncols=2)
    # equal scales widen the axes: the layout has to be computed again
    figure.draw_without_rendering()
    return figure


def draw_spectrum(axes: Axes, measured: ArrayLike, computed: ArrayLike) -> None:
    """A measured spectrum as circles, a computed one as a line; both are complex."""
    measured, computed = np.asarray(measured), np.asarray(computed)
    look: dict[str, Any] = {"color": "0.3", "mfc": style.paper(), "mew": 0.8}
    axes.plot(measured.real, -measured.imag, "o", ms=3.5, **look)
    axes.plot(computed.real, -computed.imag, color=style.OKABE_ITO[0])


def spectrum_entries(computed: str) -> list[Line2D]:
    """Entries of the legend for ``draw_spectrum``."""
    measured = style.mark_entry("measured", "o", "0.3", mfc=style.paper())
    return [measured, style.entry(computed, style.OKABE_ITO[0])]


@style.styled
def relaxation_times(
    distributions: Mapping[str, tuple[FloatArray, FloatArray]],
    colours: Mapping[str, style.Colour] | None = None,
) -> Figure:
    """Distributions of relaxation times [Ohm per e-fold] over relaxation time [s].

    ``distributions`` has the times and the distribution for each label, ``colours``
    their colours. The axis ends at the measured frequencies: what is beyond is not
    determined by a spectrum.
    """
    if not distributions:
        return style.no_data("No relaxation times")
    figure, axes = style.single(5.2, 3.0)
    densities = [density for _, density in distributions.values()]
    scale, unit = style.ohm_scale(np.concatenate(densities))
    colours = colours or style.distinct_colours(distributions)
    ends = []
    for label, (times, density) in distributions.items():
        measured = np.array([1, -1]) * OUTSIDE + np.log10(times[[0, -1]])
        ends.append(10**measured)
        fine = np.geomspace(times[0], times[-1], 10 * len(times))
        smooth = PchipInterpolator(np.log(times), density / scale)(np.log(fine))
        axes.plot(fine, smooth, color=colours[label])
    axes.set(xscale="log", xlabel="Relaxation time τ (s)")
    axes.set_xlim(np.min(ends), np.max(ends))
    axes.set_ylabel(f"Distribution γ of ln τ ({unit})")
    axes.set_ylim(bottom=0)
    axes.tick_params(which="both", top=False)
    top = axes.secondary_xaxis("top", functions=(_inverse, _inverse))
    top.set_xlabel("Frequency (Hz)")
    style.legend(figure, style.colour_entries(dict(colours), style.literal))
    return figure


def _inverse(x: ArrayLike) -> FloatArray:
    """The time constant [s] of a frequency [Hz], or the reverse."""
    with np.errstate(divide="ignore"):
        return 1 / (2 * np.pi * np.asarray(x, float))


@style.styled
def kramers_kronig(tests: Mapping[str, tuple[FloatArray, ComplexArray]]) -> Figure:
    """
    Residuals of the linear Kramers-Kronig test [% of the modulus] over frequency [Hz].

    ``tests`` has the frequencies and the complex residuals over the modulus for each
    label. Residuals of a good measurement lie within the grey band.
    """
    if not tests:
        return style.no_data("No residuals")
    figure, axes = style.single(5.8, 3.0)
    colours, largest = style.distinct_colours(tests), 0.0
    for label, (frequencies, residuals) in tests.items():
        colour = colours[label]
        parts = (residuals.real, "-", colour), (residuals.imag, "--", "w")
        for part, ls, face in parts:
            percent = 100 * part
            axes.plot(frequencies, percent, "o", ls=ls, color=colour, lw=0.8, mfc=face)
            largest = max(largest, float(np.abs(percent).max()))
    # residuals of computed spectra are numerical errors: no band for measurements
    if largest > NUMERICAL:
        axes.axhspan(-ACCEPTED, ACCEPTED, color="0.92", zorder=0)
    axes.axhline(0, color=style.ink(), lw=0.6)
    limit = 1.15 * max(largest, ACCEPTED if largest > NUMERICAL else 1e-12)
    axes.set(xscale="log", xlabel="Frequency (Hz)", ylabel="Residual (% of |Z|)")
    axes.set_ylim(-limit, limit)
    handles = style.colour_entries(colours, style.literal)
    handles.append(style.entry("Re Z", marker="o", mfc=style.GREY))
    handles.append(style.entry("Im Z", ls="--", marker="o", mfc=style.paper()))
    style.legend(figure, handles)
    return figure
