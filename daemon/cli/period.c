/* olive period close | ls | assess (FUSION: CLOSE and SEAL). */
#include "daemon/state/period.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/cli/cli.h"
#include "daemon/state/close.h"
#include "daemon/state/reassess.h"
#include "daemon/state/seal.h"
#include "lib/io/log.h"
#include "lib/io/program.h"

enum { WAIT_MS = 200, RETRY_MS = 1000, CLOSE_TRIES = 3 };

/* --- ls --- */

static const char periods_sql[] =
    "SELECT p.period, p.state, s.households, encode(s.root, 'hex'), s.evidence_count, "
    "to_char(s.sealed_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD\"T\"HH24:MI:SS\"+08:00\"') "
    "FROM olive.period p LEFT JOIN olive.seal s USING (period) ";

static void row_json(const struct rows *rows, size_t row, struct json *json)
{
    static const char *const names[] = { "period", "state", "households", "root", "records", "sealed_at" };

    json_open(json, '{');
    for (int i = 0; i < 6; i++) {
        json_key(json, names[i]);
        if (rows_null(rows, row, i))
            json_none(json);
        else if (i == 2 || i == 4)
            json_int(json, rows_int8(rows, row, i));
        else
            json_text(json, rows_text(rows, row, i).data, rows_text(rows, row, i).len);
    }
    json_close(json, '}');
}

static void row_text(const struct rows *rows, size_t row, struct buffer *out)
{
    struct text period = rows_text(rows, row, 0), state = rows_text(rows, row, 1);

    buffer_printf(out, "%.*s  %-8.*s", (int)period.len, period.data, (int)state.len, state.data);
    if (!rows_null(rows, row, 2))
        buffer_printf(out, "%9lld households  %.*s", (long long)rows_int8(rows, row, 2),
                      (int)rows_text(rows, row, 3).len, rows_text(rows, row, 3).data);
    buffer_add_byte(out, '\n');
}

int run_period_ls(struct cli *cli, struct err *err)
{
    CLEANUP(store_closep) struct store *store = NULL;
    CLEANUP(rows_freep) struct rows *rows = NULL;
    CLEANUP(buffer_free) struct buffer out = { 0 };
    CLEANUP(buffer_free) struct buffer sql = { 0 };
    struct json json = json_to(&out);

    buffer_printf(&sql, "%sORDER BY p.period%c", periods_sql, '\0');
    if (cli_store(cli, &store, err) < 0 || store_query(store, (char *)sql.data, NULL, 0, &rows, err) < 0)
        return -1;
    if (cli->options.json)
        json_open(&json, '[');
    for (size_t i = 0; i < rows_count(rows); i++) {
        if (cli->options.json)
            row_json(rows, i, &json);
        else
            row_text(rows, i, &out);
    }
    if (cli->options.json) {
        json_close(&json, ']');
        buffer_add_byte(&out, '\n');
    }
    return cli_print(&out, err);
}

/* --- close --- */

static int print_period(const struct cli *cli, struct store *store, int32_t period, struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;
    CLEANUP(buffer_free) struct buffer out = { 0 }, sql = { 0 };
    char month[MONTH_TEXT_SIZE];
    const struct param params[] = { param_text(month_text(period, month)) };
    struct json json = json_to(&out);

    buffer_printf(&sql, "%sWHERE p.period = $1%c", periods_sql, '\0');
    if (store_query(store, (char *)sql.data, params, 1, &rows, err) < 0)
        return -1;
    if (!rows_count(rows))
        return err_stop(err, EXIT_FAILED, "there is no period %s", month);
    if (cli->options.json) {
        row_json(rows, 0, &json);
        buffer_add_byte(&out, '\n');
    } else {
        row_text(rows, 0, &out);
    }
    return cli_print(&out, err);
}

/* Records between the state and the cut. */
static int records_left(struct store *store, uint64_t *ret, struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;

    if (store_query(store, "SELECT coalesce(sum(cut - next_offset), 0)::bigint FROM olive.topic_offset", NULL,
                    0, &rows, err) < 0)
        return -1;
    *ret = (uint64_t)rows_int8(rows, 0, 0);
    return 0;
}

/* One look: seals when all stands at the cut, else says how far it is. */
static int try_seal(struct store *store, const struct conf *conf, int32_t period, struct progress *progress,
                    bool *ret_done, struct err *err)
{
    struct period_row row;
    bool sealed, found;
    uint64_t left;

    if (period_seal(store, conf, &sealed, err) < 0 || period_read(store, period, &row, &found, err) < 0 ||
        records_left(store, &left, err) < 0)
        return -1;
    *ret_done = found && row.state == PERIOD_SEALED;
    if (progress->total < left)
        progress->total = left;
    progress_add(progress, progress->total - left - progress->done);
    return 0;
}

static int wait_sealed(const struct cli *cli, struct store **store, int32_t period, struct err *err)
{
    struct progress progress = progress_of("sealing", 1);
    bool done = false;

    while (!done && !stopping()) {
        if (*store && try_seal(*store, cli->conf, period, &progress, &done, err) == 0) {
            if (!done)
                wait_ms(WAIT_MS);
            continue;
        }
        if (err->kind != ERR_RETRY)
            break;
        if (*store && store_broken(*store))
            store_closep(store);
        wait_ms(RETRY_MS);
        if (!*store && cli_store(cli, store, err) < 0 && err->kind != ERR_RETRY)
            break;
    }
    progress_end(&progress);
    if (done)
        return 0;
    return stopping()
               ? err_stop(err, EXIT_TRY_LATER, "stopped while the period is closing; close it again to wait")
               : -1;
}

int run_period_close(struct cli *cli, struct err *err)
{
    CLEANUP(store_closep) struct store *store = NULL;
    enum period_state state;
    int32_t period;

    if (cli_month(cli->words[0], &period, err) < 0 || cli_store(cli, &store, err) < 0)
        return -1;
    stop_on_signals();
    for (int tries = 1; period_close(store, cli->conf, period, &state, err) < 0; tries++) {
        if (err->kind != ERR_RETRY || store_broken(store) || stopping() || tries == CLOSE_TRIES)
            return -1;
        wait_ms(WAIT_MS);
    }
    if (state != PERIOD_SEALED && !cli->options.no_wait && wait_sealed(cli, &store, period, err) < 0)
        return -1;
    return print_period(cli, store, period, err);
}

/* --- assess --- */

static void reassessment_json(const struct reassessment *done, struct buffer *out)
{
    struct json json = json_to(out);
    char month[MONTH_TEXT_SIZE];

    json_open(&json, '{');
    json_key(&json, "period");
    json_str(&json, month_text(done->period, month));
    json_key(&json, "profiles");
    json_uint(&json, done->profiles);
    json_key(&json, "written");
    json_uint(&json, done->written);
    json_close(&json, '}');
    buffer_add_byte(out, '\n');
}

int run_period_assess(struct cli *cli, struct err *err)
{
    CLEANUP(store_closep) struct store *store = NULL;
    CLEANUP(buffer_free) struct buffer out = { 0 };
    struct reassessment done;
    char month[MONTH_TEXT_SIZE];

    if (cli_store(cli, &store, err) < 0 || period_reassess(store, cli->conf, &done, err) < 0)
        return -1;
    if (cli->options.json)
        reassessment_json(&done, &out);
    else
        buffer_printf(&out,
                      "%s, open: %" PRIu64 " profiles assessed by the configured policy and model, %" PRIu64
                      " written anew\n",
                      month_text(done.period, month), done.profiles, done.written);
    return cli_print(&out, err);
}
