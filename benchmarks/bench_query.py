"""The public one-entry query over the real web server: granian, two workers, form, challenge, CSRF, limits, audit.

Every connection comes from a loopback address of its own, as the public's do, because the limits count by address.
Beside it a page without any work, through the same server and middleware. The client runs on the same two cores.
"""

import asyncio
import os
import random
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from benchmarks.city import populate, start
from benchmarks.measuring import percentile, result, slower

ROWS, REQUESTS, CONNECTIONS = 100_000, 3_000, 16
ALTERNATELY = 1_500  # of each kind
PER_ADDRESS = 25  # requests before the next address
# A prober who guesses by the time of one answer is right in 50 of 100 cases by chance; what is less than this above
# it, a limit of a few questions a day and identity makes useless.
NOTICEABLE = 0.03


def bench(rows: int | None = None) -> Iterator[dict[str, Any]]:
    start()
    rows = rows or ROWS
    populate(rows)
    port = _free_port()
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "2", "--blocking-threads", "4", "--no-ws", "--log-level", "warning",
        "rendang.config.wsgi:application",
    ]  # fmt: skip
    environment = {**os.environ, "RENDANG_PUBLIC_ADDRESS": f"http://localhost:{port}"}
    subprocess.run([sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"], env=environment, check=True)
    server = subprocess.Popen(command, env=environment)
    try:
        _wait(port)
        found, unknown = _questions(REQUESTS)
        asyncio.run(_ask(port, found[:200]))
        empty = asyncio.run(_get(port, "/healthz", REQUESTS))
        timed = {"found": asyncio.run(_ask(port, found[200:])), "not found": asyncio.run(_ask(port, unknown))}
        for case, (per_second, milliseconds, size) in timed.items():
            yield result(
                "query",
                f"{case}, {rows:,} people",
                "requests/s",
                per_second,
                empty[0],
                "a page without work",
                p50_ms=percentile(milliseconds, 50),
                p95_ms=percentile(milliseconds, 95),
                bytes=size,
            )
        yield _told_apart(port, found[200:], unknown)
    finally:
        server.terminate()
        server.wait()


def _told_apart(port: int, found: list[tuple[str, str]], unknown: list[tuple[str, str]]) -> dict[str, Any]:
    """Both kinds in one run, in an order by chance, so that what else the machine does falls on both alike.

    One question after the other, as a prober would who wants no other's work in between.
    """
    kinds = dict.fromkeys((number for _name, number in found), "found")
    mixed = [*found[:ALTERNATELY], *unknown[:ALTERNATELY]]
    random.Random(4).shuffle(mixed)
    _rate, milliseconds, _size = asyncio.run(_ask(port, mixed, connections=1))
    times: dict[str, list[float]] = {"found": [], "not found": []}
    for (_name, number), each in zip(mixed, milliseconds, strict=True):
        times[kinds.get(number, "not found")].append(each)
    share, chance = slower(times["found"], times["not found"])
    return result(
        "query",
        "found beside not found, one by one",
        "answers/s, median",
        1000 / percentile(times["found"], 50),
        1000 / percentile(times["not found"], 50),
        "not found",
        **{
            f"{kind.replace(' ', '_')}_p{percent}_ms": percentile(times[kind], percent)
            for kind in times
            for percent in (50, 95)
        },
        found_is_slower=share,
        by_chance=chance,
        verdict="told apart by time" if abs(share - 0.5) > max(chance, NOTICEABLE) else "not told apart by time",
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("The web server did not start.")


def _questions(count: int) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(name, ID number) of people on record, and of nobody. Each is asked about once: there is a limit a day."""
    from rendang.kernel.core.identifiers import make_id_number
    from rendang.people.models import Person

    rows = Person.objects.order_by("pk").only("name", "id_number")
    step = max(rows.count() // (count + 200), 1)
    found = [(person.name, person.id_number) for person in rows[::step][: count + 200]]
    random.Random(3).shuffle(found)
    import datetime as dt

    day = dt.date(1901, 1, 1)
    unknown = [("许无名", make_id_number("370211", day + dt.timedelta(n // 900), n % 900)) for n in range(count)]
    return found, unknown


class Client:
    """Just enough HTTP: one connection, kept alive."""

    def __init__(self, port: int, number: int) -> None:
        self.port, self.number, self.cookie, self.left = port, number, "", 0

    async def request(self, method: str, path: str, body: str = "") -> tuple[int, bytes, list[str]]:
        if self.left == 0:
            await self.connect()
        self.left -= 1
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {self.cookie}\r\nAccept-Language: zh-hans\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.writer.write((head + body).encode())
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = [line.lower() for line in lines[1:]]
        length = next((int(line[15:]) for line in headers if line.startswith("content-length:")), None)
        if length is None:
            raise RuntimeError("no content-length")
        return int(lines[0].split()[1]), await self.reader.readexactly(length), lines[1:]

    async def connect(self) -> None:
        """From the next loopback address."""
        if self.number >= 0 and hasattr(self, "writer"):
            self.writer.close()
        self.number += CONNECTIONS
        address = f"127.{self.number // 62500 + 1}.{self.number // 250 % 250}.{self.number % 250 + 2}"
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(address, 0))
        self.left = PER_ADDRESS


_connections = 0


async def _all(
    port: int, jobs: list[Any], send: Any, connections: int = CONNECTIONS
) -> tuple[float, list[float], int]:
    global _connections
    queue, milliseconds, sizes = list(enumerate(jobs))[::-1], [0.0] * len(jobs), []

    async def work(number: int) -> None:
        client = Client(port, number)
        while queue:
            place, job = queue.pop()
            began = time.perf_counter()
            sizes.append(await send(client, job))
            milliseconds[place] = (time.perf_counter() - began) * 1000
        client.writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(work(_connections + number) for number in range(connections)))
    _connections += len(jobs) // PER_ADDRESS + 2 * CONNECTIONS**2
    return len(jobs) / (time.perf_counter() - began), milliseconds, round(sum(sizes) / len(sizes))


async def _get(port: int, path: str, count: int) -> tuple[float, list[float], int]:
    async def send(client: Client, _job: int) -> int:
        status, body, _headers = await client.request("GET", path)
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
        return len(body)

    return await _all(port, list(range(count)), send)


async def _ask(
    port: int, questions: list[tuple[str, str]], connections: int = CONNECTIONS
) -> tuple[float, list[float], int]:
    from rendang.portal.challenge import new_challenge

    first = Client(port, _connections)
    _status, _page, headers = await first.request("GET", "/query/")
    first.writer.close()
    cookie = next(line.split(":", 1)[1].split(";")[0].strip() for line in headers if "csrftoken=" in line)
    token = cookie.partition("=")[2]
    jobs = []
    for name, number in questions:
        challenge = new_challenge()
        answer = sum(int(term) for term in re.findall(r"\d+", challenge.question))
        form = {"name": name, "id_number": number, "answer": answer, "token": challenge.token}
        jobs.append((urlencode({**form, "csrfmiddlewaretoken": token}), number))

    async def send(client: Client, job: tuple[str, str]) -> int:
        client.cookie = cookie
        status, body, _headers = await client.request("POST", "/query/", job[0])
        if status != 200 or b'name="answer"' in body:
            raise RuntimeError(f"a query was refused ({status})")
        return len(body)

    return await _all(port, jobs, send, connections)
