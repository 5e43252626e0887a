/* The stream, per record:
 *
 *     head       1 byte: source (bits 0-3; HEAD_METER_USE is utility of a meter), then the HEAD_ flags
 *     epoch      varint key epoch, varint schema, with HEAD_EXTENDED only (else 1 and 1)
 *     delivery   varint ref
 *     line       varint; with HEAD_SNAPSHOT instead the 16 bytes of the origin's id
 *     dates      zigzag valid_from - DAY_BASE, with HEAD_ENDS zigzag valid_to - valid_from
 *     revision   zigzag
 *     fact       a byte of flags and small codes, then zigzag numbers, in the order of the functions below
 *     item       token: 0 is record_item_plain(), n + 1 the dictionary's n-th; a new one has its 16 bytes
 * behind it
 *
 * One function a fact serves both directions, so that writer and reader cannot drift apart. */
#include "lib/core/segment.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/base/stream.h"

enum {
    HEAD_SOURCE = 0x0F,
    HEAD_RETRACTED = 0x10,
    HEAD_SNAPSHOT = 0x20,
    HEAD_ENDS = 0x40,
    HEAD_EXTENDED = 0x80,
    HEAD_METER_USE = SOURCE_COUNT, /* in the place of a source */
    DAY_BASE = 20000,              /* 2024-10-04: keeps the present within two bytes */
};

struct tape {
    struct stream bytes;
    struct segment_dictionary *dictionary;
};

void segment_dictionary_free(struct segment_dictionary *dictionary)
{
    free(dictionary->tokens);
    *dictionary = (struct segment_dictionary){ 0 };
}

void segment_dictionary_clear(struct segment_dictionary *dictionary)
{
    dictionary->count = 0;
}

static void dictionary_add(struct segment_dictionary *dictionary, const struct token *token)
{
    if (dictionary->count == dictionary->capacity) {
        dictionary->capacity = dictionary->capacity ? dictionary->capacity * 2 : 16;
        dictionary->tokens =
            mem_realloc(dictionary->tokens, dictionary->capacity * sizeof *dictionary->tokens);
    }
    dictionary->tokens[dictionary->count++] = *token;
}

/* `plain` (or NULL) is the token that number 0 stands for. */
static void write_token(struct tape *tape, const struct token *token, const struct token *plain)
{
    struct segment_dictionary *dictionary = tape->dictionary;
    size_t index = 0;

    if (plain && token_equal(token, plain)) {
        buffer_add_varint(tape->bytes.out, 0);
        return;
    }
    while (index < dictionary->count && !token_equal(&dictionary->tokens[index], token))
        index++;
    buffer_add_varint(tape->bytes.out, index + 1);
    if (index == dictionary->count) {
        buffer_add(tape->bytes.out, token->bytes, TOKEN_SIZE);
        dictionary_add(dictionary, token);
    }
}

static void read_token(struct tape *tape, struct token *token, const struct token *plain)
{
    struct segment_dictionary *dictionary = tape->dictionary;
    uint64_t number = reader_varint(tape->bytes.in);

    if (number == 0 && plain) {
        *token = *plain;
    } else if (number >= 1 && number - 1 < dictionary->count) {
        *token = dictionary->tokens[number - 1];
    } else if (number - 1 == dictionary->count) {
        reader_bytes(tape->bytes.in, token->bytes, TOKEN_SIZE);
        dictionary_add(dictionary, token);
    } else {
        tape->bytes.in->failed = true;
    }
}

static void tape_token(struct tape *tape, struct token *token, const struct token *plain)
{
    if (tape->bytes.out)
        write_token(tape, token, plain);
    else
        read_token(tape, token, plain);
}

/* A number that a flag says is there; NUMBER_NONE otherwise. */
static void tape_number(struct tape *tape, bool present, int64_t *value)
{
    if (present)
        stream_zigzag(&tape->bytes, value);
    else
        *value = NUMBER_NONE;
}

static void tape_share(struct tape *tape, bool present, struct share *share)
{
    uint64_t numerator = (uint64_t)share->numerator, denominator = (uint64_t)share->denominator;

    if (present) {
        stream_varint(&tape->bytes, &numerator);
        stream_varint(&tape->bytes, &denominator);
        *share = (struct share){ (int32_t)numerator, (int32_t)denominator };
    } else {
        *share = (struct share){ 1, 1 };
    }
}

static bool share_is_part(struct share share)
{
    return share.numerator != share.denominator;
}

static bool stated(int64_t number)
{
    return number != NUMBER_NONE;
}

static void tape_household_fact(struct tape *tape, struct fact_household *fact)
{
    uint8_t head = (uint8_t)((unsigned)fact->kind | (unsigned)fact->sex << 2 | (unsigned)fact->urban << 3 |
                             (unsigned)!token_is_zero(&fact->household) << 5);

    stream_byte(&tape->bytes, &head);
    fact->kind = (enum household_kind)(head & 3);
    fact->sex = (enum sex)(head >> 2 & 1);
    fact->urban = (enum urban)(head >> 3 & 3);
    if (head >> 5 & 1)
        tape_token(tape, &fact->household, NULL);
    stream_text(&tape->bytes, fact->relation, sizeof fact->relation);
    stream_text(&tape->bytes, fact->region, sizeof fact->region);
    stream_int32(&tape->bytes, &fact->birth_day, 0);
}

