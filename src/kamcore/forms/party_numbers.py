"""Cells of forms that hold numbers of a party: credit code, tax number, account, credit term."""

from functools import lru_cache
from typing import Annotated, Any

from pydantic import BeforeValidator

from kamcore.errors import Severity, UsageError
from kamcore.forms.cell import Mistake, as_text
from kamcore.model import bank_account
from kamcore.model.credit_code import CreditCode
from kamcore.model.credit_term import CreditTerm
from kamcore.model.tax_number import TaxNumber


def as_credit_code(value: Any) -> str:
    """A credit code in plain capitals.

    Raises:
        Mistake: its check does not hold, or it is no credit code.
    """
    code = CreditCode.of(as_text(value))
    for doubt in code.doubts:
        if doubt.fault.severity is Severity.ERROR:
            raise Mistake.of(doubt)
    return code.text


def as_tax_number(value: Any) -> str:
    """A taxpayer number in plain capitals, also an older one.

    Raises:
        Mistake: it is none.
    """
    number = TaxNumber.of(as_text(value))
    for doubt in number.doubts:
        if doubt.fault.severity is Severity.ERROR:
            raise Mistake.of(doubt)
    return number.text


def _account_number(value: Any) -> str:
    text = as_text(value)
    for doubt in bank_account.doubts_of(text):
        if doubt.fault.severity is Severity.ERROR:
            raise Mistake.of(doubt)
    return bank_account.cleaned(text)


def as_credit_term(value: Any) -> str:
    """The words of a credit term as `CreditTerm.text` says them.

    Raises:
        Mistake: it is no term.
    """
    return _term(as_text(value))


@lru_cache(1024)
def _term(text: str) -> str:
    """The words of a term; an archive has few of them and repeats them often."""
    try:
        return CreditTerm.of(text).text()
    except UsageError as error:
        raise Mistake(error.problem.fault, text) from error


CreditCodeText = Annotated[str, BeforeValidator(as_credit_code)]
"""A unified social credit code whose check holds."""
TaxNumberText = Annotated[str, BeforeValidator(as_tax_number)]
"""A taxpayer number, also an older one."""
AccountText = Annotated[str, BeforeValidator(_account_number)]
"""The number of a bank account, cleaned."""
TermText = Annotated[str, BeforeValidator(as_credit_term)]
"""A credit term in words."""
