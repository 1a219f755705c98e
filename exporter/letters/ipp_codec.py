"""What IPP says over the wire (RFC 8010): requests and answers as bytes.

One rule: nothing is read past its end, and what this room does not know comes through as it is.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

VERSION = 0x0200
"""IPP/2.0, which every IPP Everywhere printer speaks (PWG 5100.14)."""
MOST_ATTRIBUTES = 20_000
_GROUPS_BELOW = 0x10
"""Tags below this one begin a group; the others begin a value (RFC 8010, section 3.5)."""

_PER_INCH = 3
"""The unit of a resolution; the other one is per centimetre."""


class Tag(IntEnum):
    """The delimiters and value tags that requests are made of (RFC 8010, sections 3.5.1, 3.5.2)."""

    OPERATION = 0x01
    JOB = 0x02
    END = 0x03
    PRINTER = 0x04
    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    RESOLUTION = 0x32
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    CHARSET = 0x47
    LANGUAGE = 0x48
    MIME_TYPE = 0x49


_OCTETS: dict[int, int] = {Tag.INTEGER: 4, Tag.ENUM: 4, Tag.BOOLEAN: 1}


class NotIpp(ValueError):
    """The bytes are no IPP message, or end in its middle."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value as it stands on the wire; the parts of a collection follow one another."""

    tag: int
    octets: bytes


@dataclass(frozen=True, slots=True)
class Attribute:
    """A name with one value or more."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Attributes about one thing: the request itself, the job, or the printer."""

    tag: int
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """A request or an answer; `code` is the operation in one and the status in the other."""

    code: int
    request_id: int
    groups: tuple[Group, ...]
    version: int = VERSION

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the values of an attribute as text; empty where it is not there."""
        return tuple(value.octets.decode("utf-8", "replace") for value in self._values(name))

    def number(self, name: str) -> int | None:
        """Return the first value of an integer, enum or boolean attribute; None without one.

        One of another length than the wire has for it counts as none (RFC 8010, section 3.9).
        """
        for value in self._values(name):
            if len(value.octets) == _OCTETS.get(value.tag):
                return int.from_bytes(value.octets, "big", signed=True)
        return None

    def resolutions(self, name: str) -> tuple[tuple[int, int], ...]:
        """Return the values of a resolution attribute in dots per inch, across and down."""
        found = []
        for value in self._values(name):
            if value.tag == Tag.RESOLUTION and len(value.octets) == struct.calcsize(">iib"):
                across, down, unit = struct.unpack(">iib", value.octets)
                if unit == _PER_INCH:
                    found.append((across, down))
        return tuple(found)

    def _values(self, name: str) -> tuple[Value, ...]:
        for group in self.groups:
            for attribute in group.attributes:
                if attribute.name == name:
                    return attribute.values
        return ()


def text(tag: Tag, name: str, *values: str) -> Attribute:
    """Return an attribute of text values."""
    return Attribute(name, tuple(Value(tag, value.encode()) for value in values))


def number(tag: Tag, name: str, value: int) -> Attribute:
    """Return an attribute of one integer or enum."""
    return Attribute(name, (Value(tag, struct.pack(">i", value)),))


def truth(name: str, value: bool) -> Attribute:
    """Return an attribute that is true or false."""
    return Attribute(name, (Value(Tag.BOOLEAN, bytes((value,))),))


def encode(message: Message) -> bytes:
    """Return a message as bytes; a document may follow them.

    Raises ValueError for an attribute without a name or a value, or longer than the wire allows.
    """
    out = [struct.pack(">HHi", message.version, message.code, message.request_id)]
    for group in message.groups:
        out.append(bytes((group.tag,)))
        for attribute in group.attributes:
            name = attribute.name.encode()
            if not name or not attribute.values:
                raise ValueError("an attribute has a name and at least one value")
            for value in attribute.values:
                out.append(bytes((value.tag,)) + _with_length(name) + _with_length(value.octets))
                name = b""
    out.append(bytes((Tag.END,)))
    return b"".join(out)


def decode(octets: bytes) -> Message:
    """Return the message that the bytes begin with; a document after it is left alone.

    Raises NotIpp for anything that is no whole message.
    """
    if len(octets) < struct.calcsize(">HHi"):
        raise NotIpp("shorter than the head of a message")
    version, code, request_id = struct.unpack_from(">HHi", octets)
    if version >> 8 not in (1, 2):
        raise NotIpp("of no version that is known")
    groups = _Reader(octets, struct.calcsize(">HHi")).groups()
    return Message(code, request_id, groups, version)


def _with_length(octets: bytes) -> bytes:
    if len(octets) > 0x7FFF:
        raise ValueError("longer than the wire allows")
    return struct.pack(">h", len(octets)) + octets


class _Reader:
    """Goes through the bytes once, from the front."""

    def __init__(self, octets: bytes, at: int) -> None:
        self._octets, self._at = octets, at

    def groups(self) -> tuple[Group, ...]:
        """Return all groups up to the end tag."""
        found: list[tuple[int, list[tuple[str, list[Value]]]]] = []
        read = 0
        while (tag := self._take(1)[0]) != Tag.END:
            if tag < _GROUPS_BELOW:
                found.append((tag, []))
                continue
            name, value = self._text(), Value(tag, self._field())
            read += 1
            if not found or read > MOST_ATTRIBUTES:
                raise NotIpp("a value outside a group, or too many")
            attributes = found[-1][1]
            if name:
                attributes.append((name, [value]))
            elif attributes:
                attributes[-1][1].append(value)
            else:
                raise NotIpp("a further value without a first one")
        return tuple(
            Group(tag, tuple(Attribute(name, tuple(values)) for name, values in attributes))
            for tag, attributes in found
        )

    def _text(self) -> str:
        try:
            return self._field().decode("utf-8")
        except UnicodeDecodeError:
            raise NotIpp("a name that is no text") from None

    def _field(self) -> bytes:
        (length,) = struct.unpack(">h", self._take(2))
        if length < 0:
            raise NotIpp("a negative length")
        return self._take(length)

    def _take(self, length: int) -> bytes:
        end = self._at + length
        if end > len(self._octets):
            raise NotIpp("cut off")
        taken, self._at = self._octets[self._at : end], end
        return taken
