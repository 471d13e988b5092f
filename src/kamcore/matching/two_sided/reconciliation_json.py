"""A reconciliation as ``kamcore reconcile --json`` prints it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import polars as pl

from kamcore.ledger.draft import money_text
from kamcore.matching.two_sided.adjusting import Adjustments, Proof
from kamcore.matching.two_sided.balance_causes import Explanation, explain_difference
from kamcore.matching.two_sided.party_view import PartyView
from kamcore.matching.two_sided.reconciliation_table import (
    ReconciliationTable,
    reconciliation_table,
)
from kamcore.matching.two_sided.reconciling import Reconciliation

__all__ = ["as_json", "explanations"]


def _sum(every: Sequence[PartyView], side: str) -> dict[str, str]:
    names = ("opening", "debit", "credit", "closing")
    figures = [getattr(view, side) for view in every]
    return {
        name: money_text(sum((getattr(one, name) for one in figures), Decimal(0)))
        for name in names
    }


def as_json(
    result: Reconciliation,
    every: Sequence[PartyView],
    made: Adjustments,
    proof: Proof,
    *,
    lang: str = "en",
) -> dict[str, Any]:
    """The object of a reconciliation; lists of several parties follow one another."""
    tables = [reconciliation_table(view) for view in every]
    read_from = ["documents" if side.from_documents else "vouchers" for side in result.sides]
    return {
        "as_of": result.as_of.isoformat(),
        "since": result.since.isoformat(),
        "policy": result.policy.to_json(),
        "direction": result.direction,
        "read_from": dict(zip(("ours", "theirs"), read_from, strict=True)),
        "ours": _sum(every, "ours"),
        "theirs": {**_sum(every, "theirs"), "mirrored": True},
        "difference": money_text(result.difference),
        "parties": [_party(lang, *pair, result) for pair in zip(every, tables, strict=True)],
        "matched": _listed(lang, every, "matched"),
        "differences": _listed(lang, every, "differences"),
        "table": [
            {"party": view.party, **row.to_json(lang, view.currency)}
            for view, table in zip(every, tables, strict=True)
            for row in table.rows
        ],
        "adjusted": {
            "ours": money_text(sum((table.ours for table in tables), Decimal(0))),
            "theirs": money_text(sum((table.theirs for table in tables), Decimal(0))),
            "equal": all(table.equal for table in tables),
        },
        "drafts": [draft.to_json() for draft in made.ours],
        "their_drafts": [draft.to_json() for draft in made.theirs],
        "proof": {
            "before": money_text(proof.before),
            "after": money_text(proof.after),
            "waiting": money_text(proof.waiting),
            "zero": proof.zero,
        },
        "unlinked": {
            side: frame.select("dimension", "member", "name").to_dicts()
            for side, frame in (
                ("ours", result.links.loose_ours),
                ("theirs", result.links.loose_theirs),
            )
        },
    }


def _listed(lang: str, every: Sequence[PartyView], part: str) -> list[dict[str, Any]]:
    return [
        {"party": view.party, **finding.to_json(lang, view.currency)}
        for view in every
        for finding in getattr(view, part)
    ]


def _party(
    lang: str, view: PartyView, table: ReconciliationTable, result: Reconciliation
) -> dict[str, Any]:
    return {
        "party": view.party,
        "name": view.name,
        "found_by": view.how,
        "currency": view.currency,
        "ours": view.ours.to_json(view.currency),
        "theirs": view.theirs.to_json(view.currency),
        "difference": money_text(view.difference, view.currency),
        "matched": len(view.matched),
        "differences": len(view.differences),
        "adjusted": {
            "ours": money_text(table.ours, view.currency),
            "theirs": money_text(table.theirs, view.currency),
            "equal": table.equal,
        },
        "explanations": [one.to_json(lang) for one in explanations(result, view)],
    }


def explanations(result: Reconciliation, view: PartyView) -> tuple[Explanation, ...]:
    """What may explain the whole difference of a party's balances, ranked."""
    if not view.difference:
        return ()
    sides = [
        lines.filter(
            (pl.col("party") == view.party)
            & (pl.col("currency") == view.currency)
            & (pl.col("phase") == 0)
        )
        for lines in (result.workings.ours, result.workings.theirs)
    ]
    openings = (view.ours.opening, view.theirs.opening)
    return explain_difference(view.difference, sides[0], sides[1], openings)
