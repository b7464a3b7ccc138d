"""How passwords are hashed."""

import asyncio
import time

import pytest
from argon2 import extract_parameters
from argon2.low_level import Type

from daemon.domains.auth.domain import network_of
from daemon.domains.auth.passwords import MOST_WAITING, Passwords
from daemon.kernel.errors import RateLimitedError


async def test_the_costs_are_the_promised_ones() -> None:
    passwords = Passwords()

    parameters = extract_parameters(await passwords.hash("quatro palavras"))

    assert parameters.type is Type.ID
    assert parameters.memory_cost >= 19 * 1024
    assert parameters.time_cost >= 2
    assert parameters.parallelism >= 1
    passwords.close()


async def test_an_unknown_user_takes_as_long_as_a_known_one() -> None:
    passwords = Passwords()
    hashed = await passwords.hash("quatro palavras")
    await passwords.matches(None, "warm up")

    async def best(known: str | None) -> float:
        times = []
        for _ in range(5):
            started = time.process_time()  # work, whatever else the machine does
            assert not await passwords.matches(known, "a guess")
            times.append(time.process_time() - started)
        return min(times)

    assert await best(None) > 0.5 * await best(hashed)
    passwords.close()


async def test_a_crowd_waits_outside_and_not_in_memory() -> None:
    passwords = Passwords()

    results = await asyncio.gather(
        *(passwords.hash("quatro palavras") for _ in range(MOST_WAITING + 5)),
        return_exceptions=True,
    )

    assert sum(isinstance(result, RateLimitedError) for result in results) == 5
    passwords.close()


@pytest.mark.parametrize("hashed", ["", "x", "$argon2id$v=19$m=1,t=1,p=1$x$y"])
async def test_a_damaged_hash_admits_nobody(hashed: str) -> None:
    passwords = Passwords()

    assert not await passwords.matches(hashed, "anything")
    passwords.close()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.168.0.7", "192.168.0.7"),
        ("::ffff:192.168.0.7", "192.168.0.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
    ],
)
def test_one_place_is_one_address_or_one_customers_network(address: str, network: str) -> None:
    assert network_of(address) == network
