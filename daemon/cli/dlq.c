/* olive dlq ls, and the filters that all of olive dlq share. */
#include "daemon/cli/dlq.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/cli/key_table.h"
#include "lib/base/arena.h"
#include "lib/base/suggest.h"

/* --- filters --- */

static int parse_reason(const char *word, enum reason *ret, struct err *err)
{
    struct suggestion near = suggestion_for(word);
    char hint[SUGGESTION_SIZE];

    for (int reason = REASON_NONE + 1; reason < REASON_COUNT; reason++) {
        if (!strcasecmp(word, reason_names[reason])) {
            *ret = (enum reason)reason;
            return 0;
        }
        suggestion_offer(&near, reason_names[reason]);
    }
    return err_stop(err, EXIT_USAGE, "no reason %s%s", word, suggestion_text(&near, hint));
}

static int parse_delivery(const char *word, char ret[DIGEST_TEXT_SIZE], struct err *err)
{
    size_t len = strlen(word);

    if (!len || len >= DIGEST_TEXT_SIZE || strspn(word, "0123456789abcdefABCDEF") != len)
        return err_stop(err, EXIT_USAGE, "--delivery takes the first hexadecimal digits of a digest");
    for (size_t i = 0; i <= len; i++)
        ret[i] = (char)tolower((unsigned char)word[i]);
    return 0;
}

int dlq_filter(const struct cli *cli, struct dlq_filter *ret, struct err *err)
{
    const struct options *options = &cli->options;
    struct letter_filter *filter = &ret->filter;

    *ret = (struct dlq_filter){
        .filter = { .feed = options->feed, .column = options->column, .day = DAY_NONE, .open = options->open }
    };
    if (options->reason && parse_reason(options->reason, &filter->reason, err) < 0)
        return -1;
    if (options->day && !day_parse(text_of(options->day), &filter->day))
        return err_stop(err, EXIT_USAGE, "--day takes a day, YYYY-MM-DD");
    if (options->delivery) {
        if (parse_delivery(options->delivery, ret->delivery, err) < 0)
            return -1;
        filter->delivery = ret->delivery;
    }
    return 0;
}

const char *dlq_digest(const struct letters_of *delivery, char ret[DIGEST_SHORT_SIZE])
{
    hex_encode(delivery->digest, DIGEST_SHORT / 2, ret);
    return ret;
}

/* --- how many of what --- */

enum word { BY_FEED, BY_REASON, BY_COLUMN, BY_DAY, BY_DELIVERY, BY_COUNT };
static const char *const words[BY_COUNT] = { "feed", "reason", "column", "day", "delivery" };

struct tally { /* of what is not told apart by, the zero */
    const struct letters_of *delivery;
    const char *column;
    uint64_t count, open;
    enum reason reason;
    int32_t day;
    char feed[FEED_NAME_SIZE];
};

/* What tells them apart: all bytes of it are set. */
struct tally_key {
    char feed[FEED_NAME_SIZE], column[COLUMN_NAME_SIZE];
    uint8_t delivery[DIGEST_SIZE], reason, day[sizeof(int32_t)];
};

struct tallies {
    bool by[BY_COUNT];
    struct key_table keys;
    struct tally *items; /* by their number in keys */
    size_t capacity;
    uint64_t matching, open;
};

static void tallies_free(struct tallies *tallies)
{
    key_table_free(&tallies->keys);
    free(tallies->items);
}

static bool find_word(struct text text, enum word *ret)
{
    for (int word = 0; word < BY_COUNT; word++)
        if (text_equal(text.data, text.len, words[word])) {
            *ret = (enum word)word;
            return true;
        }
    return false;
}

static int parse_by(const char *list, bool ret[BY_COUNT], struct err *err)
{
    enum word word;

    for (const char *at = list ? list : "feed,reason,column"; at; at = *at ? at + 1 : NULL) {
        size_t len = strcspn(at, ",");

        if (!find_word((struct text){ at, len }, &word))
            return err_stop(err, EXIT_USAGE, "--by takes any of feed,reason,column,day,delivery");
        ret[word] = true;
        at += len;
        if (!*at)
            break;
    }
    return 0;
}

static struct tally tally_of(const struct tallies *tallies, const struct letter *letter)
{
    struct tally tally = { .column = "" };

    if (tallies->by[BY_FEED] || tallies->by[BY_DELIVERY])
        memcpy(tally.feed, letter->delivery->feed, sizeof tally.feed);
    if (tallies->by[BY_REASON])
        tally.reason = letter->reason;
    if (tallies->by[BY_COLUMN])
        tally.column = letter->column;
    if (tallies->by[BY_DAY])
        tally.day = letter->day;
    if (tallies->by[BY_DELIVERY])
        tally.delivery = letter->delivery;
    return tally;
}

static struct tally_key key_of(const struct tally *tally)
{
    struct tally_key key;

