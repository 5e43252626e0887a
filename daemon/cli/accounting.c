#include "daemon/cli/accounting.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/core/record.h"

const char *const count_names[COUNT_COUNT] = {
    [COUNT_LINES] = "lines",         [COUNT_PUBLISHED] = "published", [COUNT_DEAD_LETTERED] = "dead_lettered",
    [COUNT_DUPLICATE] = "duplicate", [COUNT_OBSOLETE] = "obsolete",   [COUNT_REJECTED] = "rejected",
    [COUNT_ENDED] = "ended",         [COUNT_RETRACTED] = "retracted",
};

/* Table `gap`: feed, source and the numbers that lie between those that came, as "5, 7-9". A rejected
 * delivery does not use up its sequence. */
#define GAP_SQL(deliveries)                                                                                  \
    "numbered AS (SELECT feed, source, sequence, lag(sequence) OVER (PARTITION BY feed ORDER BY sequence) "  \
    " AS before FROM (SELECT DISTINCT feed, source, sequence FROM " deliveries                               \
    "  WHERE state <> 'rejected') d), "                                                                      \
    "gap AS (SELECT feed, min(source) AS source, string_agg(CASE WHEN sequence - before = 2 "                \
    " THEN (before + 1)::text ELSE (before + 1)::text || '-' || (sequence - 1)::text END, ', ' "             \
    " ORDER BY sequence) AS gaps FROM numbered WHERE sequence > before + 1 GROUP BY feed) "

/* Columns as enum count has them. */
static const char accounts_sql[] = "WITH " GAP_SQL(
    "olive.delivery") ", sums AS (SELECT feed, min(source) AS source, count(*) AS deliveries, "
                      " max(sequence) FILTER (WHERE state <> 'rejected') AS last_sequence, max(received_ms) "
                      "AS received_ms, "
                      " sum(lines)::bigint AS lines, sum(published)::bigint AS published, "
                      "sum(dead_lettered)::bigint AS "
                      "dead_lettered, "
                      " sum(duplicate)::bigint AS duplicate, sum(obsolete)::bigint AS obsolete, "
                      "sum(rejected)::bigint AS "
                      "rejected, "
                      " sum(ended)::bigint AS ended, sum(retracted)::bigint AS retracted FROM olive.delivery "
                      "GROUP BY feed) "
                      "SELECT feed, sums.source, deliveries, last_sequence, received_ms, coalesce(gaps, ''), "
                      "lines, published, "
                      " dead_lettered, duplicate, obsolete, rejected, ended, retracted FROM sums LEFT JOIN "
                      "gap USING (feed)";

static char *text_copy(struct text text)
{
    char *copy = mem_alloc(text.len + 1);

    memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    return copy;
}

static struct account *add_account(struct accounts *accounts)
{
    accounts->items = mem_realloc(accounts->items, (accounts->count + 1) * sizeof *accounts->items);
    accounts->items[accounts->count] =
        (struct account){ .last_sequence = NUMBER_NONE, .last_received_ms = NUMBER_NONE };
    return &accounts->items[accounts->count++];
}

static void account_of_row(const struct rows *rows, size_t row, struct accounts *accounts)
{
    struct account *account = add_account(accounts);

    account->feed = text_copy(rows_text(rows, row, 0));
    account->source = text_copy(rows_text(rows, row, 1));
    account->deliveries = rows_int8(rows, row, 2);
    if (!rows_null(rows, row, 3))
        account->last_sequence = rows_int8(rows, row, 3);
    account->last_received_ms = rows_int8(rows, row, 4);
    account->gaps = text_copy(rows_text(rows, row, 5));
    for (int i = 0; i < COUNT_COUNT; i++) {
        account->counts[i] = (uint64_t)rows_int8(rows, row, 6 + i);
        accounts->totals[i] += account->counts[i];
    }
}

static bool has_account(const struct accounts *accounts, const char *feed)
{
    for (size_t i = 0; i < accounts->count; i++)
        if (!strcmp(accounts->items[i].feed, feed))
            return true;
    return false;
}

static void add_silent_feeds(const struct conf *conf, struct accounts *accounts)
{
    for (size_t i = 0; i < conf->feed_count; i++) {
        struct account *account;

        if (has_account(accounts, conf->feeds[i].name))
            continue;
        account = add_account(accounts);
        account->feed = mem_strdup(conf->feeds[i].name);
        account->source = mem_strdup(code_name(&source_codes, (int)conf->feeds[i].source));
        account->gaps = mem_strdup("");
    }
}

static int by_feed(const void *a, const void *b)
{
    return strcmp(((const struct account *)a)->feed, ((const struct account *)b)->feed);
}

int accounts_read(struct store *store, const struct conf *conf, struct accounts *ret, struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;

    *ret = (struct accounts){ 0 };
    if (store_query(store, accounts_sql, NULL, 0, &rows, err) < 0)
        return -1;
    for (size_t i = 0; i < rows_count(rows); i++)
        account_of_row(rows, i, ret);
    add_silent_feeds(conf, ret);
    if (ret->count)
        qsort(ret->items, ret->count, sizeof *ret->items, by_feed);
    return 0;
}

void accounts_free(struct accounts *accounts)
{
    for (size_t i = 0; i < accounts->count; i++) {
        free(accounts->items[i].feed);
        free(accounts->items[i].source);
        free(accounts->items[i].gaps);
    }
    free(accounts->items);
    *accounts = (struct accounts){ 0 };
}

bool counts_balance(const uint64_t counts[COUNT_COUNT])
{
    uint64_t sum = 0;

    for (int i = COUNT_PUBLISHED; i <= COUNT_REJECTED; i++)
        sum += counts[i];
    return sum == counts[COUNT_LINES];
}

void counts_json(const uint64_t counts[COUNT_COUNT], struct json *json)
{
    for (int i = 0; i < COUNT_COUNT; i++) {
        json_key(json, count_names[i]);
        json_uint(json, counts[i]);
    }
}

/* --- what had not come by a close --- */

/* Receipts up to the cut of the seal: whatever came later, it says the same. */
static const char quality_sql[] =
    "WITH pinned AS (SELECT delivery.* FROM olive.delivery, (SELECT (cut -> $1::text ->> 0)::bigint AS at "
    " FROM olive.seal WHERE $2::text IS NULL OR period = $2::text ORDER BY period DESC LIMIT 1) s "
    " WHERE receipt_offset < s.at), " GAP_SQL(
        "pinned") "SELECT feed, source, gaps FROM gap ORDER BY feed COLLATE \"C\"";

int gaps_at_close(struct store *store, const struct conf *conf, int32_t period, struct rows **ret,
                  struct err *err)
{
    char topic[TOPIC_SIZE], month[MONTH_TEXT_SIZE];
    const struct param params[] = { param_text(conf_topic_delivery(conf, topic)),
                                    param_text(period == MONTH_NONE ? NULL : month_text(period, month)) };

    return store_query(store, quality_sql, params, 2, ret, err);
}
