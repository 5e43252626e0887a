#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/cli/dlq.h"
#include "lib/base/arena.h"
#include "lib/core/dead_letter.h"
#include "lib/io/crypto.h"

struct dlq_lines {
    const struct conf *conf;
    struct sealer *sealer;
    struct dead_letters *letters;
    FILE *sealed; /* payloads, and before that of a line too long its digest */
    struct dlq_line *items;
    size_t count, capacity;
    struct buffer payload, context, line;
    struct legible *legible; /* of the delivery that was asked for last */
    const struct letters_of *legible_of;
};

/* --- collecting --- */

static int open_sealer(const struct conf *conf, struct sealer **ret, struct err *err)
{
    if (sealer_open(conf->keys.dead_letter, ret, err) == 0)
        return 0;
    return err_add(err, "%s: keys.dead_letter: lines are shown only to who holds the key: ",
                   conf_place(conf, "keys.dead_letter"));
}

static int disk_error(struct err *err)
{
    return err_stop(err, EXIT_FAILED, "the sealed lines cannot be kept in %s: %m", P_tmpdir);
}

static int keep(struct dlq_lines *lines, const struct letter *letter, struct err *err)
{
    const off_t at = ftello(lines->sealed);

    if (at < 0 || (letter->line_digest && fwrite(letter->line_digest, DIGEST_SIZE, 1, lines->sealed) != 1) ||
        fwrite(letter->sealed.data, 1, letter->sealed.len, lines->sealed) != letter->sealed.len)
        return disk_error(err);
    if (lines->count == lines->capacity) {
        lines->capacity = lines->capacity ? 2 * lines->capacity : 1024;
        lines->items = mem_realloc(lines->items, lines->capacity * sizeof *lines->items);
    }
    lines->items[lines->count++] = (struct dlq_line){
        .delivery = letter->delivery,
        .column = letter->column,
        .reason = letter->reason,
        .sealed_size = (uint32_t)letter->sealed.len,
        .line = letter->line,
        .byte = letter->byte,
        .line_bytes = letter->line_bytes,
        .at = at,
    };
    return 0;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_deliveries(const struct letters_of *a, const struct letters_of *b)
{
    int order = strcmp(a->feed, b->feed);

    if (!order)
        order = compare_numbers(a->sequence, b->sequence);
    return order ? order : memcmp(a->digest, b->digest, DIGEST_SIZE);
}

static int compare_lines(const void *one, const void *other)
{
    const struct dlq_line *a = one, *b = other;
    int order = a->delivery == b->delivery ? 0 : compare_deliveries(a->delivery, b->delivery);

    return order ? order : compare_numbers(a->line, b->line);
}

static int collect(struct dlq_lines *lines, struct err *err)
{
    struct letter letter;
    int got;

    lines->sealed = tmpfile();
    if (!lines->sealed)
        return disk_error(err);
    while ((got = dead_letters_next(lines->letters, &letter, err)) == 1)
        if (keep(lines, &letter, err) < 0)
            return -1;
    if (got < 0)
        return -1;
    if (fflush(lines->sealed) != 0)
        return disk_error(err);
    if (lines->count)
        qsort(lines->items, lines->count, sizeof *lines->items, compare_lines);
    return 0;
}

int dlq_lines_open(const struct conf *conf, const struct dlq_filter *filter, struct dlq_lines **ret,
                   struct err *err)
{
    CLEANUP(dlq_lines_closep) struct dlq_lines *lines = mem_zalloc(sizeof *lines);

    lines->conf = conf;
    if (open_sealer(conf, &lines->sealer, err) < 0 ||
        dead_letters_open(conf, &filter->filter, &lines->letters, err) < 0 || collect(lines, err) < 0)
        return -1;
    *ret = lines;
    lines = NULL;
    return 0;
}

static void wipe(struct buffer *buffer)
{
    if (buffer->data)
        explicit_bzero(buffer->data, buffer->capacity);
}

void dlq_lines_close(struct dlq_lines *lines)
{
    if (!lines)
        return;
    wipe(&lines->line);
    buffer_free(&lines->line);
    buffer_free(&lines->payload);
    buffer_free(&lines->context);
    legible_free(lines->legible);
    dead_letters_close(lines->letters);
    sealer_close(lines->sealer);
    if (lines->sealed)
        fclose(lines->sealed);
    free(lines->items);
    free(lines);
}

void dlq_lines_closep(struct dlq_lines **lines)
{
    dlq_lines_close(*lines);
}

/* --- reading --- */

uint64_t dlq_lines_count(const struct dlq_lines *lines)
{
    return lines->count;
}

const struct dlq_line *dlq_lines_at(const struct dlq_lines *lines, uint64_t index)
{
    return &lines->items[index];
}

static int load(struct dlq_lines *lines, const struct dlq_line *line, uint8_t ret_digest[DIGEST_SIZE],
                struct err *err)
{
    buffer_clear(&lines->payload);
    buffer_grow(&lines->payload, line->sealed_size);
    if (fseeko(lines->sealed, (off_t)line->at, SEEK_SET) < 0 ||
        (line->line_bytes && fread(ret_digest, DIGEST_SIZE, 1, lines->sealed) != 1) ||
        fread(lines->payload.data, 1, line->sealed_size, lines->sealed) != line->sealed_size)
        return disk_error(err);
    return 0;
}

int dlq_open_line(struct dlq_lines *lines, uint64_t index, struct text *ret, uint8_t ret_digest[DIGEST_SIZE],
                  struct err *err)
{
    const struct dlq_line *line = &lines->items[index];
    const struct letters_of *delivery = line->delivery;
    struct err sealed = { 0 };

    if (load(lines, line, ret_digest, err) < 0)
        return -1;
    dead_letter_context(delivery->feed, delivery->digest, line->line, &lines->context);
    wipe(&lines->line); /* before it may move to a larger place */
    buffer_clear(&lines->line);
    if (sealer_unseal(lines->sealer, lines->context.data, lines->context.size, lines->payload.data,
                      lines->payload.size, &lines->line, &sealed) < 0)
        return 0;
    *ret = (struct text){ (const char *)lines->line.data, lines->line.size };
    return 1;
}

/* A feed that is no longer configured: GB18030 has a character for nearly all bytes, and it is what
 * departments send. */
struct legible *dlq_legible(struct dlq_lines *lines, uint64_t index)
{
    const struct letters_of *delivery = lines->items[index].delivery;
    const struct feed_conf *feed;

    if (lines->legible_of != delivery) {
        feed = conf_feed(lines->conf, delivery->feed);
        legible_free(lines->legible);
        lines->legible = legible_new(feed ? feed->charset : CHARSET_GB18030);
        lines->legible_of = delivery;
    }
    return lines->legible;
}