static void tape_roster_fact(struct tape *tape, struct fact_roster *fact)
{
    uint8_t group = (uint8_t)fact->group;

    stream_byte(&tape->bytes, &group);
    fact->group = (enum group)group;
}

static void tape_declaration_fact(struct tape *tape, struct fact_declaration *fact)
{
    uint8_t head = (uint8_t)((unsigned)fact->kind | (unsigned)!token_is_zero(&fact->household) << 4);

    stream_byte(&tape->bytes, &head);
    fact->kind = (enum income_kind)(head & 15);
    if (head >> 4 & 1)
        tape_token(tape, &fact->household, NULL);
    stream_int32(&tape->bytes, &fact->months, 0);
    stream_zigzag(&tape->bytes, &fact->amount_fen);
}

static void tape_deposit_fact(struct tape *tape, struct fact_deposit *fact)
{
    uint8_t head = (uint8_t)(share_is_part(fact->share) | stated(fact->interest_fen) << 1);

    stream_byte(&tape->bytes, &head);
    stream_zigzag(&tape->bytes, &fact->balance_fen);
    tape_share(tape, head & 1, &fact->share);
    tape_number(tape, head & 2, &fact->interest_fen);
}

static void tape_property_fact(struct tape *tape, struct fact_property *fact)
{
    uint8_t head = (uint8_t)(share_is_part(fact->share) | stated(fact->area_cm2) << 1 |
                             stated(fact->value_fen) << 2 | (int)fact->usage << 3);

    stream_byte(&tape->bytes, &head);
    fact->usage = (enum usage)(head >> 3);
    tape_share(tape, head & 1, &fact->share);
    tape_number(tape, head & 2, &fact->area_cm2);
    tape_number(tape, head & 4, &fact->value_fen);
}

static void tape_vehicle_fact(struct tape *tape, struct fact_vehicle *fact)
{
    uint8_t head = (uint8_t)(stated(fact->value_fen) | (int)fact->type << 1);

    stream_byte(&tape->bytes, &head);
    fact->type = (enum vehicle_type)(head >> 1);
    tape_number(tape, head & 1, &fact->value_fen);
}

static void tape_fund_fact(struct tape *tape, struct fact_fund *fact)
{
    uint8_t head = (uint8_t)((int)!token_is_zero(&fact->employer) | (fact->industry[0] != '\0') << 1 |
                             (fact->rate_millionths != RATE_NONE) << 2 | stated(fact->balance_fen) << 3 |
                             (fact->employee_fen == fact->employer_fen) << 4);

    stream_byte(&tape->bytes, &head);
    if (head & 1)
        tape_token(tape, &fact->employer, NULL);
    if (head & 2)
        stream_text(&tape->bytes, fact->industry, sizeof fact->industry);
    if (head & 4)
        stream_int32(&tape->bytes, &fact->rate_millionths, 0);
    tape_number(tape, head & 8, &fact->balance_fen);
    stream_zigzag(&tape->bytes, &fact->employee_fen);
    if (head & 16)
        fact->employer_fen = fact->employee_fen;
    else
        stream_zigzag(&tape->bytes, &fact->employer_fen);
}

static void tape_utility_fact(struct tape *tape, struct fact_utility *fact)
{
    uint8_t head = (uint8_t)(stated(fact->amount_fen) | (int)fact->kind << 1);

    stream_byte(&tape->bytes, &head);
    fact->kind = (enum utility_kind)(head >> 1);
    stream_zigzag(&tape->bytes, &fact->quantity_milli);
    tape_number(tape, head & 1, &fact->amount_fen);
}

static void tape_bill_fact(struct tape *tape, struct fact_bill *fact)
{
    uint8_t head = (uint8_t)stated(fact->trips);

    stream_byte(&tape->bytes, &head);
    stream_zigzag(&tape->bytes, &fact->amount_fen);
    tape_number(tape, head & 1, &fact->trips);
}

static void tape_meter_fact(struct tape *tape, struct fact_meter *fact)
{
    uint8_t head = (uint8_t)((unsigned)fact->kind | (unsigned)fact->utility << 2 |
                             (unsigned)!token_is_zero(&fact->household) << 4);

    stream_byte(&tape->bytes, &head);
    fact->kind = (enum household_kind)(head & 3);
    fact->utility = (enum utility_kind)(head >> 2 & 3);
    if (head >> 4 & 1)
        tape_token(tape, &fact->household, NULL);
}

