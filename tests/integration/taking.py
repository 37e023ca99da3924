"""A process full of reviewers who take flags at once; run by test_takes.py, four times in parallel.

Arguments: the service's DSN, the account ids, how many takes, the lease in seconds. It speaks JSON on
standard output, a line for each take and each decision, and goes on to its next part when a line comes in.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import timedelta

from records.errors import AlreadyDecided, StaleLease
from records.review import Lease, Verdict
from store import flags
from store.pool import Pool, open_pool

#: How long a reviewer waits when nothing is free; leases of the test run out a few times longer than that.
PAUSE_SECONDS = 0.02


async def _take(pool: Pool, account_id: int, seconds: float) -> Lease:
    """Ask for the next flag until there is one, like a reviewer who presses the button again."""
    while True:
        async with pool.connection() as conn:
            lease = await flags.take(conn, account_id, seconds=seconds)
        if lease is not None:
            return lease
        await asyncio.sleep(PAUSE_SECONDS)


async def _decide(pool: Pool, account_id: int, lease: Lease) -> bool:
    try:
        async with pool.connection() as conn:
            await flags.decide(conn, account_id, lease.flag_id, lease.token, Verdict.DISMISS, "đã đọc kỹ")
    except (StaleLease, AlreadyDecided):
        return False
    return True


async def _go_ahead() -> None:
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)


def _say(**facts: object) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


async def main(dsn: str, accounts: list[int], takes: int, seconds: float) -> None:
    """Take together, wait, decide together."""
    async with open_pool(dsn, min_size=takes // 2, max_size=takes // 2) as pool:
        _say(ready=True)
        await _go_ahead()
        takers = [accounts[number % len(accounts)] for number in range(takes)]
        leases = await asyncio.gather(*(_take(pool, account_id, seconds) for account_id in takers))
        for account_id, lease in zip(takers, leases, strict=True):
            taken_at = lease.until - timedelta(seconds=seconds)
            _say(
                flag=lease.flag_id,
                token=lease.token,
                account=account_id,
                at=taken_at.isoformat(),
                until=lease.until.isoformat(),
            )
        _say(taken=True)
        await _go_ahead()
        kept = await asyncio.gather(*(_decide(pool, a, lease) for a, lease in zip(takers, leases, strict=True)))
        for lease, decided in zip(leases, kept, strict=True):
            _say(token=lease.token, decided=decided)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], [int(one) for one in sys.argv[2].split(",")], int(sys.argv[3]), float(sys.argv[4])))
