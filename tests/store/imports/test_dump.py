"""The reader of dumps: hard values, odd statements, cut files, flat memory."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store.errors import SourceProblem
from store.imports.opendental import text_source
from store.imports.opendental.dump import Dump
from store.imports.opendental.tokens import Value, value
from tests.store.imports import dumps

HARD = "it's \\ 'x' \"y\"\r\n); -- no\n/* no */ # no\nINSERT INTO `t` VALUES (9);\0 ü Nguyễn 𝄞"
Rows = dict[str, list[list[Value]]]


def rows_of(path: Path) -> Rows:
    """Read a whole dump into values, by table."""
    read: Rows = {}
    for batch in Dump(path).batches():
        table = read.setdefault(batch.table, [])
        table += [[value(literal) for literal in row] for row in batch.rows]
    return read


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read so little at a time that everything is cut somewhere."""
    monkeypatch.setattr(text_source, "PIECE", len(dumps.HEAD) + 1)


VALUES = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.sampled_from([HARD, "NULL", "-- Dump completed", "'", "\\", ",", ")"]),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    rows=st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=8),
    piece=st.integers(300, 1200),
)
def test_any_rows_are_read_back_wherever_the_pieces_are_cut(
    tmp_path: Path, rows: list[tuple[Value, ...]], piece: int
) -> None:
    path = dumps.write(tmp_path / "d.sql", dumps.dump(dumps.table("t", ["a", "b", "c"], rows)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_source, "PIECE", piece)
        assert rows_of(path) == {"t": [list(row) for row in rows]}


@pytest.mark.usefixtures("small_pieces")
def test_statements_that_are_not_rows_are_passed_over(tmp_path: Path) -> None:
    body = (
        "# a comment; with 'a quote\n-- another; 'one\n/* a third; ' */\n"
        "CREATE DATABASE /*!32312 IF NOT EXISTS*/ `x`;\nUSE `x`;\n"
        "DELIMITER ;;\n/*!50003 CREATE*/ /*!50003 TRIGGER t BEFORE INSERT ON t FOR EACH ROW BEGIN"
        " INSERT INTO `t` VALUES (7,8); END */;;\nDELIMITER ;\n"
        "/*!50001 CREATE VIEW `v` AS SELECT 1 AS `a;'` */;\n"
        "ALTER DATABASE `x` COMMENT 'it''s; \\' INSERT INTO `t` VALUES (1);';\n"
    )
    path = dumps.write(
        tmp_path / "d.sql", dumps.dump(body, dumps.table("t", ["a", "b"], [[1, "one"]]), body)
    )
    assert rows_of(path) == {"t": [[1, "one"]]}


def test_an_insert_may_name_its_columns_in_another_order(tmp_path: Path) -> None:
    described = dumps.table("t", ["a", "b"], [])
    text = dumps.dump(described, "INSERT  IGNORE INTO `t` (`b`, `a`) VALUES (1, 2) , (3, 4) ;\n")
    batches = list(Dump(dumps.write(tmp_path / "d.sql", text)).batches())
    assert [(batch.columns, batch.rows) for batch in batches] == [
        (("b", "a"), [("1", "2"), ("3", "4")])
    ]


def test_tables_that_are_not_wanted_are_counted(tmp_path: Path) -> None:
    path = dumps.write(
        tmp_path / "d.sql",
        dumps.dump(dumps.table("t", ["a"], [[1]]), dumps.table("u", ["a", "b"], [[HARD, 1]] * 3)),
    )
    dump = Dump(path, wanted=lambda table: table == "t")
    assert [row for batch in dump.batches() for row in batch.rows] == [("1",)]
    assert dump.skipped == {"u": 3}


def test_a_compressed_dump_reads_the_same(tmp_path: Path) -> None:
    text = dumps.dump(dumps.table("t", ["a"], [[HARD]])).encode()
    packed = tmp_path / "d.sql.gz"
    packed.write_bytes(gzip.compress(text))
    assert rows_of(packed) == {"t": [[HARD]]}


def test_text_in_latin1_is_read_as_the_server_means_it(tmp_path: Path) -> None:
    """The server's latin1 is Windows code page 1252, euro sign included."""
    text = dumps.dump(dumps.table("t", ["a"], [["Müller – 5 €"]])).replace("utf8mb4", "latin1")
    assert rows_of(dumps.write(tmp_path / "d.sql", text, "cp1252")) == {"t": [["Müller – 5 €"]]}


def test_bytes_that_are_no_text_do_not_swallow_the_quote_behind_them(tmp_path: Path) -> None:
    text = dumps.dump(dumps.table("t", ["a", "b"], [["RAW", 1]])).encode()
    path = tmp_path / "d.sql"
    path.write_bytes(text.replace(b"'RAW'", b"_binary '\xff\xe2\x82'"))
    assert rows_of(path) == {"t": [[b"\xff\xe2\x82", 1]]}


def test_text_in_a_character_set_with_backslash_bytes_is_refused(tmp_path: Path) -> None:
    text = dumps.dump(dumps.table("t", ["a"], [[1]])).replace("utf8mb4", "gbk")
    with pytest.raises(SourceProblem, match="gbk"):
        rows_of(dumps.write(tmp_path / "d.sql", text))


def test_a_dump_that_the_shell_wrote_as_utf_16_says_how_to_mend_it(tmp_path: Path) -> None:
    with pytest.raises(SourceProblem, match="--result-file"):
        rows_of(dumps.write(tmp_path / "d.sql", dumps.practice(), "utf-16"))


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("empty", ""),
        ("a database file", "SQLite format 3\0" + "x" * 5000),
        ("another server's dump", "--\n-- PostgreSQL database dump\n--\nCOPY t FROM stdin;\n"),
        ("a spreadsheet", "PatNum,LName\n1,Adler\n"),
        ("a compressed file", "\x1f\x8b"),
    ],
)
def test_what_is_no_mysqldump_is_refused(tmp_path: Path, what: str, text: str) -> None:
    with pytest.raises(SourceProblem):
        rows_of(dumps.write(tmp_path / "d.sql", text, "latin-1"))


