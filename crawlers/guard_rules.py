"""What one source's crawl may reach: the rules that the guard holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from crawlers.guard_addresses import Reason, Refused, is_loopback, read_host
from records.errors import ConfigurationError
from records.source import Reach


@dataclass(frozen=True)
class GuardRules:
    """What one source's crawl may reach; everything else is refused.

    ``loopback`` lists (host, port) pairs of this machine, for tests and the sample site; ``names`` gives each of its
    names one loopback address. A pair opens that name at that port only: 127.0.0.1 itself stays closed unless listed.
    ``max_bytes`` counts both directions of one connection; times are in seconds.
    """

    hosts: frozenset[str] = frozenset()
    loopback: frozenset[tuple[str, int]] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    ports: frozenset[int] = frozenset({80, 443})
    max_bytes: int = 10 * 1024 * 1024
    head_seconds: float = 10.0
    connect_seconds: float = 10.0
    idle_seconds: float = 30.0
    total_seconds: float = 300.0

    def __post_init__(self) -> None:
        """Refuse rules that could never match, or that would map a name to somewhere else than loopback."""
        for host in {*self.hosts, *(name for name, _ in self.loopback)}:
            if not host or _bare(host) != host:
                raise ConfigurationError(f"host {host!r}: write it in lower case, without brackets, port or final dot")
        named = {name for name, _ in self.loopback}
        for name, address in self.names.items():
            if name not in named or not is_loopback(address):
                raise ConfigurationError(f"name {name!r}: only names of the loopback list may be mapped, to loopback")
        for name in named:
            if not is_loopback(self.names.get(name, name)):
                raise ConfigurationError(f"loopback name {name!r}: give it a loopback address in the name map")

    @classmethod
    def of(cls, reach: Reach) -> Self:
        """Return the rules of a source's reach with the usual ports and limits."""
        return cls(hosts=reach.hosts | reach.resource_hosts, loopback=reach.loopback, names=reach.names)


def _bare(host: str) -> str:
    """Return the accepted spelling of a host from a source file, or "" when there is none."""
    try:
        return read_host(f"[{host}]" if ":" in host else host)
    except Refused:
        return ""


def judge_target(rules: GuardRules, host: str, port: int) -> str | None:
    """Return the loopback address to dial for a listed pair, None for a public host that must be resolved.

    ``host`` must come from `read_host`. Raises `Refused` for every host and port that the rules do not list.
    """
    if (host, port) in rules.loopback:
        return rules.names.get(host, host)
    if host not in rules.hosts:
        raise Refused(Reason.HOST, host, port)
    if port not in rules.ports:
        raise Refused(Reason.PORT, host, port)
    return None
