"""``python -m nfpcell``."""

from nfpcell.cli import main

if __name__ == "__main__":
    main()
