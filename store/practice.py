"""An open practice: one thread owns the connection; use cases run there and nowhere else."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar
from zoneinfo import available_timezones

from store.clock import PACIFIC, Clock
from store.database import Store, translated
from store.errors import BadInput
from store.folder import PracticeFolder, building_folder, existing_folder
from store.migrations import check_not_empty, is_current, migrate

NO_PLACES = {"localtime", "Factory"}
"""Names in the time zone database that mean another zone on another computer, or none."""
P = ParamSpec("P")
T = TypeVar("T")


class Practice:
    """The gateway to one practice's store.

    Attributes:
        pgid: the practice group's number.
        folder: where it is kept.
    """

    def __init__(
        self, folder: PracticeFolder, clock: Clock, pgid: int, *, is_new: bool = False
    ) -> None:
        self.folder = folder
        self.pgid = pgid
        self.clock = clock
        _no_core_dump()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        try:
            self._store = self._thread.submit(_open, folder, clock, is_new).result()
        except BaseException:
            self._thread.shutdown()
            raise

    @classmethod
    def open(cls, data: Path, pgid: int, clock: Clock) -> Practice:
        """Open an existing practice.

        Raises NotFound for an unknown PGID; StoreProblem for open modes, damage, a newer store.
        """
        return cls(existing_folder(data, pgid), clock, pgid)

    def call(
        self, use_case: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a use case and wait for it; what it raises is raised here."""
        return self._submit(use_case, *args, **kwargs).result()

    async def ask(
        self, use_case: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a use case without holding up the event loop."""
        return await asyncio.wrap_future(self._submit(use_case, *args, **kwargs))

    def close(self) -> None:
        """Close the store; running use cases end first."""
        self._thread.submit(self._store.close).result()
        self._thread.shutdown()

    def __enter__(self) -> Practice:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def _submit(
        self, use_case: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        return self._thread.submit(use_case, self._store, *args, **kwargs)


def _no_core_dump() -> None:
    """Have the system write no image of this process, should it crash: it holds the store's key."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _open(folder: PracticeFolder, clock: Clock, is_new: bool) -> Store:
    from store.groups import add_missing_rights
    from store.opening import check_key, check_number

    store = Store(folder, clock)
    try:
        with translated():
            if not is_new:
                check_not_empty(store.db)
            if not is_current(store.db):
                with store.transaction():
                    migrate(store.db)
        if not is_new:
            check_key(store)
            check_number(store)
            add_missing_rights(store)
    except BaseException:
        store.close()
        raise
    return store


def create_practice(
    data: Path,
    pgid: int,
    name: str,
    clock: Clock,
    *,
    time_zone: str = PACIFIC,
    fill: Callable[[Store], None] | None = None,
) -> Practice:
    """Make a new practice with the groups that come with the product.

    It is built under a hidden name and renamed when whole: a killed build leaves no half practice.

    Args:
        fill: further rows to write, in a transaction of its own.

    Raises:
        BadInput: a number, name or zone that cannot be used.
        StoreProblem: it exists already, or the folder cannot be made.
    """
    if not 1 <= pgid <= 999_999_999:
        raise BadInput("A PGID is a number from 1 to 999999999.")
    if not name.strip():
        raise BadInput("The practice needs a name.")
    if time_zone not in known_time_zones():
        raise BadInput(
            f"There is no time zone named {time_zone}.", do=f"Use a name such as {PACIFIC}."
        )
    with building_folder(data, pgid) as folder:
        practice = Practice(folder, clock, pgid, is_new=True)
        try:
            practice.call(_fill_new, pgid, name.strip(), time_zone)
            if fill is not None:
                practice.call(fill)
        finally:
            practice.close()
    return Practice.open(data, pgid, clock)


def known_time_zones() -> set[str]:
    """Return the names of time zones that a practice may have on this computer."""
    return available_timezones() - NO_PLACES


def _fill_new(store: Store, pgid: int, name: str, time_zone: str) -> None:
    from store.groups import add_builtin_groups

    with store.transaction():
        store.insert("practice_group", {"pgid": pgid, "name": name, "time_zone": time_zone})
        add_builtin_groups(store)
