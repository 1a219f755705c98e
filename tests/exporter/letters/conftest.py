"""What tests of printed sheets share."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from exporter.letters.fonts import find, system_folders
from store.access import Actor
from store.portal_credentials import Credentials
from store.practice import Practice
from store.use_cases import online_access
from store.use_cases.online_access import AccessSheet
from tests import people
from tests.exporter.letters import ready_printer
from tests.exporter.letters.ready_printer import ReadyPrinter
from tests.store.portal_patients import enter_patient, with_portal

SignIn = Callable[[str], Actor]

FONTS = ("DejaVuSans.ttf", "DejaVuSansMono-Bold.ttf", "Lohit-Devanagari.ttf")
CJK = "DroidSansFallbackFull.ttf"
SHEET = AccessSheet(
    patient_name="Thị Hoa Nguyễn",
    user_name="Hoa20417",
    password="Hk7mQw3xRt",
    portal_url="https://portal.maplegrove.example/welcome",
    valid_until_on=date(2026, 12, 4),
    office_name=people.PRACTICE_NAME,
    office_lines=("410 Alder Street, Suite 2", "Portland, OR 97205"),
    office_phone="(503) 555-0142",
    language="English",
)


@pytest.fixture(scope="session")
def font_folders() -> tuple[Path, ...]:
    """The folders of the fonts that the pictures in `golden` were made with."""
    found = find((*FONTS, CJK), system_folders())
    if len(found) != len(FONTS) + 1:
        pytest.skip("fonts (Debian: fonts-dejavu-core, fonts-droid-fallback, fonts-lohit-deva)")
    return tuple(sorted({path.parent for path in found}))


@pytest.fixture(scope="session")
def poppler() -> None:
    """Programs that draw a PDF and read its text, by other people than those who made it."""
    if shutil.which("pdftoppm") is None or shutil.which("pdftotext") is None:
        pytest.skip("pdftoppm is not installed (Debian: poppler-utils)")


@pytest.fixture(scope="module")
def printer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReadyPrinter]:
    """A real printer that takes PDF."""
    if not ready_printer.is_there():
        pytest.skip(ready_printer.MISSING)
    with ready_printer.running(tmp_path_factory.mktemp("printer") / "p") as running:
        yield running


@pytest.fixture
def kim(practice: Practice, sign_in: SignIn) -> Actor:
    with_portal(practice)
    return sign_in("kim")


@pytest.fixture
def ana(practice: Practice, kim: Actor, sign_in: SignIn) -> Actor:
    """At the front desk: may print sheets, and has no right to the printers."""
    return sign_in("ana")


@pytest.fixture
def given(practice: Practice, ana: Actor) -> Credentials:
    return practice.call(online_access.provide, ana, enter_patient(practice))
