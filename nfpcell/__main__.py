"""The entry point of ``nfpcell`` and of ``python -m nfpcell``."""

import sys


def main() -> int:
    """Run the command line; Ctrl-C while it is still being imported exits with 130."""
    try:
        from nfpcell.cli.app import main as run

        return run()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
