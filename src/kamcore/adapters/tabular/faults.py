"""What can be wrong with a sheet that is read through a layout."""

from kamcore.errors import Fault, Severity

NO_LAYOUT = Fault(
    code="T1001",
    zh="格式 tabular 需要版式文件: 选项 layout",
    en="format tabular needs a layout: option layout",
    hint_zh="用 kamcore layout learn FILE 起草一个版式",
    hint_en="kamcore layout learn FILE drafts one",
)
NO_SHEET = Fault(
    code="T1002",
    zh="没有一张工作表符合版式「{value}」",
    en="no sheet fits the layout {value!r}",
    hint_zh="最接近的一张: {nearest_zh}",
    hint_en="the nearest sheet: {nearest_en}",
)
STRANGE_SHEET = Fault(
    code="T1003",
    severity=Severity.WARNING,
    zh="工作表「{value}」不符合版式, 未读取",
    en="the sheet {value!r} does not fit the layout and was not read",
)
BAD_OPTION = Fault(
    code="T1004",
    zh="选项 {option} 的值「{value}」不可用",
    en="{value!r} is no use for option {option}",
    hint_zh="应为{wants_zh}",
    hint_en="it should be {wants_en}",
)
BAD_VOUCHER = Fault(
    code="T1101",
    zh="「{value}」里没有凭证号",
    en="{value!r} holds no voucher number",
    hint_zh="应如 记-12",
    hint_en="it looks like 记-12",
)
BAD_PERIOD = Fault(
    code="T1102",
    zh="「{value}」不是会计期间",
    en="{value!r} is no accounting period",
    hint_zh="应如 2025.1, 202501 或 2025年1期",
    hint_en="it looks like 2025.1, 202501 or 2025年1期",
)
BAD_DAY = Fault(
    code="T1103",
    zh="没有 {value} 这一天",
    en="there is no day {value}",
)
BAD_DIRECTION = Fault(
    code="T1104",
    zh="「{value}」不是借贷方向",
    en="{value!r} is no side of an account",
    hint_zh="应为 借, 贷 或 平",
    hint_en="it is 借, 贷 or 平",
)
NO_DIRECTION = Fault(
    code="T1105",
    zh="有金额 {value} 而没有借贷方向",
    en="an amount of {value} without a side",
    hint_zh="补上方向",
    hint_en="say which side",
)
BAD_PACKING = Fault(
    code="T1106",
    zh="辅助核算「{value}」不成对、没有类别或类别重复, 未能全部读出",
    en="the auxiliaries {value!r} are not built as the layout says and could not all be read",
    hint_zh="核对括号和类别",
    hint_en="compare brackets and labels",
)
TOTAL_DISAGREES = Fault(
    code="T1201",
    severity=Severity.WARNING,
    zh="「{value}」行的{caption}是 {stated}, 各行相加是 {computed}",
    en="row {value} states {caption} {stated}; the rows add up to {computed}",
    hint_zh="核对是否缺行或被改动",
    hint_en="compare whether rows are missing or were changed",
)
BALANCE_DISAGREES = Fault(
    code="T1202",
    severity=Severity.WARNING,
    zh="余额是 {stated}, 按期初和发生额推算是 {computed}",
    en="the balance is {stated}; opening and movements give {computed}",
    hint_zh="核对是否缺行或被改动",
    hint_en="compare whether rows are missing or were changed",
)
NO_PERIOD = Fault(
    code="T1203",
    severity=Severity.WARNING,
    zh="表里没有写明期间, 余额记在 0 年 0 期",
    en="the sheet does not say its period; the balances stand under year 0, period 0",
    hint_zh="用选项 period 给出, 例如 2025.01-2025.03",
    hint_en="give option period, such as 2025.01-2025.03",
)
SPAN = Fault(
    code="T1204",
    severity=Severity.INFO,
    zh="余额表跨 {value} 数期: 期初记在首期, 期末记在末期, {what_zh}",
    en="the balances span {value}: openings stand in the first period, closings in the last,"
    " {what_en}",
)
NO_ACCOUNT = Fault(
    code="T1205",
    zh="这一行没有科目, 余额无处可记",
    en="the row names no account, so its balance has no home",
)
ONE_SIDED = Fault(
    code="T1206",
    severity=Severity.INFO,
    zh="明细账只有凭证的一部分分录 (借方 {debit}, 贷方 {credit}), 不检查凭证平衡和断号",
    en="the ledger shows parts of vouchers (debit {debit}, credit {credit}); whether they balance"
    " and run without gaps is not asked",
)
PARENTS = Fault(
    code="T1207",
    severity=Severity.INFO,
    zh="上级科目 {value} 的 {count} 行与下级重复, 只取下级",
    en="{count} lines of the parent accounts {value} repeat those below them and are left out",
)
