#include "connectors/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "connectors/content.h"
#include "connectors/folder.h"
#include "lib/base/arena.h"
#include "lib/base/json.h"

static const char log_name[] = "log";

struct journal {
    const char *feed;
    int folder, fd;
    bool written; /* it has a line */
    uint64_t next_number;
    bool has_claim;
    struct claim claim;
    struct settled settling; /* of the claim, once it is settling */
    uint8_t sha256[DIGEST_SIZE];
    struct buffer receipt;
    struct settled *settled;
    size_t count, capacity;
    struct buffer line;
};

static void drop_claim(struct journal *journal)
{
    free(journal->claim.name);
    free(journal->claim.why);
    journal->claim = (struct claim){ 0 };
    journal->has_claim = false;
}

void journal_close(struct journal *journal)
{
    if (!journal)
        return;
    drop_claim(journal);
    if (journal->fd >= 0)
        close(journal->fd);
    buffer_free(&journal->receipt);
    buffer_free(&journal->line);
    free(journal->settled);
    free(journal);
}

static void add_settled(struct journal *journal)
{
    if (journal->count == journal->capacity) {
        journal->capacity = journal->capacity ? 2 * journal->capacity : 64;
        journal->settled = mem_realloc(journal->settled, journal->capacity * sizeof *journal->settled);
    }
    journal->settled[journal->count++] = journal->settling;
}

/* --- reading a line --- */

static uint64_t get_number(const json_t *line, const char *key)
{
    const json_t *value = json_object_get(line, key);

    return json_is_integer(value) ? (uint64_t)json_integer_value(value) : COUNT_NONE;
}

static uint64_t get_count(const json_t *line, const char *key)
{
    uint64_t count = get_number(line, key);

    return count == COUNT_NONE ? 0 : count;
}

static int64_t get_int(const json_t *line, const char *key)
{
    const json_t *value = json_object_get(line, key);

    return json_is_integer(value) ? json_integer_value(value) : INT64_MIN;
}

static char *get_text(const json_t *line, const char *key)
{
    const char *value = json_string_value(json_object_get(line, key));

    return value ? mem_strdup(value) : NULL;
}

/* Names of files are any bytes: they stand here in hex. */
static char *get_hex_text(const json_t *line, const char *key)
{
    const char *hex = json_string_value(json_object_get(line, key));
    size_t len = hex ? strlen(hex) / 2 : 0;
    char *text = mem_zalloc(len + 1);

    if (hex && hex_decode(text_of(hex), text, len))
        return text;
    free(text);
    return NULL;
}

static bool get_digest(const json_t *line, const char *key, uint8_t ret[DIGEST_SIZE])
{
    const char *hex = json_string_value(json_object_get(line, key));

    return hex && hex_decode(text_of(hex), ret, DIGEST_SIZE);
}

static uint64_t item_number(const json_t *array, size_t index)
{
    return (uint64_t)json_integer_value(json_array_get(array, index));
}

static bool read_order(const json_t *line, struct order *ret)
{
    const json_t *spans = json_object_get(line, "spans"), *span;
    size_t i;

    ret->kind = (enum act_kind)get_number(line, "act");
    ret->settled = get_number(line, "settled");
    ret->acts = get_number(line, "acts");
    json_array_foreach(spans, i, span) if (i < ACT_SPANS_MAX) ret->lines[ret->line_count++] =
        (struct line_span){ item_number(span, 0), item_number(span, 1) };
    return get_digest(line, "original", ret->original);
}

static bool read_claimed(struct journal *journal, const json_t *line)
{
    struct claim *claim = &journal->claim;
    const uint64_t day = get_number(line, "as_of_day");

    drop_claim(journal);
    claim->number = get_number(line, "claim");
    claim->size = get_number(line, "size");
    claim->name = get_hex_text(line, "name");
    claim->received_ms = get_int(line, "received_ms");
    claim->sequence = get_number(line, "sequence");
    claim->as_of_day = day == COUNT_NONE ? DAY_NONE : (int32_t)day;
    claim->control.bytes = get_number(line, "bytes");
    claim->control.lines = get_number(line, "lines");
    claim->control.sum = get_int(line, "sum");
    claim->control.sequence = claim->sequence;
    claim->control.received_ms = INT64_MIN;
    claim->control.has_digest = get_digest(line, "sha256", claim->control.digest);
    claim->why = get_text(line, "why");
    journal->has_claim = true;
    journal->next_number = claim->number + 1;
    if (json_object_get(line, "act") && !read_order(line, &claim->control.order))
        return false;
    return claim->name && claim->number != COUNT_NONE && claim->received_ms != INT64_MIN;
}

