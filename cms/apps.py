"""The public site's place in Django."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    """The public pages."""

    name = "cms"
    verbose_name = _("Public pages")

    def ready(self) -> None:
        """Fill the registries of lower packages, guard what goes on line, make the first pages after each migration."""
        from django.db.models.signals import post_delete, post_save, pre_save
        from wagtail.models import Revision
        from wagtail.signals import page_published, page_unpublished

        from audit.frozen import FrozenTable, freeze
        from cms import journal, menus, review, rights, seeding, tasks
        from cms.profiles import registration
        from cms.resources import PartnerResource
        from cms.search import index

        freeze(self, FrozenTable("cms_releasedtext", "a release of a public text never changes"))
        pre_save.connect(review.refuse_blocked_schedule, sender=Revision, dispatch_uid="cms.review")
        page_published.connect(journal.note_publication, dispatch_uid="cms.journal")
        page_published.connect(index.note_publication, dispatch_uid="cms.search")
        page_unpublished.connect(index.note_leaving, dispatch_uid="cms.search")
        for signal in (post_save, post_delete):
            signal.connect(index.note_resource, sender=PartnerResource, dispatch_uid="cms.search")
        menus.register()
        journal.register()
        rights.register()
        tasks.register()
        registration.register()
        post_migrate.connect(seeding.after_migrate, sender=self, dispatch_uid="cms.seeding")
