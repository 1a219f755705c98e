"""`chairside demo`: a practice of invented people, and the main job on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from store.errors import BadInput, NotFound
from tui.commands.support import (
    DEFAULT_PGID,
    ProgressPrinter,
    data_options,
    handles_errors,
    json_option,
    open_practice,
    print_json,
)
from tui.streams import is_terminal

if TYPE_CHECKING:
    from store.access import Actor
    from store.clock import Clock
    from store.imports.demo.people import DemoUser
    from store.practice import Practice

PRACTICE_NAME = "Maple Grove Dental"
REQUESTER, ADMINISTRATOR = "dana", "kim"


@click.command("demo")
@data_options
@click.option("--patients", type=click.IntRange(1, 1_000_000), default=200, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same practice.")
@json_option
@handles_errors
def group(data: Path, pgid: int | None, patients: int, seed: int, as_json: bool) -> None:
    """Build a practice of invented people, print its sign-ins, open the kiosk.

    Without a terminal, and for programs: schedule, make, retrieve and convert a data download, and
    print what it made and where.
    """
    from store.clock import SystemClock

    number = pgid or DEFAULT_PGID
    clock = SystemClock()
    with _demo_practice(data, number, patients, seed, clock) as practice:
        _print_sign_ins(data, number)
        if is_terminal() and not as_json:
            from tui.kiosk import run_kiosk

            run_kiosk(practice, clock)
        else:
            made = _main_job(practice, data / f"{number}-copies")
            if as_json:
                print_json({"pgid": number, "folder": str(data / str(number)), **made})


def _demo_practice(data: Path, pgid: int, patients: int, seed: int, clock: Clock) -> Practice:
    """Open the demo practice that is there, or build it. Raises BadInput for a real practice."""
    from store.database import Store
    from store.imports.demo.build import build_demo
    from store.practice import create_practice
    from store.use_cases.signing_in import is_demo

    try:
        practice = open_practice(data, pgid)
    except NotFound:
        with ProgressPrinter() as printer:

            def fill(store: Store) -> None:
                build_demo(store, patients=patients, seed=seed, progress=_as_people(printer))

            return create_practice(data, pgid, PRACTICE_NAME, clock, fill=fill)
    if not practice.call(is_demo):
        practice.close()
        raise BadInput(
            f"Practice {pgid} is not a demo practice.",
            kept="It was left as it is.",
            do="Choose another number with --pgid.",
        )
    return practice


def _as_people(printer: ProgressPrinter) -> Callable[[str, int, int], None]:
    return lambda _, done, total: printer("Inventing people", done, total)


def _say(text: str) -> None:
    """Tell people what goes on: beside the answer, where that is for programs."""
    click.echo(text, err=click.get_current_context().params["as_json"])


def _print_sign_ins(data: Path, pgid: int) -> None:
    from store.imports.demo.people import DEMO_USERS

    _say(f"{PRACTICE_NAME}, PGID {pgid}, in {data / str(pgid)}. Everybody in it is invented.")
    for user in DEMO_USERS:
        _say(f"  {user.user_name:<6} {user.password:<28} {user.job_title}")


def _main_job(practice: Practice, folder: Path) -> dict[str, Any]:
    """Schedule, make, retrieve, verify and convert a download, as people would.

    Returns who can sign in, and what was made.
    """
    from store.imports.demo.people import DEMO_USERS
    from store.use_cases.running import bring_forward
    from tui.commands.signing_in import signed_in

    users = {user.user_name: user for user in DEMO_USERS}
    requester, administrator = users[REQUESTER], users[ADMINISTRATOR]
    with signed_in(practice, requester.user_name, requester.password) as actor:
        download_id = _schedule(practice, actor, requester)
    with signed_in(practice, administrator.user_name, administrator.password) as actor:
        practice.call(bring_forward, actor)
        _say(f"Brought forward by {actor.full_name}, so that nobody has to wait for tonight.")
    _run(practice)
    with signed_in(practice, requester.user_name, requester.password) as actor:
        saved = _retrieve(practice, actor, requester, download_id, folder)
        csv_folder, workbook = _convert(practice, actor, requester, saved)
    return {
        "sign_ins": [{"user": name, "password": user.password} for name, user in users.items()],
        "archive": str(saved),
        "csv": str(csv_folder),
        "workbook": str(workbook),
    }


def _schedule(practice: Practice, actor: Actor, user: DemoUser) -> int:
    from exporter.messages.delivery import deliver
    from store.use_cases.downloads import confirm_download, request_download, schedule_form

    form = practice.call(schedule_form, actor)
    sent = practice.call(request_download, actor, run_on=form.default_day, password=user.password)
    deliver(practice)
    newest = max(practice.folder.spool.glob("*-sms.txt"))
    body = newest.read_text("utf-8").split("\n\n", 1)[1]
    code = next(word for word in body.split() if len(word) == 6 and word.isdigit())
    scheduled = practice.call(confirm_download, actor, sent.download_id, code)
    _say(
        f"Scheduled by {actor.full_name} for {scheduled.run_on:%d %b %Y}, with the six-digit code"
        f" from {newest}."
    )
    return scheduled.download_id


def _run(practice: Practice) -> None:
    from exporter.runner.run import run_due
    from tui.commands.runner import tell

    with ProgressPrinter() as printer:
        outcomes = run_due(
            practice,
            lambda _, progress: printer("Making it", progress.rows, progress.rows_total),
        )
    tell(outcomes, err=click.get_current_context().params["as_json"])


def _retrieve(
    practice: Practice, actor: Actor, user: DemoUser, download_id: int, folder: Path
) -> Path:
    from exporter.runner.saving import save_archive
    from store.use_cases.retrieving import authorise_retrieval, record_retrieval

    folder.mkdir(mode=0o700, exist_ok=True)
    retrieval = practice.call(authorise_retrieval, actor, download_id, user.password)
    saved = save_archive(retrieval, folder)
    practice.call(record_retrieval, actor, download_id, str(saved.parent))
    _say(f"Retrieved by {actor.full_name}: {saved}")
    return saved


def _convert(practice: Practice, actor: Actor, user: DemoUser, saved: Path) -> tuple[Path, Path]:
    from exporter.archive.errors import ArchiveProblem
    from exporter.archive.reader import Archive
    from exporter.convert.csv_files import to_csv
    from exporter.convert.workbook import to_workbook
    from store.use_cases.retrieving import record_disclosure

    csv_folder, workbook = saved.with_suffix(""), saved.with_suffix(".xlsx")
    with Archive.open(saved, user.password) as archive:
        found = archive.verify()
        if not found.is_whole:
            raise ArchiveProblem(found.findings[0].sentence)
        _say(
            f"Whole and unchanged: {found.entries} files, {found.rows:,} rows, every checksum"
            " right."
        )
        to_csv(archive, csv_folder)
        to_workbook(archive, workbook)
    practice.call(record_disclosure, actor, form="csv", what=f"CSV files of {saved.name}")
    practice.call(record_disclosure, actor, form="workbook", what=f"Workbook of {saved.name}")
    _say(f"For people: {csv_folder}/ (CSV) and {workbook} (Excel).")
    _say(f"Open it yourself with: 7z x {saved}   (password: {user.password})")
    return csv_folder, workbook
