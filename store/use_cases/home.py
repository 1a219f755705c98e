"""The home screen: where this user can go, and what waits for a decision."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from store import downloads, heartbeat, message_carriers, portal_activity, registration
from store.access import Actor, check, level_of
from store.clock import date_in_zone
from store.database import Store
from store.rights import Level, Need, Right


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the kiosk; `right` is the label of what it takes, empty if nothing."""

    code: str
    label: str
    area: str
    allowed: bool
    right: str
    note: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence on the home screen, and the place it leads to.

    `notice_id` is set where it waits until this user has read it (`notices.put_away`).
    """

    text: str
    place: str
    notice_id: int | None = None


@dataclass(frozen=True, slots=True)
class HomeView:
    """All that the home screen shows."""

    places: tuple[Place, ...]
    notices: tuple[Notice, ...]


_DOES_NOT_GO_OUT = {"sms": "Text messages do not go out", "email": "E-mail does not go out"}
NOTICES_AT_ONCE = 3
"""The rest comes up as these are read."""

_PLACES: tuple[tuple[str, str, str, Need | None], ...] = (
    ("patients", "Patients", "Front desk", Need(Right.PATIENT)),
    ("invitations", "Invitations", "Front desk", Need(Right.INVITATIONS, Level.VIEW)),
    ("data_download", "Data Download", "Utilities", Need(Right.DATA_DOWNLOAD, Level.VIEW)),
    ("export_runner", "Export Runner", "Utilities", Need(Right.EXPORT_RUNNER, Level.VIEW)),
    ("open_archive", "Open an archive", "Utilities", None),
    ("groups", "Groups", "Setup", Need(Right.SECURITY, Level.VIEW)),
    ("users", "Users", "Setup", Need(Right.SECURITY, Level.VIEW)),
    ("security_policy", "Security Policy", "Setup", Need(Right.SECURITY, Level.VIEW)),
    ("communications", "Communications", "Setup", Need(Right.COMMUNICATIONS, Level.VIEW)),
    ("portal_settings", "Patient Portal", "Setup", Need(Right.PORTAL_SETTINGS, Level.VIEW)),
    ("printers", "Printers", "Setup", Need(Right.PRINTERS, Level.VIEW)),
    ("emergency", "Emergency Access", "Setup", Need(Right.EMERGENCY_ACCESS)),
    ("audit_trail", "Audit Trail", "Reports", Need(Right.AUDIT_TRAIL, Level.VIEW)),
    ("access_review", "Access Review", "Reports", Need(Right.ACCESS_REVIEW)),
    ("portal_activity", "Portal Activity", "Reports", Need(Right.INVITATIONS, Level.VIEW)),
    ("user_password", "User Password", "File", None),
    ("my_factors", "My Factors", "File", None),
)


def home(store: Store, actor: Actor) -> HomeView:
    """Return the places with this user's rights, and notices. Raises SessionEnded."""
    check(store, actor, None)
    assert actor.user_id is not None
    notes: dict[str, str] = {}
    sees_downloads = level_of(store, actor.user_id, Right.DATA_DOWNLOAD) >= Level.VIEW
    notices = _own_notices(store, actor) + _carrier_notices(store, actor)
    if sees_downloads:
        notices += _series_notices(store, actor) + _download_notices(store, actor)
    if sees_downloads:
        notes["data_download"] = _download_note(store, actor)
    if level_of(store, actor.user_id, Right.EXPORT_RUNNER) >= Level.VIEW:
        notes["export_runner"] = _runner_note(store)
        notices += _runner_alarm(store)
    notes |= _front_desk_notes(store, actor.user_id)
    if level_of(store, actor.user_id, Right.COMMUNICATIONS) >= Level.VIEW:
        notes["communications"] = _registration_note(store)
    places = tuple(
        Place(
            code,
            label,
            area,
            need is None or level_of(store, actor.user_id, need.right) >= need.level,
            "" if need is None else need.label,
            notes.get(code, ""),
        )
        for code, label, area, need in _PLACES
    )
    return HomeView(places, notices)


def lacking(store: Store, actor: Actor, needs: Iterable[Need]) -> frozenset[Need]:
    """Return those of some rights that this user does not hold now, so that a screen can say so.

    It decides nothing: each use case checks for itself. Raises SessionEnded.
    """
    check(store, actor, None)
    assert actor.user_id is not None
    who = actor.user_id
    return frozenset(need for need in needs if level_of(store, who, need.right) < need.level)


