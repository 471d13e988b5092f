"""Reading the 星辰 import template: the sample, and its oddities one by one."""

import json
from decimal import Decimal

import pytest

from expectations import SAMPLES, compare, expectation, needs_shared
from kamcore.adapters.kingdee_jdy import FORMAT as JDY
from kamcore.adapters.kingdee_xingchen import FORMAT
from kamcore.books.check import check
from kamcore.errors import SourceError
from kamcore.format import Certainty, Head, Source
from kamcore.grid.head import head_of
from xingchen_workbooks import HEAD, LABELS, head, line, workbook


def read(path, **options):
    return FORMAT.read(Source(path), options)


def codes(reading):
    return [problem.code for problem in reading.problems]


@needs_shared
@pytest.mark.shared
def test_the_sample_reads_as_expected():
    sample = "kingdee/xingchen_import.xlsx"
    reading = read(SAMPLES / sample)
    assert compare(reading.books, expectation(sample)) == []
    assert codes(reading) == []
    assert [p.text() for p in check(reading.books) if str(p.severity) == "error"] == []
    assert reading.books.extras.height == 0


@needs_shared
@pytest.mark.shared
def test_of_all_samples_each_is_taken_for_its_own_layout_only():
    own = {FORMAT: "kingdee.xingchen_template_xlsx", JDY: "kingdee.jdy_template_xlsx"}
    for path in sorted(SAMPLES.glob("*/*.*")):
        expect = path.with_name(f"{path.name}.expect.json")
        if not expect.exists():
            continue
        kind = json.loads(expect.read_text("utf-8"))["format"]
        found = head_of(Source(path))
        for card, name in own.items():
            is_sure = card.sniff(found).certainty is Certainty.SURE
            broken = path.parent.name == "bad" and not is_sure
            assert is_sure == (kind == name) or broken, path.name


def test_the_head_reaches_down_to_the_next(tmp_path):
    reading = read(workbook(tmp_path / "a.xlsx", head(附件数=2), line(), head(2), line()))
    books = reading.books
    assert books.lines["voucher_id"].to_list() == [1, 1, 2, 2]
    assert books.lines["line_no"].to_list() == [1, 2, 1, 2]
    assert books.lines["date"].n_unique() == 1
    assert books.vouchers["attachments"].to_list() == [2, None]
    assert codes(reading) == []


def test_a_head_on_every_line_reads_the_same(tmp_path):
    first = read(workbook(tmp_path / "a.xlsx", head(), line(), head(2)))
    every = read(workbook(tmp_path / "b.xlsx", head(), head(), head(2)))
    assert every.books == first.books
    assert codes(every) == []


def test_a_line_before_any_head_is_an_error(tmp_path):
    reading = read(workbook(tmp_path / "a.xlsx", line(), head()))
    assert [(p.code, p.place.row) for p in reading.problems] == [("G1503", 4)]


def test_labels_are_found_by_caption_whatever_stands_behind_the_mark(tmp_path):
    usual = read(workbook(tmp_path / "a.xlsx", head(), line())).books
    plain = {caption: caption for caption in LABELS}
    marked = {caption: f"*{caption} #" for caption in reversed(LABELS)}
    assert read(workbook(tmp_path / "b.xlsx", head(), line(), labels=plain)).books == usual
    assert read(workbook(tmp_path / "c.xlsx", head(), line(), labels=marked)).books == usual


def test_the_sites_dimensions_have_columns_of_their_own(tmp_path):
    labels = {
        **LABELS,
        "c": "辅助核算.客户.编码 # x",
        "n": "辅助核算.客户.名称 # y",
        "w": "辅助核算.车间.编码",
    }
    reading = read(workbook(tmp_path / "a.xlsx", head(c="K1", n="甲"), line(w="3"), labels=labels))
    books = reading.books
    assert books.lines.select("aux_customer", "aux_车间").rows() == [("K1", None), (None, "3")]
    assert books.members.select("dimension", "code", "name").rows() == [
        ("customer", "K1", "甲"),
        ("车间", "3", None),
    ]
    assert books.origin.headings["lines.aux_customer"] == "辅助核算.客户.编码 # x"
    assert codes(reading) == []


