"""Chinese company names (往来单位名称): what two spellings of one name have in common.

A registered name is 行政区划 + 字号 + 行业 + 组织形式 (企业名称登记管理规定, art. 6); the place
may stand in brackets in the middle, and a branch writes its head office's name before its own
(art. 13).  Books spell it with full-width letters, other brackets, 有限责任公司 for 有限公司, or
put an old name in brackets behind it.

A branch (分公司) is never the same party as its head office, and a match by name alone is never
certain: `Aliases` says who is meant, with dates, because a person decided it.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import attrs

_OLDER = (
    "國東華車電業貿廠團經銀鋼機實發興廣際聯紡織醫藥飲龍鳳萬豐寶環資產開創勝達運遠進軍"
    "報書館學農漁網絡線維綠紅藍黃億陽陰陳張劉楊趙馬風飛魚鳥齊門問間關雲顧題頭類質購費"
    "賓賽贏輪輕轉辦適遷選"
)
_TODAY = (
    "国东华车电业贸厂团经银钢机实发兴广际联纺织医药饮龙凤万丰宝环资产开创胜达运远进军"
    "报书馆学农渔网络线维绿红蓝黄亿阳阴陈张刘杨赵马风飞鱼鸟齐门问间关云顾题头类质购费"
    "宾赛赢轮轻转办适迁选"
)
_SIMPLE = str.maketrans(_OLDER, _TODAY)
"""Traditional characters that are common in names of companies."""

_PLACE_NAMES = (
    "北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 "
    "广东 海南 四川 贵州 云南 陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门 "
    "石家庄 太原 沈阳 大连 长春 哈尔滨 南京 无锡 徐州 常州 苏州 南通 扬州 杭州 宁波 温州 嘉兴 "
    "绍兴 金华 台州 合肥 福州 厦门 泉州 南昌 济南 青岛 烟台 郑州 洛阳 武汉 长沙 广州 深圳 珠海 "
    "佛山 东莞 中山 惠州 南宁 海口 成都 贵阳 昆明 西安 兰州 西宁 银川 乌鲁木齐 呼和浩特 拉萨 "
    "张家港 昆山 义乌 唐山 潍坊 浦东 滨海"
)
_PLACES = sorted(_PLACE_NAMES.split(), key=len, reverse=True)
_PLACE = (
    f"(?:{'|'.join(_PLACES)})(?:特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|新区|省|市)?"
)
_LEADING = re.compile(rf"((?:{_PLACE}){{1,2}})(?=...)")
_IS_PLACE = re.compile(rf"(?:{_PLACE})+|中国|[一-鿿]{{1,6}}[省市区县州]")

_BRANCH_WORD = (
    "(?:分公司|分厂|分店|分部|分行|支行|支公司|分社|分院|分所|营业部|办事处|代表处|门市部|分中心)"
)
_BRANCH = re.compile(rf"(.+公司|.+集团|.+?(?:银行|[厂社店院所]))(.{{1,16}}?{_BRANCH_WORD})")
_BRANCH_ALONE = re.compile(rf"(.+?)((?:{_PLACE}|第[一二三四五六七八九十\d]+)+{_BRANCH_WORD})")
_IS_BRANCH = re.compile(rf".*{_BRANCH_WORD}")

_FORMER = re.compile(r"(?:原名称?|曾用名|旧名|前称|更名前|原)[为是:]?(.+)")
_STATE = re.compile(r"(?:已?(?:停用|作废|注销|禁用|吊销)|停用?|新|旧|临时|测试)")

_FORMS = (
    ("集团股份有限公司", "集团股份有限公司"),
    ("集团有限责任公司", "集团有限公司"),
    ("集团有限公司", "集团有限公司"),
    ("集团总公司", "集团公司"),
    ("集团公司", "集团公司"),
    ("股份有限公司", "股份有限公司"),
    ("有限责任公司", "有限公司"),
    ("有限公司", "有限公司"),
    ("股份公司", "股份有限公司"),
    ("责任公司", "有限公司"),
    ("总公司", "公司"),
    ("公司", "公司"),
    ("集团", "集团"),
    ("合伙企业", "合伙企业"),
)
"""Endings, longest first, and the form each one says."""

_LATIN_FORM = re.compile(
    r"[\s,.]+(?P<form>co\.?,?\s*\.?ltd|company\s+limited|limited|ltd|inc|incorporated|llc|corp|"
    r"corporation|gmbh|plc|pte\.?,?\s*ltd|s\.?a\.?|co)[.\s]*$"
)
_LATIN_FORMS = {"companylimited": "coltd", "limited": "ltd", "incorporated": "inc"}

_UNITS = re.compile(
    r"(?:厂|商店|商行|超市|商场|百货|医院|学校|大学|学院|银行|研究所|研究院|事务所|合作社|经营部|"
    r"工作室|酒店|宾馆|饭店|加油站|局|委员会|协会|中心)$"
)

_BRACKETS = str.maketrans("[]{}【】〔〕〈〉《》「」『』", "()()()()()()()()")
_INSIDE = re.compile(r"\(([^()]*)\)")
_OPEN, _CLOSE = "\ue000", "\ue001"
"""What a place from brackets stands between while a name is taken apart."""

_MARKED = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")
_LAST = re.compile(f"(.+?)((?:{_MARKED.pattern})+)")
_MARKS = re.compile(rf"[^\w{_OPEN}{_CLOSE}]|_")
_SUFFIX = re.compile(r"(?<=..)[省市]")


def folded(text: str) -> str:
    """A text with one width, one kind of brackets, small letters and no space between hanzi.

    >>> folded("华联（集团）　有限公司"), folded("ＡＣＭＥ Co., Ltd.")
    ('华联(集团)有限公司', 'acme co., ltd.')
    """
    one = unicodedata.normalize("NFKC", text).translate(_BRACKETS).casefold()
    one = one.replace(_OPEN, "").replace(_CLOSE, "")
    one = " ".join(one.translate(_SIMPLE).split())
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", one)


def normalised(text: str) -> str:
    """What all spellings of one name have in common; old names and states (停用) are left out.

    The place, the branch and the form stay: they may tell two companies apart.

    >>> normalised("华联（上海）商厦有限责任公司（原：华联百货）")
    '华联上海商厦有限公司'
    >>> normalised("ACME Co., Ltd.") == normalised("ａｃｍｅ co.ltd")
    True
    """
    return CompanyName.of(text).full


@attrs.frozen(kw_only=True)
class CompanyName:
    """A company's name in its parts, every part folded (`folded`) and without marks.

    >>> name = CompanyName.of("上海华联商厦股份有限公司浦东分公司")
    >>> name.region, name.core, name.form, name.branch
    ('上海', '华联商厦', '股份有限公司', '浦东分公司')
    >>> CompanyName.of("华联商厦（上海）有限公司（曾用名：第一百货）").former
    ('第一百货',)
    """

    full: str
    """The whole name without marks, old names and states, its form in one spelling."""
    core: str
    """What is left without place, branch and form: 字号 and trade."""
    region: str = ""
    """The place, from the front or from brackets, without 省 and 市; empty when none is named."""
    branch: str = ""
    """The branch after the head office's name, such as 浦东分公司; empty for a head office."""
    form: str = ""
    """The form in one spelling: 有限公司, 股份有限公司, 集团有限公司, ltd, … or empty."""
    former: tuple[str, ...] = ()
    """Old names from brackets, each as `normalised` gives it."""

    @classmethod
    def of(cls, text: str) -> "CompanyName":
        """Take a name apart; any text has an answer, in the worst case a core alone."""
        return _taken_apart(text)

    @property
    def key(self) -> tuple[str, str, str]:
        """Core, place and branch: what two names share that differ in form and order alone.

        >>> CompanyName.of("上海华联贸易公司").key == CompanyName.of("华联贸易(上海)有限公司").key
        True
        """
        return self.core, self.region, self.branch

    @property
    def is_company(self) -> bool:
        """True when a form, a branch or the last word says that this is no person and no thing.

        >>> [CompanyName.of(name).is_company for name in ("华联公司", "第二医院", "张三", "租金")]
        [True, True, False, False]
        """
        return bool(self.form or self.branch or _UNITS.search(self.core))

    def is_other_branch(self, other: "CompanyName") -> bool:
        """True when one is a branch and the other its head office or another branch.

        >>> head, branch = map(CompanyName.of, ("华联有限公司", "华联有限公司苏州分公司"))
        >>> head.is_other_branch(branch), branch.is_other_branch(branch)
        (True, False)
        """
        return self.branch != other.branch


