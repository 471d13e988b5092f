"""``kamcore party``: the archive of customers and suppliers."""

from kamcore.cli.shell.grouping import group

command = group(
    "party",
    {
        "check": (
            "kamcore.cli.trade.party_checking",
            "检查客户档案, 列出全部问题",
            "Check the archive and list every problem.",
        ),
        "show": (
            "kamcore.cli.trade.party_showing",
            "查看一个单位在某日的档案, 来源和变更",
            "Show a party as known on a day, with sources and changes.",
        ),
        "duplicates": (
            "kamcore.cli.trade.party_duplicates",
            "查找可能重复的单位",
            "Propose parties that may be one company.",
        ),
        "due": (
            "kamcore.cli.trade.party_due",
            "到期应整理的档案, 缺少的资料, 未核实的内容",
            "What is due: reviews, documents lacking, values unverified.",
        ),
        "import": (
            "kamcore.cli.trade.party_importing",
            "由金蝶、用友的客户或供应商清单建立档案",
            "Make an archive of customer and supplier lists.",
        ),
        "export": (
            "kamcore.cli.trade.party_exporting",
            "导出档案, 按密级略去或遮盖",
            "Export the archive; what a reader may not see is left out or masked.",
        ),
    },
    zh="客户档案: 往来单位的资料, 来源和变更历史",
    en="Parties: what is known of customers and suppliers, from where and since when.",
)
