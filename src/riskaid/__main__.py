"""`python -m riskaid`: the command line where no script is on the path."""

from riskaid.cli import main

if __name__ == "__main__":
    main()