/* Nothing was moved under its number: the next claim has it. */
static void undo_claim(struct journal *journal)
{
    journal->next_number = journal->claim.number;
    drop_claim(journal);
}

static bool read_dropped(struct journal *journal, const json_t *line)
{
    if (!journal->has_claim)
        return false;
    undo_claim(journal);
    return true;
}

static bool read_surveyed(struct journal *journal, const json_t *line)
{
    journal->claim.surveyed = true;
    return journal->has_claim;
}

static bool read_acknowledged(struct journal *journal, const json_t *line)
{
    journal->claim.acknowledged = get_number(line, "line");
    return journal->has_claim && journal->claim.acknowledged != COUNT_NONE;
}

static bool find_state(const char *name, enum delivery_state *ret)
{
    for (int state = 0; name && state < DELIVERY_STATE_COUNT; state++)
        if (!strcmp(name, delivery_state_names[state])) {
            *ret = (enum delivery_state)state;
            return true;
        }
    return false;
}

static bool read_delivery(const json_t *line, struct settled *ret)
{
    int64_t day = get_int(line, "as_of_day");

    *ret = (struct settled){ .sequence = get_number(line, "sequence"),
                             .as_of_day = day == INT64_MIN ? DAY_NONE : (int32_t)day,
                             .dead_lettered = get_count(line, "dead_lettered"),
                             .settled = get_count(line, "settled") };
    ret->is_act = get_digest(line, "original", ret->original);
    return find_state(json_string_value(json_object_get(line, "state")), &ret->state) &&
           get_digest(line, "delivery", ret->delivery);
}

static bool read_settling(struct journal *journal, const json_t *line)
{
    const char *hex = json_string_value(json_object_get(line, "receipt"));
    size_t size = hex ? strlen(hex) / 2 : 0;

    buffer_clear(&journal->receipt);
    journal->claim.settling = true;
    return journal->has_claim && hex &&
           hex_decode(text_of(hex), buffer_grow(&journal->receipt, size), size) &&
           read_delivery(line, &journal->settling) && get_digest(line, "sha256", journal->sha256);
}

/* What a lost journal had of a delivery, by its receipt. */
static bool read_recovered(struct journal *journal, const json_t *line)
{
    uint64_t number = get_number(line, "claim");

    if (journal->has_claim || number == COUNT_NONE || !read_delivery(line, &journal->settling))
        return false;
    add_settled(journal);
    if (number >= journal->next_number)
        journal->next_number = number + 1;
    return true;
}

static bool read_settled(struct journal *journal, const json_t *line)
{
    add_settled(journal);
    drop_claim(journal);
    return true;
}

/* clang-format off */
static const struct {
    const char *name;
    bool (*read)(struct journal *journal, const json_t *line);
} events[] = {
    { "claimed",      read_claimed },
    { "dropped",      read_dropped },
    { "surveyed",     read_surveyed },
    { "acknowledged", read_acknowledged },
    { "settling",     read_settling },
    { "settled",      read_settled },
    { "recovered",    read_recovered },
};
/* clang-format on */

static bool read_line(struct journal *journal, const char *data, size_t len)
{
    json_t *line = json_loadb(data, len, 0, NULL);
    const char *name = json_string_value(json_object_get(line, "event"));
    bool good = false;

    for (size_t i = 0; name && i < sizeof events / sizeof *events; i++)
        if (!strcmp(name, events[i].name))
            good = events[i].read(journal, line);
    journal->written = true;
    json_decref(line);
    return good;
}

/* What stands behind the last newline was cut off by a power failure and is cut off the file, too. */
static int read_log(struct journal *journal, const struct buffer *log, struct err *err)
{
    const char *at = (const char *)log->data, *end = at + log->size;
    const char *stop;

    for (uint64_t number = 1; at < end && (stop = memchr(at, '\n', (size_t)(end - at))) != NULL; number++) {
        if (!read_line(journal, at, (size_t)(stop - at)))
            return err_stop(err, EXIT_FAILED, "journal/log: line %" PRIu64 " is not one of ours", number);
        at = stop + 1;
    }
    if (at < end && ftruncate(journal->fd, at - (const char *)log->data) < 0)
        return err_set(err, ERR_RETRY, "journal/log cannot be written: %s", strerror(errno));
    return 0;
}

