"""Random damage to files, and a worker process that reads what comes out.

Run as a script: ``mutating.py FILE SEED COUNT`` prints one JSON line per mutation, so that the
parent sees which one hung or died.
"""

import json
import random
import sys
import tempfile
import time
from pathlib import Path


def damaged(data: bytes, seed: int) -> bytes:
    """Cut, flip, swap or duplicate a piece of the bytes; the same seed damages the same way."""
    chance = random.Random(seed)
    if not data:
        return data
    at, size = chance.randrange(len(data)), chance.choice([1, 1, 2, 8, 64, 512, 4096])
    kind = chance.choice(["cut", "drop", "flip", "swap", "duplicate", "zero"])
    piece = data[at : at + size]
    if kind == "cut":
        return data[:at]
    if kind == "drop":
        return data[:at] + data[at + size :]
    if kind == "flip":
        flipped = bytes(byte ^ (1 << chance.randrange(8)) for byte in piece)
        return data[:at] + flipped + data[at + size :]
    if kind == "zero":
        return data[:at] + bytes(len(piece)) + data[at + size :]
    if kind == "duplicate":
        return data[:at] + piece * chance.choice([2, 3, 50]) + data[at + size :]
    other = chance.randrange(len(data))
    swapped = bytearray(data)
    for offset in range(min(size, len(data) - max(at, other))):
        here, there = at + offset, other + offset
        swapped[here], swapped[there] = swapped[there], swapped[here]
    return bytes(swapped)


def outcome(path: Path) -> str:
    """Read a damaged file: ``books`` or the code of the refusal; anything else is a defect."""
    import kamcore

    try:
        reading = kamcore.read(path)
    except kamcore.KamcoreError as error:
        assert error.place.file, "a refusal names its file"
        return error.code
    assert all(problem.code and problem.message("zh") for problem in reading.problems)
    reading.books.totals()
    return "books"


def main() -> None:
    """Read damaged versions of one file and print how each went."""
    file, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    data = file.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / file.name
        for seed in range(first, first + count):
            path.write_bytes(damaged(data, seed))
            started = time.perf_counter()
            try:
                result = outcome(path)
            except BaseException as error:  # noqa: BLE001  a panic of a native reader is one
                result = f"CRASH {type(error).__name__}: {error}"
            seconds = time.perf_counter() - started
            # The most memory of this program alone: ru_maxrss counts the parent's before the exec.
            status = Path("/proc/self/status").read_text()
            memory = int(status.partition("VmHWM:")[2].split()[0]) // 1024
            said = {"seed": seed, "result": result, "seconds": seconds, "mib": memory}
            print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
