// TechEmpower's tests: plaintext, json and, with a database, db and fortunes. Built with -DWITH_DATABASE, or without
// for hosts that have no sockets.
#include "memory.h"
#ifdef WITH_DATABASE
#include "postgres.h"
#endif

#define TEXT BYTES("text/plain")
#define JSON BYTES("application/json")
#define HTML BYTES("text/html; charset=utf-8")
#define OK 200
#define NOT_FOUND 404
#define FAILED 500

// Sends what there is; a client that has gone is no reason to trap.
static void stream_body(uint32_t stream, struct bytes body) {
    while (body.length) {
        uint32_t part = body.length < STREAM_WRITE_MOST ? body.length : STREAM_WRITE_MOST;
        struct write_result result;
        stream_write(stream, body.at, part, &result);
        if (result.failed) {
            if (!result.closed) error_drop(result.error);
            return;
        }
        body.at += part;
        body.length -= part;
    }
}

static void answer(uint32_t out, uint32_t status, struct bytes content_type, struct bytes body) {
    struct text length = text_begin(16);
    text_number(&length, (int32_t)body.length);
    const struct header headers[] = {
        {BYTES("server"), BYTES("kymograph")},
        {BYTES("content-type"), content_type},
        {BYTES("content-length"), text_end(&length)},
    };
    // These results can fail only where the calls are wrong.
    struct handle_result fields, outgoing, stream;
    fields_from_list(headers, sizeof headers / sizeof *headers, &fields);
    uint32_t response = response_new(fields.handle);
    if (status != OK) response_set_status(response, status);
    response_body(response, &outgoing);
    outparam_set(out, 0, response, 0, 0, 0, 0, 0, 0);
    body_write(outgoing.handle, &stream);
    stream_body(stream.handle, body);
    output_drop(stream.handle);
    struct finished finished;
    body_finish(outgoing.handle, 0, 0, &finished);
}

static void json_string(struct text *json, struct bytes string) {
    static const char hex[] = "0123456789abcdef";
    text_add(json, BYTES("\""));
    for (uint32_t i = 0; i < string.length; i++) {
        char c = string.at[i];
        if ((uint8_t)c < ' ') {
            char escape[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
            text_add(json, (struct bytes){escape, sizeof escape});
            continue;
        }
        if (c == '"' || c == '\\') text_add(json, BYTES("\\"));
        text_add(json, (struct bytes){&c, 1});
    }
    text_add(json, BYTES("\""));
}

static void answer_json(uint32_t out) {
    struct text json = text_begin(64);
    text_add(&json, BYTES("{\"message\":"));
    json_string(&json, BYTES("Hello, World!"));
    text_add(&json, BYTES("}"));
    answer(out, OK, JSON, text_end(&json));
}

#ifdef WITH_DATABASE

#define WORLD_ROWS 10000
#define FORTUNES_MOST 1024

static void answer_failed(uint32_t out, struct bytes why) {
    struct text text = text_begin(why.length + 1);
    text_add(&text, why);
    text_add(&text, BYTES("\n"));
    answer(out, FAILED, TEXT, text_end(&text));
}

static void answer_db(uint32_t out) {
    struct bytes why;
    struct world world;
    if (!postgres_world((int32_t)(random_u64() % WORLD_ROWS) + 1, &world, &why)) return answer_failed(out, why);
    struct text json = text_begin(64);
    text_add(&json, BYTES("{\"id\":"));
    text_number(&json, world.id);
    text_add(&json, BYTES(",\"randomNumber\":"));
    text_number(&json, world.random_number);
    text_add(&json, BYTES("}"));
    answer(out, OK, JSON, text_end(&json));
}

static void html_text(struct text *html, struct bytes text) {
    uint32_t plain = 0;
    for (uint32_t i = 0; i < text.length; i++) {
        struct bytes escape;
        switch (text.at[i]) {
        case '<': escape = BYTES("&lt;"); break;
        case '>': escape = BYTES("&gt;"); break;
        case '&': escape = BYTES("&amp;"); break;
        case '"': escape = BYTES("&quot;"); break;
        case '\'': escape = BYTES("&#39;"); break;
        default: continue;
        }
        text_add(html, (struct bytes){text.at + plain, i - plain});
        text_add(html, escape);
        plain = i + 1;
    }
    text_add(html, (struct bytes){text.at + plain, text.length - plain});
}

static void sort(struct fortune *fortunes, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) {
        struct fortune moved = fortunes[i];
        uint32_t to = i;
        for (; to > 0 && bytes_compare(moved.message, fortunes[to - 1].message) < 0; to--)
            fortunes[to] = fortunes[to - 1];
        fortunes[to] = moved;
    }
}

static void answer_fortunes(uint32_t out) {
    struct bytes why;
    uint32_t count;
    struct fortune *fortunes = memory_take(FORTUNES_MOST * sizeof *fortunes);
    if (!postgres_fortunes(fortunes, FORTUNES_MOST - 1, &count, &why)) return answer_failed(out, why);
    fortunes[count++] = (struct fortune){0, BYTES("Additional fortune added at request time.")};
    sort(fortunes, count);
    struct text html = text_begin(4096);
    text_add(&html, BYTES("<!DOCTYPE html><html><head><title>Fortunes</title></head><body><table>"
                          "<tr><th>id</th><th>message</th></tr>"));
    for (uint32_t i = 0; i < count; i++) {
        text_add(&html, BYTES("<tr><td>"));
        text_number(&html, fortunes[i].id);
        text_add(&html, BYTES("</td><td>"));
        html_text(&html, fortunes[i].message);
        text_add(&html, BYTES("</td></tr>"));
    }
    text_add(&html, BYTES("</table></body></html>"));
    answer(out, OK, HTML, text_end(&html));
}

#endif

__attribute__((export_name("wasi:http/incoming-handler@0.2.0#handle"))) void handle(uint32_t request, uint32_t out) {
    memory_reset();
    struct optional_bytes asked;
    request_path(request, &asked);
    request_drop(request);
    struct bytes path = asked.some ? asked.value : BYTES("/");
    for (uint32_t i = 0; i < path.length; i++)
        if (path.at[i] == '?') path.length = i;
    if (bytes_equal(path, BYTES("/plaintext"))) return answer(out, OK, TEXT, BYTES("Hello, World!"));
    if (bytes_equal(path, BYTES("/json"))) return answer_json(out);
#ifdef WITH_DATABASE
    if (bytes_equal(path, BYTES("/db"))) return answer_db(out);
    if (bytes_equal(path, BYTES("/fortunes"))) return answer_fortunes(out);
#endif
    answer(out, NOT_FOUND, TEXT, BYTES("there is nothing under this path\n"));
}
