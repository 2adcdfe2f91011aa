"""As much of ClickHouse's HTTP interface as its clients need, over the engine in this process.

Not there: sessions (temporary tables, SET that lasts), external data, progress while a query runs, compressed replies.
"""

from __future__ import annotations

import asyncio
import hmac
import signal
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor

import orjson
from aiohttp import BasicAuth, web

from streams.embedded.engine import Engine, EngineError, Reply
from streams.embedded.unpack import TooLargeError, unpack

_BODY_LIMIT = 256 << 20  # a batch of the ledger has a few megabytes
_LINE_LIMIT = 256 << 10  # parameters travel in the URL
_WORKERS = 8  # statements at once; the engine itself spreads each over the cores
_END_SECONDS = 10.0
_AUTHENTICATION_FAILED, _SYNTAX_ERROR, _TOO_LARGE = 516, 62, 307


def serve(path: str, port: int, password: str) -> None:
    """Answer on 127.0.0.1 until SIGTERM or SIGINT."""
    asyncio.run(_serve(path, port, password))


async def _serve(path: str, port: int, password: str) -> None:
    ended = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, ended.set)
    engine = Engine(path)
    app = web.Application(client_max_size=_BODY_LIMIT)
    door = _Door(engine, password)
    app.router.add_get("/ping", _ping)
    app.router.add_route("GET", "/", door.answer)
    app.router.add_route("POST", "/", door.answer)
    runner = web.AppRunner(
        app,
        access_log=None,
        auto_decompress=False,
        max_line_size=_LINE_LIMIT,
        max_field_size=_LINE_LIMIT,
        shutdown_timeout=_END_SECONDS,
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        sys.stdout.write(f"READY http://127.0.0.1:{port}\n")
        sys.stdout.flush()
        await ended.wait()
    finally:
        await runner.cleanup()
        door.close()
        engine.close()


async def _ping(_request: web.Request) -> web.Response:
    return web.Response(text="Ok.\n")


class _Door:
    """Lets those in who have the password, and answers each request with what the engine says."""

    def __init__(self, engine: Engine, password: str) -> None:
        self._engine = engine
        self._password = password
        self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="statement")

    def close(self) -> None:
        self._workers.shutdown()

    async def answer(self, request: web.Request) -> web.Response:
        query_id = request.query.get("query_id") or str(uuid.uuid4())
        headers = {"X-ClickHouse-Query-Id": query_id, "X-ClickHouse-Timezone": self._engine.timezone}
        try:
            self._check(request)
            reply = await self._run(request)
        except EngineError as error:
            status = web.HTTPForbidden.status_code if error.code == _AUTHENTICATION_FAILED else 500
            headers["X-ClickHouse-Exception-Code"] = str(error.code)
            text = f"{error} (version {self._engine.version})\n"
            return web.Response(status=status, text=text, headers=headers)
        headers["X-ClickHouse-Summary"] = orjson.dumps(dict(reply.summary)).decode()
        if reply.format is not None:
            headers["X-ClickHouse-Format"] = reply.format
        return web.Response(body=reply.body, headers=headers)

    def _check(self, request: web.Request) -> None:
        given = request.headers.get("X-ClickHouse-Key", "")
        if "Authorization" in request.headers:
            try:
                given = BasicAuth.decode(request.headers["Authorization"]).password
            except ValueError:
                given = ""
        if not hmac.compare_digest(given.encode(), self._password.encode()):
            raise EngineError("default: Authentication failed. (AUTHENTICATION_FAILED)", _AUTHENTICATION_FAILED)

    async def _run(self, request: web.Request) -> Reply:
        options = dict(request.query)
        body = b""
        if request.method == "POST" and request.content_type == "multipart/form-data":
            options |= await _form(request)
        elif request.method == "POST":
            body = await _body(request)
        query = options.get("query", "").encode()
        text = query + b"\n" + body if query and body else query or body
        if not text.strip():
            raise EngineError("Empty query. (SYNTAX_ERROR)", _SYNTAX_ERROR)
        run = self._engine.run
        read_only = request.method == "GET"
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._workers, lambda: run(text, options, read_only=read_only))


async def _form(request: web.Request) -> dict[str, str]:
    fields = await request.post()
    texts = {name: value for name, value in fields.items() if isinstance(value, str)}
    if len(texts) != len(fields):
        raise EngineError("external data is not supported here", _SYNTAX_ERROR)
    return texts


async def _body(request: web.Request) -> bytes:
    try:
        return unpack(await request.read(), request.headers.get("Content-Encoding", ""), _BODY_LIMIT)
    except (TooLargeError, web.HTTPRequestEntityTooLarge) as error:
        raise EngineError(f"a request may have {_BODY_LIMIT} bytes at most", _TOO_LARGE) from error
    except ValueError as error:
        raise EngineError(str(error), _SYNTAX_ERROR) from error
