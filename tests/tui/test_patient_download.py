"""A copy of one patient's data, made from the patient's card (REQUIREMENTS section 6)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from exporter.archive.reader import Archive
from store.practice import Practice
from tests import people
from tests.tui.conftest import SMALL, arrive, see, type_text
from tests.tui.front_desk import actions, add_patient, hoa, open_card
from tui.screens.patient_download import PatientDownloadDialog

PASSPHRASE = "three blue kites over water"


async def test_a_copy_for_the_patient_holds_the_patient_and_nobody_else(
    kiosk: Any, practice: Practice, home_folder: Path
) -> None:
    """The dialog fits the smallest screen; what it makes opens with the passphrase alone."""
    patient_id = hoa(practice)
    add_patient(practice, "Zolotov", "Ruth", "1950-01-01", email="ruth@example.org")
    async with kiosk.run_test(size=SMALL) as pilot:
        await open_card(pilot, "hoa", "kim")
        await pilot.press("d")
        await arrive(pilot, PatientDownloadDialog)
        await see(pilot, "Make the copy")
        await see(pilot, "Copy of the data of Thị Hoa Nguyễn, born 14 Mar 1984")
        for text in ("Hoa Nguyen, herself", PASSPHRASE, "three blue kites"):
            await type_text(pilot, text)
            await pilot.press("tab")
        await pilot.press("tab")
        await type_text(pilot, people.PASSWORDS["kim"])
        await pilot.press("enter")
        await see(pilot, "The two are not the same.")
        await type_text(pilot, PASSPHRASE)
        await pilot.press("enter")
        await see(pilot, "Saved as")
    (made,) = home_folder.glob("1000-2026-11-20-patient-*.zip")
    with Archive.open(made, PASSPHRASE) as archive:
        assert archive.verify().is_whole
        everything = b"".join(archive.read(entry.name, 10**7) for entry in archive.entries)
    assert b"hoa@example.org" in everything
    assert b"Zolotov" not in everything
    assert b"ruth@example.org" not in everything
    assert actions(practice, patient_id)[-2:] == ["patient_download.begin", "patient_download.make"]
    told = practice.call(lambda s: s.one("SELECT * FROM disclosure"))
    assert (told["patient_id"], told["recipient"]) == (patient_id, "Hoa Nguyen, herself")
    assert (told["form"], told["is_encrypted"]) == ("download", 1)
    assert not list(practice.folder.downloads.iterdir())
