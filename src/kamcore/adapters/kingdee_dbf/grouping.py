"""What tells one voucher of the table from the next.

Year of FDATE, FPERIOD, FGROUP and FNUM, and FSERIALNO beside them (formats/kingdee.md section 2).
FNUM and FPERIOD are 0 where an importing program leaves them to the product: then a voucher ends
where date, word or serial change, or where the line numbers begin again.
"""

import polars as pl

from kamcore.adapters.kingdee_dbf.columns import LINE
from kamcore.vouchers.numbering import with_periods
from kamcore.vouchers.unnumbered import RUN, with_runs

_NUMBER = ("vouchers.year", "vouchers.period", "vouchers.word", "vouchers.number")
_SERIAL = "key.serial"
_HEAD = ("vouchers.date", "vouchers.word", "vouchers.serial")

KEY = (*_NUMBER, _SERIAL, RUN)
"""Columns that name a voucher."""


def with_key(frame: pl.DataFrame) -> pl.DataFrame:
    """Add year and period and the columns of `KEY`."""
    stated = frame["vouchers.period"]
    dated = with_periods(frame, ("vouchers.word", "vouchers.number"))
    dated = dated.with_columns(pl.coalesce(stated, "vouchers.period").alias("vouchers.period"))
    return with_runs(dated.with_columns(_serial(dated)), _HEAD, LINE)


def _serial(frame: pl.DataFrame) -> pl.Series:
    """The serial where vouchers share a number, and each of them counts its lines anew.

    Some programs number records there: then it does not tell vouchers apart.
    """
    serial, line = pl.col("vouchers.serial"), pl.col(LINE)
    several = serial.n_unique().over(_NUMBER) > 1
    anew = (line.min().over(*_NUMBER, serial) == line.min().over(_NUMBER)).all().over(_NUMBER)
    told = several & anew & serial.is_not_null()
    return frame.select(pl.when(told).then(serial).otherwise(0).alias(_SERIAL)).to_series()
