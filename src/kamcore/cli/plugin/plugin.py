"""``kamcore plugin``: begin a plug-in, and have it checked."""

from kamcore.cli.shell.grouping import group

COMMANDS = {
    "new": (
        "kamcore.cli.plugin.plugin_making",
        "新建一个插件文件夹: 卡片, 读, 写, 样本, 测试, 说明",
        "Write a plug-in folder: card, reader, writer, sample, tests, READMEs.",
    ),
    "check": (
        "kamcore.cli.plugin.plugin_checking",
        "用全部规则检查一种格式, 说明哪里不对",
        "Check a format against every law and say what is wrong.",
    ),
}
"""The commands for authors: module, and one line of help in Chinese and in English."""


command = group(
    "plugin",
    COMMANDS,
    zh="给插件作者: 新建插件, 检查插件",
    en="For authors of plug-ins: begin one, and have it checked.",
)