static void tape_fact(struct tape *tape, struct record *record)
{
    switch (record->source) {
    case SOURCE_HOUSEHOLD:
        tape_household_fact(tape, &record->household);
        break;
    case SOURCE_ROSTER:
        tape_roster_fact(tape, &record->roster);
        break;
    case SOURCE_DECLARATION:
        tape_declaration_fact(tape, &record->declaration);
        break;
    case SOURCE_DEPOSIT:
        tape_deposit_fact(tape, &record->deposit);
        break;
    case SOURCE_PROPERTY:
        tape_property_fact(tape, &record->property);
        break;
    case SOURCE_VEHICLE:
        tape_vehicle_fact(tape, &record->vehicle);
        break;
    case SOURCE_PROVIDENT_FUND:
        tape_fund_fact(tape, &record->fund);
        break;
    case SOURCE_UTILITY:
        tape_utility_fact(tape, &record->utility);
        break;
    case SOURCE_TELECOM:
    case SOURCE_TRANSPORT:
        tape_bill_fact(tape, &record->bill);
        break;
    case SOURCE_METER:
        tape_meter_fact(tape, &record->meter);
        break;
    case SOURCE_COUNT:
        break;
    }
}

/* The item follows the fact in the stream, because the plain one is made of the fact. */
static void tape_item(struct tape *tape, struct record *record)
{
    struct token plain = record_item_plain(record);

    tape_token(tape, &record->item, token_is_zero(&plain) ? NULL : &plain);
}

static void tape_dates(struct tape *tape, uint8_t head, struct record *record)
{
    stream_int32(&tape->bytes, &record->valid_from_day, DAY_BASE);
    if (head & HEAD_ENDS)
        stream_int32(&tape->bytes, &record->valid_to_day, record->valid_from_day);
    else
        record->valid_to_day = DAY_OPEN;
}

static void tape_epoch(struct tape *tape, uint8_t head, struct record *record)
{
    uint64_t epoch = record->key_epoch, schema = record->schema;

    if (head & HEAD_EXTENDED) {
        stream_varint(&tape->bytes, &epoch);
        stream_varint(&tape->bytes, &schema);
    }
    record->key_epoch = (uint32_t)epoch;
    record->schema = (uint32_t)schema;
}

static void tape_line(struct tape *tape, uint8_t head, struct record *record)
{
    if (head & HEAD_SNAPSHOT)
        stream_bytes(&tape->bytes, record->origin.bytes, RECORD_ID_SIZE);
    else
        stream_varint(&tape->bytes, &record->line);
}

static void tape_rest(struct tape *tape, uint8_t head, struct record *record)
{
    tape_line(tape, head, record);
    tape_dates(tape, head, record);
    stream_zigzag(&tape->bytes, &record->revision);
    tape_fact(tape, record);
    tape_item(tape, record);
}

static uint8_t head_of(const struct record *record)
{
    bool meter_use = record->source == SOURCE_UTILITY && record->subject_kind == SUBJECT_METER;
    bool extended = record->key_epoch != 1 || record->schema != RECORD_SCHEMA;

    return (uint8_t)((meter_use ? (int)HEAD_METER_USE : (int)record->source) |
                     (record->retracted ? HEAD_RETRACTED : 0) | (record->line ? 0 : HEAD_SNAPSHOT) |
                     (record->valid_to_day != DAY_OPEN ? HEAD_ENDS : 0) | (extended ? HEAD_EXTENDED : 0));
}

void segment_append(struct segment_dictionary *dictionary, const struct record *record, struct buffer *out)
{
    struct tape tape = { { .out = out }, dictionary };
    struct record copy = *record; /* the tape functions can fill it in; here they only read it */
    uint8_t head = head_of(record);

    buffer_add_byte(out, head);
    tape_epoch(&tape, head, &copy);
    buffer_add_varint(out, record->delivery->ref);
    tape_rest(&tape, head, &copy);
}

struct segment_reader segment_open(const struct token *subject, const void *data, size_t size,
                                   struct segment_dictionary *dictionary, segment_delivery *find, void *user)
{
    return (struct segment_reader){ .bytes = reader_of(data, size),
                                    .dictionary = dictionary,
                                    .subject = *subject,
                                    .find = find,
                                    .user = user };
}

bool segment_next(struct segment_reader *reader, struct record *ret)
{
    struct tape tape = { { .in = &reader->bytes }, reader->dictionary };
    uint8_t head, source;

    if (reader->bytes.failed || reader->bytes.at == reader->bytes.end)
        return false;
    head = reader_byte(&reader->bytes);
    source = head & HEAD_SOURCE;
    *ret = (struct record){
        .subject = reader->subject,
        .source = source == HEAD_METER_USE ? SOURCE_UTILITY : (enum source)source,
        .subject_kind = source == HEAD_METER_USE || source == SOURCE_METER ? SUBJECT_METER : SUBJECT_PERSON,
        .retracted = head & HEAD_RETRACTED,
        .key_epoch = 1,
        .schema = RECORD_SCHEMA,
    };
    tape_epoch(&tape, head, ret);
    ret->delivery = reader->find(reader->user, (uint32_t)reader_varint(&reader->bytes));
    if (!ret->delivery || source > HEAD_METER_USE) {
        reader->bytes.failed = true;
        return false;
    }
    tape_rest(&tape, head, ret);
    reader->bytes.failed |= !record_codes_valid(ret);
    return !reader->bytes.failed;
}

bool segment_failed(const struct segment_reader *reader)
{
    return reader->bytes.failed;
}
