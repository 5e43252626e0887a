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

#define COLUMNS "token, kind, registered, assistance, dwelling, record_count, record_sum, indicators, as_of"
enum {
    TOKEN,
    KIND,
    HOUSEHOLDS,
    RECORD_COUNT = HOUSEHOLDS + HOUSEHOLD_KIND_COUNT,
    RECORD_SUM,
    INDICATORS,
    AS_OF,
    COUNT
};

static uint64_t big_endian(struct text field)
{
    uint64_t value = 0;

    for (size_t i = 0; i < field.len; i++)
        value = value << 8 | (uint8_t)field.data[i];
    return value;
}

static bool read_fields(struct reader *row, struct text fields[COUNT], bool present[COUNT])
{
    for (int i = 0; i < COUNT; i++)
        present[i] = reader_field(row, &fields[i]);
    return !row->failed && present[TOKEN] && present[INDICATORS] && fields[TOKEN].len == TOKEN_SIZE &&
           fields[RECORD_SUM].len == SUM_SIZE;
}

static bool subject_of_row(struct reader *row, struct arena *arena, struct subject *ret)
{
    struct text fields[COUNT] = { 0 };
    bool present[COUNT];

    if (!read_fields(row, fields, present))
        return false;
    *ret = (struct subject){ .kind = (enum subject_kind)big_endian(fields[KIND]),
                             .period = (int32_t)big_endian(fields[AS_OF]),
                             .record_count = big_endian(fields[RECORD_COUNT]) };
    memcpy(ret->token.bytes, fields[TOKEN].data, TOKEN_SIZE);
    memcpy(ret->record_sum, fields[RECORD_SUM].data, SUM_SIZE);
    for (int kind = 0; kind < HOUSEHOLD_KIND_COUNT; kind++)
        if (present[HOUSEHOLDS + kind] && fields[HOUSEHOLDS + kind].len == TOKEN_SIZE)
            memcpy(ret->placements[kind].household.bytes, fields[HOUSEHOLDS + kind].data, TOKEN_SIZE);
    return subject_unpack(fields[INDICATORS].data, fields[INDICATORS].len, arena, ret);
}

struct gathering {
    struct census *census;
    struct arena *arena;
};

static int gather_subject(void *user, struct reader *row, int columns, struct err *err)
{
    struct gathering *gathering = user;
    struct subject subject;

    (void)columns;
    arena_reset(gathering->arena);
    if (!subject_of_row(row, gathering->arena, &subject))
        return err_stop(err, EXIT_FAILED, "olive.subject has a row that cannot be read; replay the log");
    census_add(gathering->census, &subject);
    return 0;
}

int population_read(struct store *store, struct census *census, struct err *err)
{
    CLEANUP(arena_freep) struct arena *arena = arena_new(0);
    struct gathering gathering = { census, arena };

    return copy_out(store, "COPY (SELECT " COLUMNS " FROM olive.subject) TO STDOUT BINARY", gather_subject,
                    &gathering, err);
}
