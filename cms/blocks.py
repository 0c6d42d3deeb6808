"""What an editor may build a page of: few blocks, all sober, none that embeds or shows anybody."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

#: What rich text may hold. Addresses elsewhere are looked at when the page is saved.
FEATURES = ["bold", "ul", "ol", "link"]


class StepBlock(blocks.StructBlock):
    """One step of several."""

    title = blocks.CharBlock(label=_("Title"), max_length=120)
    text = blocks.TextBlock(label=_("Text"), max_length=600)


class RowBlock(blocks.StructBlock):
    """One row of a table."""

    label = blocks.CharBlock(label=_("First column"), max_length=200)
    value = blocks.CharBlock(label=_("Second column"), max_length=400)


class TableBlock(blocks.StructBlock):
    """A table of two columns, with a caption and a heading over each."""

    caption = blocks.CharBlock(label=_("Caption"), max_length=200)
    first = blocks.CharBlock(label=_("Heading of the first column"), max_length=80)
    second = blocks.CharBlock(label=_("Heading of the second column"), max_length=80)
    rows = blocks.ListBlock(RowBlock(), label=_("Rows"))

    class Meta:
        template = "cms/blocks/table.html"
        icon = "table"


class LiveBlock(blocks.ChoiceBlock):
    """What the settings of this instance say: shown as it is on the day, so that no text can contradict it."""

    choices = (
        ("prices", _("Prices of this instance")),
        ("identity", _("Who runs this instance, and how to reach it")),
        ("start", _("Button: see whether it suits my case")),
        ("emergency", _("What to do in an emergency")),
    )

    def get_context(self, value: str, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """The prices, and who answers for the service."""
        from cms.live import identity_rows, payment_words, price_lines, rule_words

        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        if value == "prices":
            context |= {"prices": price_lines(), "payment": payment_words(), "referral": rule_words()}
        elif value == "identity":
            context["rows"] = identity_rows()
        return context

    class Meta:
        template = "cms/blocks/live.html"
        icon = "cog"


class BodyBlock(blocks.StreamBlock):
    """The body of a page."""

    heading = blocks.CharBlock(label=_("Heading"), max_length=160, icon="title")
    text = blocks.RichTextBlock(label=_("Text"), features=FEATURES, template="cms/blocks/text.html")
    steps = blocks.ListBlock(StepBlock(), label=_("Steps"), icon="list-ol", template="cms/blocks/steps.html")
    table = TableBlock(label=_("Table"))
    note = blocks.TextBlock(label=_("Note"), icon="info-circle", template="cms/blocks/note.html")
    live = LiveBlock(label=_("From the settings"))


#: Who may ask a question, by the word that stands in the address.
ASKERS = {
    "patient": _("A patient, or somebody close"),
    "medecin": _("A doctor who asks or follows"),
    "expert": _("An expert doctor"),
}


class EntryBlock(blocks.StructBlock):
    """A question and its answer."""

    question = blocks.CharBlock(label=_("Question"), max_length=200)
    answer = blocks.RichTextBlock(label=_("Answer"), features=FEATURES)
    askers = blocks.MultipleChoiceBlock(
        label=_("Who is asking"),
        help_text=_("Leave empty where everybody may ask it."),
        choices=list(ASKERS.items()),
        required=False,
    )


class ThemeBlock(blocks.StructBlock):
    """Questions that belong together."""

    title = blocks.CharBlock(label=_("Theme"), max_length=80)
    entries = blocks.ListBlock(EntryBlock(), label=_("Questions"))


class ThemesBlock(blocks.StreamBlock):
    """The questions of a page."""

    theme = ThemeBlock(label=_("Theme"), icon="help")
