#include "tests/county/delivery.h"

#include <err.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/base/buffer.h"
#include "lib/base/digest.h"
#include "tests/county/file.h"

enum { CELL_SIZE = 64, WAYS_MAX = 24, TOO_LONG_BYTES = 70000, FLUSH_BYTES = 1 << 18 };

static const struct damage too_long = { "LINE_TOO_LONG", "", "" };

struct delivery {
    struct post *post;
    const struct feed *feed;
    enum feed_number number;
    char path[SENT_PATH_SIZE];
    FILE *file;
    struct digest *digest;
    struct buffer out, line, converted;
    iconv_t charset;
    uint64_t sequence, bytes, lines, physical; /* lines: of data; physical: all so far */
    int64_t received_ms;
    enum spoil spoil;
    const struct damage *ways[WAYS_MAX];
    size_t way_count, ways_shown;
    size_t cell_of[COLUMN_MAX], cell_count, column_count;
    char cells[COLUMN_MAX][CELL_SIZE];
    int32_t day; /* the last one written, and how: most rows repeat it */
    char day_text[DAY_TEXT_SIZE];
};

enum { CELL_NAME = COLUMN_MAX }; /* not a cell: a person's name */

static size_t find_cell(const struct source *source, const char *canonical)
{
    for (size_t i = 0; canonical && source->cells[i]; i++)
        if (strcmp(source->cells[i], canonical) == 0)
            return i;
    return CELL_NAME;
}

static bool has_column(const struct feed *feed, const char *canonical)
{
    for (const struct column *column = feed->columns; column->name; column++)
        if (column->canonical && strcmp(column->canonical, canonical) == 0)
            return true;
    return false;
}

/* A meter's bill need not say whose it is, so nothing of id_no is sure to be wrong there. */
static bool can_spoil(const struct feed *feed, const struct damage *damage)
{
    if (strcmp(damage->column, "id_no") == 0 && find_cell(feed->source, "meter_no") != CELL_NAME)
        return false;
    return !damage->column[0] || has_column(feed, damage->column);
}

static void add_ways(struct delivery *delivery, const struct damage *damages)
{
    for (; damages->reason; damages++)
        if (can_spoil(delivery->feed, damages) && delivery->way_count < WAYS_MAX)
            delivery->ways[delivery->way_count++] = damages;
}

static void sent_add(struct post *post, const char *path, int64_t received_ms)
{
    struct sent *sent = ARRAY_ADD(&post->sent);

    memcpy(sent->path, path, SENT_PATH_SIZE);
    sent->received_ms = received_ms;
}

static void sent_path(char ret[SENT_PATH_SIZE], const struct feed *feed, uint64_t sequence, const char *mark)
{
    snprintf(ret, SENT_PATH_SIZE, "feeds/%s/%s__%llu.%s%s", feed->name, feed->name,
             (unsigned long long)sequence, mark, feed->extension);
}

/* --- bytes --- */

static void flush(struct delivery *delivery)
{
    digest_add(delivery->digest, delivery->out.data, delivery->out.size);
    fwrite(delivery->out.data, 1, delivery->out.size, delivery->file);
    delivery->bytes += delivery->out.size;
    buffer_clear(&delivery->out);
}

static bool is_ascii(const struct buffer *text)
{
    for (size_t i = 0; i < text->size; i++)
        if (text->data[i] >= 0x80)
            return false;
    return true;
}

static const struct buffer *encode(struct delivery *delivery, struct buffer *text)
{
    char *in = (char *)text->data, *out;
    size_t in_left = text->size, out_left = 2 * text->size;

    if (!delivery->feed->gb18030 || is_ascii(text))
        return text;
    buffer_clear(&delivery->converted);
    out = (char *)buffer_grow(&delivery->converted, out_left);
    if (iconv(delivery->charset, &in, &in_left, &out, &out_left) == (size_t)-1)
        err(EXIT_FAILURE, "GB18030");
    delivery->converted.size -= out_left;
    return &delivery->converted;
}

static void write_line(struct delivery *delivery)
{
    const struct buffer *line = encode(delivery, &delivery->line);

    buffer_add(&delivery->out, line->data, line->size);
    buffer_add_string(&delivery->out, delivery->feed->crlf ? "\r\n" : "\n");
    buffer_clear(&delivery->line);
    delivery->physical++;
    if (delivery->out.size >= FLUSH_BYTES)
        flush(delivery);
}

/* --- a line --- */

static const char *name_of(const struct county *county, uint32_t person, char ret[CELL_SIZE])
{
    static const char *const family[] = { "陈", "林", "叶", "郭", "苏", "许", "庄", "甘", "颜", "曾" };
    static const char *const given[] = { "海", "生", "秀", "英", "建", "国", "丽", "明", "阿", "珠" };
    struct dice dice = county_dice(county, STREAM_NAME, person);

    uint32_t all = dice_below(&dice, 1000);

    snprintf(ret, CELL_SIZE, "%s%s%s", family[all / 100], given[all / 10 % 10], given[all % 10]);
    return ret;
}

