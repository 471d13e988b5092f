"""``kamcore contract``: terms, due dates, execution and what is coming up."""

from kamcore.cli.shell.grouping import group

command = group(
    "contract",
    {
        "check": (
            "kamcore.cli.trade.contract_checking",
            "检查合同: 日期, 版本, 状态, 收款计划, 资料文件",
            "Check contracts: dates, versions, states, plans, files.",
        ),
        "show": (
            "kamcore.cli.trade.contract_showing",
            "某日有效的条款, 状态和各版本",
            "The terms in force on a day, the state and the versions.",
        ),
        "due": (
            "kamcore.cli.trade.contract_due",
            "按当日有效的账期计算到期日",
            "When a debt is due by the terms then in force.",
        ),
        "execution": (
            "kamcore.cli.trade.contract_execution",
            "执行情况: 计划与订单, 开票, 收款对比, 差异原因",
            "Plan against orders, invoices and receipts, with causes.",
        ),
        "expiring": (
            "kamcore.cli.trade.contract_expiring",
            "即将到期和应检查的合同",
            "Contracts that end or are due for review.",
        ),
    },
    zh="合同: 条款按版本和日期记录",
    en="Contracts: terms in versions, each from its own day.",
)
