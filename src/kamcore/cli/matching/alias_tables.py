"""The option ``--aliases``: other names of parties, from forms."""

from pathlib import Path

from kamcore.cli.shell.grammar import option
from kamcore.cli.shell.options import PATH
from kamcore.model.company_name import Alias, Aliases
from kamcore.pipeline.form_file import read_forms

__all__ = ["alias_option", "aliases_of"]

alias_option = option(
    "--aliases",
    type=PATH,
    multiple=True,
    metavar="FORM",
    zh="别名表单 (kamcore forms make alias), 可多次给出; 别名按日期认定",
    en="Form of other names (kamcore forms make alias), may be repeated; a name is the party it "
    "means on the day.",
)


def aliases_of(paths: tuple[Path, ...]) -> Aliases:
    """The table of other names out of forms.

    Raises:
        SourceError: a form cannot be read, or a row is wrong.
    """
    if not paths:
        return Aliases()
    forms = read_forms(paths)
    forms.require()
    return Aliases.of(forms.of(Alias))