static void add_value(struct delivery *delivery, const char *value)
{
    char quote = delivery->feed->quote;

    if (quote)
        buffer_add_byte(&delivery->line, (uint8_t)quote);
    buffer_add_string(&delivery->line, value);
    if (quote)
        buffer_add_byte(&delivery->line, (uint8_t)quote);
}

static void add_row(struct delivery *delivery, uint32_t person, const struct damage *damage)
{
    char name[CELL_SIZE];
    size_t columns = delivery->column_count;
    size_t spoilt =
        damage && damage->column[0] ? find_cell(delivery->feed->source, damage->column) : CELL_NAME;

    if (damage && strcmp(damage->reason, "BAD_COLUMN_COUNT") == 0)
        columns--;
    for (size_t i = 0; i < columns; i++) {
        size_t cell = delivery->cell_of[i];

        if (i)
            buffer_add_string(&delivery->line, delivery->feed->delimiter);
        if (cell == CELL_NAME)
            add_value(delivery, name_of(delivery->post->county, person, name));
        else
            add_value(delivery, cell == spoilt ? damage->value : delivery->cells[cell]);
    }
    delivery->lines++;
}

static void write_spoilt(struct delivery *delivery, uint32_t person, const struct damage *damage)
{
    if (strcmp(damage->reason, too_long.reason) == 0)
        memset(buffer_grow(&delivery->out, TOO_LONG_BYTES), 'x', TOO_LONG_BYTES);
    else if (!damage->column[0]) /* bytes that no charset has, before the line */
        buffer_add_string(&delivery->out, damage->value);
    add_row(delivery, person, damage);
    write_line(delivery);
    fprintf(delivery->post->dead_letters, "%s,%llu,%llu,%s,%s\n", delivery->feed->name,
            (unsigned long long)delivery->sequence, (unsigned long long)delivery->physical, damage->reason,
            damage->column);
    delivery->post->bad_lines++;
}

static const struct damage *pick_way(struct delivery *delivery)
{
    const struct county *county = delivery->post->county;
    struct dice dice = county_dice(county, STREAM_DAMAGE + (unsigned)delivery->number,
                                   delivery->sequence << 32 | delivery->lines);

    if (delivery->spoil == SPOIL_EACH_WAY && delivery->ways_shown <= delivery->way_count) {
        size_t way = delivery->ways_shown++;

        return way == delivery->way_count ? &too_long : delivery->ways[way];
    }
    if (delivery->spoil == SPOIL_NONE || !dice_chance(&dice, county->options.bad_per_million))
        return NULL;
    return delivery->ways[dice_below(&dice, (uint32_t)delivery->way_count)];
}

void row_end_deleting(struct delivery *delivery, uint32_t person)
{
    while (delivery->feed->source->cells[delivery->cell_count])
        cell_none(delivery);
    add_row(delivery, person, NULL);
    write_line(delivery);
    delivery->cell_count = 0;
}

void row_end(struct delivery *delivery, uint32_t person)
{
    const struct damage *damage = pick_way(delivery);

    row_end_deleting(delivery, person);
    if (damage)
        write_spoilt(delivery, person, damage);
}

/* --- cells --- */

static char *next_cell(struct delivery *delivery)
{
    return delivery->cells[delivery->cell_count++];
}

void cell_text(struct delivery *delivery, const char *text)
{
    char *cell = next_cell(delivery);

    if (!memccpy(cell, text, '\0', CELL_SIZE))
        errx(EXIT_FAILURE, "a value is too long for its cell");
}

void cell_none(struct delivery *delivery)
{
    next_cell(delivery)[0] = '\0';
}

/* All decimals are written: 1.50. */
static void cell_decimal(struct delivery *delivery, int64_t value, int decimals)
{
    char digits[24], *cell = next_cell(delivery);
    uint64_t left = value < 0 ? -(uint64_t)value : (uint64_t)value;
    int count = 0;

    do {
        digits[count++] = (char)('0' + left % 10);
        left /= 10;
    } while (left || count <= decimals);
    if (value < 0)
        *cell++ = '-';
    while (count) {
        if (count-- == decimals)
            *cell++ = '.';
        *cell++ = digits[count];
    }
    *cell = '\0';
}

void cell_fen(struct delivery *delivery, int64_t fen)
{
    cell_decimal(delivery, fen, 2);
}

void cell_milli(struct delivery *delivery, int64_t milli)
{
    cell_decimal(delivery, milli, 3);
}

void cell_int(struct delivery *delivery, int64_t value)
{
    cell_decimal(delivery, value, 0);
}

void cell_day(struct delivery *delivery, int32_t day)
{
    struct date date;

    if (day == DAY_OPEN) {
        cell_none(delivery);
        return;
    }
    if (day != delivery->day) {
        date = day_to_date(day);
        snprintf(delivery->day_text, sizeof delivery->day_text,
                 delivery->feed->compact_dates ? "%04d%02d%02d" : "%04d-%02d-%02d", date.year, date.month,
                 date.day);
        delivery->day = day;
    }
    cell_text(delivery, delivery->day_text);
}

