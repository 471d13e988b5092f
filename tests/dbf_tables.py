"""Small dBASE tables made byte by byte for tests, apart from the writer under test."""

import struct

from kamcore.adapters.kingdee_dbf.columns import columns_of

DEFAULTS = {
    "FDATE": "20250102",
    "FTRANSDATE": "20250102",
    "FPERIOD": "1.00000",
    "FGROUP": "记",
    "FNUM": "1.00000",
    "FENTRYID": "0.00000",
    "FEXP": "摘要",
    "FACCTID": "1001",
    "FCYID": "RMB",
    "FEXCHRATE": "1.00000",
    "FDC": "1",
    "FFCYAMT": "5.00000",
    "FDEBIT": "5.00000",
    "FCREDIT": "0.00000",
    "FPOSTED": "F",
    "FDELETED": "F",
}


def table(fields, *records, stated=None, header=b"", end=b"\x1a", version=3):
    """A table of (name, kind, length, decimals); a record is a mark and the raw fields."""
    size = 1 + sum(length for _, _, length, _ in fields)
    described = b"".join(
        struct.pack("<11sc4xBB14x", name.encode(), kind.encode(), length, decimals)
        for name, kind, length, decimals in fields
    )
    count = len(records) if stated is None else stated
    start = 33 + len(described) + len(header)
    head = struct.pack("<BBBBIHH20x", version, 125, 1, 1, count, start, size)
    body = b"".join(
        (
            values[0]
            + b"".join(
                _padded(value, field) for value, field in zip(values[1], fields, strict=True)
            )
        )
        for values in records
    )
    return head + described + b"\r" + header + body + end


def _padded(value, field):
    if field[1] == "N" and isinstance(value, str) and not field[3]:
        value = value.split(".")[0]
    if field[1] == "N" and isinstance(value, str):
        value = value[: field[2]]
    raw = value if isinstance(value, bytes) else value.encode("gbk")
    pad = raw.rjust if field[1] in "NF" else raw.ljust
    return pad(field[2], b" ")


def vouchers(*lines, generation="3", **options):
    """A voucher table; each line gives what differs from a plain one, ``_mark`` its mark."""
    shapes = [column.shape(generation) for column in columns_of(generation)]
    fields = [(shape.name, shape.kind, shape.length, shape.decimals) for shape in shapes]
    fields = [field for field in fields if field[0] not in options.get("without", ())]
    fields += options.get("more", [])
    made = []
    for line in lines:
        values = DEFAULTS | line
        mark = values.pop("_mark", b" ")
        made.append((mark, [values.get(name, "") for name, *_ in fields]))
    rest = {key: value for key, value in options.items() if key not in ("without", "more")}
    return table(fields, *made, **rest)