@attrs.frozen(kw_only=True)
class Alias:
    """Another name of a party, and the days between which it was meant, both included.

    A day left out is open: ``since=None`` means always before.
    """

    name: str
    party: str
    """Code of the party."""
    since: dt.date | None = None
    until: dt.date | None = None

    def holds(self, on: dt.date | None) -> bool:
        """Say whether it is meant on a day; without a day every alias is."""
        if on is None:
            return True
        return (self.since or on) <= on <= (self.until or on)


@attrs.frozen
class Aliases:
    """The table of other names (别名, 曾用名), with dates.

    One name may lead to several parties on one day; then it decides nothing.

    >>> table = Aliases((Alias(name="一百", party="C01", until=dt.date(2024, 12, 31)),
    ...                  Alias(name="一 百", party="C02", since=dt.date(2025, 1, 1))))
    >>> table.party("一百", dt.date(2024, 5, 1)), table.party("一百", dt.date(2025, 5, 1))
    ('C01', 'C02')
    >>> table.parties("一百"), table.party("一百") is None
    (('C01', 'C02'), True)
    """

    rows: tuple[Alias, ...] = ()

    @classmethod
    def of(cls, rows: Iterable[Alias]) -> "Aliases":
        """Make a table of aliases."""
        return cls((*rows,))

    def on(self, day: dt.date) -> "Aliases":
        """The names that were meant on a day.

        >>> late = Alias(name="一百", party="C02", since=dt.date(2025, 1, 1))
        >>> len(Aliases((late,)).on(dt.date(2024, 12, 31)).rows)
        0
        """
        return Aliases.of(row for row in self.rows if row.holds(day))

    def parties(self, name: str, on: dt.date | None = None) -> tuple[str, ...]:
        """Codes of the parties a name means on a day, sorted; on any day when none is given."""
        wanted = normalised(name)
        found = {
            row.party for row in self.rows if normalised(row.name) == wanted and row.holds(on)
        }
        return tuple(sorted(found))

    def party(self, name: str, on: dt.date | None = None) -> str | None:
        """The one party a name means on a day; None when it means none or several."""
        found = self.parties(name, on)
        return found[0] if len(found) == 1 else None

    def names(self, party: str, on: dt.date | None = None) -> tuple[str, ...]:
        """The other names of a party on a day, as they are spelled, in their own order."""
        return tuple(row.name for row in self.rows if row.party == party and row.holds(on))


