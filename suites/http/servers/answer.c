#include "answer.h"

#include "page.h"

// A page's header with room for a date, and its body. The date is written into the header, once a second.
struct page {
    char *head;
    uint32_t date, head_length;
    const char *body;
    uint32_t body_length;
};

#define DATE "Sun, 00 Jan 0000 00:00:00 GMT"
#define BEFORE_DATE(status) "HTTP/1.1 " status "\r\nServer: kymograph\r\nDate: "
#define HEAD(status, type) BEFORE_DATE(status) DATE "\r\nContent-Type: " type "\r\n"
#define PAGE(name, status, length, text)                                                         \
    static char name##_head[] = HEAD(status, "text/plain") "Content-Length: " #length "\r\n";    \
    static const struct page name = {name##_head, sizeof(BEFORE_DATE(status)) - 1,               \
        sizeof name##_head - 1, text, length};                                                   \
    _Static_assert(sizeof(text) - 1 == length, "a body of another length");                      \
    _Static_assert(sizeof name##_head + sizeof "Connection: keep-alive\r\n\r\n" + length < ANSWER_MOST, "too long")

PAGE(plaintext, "200 OK", 13, "Hello, World!");
PAGE(root, "200 OK", 2054, ROOT_PAGE);
PAGE(bad, "400 Bad Request", 29, "this is no request of HTTP/1\n");
PAGE(not_found, "404 Not Found", 33, "there is nothing under this path\n");
PAGE(too_large, "413 Content Too Large", 22, "the body is too large\n");
PAGE(long_header, "431 Request Header Fields Too Large", 23, "the header is too long\n");
PAGE(not_implemented, "501 Not Implemented", 41, "only GET and HEAD, and no chunks of body\n");

// Its body is made for each request, and with it the length.
static char json_head[] = HEAD("200 OK", "application/json");
static const struct page json = {json_head, sizeof(BEFORE_DATE("200 OK")) - 1, sizeof json_head - 1, 0, 0};

static const struct page *const pages[] = {
    &plaintext, &json, &root, &bad, &not_found, &too_large, &long_header, &not_implemented};

static void two_digits(char *to, int64_t number) {
    to[0] = (char)('0' + number / 10);
    to[1] = (char)('0' + number % 10);
}

void answer_date(int64_t seconds) {
    char date[] = DATE;
    int64_t days = seconds / 86400, rest = seconds % 86400;
    // The calendar repeats every 400 years, which are 146097 days; counted from 1 March of 0, a leap day ends its year.
    int64_t day = days + 719468, era = day / 146097, of_era = day % 146097;
    int64_t of_era_years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * of_era_years + of_era_years / 4 - of_era_years / 100);
    // From March on, 153 days are five months.
    int64_t month = (5 * of_year + 2) / 153;
    int64_t year = of_era_years + era * 400 + (month >= 10);
    __builtin_memcpy(date, &"ThuFriSatSunMonTueWed"[days % 7 * 3], 3);
    two_digits(date + 5, of_year - (153 * month + 2) / 5 + 1);
    __builtin_memcpy(date + 8, &"MarAprMayJunJulAugSepOctNovDecJanFeb"[month * 3], 3);
    two_digits(date + 12, year / 100);
    two_digits(date + 14, year % 100);
    two_digits(date + 17, rest / 3600);
    two_digits(date + 20, rest / 60 % 60);
    two_digits(date + 23, rest % 60);
    for (uint32_t i = 0; i < sizeof pages / sizeof *pages; i++)
        __builtin_memcpy(pages[i]->head + pages[i]->date, date, sizeof date - 1);
}

static bool asks_for(const struct request *request, const char *path) {
    uint32_t i = 0;
    while (i < request->path_length && path[i] == request->path[i]) i++;
    return i == request->path_length && !path[i];
}

static const struct page *page_of(const struct request *request) {
    switch (request->wrong) {
    case 0: break;
    case 413: return &too_large;
    case 431: return &long_header;
    case 501: return &not_implemented;
    default: return &bad;
    }
    if (!request->get && !request->head) return &not_implemented;
    if (asks_for(request, "/plaintext")) return &plaintext;
    if (asks_for(request, "/json")) return &json;
    if (asks_for(request, "/")) return &root;
    return &not_found;
}

static uint32_t add(char *to, uint32_t at, const char *part, uint32_t length) {
    __builtin_memcpy(to + at, part, length);
    return at + length;
}
#define ADD(literal) at = add(to, at, literal, sizeof literal - 1)

static uint32_t json_string(char *to, uint32_t at, const char *string) {
    static const char hex[] = "0123456789abcdef";
    ADD("\"");
    for (; *string; string++) {
        char c = *string;
        if ((uint8_t)c < ' ') {
            char escape[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
            at = add(to, at, escape, sizeof escape);
            continue;
        }
        if (c == '"' || c == '\\') ADD("\\");
        to[at++] = c;
    }
    return ADD("\"");
}

// The object of TechEmpower's test, in at most 99 bytes.
static uint32_t json_object(char *to) {
    uint32_t at = 0;
    ADD("{\"message\":");
    at = json_string(to, at, "Hello, World!");
    return ADD("}");
}

uint32_t answer_write(const struct request *request, char *to) {
    const struct page *page = page_of(request);
    uint32_t at = add(to, 0, page->head, page->head_length), body_length = page->body_length;
    const char *body = page->body;
    char made[99];
    if (page == &json) {
        body_length = json_object(made);
        body = made;
        ADD("Content-Length: ");
        two_digits(to + at, body_length);
        at += 2;
        ADD("\r\n");
    }
    if (request->close || request->wrong) ADD("Connection: close\r\n");
    else if (request->keep_alive) ADD("Connection: keep-alive\r\n");
    ADD("\r\n");
    return request->head ? at : add(to, at, body, body_length);
}
