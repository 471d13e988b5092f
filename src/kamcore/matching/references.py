"""Numbers in Chinese summaries: invoices, contracts, orders, and plain document numbers.

Width and case are folded first.  Dates, amounts, quantities and shares are blanked out, for they
are not numbers of documents.  What is left is read with the word before it (发票号, 合同, 订单,
No., 票号, …), and a word counts for all numbers that follow it in the same text, so that
``发票号001、003`` names two invoices.  ``号1-5``, ``001~005`` and ``12345601至605`` are ranges.
An older invoice is named by 代码 (10 or 12 digits) and 号码 (8): both together are one key, the
号码 alone another, weaker one.  数电票 have 20 digits and no 代码.

A key is a number without separators and leading zeros.  Everything here is a column expression.
"""

import polars as pl

__all__ = ["KINDS", "LONGEST_RANGE", "folded", "references"]

KINDS = ("invoice", "contract", "order", "number", "pair", "tail")
"""What a key is said to name; ``pair`` is 代码 and 号码, ``tail`` the last digits (尾号)."""

LONGEST_RANGE = 200
"""Numbers a range may stand for; a longer one is taken for something else."""

LEAST = 5
"""Characters of a number that no word announces."""

_WHOLE = 15

_WORDS = {
    "tail": "尾号|后四位|后6位|后六位",
    "invoice": "发票号码?|发票|票号|开票号?|税票|票据号?|INVOICE|INV|FP",
    "contract": "合同编?号?|协议编?号?|CONTRACT|HT",
    "order": "订单编?号?|采购单号?|要货单号?|送货单号?|出库单号?|ORDER|P/O|PO|SO",
    "number": "单据?编?号|业务编?号|编号|流水号|结算号|凭证号?|支票号?|NO|NUM|号码|号|#|单",
}

_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_NOT_NUMBERS = (
    rf"(?:20)?\d\d年度?(?:{_MONTH}月)?(?:份)?(?:{_DAY}[日号])?",
    rf"(?-u:\b){_MONTH}(?:[-~至、]{_MONTH})?月(?:份)?(?:{_DAY}[日号])?",
    rf"(?-u:\b)(?:19|20)\d\d[-/.]{_MONTH}[-/.]{_DAY}(?-u:\b)",
    rf"(?-u:\b)(?:19|20)\d\d[/.]{_MONTH}(?-u:\b)",
    r"(?:¥|￥|\$|RMB|CNY|USD|EUR|人民币)\s*-?\d[\d,]*(?:\.\d+)?",
    r"(?:金额|共计|合计|小计|手续费|(?:扣|返利|折扣)[^\d,;、]{0,6})[:]?\s*\d[\d,]*(?:\.\d+)?",
    r"-?\d[\d,]*(?:\.\d+)?\s*(?:万元|元|万|亿|圆|块|%|折|吨|箱|件|台|套|个|公斤|KG|天|期|批|次|笔|张|份|CNY|RMB|USD)",
    r"(?-u:\b)[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?(?-u:\b)",
    r"(?-u:\b)\d+\.\d{1,2}(?-u:\b)",
)
_LONE_DATE = rf"^(?:19|20)\d\d(?:0[1-9]|1[0-2]){_DAY}$"
_EVERY_WORD = "|".join(_WORDS.values())
_BODY = r"[A-Z]{0,6}[-_/]?\d[A-Z0-9]*(?:[-_/][A-Z0-9]+)*"
_TOKEN = (
    rf"(?:(?:{_EVERY_WORD})[\s:.,为是#号码第]{{0,4}})?{_BODY}"
    rf"(?:\s*(?:~|至|到|—|–)\s*(?:号|第)?{_BODY})?"
)
_BETWEEN = r"(?:[\s/:-]+|\s*(?:发票)?号码?[\s:]*|\s*NO\.?\s*)"
_PAIR = rf"(?-u:\b)(\d{{12}}|\d{{10}}){_BETWEEN}(\d{{8}})(?-u:\b)"
_LISTED = r"(\d{5,})/(\d{5,})"
"""12345678/12345679 are two numbers; 2025/00123 is one."""
_SEPARATORS = r"[-_/\s]"
_PREFIXED_INVOICE = r"^(?:FP|INV|NO)(\d{8,})$"
"""Of FP and the whole number of an invoice the other side writes the digits alone."""


