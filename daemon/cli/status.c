/* olive status: does every line balance, how far is the state behind the log, is it settled? */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/cli/accounting.h"
#include "daemon/cli/cli.h"
#include "daemon/state/period.h"
#include "lib/base/arena.h"
#include "lib/base/date.h"
#include "lib/io/bus.h"

struct topic_status {
    char *topic;
    uint64_t read, distinct, repeated, quarantined;
    int64_t lag; /* messages in Kafka that are not rows yet; -1: Kafka does not answer */
};

struct status {
    struct accounts accounts;
    struct topic_status *topics;
    size_t topic_count;
    struct topic_status total;
    bool has_period;
    struct period_row period;
    int64_t behind; /* subjects whose as_of is before the open period */
    int64_t households[HOUSEHOLD_KIND_COUNT];
    struct err kafka; /* why there is no lag */
};

/* --- reading --- */

/* Messages of a partition beyond what is read. */
static int partition_lag(struct admin *admin, const char *topic, int32_t partition, int64_t next_offset,
                         int64_t *lag, struct err *err)
{
    int64_t low, high;

    if (admin_watermarks(admin, topic, partition, &low, &high, err) < 0)
        return -1;
    *lag += high > next_offset ? high - next_offset : 0;
    return 0;
}

static void start_topic(struct status *status, struct text name)
{
    struct topic_status *topic;

    status->topics = mem_realloc(status->topics, (status->topic_count + 1) * sizeof *status->topics);
    topic = &status->topics[status->topic_count++];
    *topic = (struct topic_status){ .topic = mem_alloc(name.len + 1) };
    memcpy(topic->topic, name.data, name.len);
    topic->topic[name.len] = '\0';
}

/* One row a partition, in order of the topics. A broker that did not answer once is not asked again. */
static void add_partition(struct status *status, struct admin *admin, const struct rows *rows, size_t row)
{
    struct text name = rows_text(rows, row, 0);
    struct topic_status *topic;

    if (!status->topic_count ||
        !text_equal(name.data, name.len, status->topics[status->topic_count - 1].topic))
        start_topic(status, name);
    topic = &status->topics[status->topic_count - 1];
    topic->read += (uint64_t)rows_int8(rows, row, 3);
    topic->distinct += (uint64_t)rows_int8(rows, row, 4);
    topic->repeated += (uint64_t)rows_int8(rows, row, 5);
    topic->quarantined += (uint64_t)rows_int8(rows, row, 6);
    if (status->kafka.kind != ERR_NONE || topic->lag < 0 ||
        partition_lag(admin, topic->topic, rows_int4(rows, row, 1), rows_int8(rows, row, 2), &topic->lag,
                      &status->kafka) < 0)
        topic->lag = -1;
}

static void add_totals(struct status *status)
{
    for (size_t i = 0; i < status->topic_count; i++) {
        const struct topic_status *topic = &status->topics[i];

        status->total.read += topic->read;
        status->total.distinct += topic->distinct;
        status->total.repeated += topic->repeated;
        status->total.quarantined += topic->quarantined;
        status->total.lag = topic->lag < 0 || status->total.lag < 0 ? -1 : status->total.lag + topic->lag;
    }
}

static int read_topics(struct store *store, const struct conf *conf, struct status *status, struct err *err)
{
    CLEANUP(admin_closep) struct admin *admin = NULL;
    CLEANUP(rows_freep) struct rows *rows = NULL;

    if (store_query(store,
                    "SELECT topic, partition, next_offset, records, distinct_records, repeated, quarantined "
                    "FROM olive.topic_offset ORDER BY topic, partition",
                    NULL, 0, &rows, err) < 0)
        return -1;
    if (admin_open(conf, &admin, err) < 0) /* its options are wrong: no broker has been asked yet */
        return -1;
    for (size_t i = 0; i < rows_count(rows); i++)
        add_partition(status, admin, rows, i);
    add_totals(status);
    return 0;
}

