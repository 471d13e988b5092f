"""Small dumps of GL_accvouch made for tests."""

from kamcore.adapters.yonyou_u8_table.columns import COLUMNS

DEFAULTS = {
    "iperiod": "1",
    "csign": "收",
    "isignseq": "1",
    "ino_id": "1",
    "inid": "1",
    "dbill_date": "2025-01-02 00:00:00",
    "idoc": "0",
    "cbill": "制单样甲",
    "ibook": "0",
    "cdigest": "收款",
    "ccode": "1001",
    "md": "5.0000",
    "mc": "0.0000",
    "md_f": "0.0000",
    "mc_f": "0.0000",
    "nfrat": "0",
    "nd_s": "0",
    "nc_s": "0",
}
CREDIT = {"inid": "2", "ccode": "112201", "md": "0.0000", "mc": "5.0000"}


def dump(*lines, names=None, **defaults):
    """The text of a dump; each line gives what differs from a plain one."""
    usual = {key: column.usual for key, column in COLUMNS.items()} | DEFAULTS | defaults
    names = list(names or COLUMNS)
    names += [key for line in lines for key in line if key not in names]
    names = list(dict.fromkeys(names))
    rows = [names, *([(usual | line).get(name, "") for name in names] for line in lines)]
    return "\r\n".join(",".join(row) for row in [*rows, []])
