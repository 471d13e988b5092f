"""``kamcore forms``: the forms people fill in: which there are, templates, checks, cards."""

from kamcore.cli.shell.grouping import group

command = group(
    "forms",
    {
        "list": (
            "kamcore.cli.forms.forms_listing",
            "列出所有表单和各列",
            "List the forms and their columns.",
        ),
        "make": (
            "kamcore.cli.forms.forms_making",
            "生成空白模板: xlsx, TOML 或 JSON",
            "Make an empty template: xlsx, TOML or JSON.",
        ),
        "check": (
            "kamcore.cli.forms.forms_checking",
            "检查填好的表单, 列出全部问题",
            "Check filled-in forms and list every problem.",
        ),
        "fill": (
            "kamcore.cli.forms.forms_filling",
            "大客户管理表格: 空白或由档案填好",
            "Key-account forms, blank or filled from the archive.",
        ),
    },
    zh="表单: 客户档案, 合同, 价格等由人填写的文件",
    en="Forms: the files people fill in, such as parties, contracts and prices.",
)
