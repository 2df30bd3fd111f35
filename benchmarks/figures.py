"""Every figure of every command on contact sheets, and the pictures of the docs.

    python -m benchmarks.figures FOLDER [NAME...]

Runs the commands below, or the named ones, each with ``--out`` in a folder of its own.
Then all figures in FOLDER are drawn on ``docs/figures/contact_sheet_1.png`` and
following, and those of PICTURES are copied to ``docs/figures``. Files that nfpcell
computed (``nfpcell example-data``) stand for measured ones.
"""

import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

DOCS = Path(__file__).resolve().parents[1] / "docs" / "figures"
COMMANDS: dict[str, str] = {
    "simulate": "simulate C --rates 0.1,0.2,0.5,1,2",
    "simulate_both": "simulate C --rates 0.2,1 --temperatures 30,0 --direction both",
    "simulate_cells": "simulate A B C D E pouch --rates 0.1,1",
    "simulate_data": "simulate C --rates 0.1,1 --data rate_test_30degC.csv",
    "impedance": "impedance C --dod 0.1:0.9:0.2",
    "impedance_cells": "impedance C D --dod 0.5",
    "resistance": "resistance C",
    "resistance_cells": "resistance A B C D",
    "spectrum": "spectrum spectra_30degC.csv",
    "cycle": "cycle C --rates 0.5,1 --cycles 10",
    "protocol": "protocol overcharge_9V --model particle",
    "protocol_loops": "protocol hysteresis_30C --model particle",
    "cold": "protocol cold_charging --model particle",
    "liquid": "liquid --rates 0.05,0.1,0.5,1 --dod 0.2,0.5,0.8",
    "steps": "steps A B C D E",
    "fit": "fit --cell C --data rate_test_30degC.csv --model particle --free "
    "'Contact resistance [Ohm]=0:40'",
    "compare": "compare --cell C --data rate_test_30degC.csv",
    "compare_spectra": "compare --cell C --data spectra_30degC.csv --dod 0.2,0.5,0.8",
    "rate_30C": "run rate_30C",
    "operando": "run operando_impedance",
    "sensitivity": "sweep sensitivity",
    "sweep": "sweep plate_and_roughness",
    "score": "score rate_30C low_temperature",
    "chemistries": "chemistries",
}
# picture of the docs -> command and figure
PICTURES = {
    "cell_c_curves": ("simulate", "voltage"),
    "cell_c_resistance": ("resistance", "circuit"),
    "chemistries": ("chemistries", "chemistries"),
    "compare_rate_test": ("compare", "comparison"),
    "liquid_voltage": ("liquid", "voltage"),
    "recipe_steps": ("steps", "steps"),
    "sweep_ragone": ("sweep", "ragone"),
}
AT_ONCE = 2  # commands
COLUMNS, ROWS = 4, 6  # of a sheet
WIDTH, HEIGHT, TITLE = 440, 330, 26  # of a figure, and of its name [pixel]
COLOURS = 160  # of a sheet, to keep its file small


def run(folder: Path, name: str) -> None:
    """Run one command in the folder, whose earlier result is removed."""
    print(name, flush=True)
    shutil.rmtree(folder / name, ignore_errors=True)
    words = [*shlex.split(COMMANDS[name]), "--out", f"{name}/"]
    command = [sys.executable, "-m", "nfpcell", *words, "--format", "png"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{name}: {done.stderr}")


def figures(folder: Path) -> list[Path]:
    """Return the figures of all commands that have run in the folder."""
    return [path for name in COMMANDS for path in sorted((folder / name).glob("*.png"))]


def contact_sheet(paths: Sequence[Path]) -> Image.Image:
    """Return figures in rows, each under the name of its command and its own."""
    rows = -(-len(paths) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * WIDTH, rows * (HEIGHT + TITLE)), "white")
    draw = ImageDraw.Draw(sheet)
    font = ImageFont.truetype(font_manager.findfont("DejaVu Sans"), 15)
    for place, path in enumerate(paths):
        row, column = divmod(place, COLUMNS)
        x, y = column * WIDTH, row * (HEIGHT + TITLE)
        draw.text((x + 8, y + 6), f"{path.parent.name}: {path.stem}", "black", font)
        with Image.open(path) as figure:
            small = figure.convert("RGB")
        small.thumbnail((WIDTH - 12, HEIGHT - 8), Image.Resampling.LANCZOS)
        sheet.paste(small, (x + (WIDTH - small.width) // 2, y + TITLE))
    return sheet


def write(folder: Path, docs: Path = DOCS) -> list[Path]:
    """Write the contact sheets and the pictures of the docs; return their paths."""
    for old in docs.glob("contact_sheet_*.png"):
        old.unlink()
    paths, written = figures(folder), []
    for number, first in enumerate(range(0, len(paths), COLUMNS * ROWS), 1):
        sheet = contact_sheet(paths[first : first + COLUMNS * ROWS])
        written.append(docs / f"contact_sheet_{number}.png")
        few = sheet.quantize(COLOURS, Image.Quantize.MAXCOVERAGE)
        few.save(written[-1], optimize=True)
    for picture, (name, stem) in PICTURES.items():
        if (figure := folder / name / f"{stem}.png").exists():
            written.append(docs / f"{picture}.png")
            with Image.open(figure) as image:
                small = image.convert("RGB").quantize(256)
            small.save(written[-1], optimize=True, dpi=(200, 200))
    return written


def main(folder: Path, names: Sequence[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "nfpcell", "example-data", ".", "--force"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda name: run(folder, name), names or COMMANDS))
    print(*write(folder), sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
