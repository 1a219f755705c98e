"""The kinds of columns an Open Dental table has, and what becomes of their values.

One rule: a value that cannot be understood refuses its row and says why; money is never a float.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache, partial
from typing import Protocol
from zoneinfo import ZoneInfo

from store.imports.opendental.tokens import text_of, value

Stored = None | int | str
Convert = Callable[..., Stored]

NO_DATES = frozenset({"0001-01-01", "0000-00-00"})
"""How Open Dental writes that there is no date."""

LONGEST_CODE = 7
"""Letters of the longest code that a report names."""

_NULLS = frozenset({"NULL", "null", "''"})
_LARGEST = (2**63 - 1) // 100


class RefusedValue(Exception):
    """A value that cannot be taken; its text goes on after the name of the column."""


class Context(Protocol):
    """What conversions need to know of the import they are part of."""

    @property
    def zone(self) -> ZoneInfo:
        """Time zone of the practice; Open Dental writes its wall clock's times."""
        ...

    @property
    def timestamps_are_utc(self) -> bool: ...

    def our_id(self, source_table: str) -> Callable[[int], int]:
        """Return what tells our number of a row of theirs."""
        ...

    def note(self, change: str) -> None:
        """Count a value of the present row that was taken with a change."""
        ...


@dataclass(frozen=True, slots=True)
class Field:
    """One column of ours and the columns of theirs that it is made from."""

    target: str
    sources: tuple[str, ...]
    make: Callable[[Context], Convert]


def text(source: str, target: str) -> Field:
    """Text, trimmed; empty is NULL."""
    return Field(target, (source,), lambda context: partial(_text, _of_damage(context, source)))


def first_text(sources: tuple[str, ...], target: str) -> Field:
    """The first of several columns that is not empty, for what has to have a name."""

    def make(context: Context) -> Convert:
        damage = _of_damage(context, sources[0])

        def convert(*tokens: str) -> Stored:
            texts = (_text(damage, token) for token in tokens)
            return next((found for found in texts if found is not None), None)

        return convert

    return Field(target, sources, make)


def present(source: str, target: str) -> Field:
    """A flag: whether there is any text."""

    def convert(literal: str) -> Stored:
        return int(_text(lambda: None, literal) is not None)

    return Field(target, (source,), lambda _context: convert)


def flag(source: str, target: str) -> Field:
    """Yes or no."""
    return Field(
        target, (source,), lambda _context: lambda literal: int((_number(literal) or 0) != 0)
    )


def integer(source: str, target: str, *, none: int | None = None) -> Field:
    """A whole number; `none` is the number that stands for no value."""

    def convert(literal: str) -> Stored:
        number = _number(literal)
        return None if number == none else number

    return Field(target, (source,), lambda _context: convert)


def cents(source: str, target: str, *, minus_one_is_none: bool = False) -> Field:
    """Money as whole cents. In estimates Open Dental writes -1 where nothing was entered."""

    def make(context: Context) -> Convert:
        def convert(literal: str) -> Stored:
            if minus_one_is_none and literal == "-1":
                return None
            amount, rounded = _cents(literal)
            if rounded:
                context.note(f"{source} was rounded to whole cents")
            return amount

        return convert

    return Field(target, (source,), make)


def day(source: str, target: str) -> Field:
    """A calendar day."""
    return Field(target, (source,), lambda _context: _day)


def local(source: str, target: str) -> Field:
    """A time of the wall clock, as an instant. An hour that comes twice counts as the first."""
    return Field(target, (source,), lambda context: _instants(context.zone))


def stamp(source: str, target: str) -> Field:
    """A time stamp of the server, as an instant."""

    def make(context: Context) -> Convert:
        return _instants(None if context.timestamps_are_utc else context.zone)

    return Field(target, (source,), make)


def code(
    source: str,
    target: str,
    codes: Mapping[str, str],
    *,
    otherwise: Callable[[str], str] | None = None,
) -> Field:
    """A code of an enumeration; an unknown one refuses the row unless `otherwise` names it."""

    def convert(literal: str) -> Stored:
        found = codes.get(literal)
        if found is not None:
            return found
        plain = str(value(literal) if literal not in _NULLS else "").strip()
        if plain in codes:
            return codes[plain]
        if not plain:
            return None
        if otherwise is not None:
            return otherwise(plain)
        known = plain if len(plain) <= LONGEST_CODE and plain.isalnum() else "…"
        raise RefusedValue(f"has the unknown code {known}")

    return Field(target, (source,), lambda _context: convert)