def _own_notices(store: Store, actor: Actor) -> tuple[Notice, ...]:
    """Return what others did that this user must know, and that the password expires soon (S4)."""
    from store.use_cases.notices import my_notices
    from store.use_cases.passwords import expiry_notice

    waiting = my_notices(store, actor)
    told = [Notice(one.text, "", one.user_notice_id) for one in waiting[:NOTICES_AT_ONCE]]
    expires = expiry_notice(store, actor)
    return (*told, *([Notice(expires, "user_password")] if expires else []))


def _carrier_notices(store: Store, actor: Actor) -> tuple[Notice, ...]:
    """Tell whoever can mend it that messages do not go out (D6)."""
    assert actor.user_id is not None
    if level_of(store, actor.user_id, Right.COMMUNICATIONS) < Level.FULL:
        return ()
    return tuple(
        Notice(f"{_DOES_NOT_GO_OUT[channel]}: {reason}", "communications")
        for channel, reason in message_carriers.failing(store)
    )


def _series_notices(store: Store, actor: Actor) -> tuple[Notice, ...]:
    """Tell which repeating downloads wait, or will wait, for their second factor again."""
    from store.use_cases.series import confirm_again_sentences

    told = confirm_again_sentences(store, actor)
    return tuple(Notice(text, "data_download") for text in told)


def _download_notices(store: Store, actor: Actor) -> tuple[Notice, ...]:
    ready = downloads.listed(store, actor.user_id, "d.state IN ('ready', 'retrieved', 'failed')")
    notices = []
    # What waits for this user's own decision stands above what is only information.
    for download in sorted(ready, key=lambda d: not d.is_mine):
        day = f"{download.run_on.day} {download.run_on:%b}"
        if download.is_mine and download.state == "ready":
            notices.append(f"Your data download of {day} is ready. Only you can retrieve it.")
        elif download.is_mine and download.state == "failed":
            notices.append(f"Your data download of {day} could not be made.")
        elif download.state == "ready":
            # D22: the team is told that it is complete; never the file.
            notices.append(f"The data download of {day} by {download.requested_by} is complete.")
    return tuple(Notice(text, "data_download") for text in notices[:3])


def _download_note(store: Store, actor: Actor) -> str:
    mine = store.rows(
        "SELECT expires_at, time_zone FROM data_download WHERE requested_by = ?"
        " AND state = 'ready' ORDER BY expires_at",
        (actor.user_id,),
    )
    if not mine:
        return ""
    from store.clock import moment

    zone = mine[0]["time_zone"]
    today = date_in_zone(store.clock.now(), zone)
    days = (date_in_zone(moment(mine[0]["expires_at"]), zone) - today).days
    left = "today is the last day" if days <= 0 else f"{days} day{'s' * (days != 1)} left"
    return f"{len(mine)} ready, {left}"


def _registration_note(store: Store) -> str:
    """Tell how far the registration of text messaging is (D6)."""
    state = registration.state(store)
    is_files = state == "registered" and message_carriers.text_carrier_words(store) == "spool"
    return state.replace("_", " ") + (", codes are written to files" if is_files else "")


def _front_desk_notes(store: Store, user_id: int) -> dict[str, str]:
    """Count what the front desk began and did not end: sheets not printed, mails not arrived."""
    notes = {}
    if level_of(store, user_id, Right.ONLINE_ACCESS) >= Level.VIEW:
        sheets = portal_activity.not_printed(store)
        notes["patients"] = f"{sheets} not printed" if sheets else ""
    if level_of(store, user_id, Right.INVITATIONS) >= Level.VIEW:
        failed = portal_activity.failed_invitations(store)
        notes["invitations"] = f"{failed} failed" if failed else ""
    return notes


def _runner_alarm(store: Store) -> tuple[Notice, ...]:
    """Tell that a download is due and nothing comes to make it."""
    beat = heartbeat.pulse(store)
    if not (beat.due and beat.is_silent):
        return ()
    many = "1 download is" if beat.due == 1 else f"{beat.due} downloads are"
    return (Notice(f"{many} due, but the nightly run {beat.words}.", "export_runner"),)


def _runner_note(store: Store) -> str:
    counts = {
        row["state"]: row["n"]
        for row in store.rows("SELECT state, count(*) AS n FROM data_download GROUP BY state")
    }
    if counts.get("running"):
        return "running"
    waiting = counts.get("scheduled", 0)
    return heartbeat.pulse(store).words + (f"; {waiting} scheduled" if waiting else "")
