"""``kamcore order``: orders and what became of them."""

from kamcore.cli.shell.grouping import group

command = group(
    "order",
    {
        "list": (
            "kamcore.cli.trade.order_listing",
            "订单列表: 截至某日的状态",
            "Orders with their state on a day.",
        ),
        "check": (
            "kamcore.cli.trade.order_checking",
            "核对订单的价格和账期",
            "Check prices and terms of orders.",
        ),
        "trace": (
            "kamcore.cli.trade.order_tracing",
            "追踪: 订单 → 发货 → 发票 → 收款 → 凭证",
            "Trace order, delivery, invoice, receipt, voucher.",
        ),
        "invoices": (
            "kamcore.cli.trade.invoice_checking",
            "核对开票价格与约定价格",
            "Check invoiced prices against agreed ones.",
        ),
        "compare": (
            "kamcore.cli.trade.price_comparing",
            "比价: 同一存货各客户或各供应商的价格",
            "Compare prices over customers or suppliers.",
        ),
        "profit": (
            "kamcore.cli.trade.profiting",
            "客户利润贡献",
            "What each customer leaves.",
        ),
    },
    zh="订单: 状态, 价格和账期核对, 追踪到凭证, 开票价格核对, 比价, 利润贡献",
    en="Orders: states, prices and terms, the trail to the voucher, invoiced prices, profit.",
)
