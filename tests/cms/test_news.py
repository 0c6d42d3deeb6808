"""News: a list that is paged, and a feed of it in each language."""

from datetime import date, timedelta
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.test import Client

from cms.models import NEWS_PER_PAGE, NewsIndexPage, NewsPage
from cms.review import Unpublishable
from tests.cms.test_pages import soup_of

pytestmark = pytest.mark.django_db


def add(number: int) -> NewsPage:
    above = NewsIndexPage.objects.get(locale__language_code="fr")
    page = NewsPage(
        title=f"Nouvelle {number} & suite",
        slug=f"nouvelle-{number}",
        locale=above.locale,
        introduction=f"Résumé {number}.",
        published_on=date(2026, 11, 23) + timedelta(days=number),
    )
    above.add_child(instance=page)
    return page


def test_news_are_paged_the_newest_first_and_told_as_a_feed(client: Client) -> None:
    for number in range(NEWS_PER_PAGE):
        add(number)
    page = soup_of(client, "/actualites/")
    titles = [title.text for title in page.select("main li h2")]
    assert len(titles) == NEWS_PER_PAGE
    assert titles[0] == f"Nouvelle {NEWS_PER_PAGE - 1} & suite"
    assert "Première version du site" in soup_of(client, "/actualites/?page=2").text
    link = page.select_one("head link[type='application/rss+xml']")
    assert link is not None
    assert link["href"] == "/actualites/rss/"
    answer = client.get("/actualites/rss/")
    assert answer["Content-Type"] == "application/rss+xml; charset=utf-8"
    channel = ElementTree.fromstring(answer.content).find("channel")
    assert channel is not None
    assert channel.findtext("language") == "fr"
    items = channel.findall("item")
    assert len(items) == NEWS_PER_PAGE + 1
    assert items[0].findtext("title") == f"Nouvelle {NEWS_PER_PAGE - 1} & suite"
    assert items[0].findtext("link") == f"{settings.SITE_ORIGIN}/actualites/nouvelle-{NEWS_PER_PAGE - 1}/"
    published = parsedate_to_datetime(str(items[0].findtext("pubDate")))
    assert published.date() == date(2026, 11, 23) + timedelta(days=NEWS_PER_PAGE - 1)
    english = ElementTree.fromstring(client.get("/en/news/rss/").content)
    assert [title.text for title in english.iter("title")][1:] == ["First version of the site"]
    assert not client.cookies


def test_news_keep_to_the_rules_and_an_empty_list_says_so(client: Client) -> None:
    page = add(1)
    page.introduction = "Le meilleur service de France."
    with pytest.raises(Unpublishable):
        page.save_revision().publish()
    NewsPage.objects.update(live=False)
    assert "Aucune actualité" in soup_of(client, "/actualites/").text
    assert client.get("/actualites/nouvelle-1/").status_code == 404
    assert ElementTree.fromstring(client.get("/actualites/rss/").content).find("channel/item") is None