def folded(texts: pl.Expr) -> pl.Expr:
    """Texts in one width and in capitals, all dashes and waves alike."""
    one = texts.str.normalize("NFKC").str.to_uppercase()
    return one.str.replace_all(r"[‐‑‒−]", "-").str.replace_all("[～〜∼]", "~")


def references(texts: pl.Series, *, trusted: bool = False) -> pl.DataFrame:
    """The numbers of documents that texts name.

    `trusted` texts hold numbers only, such as a column 发票号: every token counts, however short.

    Columns: ``row`` (position in `texts`), ``kind`` (of `KINDS`), ``key``, ``digits`` (length of
    the key as it was written); sorted, each key once per row.

    >>> texts = pl.Series(["货款 发票号００１２３４５－47、00012350", "2025年3月5日 1,200元"])
    >>> found = references(texts)
    >>> found["key"].to_list()
    ['12345', '12346', '12347', '12350']
    """
    tokens = _tokens(texts, trusted=trusted)
    kinds = _kinds(tokens, trusted=trusted)
    kept = _counting(kinds, trusted=trusted)
    found = pl.concat([_ranges(kept), _pairs(kept), _plain(kept)])
    found = found.with_columns(
        digits=pl.col("key").str.len_chars(),
        key=pl.col("key").str.replace_all(_SEPARATORS, "").str.replace(_PREFIXED_INVOICE, "$1"),
    )
    bare = pl.col("key").str.strip_chars_start("0")
    key = pl.when(pl.col("key").str.contains(r"^\d+$")).then(bare).otherwise("key")
    return (
        found.with_columns(key=key)
        .filter(pl.col("key") != "")
        .unique(["row", "key"], keep="any")
        .sort("row", "key")
        if found.height
        else found
    )


def _tokens(texts: pl.Series, *, trusted: bool) -> pl.DataFrame:
    text = folded(pl.col("text"))
    if not trusted:
        for pattern in _NOT_NUMBERS:
            text = text.str.replace_all(pattern, " ; ")
    text = text.str.replace_all(_PAIR, " $1+$2 ")
    for _ in range(2):  # Numbers in a row share the one between them.
        text = text.str.replace_all(_LISTED, "$1;$2")
    token = text.str.extract_all(_TOKEN.replace(_BODY, rf"(?:\d{{10,12}}\+\d{{8}}|{_BODY})"))
    frame = pl.DataFrame({"text": texts.cast(pl.String)}).with_row_index("row")
    frame = frame.filter(pl.col("text").str.contains(r"[0-9０-９]"))
    return frame.select("row", token=token).explode("token").drop_nulls("token")


def _kinds(tokens: pl.DataFrame, *, trusted: bool) -> pl.DataFrame:
    """Tell the word from the body; a token without a word has that of the token before it."""
    kind = pl.lit(None, dtype=pl.String)
    for name, words in reversed(_WORDS.items()):
        starts = pl.col("token").str.contains(rf"^(?:{words})")
        kind = pl.when(starts).then(pl.lit(name)).otherwise(kind)
    # 合同 HT-2025-008 keeps its letters: they are part of the number, not a word before it.
    word = rf"^(?:{_EVERY_WORD.replace('|HT', '').replace('|FP', '').replace('|PO|SO', '')})"
    body = pl.col("token").str.replace(rf"{word}[\s:.,为是#号码第]*", "")
    latin = pl.col("token").str.contains(r"^(?:HT|FP|PO|SO|INV)[-_/]?\d")
    body = pl.when(latin).then(pl.col("token")).otherwise(body)
    found = tokens.with_columns(said=kind, body=body.str.strip_chars())
    return found.with_columns(
        kind=pl.col("said").forward_fill().over("row") if not trusted else pl.col("said")
    )