@lru_cache(maxsize=65536)
def _taken_apart(text: str) -> CompanyName:
    whole = folded(text)
    plain, former, branches = _without_brackets(whole)
    latin = _LATIN_FORM.search(plain)
    plain = _MARKS.sub("", plain[: latin.start()] if latin else plain)
    if cut := _BRANCH.fullmatch(plain) or _BRANCH_ALONE.fullmatch(plain):
        plain, branches = cut[1], [cut[2], *branches]
    last = ""
    if cut := _LAST.fullmatch(plain):
        plain, last = cut[1], cut[2]
    body, form = _formed(plain)
    body += last
    if latin:
        said = _MARKS.sub("", latin["form"])
        form = _LATIN_FORMS.get(said, said)
    branch = _SUFFIX.sub("", _MARKED.sub(r"\1", "".join(branches)))
    region, core = "".join(_MARKED.findall(body)), _MARKED.sub("", body)
    if not region and (lead := _LEADING.match(core)):
        region, core = lead[1], core[lead.end() :]
    return CompanyName(
        full=_MARKED.sub(r"\1", body) + form + branch,
        core=core or _MARKED.sub(r"\1", body),
        region=_SUFFIX.sub("", region),
        branch=branch,
        form=form,
        former=former,
    )


def _without_brackets(text: str) -> tuple[str, tuple[str, ...], list[str]]:
    """The text without brackets, its places marked; the old names and branches they held."""
    former: list[str] = []
    branches: list[str] = []

    def sorted_out(match: re.Match[str]) -> str:
        inside = match[1].strip()
        bare = _MARKS.sub("", inside)
        if old := _FORMER.fullmatch(inside):
            former.append(normalised(old[1].lstrip(":,. ")))
            return ""
        if _IS_BRANCH.fullmatch(bare):
            branches.append(bare)
            return ""
        if _IS_PLACE.fullmatch(bare):
            return f"{_OPEN}{bare}{_CLOSE}"
        # What is not known to be harmless may tell two parties apart, so it stays.
        return "" if _STATE.fullmatch(bare) else bare

    plain = text
    while (further := _INSIDE.sub(sorted_out, plain)) != plain:
        plain = further
    return plain.strip(), tuple(former), branches


def _formed(text: str) -> tuple[str, str]:
    """The name without its form, and the form in one spelling."""
    if any(text == ending for ending, _ in _FORMS):
        return text, ""
    for ending, form in _FORMS:
        if text.endswith(ending):
            return text.removesuffix(ending), form
    return text, ""
