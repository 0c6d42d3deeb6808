"""Take the pictures of the README from a running demo (`make run`), as its people see it.

Usage: bin/tour.py [address]. Logs in by the real login, with the codes of the demo mailbox.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "tour"
ADDRESS = (sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000").rstrip("/")
PASSWORD = os.environ.get("DEMO_PASSWORD") or "demonstration-2026"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: A README picture weighs less than this.
MOST = 200_000


def code_for(page: Page, email: str, since: float) -> str:
    """The code of the newest mail to an address, once it has arrived."""
    for _try in range(60):
        page.goto(f"{ADDRESS}/demo/mailbox/?to={email}")
        for link in page.locator("main a[href*='/demo/mailbox/']").all()[:6]:
            address = link.get_attribute("href") or ""
            text = page.request.get(ADDRESS + address).text() if address.startswith("/") else ""
            found = re.search(r"\b(\d{3})\s?(\d{3})\b", re.sub(r"<[^>]+>", " ", text))
            if email in text and found:
                return found.group(1) + found.group(2)
        time.sleep(1)
    raise SystemExit(f"no code came for {email} within {time.time() - since:.0f} s")


def logged_in(browser: Browser, email: str, width: int, height: int) -> Page:
    """A page of this person, logged in with a code."""
    page = browser.new_context(viewport={"width": width, "height": height}, locale="fr-FR").new_page()
    page.goto(f"{ADDRESS}/connexion/")
    page.fill("[name='auth-username']", email)
    page.fill("[name='auth-password']", PASSWORD)
    asked = time.time()
    page.click("main button:not(.link-button)")
    code = code_for(page.context.new_page(), email, asked)
    page.fill("[name='token-otp_token']", code)
    page.click("main form:has([name='token-otp_token']) button:not(.link-button)")
    page.wait_for_load_state("networkidle")
    return page


def take(page: Page, name: str) -> None:
    """Keep what is in view.

    Raises:
        SystemExit: the picture is too heavy for the README.
    """
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path)
    # Drawn pages have few colours: a palette is a third of the weight, and looks the same.
    Image.open(path).convert("RGB").quantize(256).save(path, optimize=True)
    if path.stat().st_size > MOST:
        raise SystemExit(f"{path.name} weighs {path.stat().st_size} bytes: at most {MOST}")


def main() -> None:
    """All pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR").new_page()
        page.goto(f"{ADDRESS}/")
        take(page, "home")
        page = logged_in(browser, "patient@demo.test", 1280, 900)
        page.goto(f"{ADDRESS}/patient/")
        take(page, "patient")
        page = logged_in(browser, "coordinator@demo.test", 1280, 900)
        page.goto(f"{ADDRESS}/bureau/")
        take(page, "desk")
        page = logged_in(browser, "expert@demo.test", 1280, 900)
        page.goto(f"{ADDRESS}/expert/")
        cases = re.findall(r'href="(/expert/dossiers/[0-9a-f-]{36}/)"', page.content())
        answers = {address: page.request.get(ADDRESS + address).text() for address in cases}
        page.goto(ADDRESS + next(address for address, text in answers.items() if "data-autosave-url" in text))
        page.wait_for_load_state("networkidle")
        take(page, "expert")
        papers = [re.search(r'href="([^"]+/avis/[^"]+/fichier/)"', text) for text in answers.values() if "DA-" in text]
        paper = next(found for found in papers if found)
        keep_opinion(page.request.get(ADDRESS + paper.group(1)).body())
        browser.close()


def keep_opinion(pdf: bytes) -> None:
    """The first page of a signed opinion as a picture."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        command = ["pdftoppm", "-png", "-r", "70", "-singlefile", file.name, str(PICTURES / "opinion")]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
