"""The sheet with a patient's user name and password: what stands on it, and how it looks (P9)."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from exporter.letters.access_sheet import NoFont, make_access_sheet, preview_lines
from exporter.letters.typesetting import Setter, plain
from store.errors import BadInput
from tests.exporter.letters.conftest import SHEET
from tests.exporter.letters.reading import difference, drawn, pages_in, text_of

pytestmark = pytest.mark.usefixtures("poppler")

GOLDEN = Path(__file__).parent / "golden"
SCRIPTS = {
    "vietnamese": "Nguyễn Thị Hồng Ánh",
    "greek": "Ελένη Παπαδοπούλου",
    "cyrillic": "Екатерина Щербакова",
    "arabic": "محمد عبد الرحمن الأحمد",
    "hebrew": "שָׂרָה בן־דוד לוי",
    "cjk": "王小明 鈴木さくら",
    "devanagari": "श्रीमती अनिता कृष्णमूर्ति शर्मा",
}
_LINE = 14.0
"""Millimetres from one name to the next on the page of names."""
_DPI = 100
_SAME = 0.12


def page_of_names(folders: tuple[Path, ...], *, shaping: bool = True) -> dict[str, Image.Image]:
    """Set every name as the sheet does, and cut its line out of the drawn page."""
    from fpdf import FPDF

    pdf = FPDF(unit="mm", format="letter")
    setter = Setter(pdf, "".join(SCRIPTS.values()), folders)
    if not shaping:
        pdf.set_text_shaping(False)
    for number, name in enumerate(SCRIPTS.values()):
        pdf.set_xy(10, 10 + number * _LINE)
        setter.fitted(plain(name), (17,), 180)
    page = drawn(bytes(pdf.output()), _DPI)
    cut = {}
    for number, script in enumerate(SCRIPTS):
        top = (9 + number * _LINE) * _DPI / 25.4
        cut[script] = page.crop((0, int(top), 420, int(top) + 44))
    return cut


def test_p9_the_sheet_holds_what_it_takes_to_sign_in() -> None:
    """Read back by another program; one page; the name as it is written."""
    pdf = make_access_sheet(SHEET, datetime(2026, 11, 20, 17, tzinfo=UTC))
    assert pages_in(pdf) == 1
    told = text_of(pdf)
    for word in (
        SHEET.patient_name,
        SHEET.portal_url,
        SHEET.user_name,
        SHEET.password,
        SHEET.office_name,
        *SHEET.office_lines,
        SHEET.office_phone,
        "4 December 2026",
        "If you did not ask for this",
    ):
        assert word in told
    preview = " ".join(preview_lines(SHEET))
    assert all(word in preview for word in (SHEET.patient_name, SHEET.password, "4 December 2026"))
    assert max(map(len, preview_lines(SHEET))) <= 72


def test_p9_the_square_code_is_the_portal_address() -> None:
    zbarimg = shutil.which("zbarimg")
    if zbarimg is None:
        pytest.skip("zbarimg is not installed (Debian: zbar-tools)")
    picture = io.BytesIO()
    drawn(make_access_sheet(SHEET), 150).save(picture, "PNG")
    done = subprocess.run(
        [zbarimg, "--quiet", "--raw", "-"],
        input=picture.getvalue(),
        capture_output=True,
        check=True,
    )
    assert done.stdout.decode().strip() == SHEET.portal_url


def test_p5_names_of_seven_scripts_look_as_they_are_written(font_folders: tuple[Path, ...]) -> None:
    """Marks in place, letters joined, right-to-left names from the right: held against pictures.

    The pictures were looked at by a person; `python -m tests.exporter.letters.test_access_sheet`
    makes them anew.
    """
    for script, picture in page_of_names(font_folders).items():
        with Image.open(GOLDEN / f"{script}.png") as wanted:
            assert difference(wanted.convert("L"), picture) < _SAME, script


def test_the_comparison_would_notice_names_set_letter_by_letter(
    font_folders: tuple[Path, ...],
) -> None:
    unshaped = page_of_names(font_folders, shaping=False)
    for script in ("arabic", "hebrew", "devanagari"):
        with Image.open(GOLDEN / f"{script}.png") as wanted:
            assert difference(wanted.convert("L"), unshaped[script]) > _SAME, script


@pytest.mark.parametrize(
    ("name", "told"),
    [("\U00012000\U00012001 Lee", "Cuneiform"), ("\ue000", "without a name")],
)
def test_a_name_that_no_font_has_is_refused_with_its_script(name: str, told: str) -> None:
    """Never boxes."""
    with pytest.raises(NoFont, match=told) as refused:
        make_access_sheet(replace(SHEET, patient_name=name))
    assert "Install a font" in refused.value.do
    assert "password is as it was" in refused.value.kept


@pytest.mark.usefixtures("font_folders")
@pytest.mark.parametrize(
    "name", ["W" * 200, "Ekaterina Constantinopolsky " * 8, "משפחה ארוכה " * 17]
)
def test_a_name_of_200_letters_wraps_and_keeps_it_on_one_page(name: str) -> None:
    pdf = make_access_sheet(replace(SHEET, patient_name=name))
    assert pages_in(pdf) == 1
    told = text_of(pdf)
    assert SHEET.password in told
    assert "If you did not ask for this" in told


def test_attack_a_name_that_turns_its_neighbours_round() -> None:
    """Vulnerability: bidirectional controls in a name reorder the line, or hide a part of it."""
    assert plain("Ann \u202eeel\u2066 Lee\n\tX\u0000") == "Ann eel Lee X"
    assert plain("e" + "\u0301" * 40 + "!").count("\u0301") <= 3
    assert "Ann eel" in text_of(make_access_sheet(replace(SHEET, patient_name="Ann \u202eeel")))


def test_a_password_of_the_patients_own_kind_names_no_last_day() -> None:
    told = text_of(make_access_sheet(replace(SHEET, valid_until_on=None)))
    assert "until you change it" in told
    assert "2026" not in told


def test_spanish_for_who_speaks_it() -> None:
    told = text_of(make_access_sheet(replace(SHEET, language="Spanish")))
    assert "4 de diciembre de 2026" in told
    assert "Password" not in told


def test_p9_it_is_made_without_a_file_and_its_title_names_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.chdir(tmp_path)
    pdf = make_access_sheet(SHEET)
    assert list(tmp_path.iterdir()) == []
    info = subprocess.run(["pdfinfo", "-"], input=pdf, capture_output=True, check=True).stdout
    assert b"Your online access" in info
    assert not [word for word in ("Hoa", SHEET.password) if word.encode() in info]


def test_it_can_be_made_where_no_fonts_are_installed(tmp_path: Path) -> None:
    latin = replace(SHEET, patient_name="Ann O’Brien")
    told = text_of(make_access_sheet(latin, folders=(tmp_path,)))
    assert "Ann O'Brien" in told
    assert SHEET.password in told
    with pytest.raises(NoFont, match="Latin"):
        make_access_sheet(SHEET, folders=(tmp_path,))


def test_what_would_not_fit_is_refused() -> None:
    with pytest.raises(BadInput, match="too long"):
        make_access_sheet(replace(SHEET, portal_url="https://a.example/" + "x" * 400))


def _make_golden() -> None:
    from tests.exporter.letters.conftest import CJK, FONTS, find, system_folders

    folders = tuple({path.parent for path in find((*FONTS, CJK), system_folders())})
    for script, picture in page_of_names(folders).items():
        picture.quantize(16).save(GOLDEN / f"{script}.png", optimize=True)


if __name__ == "__main__":
    _make_golden()
