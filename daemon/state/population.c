#include "daemon/state/population.h"

#include <string.h>

#include "lib/base/arena.h"

int population_settled(struct store *store, int32_t period, bool *ret, struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;
    const struct param param = param_int4(period);

    if (store_query(store, "SELECT NOT EXISTS (SELECT FROM olive.subject WHERE as_of <> $1)", &param, 1,
                    &rows, err) < 0)
        return -1;
    *ret = rows_bool(rows, 0, 0);
    return 0;
}

static bool subject_of_row(struct reader *row, struct arena *arena, struct subject *ret)
{
    struct text fields[8] = { 0 };
    bool present[8];

    for (int i = 0; i < 8; i++)
        present[i] = reader_field(row, &fields[i]);
    if (row->failed || !present[0] || !present[1] || !present[7] || fields[0].len != TOKEN_SIZE ||
        fields[1].len != 2 || fields[6].len != SUM_SIZE)
        return false;
    *ret = (struct subject){ .kind = (enum subject_kind)fields[1].data[1] };
    memcpy(ret->token.bytes, fields[0].data, TOKEN_SIZE);
    for (int kind = 0; kind < HOUSEHOLD_KIND_COUNT; kind++)
        if (present[2 + kind] && fields[2 + kind].len == TOKEN_SIZE)
            memcpy(ret->placements[kind].household.bytes, fields[2 + kind].data, TOKEN_SIZE);
    for (size_t i = 0; i < fields[5].len; i++)
        ret->record_count = ret->record_count << 8 | (uint8_t)fields[5].data[i];
    memcpy(ret->record_sum, fields[6].data, SUM_SIZE);
    return subject_unpack(fields[7].data, fields[7].len, arena, ret);
}

struct gathering {
    struct census *census;
    struct arena *arena;
    int32_t period;
};

static int gather_subject(void *user, struct reader *row, int columns, struct err *err)
{
    struct gathering *gathering = user;
    struct subject subject;

    (void)columns;
    arena_reset(gathering->arena);
    if (!subject_of_row(row, gathering->arena, &subject))
        return err_stop(err, EXIT_FAILED, "olive.subject has a row that cannot be read; replay the log");
    subject.period = gathering->period;
    census_add(gathering->census, &subject);
    return 0;
}

int population_read(struct store *store, int32_t period, struct census *census, struct err *err)
{
    CLEANUP(arena_freep) struct arena *arena = arena_new(0);
    struct gathering gathering = { census, arena, period };

    return copy_out(
        store,
        "COPY (SELECT token, kind, registered, assistance, dwelling, record_count, record_sum, indicators "
        "FROM olive.subject) TO STDOUT BINARY",
        gather_subject, &gathering, err);
}
