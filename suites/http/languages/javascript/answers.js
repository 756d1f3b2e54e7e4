// The tests plaintext and json in JavaScript, over the interfaces of wasi:http as they are.
import { Fields, OutgoingBody, OutgoingResponse, ResponseOutparam } from "wasi:http/types@0.2.0";

const encoder = new TextEncoder();
const server = encoder.encode("kymograph");

function answer(out, status, contentType, text) {
  const body = encoder.encode(text);
  const response = new OutgoingResponse(
    Fields.fromList([
      ["server", server],
      ["content-type", encoder.encode(contentType)],
      ["content-length", encoder.encode(String(body.length))],
    ]),
  );
  response.setStatusCode(status);
  const outgoing = response.body();
  ResponseOutparam.set(out, { tag: "ok", val: response });
  const stream = outgoing.write();
  try {
    stream.blockingWriteAndFlush(body);
  } catch {
    // The client has gone, which is no reason to trap.
  }
  stream[Symbol.dispose]();
  try {
    OutgoingBody.finish(outgoing, undefined);
  } catch {
    // As above.
  }
}

export const incomingHandler = {
  handle(request, out) {
    const path = (request.pathWithQuery() ?? "/").split("?")[0];
    if (path === "/plaintext") answer(out, 200, "text/plain", "Hello, World!");
    else if (path === "/json") answer(out, 200, "application/json", JSON.stringify({ message: "Hello, World!" }));
    else answer(out, 404, "text/plain", "there is nothing under this path\n");
  },
};
