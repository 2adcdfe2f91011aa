"""`python -m streams.cli`: the same command where the script is not on the path."""

from streams.cli import main

main()