    memset(&key, 0, sizeof key);
    memcpy(key.feed, tally->feed, sizeof key.feed);
    memcpy(key.column, tally->column, strlen(tally->column));
    if (tally->delivery)
        memcpy(key.delivery, tally->delivery->digest, DIGEST_SIZE);
    key.reason = (uint8_t)tally->reason;
    memcpy(key.day, &tally->day, sizeof key.day);
    return key;
}

static void count_letter(struct tallies *tallies, const struct letter *letter)
{
    const struct tally tally = tally_of(tallies, letter);
    const struct tally_key key = key_of(&tally);
    bool new;
    size_t index = key_table_put(&tallies->keys, &key, &new);

    if (tallies->keys.count > tallies->capacity) {
        tallies->capacity = tallies->capacity ? 2 * tallies->capacity : 64;
        tallies->items = mem_realloc(tallies->items, tallies->capacity * sizeof *tallies->items);
    }
    if (new)
        tallies->items[index] = tally;
    tallies->items[index].count++;
    tallies->items[index].open += letter->open;
    tallies->matching++;
    tallies->open += letter->open;
}

static int compare_int(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_deliveries(const struct letters_of *a, const struct letters_of *b)
{
    int order = a == b ? 0 : compare_int((int64_t)a->sequence, (int64_t)b->sequence);

    return order || a == b ? order : memcmp(a->digest, b->digest, DIGEST_SIZE);
}

static int compare_tallies(const void *one, const void *other)
{
    const struct tally *a = one, *b = other;
    int order = strcmp(a->feed, b->feed);

    if (!order)
        order = compare_int(a->day, b->day);
    if (!order)
        order = compare_deliveries(a->delivery, b->delivery);
    if (!order)
        order = compare_int((int64_t)a->reason, (int64_t)b->reason);
    return order ? order : strcmp(a->column, b->column);
}

static int read_tallies(struct dead_letters *letters, struct tallies *tallies, struct err *err)
{
    struct letter letter;
    int got;

    tallies->keys.key_size = sizeof(struct tally_key);
    while ((got = dead_letters_next(letters, &letter, err)) == 1)
        count_letter(tallies, &letter);
    if (tallies->keys.count) /* numbers are of no use from here on */
        qsort(tallies->items, tallies->keys.count, sizeof *tallies->items, compare_tallies);
    return got;
}

/* --- JSON --- */

static void delivery_json(const struct letters_of *delivery, struct json *json)
{
    json_key(json, "delivery");
    json_hex(json, delivery->digest, DIGEST_SIZE);
    json_key(json, "sequence");
    if (delivery->has_receipt)
        json_uint(json, delivery->sequence);
    else
        json_none(json);
}

static void tally_json(const struct tallies *tallies, const struct tally *tally, struct json *json)
{
    char day[DAY_TEXT_SIZE];

    json_open(json, '{');
    if (*tally->feed) {
        json_key(json, "feed");
        json_str(json, tally->feed);
    }
    if (tallies->by[BY_DAY]) {
        json_key(json, "day");
        json_str(json, day_text(tally->day, day));
    }
    if (tallies->by[BY_DELIVERY])
        delivery_json(tally->delivery, json);
    if (tallies->by[BY_REASON]) {
        json_key(json, "reason");
        json_str(json, reason_names[tally->reason]);
    }
    if (tallies->by[BY_COLUMN]) {
        json_key(json, "column");
        json_str(json, *tally->column ? tally->column : NULL);
    }
    json_key(json, "count");
    json_uint(json, tally->count);
    json_key(json, "open");
    json_uint(json, tally->open);
    json_close(json, '}');
}

static void differing_json(const struct dead_letters *letters, struct json *json)
{
    json_key(json, "differing");
    json_open(json, '[');
    for (size_t i = 0; i < dead_letters_deliveries(letters); i++) {
        const struct letters_of *delivery = dead_letters_delivery(letters, i);

        if (!delivery || delivery->count == delivery->stated)
            continue;
        json_open(json, '{');
        json_key(json, "feed");
        json_str(json, delivery->feed);
        delivery_json(delivery, json);
        json_key(json, "letters");
        json_uint(json, delivery->count);
        json_key(json, "stated");
        if (delivery->has_receipt)
            json_uint(json, delivery->stated);
        else
            json_none(json);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static bool balances(const struct letters_total *total)
{
    return !total->differing && !total->foreign;
}

static void ls_json(const struct tallies *tallies, const struct dead_letters *letters,
                    const struct letters_total *total, struct buffer *out)
{
    const struct {
        const char *name;
        uint64_t value;
    } numbers[] = {
        { "matching", tallies->matching }, { "open", tallies->open },       { "letters", total->count },
        { "stated", total->stated },       { "repeated", total->repeated }, { "foreign", total->foreign },
    };
    struct json json = json_to(out);

    json_open(&json, '{');
    json_key(&json, "counts");
    json_open(&json, '[');
    for (size_t i = 0; i < tallies->keys.count; i++)
        tally_json(tallies, &tallies->items[i], &json);
    json_close(&json, ']');
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        json_key(&json, numbers[i].name);
        json_uint(&json, numbers[i].value);
    }
    differing_json(letters, &json);
    json_key(&json, "balanced");
    json_bool(&json, balances(total));
    json_close(&json, '}');
    buffer_add_byte(out, '\n');
}

/* --- text --- */

static void tally_text(const struct tallies *tallies, const struct tally *tally, struct buffer *out)
{
    char day[DAY_TEXT_SIZE], digest[DIGEST_SHORT_SIZE];

    if (*tally->feed)
        buffer_printf(out, "%-22s ", tally->feed);
    if (tallies->by[BY_DAY])
        buffer_printf(out, "%s ", day_text(tally->day, day));
    if (tallies->by[BY_DELIVERY])
        buffer_printf(out, "%s (sequence %" PRIu64 ") ", dlq_digest(tally->delivery, digest),
                      tally->delivery->sequence);
    if (tallies->by[BY_REASON])
        buffer_printf(out, "%-16s ", reason_names[tally->reason]);
    if (tallies->by[BY_COLUMN])
        buffer_printf(out, "%-16s ", *tally->column ? tally->column : "(whole line)");
    buffer_printf(out, "%10" PRIu64 " %10" PRIu64 " open", tally->count, tally->open);
    if (tallies->by[BY_REASON])
        buffer_printf(out, "  %s", reason_texts[tally->reason]);
    buffer_add_byte(out, '\n');
}

static void differing_text(const struct dead_letters *letters, struct buffer *out)
{
    char digest[DIGEST_SHORT_SIZE];

    for (size_t i = 0; i < dead_letters_deliveries(letters); i++) {
        const struct letters_of *delivery = dead_letters_delivery(letters, i);

        if (!delivery || delivery->count == delivery->stated)
            continue;
        buffer_printf(out, "  %s, delivery %s: %" PRIu64 " dead letters", delivery->feed,
                      dlq_digest(delivery, digest), delivery->count);
        if (delivery->has_receipt)
            buffer_printf(out, ", its receipt says %" PRIu64 "\n", delivery->stated);
        else
            buffer_add_string(out, " and no receipt yet\n");
    }
}

static void balance_text(const struct dead_letters *letters, const struct letters_total *total,
                         struct buffer *out)
{
    if (total->foreign)
        buffer_printf(out, "%" PRIu64 " messages in the dead-letter topics are no dead letters of olive\n",
                      total->foreign);
    if (!total->differing) {
        buffer_printf(out, "The receipts say the same: %" PRIu64 " dead letters in %zu deliver%s\n",
                      total->stated, total->deliveries, total->deliveries == 1 ? "y" : "ies");
        return;
    }
    buffer_printf(
        out,
        "They differ from the receipts: %" PRIu64 " dead letters, %" PRIu64
        " by the receipts (a delivery that is being published differs until its receipt is there)\n",
        total->count, total->stated);
    differing_text(letters, out);
}

static void ls_text(const struct tallies *tallies, const struct dead_letters *letters,
                    const struct letters_total *total, struct buffer *out)
{
    for (size_t i = 0; i < tallies->keys.count; i++)
        tally_text(tallies, &tallies->items[i], out);
    buffer_printf(out, "%" PRIu64 " dead letters", tallies->matching);
    if (tallies->matching != total->count)
        buffer_printf(out, " of %" PRIu64, total->count);
    buffer_printf(out, ", %" PRIu64 " of them open", tallies->open);
    if (total->repeated)
        buffer_printf(out, ", %" PRIu64 " of them more than once in the log", total->repeated);
    buffer_add_byte(out, '\n');
    balance_text(letters, total, out);
    if (tallies->open)
        buffer_add_string(out, "Next: olive dlq show for the lines, olive dlq export --csv FILE for the "
                               "department (both take the same filters),\nolive dlq replay for what it "
                               "corrected, olive dlq dismiss for what will not be\n");
}

int run_dlq_ls(struct cli *cli, struct err *err)
{
    CLEANUP(dead_letters_closep) struct dead_letters *letters = NULL;
    CLEANUP(tallies_free) struct tallies tallies = { 0 };
    CLEANUP(buffer_free) struct buffer out = { 0 };
    struct letters_total total;
    struct dlq_filter filter;

    if (dlq_filter(cli, &filter, err) < 0 || parse_by(cli->options.by, tallies.by, err) < 0 ||
        dead_letters_open(cli->conf, &filter.filter, &letters, err) < 0 ||
        read_tallies(letters, &tallies, err) < 0)
        return -1;
    dead_letters_total(letters, &total);
    (cli->options.json ? ls_json : ls_text)(&tallies, letters, &total, &out);
    if (cli_print(&out, err) < 0)
        return -1;
    return balances(&total) ? EXIT_OK : EXIT_FAILED;
}
