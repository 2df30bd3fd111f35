"""Tables for people: records of a verb as a Rich table, one line a row."""

import math
import re

from nfpcell.cell.naming import split_unit
from nfpcell.cli import terminal
from nfpcell.number_format import fixed, is_known, ohms, plain, signed, with_interval

FREQUENCY = "Frequency [Hz]"
# longest line of a file's name beside what was recognised in it
FILE_WIDTH = 24
_CONDITION = {
    "Cell": {"no_wrap": True},
    "Direction": {"no_wrap": True},
    "C-rate": {"justify": "right"},
    "T\n[°C]": {"justify": "right"},
}


def quantities(cell):
    """Records of every quantity, then of what follows from them."""
    from nfpcell.cell import derived

    def row(name, value, unit, kind, reference, note="", targets=(), interval=None):
        lower, upper = interval or (None, None)
        return {
            "Cell": cell.name,
            "Name": name,
            "Value": value,
            "Unit": unit,
            "Kind": kind,
            "Reference": reference,
            "Note": note,
            "Targets": list(targets),
            "Lower 95 %": lower,
            "Upper 95 %": upper,
        }

    rows = [
        row(
            split_unit(q.name)[0],
            q.value,
            q.unit,
            q.kind,
            q.reference,
            q.note,
            q.targets,
            q.interval,
        )
        for q in cell.quantities.values()
    ]
    found = cell.derived()
    follows = f"follows from the quantities above at 30 °C, diffusion {cell.diffusion}"
    for key, name in derived.NAMES.items():
        rows.append(
            row(
                *_with(split_unit(name), float(getattr(found, key))), "derived", follows
            )
        )
    return rows


def differences(base, cell):
    """What differs between two cells, and what follows from it, at 30 °C: records."""

    def everything(one):
        follows = one.derived().values()
        return one.values | {name: float(value) for name, value in follows.items()}

    before, after = everything(base), everything(cell)
    return [
        {
            "Name": name,
            "Before": before[name],
            "After": value,
            "Follows": name not in cell.quantities,
        }
        for name, value in after.items()
        if not math.isclose(before[name], value, rel_tol=1e-9)
    ]


def different(base, cell, rows):
    """Records of ``differences`` as a table; what follows stands in the lower part."""
    right = {"justify": "right", "no_wrap": True}
    columns = {
        "Quantity": {"ratio": 1},
        base.name: right,
        cell.name: right,
        "Unit": {"no_wrap": True},
        "": {"no_wrap": True},
    }
    return terminal.table(
        columns,
        (
            (
                split_unit(row["Name"])[0],
                plain(row["Before"], 6),
                plain(row["After"], 6),
                split_unit(row["Name"])[1],
                "follows" if row["Follows"] else "set",
            )
            for row in rows
        ),
        expand=True,
    )


def noted(name, note):
    """A name, and below it its note if there is one."""
    from rich.console import Group
    from rich.padding import Padding

    return Group(name, Padding(note, (0, 0, 0, 4), style="dim")) if note else name


def _with(name_and_unit, value):
    name, unit = name_and_unit
    return name, value, unit


def half_cycles(table):
    """A half-cycle in one line."""
    columns = {
        **_CONDITION,
        "Capacity\n[mAh/g]": {"justify": "right"},
        "Mean\nvoltage [V]": {"justify": "right"},
        "Energy\n[Wh/kg]": {"justify": "right"},
        "Ended by": {},
        "Status": {},
    }
    return terminal.table(
        columns,
        (
            (
                row["Cell"],
                row["Direction"],
                f"{row['C-rate']:g}",
                f"{row['Ambient temperature [degC]']:g}",
                fixed(row["Specific capacity [mA.h.g-1]"], 2),
                fixed(row["Mean voltage [V]"], 3),
                fixed(row["Specific energy [W.h.kg-1]"], 1),
                str(row["Termination"]).removesuffix(" [V]"),
                row["Status"],
            )
            for row in table.to_dict("records")
        ),
        [row != "ok" for row in table["Status"]],
    )