def _counting(tokens: pl.DataFrame, *, trusted: bool) -> pl.DataFrame:
    """The tokens that count as numbers of documents."""
    if trusted:
        return tokens.with_columns(kind=pl.col("kind").fill_null("number"))
    announced = pl.col("said").is_not_null()
    long = pl.col("body").str.len_chars() >= LEAST
    date = pl.col("body").str.contains(_LONE_DATE) & ~announced
    named = pl.col("kind").is_not_null()
    return tokens.filter((named | long) & ~date).with_columns(
        kind=pl.col("kind").fill_null("number")
    )


_RANGE = r"^(.*?)(\d+)\s*(?:~|至|到|—|–)\s*(?:号|第)?(?:[A-Z]+[-_/]?)?(\d+)$"
_DASHED = r"^()(\d+)-(\d+)$"
_SPREAD = ("row", "kind", "body")


def _spread(tokens: pl.DataFrame) -> pl.DataFrame:
    """First and last number of what may be a range; `is_range` says whether it is one."""
    body = pl.col("body")
    waved = body.str.contains(_RANGE)
    parts = {
        name: pl.when(waved)
        .then(body.str.extract(_RANGE, index))
        .otherwise(body.str.extract(_DASHED, index))
        for name, index in (("head", 1), ("first", 2), ("last", 3))
    }
    found = tokens.select(*_SPREAD, waved=waved, **parts)
    short = pl.col("last").str.len_chars() < pl.col("first").str.len_chars()
    # 12345601-05: the last number is written without the digits it shares with the first.
    shared = pl.col("first").str.len_chars() - pl.col("last").str.len_chars()
    whole = pl.col("first").str.slice(0, shared) + pl.col("last")
    found = found.with_columns(last=pl.when(short & (shared > 0)).then(whole).otherwise("last"))
    found = found.with_columns(
        front=_front("first"),
        n_first=_tail("first").str.to_integer(strict=False),
        n_last=_tail("last").str.to_integer(strict=False),
    )
    span = pl.col("n_last") - pl.col("n_first")
    alike = (pl.col("front") == _front("last")) & (
        pl.col("first").str.len_chars() == pl.col("last").str.len_chars()
    )
    is_range = alike & (span > 0) & (span < LONGEST_RANGE)
    return found.with_columns(is_range=is_range.fill_null(value=False))


def _tail(name: str) -> pl.Expr:
    """The last digits of a number, as many as an integer surely holds."""
    return pl.col(name).str.slice(-_WHOLE)


def _front(name: str) -> pl.Expr:
    """What stands before them."""
    long = pl.col(name).str.len_chars().cast(pl.Int64)
    return pl.col(name).str.slice(0, (long - _WHOLE).clip(0))


def _ranges(tokens: pl.DataFrame) -> pl.DataFrame:
    spread = _spread(tokens).filter("is_range")
    many = spread.with_columns(n=pl.int_ranges("n_first", pl.col("n_last") + 1)).explode("n")
    digits = pl.col("n").cast(pl.String).str.zfill(_tail("first").str.len_chars())
    return many.select("row", "kind", key=pl.col("head") + pl.col("front") + digits)


def _pairs(tokens: pl.DataFrame) -> pl.DataFrame:
    """代码 and 号码: both as one key, and the 号码 alone."""
    pairs = tokens.filter(pl.col("body").str.contains(r"\+"))
    body = pl.col("body")
    both = pairs.select("row", kind=pl.lit("pair"), key=body.str.replace(r"\+", ""))
    alone = pairs.select("row", kind=pl.lit("invoice"), key=body.str.extract(r"\+(\d+)"))
    return pl.concat([both, alone])


def _plain(tokens: pl.DataFrame) -> pl.DataFrame:
    spread = _spread(tokens)
    plain = spread.filter(~pl.col("is_range") & ~pl.col("body").str.contains(r"\+"))
    apart = plain.with_columns(
        key=pl.when("waved").then(pl.col("body").str.split("~")).otherwise(pl.concat_list("body"))
    )
    return apart.explode("key").select("row", "kind", pl.col("key").str.strip_chars())
