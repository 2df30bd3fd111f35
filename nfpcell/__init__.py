"""Simulator of an oxide all-solid-state sodium half-cell.

Na | beta''-alumina plate | composite cathode of Na2FeP2O7, on PyBaMM. The public names
are listed in ``__init__.pyi`` and imported on first use, so that ``import nfpcell`` and
``nfpcell --help`` are quick.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, _, _names = lazy_loader.attach_stub(__name__, __file__)
__all__ = ["__version__", *_names]


def __dir__() -> list[str]:
    return __all__
