"""A schema registry over HTTP, in this process: as much of Confluent's API as our client uses, and its refusals."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class Server(ThreadingHTTPServer):
    """What the registry knows, and what it was asked."""

    def __init__(self) -> None:
        """Know nothing; take any free port."""
        super().__init__(("127.0.0.1", 0), Handler)
        self.schemas: list[str] = []
        self.subjects: dict[str, list[int]] = {}
        self.levels: dict[str, str] = {}
        self.asked: list[str] = []
        self.refusing: tuple[int, str] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"

    def id_of(self, schema: str) -> int:
        """Give a schema its id: one for all subjects, as Confluent does; 101 and up, so that none is one of ours."""
        if schema not in self.schemas:
            self.schemas.append(schema)
        return self.schemas.index(schema) + 101


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Server

    def do_GET(self) -> None:
        if self._refused():
            return
        place = int(self.path.split("?")[0].rpartition("/")[2]) - 101
        if 0 <= place < len(self.server.schemas):
            self._answer(200, {"schema": self.server.schemas[place]})
        else:
            self._answer(404, {"error_code": 40403, "message": "Schema not found"})

    def do_PUT(self) -> None:
        body = self._body()
        if not self._refused():
            self.server.levels[self.path.rpartition("/")[2]] = body["compatibility"]
            self._answer(200, body)

    def do_POST(self) -> None:
        schema = self._body()["schema"]
        if self._refused():
            return
        subject, registering = re.findall(r"/subjects/([^/?]+)(/versions)?", self.path)[0]
        known = self.server.subjects.setdefault(subject, [])
        if not registering and (schema not in self.server.schemas or self.server.id_of(schema) not in known):
            self._answer(404, {"error_code": 40403, "message": "Schema not found"})
            return
        schema_id = self.server.id_of(schema)
        if schema_id not in known:
            known.append(schema_id)
        version = known.index(schema_id) + 1
        self._answer(200, {"id": schema_id, "subject": subject, "version": version, "schema": schema})

    def _body(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        return body

    def _refused(self) -> bool:
        self.server.asked.append(f"{self.command} {self.path.split('?')[0]}")
        if self.server.refusing is None:
            return False
        status, message = self.server.refusing
        self._answer(status, {"error_code": status, "message": message})
        return True

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/vnd.schemaregistry.v1+json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Stay silent."""


@contextmanager
def registry_server() -> Iterator[Server]:
    """Run a registry while the block runs."""
    with Server() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
