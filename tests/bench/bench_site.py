"""The home page for visitors, with the page cache and without it, and the search of the site."""

import socket
import statistics
import threading
import time
import urllib.request
from urllib.parse import urlencode, urlsplit

import pytest

from tests.bench.serving import serve
from tests.harness.figures import Record

SECONDS = 6
pytestmark = [pytest.mark.django_db(transaction=True)]


def _requests_a_second(address: str, path: str, *, clients: int = 8) -> float:
    """How many pages clients that keep their connections open are given in a second.

    The server shares the two cores with them, so they do as little as they can: send, and read to the length announced.
    """
    host = urlsplit(address)
    question = f"GET {path} HTTP/1.1\r\nHost: {host.netloc}\r\n\r\n".encode()
    until = time.perf_counter() + SECONDS
    done: list[int] = []

    def click() -> None:
        count = 0
        with socket.create_connection((host.hostname, host.port)) as line:
            while time.perf_counter() < until:
                line.sendall(question)
                answer = line.recv(65536)
                head, _, body = answer.partition(b"\r\n\r\n")
                assert head.startswith(b"HTTP/1.1 200"), head[:200]
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
                rest = length - len(body)
                while rest > 0:
                    rest -= len(line.recv(65536))
                count += 1
        done.append(count)

    threads = [threading.Thread(target=click) for _n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == clients
    return sum(done) / SECONDS


@pytest.mark.parametrize(("cache", "goal"), [("yes", 2000), ("no", 150)])
def test_the_home_page_for_visitors(figure: Record, cache: str, goal: int) -> None:
    words = "from the page cache" if cache == "yes" else "without the page cache"
    with serve(PAGE_CACHE=cache) as (address, _process):
        _requests_a_second(address, "/", clients=4)
        found = _requests_a_second(address, "/")
    figure(f"home page {words}: requests a second", f"{found:.0f}", f"at least {goal}")


#: As visitors type: a disease, a symptom with a fault, a question, another language, a name, nothing of ours.
_TYPED = ("endometriose", "hernie discal", "combien ça coûte", "herniated disk", "docteur salvat", "grippe aviaire")


def test_the_search_of_the_site(figure: Record) -> None:
    taken = []
    with serve() as (address, _process):
        for number in range(240):
            words = urlencode({"q": _TYPED[number % len(_TYPED)]}).encode()
            start = time.perf_counter()
            with urllib.request.urlopen(f"{address}/recherche/", words, timeout=10) as answer:
                assert answer.status == 200 and answer.read()
            taken.append((time.perf_counter() - start) * 1000)
    figure(
        "search of the site, p95 of 240, one at a time",
        f"{statistics.quantiles(taken, n=20)[18]:.0f} ms",
        "at most 100 ms",
    )
