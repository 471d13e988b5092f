"""Writing U8 EAI documents: one test for each rule of the layout (formats/yonyou.md section 2)."""

from decimal import Decimal

import polars as pl
import pytest
from lxml import etree

from expectations import SAMPLES, needs_shared
from kamcore.adapters.yonyou_u8_xml import FORMAT, layout
from kamcore.errors import LossRefused, UsageError
from kamcore.format import LossKind, Source
from kamcore.pipeline.converting import convert
from small_books import books, cr, dr, voucher


def written(made, tmp_path, **options):
    target = tmp_path / "out.xml"
    report = FORMAT.write(made, target, options=options)
    encoding = "gbk" if options.get("encoding") == "gb2312" else "utf-8"
    text = target.read_bytes().decode(encoding)
    return etree.fromstring(text.partition("?>")[2].strip()), text, report


def one(**more):
    lines = (
        dr("1002.01", "100", summary="收款", currency="CNY", rate=Decimal(1)),
        cr("1122", "100", summary="收款", aux={"customer": "C1"}),
    )
    return books(voucher(3, *lines, preparer="样例甲", **more))


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize("name", ["voucher_utf8", "customer", "vendor", "code"])
def test_a_sample_is_written_as_it_was(name, tmp_path):
    sample = SAMPLES / f"yonyou/u8_eai_{name}.xml"
    made = FORMAT.read(Source(sample), {}).books
    target = tmp_path / "out.xml"
    report = FORMAT.write(made, target, options={"document": name.partition("_")[0]})
    assert [loss.text() for loss in report] == []
    assert target.read_bytes() == sample.read_bytes()


@needs_shared
@pytest.mark.shared
def test_k3_converts_with_proof(tmp_path):
    done = convert(SAMPLES / "kingdee/k3_gen_b.xls", tmp_path / "a.xml", to=FORMAT.name)
    assert done.proof.equal


def test_elements_stand_in_the_order_of_the_layout(tmp_path):
    """2.2 and 2.3: elements in order; auditdate only in newer versions."""
    root, _, _ = written(one(), tmp_path)
    head, entry = root.find("voucher/voucher_head"), root.find("voucher/voucher_body/entry")
    wanted = [tag.name for tag in layout.HEAD if tag.name not in layout.OPTIONAL]
    assert [child.tag for child in head] == wanted
    fields = [tag.name for tag in layout.ENTRY]
    assert [child.tag for child in entry] == [*fields, "auxiliary_accounting", "detail"]
    items = [item.get("name") for item in entry.find("auxiliary_accounting")]
    assert items == [tag.name for tag in layout.AUXILIARY]


def test_the_root_says_who_sends_what(tmp_path):
    """2.1: roottag, billtype, receiver, sender, proc, version; options change them."""
    root, _, _ = written(one(), tmp_path, sender="999", proc="edit")
    assert root.tag == "ufinterface"
    wanted = {"roottag": "voucher", "billtype": "gl", "receiver": "u8", "version": "2.0"}
    assert wanted.items() <= dict(root.attrib).items()
    assert (root.get("sender"), root.get("proc")) == ("999", "edit")


def test_numbers_are_left_to_u8_with_renewproofno(tmp_path):
    """2.1: renewproofno=y, U8 assigns the number: voucher_id stays empty."""
    root, _, report = written(one(), tmp_path, renewproofno="y")
    assert root.find("voucher/voucher_head/voucher_id").text is None
    lost = {(loss.kind, str(loss.fact)) for loss in report}
    assert (LossKind.DROPPED, "vouchers.number") in lost


def test_the_unused_side_is_zero_with_blanks(tmp_path):
    """2.3: the inactive side has natural = 0 with quantity and primary empty."""
    root, _, _ = written(one(), tmp_path)
    entry = root.find("voucher/voucher_body/entry")
    assert entry.findtext("natural_debit_currency") == "100.00"
    assert entry.findtext("natural_credit_currency") == "0"
    for name in ("credit_quantity", "primary_credit_amount"):
        assert entry.find(name).text is None


def test_currencies_are_written_by_name(tmp_path):
    """2.3: currency is the NAME, at most 8 bytes."""
    line = dr("1", "7", fx_debit=Decimal(1), fx_credit=Decimal(0), rate=Decimal(7))
    lines = [line.__class__(**{**fields(line), "currency": code}) for code in ("USD", "XTS")]
    root, _, _ = written(books(voucher(1, *lines)), tmp_path)
    assert [node.text for node in root.iter("currency")] == ["美元", "XTS"]


def fields(line):
    return {name: getattr(line, name) for name in line.__slots__ if name != "__weakref__"}


def test_accounts_have_no_dots(tmp_path):
    """2.3: the account is the leaf's code."""
    root, _, _ = written(one(), tmp_path)
    assert root.findtext("voucher/voucher_body/entry/account_code") == "100201"


