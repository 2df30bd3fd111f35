"""Every figure of every command on one sheet, to be looked at.

    python -m benchmarks.figures FOLDER [NAME...]

Runs the commands below, or the named ones, each with ``--out`` in a folder of its own,
and draws their figures on ``FOLDER/contact_sheet.png``. A spectrum and a discharge that
nfpcell computed stand for measured files.
"""

import math
import shlex
import subprocess
import sys
from pathlib import Path

import matplotlib.image
from matplotlib.figure import Figure

import nfpcell

COMMANDS: dict[str, str] = {
    "simulate": "simulate C --rates 0.1,0.5,1,2 --temperatures 30,0",
    "simulate_both": "simulate C --rates 0.2,1 --direction both",
    "simulate_cells": "simulate A B C D E pouch --rates 0.1,1",
    "impedance": "impedance C --dod 0.1:0.9:0.2",
    "resistance": "resistance C --direction both",
    "resistance_cells": "resistance A B C D",
    "spectrum": "spectrum spectrum.csv",
    "cycle": "cycle C --rates 0.5,1 --cycles 10 --model particle",
    "protocol": "protocol overcharge_9V --model particle",
    "protocol_loops": "protocol hysteresis_30C --model particle",
    "liquid": "liquid",
    "steps": "steps C D E",
    "fit": "fit --cell C --data discharge.csv --model particle --free "
    "'Contact resistance [Ohm]=0:40'",
    "compare": "compare --cell C --data discharge.csv --model particle",
    "rate_30C": "run rate_30C",
    "operando": "run operando_impedance",
    "cold": "protocol cold_charging --model particle",
    "sensitivity": "sweep sensitivity",
    "sweep": "sweep plate_and_roughness",
    "score": "score",
    "assumptions": "assumptions low_temperature --model particle",
    "chemistries": "chemistries --model particle",
}
COLUMNS, WIDTH = 4, 5.0  # of the sheet; of a figure [inch]


def measured_files(folder: Path) -> None:
    """Write a discharge and a spectrum of Cell C as the files of instruments."""
    cell = nfpcell.Cell.load("C")
    _, curves = nfpcell.simulate(cell, rates=[0.5], model="particle", curves=True)
    columns = ["Time [s]", "Current [A]", "Voltage [V]"]
    curves[columns].to_csv(folder / "discharge.csv", index=False)
    spectrum = nfpcell.impedance(cell, depth_of_discharge=[0.5])
    columns = ["Frequency [Hz]", "Z_re [Ohm]", "Z_im [Ohm]"]
    spectrum[columns].to_csv(folder / "spectrum.csv", index=False)


def draw(folder: Path, name: str) -> list[Path]:
    """Run one command in the folder; return the figures that it wrote."""
    command = [
        sys.executable,
        "-m",
        "nfpcell",
        *shlex.split(COMMANDS[name]),
        "--out",
        name,
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode == 2:
        raise SystemExit(f"{name}: {done.stderr}")
    return sorted((folder / name).glob("*.png"))


def contact_sheet(figures: list[Path]) -> Figure:
    """Return the figures in rows, each under the name of its command and file."""
    rows = math.ceil(len(figures) / COLUMNS)
    sheet = Figure(figsize=(COLUMNS * WIDTH, rows * WIDTH), layout="constrained")
    for ax, path in zip(sheet.subplots(rows, COLUMNS).flat, figures, strict=False):
        ax.imshow(matplotlib.image.imread(path))
        ax.set_title(f"{path.parent.name}: {path.stem}")
    for ax in sheet.axes:
        ax.set_axis_off()
    return sheet


def main(folder: Path, names: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    measured_files(folder)
    figures = []
    for name in names or COMMANDS:
        print(name, flush=True)
        figures += draw(folder, name)
    contact_sheet(figures).savefig(folder / "contact_sheet.png", dpi=100)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