def lowest(table):
    """Resistances over depth of discharge in one line: where the total is lowest. In
    brackets beside each of the circuit's the model's own of that part.
    """
    from nfpcell.columns import LOW_FREQUENCY, TOTAL
    from nfpcell.eis.resistance import lowest_total

    keys = ["Cell", "Direction", "C-rate", "Ambient temperature [degC]"]
    right = {"justify": "right"}
    unbroken = {"justify": "right", "no_wrap": True}
    columns = {
        "Cell": {"no_wrap": True},
        "Half-cycle": {"no_wrap": True},
        "T\n[°C]": right,
        "R0 [Ω]\n(model)": unbroken,
        "R1 [Ω]\n(model)": unbroken,
        "R2 [Ω]\n(model)": unbroken,
        "Lowest\ntotal [Ω]": right,
        "Re Z at\n25 mHz [Ω]": right,
        "at\ndepth": right,
        "Status": {},
    }
    rows, failed = [], []
    for (cell, direction, rate, temperature), own in table.groupby(keys, sort=False):
        at = lowest_total(own)
        bad = own["Status"] != "ok"
        pairs = [(at[f"R{k} [Ohm]"], at[f"Model R{k} [Ohm]"]) for k in range(3)]
        why = "ok"
        if bad.any():
            why = f"{bad.sum()} of {len(own)} depths: {own['Status'][bad].iloc[0]}"
        rows.append(
            (
                cell,
                f"{direction} {rate:g}C" if rate else "at rest",
                f"{temperature:g}",
                *(f"{ohms(mine)} ({ohms(its)})" for mine, its in pairs),
                plain(at[TOTAL]),
                plain(at[LOW_FREQUENCY]),
                fixed(at["Depth of discharge"], 2),
                why,
            )
        )
        failed.append(bad.any())
    return terminal.table(columns, rows, failed)


def steps(table):
    """A step in one line: what was changed, and the resistance before and after."""
    from nfpcell.studies.recipe_steps import AFTER, BEFORE, DIFFERENCE

    right = {"justify": "right", "no_wrap": True}
    columns = {
        "From": {},
        "To": {},
        "Change": {},
        "What": {"overflow": "fold"},
        "Before\n[Ω]": right,
        "After\n[Ω]": right,
        "Worth\n[Ω]": right,
        "Status": {},
    }
    return terminal.table(
        columns,
        (
            (
                row["From"],
                row["To"],
                row["Change"],
                row["What"],
                plain(row[BEFORE]),
                plain(row[AFTER]),
                signed(row[DIFFERENCE]),
                row["Status"],
            )
            for row in table.to_dict("records")
        ),
        [status != "ok" for status in table["Status"]],
    )


def spectra(table):
    """A spectrum in one line: its ends."""
    keys = ["Cell", "Direction", "C-rate", "Ambient temperature [degC]"]
    columns = {
        **_CONDITION,
        "Depth of\ndischarge": {"justify": "right"},
        "Frequencies\n[Hz]": {"justify": "right", "no_wrap": True},
        "Re Z [Ω],\nhighest": {"justify": "right"},
        "Re Z [Ω],\nlowest": {"justify": "right"},
        "Status": {},
    }
    rows, failed = [], []
    for key, own in table.groupby([*keys, "Depth of discharge"], sort=False):
        cell, direction, rate, temperature, depth = key
        first, last = own.iloc[0], own.iloc[-1]
        there = first["Status"] == "ok"
        span = f"{first[FREQUENCY]:.3g} to {last[FREQUENCY]:.3g}" if there else "-"
        rows.append(
            (
                cell,
                direction if rate else "at rest",
                f"{rate:g}",
                f"{temperature:g}",
                plain(depth),
                span,
                plain(first["Z_re [Ohm]"]),
                plain(last["Z_re [Ohm]"]),
                first["Status"],
            )
        )
        failed.append(not there)
    return terminal.table(columns, rows, failed)


def benchmark(table):
    """A table of the benchmark as it is, a miss marked."""
    columns = {
        name: {"justify": "right"} if table[name].dtype.kind == "f" else {}
        for name in table
    }
    rows = [
        tuple(
            plain(value, 3) if isinstance(value, float) else str(value) for value in row
        )
        for row in table.itertuples(index=False)
    ]
    missed = list(~table["Met"].astype(bool)) if "Met" in table else None
    return terminal.table(columns, rows, missed)


