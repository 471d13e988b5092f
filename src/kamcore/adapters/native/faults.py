"""What can be wrong with a file in the native format."""

from kamcore.errors import Fault, Severity

NO_HEADER = Fault(
    code="N1001",
    zh="首行不是 kamcore 的表头: {value}",
    en="the first line is no header of kamcore: {value}",
    hint_zh='首行应为 {{"format":"kamcore","version":1,…}}',
    hint_en='the first line reads {{"format":"kamcore","version":1,…}}',
)
WRONG_VERSION = Fault(
    code="N1002",
    zh="版本 {value} 未知, 本程序读版本 {wants}",
    en="version {value} is unknown; this program reads version {wants}",
    hint_zh="请升级程序",
    hint_en="update the program",
)
NOT_JSON = Fault(
    code="N1003",
    zh="这一行不是完整的 JSON: {reason}",
    en="the line is no complete JSON: {reason}",
    hint_zh="文件可能被截断或改坏, 请重新导出",
    hint_en="the file may be cut or damaged; export it again",
)
DUPLICATE_KEY = Fault(
    code="N1004",
    zh="键「{value}」出现了两次",
    en="the key {value!r} stands there twice",
)
FLOAT = Fault(
    code="N1005",
    zh="{value} 是浮点数; 金额、汇率和数量要写成文本",
    en="{value} is a float; amounts, rates and quantities are texts",
    hint_zh='例如 "1234.50"',
    hint_en='such as "1234.50"',
)
MISSING = Fault(code="N1006", zh="缺少必填的「{value}」", en="{value!r} is required and missing")
UNKNOWN_FIELD = Fault(
    code="N1007",
    severity=Severity.WARNING,
    zh="表 {table} 没有列「{value}」, 已略过: {content}",
    en="table {table} has no column {value!r}; passed over: {content}",
)
WRONG_TYPE = Fault(
    code="N1008",
    zh="{value} 不是{wants_zh}",
    en="{value} is not {wants}",
)
UNKNOWN_TABLE = Fault(
    code="N1009",
    zh="没有名为「{value}」的表",
    en="there is no table named {value!r}",
)
WRONG_COUNT = Fault(
    code="N1010",
    zh="表 {value} 有 {found} 行, 表头写的是 {wants} 行",
    en="table {value} has {found} rows, the header says {wants}",
    hint_zh="文件可能被截断; 若是手工改动, 请同时改表头里的行数",
    hint_en="the file may be cut; after a change by hand correct the count in the header",
)
NOT_TEXT = Fault(
    code="N1011",
    zh="第 {value} 个字节不是 UTF-8",
    en="byte {value} is not UTF-8",
)
TOO_DEEP = Fault(code="N1012", zh="JSON 嵌套过深", en="the JSON is nested too deeply")
NO_FILE = Fault(
    code="N1013",
    zh="文件夹里缺少 {value}",
    en="{value} is missing from the folder",
)
CHANGED = Fault(
    code="N1014",
    zh="{value} 写出后被改动过 (SHA-256 不符)",
    en="{value} was changed after it was written: its SHA-256 differs",
    hint_zh="请重新导出",
    hint_en="export it again",
)
WRONG_TABLE = Fault(
    code="N1015",
    zh="{value} 不是表 {table}: {reason}",
    en="{value} is not table {table}: {reason}",
)