def test_a_name_stands_for_a_missing_code(tmp_path):
    labels = {**LABELS, "c": "辅助核算.客户.编码 # x", "n": "辅助核算.客户.名称 # y"}
    mixed = read(workbook(tmp_path / "a.xlsx", head(c="K1", n="甲"), line(n="乙"), labels=labels))
    assert mixed.books.lines["aux_customer"].to_list() == ["K1", "乙"]
    assert [(p.code, p.place.row, p.value) for p in mixed.problems] == [("K4002", 5, "乙")]
    names = {**LABELS, "n": "辅助核算.客户.名称 # y"}
    switched = read(workbook(tmp_path / "b.xlsx", head(n="甲"), labels=names))
    assert switched.books.lines["aux_customer"].to_list() == ["甲"]
    assert codes(switched) == []


def test_original_amounts_stand_on_the_side_of_the_amount(tmp_path):
    usd = {"币别.编码": "USD", "币别.名称": "美元", "汇率": 7.15}
    reading = read(
        workbook(
            tmp_path / "a.xlsx",
            head(**usd, 原币金额=-14, 借方=-100.1),
            line(**usd, 原币金额=0, 借方="", 贷方=3),
            line(原币金额=99),
        )
    )
    lines = reading.books.lines
    assert lines["currency"].to_list() == ["USD", "USD", "CNY"]
    assert lines["fx_debit"].to_list() == [Decimal(-14), Decimal(0), None]
    assert lines["fx_credit"].to_list() == [Decimal(0), Decimal(0), None]
    assert [(p.code, p.place.row) for p in reading.problems] == [("G1513", 6)]


def test_unread_cells_are_said_under_their_label(tmp_path):
    reading = read(workbook(tmp_path / "a.xlsx", head(凭证号="一"), line(借方="12O")))
    assert [(p.code, p.place.row, p.place.column) for p in reading.problems] == [
        ("G2011", 4, "凭证号 # voucherno"),
        ("G2003", 5, "借方 # debit"),
    ]


def test_the_sites_own_columns_are_kept_verbatim(tmp_path):
    book = workbook(tmp_path / "a.xlsx", head(**{"合同 # c": "HT1 "}), more=["合同 # c"])
    assert read(book).books.extras.rows() == [("lines", 0, "合同 # c", "HT1 ")]


@pytest.mark.parametrize("caption", ["记账日期", "凭证字号", "科目.编码", "借方", "贷方"])
def test_a_missing_column_refuses_the_file(tmp_path, caption):
    labels = {name: label for name, label in LABELS.items() if name != caption}
    with pytest.raises(SourceError, match="G1302"):
        read(workbook(tmp_path / "a.xlsx", head(), labels=labels))


def test_a_folder_is_read_as_one_set_of_books(tmp_path):
    (tmp_path / "out").mkdir()
    workbook(tmp_path / "out/星辰凭证-02.xlsx", head(2, 科目编码="1002"), line())
    workbook(tmp_path / "out/星辰凭证-01.xlsx", head(1), line(借方="x"))
    reading = read(tmp_path / "out")
    assert reading.books.vouchers["number"].to_list() == [1, 2]
    assert reading.detected.facts == {"files": "2"}
    (problem,) = reading.problems
    assert (problem.place.file, problem.place.row) == ("星辰凭证-01.xlsx", 5)
    lines = reading.books.lines
    places = [reading.books.origin.place(row) for row in lines["source_row"]]
    assert [(place.file[-7:-5], place.row) for place in places] == [
        ("01", 4),
        ("01", 5),
        ("02", 4),
        ("02", 5),
    ]
    assert FORMAT.sniff(head_of(Source(tmp_path / "out"))).certainty is Certainty.SURE


def test_a_folder_without_workbooks_is_refused(tmp_path):
    (tmp_path / "a.txt").touch()
    with pytest.raises(SourceError, match="K4001"):
        read(tmp_path)
    assert FORMAT.sniff(head_of(Source(tmp_path))).certainty is Certainty.NO


def test_the_template_is_recognised_by_its_labels():
    labels = tuple(LABELS.values())
    assert _sniffed(labels) is Certainty.SURE
    assert _sniffed(tuple(label for label in labels if "科目.编码" not in label)) is Certainty.SURE
    assert _sniffed(tuple(HEAD)) is Certainty.NO


def _sniffed(labels):
    sheets = {"sheet1": (("录凭证 # gl_voucher",), ("",), labels)}
    return FORMAT.sniff(Head(name="a.xlsx", container="xlsx", sheets=sheets)).certainty