def sections(built):
    """A section of the report in one line, and below what of it failed."""
    columns = {
        "Section": {"no_wrap": True},
        "": {},
        "Targets": {"justify": "right"},
        "Met": {"justify": "right"},
    }
    rows = [
        (
            one.section.word,
            "\n".join([one.section.title, *one.problems]),
            str(len(one.targets) or "-"),
            str(int(one.targets["Met"].sum()) if len(one.targets) else "-"),
        )
        for one in built
    ]
    return terminal.table(columns, rows, [not one.sound for one in built])


def targets(table):
    """A target in one line: published against computed."""
    # the experiment stands in the records; here the width is worth more
    columns = {
        "Cell": {"no_wrap": True},
        "Quantity": {"overflow": "fold"},
        "Where": {"no_wrap": True},
        "Published": {"justify": "right"},
        "Computed": {"justify": "right"},
        "Error\n[%]": {"justify": "right", "no_wrap": True},
        "Tol.\n[%]": {"justify": "right", "no_wrap": True},
        "Use": {"no_wrap": True},
        "Met": {"no_wrap": True},
    }
    return terminal.table(
        columns,
        (
            (
                row["Cell"],
                split_unit(row["Quantity"])[0],
                row["Where"].replace(" degC", " °C"),
                plain(row["Published"]),
                plain(row["Computed"]),
                signed(row["Error [%]"]),
                plain(row["Tolerance [%]"]),
                row["Use"],
                "yes" if row["Met"] else "no",
            )
            for row in table.to_dict("records")
        ),
        [not met for met in table["Met"]],
    )


def recognised(table):
    """What was recognised in measured files, a line an observation; then remarks."""
    if not len(table):
        return []
    names = {name: _broken(name) for name in table["File"].unique()}
    widest = max(len(line) for name in names.values() for line in name.split("\n"))
    columns = {
        "File": {"no_wrap": True, "min_width": widest},
        "Cell": {"no_wrap": True},
        "No.": {"justify": "right", "no_wrap": True},
        "Half-cycle": {"no_wrap": True},
        "C-rate": {"justify": "right", "no_wrap": True},
        "T\n[°C]": {"justify": "right", "no_wrap": True},
        "Points": {"justify": "right", "no_wrap": True},
        "From, to\n[V]": {},
        "Starts from": {},
    }
    rows, before = [], None
    for row in table.to_dict("records"):
        spectral = row["What"] == "spectrum"
        span = [row["First voltage [V]"], row["Last voltage [V]"]]
        rows.append(
            (
                # once for all half-cycles of a file
                names[row["File"]] if row["File"] != before else "",
                row["Cell"],
                "-" if spectral else str(int(row["Half-cycle"])),
                f"spectrum, {row['Direction']}" if spectral else row["Direction"],
                plain(row["C-rate"], 3),
                plain(row["Temperature [degC]"], 3),
                str(row["Points"]),
                ", ".join(plain(v) for v in span if is_known(v)),
                row["Starts from"],
            )
        )
        before = row["File"]
    return [terminal.table(columns, rows), *_remarks(table)]


def _broken(name):
    """A file's name in lines that leave room for the other columns, broken where its
    parts end.
    """
    lines = [""]
    for part in re.findall(r"[^_\- ]*[_\- ]?", name):
        if lines[-1] and len(lines[-1] + part) > FILE_WIDTH:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _remarks(table):
    """Lines of remarks: those on everything, then under each file's name its own, with
    the half-cycles they are about where they are not about all.
    """
    about = {}
    for row in table.to_dict("records"):
        for remark in row["Remarks"]:
            about.setdefault(remark, {}).setdefault(row["File"], []).append(row)
    rows = table.groupby("File", sort=False).size()
    lines, own = [], {}
    for remark, files in about.items():
        everywhere = sum(map(len, files.values())) == len(table)
        if everywhere and len(rows) > 1:
            lines.append(f"all files: {remark}")
            continue
        for name, there in files.items():
            which = "" if len(there) == rows[name] else f"{_which(there)}: "
            own.setdefault(name, []).append(f"  {which}{remark}")
    for name, remarks in own.items():
        lines += [f"{name}:", *remarks]
    return lines