void cell_month(struct delivery *delivery, int32_t month)
{
    char *cell = next_cell(delivery);

    snprintf(cell, CELL_SIZE, delivery->feed->compact_dates ? "%04d%02d" : "%04d-%02d", month / 12,
             month % 12 + 1);
}

/* --- a file --- */

static void write_head(struct delivery *delivery)
{
    const struct feed *feed = delivery->feed;

    if (feed->bom)
        buffer_add_string(&delivery->out, "\xEF\xBB\xBF");
    for (unsigned i = 0; i < feed->header_lines; i++) {
        buffer_printf(&delivery->line, "H %s %llu", feed->name, (unsigned long long)delivery->sequence);
        write_line(delivery);
    }
    if (feed->no_header)
        return;
    for (size_t i = 0; i < delivery->column_count; i++) {
        if (i)
            buffer_add_string(&delivery->line, feed->delimiter);
        add_value(delivery, feed->columns[i].name);
    }
    write_line(delivery);
}

struct delivery *delivery_open(struct post *post, enum feed_number number, uint64_t sequence,
                               int64_t received_ms, enum spoil spoil)
{
    struct delivery *delivery = mem_zalloc(sizeof *delivery);
    const struct feed *feed = &feeds[number];

    *delivery = (struct delivery){ .post = post,
                                   .feed = feed,
                                   .number = number,
                                   .digest = digest_new(),
                                   .charset = iconv_open("GB18030", "UTF-8"),
                                   .sequence = sequence,
                                   .received_ms = received_ms,
                                   .spoil = post->county->options.bad_per_million ? spoil : SPOIL_NONE,
                                   .day = DAY_NONE };
    if (delivery->spoil == SPOIL_SOME && !post->shown_all[number])
        delivery->spoil = SPOIL_EACH_WAY;
    post->shown_all[number] |= delivery->spoil == SPOIL_EACH_WAY;
    add_ways(delivery, common_damages);
    add_ways(delivery, feed->source->damages);
    for (; feed->columns[delivery->column_count].name; delivery->column_count++)
        delivery->cell_of[delivery->column_count] =
            find_cell(feed->source, feed->columns[delivery->column_count].canonical);
    sent_path(delivery->path, feed, sequence, "");
    delivery->file = file_create(post->county, delivery->path);
    digest_start(delivery->digest);
    write_head(delivery);
    return delivery;
}

/* totals: lines of the control file that say what the file holds. */
static void control_write(const struct county *county, const char *path, const char *totals,
                          uint64_t sequence, int64_t received_ms)
{
    char name[SENT_PATH_SIZE + 8], received[INSTANT_TEXT_SIZE];
    FILE *file;

    snprintf(name, sizeof name, "%s.ok", path);
    file = file_create(county, name);
    fprintf(file, "%ssequence=%llu\nreceived=%s\n", totals, (unsigned long long)sequence,
            instant_text(received_ms, received));
    file_close(file);
}

static void totals_write(struct delivery *delivery)
{
    uint8_t digest[DIGEST_SIZE];
    char hex[2 * DIGEST_SIZE + 1], totals[256];
    int len = snprintf(totals, sizeof totals, "bytes=%llu\nlines=%llu\n", (unsigned long long)delivery->bytes,
                       (unsigned long long)delivery->lines);

    digest_end(delivery->digest, digest);
    hex_encode(digest, sizeof digest, hex);
    if (delivery->post->county->options.sha)
        snprintf(totals + len, sizeof totals - (size_t)len, "sha256=%s\n", hex);
    control_write(delivery->post->county, delivery->path, totals, delivery->sequence, delivery->received_ms);
}

void delivery_close(struct delivery *delivery)
{
    struct post *post = delivery->post;

    for (unsigned i = 0; i < delivery->feed->trailer_lines; i++) {
        buffer_printf(&delivery->line, "T %llu", (unsigned long long)delivery->lines);
        write_line(delivery);
    }
    flush(delivery);
    file_close(delivery->file);
    totals_write(delivery);
    sent_add(post, delivery->path, delivery->received_ms);
    post->lines += delivery->lines;
    iconv_close(delivery->charset);
    digest_free(delivery->digest);
    buffer_free(&delivery->out);
    buffer_free(&delivery->line);
    buffer_free(&delivery->converted);
    free(delivery);
}

void delivery_again(struct post *post, enum feed_number feed, uint64_t sequence, uint64_t sequence_then,
                    int64_t received_ms)
{
    char from[SENT_PATH_SIZE], to[SENT_PATH_SIZE];

    sent_path(from, &feeds[feed], sequence, "");
    sent_path(to, &feeds[feed], sequence_then, sequence == sequence_then ? "again." : "");
    file_copy(post->county, from, to);
    control_write(post->county, to, "", sequence_then, received_ms);
    sent_add(post, to, received_ms);
}
