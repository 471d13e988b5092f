"""What is to be written: the options of a writing, settled and checked."""

import attrs

from kamcore.adapters.yonyou_nc_xml import layout
from kamcore.adapters.yonyou_nc_xml.type_map import Types, types_of
from kamcore.format import Options
from kamcore.format.options import chosen

_IDS = {
    "nc6": {"pk_accountingbook": "accounting_book", "pk_org": "org", "pk_group": "group"},
    "nc5": {"company": "org"},
}


@attrs.frozen(kw_only=True)
class Plan:
    """A settled writing; `ids` gives by element what the books may not say."""

    dialect: str
    types: Types
    root: dict[str, str]
    ids: dict[str, str]


def plan_for(options: Options) -> Plan:
    """Settle the options.

    Raises:
        UsageError: an option has a value that is none of its own, or the map of types is unsound.
    """
    dialect = chosen(options, "dialect", layout.DIALECTS)
    root = dict(layout.TREES[dialect].root)
    for name in layout.ROOT_OPTIONS:
        if options.get(name) is not None and name in root:
            root[name] = str(options[name]).strip()
    ids = {field: str(options.get(name) or "").strip() for field, name in _IDS[dialect].items()}
    return Plan(dialect=dialect, types=types_of(options), root=root, ids=ids)