def _which(rows):
    """Half-cycles by their numbers; a file's spectra have none."""
    numbers = [f"{row['Half-cycle']:g}" for row in rows if row["What"] != "spectrum"]
    told = [f"half-cycle{'s' * (len(numbers) > 1)} {', '.join(numbers)}"]
    spectra = len(rows) - len(numbers)
    if spectra:
        told = told * bool(numbers) + [
            f"{spectra} spectr{'um' if spectra == 1 else 'a'}"
        ]
    return " and ".join(told)


def cycles(table, most=12):
    """A cycle table: the first cycle at each rate and the last, or all if few."""
    columns = {
        "Cycle": {"justify": "right"},
        "C-rate": {"justify": "right"},
        "Charge\n[mAh/g]": {"justify": "right"},
        "Discharge\n[mAh/g]": {"justify": "right"},
        "Coulombic\nefficiency": {"justify": "right"},
        "Energy\nefficiency": {"justify": "right"},
        "Status": {"overflow": "fold"},
    }
    steps = table["C-rate"].diff().fillna(1) != 0
    chosen = steps | steps.shift(-1, fill_value=True)
    shown = table if len(table) <= most else table[chosen]
    rows = [
        (
            str(row["Cycle"]),
            plain(row["C-rate"], 3),
            fixed(row["Charge capacity [mA.h.g-1]"], 2),
            fixed(row["Discharge capacity [mA.h.g-1]"], 2),
            fixed(row["Coulombic efficiency"], 4),
            fixed(row["Energy efficiency"], 4),
            row["Status"],
        )
        for row in shown.to_dict("records")
    ]
    told = f"{len(table)} cycles; the first and the last at each rate are shown"
    return [terminal.table(columns, rows), *([told] if len(shown) < len(table) else [])]


def protocol(table):
    """What each step of a protocol came to, a line a step."""
    columns = {
        "Leg": {"overflow": "fold"},
        "Step": {"overflow": "fold"},
        "T\n[°C]": {"justify": "right"},
        "Time\n[h]": {"justify": "right"},
        "Capacity\n[mAh/g]": {"justify": "right"},
        "Energy\n[Wh/kg]": {"justify": "right"},
        "Power\n[mW]": {"justify": "right"},
        "Heat\n[J]": {"justify": "right"},
        "Up to\n[°C]": {"justify": "right"},
        "V": {"justify": "right"},
        "Ended by": {"overflow": "fold"},
    }
    rows = [
        (
            row["Leg"],
            row["Told"],
            plain(row["Ambient temperature [degC]"], 3),
            plain(row["Duration [h]"], 3),
            fixed(row["Specific capacity [mA.h.g-1]"], 2),
            fixed(row["Specific energy [W.h.kg-1]"], 1),
            plain(1e3 * row["Mean power [W]"], 3),
            plain(row["Heat [J]"], 3),
            fixed(row["Highest temperature [degC]"], 2),
            fixed(row["Final voltage [V]"], 3),
            row["Ended by"],
        )
        for row in table.to_dict("records")
    ]
    notes = [
        f"{row['Leg']}, {row['Told']}: {row['Status']}"
        for row in table.to_dict("records")
        if row["Status"] != "ok"
    ]
    return [terminal.table(columns, rows), *notes]


def efficiency(table):
    """What each closed loop of a protocol gives back."""
    columns = {
        "Leg": {},
        "Capacity\n[mAh/g]": {"justify": "right"},
        "Energy\n[Wh/kg]": {"justify": "right"},
        "Energy\nefficiency": {"justify": "right"},
    }
    rows = [
        (
            row["Leg"],
            fixed(row["Specific capacity [mA.h.g-1]"], 2),
            fixed(row["Specific energy [W.h.kg-1]"], 1),
            fixed(row["Energy efficiency"], 4),
        )
        for row in table.to_dict("records")
    ]
    return [terminal.table(columns, rows)]


