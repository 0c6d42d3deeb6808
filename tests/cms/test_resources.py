"""Associations, centres and lines beside a disease: by category, each with who vouches for it and since when."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from audit.models import AuditEvent
from cms.resources import PartnerResource, seed_resources
from cms.review import Unpublishable
from cms.services import check_live_pages
from experts.models import Pathology
from tests.accounts.logins import log_in, make_user
from tests.cms.test_pages import soup_of

pytestmark = pytest.mark.django_db
WRITTEN = {
    "category": "patients",
    "name_fr": "Association Exemple",
    "name_en": "Example association",
    "text_fr": "Des rencontres entre malades, une fois par mois.",
    "text_en": "Meetings of patients, once a month.",
    "phone": "",
    "site": "",
    "status": "review",
    "by_fr": "demande reçue",
    "by_en": "request received",
    "status_on": "2026-10-01",
    "shown": "on",
}


def told(client: Client, address: str) -> str:
    return soup_of(client, address).select_one("main").get_text(" ", strip=True).replace("\u00a0", " ")  # type: ignore[union-attr]


@pytest.mark.behaviour("S1-01")
@pytest.mark.behaviour("S1-02")
def test_resources_stand_by_category_in_neutral_order_each_with_its_status(client: Client) -> None:
    assert seed_resources() == []
    crohn = Pathology.objects.get(code="crohn")
    for name, status in (("Éveil (exemple)", "none"), ("Zénith (exemple)", "service"), ("Abri (exemple)", "review")):
        fields: dict[str, Any] = {**WRITTEN, "name_fr": name, "status": status, "shown": True}
        PartnerResource.objects.create(**fields | {"status_on": date(2026, 10, 1)}).pathologies.add(crohn)
    words = told(client, "/ressources/")
    assert (
        words.index("Abri") < words.index("Associations d’usagers agréées") < words.index("Éveil") < words.index("Zén")
    )
    assert words.index("Zénith") < words.index("Lignes d’aide") < words.index("Cancer info")
    for said in (
        "En cours d’examen – demande reçue, 1er octobre 2026",
        "Non référencée – demande reçue",
        "Référencée par ce service",
        "Référencée par l’État – ministère chargé de la santé, 22 novembre 2026",
        "0 805 123 124",
    ):
        assert said in words, said
    assert "Under review – request received, 1 October 2026" in told(client, "/en/resources/")
    own, other = told(client, "/pathologies/maladie-de-crohn/"), told(client, "/pathologies/cancer-du-sein/")
    assert "Abri" in own
    assert "Cancer info" not in own
    assert "Abri" not in other
    assert "Cancer info" in other
    assert "Défenseur des droits" in own and "Défenseur des droits" in other
    PartnerResource.objects.update(shown=False)
    assert "Abri" not in told(client, "/pathologies/maladie-de-crohn/")
    assert "Rien n’est encore" in told(client, "/ressources/")


def test_an_editor_writes_one_within_the_rules_and_deletes_none(client: Client) -> None:
    editor = make_user("editor")
    log_in(client, editor)
    add = "/cms/snippets/cms/partnerresource/add/"
    assert client.get(add).status_code == 200
    refused = client.post(add, {**WRITTEN, "text_fr": "Le meilleur accompagnement de France."})
    assert refused.status_code == 200
    assert "Le meilleur" in refused.content.decode()
    assert not PartnerResource.objects.filter(code="").exists()
    assert client.post(add, WRITTEN).status_code == 302
    made = PartnerResource.objects.get(code="")
    event = AuditEvent.objects.get(action="resource.written")
    assert event.actor_id == editor.pk
    assert event.detail == {"status": "review", "shown": True}
    assert client.post(f"/cms/snippets/cms/partnerresource/delete/{made.pk}/").status_code in (302, 403)
    assert PartnerResource.objects.filter(pk=made.pk).exists()
    made.text_en = "The best support in France."
    with pytest.raises(Unpublishable):
        made.save()
    # A rule of tomorrow may refuse the words of today: the nightly look finds them.
    PartnerResource.objects.filter(pk=made.pk).update(text_en=made.text_en)
    assert check_live_pages() == 1
