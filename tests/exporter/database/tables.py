"""Tables of Open Dental as the tests make them on the server, columns of the real types."""

from __future__ import annotations

PATIENT = (
    "CREATE TABLE patient (PatNum bigint AUTO_INCREMENT PRIMARY KEY, LName varchar(100),"
    " FName varchar(100), PatStatus tinyint unsigned, Gender tinyint unsigned, Birthdate date,"
    " Guarantor bigint, PriProv bigint, MedUrgNote text, Bal_0_30 double, Premed tinyint unsigned,"
    " Password varchar(255), DateTStamp timestamp)"
)
APPOINTMENT = (
    "CREATE TABLE appointment (AptNum bigint AUTO_INCREMENT PRIMARY KEY, PatNum bigint,"
    " AptStatus tinyint unsigned, AptDateTime datetime, Note mediumtext, Priority tinyint)"
)
CORE = ";\n".join(
    [
        PATIENT,
        APPOINTMENT,
        "CREATE TABLE provider (ProvNum bigint PRIMARY KEY, Abbr varchar(255), LName varchar(100))",
        "CREATE TABLE definition (DefNum bigint PRIMARY KEY, Category tinyint,"
        " ItemName varchar(255), ItemValue varchar(255))",
        "CREATE TABLE procedurecode (CodeNum bigint PRIMARY KEY, ProcCode varchar(15))",
        "CREATE TABLE procedurelog (ProcNum bigint PRIMARY KEY, PatNum bigint, CodeNum bigint,"
        " ProcStatus tinyint unsigned, ProcFee double, ProcDate date)",
    ]
)
ROWS = (
    "INSERT INTO provider VALUES (1, 'DOC', 'Adler');\n"
    "INSERT INTO patient (PatNum, LName, FName, PatStatus, Gender, Birthdate, Guarantor, PriProv)"
    " SELECT seq, 'Invented', concat('Person ', seq), 0, 1, '1984-03-14', 1, 1 FROM seq_1_to_2;\n"
    "INSERT INTO appointment VALUES (5, 1, 2, '2026-06-01 09:30:00', 'a note', 0)"
)
UNREAD = "CREATE TABLE securitylog (a int);\nINSERT INTO securitylog VALUES (1), (2)"
SMALL = f"SET SESSION sql_mode = '';\n{CORE};\n{ROWS};\n{UNREAD}"


def many_visits(count: int, note: str) -> str:
    """Return the statement that adds visits with a note each; `note` is an expression."""
    return (
        "INSERT INTO appointment"
        f" SELECT 100 + seq, 1, 2, '2026-06-01 09:30:00', {note}, 0 FROM seq_1_to_{count}"
    )
