"""How a form field is drawn: which template, which ids, and what a screen reader is told."""

from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.formats import number_format
from django.utils.functional import Promise

Text = str | Promise
# A limit nobody reaches by chance is told only when it comes near, in characters.
_TOLD_LIMIT = 5000


@dataclass(frozen=True)
class Option:
    """One radio button or checkbox of a group."""

    id: str
    name: str
    value: str
    label: Any
    hint: Any
    checked: bool
    kind: str


@dataclass(frozen=True)
class DrawnField:
    """A field as `ui/parts/field.html` needs it."""

    bound: BoundField
    kind: str
    id: str
    label: Text
    legend_is_heading: bool
    optional: bool
    hint: Text
    hint_id: str
    errors: list[str]
    error_id: str
    described_by: str
    control: str = ""
    options: list[Option] = field(default_factory=list)
    count_id: str = ""
    limit: int = 0
    limit_words: str = ""
    unit: Text = ""
    inline: bool = False


def anchor(bound: BoundField) -> str:
    """The id an error message leads to: the control itself, or the first of a group."""
    base = bound.auto_id or bound.html_name
    widget = bound.field.widget
    grouped = isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple))
    return f"{base}_0" if grouped else base


def draw(
    bound: BoundField,
    *,
    label: Text = "",
    hint: Text = "",
    heading: bool = False,
    hide_optional: bool = False,
    inline: bool = False,
    attrs: dict[str, Any] | None = None,
) -> DrawnField:
    """Work out everything the template of a field shows.

    Args:
        bound: the field of a form.
        label: words instead of the field's own.
        hint: words instead of the field's own help text.
        heading: the label is the page's h1 (one question a page).
        hide_optional: leave out «(facultatif)».
        inline: short choices stand side by side.
        attrs: further attributes of the control.
    """
    base, widget = bound.auto_id or bound.html_name, bound.field.widget
    hint = hint or bound.help_text
    errors = [str(e) for e in bound.errors]
    # A limit is only counted along where there is room to reach it: a long text.
    limit = getattr(bound.field, "limit", 0) if isinstance(widget, forms.Textarea) else 0
    hint_id = f"{base}_hint" if hint else ""
    error_id = f"{base}_error" if errors else ""
    count_id = f"{base}_count" if limit else ""
    described_by = " ".join(part for part in (hint_id, error_id, count_id) if part)
    kind, options, control = "line", [], ""
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        kind, options = "group", _options(bound)
    else:
        own: dict[str, Any] = dict(attrs or {})
        if described_by:
            own["aria-describedby"] = described_by
        if errors:
            own["aria-invalid"] = "true"
        if limit:
            own |= {"data-limit": limit, "data-count": count_id}
        if isinstance(widget, forms.CheckboxInput):
            kind = "check"
        if bound.is_hidden:
            kind, own = "hidden", {}
        elif isinstance(widget, (forms.TextInput, forms.Textarea)):
            own.setdefault("dir", "auto")
        control = bound.as_widget(attrs=own)
    return DrawnField(
        bound=bound,
        kind=kind,
        id=base,
        label=label or bound.label,
        legend_is_heading=heading,
        optional=not bound.field.required and not hide_optional and kind != "check",
        hint=hint,
        hint_id=hint_id,
        errors=errors,
        error_id=error_id,
        described_by=described_by,
        control=control,
        options=options,
        count_id=count_id,
        limit=limit,
        limit_words=number_format(limit, force_grouping=True) if 0 < limit <= _TOLD_LIMIT else "",
        unit=getattr(bound.field, "unit", ""),
        inline=inline,
    )


def _options(bound: BoundField) -> list[Option]:
    hints = getattr(bound.field, "hints", {})
    # CheckboxSelectMultiple is a RadioSelect to Django, so it is asked first.
    kind = "checkbox" if isinstance(bound.field.widget, forms.CheckboxSelectMultiple) else "radio"
    drawn: list[Option] = []
    for sub in bound.subwidgets:
        data = sub.data
        if kind == "radio" and str(data["value"]) == "":
            # Django offers an empty radio for optional fields; nothing chosen says the same.
            continue
        drawn.append(
            Option(
                id=f"{bound.auto_id or bound.html_name}_{len(drawn)}",
                name=data["name"],
                value=str(data["value"]),
                label=data["label"],
                hint=hints.get(data["value"], ""),
                checked=bool(data["selected"]),
                kind=kind,
            )
        )
    return drawn
