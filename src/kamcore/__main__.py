"""``python -m kamcore``: the command line, where no script was installed on the path."""

from kamcore.cli import main

if __name__ == "__main__":
    main()
