"""Choosing a form by what somebody types."""

from kamcore.cli.shell.faults import near
from kamcore.errors import Fault, UsageError, default_lang
from kamcore.forms.form import Form, kinds
from kamcore.place import Place

NO_FORM = Fault(
    code="U4001",
    zh="没有表单「{value}」",
    en="there is no form {value!r}",
    hint_zh="{near}表单有: {known}",
    hint_en="{near}the forms are {known}",
)


def form_called(name: str) -> type[Form]:
    """The form of a kind, by its kind or its title.

    Raises:
        UsageError: there is none of that name.
    """
    wanted = name.strip().casefold()
    for form in kinds().values():
        if wanted in {word.casefold() for word in form.card.names}:
            return form
    known = [form.card.kind for form in kinds().values()]
    likely = near(default_lang(), name, known)
    raise UsageError(NO_FORM.at(Place(), name, near=likely, known=", ".join(known)))
