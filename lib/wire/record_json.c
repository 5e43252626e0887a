#include "lib/wire/record_wire.h"

/* --- small steps --- */

static void key_number(struct json *json, const char *key, int64_t number)
{
    json_key(json, key);
    if (number == NUMBER_NONE)
        json_none(json);
    else
        json_int(json, number);
}

static void key_day(struct json *json, const char *key, int32_t day)
{
    char text[DAY_TEXT_SIZE];

    json_key(json, key);
    json_str(json, day == DAY_OPEN || day == DAY_NONE ? NULL : day_text(day, text));
}

static void key_month(struct json *json, const char *key, int32_t month)
{
    char text[MONTH_TEXT_SIZE];

    json_key(json, key);
    json_str(json, month_text(month, text));
}

static void key_instant(struct json *json, const char *key, int64_t ms)
{
    char text[INSTANT_TEXT_SIZE];

    json_key(json, key);
    json_str(json, instant_text(ms, text));
}

static void key_token(struct json *json, const char *key, const struct token *token)
{
    json_key(json, key);
    if (token_is_zero(token))
        json_none(json);
    else
        json_hex(json, token->bytes, TOKEN_SIZE);
}

static void key_code(struct json *json, const char *key, const struct codes *codes, int value)
{
    json_key(json, key);
    json_str(json, code_name(codes, value));
}

static void key_string(struct json *json, const char *key, const char *string)
{
    json_key(json, key);
    json_str(json, string && *string ? string : NULL);
}

static void key_digest(struct json *json, const char *key, const uint8_t digest[DIGEST_SIZE])
{
    json_key(json, key);
    json_hex(json, digest, DIGEST_SIZE);
}

static void key_share(struct json *json, struct share share)
{
    json_key(json, "share");
    json_open(json, '[');
    json_int(json, share.numerator);
    json_int(json, share.denominator);
    json_close(json, ']');
}

/* --- one a fact --- */

static void household_json(const struct record *record, struct json *json)
{
    const struct fact_household *fact = &record->household;

    key_token(json, "household", &fact->household);
    key_code(json, "household_kind", &household_kind_codes, (int)fact->kind);
    key_string(json, "relation", fact->relation);
    key_string(json, "region", fact->region);
    key_day(json, "birth_day", fact->birth_day);
    key_string(json, "sex", fact->sex == SEX_MALE ? "male" : "female");
    key_code(json, "urban", &urban_codes, (int)fact->urban);
}

static void roster_json(const struct record *record, struct json *json)
{
    key_code(json, "group", &group_codes, (int)record->roster.group);
}

static void declaration_json(const struct record *record, struct json *json)
{
    key_token(json, "household", &record->declaration.household);
    key_code(json, "income_kind", &income_kind_codes, (int)record->declaration.kind);
    key_number(json, "months", record->declaration.months);
    key_number(json, "amount_fen", record->declaration.amount_fen);
}

static void deposit_json(const struct record *record, struct json *json)
{
    key_share(json, record->deposit.share);
    key_number(json, "balance_fen", record->deposit.balance_fen);
    key_number(json, "interest_fen", record->deposit.interest_fen);
}

static void property_json(const struct record *record, struct json *json)
{
    key_share(json, record->property.share);
    key_code(json, "usage", &usage_codes, (int)record->property.usage);
    key_number(json, "area_cm2", record->property.area_cm2);
    key_number(json, "value_fen", record->property.value_fen);
}

static void vehicle_json(const struct record *record, struct json *json)
{
    key_code(json, "vehicle_type", &vehicle_type_codes, (int)record->vehicle.type);
    key_number(json, "value_fen", record->vehicle.value_fen);
}

static void fund_json(const struct record *record, struct json *json)
{
    const struct fact_fund *fact = &record->fund;

    key_token(json, "employer", &fact->employer);
    key_string(json, "industry", fact->industry);
    key_number(json, "employee_fen", fact->employee_fen);
    key_number(json, "employer_fen", fact->employer_fen);
    key_number(json, "rate_millionths",
               fact->rate_millionths == RATE_NONE ? NUMBER_NONE : fact->rate_millionths);
    key_number(json, "balance_fen", fact->balance_fen);
}

static void utility_json(const struct record *record, struct json *json)
{
    key_code(json, "utility_kind", &utility_kind_codes, (int)record->utility.kind);
    key_number(json, "quantity_milli", record->utility.quantity_milli);
    key_number(json, "amount_fen", record->utility.amount_fen);
}

static void bill_json(const struct record *record, struct json *json)
{
    key_number(json, "amount_fen", record->bill.amount_fen);
    if (record->source == SOURCE_TRANSPORT)
        key_number(json, "trips", record->bill.trips);
}

static void meter_json(const struct record *record, struct json *json)
{
    key_token(json, "household", &record->meter.household);
    key_code(json, "household_kind", &household_kind_codes, (int)record->meter.kind);
    key_code(json, "utility_kind", &utility_kind_codes, (int)record->meter.utility);
}

static void (*const fact_json[SOURCE_COUNT])(const struct record *record, struct json *json) = {
    [SOURCE_HOUSEHOLD] = household_json,
    [SOURCE_ROSTER] = roster_json,
    [SOURCE_DECLARATION] = declaration_json,
    [SOURCE_DEPOSIT] = deposit_json,
    [SOURCE_PROPERTY] = property_json,
    [SOURCE_VEHICLE] = vehicle_json,
    [SOURCE_PROVIDENT_FUND] = fund_json,
    [SOURCE_UTILITY] = utility_json,
    [SOURCE_TELECOM] = bill_json,
    [SOURCE_TRANSPORT] = bill_json,
    [SOURCE_METER] = meter_json,
};

