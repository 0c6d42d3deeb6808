"""What the editors' pages show of Wagtail's menus, the resources they keep, and who wrote them."""

from django.db import transaction
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from cms.journal import note_resource
from cms.resources import PartnerResource


@hooks.register("construct_settings_menu")
def leave_out_accounts(request: HttpRequest, items: list[MenuItem]) -> None:
    """Accounts are managed in the technical space alone."""
    items[:] = [item for item in items if item.name != "users"]


class ResourceViews(SnippetViewSet):
    """The list and the form of partner resources; none is deleted, since it is no longer shown instead."""

    model = PartnerResource
    icon = "group"
    add_to_admin_menu = True
    menu_label = _("Resources")
    list_display = ("name_fr", "category", "status", "status_on", "shown")
    list_filter = ("category", "status", "shown")
    panels = (
        MultiFieldPanel([FieldPanel("category"), FieldPanel("shown")], heading=_("Place")),
        MultiFieldPanel([FieldPanel("name_fr"), FieldPanel("text_fr")], heading=_("In French")),
        MultiFieldPanel([FieldPanel("name_en"), FieldPanel("text_en")], heading=_("In English")),
        FieldRowPanel([FieldPanel("phone"), FieldPanel("site")]),
        MultiFieldPanel(
            [FieldPanel("status"), FieldPanel("status_on"), FieldPanel("by_fr"), FieldPanel("by_en")],
            heading=_("Status"),
        ),
        FieldPanel("pathologies", widget=CheckboxSelectMultiple),
    )


register_snippet(ResourceViews)


@hooks.register("after_create_snippet")
@hooks.register("after_edit_snippet")
def note_resource_written(request: HttpRequest, instance: object) -> None:
    """Write down who changed a resource."""
    if isinstance(instance, PartnerResource):
        with transaction.atomic():
            note_resource(request.user.pk, instance)
