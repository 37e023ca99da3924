"""Spellings of hosts and ports, and which IP address is an ordinary host of the internet: judgement, no network."""

from __future__ import annotations

import string
from collections.abc import Sequence
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from records.errors import RiskscanError

MAX_NAME = 253
MAX_LABEL = 63
_NAME_CHARACTERS = frozenset(string.ascii_lowercase + string.digits + "-_.")

# Every IPv4 range that IANA does not list as globally reachable, and those that lead to a relay or to the machine's own
# cloud. The table is ours because ``ipaddress.is_global`` differs between Python versions and is true for multicast.
_CLOSED_IPV4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # a cloud's wire server, reachable from inside its machines only
        "169.254.0.0/16",  # link-local and cloud metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT relays
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
# Only global unicast is open in IPv6. What lies outside needs no line of its own: mapped and compatible IPv4, both
# NAT64 prefixes, unique local, link-local, site-local, multicast, segment routing.
_OPEN_IPV6 = IPv6Network("2000::/3")
_CLOSED_IPV6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, Teredo (2001::/32) among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which carries any IPv4 address
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)


class Reason(StrEnum):
    """Why the guard refused, failed or cut: one word each."""

    HOST = "host-not-allowed"
    PORT = "port-not-allowed"
    ADDRESS = "unsafe-address"
    FORM = "odd-address"
    REQUEST = "bad-request"
    UPGRADE = "upgrade"
    NAME = "name-not-found"
    CONNECT = "no-connection"
    BYTES = "too-many-bytes"
    IDLE = "idle-too-long"
    TOTAL = "took-too-long"
    BROKEN = "server-broke-off"


class Stopped(RiskscanError):
    """The guard carries a connection no further; the message leaves out the host, which may name a person."""

    def __init__(self, reason: Reason, host: str = "", port: int = 0) -> None:
        self.reason, self.host, self.port = reason, host, port
        super().__init__(f"{type(self).__name__.lower()}: {reason}")


class Refused(Stopped):
    """The rules forbid this; nothing was sent to anybody."""


class Unreachable(Stopped):
    """The rules allow this, but there is no such name, or nobody answers there."""


class Cut(Stopped):
    """A connection ended after it had begun: what the client has of it is not whole."""


def read_host(text: str) -> str:
    """Return the one accepted spelling of a host: a lower-case name, or a plain IPv4 or IPv6 address.

    Every other spelling of a number (decimal, hex, octal, short), zone ids, percent signs, trailing dots and letters
    outside ASCII raise `Refused`: two parties could read them differently, and no honest page needs them.
    """
    if text.startswith("[") and text.endswith("]"):
        return str(_read_literal(text[1:-1], IPv6Address))
    name = text.lower()
    labels = name.split(".")
    # "İ".lower() grows and the Kelvin sign becomes "k": letters are judged before they are folded.
    if not text.isascii() or not _NAME_CHARACTERS.issuperset(name) or len(name) > MAX_NAME:
        raise Refused(Reason.FORM, text[:MAX_NAME])
    if any(not 1 <= len(label) <= MAX_LABEL for label in labels):
        raise Refused(Reason.FORM, text)
    if _ends_in_a_number(labels[-1]):
        return str(_read_literal(name, IPv4Address))
    return name


def _read_literal(text: str, kind: type[IPv4Address] | type[IPv6Address]) -> IPv4Address | IPv6Address:
    try:
        address = kind(text)
    except ValueError:
        raise Refused(Reason.FORM, text[:MAX_NAME]) from None
    if "%" in text:
        raise Refused(Reason.FORM, text[:MAX_NAME])
    return address


def _ends_in_a_number(label: str) -> bool:
    """Tell whether browsers would read a host with this last label as an IPv4 address (WHATWG URL)."""
    hexadecimal = label.startswith("0x") and frozenset(string.hexdigits).issuperset(label[2:])
    return label.isdigit() or hexadecimal


def read_port(text: str) -> int:
    """Return a port written in plain decimal digits, 1 to 65535; anything else raises `Refused`."""
    plain = text.isascii() and text.isdigit() and len(text) <= 5 and not text.startswith("0")
    if not plain or int(text) > 65535:
        raise Refused(Reason.FORM)
    return int(text)


def read_authority(text: str, default_port: int | None = None) -> tuple[str, int]:
    """Return host and port of ``host:port``; without a default the port must be written. Userinfo raises `Refused`."""
    if "@" in text or "\\" in text:
        raise Refused(Reason.FORM)
    closing = text.rfind("]")
    colon = text.rfind(":")
    if colon > closing:
        return read_host(text[:colon]), read_port(text[colon + 1 :])
    if default_port is None:
        raise Refused(Reason.FORM)
    return read_host(text), default_port


def read_absolute_url(target: str) -> tuple[str, int, str]:
    """Return host, port and origin form (path and query) of an ``http://`` request target."""
    if target[:7].lower() != "http://":
        raise Refused(Reason.REQUEST)
    rest = target[7:]
    ends = [found for found in map(rest.find, "/?#") if found >= 0]
    cut = min(ends, default=len(rest))
    host, port = read_authority(rest[:cut], default_port=80)
    path = rest[cut:]
    if "#" in path:
        raise Refused(Reason.REQUEST, host, port)
    return host, port, path if path.startswith("/") else "/" + path


def is_literal(host: str) -> bool:
    """Tell whether a host from `read_host` is an IP address rather than a name."""
    return ":" in host or host.rpartition(".")[2].isdigit()


def is_public(text: str) -> bool:
    """Tell whether an IP address is an ordinary host of the public internet. Zone ids and broken text are not."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_IPV4)
    if address.scope_id is not None or address not in _OPEN_IPV6:
        return False
    return not any(address in network for network in _CLOSED_IPV6)


def is_loopback(text: str) -> bool:
    """Tell whether text is a plain loopback IP address."""
    try:
        return ip_address(text).is_loopback
    except ValueError:
        return False


def judge_answers(host: str, port: int, answers: Sequence[str]) -> tuple[str, ...]:
    """Return the addresses that a name resolved to, all of them public; one bad answer refuses the name.

    Raises `Unreachable` when there is none.
    """
    if not answers:
        raise Unreachable(Reason.NAME, host, port)
    if not all(is_public(answer) for answer in answers):
        raise Refused(Reason.ADDRESS, host, port)
    return tuple(answers)