static int read_period(struct store *store, struct status *status, struct err *err)
{
    CLEANUP(rows_freep) struct rows *any = NULL, *behind = NULL;
    struct param param;

    if (store_query(store, "SELECT count(*) FROM olive.period", NULL, 0, &any, err) < 0)
        return -1;
    status->has_period = rows_int8(any, 0, 0) > 0;
    if (!status->has_period)
        return 0;
    if (period_read_open(store, &status->period, err) < 0)
        return -1;
    param = param_int4(status->period.period);
    if (store_query(store, "SELECT count(*) FROM olive.subject WHERE as_of < $1", &param, 1, &behind, err) <
        0)
        return -1;
    status->behind = rows_int8(behind, 0, 0);
    return 0;
}

static int read_households(struct store *store, struct status *status, struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;

    if (store_query(store, "SELECT kind::int, count(*) FROM olive.profile GROUP BY kind", NULL, 0, &rows,
                    err) < 0)
        return -1;
    for (size_t i = 0; i < rows_count(rows); i++)
        status->households[rows_int4(rows, i, 0)] = rows_int8(rows, i, 1);
    return 0;
}

/* --- judging --- */

/* No subject waits for the sweep: live roots may be compared. */
static bool is_settled(const struct status *status)
{
    return status->has_period && status->behind == 0;
}

static bool is_balanced(const struct status *status)
{
    bool balanced = counts_balance(status->accounts.totals);

    for (size_t i = 0; i < status->accounts.count; i++)
        balanced &= counts_balance(status->accounts.items[i].counts);
    for (size_t i = 0; i < status->topic_count; i++)
        balanced &= status->topics[i].read ==
                    status->topics[i].distinct + status->topics[i].repeated + status->topics[i].quarantined;
    return balanced;
}

/* --- JSON --- */

static void lag_json(struct json *json, int64_t lag)
{
    json_key(json, "lag");
    if (lag < 0)
        json_none(json);
    else
        json_int(json, lag);
}

static void topic_json(struct json *json, const struct topic_status *topic)
{
    json_open(json, '{');
    json_key(json, "topic");
    json_str(json, topic->topic);
    json_key(json, "records");
    json_uint(json, topic->read);
    json_key(json, "distinct");
    json_uint(json, topic->distinct);
    json_key(json, "repeated");
    json_uint(json, topic->repeated);
    json_key(json, "quarantined");
    json_uint(json, topic->quarantined);
    lag_json(json, topic->lag);
    json_close(json, '}');
}

