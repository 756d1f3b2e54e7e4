#include "postgres.h"
#include "socket.h"

#define MESSAGE_MOST 65536

// The questions, by the names under which the connection has them prepared.
struct question {
    struct bytes name, sql;
    bool has_number; // a parameter of type int4
};
static const struct question WORLD = {
    {"w", 1}, {"SELECT id, randomnumber FROM world WHERE id = $1", 48}, true};
static const struct question FORTUNES = {{"f", 1}, {"SELECT id, message FROM fortune", 31}, false};
#define INT4 23

// What has been received and not been looked at.
static char received[MESSAGE_MOST];
static uint32_t from, upto;
// Whether the connection has the questions prepared.
static bool world_prepared, fortunes_prepared;

// A message: its type, and what follows the length.
struct message {
    char type;
    struct bytes body;
};

static uint32_t big_endian(const char *at) {
    uint32_t value;
    __builtin_memcpy(&value, at, 4);
    return __builtin_bswap32(value);
}

static bool fails(struct bytes *why, struct bytes because) {
    socket_close();
    *why = because;
    return false;
}

static bool fill(uint32_t needed, struct bytes *why) {
    while (upto - from < needed) {
        struct bytes more;
        if (!socket_receive(&more)) return fails(why, BYTES("PostgreSQL has closed the connection"));
        if (from) {
            __builtin_memmove(received, received + from, upto - from);
            upto -= from;
            from = 0;
        }
        if (more.length > MESSAGE_MOST - upto) return fails(why, BYTES("PostgreSQL sends a message that is too long"));
        __builtin_memcpy(received + upto, more.at, more.length);
        upto += more.length;
    }
    return true;
}

// The next message. Its body is where it was received, until the next call.
static bool receive(struct message *message, struct bytes *why) {
    if (!fill(5, why)) return false;
    uint32_t length = big_endian(received + from + 1);
    // What is received beside it must find room, too.
    if (length < 4 || length > MESSAGE_MOST / 2)
        return fails(why, BYTES("PostgreSQL sends a message that is too long"));
    if (!fill(1 + length, why)) return false;
    message->type = received[from];
    message->body = (struct bytes){received + from + 5, length - 4};
    from += 1 + length;
    return true;
}

// The field M of an error: what it says to people.
static bool error_of(struct bytes body, struct bytes *why) {
    struct text text = text_begin(256);
    text_add(&text, BYTES("PostgreSQL says: "));
    for (uint32_t at = 0; at < body.length && body.at[at];) {
        uint32_t end = at + 1;
        while (end < body.length && body.at[end]) end++;
        if (body.at[at] == 'M') text_add(&text, (struct bytes){body.at + at + 1, end - at - 1});
        at = end + 1;
    }
    return fails(why, text_end(&text));
}

// Messages that go out together. Each begins with its type, if it has one, and a length that is filled in at its end.
static void put_int(struct text *out, uint32_t value) {
    value = __builtin_bswap32(value);
    text_add(out, (struct bytes){(char *)&value, 4});
}

static void put_short(struct text *out, uint32_t value) {
    char both[2] = {(char)(value >> 8), (char)value};
    text_add(out, (struct bytes){both, 2});
}

// With the 0 at its end.
static void put_string(struct text *out, struct bytes string) {
    text_add(out, string);
    text_add(out, BYTES("\0"));
}

static uint32_t begin(struct text *out, char type) {
    if (type) text_add(out, (struct bytes){&type, 1});
    put_int(out, 0);
    return out->length - 4;
}

static void end(struct text *out, uint32_t began) {
    uint32_t length = __builtin_bswap32(out->length - began);
    __builtin_memcpy(out->at + began, &length, 4);
}

static bool variable(struct bytes name, struct bytes *value) {
    struct variables all;
    environment_get(&all);
    for (uint32_t i = 0; i < all.count; i++) {
        if (!bytes_equal(all.at[i].name, name)) continue;
        *value = all.at[i].value;
        return true;
    }
    return false;
}

