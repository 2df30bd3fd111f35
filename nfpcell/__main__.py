"""``python -m nfpcell``, and the door of the command ``nfpcell``."""

import sys


def main():
    """The command line; a Ctrl-C before it is there ends like one after."""
    try:
        from nfpcell.cli.app import main as run

        return run()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
