"""`fengsui`: people at a terminal. What it can do stands in ``adapters.cli``."""

from adapters.cli.app import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
