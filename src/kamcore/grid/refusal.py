"""Why a file as a whole is refused, and the warnings about its name."""

from kamcore.errors import Fault, Severity, SourceError
from kamcore.place import Place

EMPTY_FILE = Fault(
    code="G1001",
    zh="文件是空的",
    en="the file is empty",
    hint_zh="请重新导出或重新接收这个文件",
    hint_en="export the file again, or have it sent again",
)
TRUNCATED_FILE = Fault(
    code="G1002",
    zh="文件不完整: {reason_zh}",
    en="the file is cut off: {reason_en}",
    hint_zh="多半是下载或传输中断, 请重新导出",
    hint_en="the transfer was probably interrupted; export the file again",
)
DAMAGED_FILE = Fault(
    code="G1003",
    zh="文件已损坏, 无法读取: {value}",
    en="the file is damaged: {value}",
    hint_zh="请用 Excel 或 WPS 打开后另存, 或重新导出",
    hint_en="open it in a spreadsheet program and save it again, or export it again",
)
NOT_A_WORKBOOK = Fault(
    code="G1004",
    zh="文件里没有工作簿",
    en="there is no workbook in the file",
    hint_zh="请确认选对了文件; 压缩包请先解压",
    hint_en="check that it is the right file; unpack an archive first",
)
ENCRYPTED = Fault(
    code="G1005",
    zh="工作簿有密码保护",
    en="the workbook is protected by a password",
    hint_zh="用 Excel 或 WPS 打开, 取消密码后另存",
    hint_en="open it, remove the password and save it again",
)
ZIP_BOMB = Fault(
    code="G1006",
    zh="文件解压后过大 ({value}), 拒绝读取",
    en="the file unpacks to more than is sound ({value}); it is refused",
    hint_zh="正常的导出文件不会这样; 请确认来源",
    hint_en="no honest export does this; ask where it comes from",
)
EXTERNAL_ENTITY = Fault(
    code="G1007",
    zh="文件内的「{value}」声明了文档类型或外部实体, 拒绝读取",
    en="part {value!r} declares a document type or an external entity; it is refused",
    hint_zh="正常的工作簿不含这种声明; 请确认来源",
    hint_en="no honest workbook does this; ask where it comes from",
)
WRONG_EXTENSION = Fault(
    code="G1008",
    severity=Severity.WARNING,
    zh="扩展名是 {value}, 内容却是 {found}; 已按内容读取",
    en="the name ends in {value} but the content is {found}; read by its content",
    hint_zh="若表格软件打不开它, 请改扩展名",
    hint_en="rename the file if a spreadsheet program refuses it",
)
TOO_LARGE = Fault(
    code="G1009",
    zh="工作表过大: {value}",
    en="the sheet is too large: {value}",
    hint_zh="请按期间分成几个文件导出",
    hint_en="export it in several files, by period",
)
NO_SHEET = Fault(
    code="G1010",
    zh="没有名为「{value}」的工作表",
    en="there is no sheet named {value!r}",
    hint_zh="现有的工作表: {known}",
    hint_en="the sheets are {known}",
)


def truncated(file: str, reason_zh: str, reason_en: str) -> SourceError:
    """The error of a file that ends too early."""
    return SourceError(
        TRUNCATED_FILE.at(Place(file=file), reason_zh=reason_zh, reason_en=reason_en)
    )


def damaged(file: str, reason: object, sheet: str | None = None) -> SourceError:
    """The error of a file that contradicts itself."""
    said = " ".join(str(reason).split())
    return SourceError(DAMAGED_FILE.at(Place(file=file, sheet=sheet), said))
