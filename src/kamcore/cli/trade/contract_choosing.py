"""Choosing a contract by its number, and saying its terms."""

from typing import Any

from kamcore.cli.shell.grammar import option
from kamcore.cli.trade.archives import as_json
from kamcore.errors import Fault, UsageError
from kamcore.forms.contract import TERMS, ContractForm
from kamcore.model.contract import Contract, ContractVersion
from kamcore.pipeline.contract_file import ContractsRead
from kamcore.place import Place

NO_CONTRACT = Fault(
    code="U4021",
    zh="没有合同「{value}」",
    en="there is no contract {value!r}",
    hint_zh="合同有: {known}",
    hint_en="the contracts are {known}",
)
NOT_IN_FORCE = Fault(
    code="U4022",
    zh="合同 {contract} 在 {value} 没有有效的条款",
    en="contract {contract} has no terms in force on {value}",
    hint_zh="版本: {known}",
    hint_en="its versions: {known}",
)

contract_option = option(
    "--contract", "number", required=True, metavar="NUMBER", zh="合同号", en="Its number."
)

_KNOWN = 20
TITLES = {one.field: (one.zh, one.en) for one in ContractForm.columns()}
"""Headings of the terms, in Chinese and in English."""


def contract_called(read: ContractsRead, number: str) -> Contract:
    """The contract of a number.

    Raises:
        UsageError: there is none.
    """
    found = read.contract(number)
    if found is None:
        known = ", ".join(one.number for one in read.contracts[:_KNOWN])
        raise UsageError(NO_CONTRACT.at(Place(), number, known=known or "-"))
    return found


def not_in_force(contract: Contract, on: object) -> UsageError:
    """What to raise when no terms of a contract count on a day."""
    known = ", ".join(f"{one.version}: {one.valid_from}" for one in contract.versions)
    facts = {"contract": contract.number, "known": known}
    return UsageError(NOT_IN_FORCE.at(Place(), on, **facts))


def terms_json(terms: ContractVersion) -> dict[str, Any]:
    """The terms of a version as ``--json`` prints them."""
    said = {name: as_json(getattr(terms, name)) for name in TERMS}
    term = terms.credit_term
    return {
        "version": terms.version,
        "valid_from": terms.valid_from.isoformat(),
        **said,
        "credit_term": term.text("zh") if term else None,
        "term_begins": term.begins.value if term else None,
        "days_off": term.shift.value if term else None,
        "rebates": [clause.id for clause in terms.rebates],
        "annual_plan": [
            {
                "period": str(line.span),
                "item": line.item,
                "quantity": as_json(line.quantity),
                "amount": as_json(line.amount),
            }
            for line in terms.annual_plan
        ],
        "collection_plan": [
            {"due": line.due.isoformat(), "amount": as_json(line.amount), "note": line.note}
            for line in terms.collection_plan
        ],
    }
