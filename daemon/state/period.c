#include "daemon/state/period.h"

#include <string.h>

const char *const period_state_names[PERIOD_STATE_COUNT] = {
    [PERIOD_OPEN] = "open",
    [PERIOD_CLOSING] = "closing",
    [PERIOD_SEALED] = "sealed",
};

#define PERIOD_COLUMNS "SELECT period, state, coverage, policy, model FROM olive.period "

static int row_read(const struct rows *rows, struct period_row *ret, struct err *err)
{
    struct text state = rows_text(rows, 0, 1), policy = rows_text(rows, 0, 3);

    if (!month_parse(rows_text(rows, 0, 0), &ret->period) || policy.len != DIGEST_SIZE ||
        !rows_model(rows, 0, 4, ret->rules.model))
        return err_stop(err, EXIT_FAILED, "period: a row cannot be read: is the schema of this version?");
    for (int i = 0; i < PERIOD_STATE_COUNT; i++)
        if (text_equal(state.data, state.len, period_state_names[i]))
            ret->state = (enum period_state)i;
    ret->coverage = (coverage_t)rows_int4(rows, 0, 2);
    memcpy(ret->rules.policy, policy.data, DIGEST_SIZE);
    return 0;
}

int period_read_open(struct store *store, struct period_row *ret, struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;

    if (store_query(store, PERIOD_COLUMNS "WHERE state <> 'sealed'", NULL, 0, &rows, err) < 0)
        return -1;
    if (rows_count(rows) != 1)
        return err_stop(err, EXIT_CONFIG,
                        "there is no open period: set period.first (YYYY-MM) and start olive-fuse once");
    return row_read(rows, ret, err);
}

int period_read(struct store *store, int32_t period, struct period_row *ret, bool *ret_found, struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;
    char month[MONTH_TEXT_SIZE];
    const struct param params[] = { param_text(month_text(period, month)) };

    if (store_query(store, PERIOD_COLUMNS "WHERE period = $1", params, 1, &rows, err) < 0)
        return -1;
    *ret_found = rows_count(rows) == 1;
    return *ret_found ? row_read(rows, ret, err) : 0;
}

int period_open_first(struct store *store, const struct conf *conf, struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;
    struct rules_digests rules;
    char month[MONTH_TEXT_SIZE];

    if (store_query(store, "SELECT 1 FROM olive.period LIMIT 1", NULL, 0, &rows, err) < 0)
        return -1;
    if (rows_count(rows))
        return 0;
    if (conf->period.first == MONTH_NONE)
        return err_stop(err, EXIT_CONFIG, "%s: period.first (YYYY-MM) is needed: no period is open yet",
                        conf->file);
    if (rules_put(store, conf, conf->period.first, &rules, err) < 0)
        return -1;
    const struct param params[] = { param_text(month_text(conf->period.first, month)),
                                    param_bytes(rules.policy, DIGEST_SIZE), param_model(rules.model) };

    /* Two instances may start at once: the unique index lets one row in. */
    return store_query(store,
                       "INSERT INTO olive.period (period, policy, model) SELECT $1, $2, $3 "
                       "WHERE NOT EXISTS (SELECT FROM olive.period) ON CONFLICT DO NOTHING",
                       params, 3, NULL, err);
}