int journal_open(const char *feed, int folder, struct journal **ret, struct err *err)
{
    CLEANUP(buffer_free) struct buffer log = { 0 };
    struct journal *journal = mem_zalloc(sizeof *journal);

    journal->feed = feed;
    journal->folder = folder;
    journal->next_number = 1;
    journal->fd = openat(folder, log_name, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (journal->fd < 0 || fsync(folder) < 0) {
        err_set(err, ERR_RETRY, "journal/log cannot be opened: %s", strerror(errno));
        journal_close(journal);
        return -1;
    }
    /* A line that a killed one wrote, and did not live to sync, is believed from now on. */
    if (fdatasync(journal->fd) < 0) {
        err_set(err, ERR_RETRY, "journal/log cannot be written: %s", strerror(errno));
        journal_close(journal);
        return -1;
    }
    if (folder_load(folder, log_name, SIZE_MAX, &log, err) < 0 || read_log(journal, &log, err) < 0) {
        journal_close(journal);
        return -1;
    }
    *ret = journal;
    return 0;
}

/* --- writing a line --- */

static struct json line_start(struct journal *journal, const char *event)
{
    struct json json;

    buffer_clear(&journal->line);
    json = json_to(&journal->line);
    json_open(&json, '{');
    json_key(&json, "event");
    json_str(&json, event);
    return json;
}

static int line_end(struct journal *journal, struct json *json, struct err *err)
{
    const struct buffer *line = &journal->line;
    off_t size = lseek(journal->fd, 0, SEEK_END);

    json_close(json, '}');
    buffer_add_byte(&journal->line, '\n');
    errno = ENOSPC; /* what a write that ends short means, and does not say */
    if (write(journal->fd, line->data, line->size) == (ssize_t)line->size && fdatasync(journal->fd) == 0) {
        journal->written = true;
        return 0;
    }
    err_set(err, ERR_RETRY, "the journal cannot be written: %s",
            errno == ENOSPC ? "the disk is full" : strerror(errno));
    if (ftruncate(journal->fd, size) < 0) /* half a line would spoil the next one */
        return err_stop(err, EXIT_UNAVAILABLE, "the journal cannot be mended: %s", strerror(errno));
    return -1;
}

static void put_number(struct json *json, const char *key, uint64_t value)
{
    if (value == COUNT_NONE)
        return;
    json_key(json, key);
    json_uint(json, value);
}

static void put_hex(struct json *json, const char *key, const void *data, size_t size)
{
    json_key(json, key);
    json_hex(json, data, size);
}

static void put_order(struct json *json, const struct order *order)
{
    put_number(json, "act", (uint64_t)order->kind);
    put_hex(json, "original", order->original, DIGEST_SIZE);
    put_number(json, "settled", order->settled);
    put_number(json, "acts", order->acts);
    json_key(json, "spans");
    json_open(json, '[');
    for (size_t i = 0; i < order->line_count; i++) {
        json_open(json, '[');
        json_uint(json, order->lines[i].first);
        json_uint(json, order->lines[i].last);
        json_close(json, ']');
    }
    json_close(json, ']');
}

int journal_claim(struct journal *journal, const struct claim *claim, struct err *err)
{
    struct json json = line_start(journal, "claimed");

    put_number(&json, "claim", claim->number);
    put_number(&json, "size", claim->size);
    put_hex(&json, "name", claim->name, strlen(claim->name));
    json_key(&json, "received_ms");
    json_int(&json, claim->received_ms);
    put_number(&json, "sequence", claim->sequence);
    if (claim->as_of_day != DAY_NONE) {
        json_key(&json, "as_of_day");
        json_int(&json, claim->as_of_day);
    }
    put_number(&json, "bytes", claim->control.bytes);
    put_number(&json, "lines", claim->control.lines);
    if (claim->control.sum != TOTAL_NONE) {
        json_key(&json, "sum");
        json_int(&json, claim->control.sum);
    }
    if (claim->control.has_digest)
        put_hex(&json, "sha256", claim->control.digest, DIGEST_SIZE);
    if (claim->control.order.kind != ACT_NONE)
        put_order(&json, &claim->control.order);
    if (claim->why) {
        json_key(&json, "why");
        json_str(&json, claim->why);
    }
    if (line_end(journal, &json, err) < 0)
        return -1;
    drop_claim(journal);
    journal->claim = *claim;
    journal->claim.name = mem_strdup(claim->name);
    journal->claim.why = claim->why ? mem_strdup(claim->why) : NULL;
    journal->has_claim = true;
    journal->next_number = claim->number + 1;
    return 0;
}

int journal_drop(struct journal *journal, struct err *err)
{
    struct json json = line_start(journal, "dropped");

    if (line_end(journal, &json, err) < 0)
        return -1;
    undo_claim(journal);
    return 0;
}

int journal_surveyed(struct journal *journal, struct err *err)
{
    struct json json = line_start(journal, "surveyed");

    if (line_end(journal, &json, err) < 0)
        return -1;
    journal->claim.surveyed = true;
    return 0;
}

int journal_acknowledged(struct journal *journal, uint64_t line, struct err *err)
{
    struct json json = line_start(journal, "acknowledged");

    put_number(&json, "line", line);
    if (line_end(journal, &json, err) < 0)
        return -1;
    journal->claim.acknowledged = line;
    return 0;
}

struct settled settled_of(const struct receipt *receipt)
{
    struct settled settled = { .state = receipt->state,
                               .sequence = receipt->sequence,
                               .as_of_day = receipt->as_of_day,
                               .dead_lettered = receipt->dead_lettered,
                               .is_act = receipt->act.any,
                               .settled = receipt->act.settled };

    memcpy(settled.delivery, receipt->delivery.digest, DIGEST_SIZE);
    memcpy(settled.original, receipt->act.original, DIGEST_SIZE);
    return settled;
}

static void put_delivery(struct json *json, const struct settled *settled)
{
    json_key(json, "state");
    json_str(json, delivery_state_names[settled->state]);
    put_number(json, "sequence", settled->sequence);
    put_hex(json, "delivery", settled->delivery, DIGEST_SIZE);
    if (settled->as_of_day != DAY_NONE) {
        json_key(json, "as_of_day");
        json_int(json, settled->as_of_day);
    }
    put_number(json, "dead_lettered", settled->dead_lettered);
    if (settled->is_act) {
        put_hex(json, "original", settled->original, DIGEST_SIZE);
        put_number(json, "settled", settled->settled);
    }
}

int journal_settling(struct journal *journal, const struct receipt *receipt,
                     const uint8_t sha256[DIGEST_SIZE], const struct buffer *message, struct err *err)
{
    const struct settled settled = settled_of(receipt);
    struct json json = line_start(journal, "settling");

    put_delivery(&json, &settled);
    put_hex(&json, "sha256", sha256, DIGEST_SIZE);
    put_hex(&json, "receipt", message->data, message->size);
    if (line_end(journal, &json, err) < 0)
        return -1;
    journal->claim.settling = true;
    journal->settling = settled;
    memcpy(journal->sha256, sha256, DIGEST_SIZE);
    buffer_clear(&journal->receipt);
    buffer_add(&journal->receipt, message->data, message->size);
    return 0;
}

int journal_settled(struct journal *journal, struct err *err)
{
    struct json json = line_start(journal, "settled");

    if (line_end(journal, &json, err) < 0)
        return -1;
    add_settled(journal);
    drop_claim(journal);
    return 0;
}

/* --- made again --- */

bool journal_is_new(const struct journal *journal)
{
    return !journal->written;
}

static void add_recovered(const struct recovered *recovered, struct buffer *out)
{
    struct json json = json_to(out);

    json_open(&json, '{');
    json_key(&json, "event");
    json_str(&json, "recovered");
    put_number(&json, "claim", recovered->number);
    put_delivery(&json, &recovered->settled);
    json_close(&json, '}');
    buffer_add_byte(out, '\n');
}

/* Whole before it gets its name: half of one would be taken for all that came. */
int journal_recover(struct journal *journal, const struct recovered *recovered, size_t count, struct err *err)
{
    CLEANUP(buffer_free) struct buffer lines = { 0 };
    int fd;

    for (size_t i = 0; i < count; i++)
        add_recovered(&recovered[i], &lines);
    if (folder_write(journal->folder, log_name, lines.data, lines.size, err) < 0)
        return -1;
    fd = openat(journal->folder, log_name, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_RETRY, "journal/log cannot be opened: %s", strerror(errno));
    close(journal->fd);
    journal->fd = fd;
    return read_log(journal, &lines, err);
}

/* --- asking --- */

struct claim *journal_unfinished(struct journal *journal)
{
    return journal->has_claim ? &journal->claim : NULL;
}

uint64_t journal_next_number(const struct journal *journal)
{
    return journal->next_number;
}

const struct settled *journal_settling_as(const struct journal *journal)
{
    return &journal->settling;
}

const uint8_t *journal_settling_sha256(const struct journal *journal)
{
    return journal->sha256;
}

const struct buffer *journal_receipt(const struct journal *journal)
{
    return &journal->receipt;
}

static bool was_published(enum delivery_state state)
{
    return state == DELIVERY_PUBLISHED || state == DELIVERY_INCOMPLETE;
}

static bool was_taken(enum delivery_state state)
{
    return was_published(state) || state == DELIVERY_OBSOLETE;
}

/* Without a number the same bytes are the same delivery, whatever number they were given. */
const struct settled *journal_find(const struct journal *journal, uint64_t sequence,
                                   const uint8_t sha256[DIGEST_SIZE])
{
    uint8_t digest[DIGEST_SIZE];

    delivery_digest(journal->feed, sequence, sha256, digest);
    for (size_t i = 0; i < journal->count; i++) {
        const struct settled *settled = &journal->settled[i];

        if (!was_taken(settled->state))
            continue;
        if (sequence == COUNT_NONE)
            delivery_digest(journal->feed, settled->sequence, sha256, digest);
        if (!memcmp(settled->delivery, digest, DIGEST_SIZE))
            return settled;
    }
    return NULL;
}

static uint64_t greatest(const struct journal *journal, bool (*counts)(enum delivery_state state))
{
    uint64_t sequence = COUNT_NONE;

    for (size_t i = 0; i < journal->count; i++)
        if (counts(journal->settled[i].state) &&
            (sequence == COUNT_NONE || journal->settled[i].sequence > sequence))
            sequence = journal->settled[i].sequence;
    return sequence;
}

uint64_t journal_newest(const struct journal *journal)
{
    return greatest(journal, was_taken);
}

uint64_t journal_newest_taken(const struct journal *journal)
{
    return greatest(journal, was_published);
}

/* --- acts --- */

const struct settled *journal_delivery(const struct journal *journal, const uint8_t digest[DIGEST_SIZE])
{
    for (size_t i = 0; i < journal->count; i++)
        if (was_published(journal->settled[i].state) &&
            !memcmp(journal->settled[i].delivery, digest, DIGEST_SIZE))
            return &journal->settled[i];
    return NULL;
}

/* One that was rejected, or came twice, has settled nothing. */
static bool acts_on(const struct settled *act, const struct settled *original)
{
    return act->is_act && act->state != DELIVERY_REJECTED && act->state != DELIVERY_DUPLICATE &&
           !memcmp(act->original, original->delivery, DIGEST_SIZE);
}

uint64_t journal_acts(const struct journal *journal, const struct settled *original)
{
    uint64_t count = 0;

    for (size_t i = 0; i < journal->count; i++)
        count += acts_on(&journal->settled[i], original);
    return count;
}

uint64_t journal_open_letters(const struct journal *journal, const struct settled *settled)
{
    uint64_t open = settled->dead_lettered;

    for (size_t i = 0; i < journal->count; i++)
        if (acts_on(&journal->settled[i], settled))
            open -= journal->settled[i].settled < open ? journal->settled[i].settled : open;
    return open;
}

const struct settled *journal_list(const struct journal *journal)
{
    for (size_t i = journal->count; i-- > 0;)
        if (was_published(journal->settled[i].state) && !journal->settled[i].is_act)
            return &journal->settled[i];
    return NULL;
}

const struct settled *journal_root(const struct journal *journal, const struct settled *settled)
{
    while (settled && settled->is_act)
        settled = journal_delivery(journal, settled->original);
    return settled;
}

uint64_t journal_open_below(const struct journal *journal, const struct settled *root)
{
    uint64_t open = 0;

    for (size_t i = 0; i < journal->count; i++)
        if (was_published(journal->settled[i].state) && journal_root(journal, &journal->settled[i]) == root)
            open += journal_open_letters(journal, &journal->settled[i]);
    return open;
}
