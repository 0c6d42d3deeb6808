"""Tests that commit leave no trace, and lose nothing the migrations made."""

import pytest
from django.test import Client
from wagtail.models import Page, Site


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_committed_changes_are_gone_for_the_next_test(client: Client, turn: int) -> None:
    assert not Site.objects.filter(hostname="left.test").exists()
    assert client.get("/").status_code == 200
    Site.objects.create(hostname="left.test", root_page=Page.objects.get(depth=1))
