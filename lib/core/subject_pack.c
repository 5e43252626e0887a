/* The packed indicators of a subject. One walk serves both directions (lib/base/stream.h), so that what is
 * written is what is read. Months count from MONTH_BASE, to stay within two bytes; numbers that may be null
 * take one byte then. */
#include <string.h>

#include "lib/base/stream.h"
#include "lib/core/subject.h"

enum { MONTH_BASE = 2025 * MONTHS_A_YEAR };

static void stream_month(struct stream *stream, int32_t *month)
{
    int64_t wide = *month == MONTH_NONE ? STREAM_NONE : (int64_t)*month - MONTH_BASE;

    stream_nullable(stream, &wide);
    *month = wide == STREAM_NONE ? MONTH_NONE : (int32_t)(wide + MONTH_BASE);
}

static void stream_mask(struct stream *stream, uint16_t *mask)
{
    uint64_t wide = *mask;

    stream_varint(stream, &wide);
    *mask = (uint16_t)wide;
}

/* The household itself has a column of its own; what is here says only whether there is one. */
static void stream_placement(struct stream *stream, enum subject_kind kind, struct placement *placement)
{
    uint8_t placed = !token_is_zero(&placement->household);

    stream_byte(stream, &placed);
    if (!placed)
        return;
    if (kind == SUBJECT_METER) {
        stream_month(stream, &placement->run_month);
        return;
    }
    stream_text(stream, placement->relation, sizeof placement->relation);
    stream_text(stream, placement->region, sizeof placement->region);
    stream_int32(stream, &placement->birth_day, 0);
}

static void stream_monthly(struct stream *stream, struct monthly *monthly)
{
    stream_month(stream, &monthly->last_month);
    if (monthly->last_month == MONTH_NONE)
        return;
    stream_mask(stream, &monthly->months);
    stream_zigzag(stream, &monthly->sum);
}

static void stream_declared(struct stream *stream, struct declared *declared)
{
    uint8_t stated = declared->stated;

    stream_byte(stream, &stated);
    declared->stated = stated;
    if (!stated)
        return;
    stream_int32(stream, &declared->months, 0);
    stream_zigzag(stream, &declared->amount_fen);
}

static void stream_unit(struct stream *stream, struct unit *unit)
{
    uint8_t residential = unit->residential;

    stream_bytes(stream, unit->unit.bytes, TOKEN_SIZE);
    stream_byte(stream, &residential);
    unit->residential = residential;
}

static void stream_contribution(struct stream *stream, struct contribution *contribution)
{
    stream_month(stream, &contribution->month);
    stream_zigzag(stream, &contribution->deposit_fen);
    stream_int32(stream, &contribution->rate_millionths, 0);
}

static void stream_fund_account(struct stream *stream, struct fund_account *account)
{
    stream_bytes(stream, account->account.bytes, TOKEN_SIZE);
    stream_zigzag(stream, &account->employee_fen);
    stream_text(stream, account->industry, sizeof account->industry);
}

static void stream_meter_month(struct stream *stream, struct meter_month *month)
{
    stream_month(stream, &month->month);
    stream_zigzag(stream, &month->quantity_milli);
}

/* An array of `type` with its count, read into the arena. */
#define STREAM_ARRAY(stream, arena, items, count, each)                                                      \
    do {                                                                                                     \
        (count) = stream_count((stream), (count));                                                           \
        if ((stream)->in && (count))                                                                         \
            (items) = arena_zalloc((arena), (count) * sizeof *(items));                                      \
        for (size_t i_ = 0; i_ < (count); i_++)                                                              \
            each((stream), &(items)[i_]);                                                                    \
    } while (0)

static void stream_wealth(struct stream *stream, struct subject *subject, struct arena *arena)
{
    stream_zigzag(stream, &subject->deposit_accounts);
    stream_nullable(stream, &subject->deposit_balance);
    stream_nullable(stream, &subject->deposit_mean);
    stream_nullable(stream, &subject->deposit_interest);
    STREAM_ARRAY(stream, arena, subject->units, subject->unit_count, stream_unit);
    stream_nullable(stream, &subject->property_value);
    stream_nullable(stream, &subject->property_area_cm2);
    stream_zigzag(stream, &subject->vehicle_count);
    stream_nullable(stream, &subject->vehicle_value);
}

static void stream_fund(struct stream *stream, struct subject *subject, struct arena *arena)
{
    stream_mask(stream, &subject->fund_month_mask);
    stream_nullable(stream, &subject->fund_own);
    stream_nullable(stream, &subject->fund_employer);
    stream_nullable(stream, &subject->fund_balance);
    stream_month(stream, &subject->wage_month);
    STREAM_ARRAY(stream, arena, subject->contributions, subject->contribution_count, stream_contribution);
    STREAM_ARRAY(stream, arena, subject->fund_accounts, subject->fund_account_count, stream_fund_account);
}

static void stream_person(struct stream *stream, struct subject *subject, struct arena *arena)
{
    uint64_t groups = subject->groups;

    stream_varint(stream, &groups);
    subject->groups = (unsigned)groups;
    for (int i = 0; i < INDICATOR_COUNT; i++)
        stream_month(stream, &subject->last[i]);
    stream_wealth(stream, subject, arena);
    stream_fund(stream, subject, arena);
    for (int i = 0; i < UTILITY_KIND_COUNT; i++)
        stream_monthly(stream, &subject->utility[i]);
    stream_monthly(stream, &subject->telecom);
    stream_monthly(stream, &subject->transport);
    stream_nullable(stream, &subject->trips);
    for (int i = 0; i < INCOME_KIND_COUNT; i++)
        stream_declared(stream, &subject->declared[i]);
}

static void stream_meter(struct stream *stream, struct subject *subject, struct arena *arena)
{
    uint8_t kind = (uint8_t)subject->meter_kind;

    stream_byte(stream, &kind);
    subject->meter_kind = (enum utility_kind)kind;
    STREAM_ARRAY(stream, arena, subject->meter_months, subject->meter_month_count, stream_meter_month);
}

static void stream_subject(struct stream *stream, struct subject *subject, struct arena *arena)
{
    uint8_t flags = (uint8_t)((unsigned)subject->kind | (unsigned)subject->has_fact << 4);

    stream_byte(stream, &flags);
    subject->kind = (enum subject_kind)(flags & 15);
    subject->has_fact = flags >> 4;
    for (int i = 0; i < HOUSEHOLD_KIND_COUNT; i++)
        stream_placement(stream, subject->kind, &subject->placements[i]);
    if (subject->kind == SUBJECT_METER)
        stream_meter(stream, subject, arena);
    else
        stream_person(stream, subject, arena);
}

void subject_pack(const struct subject *subject, struct buffer *out)
{
    struct stream stream = { .out = out };
    struct subject copy = *subject; /* the walk can fill it in; here it only reads */

    stream_subject(&stream, &copy, NULL);
}

bool subject_unpack(const void *data, size_t size, struct arena *arena, struct subject *ret)
{
    struct reader reader = reader_of(data, size);
    struct stream stream = { .in = &reader };

    stream_subject(&stream, ret, arena);
    return !reader.failed && reader.at == reader.end && ret->meter_kind < UTILITY_KIND_COUNT;
}
