"""Convert a Kingdee K/3 workbook into Yonyou U8 text and read the proof."""

import tempfile
from pathlib import Path

import kamcore

SOURCE = Path(kamcore.__file__).parent / "cli" / "demo_data" / "vouchers_2025Q1.xls"


def main(folder: Path) -> None:
    done = kamcore.convert(
        SOURCE,
        folder / "U8导入.txt",
        to="yonyou-u8-text",
    )
    for side in (done.source, done.target):
        totals = side.totals
        print(f"{side.format}: {totals.vouchers} vouchers, {totals.lines} lines, {totals.debit}")
    facts = len(done.proof.fields_compared)
    print(f"proof: {facts} facts compared, equal: {done.proof.equal}")
    for loss in done.losses:
        print(f"lost: {loss.kind} {loss.fact} {loss.count}, first in {loss.first.voucher}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        main(Path(made))
