"""``python -m nfpcell``."""

import sys

from nfpcell.cli import main

if __name__ == "__main__":
    sys.exit(main())
