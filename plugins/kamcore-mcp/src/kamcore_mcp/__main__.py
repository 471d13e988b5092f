"""``python -m kamcore_mcp``: the same as ``kamcore-mcp``."""

from kamcore_mcp.command import main

if __name__ == "__main__":
    main()
