#include "lib/core/record.h"

#include <string.h>

void record_id_of(const struct record *record, struct record_id *ret)
{
    uint8_t input[DIGEST_SIZE + RECORD_ID_SIZE + 4], digest[DIGEST_SIZE];
    size_t size = DIGEST_SIZE;

    memcpy(input, record->delivery->digest, DIGEST_SIZE);
    if (record->line) {
        put_be64(input + size, record->line);
        size += 8;
    } else {
        memcpy(input + size, record->origin.bytes, RECORD_ID_SIZE);
        size += RECORD_ID_SIZE;
    }
    put_be32(input + size, record->schema);
    digest_of(input, size + 4, digest);
    memcpy(ret->bytes, digest, RECORD_ID_SIZE);
}

struct token record_item_code(enum source source, int code, int detail)
{
    return (struct token){ { 'c', (uint8_t)source, (uint8_t)code, (uint8_t)detail } };
}

struct token record_item_plain(const struct record *record)
{
    switch (record->source) {
    case SOURCE_HOUSEHOLD:
        return record_item_code(record->source, (int)record->household.kind, 0);
    case SOURCE_ROSTER:
        return record_item_code(record->source, (int)record->roster.group, 0);
    case SOURCE_DECLARATION:
        return record_item_code(record->source, (int)record->declaration.kind, record->declaration.months);
    case SOURCE_METER:
        return record_item_code(record->source, (int)record->meter.kind, 0);
    default:
        return (struct token){ 0 };
    }
}

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

/* Deliveries are interned, and their digests differ in the first bytes already: sorting asks for little else.
 */
static inline int digest_compare(const struct delivery *a, const struct delivery *b)
{
    uint64_t left, right;

    if (a == b)
        return 0;
    memcpy(&left, a->digest, sizeof left);
    memcpy(&right, b->digest, sizeof right);
    if (left != right)
        return be64toh(left) > be64toh(right) ? 1 : -1;
    return memcmp(a->digest, b->digest, DIGEST_SIZE);
}

int record_key_compare(const struct record *a, const struct record *b)
{
    int order = COMPARE(a->source, b->source);

    if (!order)
        order = token_compare(&a->item, &b->item);
    return order ? order : COMPARE(a->valid_from_day, b->valid_from_day);
}

int record_rank_compare(const struct record *a, const struct record *b)
{
    int order = COMPARE(a->revision, b->revision);

    if (!order)
        order = COMPARE(a->delivery->received_ms, b->delivery->received_ms);
    if (!order)
        order = digest_compare(a->delivery, b->delivery);
    if (!order)
        order = COMPARE(a->line, b->line);
    return order ? order : memcmp(a->origin.bytes, b->origin.bytes, RECORD_ID_SIZE);
}

int record_identity_compare(const struct record *a, const struct record *b)
{
    int order = digest_compare(a->delivery, b->delivery);

    if (!order)
        order = COMPARE(a->line, b->line);
    if (!order && !a->line)
        order = memcmp(a->origin.bytes, b->origin.bytes, RECORD_ID_SIZE);
    return order ? order : COMPARE(a->schema, b->schema);
}

bool record_codes_valid(const struct record *record)
{
    switch (record->source) {
    case SOURCE_HOUSEHOLD:
        return record->household.kind < HOUSEHOLD_KIND_COUNT && record->household.urban < URBAN_COUNT;
    case SOURCE_ROSTER:
        return record->roster.group < GROUP_COUNT;
    case SOURCE_DECLARATION:
        return record->declaration.kind < INCOME_KIND_COUNT &&
               (record->declaration.months == 1 || record->declaration.months == MONTHS_A_YEAR);
    case SOURCE_PROPERTY:
        return record->property.usage < USAGE_COUNT;
    case SOURCE_VEHICLE:
        return record->vehicle.type < VEHICLE_TYPE_COUNT;
    case SOURCE_UTILITY:
        return record->utility.kind < UTILITY_KIND_COUNT;
    case SOURCE_METER:
        return record->meter.kind < HOUSEHOLD_KIND_COUNT && record->meter.utility < UTILITY_KIND_COUNT;
    default:
        return record->source < SOURCE_COUNT;
    }
}

enum indicator record_indicator(const struct record *record)
{
    return indicator_of_source(record->source,
                               record->source == SOURCE_UTILITY ? record->utility.kind : UTILITY_ELECTRICITY);
}