def chemistries(table):
    """Rate capability beside resistance; a dash is what was not published."""
    columns = {
        "Chemistry": {"overflow": "fold"},
        "R\n[Ω]": {"justify": "right"},
        "C-rate": {"justify": "right"},
        "Of\ntheory": {"justify": "right"},
        "Of that at\nlow rate": {"justify": "right"},
        "Origin": {},
    }
    rows = [
        (
            row["Chemistry"],
            *(
                "-" if row[name] != row[name] else plain(row[name], 3)
                for name in table.columns[1:5]
            ),
            row["Origin"] if row["Status"] == "ok" else row["Status"],
        )
        for row in table.to_dict("records")
    ]
    notes = [
        f"{row['Chemistry']}: {row['Note']} ({row['Source']})"
        for row in table.to_dict("records")
        if row["Note"]
    ]
    return [terminal.table(columns, rows), *notes]


def planned(plan):
    """What a fit is asked: what may move, a line a quantity; then published numbers."""
    columns = {
        "Free": {"overflow": "fold"},
        "Lower": {"justify": "right"},
        "Upper": {"justify": "right"},
        "Prior": {"justify": "right"},
        "Unit": {"no_wrap": True},
        "In": {},
    }
    rows = []
    for one in plan.free.free:
        name, unit = split_unit(one.name)
        prior = "-"
        if one.range:
            low, high = (plain(end) for end in one.range)
            prior = f"{plain(one.best)} ({low} to {high})"
        cells = ", ".join(one.cells) if one.cells else "all"
        ends = [plain(end) for end in (one.lower, one.upper)]
        rows.append((name, *ends, prior, unit or "-", cells))
    lines = [
        f"{use}: {one.label}"
        for use, numbers in (("fitted to", plan.targets), ("predicted", plan.predicted))
        for one in numbers
    ]
    return [terminal.table(columns, rows), *lines]


def fitted(fit):
    """What a fit found, a line a quantity; then what there is to say about it."""
    from nfpcell.reports.fit_report import summary

    columns = {
        "Quantity": {"ratio": 1},
        "Value": {"justify": "right", "no_wrap": True},
        "Lower 95 %": {"justify": "right", "no_wrap": True},
        "Upper 95 %": {"justify": "right", "no_wrap": True},
        "Unit": {"no_wrap": True},
        "Identifiable": {},
        "Start": {"justify": "right", "no_wrap": True},
    }
    rows, open_ = [], []
    for row in fit.parameters.to_dict("records"):
        name, unit = split_unit(row["Name"])
        known = row["Identifiable"]
        rows.append(
            (
                name,
                *with_interval(row["Value"], row["Lower 95 %"], row["Upper 95 %"]),
                unit,
                "-" if known is None else "yes" if known else "no",
                plain(row["Start"]),
            )
        )
        open_.append(known is False)
    lines = [*fit.findings, summary(fit)]
    return [terminal.table(columns, rows, open_, expand=True), *lines]


def sweep(asked, table, most=24):
    """Cases of a sweep, a line each, if they are few; else each output in one line."""
    right = {"justify": "right"}
    outputs = asked.numbers
    if len(table) > most:
        columns = {"Output": {"ratio": 1}, "Lowest": right, "Median": right,
                   "Highest": right, "Unit": {"no_wrap": True}}  # fmt: skip
        rows = []
        for name in outputs:
            low, middle, high = table[name].quantile([0, 0.5, 1])
            rows.append(
                (split_unit(name)[0], *map(plain, (low, middle, high)),
                 split_unit(name)[1])
            )  # fmt: skip
        return terminal.table(columns, rows, expand=True)
    varied = [axis.name for axis in asked.axes]
    names = [*varied, *outputs]
    columns = {"Cell": {"no_wrap": True}}
    columns |= {"\n[".join(name.rsplit(" [", 1)): right for name in names}
    columns["Status"] = {"overflow": "fold"}
    rows = [
        (row["Cell"], *(plain(row[name]) for name in names), row["Status"])
        for row in table.to_dict("records")
    ]
    return terminal.table(columns, rows, [row[-1] != "ok" for row in rows])