def ref(source: str, target: str, table: str) -> Field:
    """A row of one of their tables; 0 is none."""

    def make(context: Context) -> Convert:
        our_id = context.our_id(table)

        def convert(literal: str) -> Stored:
            if literal == "0":
                return None
            number = _number(literal)
            return our_id(number) if number is not None and number > 0 else None

        return convert

    return Field(target, (source,), make)


def interval(source: str = "RecallInterval") -> tuple[Field, ...]:
    """The four parts of an interval that is packed into one number."""
    parts = (("years", 24), ("months", 16), ("weeks", 8), ("days", 0))

    def part(bits: int) -> Convert:
        return lambda literal: ((_number(literal) or 0) >> bits) & 0xFF

    def field(name: str, bits: int) -> Field:
        return Field(f"interval_{name}", (source,), lambda _context: part(bits))

    return tuple(field(name, bits) for name, bits in parts)


def units(target: str) -> Field:
    """Units of a treatment: entered and base units together, 0 counting as 1."""

    def convert(*counts: str) -> Stored:
        return max(1, sum(_number(count) or 0 for count in counts))

    return Field(target, ("UnitQty", "BaseUnits"), lambda _context: convert)


def _of_damage(context: Context, source: str) -> Callable[[], None]:
    """Return what counts a text that is not taken as it is."""
    return lambda: context.note(f"{source} holds bytes that are no text, taken as \ufffd")


def _text(damage: Callable[[], None], literal: str) -> str | None:
    if literal[:1] == "'":
        found = text_of(literal)
    else:
        plain = value(literal)
        if plain is None:
            return None
        found = plain.decode("utf-8", "surrogateescape") if isinstance(plain, bytes) else str(plain)
    if not found.isascii():
        # Bytes that are no text come as lone surrogates, which no store takes.
        whole = found.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        if whole != found:
            damage()
            found = whole
    return found.replace("\0", "").strip() or None


def _number(literal: str) -> int | None:
    try:
        return int(literal)
    except ValueError:
        pass
    plain = value(literal)
    if plain is None or plain == "":
        return None
    if isinstance(plain, bytes):
        return int.from_bytes(plain, "big")
    return int(_exact(plain))


def _cents(literal: str) -> tuple[int | None, bool]:
    """Return the amount in cents, and whether fractions of a cent were rounded away."""
    whole, _point, part = literal.partition(".")
    if len(part) <= 2 and len(whole) <= 15 and whole.isdecimal() and (part.isdecimal() or not part):
        return int(whole) * 100 + int(part.ljust(2, "0")), False
    plain = value(literal)
    if plain is None or plain == "":
        return None, False
    exact = _exact(plain) * 100
    rounded = exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)
    # The server writes some whole cents as 0.30000000000000004.
    return int(rounded), abs(exact - rounded) > Decimal("0.000001")


def _exact(plain: int | Decimal | str | bytes) -> Decimal:
    """Return a number exactly. Raises RefusedValue for none, or one that no store takes."""
    try:
        number = Decimal(plain) if not isinstance(plain, bytes) else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise RefusedValue("is not a number")
    if abs(number) > _LARGEST:
        raise RefusedValue("is too large")
    return number


@lru_cache(maxsize=50_000)
def _day(literal: str) -> str | None:
    if literal in _NULLS:
        return None
    plain = literal[1:11]
    if plain in NO_DATES:
        return None
    try:
        return date.fromisoformat(plain).isoformat()
    except ValueError:
        raise RefusedValue("is not a day of the calendar") from None


def _instants(zone: ZoneInfo | None) -> Convert:
    @lru_cache(maxsize=10_000)
    def convert(literal: str) -> str | None:
        if literal in _NULLS or literal[1:11] in NO_DATES:
            return None
        try:
            wall = datetime.fromisoformat(literal[1:-1]).replace(microsecond=0, tzinfo=zone or UTC)
            moment = wall.astimezone(UTC)
        except (ValueError, OverflowError):
            raise RefusedValue("is not a time of the calendar") from None
        return moment.isoformat()[:19] + "Z"

    return convert
