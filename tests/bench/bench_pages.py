"""Pages as auditors see them, on production settings and by TLS: Lighthouse, and the MDN HTTP Observatory."""

import json
import os
import statistics
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.urls import reverse

from clock import now
from cms.models import ExpertIndexPage, FaqPage, HomePage, InformationPage, PathologyPage
from cms.profiles.reading import profile_of
from cms.profiles.services import approve_profile, write_profile
from tests.bench.serving import ROOT, database_url, gunicorn
from tests.cases.clients import verified_client
from tests.cases.world import make_world
from tests.config.production import example
from tests.experts.people import actor_for, make_expert
from tests.harness.browser import CHROMIUM, FLAGS
from tests.harness.figures import Record
from vault.conf import master_keys_file

AUDITORS = Path(__file__).parent / "auditors"
HOST = "avis.example"
PLAIN, SECURE = 8721, 8722
RUNS = 5
# Set-up puts Node.js there on machines that have none.
PATH = f"{os.environ['PATH']}:{ROOT / '.venv/bin'}"
pytestmark = [pytest.mark.django_db(transaction=True)]


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of one day for HOST, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now() - timedelta(hours=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "certificate.pem", folder / "key.pem"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return files


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Path]:
    """Production on the database of this run, by TLS and without; gives the file of its certificate."""
    certificate, key = _certificate(tmp_path)
    environment = example(tmp_path / "var") | {
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "MASTER_KEYS_FILE": str(master_keys_file()[0]),
        "SECRET_KEY_FALLBACKS": settings.SECRET_KEY,
        "TRUSTED_PROXIES": "",
        "PATH": PATH,
    }
    subprocess.run([ROOT / "bin/release"], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    with ExitStack() as stack:
        for port, arguments in ((PLAIN, ()), (SECURE, (f"--certfile={certificate}", f"--keyfile={key}"))):
            stack.enter_context(gunicorn(port, *arguments, environment=environment))
        yield certificate


def _expert() -> str:
    """An expert with a public page; the end of its address."""
    expert = make_expert(full_name="Anne Salvat", committee_accepted_on=now().date() - timedelta(days=90))
    actor = actor_for(expert.user, "expert")
    acts, training = "Consultations de deuxième avis", "Doctorat, Université d’Exemple, 2001"
    write_profile(expert.pk, actor=actor, acts_fr=acts, acts_en=acts, training_fr=training, training_en=training)
    approve_profile(expert.pk, profile_of(expert).sha256, actor=actor)
    return "anne-salvat"


def _pages() -> dict[str, str]:
    """An address of each kind of public page."""
    home, english = (HomePage.objects.get(locale__language_code=code) for code in ("fr", "en"))
    french = {"locale": home.locale}
    return {
        "home page": home.url,
        "home page, English": english.url,
        "prices": InformationPage.objects.get(slug="tarifs", **french).url,
        "a disease": PathologyPage.objects.filter(**french).order_by("path").first().url,  # type: ignore[union-attr]
        "an expert's page": f"{ExpertIndexPage.objects.get(**french).url}pr-{_expert()}/",
        "questions": FaqPage.objects.get(**french).url,
    }


def _lighthouse(address: str) -> dict[str, Any]:
    """One visit as a telephone makes it (Lighthouse's own settings), with an empty cache.

    Chromium sometimes begins to record after the page has begun (`NO_NAVSTART`); Lighthouse then asks to be run again.
    """
    for _try in range(3):
        done = _visit(address)
        if "NO_NAVSTART" not in done.stderr:
            break
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def _visit(address: str) -> subprocess.CompletedProcess[str]:
    rule = f'--host-resolver-rules="MAP {HOST}:443 127.0.0.1:{SECURE}"'
    flags = " ".join(["--headless=new", "--ignore-certificate-errors", rule, *FLAGS])
    return subprocess.run(
        [
            *("node", AUDITORS / "node_modules/lighthouse/cli/index.js", f"https://{HOST}{address}"),
            *("--quiet", "--output=json", f"--chrome-flags={flags}"),
        ],
        env=os.environ | {"CHROME_PATH": CHROMIUM, "PATH": PATH},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _median(audits: list[dict[str, Any]], name: str) -> float:
    return statistics.median(found[name]["numericValue"] for found in audits)


@pytest.mark.usefixtures("site")
def test_lighthouse(figure: Record) -> None:
    low = []
    for name, address in _pages().items():
        visits = [_lighthouse(address) for _run in range(RUNS)]
        audits = [visit["audits"] for visit in visits]
        scores = {
            kind: round(100 * statistics.median(visit["categories"][kind]["score"] for visit in visits))
            for kind in visits[0]["categories"]
        }
        figure(f"Lighthouse, {name}: {', '.join(scores)}", ", ".join(map(str, scores.values())), "at least 98 in each")
        figure(
            f"{name}: transferred on first view",
            f"{_median(audits, 'total-byte-weight') / 1000:.0f} KB",
            "at most 100 KB",
        )
        figure(f"{name}: requests", len(audits[0]["network-requests"]["details"]["items"]), "at most 15")
        figure(f"{name}: layout shift", f"{_median(audits, 'cumulative-layout-shift'):.3f}", "0")
        figure(f"{name}: largest contentful paint, slow 4G", f"{_median(audits, 'largest-contentful-paint'):.0f} ms")
        if min(scores.values()) < 98:
            low += [f"{name}: {audit['title']}" for audit in audits[0].values() if audit["score"] not in (None, 1)]
    assert not low, "\n".join(low)


def test_the_observatory(site: Path, figure: Record) -> None:
    world = make_world()
    client = verified_client(world.patient_user)
    session = f"__Host-session={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    public = _pages() | {"login": "/connexion/", "search": "/recherche/", "not found": "/nulle-part/"}
    asked = {name: [path, ""] for name, path in public.items()}
    asked |= {
        "a patient's home": [reverse("patient:home"), session],
        "an account": [reverse("accounts:account"), session],
    }
    done = subprocess.run(
        ["node", AUDITORS / "observatory.js", str(PLAIN), str(SECURE), HOST],
        env=os.environ | {"NODE_EXTRA_CA_CERTS": str(site), "PATH": PATH},
        input=json.dumps(list(asked.values())),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    judged = dict(zip(asked, json.loads(done.stdout), strict=True))
    for name, found in judged.items():
        figure(f"MDN Observatory, {name}: {found['passed']} of {found['tests']} tests", found["score"], "at least 125")
    assert min(found["score"] for found in judged.values()) >= 125, judged