void wire_record_json(const struct record *record, struct json *json)
{
    struct record_id id;

    record_id_of(record, &id);
    json_open(json, '{');
    key_code(json, "source", &source_codes, (int)record->source);
    json_key(json, "id");
    json_hex(json, id.bytes, RECORD_ID_SIZE);
    key_string(json, "subject_kind", record->subject_kind == SUBJECT_METER ? "meter" : "person");
    key_token(json, "subject", &record->subject);
    key_token(json, "item", &record->item);
    key_digest(json, "delivery", record->delivery->digest);
    json_key(json, "line");
    json_uint(json, record->line);
    key_instant(json, "received", record->delivery->received_ms);
    key_number(json, "revision", record->revision);
    key_day(json, "valid_from", record->valid_from_day);
    key_day(json, "valid_to", record->valid_to_day);
    json_key(json, "retracted");
    json_bool(json, record->retracted);
    key_number(json, "key_epoch", record->key_epoch);
    fact_json[record->source](record, json);
    json_close(json, '}');
}

/* --- events --- */

static void receipt_counts_json(const struct receipt *receipt, struct json *json)
{
    const struct {
        const char *key;
        uint64_t value;
    } counts[] = {
        { "lines", receipt->lines },
        { "published", receipt->published },
        { "dead_lettered", receipt->dead_lettered },
        { "duplicate", receipt->duplicate },
        { "obsolete", receipt->obsolete },
        { "rejected", receipt->rejected },
        { "ended", receipt->ended },
        { "retracted", receipt->retracted },
        { "took_ms", receipt->took_ms },
        { "arrival", receipt->arrival },
    };

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        json_key(json, counts[i].key);
        json_uint(json, counts[i].value);
    }
    json_key(json, "by_reason");
    json_open(json, '{');
    for (int reason = 1; reason < REASON_COUNT; reason++)
        if (receipt->by_reason[reason]) {
            json_key(json, reason_names[reason]);
            json_uint(json, receipt->by_reason[reason]);
        }
    json_close(json, '}');
}

static void receipt_months_json(const struct receipt *receipt, struct json *json)
{
    json_key(json, "months");
    json_open(json, '[');
    for (size_t i = 0; i < receipt->month_count; i++) {
        json_open(json, '{');
        key_code(json, "indicator", &indicator_codes, (int)receipt->months[i].indicator);
        key_month(json, "month", receipt->months[i].month);
        json_key(json, "count");
        json_uint(json, receipt->months[i].count);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void act_json(const struct act *act, struct json *json)
{
    if (!act->any)
        return;
    json_key(json, "act");
    json_open(json, '{');
    key_digest(json, "original", act->original);
    json_key(json, "settled");
    json_uint(json, act->settled);
    json_key(json, "lines");
    json_open(json, '[');
    for (size_t i = 0; i < act->line_count; i++) {
        json_open(json, '[');
        json_uint(json, act->lines[i].first);
        json_uint(json, act->lines[i].last);
        json_close(json, ']');
    }
    json_close(json, ']');
    json_close(json, '}');
}

void wire_receipt_json(const struct receipt *receipt, struct json *json)
{
    json_open(json, '{');
    key_string(json, "event", "receipt");
    key_string(json, "feed", receipt->feed);
    key_code(json, "source", &source_codes, (int)receipt->source);
    json_key(json, "sequence");
    json_uint(json, receipt->sequence);
    key_digest(json, "delivery", receipt->delivery.digest);
    key_instant(json, "received", receipt->delivery.received_ms);
    key_string(json, "state", delivery_state_names[receipt->state]);
    key_string(json, "why", receipt->why);
    key_day(json, "as_of", receipt->as_of_day);
    json_key(json, "size_bytes");
    json_uint(json, receipt->size_bytes);
    receipt_counts_json(receipt, json);
    receipt_months_json(receipt, json);
    act_json(&receipt->act, json);
    json_close(json, '}');
}

void wire_kinds_json(unsigned kinds, struct json *json)
{
    json_open(json, '[');
    for (int kind = 0; kind < UTILITY_KIND_COUNT; kind++)
        if (kinds >> kind & 1)
            json_str(json, code_name(&utility_kind_codes, kind));
    json_close(json, ']');
}

static void feeds_json(const struct period_close *close, struct json *json)
{
    json_key(json, "feeds");
    json_open(json, '[');
    for (size_t i = 0; i < close->feed_count; i++) {
        const struct feed_declared *feed = &close->feeds[i];

        json_open(json, '{');
        key_string(json, "name", feed->name);
        key_code(json, "source", &source_codes, (int)feed->source);
        json_key(json, "kinds");
        wire_kinds_json(feed->utility_kinds, json);
        json_key(json, "complete");
        json_bool(json, feed->complete);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void cuts_json(const struct period_close *close, struct json *json)
{
    json_key(json, "cuts");
    json_open(json, '[');
    for (size_t i = 0; i < close->cut_count; i++) {
        json_open(json, '{');
        key_string(json, "topic", close->cuts[i].topic);
        key_number(json, "partition", close->cuts[i].partition);
        key_number(json, "offset", close->cuts[i].offset);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void close_json(const struct period_close *close, struct json *json)
{
    json_open(json, '{');
    key_string(json, "event", "close");
    key_month(json, "period", close->period);
    key_digest(json, "policy", close->policy);
    json_key(json, "model");
    json_hex_or_none(json, close->model, DIGEST_SIZE);
    feeds_json(close, json);
    cuts_json(close, json);
    json_close(json, '}');
}

void wire_event_json(const struct event *event, struct json *json)
{
    if (event->kind == EVENT_RECEIPT)
        wire_receipt_json(&event->receipt, json);
    else
        close_json(&event->close, json);
}