static bool log_in(struct bytes *why) {
    struct bytes where;
    if (!variable(BYTES("KYMO_POSTGRES"), &where)) {
        *why = BYTES("KYMO_POSTGRES is not set: it is the database's address, as 127.0.0.1:5432");
        return false;
    }
    if (!socket_connect(where, why)) return false;
    from = upto = 0;
    world_prepared = fortunes_prepared = false;
    struct text out = text_begin(64);
    uint32_t began = begin(&out, 0);
    put_int(&out, 3 << 16);
    text_add(&out, BYTES("user\0kymo\0database\0kymo\0\0"));
    end(&out, began);
    if (!socket_send(out.at, out.length)) return fails(why, BYTES("PostgreSQL has closed the connection"));
    for (;;) {
        struct message message;
        if (!receive(&message, why)) return false;
        if (message.type == 'E') return error_of(message.body, why);
        if (message.type == 'R' && (message.body.length < 4 || big_endian(message.body.at) != 0))
            return fails(why, BYTES("PostgreSQL asks for a password; user kymo must be trusted"));
        if (message.type == 'Z') return true;
    }
}

static bool ask(const struct question *question, bool prepared, int32_t number) {
    struct text out = text_begin(256);
    uint32_t began;
    if (!prepared) {
        began = begin(&out, 'P');
        put_string(&out, question->name);
        put_string(&out, question->sql);
        put_short(&out, question->has_number);
        if (question->has_number) put_int(&out, INT4);
        end(&out, began);
    }
    // Parameters and columns are binary.
    began = begin(&out, 'B');
    put_string(&out, BYTES(""));
    put_string(&out, question->name);
    put_short(&out, 1);
    put_short(&out, 1);
    put_short(&out, question->has_number);
    if (question->has_number) {
        put_int(&out, 4);
        put_int(&out, (uint32_t)number);
    }
    put_short(&out, 1);
    put_short(&out, 1);
    end(&out, began);
    began = begin(&out, 'E');
    put_string(&out, BYTES(""));
    put_int(&out, 0);
    end(&out, began);
    began = begin(&out, 'S');
    end(&out, began);
    return socket_send(out.at, out.length);
}

// Takes two columns of a row: an int4, and whatever the other is.
static bool columns(struct bytes row, int32_t *first, struct bytes *second) {
    if (row.length < 14 || row.at[0] != 0 || row.at[1] != 2 || big_endian(row.at + 2) != 4) return false;
    *first = (int32_t)big_endian(row.at + 6);
    *second = (struct bytes){row.at + 14, big_endian(row.at + 10)};
    return second->length == row.length - 14;
}

// Asks. A connection that was kept may have been closed in the meantime, with an error that says so: then on a new one.
static bool query(const struct question *question, bool *prepared, int32_t number, struct bytes *why) {
    for (bool again = socket_connected();; again = false) {
        if (!socket_connected() && !log_in(why)) return false;
        bool answered = ask(question, *prepared, number) && fill(5, why);
        if (answered && !(again && received[from] == 'E')) {
            *prepared = true;
            return true;
        }
        fails(why, BYTES("PostgreSQL has closed the connection"));
        if (!again) return false;
    }
}

// The next row of an answer, or its end: false, with `failed` told apart.
static bool row(struct bytes *body, bool *failed, struct bytes *why) {
    for (;;) {
        struct message message;
        *failed = !receive(&message, why);
        if (*failed) return false;
        if (message.type == 'E') {
            *failed = true;
            return error_of(message.body, why);
        }
        if (message.type == 'Z') return false;
        if (message.type != 'D') continue;
        *body = message.body;
        return true;
    }
}

bool postgres_world(int32_t id, struct world *world, struct bytes *why) {
    if (!query(&WORLD, &world_prepared, id, why)) return false;
    bool failed, found = false;
    struct bytes body, second;
    while (row(&body, &failed, why)) {
        if (!columns(body, &world->id, &second) || second.length != 4)
            return fails(why, BYTES("the table world must have the columns id and randomnumber, both integer"));
        world->random_number = (int32_t)big_endian(second.at);
        found = true;
    }
    if (failed) return false;
    return found || fails(why, BYTES("the table world lacks a row: it must have those from 1 to 10000"));
}

bool postgres_fortunes(struct fortune *rows, uint32_t most, uint32_t *count, struct bytes *why) {
    if (!query(&FORTUNES, &fortunes_prepared, 0, why)) return false;
    bool failed;
    struct bytes body, second;
    *count = 0;
    while (row(&body, &failed, why)) {
        struct fortune *fortune = &rows[*count];
        if (*count == most) return fails(why, BYTES("the table fortune has too many rows"));
        if (!columns(body, &fortune->id, &second))
            return fails(why, BYTES("the table fortune must have the columns id, integer, and message"));
        char *kept = memory_take(second.length);
        __builtin_memcpy(kept, second.at, second.length);
        fortune->message = (struct bytes){kept, second.length};
        ++*count;
    }
    return !failed;
}