static void feeds_json(const struct status *status, struct json *json)
{
    json_key(json, "feeds");
    json_open(json, '[');
    for (size_t i = 0; i < status->accounts.count; i++) {
        const struct account *account = &status->accounts.items[i];

        json_open(json, '{');
        json_key(json, "feed");
        json_str(json, account->feed);
        json_key(json, "deliveries");
        json_int(json, account->deliveries);
        json_key(json, "feed_gap");
        json_str(json, *account->gaps ? account->gaps : NULL);
        counts_json(account->counts, json);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void print_json(const struct status *status, struct buffer *out)
{
    struct json json = json_to(out);
    char month[MONTH_TEXT_SIZE];

    json_open(&json, '{');
    counts_json(status->accounts.totals, &json);
    json_key(&json, "balanced");
    json_bool(&json, is_balanced(status));
    feeds_json(status, &json);
    json_key(&json, "topics");
    json_open(&json, '[');
    for (size_t i = 0; i < status->topic_count; i++)
        topic_json(&json, &status->topics[i]);
    json_close(&json, ']');
    json_key(&json, "quarantined");
    json_uint(&json, status->total.quarantined);
    lag_json(&json, status->total.lag);
    json_key(&json, "period");
    json_str(&json, status->has_period ? month_text(status->period.period, month) : NULL);
    json_key(&json, "period_state");
    json_str(&json, status->has_period ? period_state_names[status->period.state] : NULL);
    json_key(&json, "settled");
    json_bool(&json, is_settled(status));
    json_key(&json, "households");
    json_open(&json, '{');
    for (int kind = 0; kind < HOUSEHOLD_KIND_COUNT; kind++) {
        json_key(&json, code_name(&household_kind_codes, kind));
        json_int(&json, status->households[kind]);
    }
    json_close(&json, '}');
    json_close(&json, '}');
    buffer_add_byte(out, '\n');
}

/* --- text --- */

static void counts_text(const char *name, const uint64_t counts[COUNT_COUNT], const char *gaps,
                        struct buffer *out)
{
    buffer_printf(out, "%-22s", name);
    for (int i = 0; i < COUNT_COUNT; i++)
        buffer_printf(out, " %10" PRIu64, counts[i]);
    buffer_printf(out, "%s%s%s\n", counts_balance(counts) ? "" : "  DOES NOT BALANCE",
                  *gaps ? "  feed_gap: " : "", gaps);
}

static void feeds_text(const struct status *status, struct buffer *out)
{
    static const char *const heads[COUNT_COUNT] = { "received",  "=published", "+dead",   "+duplicate",
                                                    "+obsolete", "+rejected",  "(ended)", "(retract.)" };

    buffer_printf(out, "%-22s", "Lines by feed");
    for (int i = 0; i < COUNT_COUNT; i++)
        buffer_printf(out, " %10s", heads[i]);
    buffer_add_byte(out, '\n');
    for (size_t i = 0; i < status->accounts.count; i++)
        counts_text(status->accounts.items[i].feed, status->accounts.items[i].counts,
                    status->accounts.items[i].gaps, out);
    counts_text("total", status->accounts.totals, "", out);
}

static void topic_text(const char *name, const struct topic_status *topic, struct buffer *out)
{
    char lag[24] = "unknown";

    if (topic->lag >= 0)
        snprintf(lag, sizeof lag, "%" PRId64, topic->lag);
    buffer_printf(out, "%-33s %10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %11" PRIu64 " %10s\n", name,
                  topic->read, topic->distinct, topic->repeated, topic->quarantined, lag);
}

static void print_text(const struct status *status, struct buffer *out)
{
    char month[MONTH_TEXT_SIZE];

    feeds_text(status, out);
    buffer_printf(out, "\n%-33s %10s %10s %10s %11s %10s\n", "Records by topic", "read", "=distinct",
                  "+repeated", "+quarantined", "lag");
    for (size_t i = 0; i < status->topic_count; i++)
        topic_text(status->topics[i].topic, &status->topics[i], out);
    topic_text("total", &status->total, out);
    buffer_printf(out, "\nHouseholds: %" PRId64 " registered, %" PRId64 " assistance, %" PRId64 " dwelling\n",
                  status->households[0], status->households[1], status->households[2]);
    if (!status->has_period)
        buffer_add_string(out, "Period: none yet; olive-fuse opens the first (period.first)\n");
    else
        buffer_printf(out, "Period: %s, %s; %s\n", month_text(status->period.period, month),
                      period_state_names[status->period.state],
                      is_settled(status) ? "settled" : "not settled: subjects wait for the sweep");
    if (status->total.lag < 0)
        buffer_printf(out, "Kafka: %s\n", status->kafka.text);
    buffer_add_string(out, is_balanced(status) ? "Every line and record is accounted for.\n"
                                               : "SOMETHING DOES NOT BALANCE, see above.\n");
}

static void status_free(struct status *status)
{
    accounts_free(&status->accounts);
    for (size_t i = 0; i < status->topic_count; i++)
        free(status->topics[i].topic);
    free(status->topics);
}

int run_status(struct cli *cli, struct err *err)
{
    CLEANUP(store_closep) struct store *store = NULL;
    CLEANUP(status_free) struct status status = { 0 };
    CLEANUP(buffer_free) struct buffer out = { 0 };

    if (cli_store(cli, &store, err) < 0 || accounts_read(store, cli->conf, &status.accounts, err) < 0 ||
        read_topics(store, cli->conf, &status, err) < 0 || read_period(store, &status, err) < 0 ||
        read_households(store, &status, err) < 0)
        return -1;
    (cli->options.json ? print_json : print_text)(&status, &out);
    if (cli_print(&out, err) < 0)
        return -1;
    if (status.total.lag < 0)
        return EXIT_UNAVAILABLE;
    return is_balanced(&status) ? EXIT_OK : EXIT_FAILED;
}
