"""The import as a whole: again, all or nothing, loose references."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from store.database import Store
from store.errors import SourceProblem
from store.imports.opendental.importer import import_opendental
from store.imports.opendental.mapping import TABLE_MAPS
from store.imports.report import ImportReport
from store.practice import Practice
from tests.store.imports import dumps
from tests.store.imports.reading import contents, reasons, rows, run


def test_a_second_import_doubles_nothing(empty: Practice, shared_data: Path) -> None:
    dump = shared_data / "opendental_100.sql.gz"
    first = empty.call(import_opendental, dump)
    before = contents(empty)
    second = empty.call(import_opendental, dump)
    assert contents(empty) == before
    assert second.rows_written == first.rows_written
    assert rows(empty, "SELECT count(*) FROM import_run") == [(2,)]


def test_a_practice_that_has_rows_of_its_own_keeps_them(
    empty: Practice, tmp_path: Path, shared_data: Path
) -> None:
    """Numbers that are taken are not taken over; a second import finds its rows again."""
    run(empty, tmp_path, dumps.practice())
    empty.call(_forget_where_they_came_from)
    own = rows(empty, "SELECT * FROM patient ORDER BY 1")
    dump = shared_data / "opendental_100.sql.gz"
    empty.call(import_opendental, dump)
    once = contents(empty)
    assert rows(empty, "SELECT * FROM patient WHERE patient_id <= 2 ORDER BY 1") == own
    assert len(once["patient"]) == len(own) + 100
    assert rows(empty, "SELECT count(*) FROM pragma_foreign_key_check") == [(0,)]
    empty.call(import_opendental, dump)
    assert contents(empty) == once


def test_a_table_that_the_dump_does_not_have_is_told(empty: Practice, tmp_path: Path) -> None:
    """Nobody is to take half a practice for a whole one."""
    report = run(empty, tmp_path, dumps.practice())
    told = {line.split(":")[0] for line in report.lines() if line.endswith(": not in the dump")}
    assert {"claim", "payment"} <= told
    assert told.isdisjoint({"patient", "provider"})
    assert told | report.tables.keys() == TABLE_MAPS.keys()


def _forget_where_they_came_from(store: Store) -> None:
    with store.transaction():
        store.execute("DELETE FROM source_identity")


def test_a_newer_dump_brings_rows_up_to_date(empty: Practice, tmp_path: Path) -> None:
    run(empty, tmp_path, dumps.practice())
    newer = dumps.dump(
        dumps.of_rows("patient", [dumps.patient(n, LName="Renamed") for n in (2, 7)]),
        dumps.of_rows("provider", [dumps.provider()]),
    )
    run(empty, tmp_path, newer)
    named = rows(empty, "SELECT patient_id, last_name FROM patient ORDER BY 1")
    assert named == [(1, "Invented"), (2, "Renamed"), (7, "Renamed")]


def test_references_that_lead_nowhere(empty: Practice, tmp_path: Path) -> None:
    """What may be empty is emptied and noted; what may not refuses its row, and so on down."""
    text = dumps.practice(
        dumps.of_rows(
            "appointment",
            [dumps.appointment(5, 1, Op=99), dumps.appointment(6, 88, Op=0)],
        ),
        dumps.of_rows("procedurecode", [{"CodeNum": 4, "ProcCode": "X0120"}]),
        dumps.of_rows(
            "procedurelog",
            [
                {
                    "ProcNum": n,
                    "PatNum": p,
                    "AptNum": a,
                    "CodeNum": 4,
                    "ProcStatus": 2,
                    "ProcFee": 1,
                }
                for n, p, a in ((1, 1, 5), (2, 1, 6), (3, 88, 6))
            ],
        ),
        dumps.of_rows(
            "procnote", [{"ProcNoteNum": n, "ProcNum": n, "PatNum": 1} for n in (1, 2, 3)]
        ),
    )
    report = run(empty, tmp_path, text)
    assert rows(empty, "SELECT appointment_id, operatory_id FROM appointment") == [(5, None)]
    found = rows(empty, "SELECT procedure_id, appointment_id FROM procedure ORDER BY 1")
    assert found == [(1, 5), (2, None)]
    assert rows(empty, "SELECT proc_note_id FROM proc_note ORDER BY 1") == [(1,), (2,)]
    gone = "refers to a row that is not in the source, or was refused"
    assert reasons(report, "appointment") == {f"patient_id {gone}": 1}
    assert reasons(report, "procedurelog") == {f"patient_id {gone}": 1}
    assert reasons(report, "procnote") == {f"procedure_id {gone}": 1}
    assert rows(empty, "SELECT count(*) FROM pragma_foreign_key_check") == [(0,)]
    known = "SELECT source_id FROM source_identity WHERE source_table = 'appointment'"
    assert rows(empty, known) == [(5,)]
    once = contents(empty)
    run(empty, tmp_path, text)
    assert contents(empty) == once


def test_a_newer_dump_that_breaks_a_row_leaves_the_one_that_is_there(
    empty: Practice, tmp_path: Path
) -> None:
    good = dumps.practice(dumps.of_rows("appointment", [dumps.appointment(5, 1, Note="first")]))
    run(empty, tmp_path, good)
    broken = [
        dumps.appointment(5, 88, Note="second"),
        dumps.appointment(6, 1, Note="third"),
    ]
    report = run(empty, tmp_path, dumps.practice(dumps.of_rows("appointment", broken)))
    found = rows(empty, "SELECT appointment_id, patient_id, note FROM appointment ORDER BY 1")
    assert found == [(5, 1, "first"), (6, 1, "third")]
    assert report.tables["appointment"].refused == 1


def test_two_rows_with_the_same_code(empty: Practice, tmp_path: Path) -> None:
    codes = [{"CodeNum": 4, "ProcCode": "X0120"}, {"CodeNum": 5, "ProcCode": "X0120"}]
    report = run(empty, tmp_path, dumps.practice(dumps.of_rows("procedurecode", codes)))
    assert reasons(report, "procedurecode") == {"another row has the same code": 1}
    assert rows(empty, "SELECT procedure_code_id FROM procedure_code") == [(4,)]


def test_offices_guardians_and_unknown_tables(empty: Practice, tmp_path: Path) -> None:
    text = dumps.practice(
        dumps.of_rows("clinic", [{"ClinicNum": 3, "Description": "", "Abbr": "North"}]),
        dumps.of_rows(
            "guardian",
            [{"GuardianNum": 1, "PatNumChild": 2, "PatNumGuardian": 1, "Relationship": 1}],
        ),
        dumps.of_rows("securitylog", [{"a": 1}, {"a": 2}]),
    )
    report = run(empty, tmp_path, text)
    assert rows(empty, "SELECT office_id, pgid, name FROM office") == [(3, 1, "North")]
    family = rows(empty, "SELECT child_id, guardian_id, relationship FROM guardian")
    assert family == [(2, 1, "mother")]
    assert report.not_read == {"securitylog": 2}
    assert "securitylog: not read, 2 rows" in report.lines()


@pytest.mark.parametrize(
    ("what", "text"),
    [
        (
            "other columns",
            dumps.dump(dumps.of_rows("patient", [{"id": 1, "name": "Invented"}])),
        ),
        ("no patients", dumps.dump(dumps.of_rows("wp_posts", [{"ID": 1}]))),
        ("nothing in it", dumps.dump()),
    ],
)
def test_a_dump_of_another_product_is_refused(
    empty: Practice, tmp_path: Path, what: str, text: str
) -> None:
    with pytest.raises(SourceProblem, match="not an Open Dental database"):
        run(empty, tmp_path, text)


def _cut(folder: Path, whole: bytes) -> Callable[[Store], ImportReport]:
    path = folder / "cut.sql"
    path.write_bytes(whole[: len(whole) * 9 // 10])
    return lambda store: import_opendental(store, path)


def _stopped(folder: Path, whole: bytes) -> Callable[[Store], ImportReport]:
    path = folder / "whole.sql"
    path.write_bytes(whole)
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 2

    return lambda store: import_opendental(store, path, cancelled=cancelled)


def _failing_at_the_end(folder: Path, whole: bytes) -> Callable[[Store], ImportReport]:
    path = folder / "whole.sql"
    path.write_bytes(whole)

    def refuse(_report: ImportReport, _transaction: object) -> None:
        raise SourceProblem("The audit trail took no event.")

    return lambda store: import_opendental(store, path, before_commit=refuse)


@pytest.mark.parametrize("failing", [_cut, _stopped, _failing_at_the_end])
def test_an_import_that_fails_leaves_the_store_as_it_was(
    empty: Practice,
    tmp_path: Path,
    failing: Callable[[Path, bytes], Callable[[Store], ImportReport]],
) -> None:
    run(empty, tmp_path, dumps.practice())
    before = contents(empty)
    visits = [dumps.appointment(number, 1) for number in range(1, 3000)]
    whole = dumps.dump(
        dumps.of_rows("appointment", visits),
        dumps.of_rows("patient", [dumps.patient(n, LName="Renamed") for n in range(1, 2000)]),
        dumps.of_rows("provider", [dumps.provider()]),
    ).encode()
    with pytest.raises(SourceProblem):
        empty.call(failing(tmp_path, whole))
    assert contents(empty) == before
    assert rows(empty, "SELECT count(*) FROM import_run") == [(1,)]


def test_references_are_enforced_again_after_an_import(empty: Practice, tmp_path: Path) -> None:
    run(empty, tmp_path, dumps.practice())
    assert rows(empty, "PRAGMA foreign_keys") == [(1,)]
    with pytest.raises(SourceProblem):
        run(empty, tmp_path, dumps.dump())
    assert rows(empty, "PRAGMA foreign_keys") == [(1,)]


def test_progress_reaches_the_end_of_the_file(empty: Practice, shared_data: Path) -> None:
    told: list[tuple[str, int, int]] = []
    dump = shared_data / "opendental_100.sql.gz"
    empty.call(import_opendental, dump, lambda *step: told.append(step))
    assert {step[0] for step in told} <= set(TABLE_MAPS)
    assert [step[1] for step in told] == sorted(step[1] for step in told)
    assert told[-1][1:] == (dump.stat().st_size, dump.stat().st_size)
