"""`chairside runner install` and `status`: the hourly run, handed to the system and looked after.

One rule: what is written, and where, is shown before it is; it holds no secret.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from store.errors import NotFound
from tui.commands.support import (
    chosen_pgid,
    data_options,
    handles_errors,
    json_option,
    open_practice,
    print_json,
)

if TYPE_CHECKING:
    from exporter.runner.installing import Way
    from exporter.runner.timers import HourlyRun
    from store.heartbeat import Pulse, Run


@click.command("install")
@data_options
@click.option("--systemd", is_flag=True, help="A timer of systemd, for this user.")
@click.option("--cron", is_flag=True, help="One line in this user's crontab.")
@click.option("--windows-task", is_flag=True, help="A task of Windows' task scheduler.")
@click.option(
    "--print", "only_print", is_flag=True, help="Show what would be written; write nothing."
)
@click.option("--remove", is_flag=True, help="Take it away again.")
@json_option
@handles_errors
def install(
    data: Path, pgid: int | None, only_print: bool, remove: bool, as_json: bool, **ways: bool
) -> None:
    """Let the system run what is due every hour, and catch up after it was off.

    By itself it chooses what this system has. It can be said again at any time. It belongs to the
    user who says it: say it as the one who owns the practice's folder.
    """
    from exporter.runner import installing

    named = [word.replace("_", "-") for word, is_named in ways.items() if is_named]
    if len(named) > 1:
        raise click.UsageError(f"Say one of --{' and --'.join(named)}.")
    way = cast("Way | None", next(iter(named), None))
    if remove and only_print:
        raise click.UsageError("--print shows what would be written; --remove writes nothing.")
    if remove:
        _remove(data / str(chosen_pgid(data, pgid)), way, as_json)
        return
    hourly = _hourly_run(data, chosen_pgid(data, pgid))
    chosen = way or installing.best_way()
    pieces = installing.pieces(hourly, chosen)
    for piece in () if as_json else pieces:
        click.echo(f"{piece.where}:\n\n{piece.text.rstrip()}\n")
    if not only_print:
        installing.install(hourly, chosen)
    if as_json:
        written = [{"where": piece.where, "text": piece.text} for piece in pieces]
        print_json({"way": chosen, "installed": not only_print, "pieces": written})
    elif not only_print:
        click.echo(f"The {installing.WORDS[chosen]} is set up: {installing.WHEN[chosen]}.")
        _advise(hourly, chosen)


def _remove(folder: Path, way: Way | None, as_json: bool) -> None:
    """Take away what is set up for a practice's folder, which may have moved or gone meanwhile."""
    from exporter.runner import installing
    from exporter.runner.timers import hourly_run

    hourly = hourly_run(folder)
    ways = [one for one in installing.installed(hourly) if way in (None, one)]
    for one in ways:
        installing.remove(hourly, one)
    what = installing.WORDS[way] if way else "timer"
    removed = [f"Removed the {installing.WORDS[one]} {hourly.name}." for one in ways]
    nothing = f"No {what} is set up for the practice in {folder}."
    if as_json:
        print_json({"removed": ways})
    else:
        click.echo("\n".join(removed) or nothing)


def _advise(hourly: HourlyRun, chosen: Way) -> None:
    from exporter.runner import installing

    if chosen == "systemd" and installing.ends_with_session():
        click.echo(
            "It runs while you are signed in. For nights as well, say once: loginctl enable-linger"
        )
    for other in installing.installed(hourly):
        if other != chosen:
            click.echo(
                f"There is a {installing.WORDS[other]} as well. Two do no harm; chairside runner"
                f" install --remove --{other} takes it away."
            )


@click.command("status")
@data_options
@json_option
@handles_errors
def status(data: Path, pgid: int | None, as_json: bool) -> None:
    """Tell when it last ran, when it runs next, what is due, and how it is set up.

    Exit code 1 if it has not run for more than two hours.
    """
    from exporter.runner import installing
    from exporter.runner.room import disk
    from store.use_cases.heartbeat import pulse

    with open_practice(data, pgid) as practice:
        beat = practice.call(pulse)
        ways = installing.installed(_hourly_run(data, practice.pgid))
        room = disk(practice)
    if as_json:
        print_json(
            {
                **_as_json(beat),
                "installed": list(ways),
                "disk_free": room.free,
                "downloads_bytes": room.used,
                "downloads_quota": room.quota,
            }
        )
    else:
        for line in _lines(beat, ways):
            click.echo(line)
        click.echo(f"Disk:        {disk_words(room.free, room.used, room.quota)}")
    if beat.is_silent:
        raise SystemExit(1)


def disk_words(free: int, used: int, quota: int) -> str:
    """Write how the disk stands: `41 GB free · downloads use 310 MB of 10 GB`."""
    from exporter.runner.room import size

    return f"{size(free)} free · downloads use {size(used)} of {size(quota)}"


def _lines(beat: Pulse, ways: tuple[Way, ...]) -> list[str]:
    from exporter.runner.installing import WORDS

    how = ", ".join(WORDS[way] for way in ways) or "no timer; chairside runner install sets one up"
    first = "none"
    if beat.next_due is not None:
        first = f"{beat.scheduled}, {beat.due} of them due; the first {beat.at(beat.next_due)}"
    return [
        f"Nightly run: {beat.words} ({beat.time_zone})",
        f"Last run:    {_ended(beat, beat.last)}",
        f"Scheduled:   {first}",
        f"Set up by:   {how}",
    ]


def _ended(beat: Pulse, last: Run | None) -> str:
    if last is None:
        return "none"
    begun = f"{beat.at(last.started_at)} by {last.started_by} on {last.host}"
    if last.ended_at is None:
        return f"{begun}; it has not ended, or was killed"
    error = f": {last.error}" if last.error else ""
    return f"{begun}; {last.outcome}, {last.downloads_made} made{error}"


def _as_json(beat: Pulse) -> dict[str, Any]:
    last = beat.last
    return {
        "silent": beat.is_silent,
        "last_run": None
        if last is None
        else {
            "started_at": last.started_at.isoformat(),
            "ended_at": last.ended_at.isoformat() if last.ended_at else None,
            "started_by": last.started_by,
            "host": last.host,
            "outcome": last.outcome or None,
            "made": last.downloads_made,
        },
        "next_run": beat.next_run.isoformat() if beat.next_run else None,
        "scheduled": beat.scheduled,
        "due": beat.due,
        "next_due": beat.next_due.isoformat() if beat.next_due else None,
    }


def _hourly_run(data: Path, pgid: int) -> HourlyRun:
    """Return the hourly run of a practice that is there. Raises NotFound."""
    from exporter.runner.timers import hourly_run

    folder = data / str(pgid)
    if not (folder / "practice.db").exists():
        raise NotFound(
            f"There is no practice {pgid} under {data}.",
            do="Name its folder with --data, its number with --pgid.",
        )
    return hourly_run(folder)
