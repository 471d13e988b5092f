"""A customer sends a list instead of books: reconcile it, explain it, write the letter.

Our books are the quarter that comes with the demo.  The list is what customer 0001 keeps of its
dealings with us: one delivery is missing, one amount is off, one payment is still on its way.

    python reconcile_with_customer.py            prints only
    python reconcile_with_customer.py FOLDER     keeps the letter and the workbook
"""

import sys
import tempfile
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path

import kamcore as kc
from kamcore.matching import adjustments, dispute_states, proof_of_zero, reconciliation_table, view
from kamcore.matching.two_sided.dispute import disputes, logged
from kamcore.reports.letter_writing import write_letter
from kamcore.reports.letters import reconciliation_letter
from kamcore.reports.reconciliation import reconciliation_report
from kamcore.reports.writing import write_report

HERE = Path(__file__).parent
AS_OF = date(2025, 3, 31)


def main(folder: Path) -> None:
    demo = files("kamcore.cli").joinpath("demo_data/vouchers_2025Q1.xls")
    with as_file(demo) as path:
        ours = kc.read(path).books
    # 「到货/付款日期」不是常见列名, 所以指明; 其余列按名称认出。
    theirs = kc.read_theirs(HERE / "对账清单.csv", columns={"date": "到货/付款日期"})
    result, _ = kc.reconcile_theirs(ours, theirs, as_of=AS_OF, party="0001")

    one = view(result)
    print(f"{one.name} 截至 {AS_OF}: 我方 {one.ours.closing:,.2f}, 对方 {one.theirs.closing:,.2f}")
    print(f"相符 {len(one.matched)} 项, 差异 {len(one.differences)} 项, 共 {one.difference:,.2f}")
    for found in one.differences:
        print(f"  {found.title('zh')} {found.amount:,.2f}: {found.proof[0]}")
    table = reconciliation_table(one)
    print(f"调节后: 我方 {table.ours:,.2f}, 对方 {table.theirs:,.2f}, 一致: {table.equal}")

    made = adjustments(result, [one])
    proof = proof_of_zero(result, made)
    print(f"我方凭证 {len(made.ours)} 张, 对方 {len(made.theirs)} 张; 调整后差 {proof.after:,.2f}")
    opened = logged((), disputes(one), AS_OF, "王会计")
    print(f"登记争议 {sum(state.is_open for state in dispute_states(opened))} 项")

    letter = reconciliation_letter(one, "远山样例有限公司", date=AS_OF, reply="财务部 王会计")
    write_letter(letter, folder / "对账函.html", force=True)
    write_report(reconciliation_report(result), folder / "对账.xlsx", force=True)
    print("写了", ", ".join(sorted(path.name for path in folder.iterdir())))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        target = Path(sys.argv[1])
        target.mkdir(parents=True, exist_ok=True)
        main(target)
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(Path(temporary))
