#include "daemon/state/reassess.h"

#include "daemon/state/population.h"
#include "daemon/state/profile_rows.h"
#include "lib/base/arena.h"
#include "lib/io/fault.h"

struct work {
    struct store *store;
    struct rules rules;
    struct copy *copy;
    struct buffer scratch;
    struct reassessment *ret;
};

static int stage_profile(void *user, const struct profile *profile, struct err *err)
{
    struct work *work = user;

    (void)err;
    copy_row(work->copy, profile_column_count());
    profile_copy(work->copy, profile, &work->scratch);
    work->ret->profiles++;
    return 0;
}

static int stage_all(struct work *work, const struct period_row *period, struct err *err)
{
    CLEANUP(census_freep) struct census *census = census_new(period->period);
    struct unplaced unplaced[HOUSEHOLD_KIND_COUNT];

    if (population_read(work->store, census, err) < 0 ||
        store_run(work->store, "CREATE TEMP TABLE stage_profile (LIKE olive.profile) ON COMMIT DROP", err) <
            0 ||
        profile_stage_begin(work->store, &work->copy, err) < 0)
        return -1;
    if (census_walk(census, &work->rules, period->coverage, stage_profile, work, unplaced, err) < 0) {
        copy_abort(work->copy);
        return -1;
    }
    return copy_end(work->copy, err);
}

static int set_rules(struct work *work, const struct conf *conf, const struct period_row *period,
                     struct err *err)
{
    struct rules_digests digests;
    char month[MONTH_TEXT_SIZE];

    if (rules_put(work->store, conf, period->period, &digests, err) < 0 ||
        rules_load(work->store, &digests, &work->rules, err) < 0)
        return -1;
    const struct param params[] = { param_text(month_text(period->period, month)),
                                    param_bytes(digests.policy, DIGEST_SIZE), param_model(digests.model) };

    return store_query(work->store, "UPDATE olive.period SET policy = $2, model = $3 WHERE period = $1",
                       params, 3, NULL, err);
}

static int open_period(struct store *store, struct period_row *ret, struct err *err)
{
    char month[MONTH_TEXT_SIZE];

    if (store_query(store, "SELECT partition FROM olive.partition_owner ORDER BY partition FOR UPDATE", NULL,
                    0, NULL, err) < 0 ||
        period_read_open(store, ret, err) < 0)
        return -1;
    if (ret->state == PERIOD_OPEN)
        return 0;
    return err_stop(err, EXIT_TRY_LATER,
                    "%s is closing: its policy and model stand; try again once it is sealed",
                    month_text(ret->period, month));
}

static int reassess_body(struct work *work, const struct conf *conf, struct err *err)
{
    struct period_row period;

    if (open_period(work->store, &period, err) < 0 || set_rules(work, conf, &period, err) < 0 ||
        stage_all(work, &period, err) < 0)
        return -1;
    work->ret->period = period.period;
    if (work->ret->profiles > 1000 &&
        store_run(work->store, "ANALYZE stage_profile (kind, household)", err) < 0)
        return -1;
    return profile_upsert(work->store, &work->ret->written, err);
}

int period_reassess(struct store *store, const struct conf *conf, struct reassessment *ret, struct err *err)
{
    struct work work = { .store = store, .ret = ret };
    struct err ignored = { 0 };
    int status;

    *ret = (struct reassessment){ 0 };
    if (store_run(store, "BEGIN", err) < 0)
        return -1;
    status = reassess_body(&work, conf, err);
    fault_point("reassess-commit");
    if (status == 0)
        status = store_run(store, "COMMIT", err);
    else
        store_run(store, "ROLLBACK", &ignored);
    rules_free(&work.rules);
    buffer_free(&work.scratch);
    return status;
}
