"""A copy for one patient: its keys, and the folder that people name (REQUIREMENTS section 6)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.archive.errors import Cancelled
from exporter.runner.patient_archive import make_patient_archive
from store.access import Actor
from store.errors import BadInput, Conflict
from store.practice import Practice
from store.use_cases.patient_download import PatientCopy, authorise_patient_download
from store.use_cases.unattended import Progress
from tests import people
from tests.store.portal_patients import enter_patient

SignIn = Callable[[str], Actor]


@pytest.fixture
def kim(sign_in: SignIn) -> Actor:
    return sign_in("kim")


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """A folder that somebody names."""
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.fixture
def copy(practice: Practice, kim: Actor) -> PatientCopy:
    """A copy that kim may make now."""
    return practice.call(
        authorise_patient_download,
        kim,
        enter_patient(practice),
        to_whom="Hoa Nguyen",
        password=people.PASSWORDS["kim"],
        passphrase="three blue kites over water",
    )


def test_attack_a_second_try_with_the_keys_of_the_first(
    practice: Practice, kim: Actor, copy: PatientCopy, stick: Path
) -> None:
    """Vulnerability: two archives under one set of keys give their texts away without a password.

    Scenario: the first try is stopped on a memory stick that keeps what was deleted; the second
    is made of the store as it is by then. Verified: the keys are handed out once.
    """
    with pytest.raises(Cancelled):
        make_patient_archive(practice, kim, copy, stick, cancelled=lambda: True)
    with pytest.raises(Conflict, match="begun with this already"):
        make_patient_archive(practice, kim, copy, stick)
    assert list(stick.iterdir()) == []


def test_attack_a_file_that_appears_meanwhile_is_not_overwritten(
    practice: Practice, kim: Actor, copy: PatientCopy, stick: Path
) -> None:
    """Race: two desks write to one folder; the name was free when the work began."""
    name = stick / f"1000-2026-11-20-patient-{copy.patient_id}.zip"

    def appears(_progress: Progress) -> None:
        name.write_text("mine")

    with pytest.raises(BadInput, match="already a file"):
        make_patient_archive(practice, kim, copy, stick, on_progress=appears)
    assert [path.read_text() for path in stick.iterdir()] == ["mine"]
    assert practice.call(lambda s: s.value("SELECT count(*) FROM disclosure")) == 0
