"""A party with everything filled in survives every kind of file, in both languages."""

import datetime as dt
import enum
from decimal import Decimal

import pytest

from kamcore.errors import UsageError
from kamcore.forms.party import PartyForm
from kamcore.forms.party_record import whole_record
from kamcore.model.bank_account import BankAccount
from kamcore.model.contact import Contact, ContactRole
from kamcore.model.document import Document, DocumentKind, DocumentState
from kamcore.model.party import (
    Affiliation,
    OutsideCode,
    Party,
    PartyRole,
    Statement,
    StatementSource,
)
from kamcore.model.party_profile import archive_fields
from kamcore.pipeline.archive_file import read_archive
from kamcore.pipeline.form_writing import write_forms

DAY = dt.date(2025, 3, 1)
SPECIAL = {
    "credit_code": "91310000MA1TEAT03R",
    "tax_number": "91310000MA1TEAT03R",
    "credit_term": "月结 30 天",
}
PLAIN = {
    str: '=1+1 「文本」, "x"\t\\',
    Decimal: Decimal("12.50"),
    int: 7,
    bool: True,
    dt.date: DAY,
}


def value_of(field):
    if field.name in SPECIAL:
        return SPECIAL[field.name]
    if issubclass(field.type, enum.Enum):
        return list(field.type)[-1]
    return PLAIN[field.type]


FULL = Party(
    code="0001",
    roles=frozenset(PartyRole),
    statements=(
        Statement(
            values={name: value_of(field) for name, field in archive_fields().items()}
            | {"own.车牌": "沪A"},
            on=dt.date(2024, 1, 1),
            source=StatementSource.SELF_REPORTED,
            verified=True,
            person="李明",
        ),
        Statement(values={"manager": "王"}, on=DAY, reason="换届", source=StatementSource.AGENCY),
        Statement(values={"website": None}, on=DAY, verified=True),
        Statement(values={"own.车牌": None}, on=DAY),
    ),
    codes=(OutsideCode(books="K3", role=PartyRole.SUPPLIER, code="0007"),),
    contacts=(Contact(name="张三", role=ContactRole.PAYMENT, mobile="138", main=True, since=DAY),),
    accounts=(BankAccount(number="0200001009020123456", bank="样例银行", until=DAY),),
    affiliations=(Affiliation(party="0001", relation="自身", share=Decimal("0.51")),),
    documents=(
        Document(
            kind=DocumentKind.LICENCE, state=DocumentState.ORIGINAL, date=DAY, sha256="a" * 64
        ),
    ),
)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("suffix", ["xlsx", "toml", "json"])
def test_everything_that_can_be_said_of_a_party_is_read_again(tmp_path, suffix, lang):
    path = tmp_path / f"档案.{suffix}"
    write_forms({PartyForm: [whole_record(FULL)]}, path, lang=lang)
    read = read_archive([path])
    assert [str(problem) for problem in read.problems if problem.code != "C4021"] == []
    assert read.archive.parties == (FULL,)


def test_no_other_kind_of_file_is_written(tmp_path):
    with pytest.raises(UsageError) as caught:
        write_forms({PartyForm: []}, tmp_path / "a.csv")
    assert caught.value.code == "C4041"
