"""What public pages say of themselves to machines: facts they show, never a doctor with a rating, nothing that runs."""

import json
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from cms import structured
from cms.models import FaqPage
from tests.cms.test_pages import soup_of


def test_no_word_ends_the_element() -> None:
    words = 'a </script><script>alert(1)</script> & "b" <!--'
    html = structured.as_script([structured.questions([(words, words)])])
    assert html.count("<") == html.count(">") == 2
    inside = html.removeprefix('<script type="application/ld+json">').removesuffix("</script>")
    assert json.loads(inside)["@graph"][0]["mainEntity"][0]["name"] == words
    assert structured.as_script([]) == ""


@pytest.mark.django_db
def test_each_page_says_what_it_shows_and_nothing_about_a_doctor(client: Client) -> None:
    def said(address: str) -> dict[str, Any]:
        page = soup_of(client, address)
        data = json.loads(page.select_one("script[type='application/ld+json']").text)  # type: ignore[union-attr]
        assert data["@context"] == "https://schema.org"
        assert not {"Physician", "aggregateRating", "review", "offers"} & set(json.dumps(data).split('"'))
        return {part["@type"]: part for part in data["@graph"]}

    home = said("/en/")
    assert home["WebSite"]["url"] == f"{settings.SITE_ORIGIN}/en/"
    assert home["Organization"]["name"] == settings.SERVICE_CONTROLLER
    disease = said("/pathologies/maladie-de-crohn/")
    assert disease["MedicalWebPage"]["lastReviewed"] == "2026-11-22"
    crumbs = disease["BreadcrumbList"]["itemListElement"]
    assert [crumb["position"] for crumb in crumbs] == [1, 2, 3]
    assert crumbs[-1]["item"] == f"{settings.SITE_ORIGIN}/pathologies/maladie-de-crohn/"
    asked = said("/questions/")["FAQPage"]["mainEntity"]
    page = FaqPage.objects.get(locale__language_code="fr")
    assert len(asked) == sum(len(theme.value["entries"]) for theme in page.themes)
    assert all(one["acceptedAnswer"]["text"] and "<" not in one["acceptedAnswer"]["text"] for one in asked)
    assert "BreadcrumbList" in said("/actualites/premiere-version/")
