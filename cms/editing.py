"""What an editor sees of the rules of publication: each word in its place, why, and what to do instead."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.panels import Panel
from wagtail.blocks.list_block import ListBlockValidationError
from wagtail.blocks.stream_block import StreamBlockValidationError
from wagtail.blocks.struct_block import StructBlockValidationError

from cms import faq
from cms.review import Path, Remark, blocking, is_released, review, unfinished


class ReviewedPageForm(WagtailAdminPageForm):
    """The form of a page: a draft is always kept; publishing is refused at the words, and none of them is lost."""

    def _post_clean(self) -> None:
        super()._post_clean()
        if "action-publish" not in self.data or self.errors:
            return
        found = blocking(self.instance)
        for field in dict.fromkeys(str(remark.passage.path[0]) for remark in found):
            mine = [remark for remark in found if remark.passage.path[0] == field]
            self.add_error(field if field in self.fields else None, _error(self.instance, field, mine))


def _error(page: Any, field: str, remarks: list[Remark]) -> ValidationError:
    value = getattr(page, field)
    if not isinstance(value, blocks.StreamValue):
        return ValidationError([remark.finding.told for remark in remarks])
    return _nested(value.stream_block, value, [(remark.passage.path[1:], remark) for remark in remarks])


def _nested(block: blocks.Block, value: Any, remarks: Iterable[tuple[Path, Remark]]) -> ValidationError:
    """The error of a block as Wagtail draws it: inside the block that holds the words."""
    inside: dict[Any, list[tuple[Path, Remark]]] = {}
    told = list(remarks)
    for path, remark in told:
        if path:
            inside.setdefault(path[0], []).append((path[1:], remark))
    error = ValidationError(" ".join(remark.finding.told for _path, remark in told))
    if isinstance(block, blocks.StreamBlock):
        error = StreamBlockValidationError(
            {at: _nested(value[at].block, value[at].value, of) for at, of in inside.items()}
        )
    elif isinstance(block, blocks.ListBlock):
        error = ListBlockValidationError({at: _nested(block.child_block, value[at], of) for at, of in inside.items()})
    elif isinstance(block, blocks.StructBlock):
        error = StructBlockValidationError(
            {at: _nested(block.child_blocks[at], value[at], of) for at, of in inside.items()}
        )
    return error


class RemarksPanel(Panel):
    """What the rules say of the page as it was last saved; above its fields."""

    class BoundPanel(Panel.BoundPanel):
        """The panel of one page."""

        template_name = "cms/panels/remarks.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """The remarks, the blocking ones first."""
            context: dict[str, Any] = super().get_context_data(parent_context)
            remarks = sorted(review(self.instance), key=lambda remark: not remark.blocking) if self.instance.pk else []
            context["remarks"] = remarks
            context["code"] = self.instance.locale.language_code if self.instance.pk else ""
            context["blocked"] = any(remark.blocking for remark in remarks)
            context["unfinished"] = unfinished(self.instance) if self.instance.pk else []
            context["released"] = context["blocked"] and is_released(self.instance)
            return context


class CountsPanel(Panel):
    """How often readers found each answer useful."""

    class BoundPanel(Panel.BoundPanel):
        """The panel of one page."""

        template_name = "cms/panels/counts.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """Each question with its two numbers."""
            context: dict[str, Any] = super().get_context_data(parent_context)
            context["rows"] = faq.counted(self.instance) if self.instance.pk else []
            return context
