"""The tests plaintext and json in Python, over the interfaces of wasi:http as they are."""

import json

from componentize_py_types import Err, Ok
from wit_world import exports
from wit_world.imports.types import Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam


def answer(out: ResponseOutparam, status: int, content_type: str, body: bytes) -> None:
    fields = Fields.from_list(
        [
            ("server", b"kymograph"),
            ("content-type", content_type.encode()),
            ("content-length", str(len(body)).encode()),
        ]
    )
    response = OutgoingResponse(fields)
    response.set_status_code(status)
    outgoing = response.body()
    ResponseOutparam.set(out, Ok(response))
    # A client that has gone is no reason to trap.
    try:
        with outgoing.write() as stream:
            stream.blocking_write_and_flush(body)
        OutgoingBody.finish(outgoing, None)
    except Err:
        pass


class IncomingHandler(exports.IncomingHandler):
    def handle(self, request: IncomingRequest, response_out: ResponseOutparam) -> None:
        path = (request.path_with_query() or "/").split("?")[0]
        if path == "/plaintext":
            answer(response_out, 200, "text/plain", b"Hello, World!")
        elif path == "/json":
            answer(response_out, 200, "application/json", json.dumps({"message": "Hello, World!"}).encode())
        else:
            answer(response_out, 404, "text/plain", b"there is nothing under this path\n")