def test_a_void_voucher_has_the_flag(tmp_path):
    """2.2: revokeflag 1 is void."""
    root, _, _ = written(one(status="void"), tmp_path)
    assert root.findtext("voucher/voucher_head/revokeflag") == "1"


def test_summaries_are_cut_at_sixty_bytes(tmp_path):
    """2.3: abstract is text 60, of which a Chinese character takes two."""
    made = books(voucher(1, dr("1", "1", summary="长" * 31), cr("2", "1", summary="x" * 60)))
    root, _, report = written(made, tmp_path)
    assert [node.text for node in root.iter("abstract")] == ["长" * 30, "x" * 60]
    cuts = {str(loss.fact): loss.count for loss in report if loss.kind is LossKind.CUT}
    assert cuts == {"lines.summary": 1}


def test_a_code_is_never_cut(tmp_path):
    """2.3: account_code is text 15; a longer one is refused."""
    with pytest.raises(LossRefused) as caught:
        written(books(voucher(1, dr("1" * 16, "1"), cr("2", "1"))), tmp_path)
    assert caught.value.code == "G1621"


def test_required_elements_that_are_blank_are_named(tmp_path):
    """2.2 and 2.3: enter and abstract are required."""
    _, _, report = written(books(voucher()), tmp_path)
    missing = {str(loss.fact) for loss in report if loss.kind is LossKind.MISSING}
    assert missing == {"vouchers.preparer", "lines.summary"}


def test_projects_want_their_class(tmp_path):
    """2.4: item_class stands beside item_id; the option gives it."""
    made = books(voucher(1, dr("1", "1", aux={"project": "P1"}), cr("2", "1")))
    root, _, report = written(made, tmp_path)
    assert any(str(loss.fact) == "lines.aux_project" for loss in report)
    root, _, report = written(made, tmp_path, item_class="00")
    assert [i.text for i in root.iter("item") if i.get("name") == "item_class"] == ["00", None]
    assert not any(str(loss.fact) == "lines.aux_project" for loss in report)


def test_cash_flows_stand_in_the_detail(tmp_path):
    """2.5: cash_flow has its item and one amount; a line without one has an empty detail."""
    flows = pl.DataFrame({"voucher_id": [1], "line_no": [1], "item": ["07"]})
    amount = pl.Series("amount", [Decimal(-100)], dtype=pl.Decimal(18, 4))
    made = one().replace(cash_flows=flows.with_columns(amount))
    root, _, _ = written(made, tmp_path)
    (flow,) = root.iter("cash_flow")
    wanted = {"natural_debit_currency": "0", "natural_credit_currency": "100.00"}
    assert dict(flow.attrib) == {"cash_item": "07", **wanted}
    assert [len(node) for node in root.iter("detail")] == [2, 0]


def test_gb2312_means_gbk_and_loses_nothing(tmp_path):
    """Encoding: declared gb2312, bytes GBK; other characters become references."""
    summary = "堃喆 & <😀>\r\n二"
    made = books(voucher(1, dr("1", "1", summary=summary), cr("2", "1", summary="乙")))
    root, text, report = written(made, tmp_path, encoding="gb2312")
    assert text.startswith('<?xml version="1.0" encoding="gb2312"?>')
    assert "&#128512;" in text
    assert root.findtext("voucher/voucher_body/entry/abstract") == summary
    back = FORMAT.read(Source(tmp_path / "out.xml"), {}).books
    assert back.lines["summary"][0] == summary
    assert not any(loss.kind is LossKind.REPLACED for loss in report)


def test_control_characters_are_replaced_and_noted(tmp_path):
    """XML 1.0 has no place for them, not even as references."""
    made = books(voucher(1, dr("1", "1", summary="甲\x0b乙"), cr("2", "1", summary="丙")))
    root, _, report = written(made, tmp_path)
    assert root.findtext("voucher/voucher_body/entry/abstract") == "甲 乙"
    counts = {str(loss.fact): loss.count for loss in report if loss.kind is LossKind.REPLACED}
    assert counts == {"lines.summary": 1}


def test_an_archive_party_has_its_short_name(tmp_path):
    """2.8: code, name, abbrname and sort_code at least."""
    member = {"dimension": ["customer"], "code": ["C1"], "name": ["样例公司"]}
    root, _, report = written(
        books().replace(members=pl.DataFrame(member)), tmp_path, document="customer"
    )
    said = {node.tag: node.text for node in root[0] if node.text}
    assert said == {"code": "C1", "name": "样例公司", "abbrname": "样例公司", "sort_code": "00"}
    assert [loss.kind for loss in report] == [LossKind.GUESSED]


@pytest.mark.parametrize("option", [{"document": "x"}, {"encoding": "big5"}])
def test_unknown_values_of_options_are_refused(option, tmp_path):
    with pytest.raises(UsageError):
        written(one(), tmp_path, **option)
