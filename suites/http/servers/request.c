#include "request.h"

#define BODY_MOST 1000000000u

// Whether `text` begins with `lower`, which has no capitals, however it is written.
static bool is_word(const char *text, uint32_t length, const char *lower) {
    uint32_t i = 0;
    for (; lower[i]; i++)
        if (i >= length || (text[i] | (text[i] >= 'A' && text[i] <= 'Z' ? 32 : 0)) != lower[i]) return false;
    return i == length;
}

// Where the line that starts at `from` ends: at its line feed; `length` where there is none.
static uint32_t line_end(const char *text, uint32_t from, uint32_t length) {
    while (from < length && text[from] != '\n') from++;
    return from;
}

// Without the carriage return.
static uint32_t trimmed(const char *text, uint32_t from, uint32_t end) {
    return end > from && text[end - 1] == '\r' ? end - 1 : end;
}

static void request_line(const char *text, uint32_t end, struct request *request) {
    uint32_t method = 0;
    while (method < end && text[method] != ' ') method++;
    request->get = method == 3 && text[0] == 'G' && text[1] == 'E' && text[2] == 'T';
    request->head = is_word(text, method, "head");
    uint32_t from = method + 1, to = from;
    while (to < end && text[to] != ' ') to++;
    // What is left is the version: " HTTP/1.1".
    bool http = end - to == 9 && is_word(text + to, 8, " http/1.");
    char minor = http ? text[end - 1] : 0;
    if (method == 0 || from >= end || to == from || (minor != '0' && minor != '1')) {
        request->wrong = 400;
        return;
    }
    request->close = minor == '0';
    request->path = text + from;
    while (request->path_length < to - from && request->path[request->path_length] != '?') request->path_length++;
}

static void body_length(const char *value, uint32_t length, uint32_t *body, struct request *request) {
    *body = 0;
    if (length == 0) request->wrong = 400;
    for (uint32_t i = 0; i < length; i++) {
        if (value[i] < '0' || value[i] > '9') request->wrong = 400;
        else if (*body > BODY_MOST / 10 - 10) request->wrong = 413;
        else *body = *body * 10 + (uint32_t)(value[i] - '0');
    }
}

static void header(const char *line, uint32_t length, uint32_t *body, struct request *request) {
    uint32_t name = 0;
    while (name < length && line[name] != ':') name++;
    if (name == length || name == 0) {
        request->wrong = 400;
        return;
    }
    // Only three names matter, and few have their lengths.
    if (name != 10 && name != 14 && name != 17) return;
    uint32_t from = name + 1;
    while (from < length && (line[from] == ' ' || line[from] == '\t')) from++;
    while (length > from && (line[length - 1] == ' ' || line[length - 1] == '\t')) length--;
    const char *value = line + from;
    length -= from;
    if (is_word(line, name, "connection")) {
        if (is_word(value, length, "close")) request->close = true;
        if (is_word(value, length, "keep-alive")) {
            request->keep_alive = request->close;
            request->close = false;
        }
    } else if (is_word(line, name, "content-length")) {
        body_length(value, length, body, request);
    } else if (is_word(line, name, "transfer-encoding")) {
        request->wrong = 501;
    }
}

bool request_parse(const char *text, uint32_t length, struct request *request) {
    *request = (struct request){.path = text};
    uint32_t at = 0, body = 0;
    for (bool first = true;; first = false) {
        uint32_t end = line_end(text, at, length);
        if (end == length) return false;
        uint32_t line = trimmed(text, at, end) - at;
        if (first) request_line(text, line, request);
        else if (line) header(text + at, line, &body, request);
        at = end + 1;
        if (!first && !line) break;
    }
    request->length = at + body;
    return true;
}
