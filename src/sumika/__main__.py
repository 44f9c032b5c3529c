"""`python -m sumika`."""

from sumika.cli import main

main()
