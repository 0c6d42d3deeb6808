"""The two home pages, so that `/` and `/en/` answer on a new installation."""

import uuid
from typing import Any

from django.db import migrations

# The French page is the root of the site; Wagtail finds the English one as its translation.
PAGES = [("fr", "Second Regard", "accueil"), ("en", "Second Regard", "home")]


def make_home_pages(apps: Any, schema_editor: Any) -> None:
    """Put a home page per language in place of Wagtail's welcome page."""
    Page = apps.get_model("wagtailcore", "Page")
    Site = apps.get_model("wagtailcore", "Site")
    Locale = apps.get_model("wagtailcore", "Locale")
    ContentType = apps.get_model("contenttypes", "ContentType")
    HomePage = apps.get_model("cms", "HomePage")

    kind, _ = ContentType.objects.get_or_create(app_label="cms", model="homepage")
    root = Page.objects.get(depth=1)
    Site.objects.all().delete()
    Page.objects.filter(depth__gt=1).delete()
    key = uuid.uuid4()
    made = {}
    for number, (language, title, slug) in enumerate(PAGES, start=1):
        locale, _ = Locale.objects.get_or_create(language_code=language)
        made[language] = HomePage.objects.create(
            title=title,
            draft_title=title,
            slug=slug,
            content_type=kind,
            path=f"{root.path}{number:04d}",
            depth=2,
            numchild=0,
            url_path=f"/{slug}/",
            locale=locale,
            translation_key=key,
        )
    Page.objects.filter(pk=root.pk).update(numchild=len(PAGES))
    Site.objects.create(
        hostname="localhost", port=80, root_page=made["fr"], is_default_site=True, site_name="Second Regard"
    )


def remove_home_pages(apps: Any, schema_editor: Any) -> None:
    """Take the pages away again; the site without pages answers 404."""
    Page = apps.get_model("wagtailcore", "Page")
    apps.get_model("wagtailcore", "Site").objects.all().delete()
    Page.objects.filter(depth__gt=1).delete()
    Page.objects.filter(depth=1).update(numchild=0)


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0001_initial"),
        ("wagtailcore", "0054_initial_locale"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make_home_pages, remove_home_pages)]
