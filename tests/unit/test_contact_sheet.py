"""The script that draws all figures on contact sheets."""

import numpy as np
import typer
from PIL import Image

from benchmarks import figures
from nfpcell.cli.app import app


def test_sheets_show_every_figure_and_pictures_are_copied(tmp_path):
    folder, docs = tmp_path / "runs", tmp_path / "docs"
    docs.mkdir()
    (docs / "contact_sheet_9.png").touch()
    stems = [f"figure_{k:02d}" for k in range(figures.COLUMNS * figures.ROWS)]
    for name, names in {"simulate": ["voltage"], "resistance": stems}.items():
        (folder / name).mkdir(parents=True)
        for stem in names:
            Image.new("RGB", (900, 600), "red").save(folder / name / f"{stem}.png")
    paths = figures.write(folder, docs)
    names = [path.name for path in paths]
    # one more figure than fits on a sheet; of the pictures, only one has its figure
    assert names == ["contact_sheet_1.png", "contact_sheet_2.png", "cell_c_curves.png"]
    assert sorted(path.name for path in docs.iterdir()) == sorted(names)
    first, second = (Image.open(path).convert("RGB") for path in paths[:2])
    assert first.size[0] == figures.COLUMNS * figures.WIDTH
    assert first.size[1] == figures.ROWS * (figures.HEIGHT + figures.TITLE)
    assert second.size[1] == figures.HEIGHT + figures.TITLE
    red = (np.asarray(first) == (255, 0, 0)).all(axis=2)
    assert red.mean() > 0.5


def test_every_command_of_the_script_exists_and_makes_the_pictures():
    known = typer.main.get_command(app).commands
    assert {words.split()[0] for words in figures.COMMANDS.values()} <= set(known)
    assert {name for name, _ in figures.PICTURES.values()} <= set(figures.COMMANDS)
