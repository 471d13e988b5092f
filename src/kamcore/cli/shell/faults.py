"""Faults of the command line itself: what was typed cannot be meant."""

from kamcore.errors import Fault

WRONG_USE = Fault(
    code="U1001",
    zh="用法不对: {value}",
    en="wrong use: {value}",
    hint_zh="查看用法: {command} --help",
    hint_en="see {command} --help",
)
NO_OPTION = Fault(
    code="U1002",
    zh="没有选项 {value}",
    en="there is no option {value}",
    hint_zh="{near}查看用法: {command} --help",
    hint_en="{near}see {command} --help",
)
MISSING = Fault(
    code="U1003",
    zh="缺少 {value}",
    en="{value} is missing",
    hint_zh="查看用法: {command} --help",
    hint_en="see {command} --help",
)
BAD_VALUE = Fault(
    code="U1004",
    zh="{parameter} 不能是「{value}」{wants}",
    en="{parameter} cannot be {value!r}{wants}",
    hint_zh="查看用法: {command} --help",
    hint_en="see {command} --help",
)
SURPLUS = Fault(
    code="U1011",
    zh="多出 {value}",
    en="{value} is too much",
    hint_zh="含空格的文件名要加引号; 查看用法: {command} --help",
    hint_en="put quotes around a file name with blanks; see {command} --help",
)
NO_COMMAND = Fault(
    code="U1005",
    zh="没有命令「{value}」",
    en="there is no command {value!r}",
    hint_zh="{near}命令有: {known}",
    hint_en="{near}the commands are {known}",
)
NOT_A_PAIR = Fault(
    code="U1006",
    zh="{parameter} 的「{value}」应写成 名称=值",
    en="{parameter} {value!r} is not of the form name=value",
)
ONTO_ITSELF = Fault(
    code="U1007",
    zh="目标就是源文件 {value}, 不会覆盖",
    en="the target is the source {value} itself and is not overwritten",
    hint_zh="换一个目标文件名",
    hint_en="choose another name for the target",
)
NO_PLUGIN = Fault(
    code="U1008",
    zh="没有插件「{value}」",
    en="there is no plug-in {value!r}",
    hint_zh="{near}用 kamcore plugins 列出全部",
    hint_en="{near}kamcore plugins lists them all",
)
BROKEN_PLUGIN = Fault(
    code="U1009",
    zh="插件「{value}」已停用: {reason}",
    en="plug-in {value!r} was set aside: {reason}",
    hint_zh="联系插件作者",
    hint_en="tell its author",
)
CANNOT_OPEN = Fault(
    code="U1010",
    zh="打不开 {value}: {reason}",
    en="cannot open {value}: {reason}",
    hint_zh="若文件正在 Excel 或 WPS 中打开, 请先关闭; 再检查是否有权限",
    hint_en="close it if it is open in a spreadsheet program; check the permissions",
)
INTERNAL = Fault(
    code="U9001",
    zh="kamcore 自身出错: {value}",
    en="a defect of kamcore: {value}",
    hint_zh="设 KAMCORE_DEBUG=1 再运行一次, 把输出连同文件报告",
    hint_en="run again with KAMCORE_DEBUG=1 and report the output with the file",
)


def near(lang: str, word: str, known: list[str]) -> str:
    """Say which known words look like `word`, or nothing."""
    import difflib

    found = difflib.get_close_matches(word, known, n=3, cutoff=0.5)
    if not found:
        return ""
    return f"相近的: {', '.join(found)}; " if lang == "zh" else f"near: {', '.join(found)}; "
