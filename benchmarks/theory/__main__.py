"""``python -m benchmarks.theory [LAW...]``: the page on theory and its pictures.

Draws ``docs/figures/theory/LAW.png`` for every law, or the named ones, such as
``diffusion.kirchhoff_falling``, and writes ``docs/theory.md``. ``page`` draws none.
"""

import io
import sys

from PIL import Image

from benchmarks.theory import (  # noqa: F401
    balances,
    composition,
    material,
    page,
    runs,
    spreads,
)
from benchmarks.theory.picture import PICTURES, draw

DOTS_PER_INCH, COLOURS = 160, 32

if __name__ == "__main__":
    page.FIGURES.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or PICTURES:
        if name == "page":
            continue
        buffer = io.BytesIO()
        draw(PICTURES[name]()).savefig(buffer, format="png", dpi=DOTS_PER_INCH)
        image = Image.open(buffer).convert("RGB").quantize(COLOURS)
        image.save(page.FIGURES / f"{name}.png", optimize=True)
    page.PAGE.write_text(page.page(), encoding="utf-8")
    print(f"Written: {page.PAGE}")
