"""The one command: `hub`, or `python -m hub`."""

from __future__ import annotations

from hub.cli.main import run


def main() -> None:
    """Run the command line."""
    run()


if __name__ == "__main__":
    main()
