"""The program: `python -m daemon` and `nextagent` are the same."""

from daemon.cli.main import main

if __name__ == "__main__":
    main()
