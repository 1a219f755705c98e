"""Texts of other programs as tables: shown only if every line parses."""

from __future__ import annotations

import codecs
import csv
import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.archive import foreign_tables, pager, stream
from exporter.archive.errors import ArchiveProblem, MalformedText
from exporter.archive.foreign_tables import read_delimited
from exporter.archive.reader import Archive
from tests.exporter.archive.making import PASSWORD
from tests.exporter.archive.test_foreign import packed

PIECE = 10_000
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")


@pytest.fixture(autouse=True)
def longest_field() -> Iterator[None]:
    """The library has one limit for all its readers: put it back after a test that lowers it."""
    before = csv.field_size_limit()
    yield
    csv.field_size_limit(before)


def table(tmp_path: Path, name: str, text: bytes, method: int = 8) -> Archive:
    return Archive.open(packed(tmp_path / "a.zip", {name: text}, method), PASSWORD)


@pytest.mark.parametrize(
    ("name", "text", "rows"),
    [
        ("a.csv", b"a,b\r\n1,2\r\n", [("1", "2")]),
        ("a.csv", b"a,b\n1,2", [("1", "2")]),
        ("a.csv", b'\xef\xbb\xbf"a",b\n"x\ny","he said ""no"""\n', [("x\ny", 'he said "no"')]),
        ("a.csv", b"a;b\n1,5;2\n", [("1,5", "2")]),
        ("a.csv", b"only\n1\n2\n", [("1",), ("2",)]),
        ("A.TXT", b"a\tb\n\t2\n", [(None, "2")]),
        ("a.tsv", "ä\tb\n日本\t😀\n".encode(), [("日本", "😀")]),
    ],
)
def test_tables_of_other_programs(
    tmp_path: Path, name: str, text: bytes, rows: list[tuple[str | None, ...]]
) -> None:
    with table(tmp_path, name, text) as archive:
        found = archive.foreign_table(name)
        page = archive.page(name, 0)
    assert page.total == found.rows == len(rows)
    assert list(page.rows) == rows


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.csv", b"a,b\n1,2,3\n", "line 2: 3 fields where 2 belong"),
        ("a.csv", b'a,b\n"1,2\n', "quotation marks do not match"),
        ("a.csv", b"a,b\n1,\xff\n", "UTF-8"),
        ("a.txt", b"just a note\n", "no delimiter"),
        ("a.txt", b"", "no delimiter"),
        ("a.csv", b"a,b\n1,2\r3,4\n", "carriage return"),
        ("a.csv", b'a,b\n1,5" pipe\n2,6\n', "do not add up"),
    ],
)
def test_what_does_not_parse_is_left_to_be_extracted(
    tmp_path: Path, name: str, text: bytes, told: str
) -> None:
    with table(tmp_path, name, text) as archive, pytest.raises(ArchiveProblem, match=told):
        archive.foreign_table(name)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_pages_from_the_middle_of_every_method(
    tmp_path: Path, method: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pager, "SPACING", 50_000)
    monkeypatch.setattr(stream, "PLAIN_BLOCK", 20_000)
    text = b"n,square\n" + b"".join(b"%d,%d\n" % (n, n * n) for n in range(30_000))
    with table(tmp_path, "a.csv", text, method) as archive:
        archive.foreign_table("a.csv")
        for start in (24_000, 12_000, 0, 29_999):
            assert archive.page("a.csv", start, 1).rows == ((str(start), str(start * start)),)


def test_only_the_first_byte_order_mark_is_none_of_the_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that begins with that character keeps it, wherever its block was cut."""
    monkeypatch.setattr(stream, "PLAIN_BLOCK", 7)
    text = codecs.BOM_UTF8 + b"a,b\n" + "\ufeffx,y\n".encode() * 20
    with table(tmp_path, "a.csv", text) as archive:
        found = archive.foreign_table("a.csv")
        assert [field.name for field in found.fields] == ["a", "b"]
        for start in range(20):
            assert archive.page("a.csv", start, 1).rows == (("\ufeffx", "y"),)


@settings(max_examples=50, deadline=None)
@given(
    rows=st.lists(
        st.lists(st.text(CHARACTERS), min_size=2, max_size=2),
        min_size=1, max_size=6,
    ),
    cut=st.integers(1, 7),
)  # fmt: skip
def test_what_the_standard_writer_wrote_is_read_back(rows: list[list[str]], cut: int) -> None:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    text = out.getvalue().encode()
    pieces = [text[n : n + cut] for n in range(0, len(text), cut)]
    found = [[field or "" for field in row] for row in read_delimited(pieces, delimiter=",")]
    found[0][0] = found[0][0].removeprefix("\ufeff")
    rows[0][0] = rows[0][0].removeprefix("\ufeff")
    assert found == rows


@pytest.mark.parametrize(
    ("begin", "more"),
    [(b"", b","), (b'"', b","), (b'a"', b","), (b"", b'"",'), (b'"', b"\n,"), (b'"', b"\n")],
)
def test_attack_a_record_without_end_in_little_memory(begin: bytes, more: bytes) -> None:
    """Vulnerability: 20 KB of a ZIP, a line of 20 million commas, became a list of 160 MB.
    Scenario: delimiters, quoted or not, over one line or many, in one record.
    Verified: refused before the reader takes them apart."""
    text = more * (PIECE // len(more))
    pieces = (piece for n in range(100) for piece in ([begin + text] if n == 0 else [text]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(foreign_tables, "MAX_DELIMITERS", 20_000)
        patch.setattr(foreign_tables, "MAX_ROW", 100_000)
        tracemalloc.start()
        try:
            with pytest.raises(MalformedText, match="without an end"):
                list(read_delimited(pieces, delimiter=","))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 3_500_000


def test_delimiters_of_many_records_are_no_long_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign_tables, "MAX_DELIMITERS", 3)
    monkeypatch.setattr(foreign_tables, "MAX_ROW", 40)
    text = b'a,"b,\n,"\n' * 50
    assert list(read_delimited([text], delimiter=",", skip=20)) == [["a", "b,\n,"]] * 30
