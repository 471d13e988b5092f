"""Files of other programs and of none, which a format must not take for its own."""

import io
import zipfile

from kamcore.format import Source

__all__ = ["strangers"]

_TEXTS = {
    "blank.txt": "\n\n  \n",
    "letter.txt": "您好: \n附上本月对账单, 请查收。\n",
    "table.csv": "日期,名称,数量\n2025-01-02,螺丝,12\n2025-01-03,螺母,40\n",
    "orders.csv": "id,customer,amount\n1,岚桥商贸,100.00\n",
    "journal.ledger": "2025-01-02 * 付款\n    资产:银行    -100.00 CNY\n    费用:办公\n",
    "statement.ofx": "OFXHEADER:100\nDATA:OFXSGML\n\n<OFX><BANKMSGSRSV1></BANKMSGSRSV1></OFX>",
    "page.html": "<html><body><table><tr><td>姓名</td><td>电话</td></tr></table></body></html>",
    "feed.xml": '<?xml version="1.0"?><feed><entry><title>通知</title></entry></feed>',
    "settings.json": '{"theme": "dark", "entries": [1, 2, 3]}',
    "journal.beancount": 'option "title" "x"\n2025-01-02 open Assets:Bank\n\n'
    '2025-01-03 * "付款"\n  Assets:Bank  -100.00 CNY\n  Expenses:Office  100.00 CNY\n',
    "statement.qif": "!Type:Bank\nD1/2'25\nT-100.00\nP付款\n^\n",
    "statement.sta": ":20:START\n:25:10020030/1234567\n:28C:1/1\n:60F:C250101CNY1000,00\n"
    ":61:2501020102D100,00NMSCNONREF\n:62F:C250102CNY900,00\n-\n",
    "camt053.xml": '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:'
    'camt.053.001.02"><BkToCstmrStmt><Stmt><Id>1</Id></Stmt></BkToCstmrStmt></Document>',
    "audit.xml": '<?xml version="1.0"?><AuditFile xmlns="urn:OECD:StandardAuditFile-Tax:2.00">'
    "<Header><AuditFileVersion>2.00</AuditFileVersion></Header></AuditFile>",
    "entries.xbrl": '<?xml version="1.0"?><xbrl xmlns="http://www.xbrl.org/2003/instance" '
    'xmlns:gl-cor="http://www.xbrl.org/int/gl/cor/2006-10-25"><gl-cor:accountingEntries/></xbrl>',
    "invoice.xml": '<?xml version="1.0"?><Invoice xmlns="urn:oasis:names:specification:ubl:schema:'
    'xsd:Invoice-2"><ID>1</ID></Invoice>',
    "book.gnucash": '<?xml version="1.0"?><gnc-v2 xmlns:gnc="http://www.gnucash.org/XML/gnc">'
    "<gnc:book/></gnc-v2>",
    "export.iif": "!TRNS\tTRNSTYPE\tDATE\tACCNT\n!ENDTRNS\nTRNS\tCHECK\t1/2/25\tBank\n",
    "EXTF_Buchungsstapel.csv": '"EXTF";700;21;"Buchungsstapel";13\n'
    "Umsatz;Soll/Haben;Konto;Gegenkonto;Belegdatum\n100,00;S;8400;1200;0201\n",
    "mail.eml": "From: a@invalid.example\nSubject: 对账单\n\n请查收。\n",
    "script.py": "import this\n",
    "lone.json": '{"entries": [{"summary": "\\ud800"}]}',
    "empty.json": "{}",
    "list.json": "[]",
    "empty.xml": '<?xml version="1.0"?><root/>',
    "bomb.xml": '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>',
    "events.jsonl": '{"event": "open"}\n{"event": "close"}\n',
}
_BYTES = {
    "empty": b"",
    "noise.bin": bytes(range(256)) * 64,
    "zeros.dbf": bytes(4096),
    "base.sqlite": b"SQLite format 3\x00" + bytes(84),
    "frame.parquet": b"PAR1" + bytes(40) + b"PAR1",
    "pack.gz": b"\x1f\x8b\x08\x00" + bytes(20),
    "picture.png": b"\x89PNG\r\n\x1a\n" + bytes(64),
    "paper.pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n",
    "torn.xlsx": b"PK\x03\x04" + bytes(40),
    "torn.xls": bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600),
    "invalid.txt": "凭证".encode("gb18030") + b"\xff\xfe\x81",
}


def strangers() -> tuple[Source, ...]:
    """The animals of the zoo, as sources with telling names."""
    found = {name: text.encode() for name, text in _TEXTS.items()} | _BYTES
    found["wide.txt"] = _TEXTS["table.csv"].encode("utf-16")
    found["chinese.csv"] = _TEXTS["table.csv"].encode("gb18030")
    found["papers.zip"] = _zip({"readme.txt": "nothing to see"})
    found["timesheet.xlsx"] = _workbook([["姓名", "日期", "工时"], ["甲", "2025-01-02", "8"]])
    return tuple(Source(data=data, name=name) for name, data in sorted(found.items()))


def _zip(parts: dict[str, str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in parts.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return stream.getvalue()


def _workbook(rows: list[list[str]]) -> bytes:
    """The least a workbook can be: one sheet of texts."""
    cells = "".join(
        "<row>"
        + "".join(f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in row)
        + "</row>"
        for row in rows
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return _zip(
        {
            "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
            '<Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
            f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/>'
            "</Relationships>",
            "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}">'
            '<sheets><sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
            f'<Relationship Id="r1" Type="{office}/worksheet" Target="sheet1.xml"/>'
            "</Relationships>",
            "xl/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData>'
            "</worksheet>",
        }
    )
