"""What the guard takes for a host, and which addresses it would ever dial."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.guard_addresses import (
    Reason,
    Refused,
    Unreachable,
    is_public,
    judge_answers,
    read_absolute_url,
    read_authority,
    read_host,
)
from crawlers.guard_rules import GuardRules, judge_target
from records.errors import ConfigurationError
from records.source import Reach

CLOSED_ADDRESSES = [
    # this machine
    "127.0.0.1",
    "127.0.0.2",
    "127.255.255.255",
    "0.0.0.0",  # noqa: S104 - an address to refuse, nothing binds to it
    "0.1.2.3",
    "::1",
    "::",
    # private networks
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.255.255",
    "fc00::1",
    "fd00:ec2::254",
    "fec0::1",
    # link-local and metadata services
    "169.254.0.1",
    "169.254.169.254",
    "168.63.129.16",
    "fe80::1",
    "fe80::1%eth0",
    "fe80::1%1",
    "2606:4700::1111%eth0",
    # carrier-grade NAT
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    # multicast, reserved, broadcast
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "ff02::1",
    "ff0e::1",
    # protocol assignments, documentation, benchmarks, relays
    "192.0.0.8",
    "192.0.0.170",
    "192.0.0.192",
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "198.18.0.1",
    "198.19.255.255",
    "192.88.99.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.175.48.1",
    "2001:db8::1",
    "3fff::1",
    "2001:20::1",
    "100::1",
    "5f00::1",
    "2620:4f:8000::1",
    # an IPv4 address inside an IPv6 one
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "::127.0.0.1",
    "::7f00:1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::8.8.8.8",
    "64:ff9b:1::7f00:1",
    "64:ff9b:1:ffff::1",
    "2002:7f00:1::",
    "2002:7f00:1::1",
    "2002:a00:1::1",
    "2002:808:808::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    # no address at all
    "",
    "localhost",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "010.0.0.1",
    "1.1.1.1 ",
    "1.1.1.1\n",
    "[2606:4700::1111]",
    "1.1.1.1/32",
]

OPEN_ADDRESSES = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:200::1",
    "2400:cb00::1",
    "2606:4700:4700::1111",
    "2a00:1450:4001:80b::200e",
]


@pytest.mark.parametrize("address", CLOSED_ADDRESSES)
def test_an_address_that_is_no_public_host_is_never_dialled(address: str) -> None:
    assert not is_public(address)
    with pytest.raises(Refused) as refused:
        judge_answers("board.test", 80, [address])
    assert refused.value.reason is Reason.ADDRESS


@pytest.mark.parametrize("address", OPEN_ADDRESSES)
def test_an_ordinary_host_is_dialled_also_next_to_a_closed_range(address: str) -> None:
    assert judge_answers("board.test", 443, [address]) == (address,)


def test_one_bad_answer_refuses_the_name_wherever_it_stands() -> None:
    for answers in (["8.8.8.8", "127.0.0.2"], ["127.0.0.2", "8.8.8.8"], ["8.8.8.8", "1.1.1.1", "::1"]):
        with pytest.raises(Refused):
            judge_answers("board.test", 80, answers)


def test_a_name_without_answers_is_unreachable_and_not_forbidden() -> None:
    with pytest.raises(Unreachable):
        judge_answers("board.test", 80, [])


@given(st.ip_addresses(v=4, network="0.0.0.0/0"))
def test_no_ipv4_address_that_python_calls_private_or_special_is_public(address: IPv4Address) -> None:
    special = not address.is_global or address.is_multicast or address.is_reserved
    assert not (special and is_public(str(address)))


@given(st.ip_addresses(v=6))
def test_no_ipv6_address_that_python_calls_private_or_special_is_public(address: IPv6Address) -> None:
    special = not address.is_global or address.is_multicast or address.is_reserved or address.is_site_local
    assert not (special and is_public(str(address)))


@given(st.ip_addresses(v=4), st.sampled_from(["::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96"]))
def test_no_ipv6_form_smuggles_an_ipv4_address_in_its_last_bits(inner: IPv4Address, prefix: str) -> None:
    outer = IPv6Address(int(IPv6Network(prefix).network_address) | int(inner))
    assert not is_public(str(outer))


@given(st.ip_addresses(v=4), st.integers(0, 2**80 - 1))
def test_no_6to4_address_is_public_whatever_it_carries(inner: IPv4Address, rest: int) -> None:
    assert not is_public(str(IPv6Address((0x2002 << 112) | (int(inner) << 80) | rest)))


ODD_HOSTS = [
    # numbers that some reader takes for 127.0.0.1 or another machine of ours
    "2130706433",
    "2130706434",
    "0x7f000001",
    "0x7F000001",
    "0x7f.0.0.1",
    "0x7f.0x0.0x0.0x1",
    "017700000001",
    "0177.0.0.1",
    "127.1",
    "127.0.1",
    "127.0.0.01",
    "127.0.0.0x1",
    "127.0.0.256",
    "127.0.0.1.",
    "127.0.0.1.1",
    "0",
    "0x",
    "board.0x",
    "1.2.3.4.5",
    "256.1.1.1",
    "board.test.1",
    # IPv6 spelt without brackets, with a zone, or broken
    "::1",
    "fe80::1%eth0",
    "[fe80::1%eth0]",
    "[fe80::1%25eth0]",
    "[::1",
    "::1]",
    "[]",
    "[127.0.0.1]",
    "[v1.fe80]",
    "[::1]]",
    # names with a final or an empty label, or too long
    "",
    ".",
    "board.test.",
    "localhost.",
    ".board.test",
    "board..test",
    "a" * 64 + ".test",
    ".".join(["abcdefgh"] * 30),
    # letters that a name cannot have
    "board test",
    "board\ttest",
    "board.test\x00",
    "board%2etest",
    "127%2e0%2e0%2e1",
    "127。0。0。1",
    "①②⑦.0.0.1",
    "１２７.0.0.1",
    "bоard.test",  # Cyrillic o
    "\u212aboard.test",  # the Kelvin sign folds to k
    "việc.test",
    "user@board.test",
    "board.test/",
    "board.test?",
    "board.test#",
    "board.test\\",
    "*.test",
]


@pytest.mark.parametrize("host", ODD_HOSTS)
def test_a_host_that_two_readers_could_take_differently_is_refused(host: str) -> None:
    with pytest.raises(Refused) as refused:
        read_host(host)
    assert refused.value.reason is Reason.FORM


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("board.test", "board.test"),
        ("BOARD.Test", "board.test"),
        ("xn--vic-mma.test", "xn--vic-mma.test"),
        ("a_b.board.test", "a_b.board.test"),
        ("0x.board", "0x.board"),
        ("127.0.0.1.nip.test", "127.0.0.1.nip.test"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]", "::1"),
        ("[0:0:0:0:0:0:0:1]", "::1"),
        ("[2606:4700:4700:0:0:0:0:1111]", "2606:4700:4700::1111"),
    ],
)
def test_a_plain_host_has_one_spelling(text: str, host: str) -> None:
    assert read_host(text) == host


@given(st.text(max_size=40))
def test_whatever_is_accepted_as_a_host_is_accepted_unchanged(text: str) -> None:
    try:
        host = read_host(text)
    except Refused:
        return
    assert read_host(f"[{host}]" if ":" in host else host) == host
    assert host.isascii()
    assert host == host.lower()


@pytest.mark.parametrize(
    "authority",
    [
        "board.test",  # a tunnel must name its port
        "board.test:",
        "board.test:0",
        "board.test:080",
        "board.test:65536",
        "board.test:-1",
        "board.test:+80",
        "board.test: 80",
        "board.test:8_0",
        "board.test:８０",
        "board.test:80:80",
        "user@board.test:80",
        "user:80@board.test:80",
        "board.test:80@127.0.0.2:80",
        "[::1]80",
        "[::1]:",
        "::1:80",
        "board.test\\@127.0.0.2:80",
    ],
)
def test_an_authority_that_is_not_plainly_host_and_port_is_refused(authority: str) -> None:
    with pytest.raises(Refused):
        read_authority(authority)


def test_a_plain_authority_is_read() -> None:
    assert read_authority("Board.test:443") == ("board.test", 443)
    assert read_authority("[::1]:8080") == ("::1", 8080)


@pytest.mark.parametrize(
    ("target", "errand"),
    [
        ("http://board.test/viec-lam?page=2", ("board.test", 80, "/viec-lam?page=2")),
        ("HTTP://board.test:8080/", ("board.test", 8080, "/")),
        ("http://board.test", ("board.test", 80, "/")),
        ("http://board.test?page=2", ("board.test", 80, "/?page=2")),
        ("http://board.test/a@b", ("board.test", 80, "/a@b")),
        ("http://board.test/http://127.0.0.2/", ("board.test", 80, "/http://127.0.0.2/")),
        ("http://[::1]:80/", ("::1", 80, "/")),
    ],
)
def test_an_absolute_request_target_is_read(target: str, errand: tuple[str, int, str]) -> None:
    assert read_absolute_url(target) == errand


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "*",
        "board.test:80",
        "https://board.test/",
        "ftp://board.test/",
        "file:///etc/passwd",
        "http:/board.test/",
        "http:///board.test/",
        "http:\\\\board.test/",
        "http://",
        "http://board.test/#top",
        "http://user@board.test/",
        "http://user:secret@board.test/",
        "http://board.test:80\\@127.0.0.2/",
        "http://board.test\\.127.0.0.2/",
        "http://2130706434/",
        "http://127.1/",
        "http://board.test./",
    ],
)
def test_every_other_request_target_is_refused(target: str) -> None:
    with pytest.raises(Refused):
        read_absolute_url(target)


RULES = GuardRules(
    hosts=frozenset({"board.test", "images.test", "8.8.8.8", "127.0.0.2"}),
    loopback=frozenset({("sample.test", 43121), ("127.0.0.1", 4569)}),
    names={"sample.test": "127.0.0.1"},
)


def test_a_listed_host_must_still_be_resolved_and_judged() -> None:
    assert judge_target(RULES, "board.test", 443) is None
    assert judge_target(RULES, "images.test", 80) is None
    assert judge_target(RULES, "127.0.0.2", 80) is None


def test_a_listed_loopback_pair_is_dialled_where_the_name_map_says() -> None:
    assert judge_target(RULES, "sample.test", 43121) == "127.0.0.1"
    assert judge_target(RULES, "127.0.0.1", 4569) == "127.0.0.1"


@pytest.mark.parametrize(
    ("host", "port", "reason"),
    [
        ("other.test", 443, Reason.HOST),
        ("www.board.test", 443, Reason.HOST),
        ("board.test.other.test", 443, Reason.HOST),
        ("8.8.4.4", 80, Reason.HOST),
        ("board.test", 22, Reason.PORT),
        ("board.test", 8080, Reason.PORT),
        ("board.test", 43121, Reason.PORT),
        ("sample.test", 80, Reason.HOST),
        ("sample.test", 43122, Reason.HOST),
        ("127.0.0.1", 43121, Reason.HOST),  # the rewritten form of a listed name
        ("127.0.0.1", 80, Reason.HOST),
        ("localhost", 43121, Reason.HOST),
        ("::1", 43121, Reason.HOST),
    ],
)
def test_what_the_rules_do_not_list_is_refused(host: str, port: int, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        judge_target(RULES, host, port)
    assert (refused.value.reason, refused.value.host, refused.value.port) == (reason, host, port)


@pytest.mark.parametrize(
    ("hosts", "loopback", "names"),
    [
        ({"Board.test"}, set(), {}),
        ({"board.test:80"}, set(), {}),
        ({"https://board.test"}, set(), {}),
        ({"board.test."}, set(), {}),
        ({"*.board.test"}, set(), {}),
        ({"2130706433"}, set(), {}),
        ({""}, set(), {}),
        (set(), {("sample.test", 80)}, {}),  # a loopback name without an address
        (set(), {("8.8.8.8", 80)}, {}),  # no loopback address
        (set(), {("sample.test", 80)}, {"sample.test": "8.8.8.8"}),
        (set(), {("sample.test", 80)}, {"sample.test": "10.0.0.1"}),
        (set(), {("sample.test", 80)}, {"sample.test": "localhost"}),
        ({"board.test"}, set(), {"board.test": "127.0.0.1"}),  # a public host must not be mapped
    ],
)
def test_rules_that_could_not_mean_what_they_say_are_refused(
    hosts: set[str], loopback: set[tuple[str, int]], names: dict[str, str]
) -> None:
    with pytest.raises(ConfigurationError):
        GuardRules(hosts=frozenset(hosts), loopback=frozenset(loopback), names=names)


def test_the_rules_of_a_source_hold_its_hosts_and_the_resource_hosts_it_names() -> None:
    reach = Reach(
        hosts=frozenset({"board.test"}),
        resource_hosts=frozenset({"images.test"}),
        loopback=frozenset({("sample.test", 43121)}),
        names={"sample.test": "127.0.0.1"},
    )
    rules = GuardRules.of(reach)
    assert rules.hosts == {"board.test", "images.test"}
    assert judge_target(rules, "sample.test", 43121) == "127.0.0.1"
    assert rules.ports == {80, 443}


def test_a_refusal_does_not_carry_the_host_into_its_message() -> None:
    assert "tenmau01" not in str(Refused(Reason.HOST, "tenmau01.board.test", 80))
