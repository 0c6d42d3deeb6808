"""The desk and the case pages with ten thousand cases; deciding; the moves a person waits for."""

import http.client
import itertools
import os
import statistics
import threading
import time
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Patient
from cases.demo.walk import acting
from cases.models import Case
from cases.models.states import State
from clock import now
from tests.bench.serving import serve
from tests.cases.clients import own_queries, verified_client
from tests.cases.world import World, make_world
from tests.harness.figures import Record
from vault.models import ContentKey

CASES = 10_000
pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> World:
    """People, and ten thousand cases that wait at the desk."""
    world = make_world()
    moment = now()
    key = ContentKey.objects.filter(purpose="case").first() or world.walk().open().content_key
    patients = [
        Patient(
            content_key_id=world.patient.content_key_id,
            birth_name=f"Nom{n}",
            birth_first_names="Prénom",
            search_key=f"nom{n} prenom",
        )
        for n in range(CASES // 5)
    ]
    Patient.objects.bulk_create(patients, batch_size=1000)
    states = itertools.cycle([State.SUBMITTED, State.SUBMITTED, State.INFORMATION_REQUESTED, State.AWAITING_CONSENT])
    rows = []
    for n in range(CASES):
        state = next(states)
        waits = state == State.SUBMITTED
        rows.append(
            Case(
                reference=f"DA-9901-{n:05d}",
                kind="second_opinion",
                content_key_id=key.pk,
                patient=patients[n % len(patients)],
                requester=world.patient_user,
                pathology=world.pathology,
                state=state,
                consented_at=moment if state != State.AWAITING_CONSENT else None,
                due_at=moment + timedelta(minutes=n % 4000 - 500) if waits else None,
                planned_treatment_on=moment.date() + timedelta(days=n % 90) if n % 3 == 0 else None,
            )
        )
    Case.objects.bulk_create(rows, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as the server does by itself
    return world


def _milliseconds(work: Callable[[], object], times: int = 15) -> float:
    """The median CPU time of this process, in milliseconds."""
    work()
    taken = []
    for _n in range(times):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return statistics.median(taken) * 1000


def test_the_desk_with_ten_thousand_cases(world: World, figure: Record) -> None:
    desk = verified_client(world.coordinator, "coordinator")
    home = reverse("desk:home")
    desk.get(home)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = desk.get(home)
    own = [q["sql"] for q in queries if any(t in q["sql"] for t in ("cases_", "experts_", "consent_"))]
    figure("desk list: queries of the view's own", len(own), "at most 8")
    figure("desk list: session and journal queries", len(queries) - len(own), "at most 8")
    figure("desk list: page", f"{len(page.content) / 1024:.0f} KB", "at most 60 KB")
    first = _elapsed(desk, home)
    last = _elapsed(desk, f"{home}?page=400")
    figure("desk list: page 400 beside page 1", f"{last / first:.2f}", "within 20 %")
    assert len(own) <= 8
    assert len(page.content) <= 60 * 1024


def _elapsed(client: Client, address: str) -> float:
    taken = []
    for _n in range(15):
        start = time.perf_counter()
        client.get(address)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def _cpu_of_workers(server: int) -> float:
    """CPU time in seconds that the web server's processes have used so far (proc(5): fields 14 and 15 of stat)."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == server:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def test_the_desk_under_load(world: World, figure: Record) -> None:
    with serve() as (address, server):
        _load(world, address, server, figure)


def _load(world: World, address: str, server: int, figure: Record) -> None:
    desk = verified_client(world.coordinator, "coordinator")
    cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in desk.cookies.items())
    path = reverse("desk:home")
    request = urllib.request.Request(address + path, headers={"Cookie": cookie})
    taken: list[float] = []
    # Each of the two processes has opened its connections and loaded its templates before it is measured.
    for _warm in range(80):
        urllib.request.urlopen(request).read()
    before = _cpu_of_workers(server)
    for _n in range(100):
        urllib.request.urlopen(request).read()
    used = _cpu_of_workers(server) - before
    figure("desk list: CPU in the web process", f"{used / 100 * 1000:.1f} ms", "15 ms")
    until = time.perf_counter() + 10

    def click() -> None:
        """One browser: it keeps its connection open."""
        browser = http.client.HTTPConnection(urlsplit(address).netloc)
        while time.perf_counter() < until:
            start = time.perf_counter()
            browser.request("GET", path, headers={"Cookie": cookie})
            answer = browser.getresponse()
            assert answer.status == 200
            answer.read()
            taken.append(time.perf_counter() - start)
        browser.close()

    clickers = [threading.Thread(target=click) for _n in range(8)]
    for one in clickers:
        one.start()
    for one in clickers:
        one.join()
    figure("desk list: requests a second, 8 clients", f"{len(taken) / 10:.0f}", "75")
    figure("desk list: p95, 8 clients", f"{statistics.quantiles(taken, n=20)[18] * 1000:.0f} ms", "under 200 ms")


def test_case_pages_and_deciding(world: World, figure: Record) -> None:
    from access import decide

    walk = world.walk()
    walk.open()
    walk.fill()
    walk.ask_consent()
    figure("submit: CPU", f"{_once(walk.consent):.0f} ms", "under 50 ms")
    walk.check()
    walk.admit()
    figure("propose: CPU", f"{_once(walk.propose):.0f} ms", "under 50 ms")
    figure("accept: CPU", f"{_once(walk.accept):.0f} ms", "under 50 ms")
    case = walk.case
    for who, role, address in (
        (world.patient_user, "patient", reverse("patient:case", args=[case.pk])),
        (world.coordinator, "coordinator", reverse("desk:case", args=[case.pk])),
        (world.expert.user, "expert", reverse("expert:case", args=[case.pk])),
    ):
        client = verified_client(who, role)
        figure(f"case page of the {role}: queries of its own", own_queries(client, address), "at most 15")
    actor = acting(world.expert.user, "expert")
    fresh = Case.objects.get(pk=case.pk)
    with CaptureQueriesContext(connection) as queries:
        assert decide(actor, "case.read", fresh).allowed
    figure("deciding: queries", len(queries), "at most 4")

    def decide_fifty() -> None:
        for _n in range(50):
            decide(actor, "case.read", Case.objects.get(pk=case.pk))

    figure("deciding, the case read too: CPU", f"{_milliseconds(decide_fifty, 5) / 50:.1f} ms", "2 ms")


def _once(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1000
