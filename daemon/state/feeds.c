#include "daemon/state/feeds.h"

#include <string.h>

#include "lib/base/json.h"
#include "lib/wire/record_wire.h"

struct feeds feeds_of_conf(const struct conf *conf, struct arena *arena)
{
    struct feeds feeds = { arena_alloc(arena, conf->feed_count * sizeof *feeds.items), conf->feed_count };

    for (size_t i = 0; i < conf->feed_count; i++)
        feeds.items[i] = (struct feed_declared){
            .name = conf->feeds[i].name,
            .source = conf->feeds[i].source,
            .utility_kinds = conf->feeds[i].utility_kinds,
            .complete = conf->feeds[i].complete,
        };
    return feeds;
}

static unsigned kinds_mask(struct text list)
{
    unsigned mask = 0;

    for (int kind = 0; kind < UTILITY_KIND_COUNT; kind++)
        if (memmem(list.data, list.len, code_name(&utility_kind_codes, kind),
                   strlen(code_name(&utility_kind_codes, kind))))
            mask |= 1U << kind;
    return mask;
}

int feeds_read(struct store *store, struct arena *arena, struct feeds *ret, struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;
    struct feeds feeds = { 0 };

    if (store_query(
            store, "SELECT name, source, array_to_string(kinds, ','), complete FROM olive.feed ORDER BY name",
            NULL, 0, &rows, err) < 0)
        return -1;
    feeds.items = arena_alloc(arena, rows_count(rows) * sizeof *feeds.items);
    for (; feeds.count < rows_count(rows); feeds.count++) {
        struct text name = rows_text(rows, feeds.count, 0);
        int source;

        if (!code_find(&source_codes, rows_text(rows, feeds.count, 1), &source))
            return err_stop(err, EXIT_FAILED, "olive.feed has a source that this program does not know");
        feeds.items[feeds.count] = (struct feed_declared){
            .name = arena_strndup(arena, name.data, name.len),
            .source = (enum source)source,
            .utility_kinds = kinds_mask(rows_text(rows, feeds.count, 2)),
            .complete = rows_bool(rows, feeds.count, 3),
        };
    }
    *ret = feeds;
    return 0;
}

static void feed_json(const struct feed_conf *feed, struct json *json)
{
    json_open(json, '{');
    json_key(json, "name");
    json_str(json, feed->name);
    json_key(json, "source");
    json_str(json, code_name(&source_codes, (int)feed->source));
    json_key(json, "mode");
    json_str(json, feed->mode == FEED_SNAPSHOT ? "snapshot" : "delta");
    json_key(json, "complete");
    json_bool(json, feed->complete);
    json_key(json, "kinds");
    wire_kinds_json(feed->utility_kinds, json);
    json_close(json, '}');
}

int feeds_write(struct store *store, const struct conf *conf, struct err *err)
{
    CLEANUP(buffer_free) struct buffer list = { 0 };
    struct json json = json_to(&list);

    json_open(&json, '[');
    for (size_t i = 0; i < conf->feed_count; i++)
        feed_json(&conf->feeds[i], &json);
    json_close(&json, ']');
    buffer_add_byte(&list, '\0');
    const struct param params[] = { param_text((const char *)list.data) };

    if (store_run(store, "DELETE FROM olive.feed", err) < 0)
        return -1;
    return store_query(store,
                       "INSERT INTO olive.feed (name, source, mode, kinds, complete) "
                       "SELECT f->>'name', f->>'source', f->>'mode', "
                       "ARRAY(SELECT jsonb_array_elements_text(f->'kinds')), (f->>'complete')::boolean "
                       "FROM jsonb_array_elements($1::text::jsonb) AS f",
                       params, 1, NULL, err);
}

/* One row an indicator's month; a delivery that published no month still counts as received. */
static const char coverage_sql[] = "SELECT d.feed, d.received_ms, i.key, m.key FROM olive.delivery d "
                                   "LEFT JOIN LATERAL jsonb_each(d.months) AS i(key, value) ON true "
                                   "LEFT JOIN LATERAL jsonb_object_keys(i.value) AS m(key) ON true "
                                   "WHERE d.state IN ('published', 'incomplete') AND d.received_ms <= $1";

static void delivery_of_row(const struct rows *rows, size_t row, struct arena *arena,
                            struct coverage_delivery *ret)
{
    struct text feed = rows_text(rows, row, 0);
    struct month_count *month;
    int indicator;

    *ret = (struct coverage_delivery){ .feed = arena_strndup(arena, feed.data, feed.len),
                                       .received_ms = rows_int8(rows, row, 1) };
    if (rows_null(rows, row, 3) || !code_find(&indicator_codes, rows_text(rows, row, 2), &indicator))
        return;
    month = arena_zalloc(arena, sizeof *month);
    month->indicator = (enum indicator)indicator;
    if (!month_parse(rows_text(rows, row, 3), &month->month))
        return;
    ret->months = month;
    ret->month_count = 1;
}

int coverage_read(struct store *store, int32_t period, int64_t known_at_ms, const struct policy *policy,
                  const struct feeds *feeds, coverage_t *ret, struct err *err)
{
    CLEANUP(arena_freep) struct arena *arena = arena_new(0);
    CLEANUP(rows_freep) struct rows *rows = NULL;
    const struct param params[] = { param_int8(known_at_ms) };
    struct coverage_delivery *deliveries;

    if (store_query(store, coverage_sql, params, 1, &rows, err) < 0)
        return -1;
    deliveries = arena_alloc(arena, rows_count(rows) * sizeof *deliveries);
    for (size_t i = 0; i < rows_count(rows); i++)
        delivery_of_row(rows, i, arena, &deliveries[i]);
    *ret = coverage_at(period, policy, feeds->items, feeds->count, deliveries, rows_count(rows));
    return 0;
}
