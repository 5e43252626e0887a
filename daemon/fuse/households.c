/* FLUSH, steps 6 to 9: the households that the touched subjects leave and enter, locked, read anew and
 * assessed. */
#include <stdlib.h>
#include <string.h>

#include "daemon/fuse/fuse_private.h"
#include "daemon/state/profile_rows.h"
#include "lib/core/household.h"

/* Above this many households one table lock is cheaper than a lock a row, and as good: others wait either
 * way. */
enum { TABLE_LOCK_FROM = 20000, ANALYZE_FROM = 1000 };

/* Old households as stored (before the upsert) and new ones, of each kind. */
static const char touch_sql[] =
    "INSERT INTO stage_household (kind, token) "
    "SELECT k.kind, k.token FROM stage_subject s CROSS JOIN LATERAL (VALUES (0::smallint, s.registered), "
    "(1::smallint, s.assistance), (2::smallint, s.dwelling)) AS k(kind, token) WHERE k.token IS NOT NULL "
    "UNION "
    "SELECT k.kind, k.token FROM stage_subject s JOIN olive.subject o USING (token) CROSS JOIN LATERAL "
    "(VALUES (0::smallint, o.registered), (1::smallint, o.assistance), (2::smallint, o.dwelling)) "
    "AS k(kind, token) WHERE k.token IS NOT NULL";

int households_touch(struct fuse *fuse, struct err *err)
{
    if (store_query(fuse->store, touch_sql, NULL, 0, NULL, err) < 0)
        return -1;
    fuse->households_touched = store_affected(fuse->store);
    return fuse->households_touched > ANALYZE_FROM ? store_run(fuse->store, "ANALYZE stage_household", err)
                                                   : 0;
}

/* All inserts before any lock, both in (kind, token) order: whoever meets, meets in one order. */
static int lock_households(struct fuse *fuse, struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;

    if (fuse->households_touched > TABLE_LOCK_FROM &&
        store_run(fuse->store, "LOCK TABLE olive.household IN EXCLUSIVE MODE", err) < 0)
        return -1;
    if (store_query(fuse->store,
                    "INSERT INTO olive.household (kind, token) SELECT kind, token FROM stage_household "
                    "ORDER BY kind, token ON CONFLICT DO NOTHING",
                    NULL, 0, NULL, err) < 0)
        return -1;
    fuse->totals.rows_written += (uint64_t)store_affected(fuse->store);
    if (fuse->households_touched > TABLE_LOCK_FROM)
        return 0;
    if (store_query(fuse->store,
                    "SELECT count(*) FROM (SELECT 1 FROM olive.household h JOIN stage_household t USING "
                    "(kind, token) "
                    "ORDER BY h.kind, h.token FOR UPDATE OF h) AS locked",
                    NULL, 0, &rows, err) < 0)
        return -1;
    if (rows_int8(rows, 0, 0) != fuse->households_touched)
        return err_set(err, ERR_RETRY, "a household row vanished while it was locked");
    return 0;
}

/* --- members --- */

/* A household whose members are coming in, and the profiles that are done. */
struct joining {
    struct fuse *fuse;
    const struct period_row *period;
    bool any;
    enum household_kind kind;
    struct token household;
    const struct subject **members;
    size_t count, capacity;
    struct profile *profiles;
    size_t profile_count, profile_capacity;
};

static void add_profile(struct joining *joining, const struct profile *profile)
{
    if (joining->profile_count == joining->profile_capacity) {
        joining->profile_capacity = joining->profile_capacity ? joining->profile_capacity * 2 : 256;
        joining->profiles =
            mem_realloc(joining->profiles, joining->profile_capacity * sizeof *joining->profiles);
    }
    joining->profiles[joining->profile_count++] = *profile;
}

static void assess_household(struct joining *joining)
{
    struct profile profile;

    if (joining->any && household_assess(joining->kind, &joining->household, joining->members, joining->count,
                                         joining->period->period, &joining->fuse->rules,
                                         joining->period->coverage, joining->fuse->work, &profile))
        add_profile(joining, &profile);
}

static void start_household(struct joining *joining, enum household_kind kind, const struct token *household)
{
    joining->any = true;
    joining->kind = kind;
    joining->household = *household;
    joining->count = 0;
    arena_reset(joining->fuse->work);
}

static void add_member(struct joining *joining, const struct subject *subject)
{
    if (joining->count == joining->capacity) {
        joining->capacity = joining->capacity ? joining->capacity * 2 : 64;
        joining->members =
            mem_realloc((void *)joining->members, joining->capacity * sizeof *joining->members);
    }
    joining->members[joining->count++] = subject;
}

enum { MEMBER_COLUMNS = 8 };

static int64_t big_endian(struct text field)
{
    uint64_t value = 0;

    for (size_t i = 0; i < field.len; i++)
        value = value << 8 | (uint8_t)field.data[i];
    return (int64_t)value;
}

