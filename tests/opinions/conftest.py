"""An authority and master keys of its own for each test, an expert who has a key, and French even before the merge."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from accounts.models import User
from audit import SystemActor
from cases.opinions.render import Rendered, render_annex, render_opinion
from cases.opinions.sign import Signed, load_signer, sign_pdf
from experts.authority import ensure_authority
from experts.certificates import issue_key
from experts.models.signing import SigningKey
from tests.opinions.samples import EVERY
from vault import masters


@cache
def rendered(name: str) -> Rendered:
    """A sample as printed, once a run."""
    return render_opinion(EVERY[name])


@cache
def rendered_annex(name: str) -> Rendered:
    """The annex of a sample, once a run."""
    return render_annex(EVERY[name])


@pytest.fixture
def own_keys(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Master keys and an authority of this test alone; the folder of the authority."""
    settings.MASTER_KEYS_FILE = str(tmp_path / "master")
    settings.SIGNING_AUTHORITY_DIR = tmp_path / "authority"
    settings.TIMESTAMP_URL = ""
    masters.make_master_key(tmp_path / "master")
    ensure_authority()
    return tmp_path / "authority"


@pytest.fixture
def expert(db: None, own_keys: Path) -> User:
    """Someone who signs."""
    return User.objects.create(email="salvat@demo.test", full_name="Anne Salvat", title="Pr")


@pytest.fixture
def key(expert: User) -> SigningKey:
    """Her key."""
    return issue_key(expert, name="Pr Anne Salvat", rpps="10101234567", actor=SystemActor("tests"))


@pytest.fixture
def signed(key: SigningKey) -> Signed:
    """The French second opinion, signed by her."""
    pdf = rendered("second_opinion").pdf
    return sign_pdf(pdf, load_signer(key), reason="Deuxième avis médical", location="Lyon")


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Messages in the language of the code; papers choose theirs by themselves."""
    with translation.override("en"):
        yield
