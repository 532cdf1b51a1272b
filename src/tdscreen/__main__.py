"""Run the command line as ``python -m tdscreen``."""

from tdscreen.cli import main

main()