static bool member_fields(struct reader *row, struct text fields[MEMBER_COLUMNS])
{
    for (int i = 0; i < MEMBER_COLUMNS; i++)
        if (!reader_field(row, &fields[i]))
            return false;
    return fields[1].len == TOKEN_SIZE && fields[2].len == TOKEN_SIZE && fields[6].len == SUM_SIZE;
}

static struct subject *member_of(struct joining *joining, const struct text fields[MEMBER_COLUMNS])
{
    struct subject *subject = arena_zalloc(joining->fuse->work, sizeof *subject);

    memcpy(subject->token.bytes, fields[2].data, TOKEN_SIZE);
    subject->kind = (enum subject_kind)big_endian(fields[3]);
    subject->period = (int32_t)big_endian(fields[4]);
    subject->record_count = (uint64_t)big_endian(fields[5]);
    memcpy(subject->record_sum, fields[6].data, SUM_SIZE);
    subject->placements[joining->kind].household = joining->household;
    return subject_unpack(fields[7].data, fields[7].len, joining->fuse->work, subject) ? subject : NULL;
}

static int take_member(void *user, struct reader *row, int columns, struct err *err)
{
    struct joining *joining = user;
    struct text fields[MEMBER_COLUMNS];
    const struct subject *member;
    enum household_kind kind;
    struct token household;

    (void)columns;
    if (!member_fields(row, fields))
        return err_stop(err, EXIT_FAILED, "olive.subject has a row that cannot be read; replay the log");
    kind = (enum household_kind)big_endian(fields[0]);
    memcpy(household.bytes, fields[1].data, TOKEN_SIZE);
    if (!joining->any || kind != joining->kind || !token_equal(&household, &joining->household)) {
        assess_household(joining);
        start_household(joining, kind, &household);
    }
    member = member_of(joining, fields);
    if (!member)
        return err_stop(err, EXIT_FAILED, "olive.subject has indicators that cannot be read; replay the log");
    add_member(joining, member);
    return 0;
}

#define MEMBERS_OF(number, column)                                                                           \
    "SELECT t.kind, t.token, s.token, s.kind, s.as_of, s.record_count, s.record_sum, s.indicators "          \
    "FROM stage_household t JOIN olive.subject s ON s." column " = t.token WHERE t.kind = " number

/* A statement of its own, after the locks: its snapshot sees what the others committed before they let go. */
static int read_members(struct joining *joining, struct err *err)
{
    if (copy_out(
            joining->fuse->store,
            "COPY (" MEMBERS_OF("0", "registered") " UNION ALL " MEMBERS_OF(
                "1", "assistance") " UNION ALL " MEMBERS_OF("2",
                                                            "dwelling") " ORDER BY 1, 2) TO STDOUT BINARY",
            take_member, joining, err) < 0)
        return -1;
    assess_household(joining);
    return 0;
}

/* --- profiles --- */

static int copy_profiles(struct joining *joining, struct err *err)
{
    struct fuse *fuse = joining->fuse;
    struct copy *copy;

    if (profile_stage_begin(fuse->store, &copy, err) < 0)
        return -1;
    for (size_t i = 0; i < joining->profile_count; i++) {
        copy_row(copy, profile_column_count());
        profile_copy(copy, &joining->profiles[i], &fuse->scratch);
    }
    return copy_end(copy, err);
}

static int delete_empty(struct fuse *fuse, struct err *err)
{
    if (store_query(
            fuse->store,
            "DELETE FROM olive.profile p USING stage_household t WHERE p.kind = t.kind AND p.household = "
            "t.token AND NOT EXISTS (SELECT FROM stage_profile s WHERE s.kind = t.kind AND s.household = "
            "t.token)",
            NULL, 0, NULL, err) < 0)
        return -1;
    fuse->totals.rows_written += (uint64_t)store_affected(fuse->store);
    return 0;
}

static int write_profiles(struct joining *joining, struct err *err)
{
    struct fuse *fuse = joining->fuse;

    if (copy_profiles(joining, err) < 0 ||
        (joining->profile_count > ANALYZE_FROM &&
         store_run(fuse->store, "ANALYZE stage_profile (kind, household)", err) < 0) ||
        profile_upsert(fuse->store, &fuse->totals.rows_written, err) < 0)
        return -1;
    return delete_empty(fuse, err);
}

int households_write(struct fuse *fuse, const struct period_row *period, struct err *err)
{
    struct joining joining = { .fuse = fuse, .period = period };
    int status = lock_households(fuse, err);

    if (status == 0)
        status = read_members(&joining, err);
    if (status == 0)
        status = write_profiles(&joining, err);
    free((void *)joining.members);
    free(joining.profiles);
    return status;
}
