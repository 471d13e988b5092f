"""``kamcore layout``: draft a layout for a sheet of a site's own, and try it."""

from kamcore.cli.shell.grouping import group

COMMANDS = {
    "learn": (
        "kamcore.cli.files.layout_learning",
        "看一个表格, 起草版式: 表头, 各列含义和依据",
        "Draft a layout for a sheet: heading row, fields, reasons.",
    ),
    "test": (
        "kamcore.cli.files.layout_testing",
        "按版式读一个文件, 看读出什么",
        "Read a file through a layout and show what comes out.",
    ),
}
"""The commands about layouts: module, and one line of help in Chinese and in English."""


command = group(
    "layout",
    COMMANDS,
    zh="版式: 让任意表格按自己的列名读成凭证, 明细账或余额",
    en="Layouts: how a sheet of your own says what books say.",
)