def test_a_row_with_too_few_values_is_refused(tmp_path: Path) -> None:
    text = dumps.dump(dumps.table("t", ["a", "b"], []), "INSERT INTO `t` VALUES (1,2),(3);\n")
    with pytest.raises(SourceProblem, match="more or fewer values"):
        rows_of(dumps.write(tmp_path / "d.sql", text))


def test_a_dump_of_several_databases_is_refused(tmp_path: Path) -> None:
    """Rows of two databases must not be mixed."""
    text = dumps.dump(dumps.table("t", ["a"], [[1]]), dumps.table("t", ["a"], [[2]]))
    with pytest.raises(SourceProblem, match="twice"):
        rows_of(dumps.write(tmp_path / "d.sql", text))


WHOLE = dumps.dump(
    dumps.table("t", ["a", "b"], [[1, HARD], [2, "-- Dump completed"], [3, None]]),
    dumps.table("u", ["a"], [["x" * 100]]),
).encode()
END_OF_DATA = WHOLE.rindex(b"-- Dump completed")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300)
@given(st.integers(0, END_OF_DATA + len("-- Dump complete")))
def test_a_dump_that_is_cut_anywhere_is_refused(tmp_path: Path, length: int) -> None:
    path = tmp_path / "d.sql"
    path.write_bytes(WHOLE[:length])
    with pytest.raises(SourceProblem) as refused:
        rows_of(path)
    assert refused.value.kept == "Nothing was imported."
    assert refused.value.do


PACKED = gzip.compress(WHOLE, mtime=0)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.integers(0, len(PACKED) - 1))
def test_a_compressed_dump_that_is_cut_anywhere_is_refused(tmp_path: Path, length: int) -> None:
    path = tmp_path / "d.sql.gz"
    path.write_bytes(PACKED[:length])
    with pytest.raises(SourceProblem):
        rows_of(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)
@given(st.integers(20, len(PACKED) - 1), st.integers(1, 255))
def test_a_compressed_dump_with_a_changed_byte_is_never_read_as_whole(
    tmp_path: Path, at: int, by: int
) -> None:
    damaged = bytearray(PACKED)
    damaged[at] ^= by
    path = tmp_path / "d.sql.gz"
    path.write_bytes(damaged)
    with pytest.raises(SourceProblem):
        rows_of(path)


def _long_insert(path: Path, rows: int, note: str) -> Path:
    """Write one INSERT of many megabytes on one line, as extended inserts are."""
    described = dumps.table("t", ["a", "b"], [])
    with path.open("w", encoding="utf-8") as file:
        file.write(dumps.HEAD + described + "INSERT INTO `t` VALUES ")
        file.writelines(f"({number},'{note}')," for number in range(rows))
        file.write(f"({rows},'{note}');\n{dumps.TAIL}")
    return path


def _peak(path: Path) -> tuple[int, int]:
    """Return rows read and the most memory that reading held, in bytes."""
    rows = 0
    tracemalloc.start()
    try:
        for batch in Dump(path).batches():
            rows += len(batch.rows)
        return rows, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_stays_flat_however_long_a_line_is(tmp_path: Path) -> None:
    short = _long_insert(tmp_path / "short.sql", 20_000, "it\\'s " * 10)
    long = _long_insert(tmp_path / "long.sql", 160_000, "it\\'s " * 10)
    few, peak_of_short = _peak(short)
    many, peak_of_long = _peak(long)
    assert (few, many) == (20_001, 160_001)
    assert peak_of_long < peak_of_short * 1.25
    assert peak_of_long < long.stat().st_size / 2


def test_a_row_of_several_megabytes_is_read(tmp_path: Path) -> None:
    note = HARD * 60_000
    path = dumps.write(tmp_path / "d.sql", dumps.dump(dumps.table("t", ["a", "b"], [[note, 1]])))
    assert rows_of(path) == {"t": [[note, 1]]}


def test_a_file_that_never_ends_a_row_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vulnerability: memory. Scenario: a quote that is never closed, in a file of any length.
    Verified: reading ends with a sentence once the longest row is exceeded.
    """
    monkeypatch.setattr("store.imports.opendental.dump.LARGEST_ROW", 100_000)
    monkeypatch.setattr(text_source, "PIECE", 10_000)
    text = dumps.HEAD + dumps.table("t", ["a"], []) + "INSERT INTO `t` VALUES ('" + "x" * 5_000_000
    with pytest.raises(SourceProblem, match="64 MB"):
        rows_of(dumps.write(tmp_path / "d.sql", text))


ATTACKS = {
    "open brackets": "(" * 200_000,
    "open escapes": "'\\" * 100_000,
    "doubled quotes": "''" * 100_000 + "\\",
    "open comments": "/*" * 100_000,
    "open rows": "(1," * 100_000,
}


@pytest.mark.parametrize("text", ATTACKS.values(), ids=ATTACKS)
def test_no_text_makes_reading_slow(tmp_path: Path, text: str) -> None:
    """Vulnerability: time. Scenario: text that makes careless patterns try again without end.
    Verified: a sentence comes at once; a pattern that tries again would not end within the day.
    """
    body = dumps.table("t", ["a", "b"], []) + "INSERT INTO `t` VALUES " + text
    with pytest.raises(SourceProblem):
        rows_of(dumps.write(tmp_path / "d.sql", dumps.HEAD + body))
