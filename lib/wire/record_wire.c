#include "lib/wire/record_wire.h"

#include <string.h>

#include "lib/wire/wire_private.h"
#include "record.pb-c.h"

/* Wider than anything a connector lets through (10^13 units of 3 decimals), narrower than sums can overflow.
 */
#define NUMBER_EDGE (INT64_C(100000000000000000))

typedef Olive__V1__Record Message;

/* --- small steps --- */

static ProtobufCBinaryData bytes_of(const void *data, size_t size)
{
    return (ProtobufCBinaryData){ .len = size, .data = (uint8_t *)(uintptr_t)data };
}

static bool take_bytes(const ProtobufCBinaryData *from, void *ret, size_t size)
{
    if (from->len != size)
        return false;
    memcpy(ret, from->data, size);
    return true;
}

/* The zero token stands for "not stated", and what is not stated is not sent. */
static bool take_token(protobuf_c_boolean present, const ProtobufCBinaryData *from, struct token *ret)
{
    return !present || (take_bytes(from, ret->bytes, TOKEN_SIZE) && !token_is_zero(ret));
}

/* Codes only: protobuf lets any bytes through as a string, and tables would refuse the row for good. */
static bool take_text(const char *from, char *ret, size_t size)
{
    size_t len = from ? strlen(from) : 0;

    if (len >= size)
        return false;
    for (size_t i = 0; i < len; i++)
        if (from[i] <= ' ' || from[i] > '~')
            return false;
    memcpy(ret, from ? from : "", len + 1);
    return true;
}

static bool take_number(protobuf_c_boolean present, int64_t from, int64_t *ret)
{
    *ret = present ? from : NUMBER_NONE;
    return !present || (from > -NUMBER_EDGE && from < NUMBER_EDGE);
}

static bool take_amount(protobuf_c_boolean present, int64_t from, int64_t *ret)
{
    bool fits = take_number(present, from, ret);

    if (!present)
        *ret = 0; /* of a retraction */
    return fits;
}

static bool take_share(uint32_t numerator, uint32_t denominator, struct share *ret)
{
    *ret = (struct share){ (int32_t)numerator, (int32_t)denominator };
    return numerator >= 1 && numerator <= denominator && denominator <= RATE_MILLION;
}

static bool take_day(int32_t from, int32_t *ret)
{
    *ret = from;
    return from >= DAY_FIRST && from <= DAY_LAST;
}

#define PUT(message, field, is_present, number)                                                              \
    do {                                                                                                     \
        (message)->has_##field = (is_present);                                                               \
        (message)->field = (number);                                                                         \
    } while (0)
#define PUT_NUMBER(message, field, number) PUT(message, field, (number) != NUMBER_NONE, number)
#define PUT_TOKEN(message, field, token)                                                                     \
    PUT(message, field, !token_is_zero(token), bytes_of((token)->bytes, TOKEN_SIZE))
#define PUT_SHARE(message, share)                                                                            \
    do {                                                                                                     \
        PUT(message, share_numerator, (share).numerator != 1, (uint32_t)(share).numerator);                  \
        PUT(message, share_denominator, (share).denominator != 1, (uint32_t)(share).denominator);            \
    } while (0)

/* --- one pair a fact --- */

union facts {
    Olive__V1__HouseholdFact household;
    Olive__V1__RosterFact roster;
    Olive__V1__DeclarationFact declaration;
    Olive__V1__DepositFact deposit;
    Olive__V1__PropertyFact property;
    Olive__V1__VehicleFact vehicle;
    Olive__V1__ProvidentFundFact fund;
    Olive__V1__UtilityFact utility;
    Olive__V1__BillFact bill;
    Olive__V1__MeterFact meter;
};

static void put_household(const struct record *record, Message *message, union facts *facts)
{
    const struct fact_household *fact = &record->household;
    Olive__V1__HouseholdFact *to = &facts->household;

    olive__v1__household_fact__init(to);
    PUT_TOKEN(to, household, &fact->household);
    to->kind = (uint32_t)fact->kind;
    to->relation = fact->relation[0] ? (char *)(uintptr_t)fact->relation : NULL;
    to->region = fact->region[0] ? (char *)(uintptr_t)fact->region : NULL;
    PUT(to, birth_day, true, fact->birth_day);
    PUT(to, sex, true, (uint32_t)fact->sex);
    PUT(to, urban, fact->urban != URBAN_UNKNOWN, (uint32_t)fact->urban);
    message->household = to;
}

static bool take_household(const Message *message, struct record *record)
{
    const Olive__V1__HouseholdFact *from = message->household;
    struct fact_household *fact = &record->household;

    fact->kind = (enum household_kind)from->kind;
    fact->sex = from->sex & 1 ? SEX_MALE : SEX_FEMALE;
    fact->urban = (enum urban)from->urban;
    return take_token(from->has_household, &from->household, &fact->household) &&
           (from->has_household || record->retracted) &&
           take_text(from->relation, fact->relation, sizeof fact->relation) &&
           take_text(from->region, fact->region, sizeof fact->region) &&
           take_day(from->birth_day, &fact->birth_day);
}

static void put_roster(const struct record *record, Message *message, union facts *facts)
{
    olive__v1__roster_fact__init(&facts->roster);
    facts->roster.group = (uint32_t)record->roster.group;
    message->roster = &facts->roster;
}

static bool take_roster(const Message *message, struct record *record)
{
    record->roster.group = (enum group)message->roster->group;
    return true;
}

static void put_declaration(const struct record *record, Message *message, union facts *facts)
{
    const struct fact_declaration *fact = &record->declaration;
    Olive__V1__DeclarationFact *to = &facts->declaration;

    olive__v1__declaration_fact__init(to);
    PUT_TOKEN(to, household, &fact->household);
    to->kind = (uint32_t)fact->kind;
    to->months = (uint32_t)fact->months;
    PUT(to, amount_fen, true, fact->amount_fen);
    message->declaration = to;
}

static bool take_declaration(const Message *message, struct record *record)
{
    const Olive__V1__DeclarationFact *from = message->declaration;
    struct fact_declaration *fact = &record->declaration;

    fact->kind = (enum income_kind)from->kind;
    fact->months = (int32_t)from->months;
    return take_token(from->has_household, &from->household, &fact->household) &&
           take_amount(from->has_amount_fen, from->amount_fen, &fact->amount_fen);
}

static void put_deposit(const struct record *record, Message *message, union facts *facts)
{
    const struct fact_deposit *fact = &record->deposit;
    Olive__V1__DepositFact *to = &facts->deposit;

    olive__v1__deposit_fact__init(to);
    PUT_SHARE(to, fact->share);
    PUT(to, balance_fen, true, fact->balance_fen);
    PUT_NUMBER(to, interest_fen, fact->interest_fen);
    message->deposit = to;
}

static bool take_deposit(const Message *message, struct record *record)
{
    const Olive__V1__DepositFact *from = message->deposit;
    struct fact_deposit *fact = &record->deposit;

    return take_share(from->share_numerator, from->share_denominator, &fact->share) &&
           take_amount(from->has_balance_fen, from->balance_fen, &fact->balance_fen) &&
           take_number(from->has_interest_fen, from->interest_fen, &fact->interest_fen);
}

static void put_property(const struct record *record, Message *message, union facts *facts)
{
    const struct fact_property *fact = &record->property;
    Olive__V1__PropertyFact *to = &facts->property;

    olive__v1__property_fact__init(to);
    PUT_SHARE(to, fact->share);
    PUT(to, usage, true, (uint32_t)fact->usage);
    PUT_NUMBER(to, area_cm2, fact->area_cm2);
    PUT_NUMBER(to, value_fen, fact->value_fen);
    message->property = to;
}

static bool take_property(const Message *message, struct record *record)
{
    const Olive__V1__PropertyFact *from = message->property;
    struct fact_property *fact = &record->property;

    fact->usage = (enum usage)from->usage;
    return take_share(from->share_numerator, from->share_denominator, &fact->share) &&
           take_number(from->has_area_cm2, from->area_cm2, &fact->area_cm2) &&
           take_number(from->has_value_fen, from->value_fen, &fact->value_fen);
}

static void put_vehicle(const struct record *record, Message *message, union facts *facts)
{
    Olive__V1__VehicleFact *to = &facts->vehicle;

    olive__v1__vehicle_fact__init(to);
    PUT(to, type, true, (uint32_t)record->vehicle.type);
    PUT_NUMBER(to, value_fen, record->vehicle.value_fen);
    message->vehicle = to;
}

static bool take_vehicle(const Message *message, struct record *record)
{
    record->vehicle.type = (enum vehicle_type)message->vehicle->type;
    return take_number(message->vehicle->has_value_fen, message->vehicle->value_fen,
                       &record->vehicle.value_fen);
}

static void put_fund(const struct record *record, Message *message, union facts *facts)
{
    const struct fact_fund *fact = &record->fund;
    Olive__V1__ProvidentFundFact *to = &facts->fund;

    olive__v1__provident_fund_fact__init(to);
    PUT_TOKEN(to, employer, &fact->employer);
    to->industry = fact->industry[0] ? (char *)(uintptr_t)fact->industry : NULL;
    PUT(to, employee_fen, true, fact->employee_fen);
    PUT(to, employer_fen, true, fact->employer_fen);
    PUT(to, rate_millionths, fact->rate_millionths != RATE_NONE, (uint32_t)fact->rate_millionths);
    PUT_NUMBER(to, balance_fen, fact->balance_fen);
    message->provident_fund = to;
}

static bool take_fund(const Message *message, struct record *record)
{
    const Olive__V1__ProvidentFundFact *from = message->provident_fund;
    struct fact_fund *fact = &record->fund;

    fact->rate_millionths = from->has_rate_millionths ? (int32_t)from->rate_millionths : RATE_NONE;
    return (!from->has_rate_millionths ||
            (from->rate_millionths >= 1 && from->rate_millionths <= RATE_MILLION)) &&
           take_token(from->has_employer, &from->employer, &fact->employer) &&
           take_text(from->industry, fact->industry, sizeof fact->industry) &&
           take_amount(from->has_employee_fen, from->employee_fen, &fact->employee_fen) &&
           take_amount(from->has_employer_fen, from->employer_fen, &fact->employer_fen) &&
           take_number(from->has_balance_fen, from->balance_fen, &fact->balance_fen);
}

static void put_utility(const struct record *record, Message *message, union facts *facts)
{
    const struct fact_utility *fact = &record->utility;
    Olive__V1__UtilityFact *to = &facts->utility;

    olive__v1__utility_fact__init(to);
    to->kind = (uint32_t)fact->kind;
    PUT(to, quantity_milli, true, fact->quantity_milli);
    PUT_NUMBER(to, amount_fen, fact->amount_fen);
    message->utility = to;
}

static bool take_utility(const Message *message, struct record *record)
{
    const Olive__V1__UtilityFact *from = message->utility;
    struct fact_utility *fact = &record->utility;

    fact->kind = (enum utility_kind)from->kind;
    return take_amount(from->has_quantity_milli, from->quantity_milli, &fact->quantity_milli) &&
           take_number(from->has_amount_fen, from->amount_fen, &fact->amount_fen);
}

static Olive__V1__BillFact *put_bill(const struct record *record, union facts *facts)
{
    Olive__V1__BillFact *to = &facts->bill;

    olive__v1__bill_fact__init(to);
    PUT(to, amount_fen, true, record->bill.amount_fen);
    PUT_NUMBER(to, trips, record->bill.trips);
    return to;
}

static bool take_bill(const Olive__V1__BillFact *from, struct record *record)
{
    return take_amount(from->has_amount_fen, from->amount_fen, &record->bill.amount_fen) &&
           take_number(from->has_trips, from->trips, &record->bill.trips);
}

static void put_telecom(const struct record *record, Message *message, union facts *facts)
{
    message->telecom = put_bill(record, facts);
}

static bool take_telecom(const Message *message, struct record *record)
{
    return take_bill(message->telecom, record);
}

static void put_transport(const struct record *record, Message *message, union facts *facts)
{
    message->transport = put_bill(record, facts);
}

static bool take_transport(const Message *message, struct record *record)
{
    return take_bill(message->transport, record);
}

static void put_meter(const struct record *record, Message *message, union facts *facts)
{
    Olive__V1__MeterFact *to = &facts->meter;

    olive__v1__meter_fact__init(to);
    PUT_TOKEN(to, household, &record->meter.household);
    to->kind = (uint32_t)record->meter.kind;
    to->utility = (uint32_t)record->meter.utility;
    message->meter = to;
}

static bool take_meter(const Message *message, struct record *record)
{
    const Olive__V1__MeterFact *from = message->meter;

    record->meter.kind = (enum household_kind)from->kind;
    record->meter.utility = (enum utility_kind)from->utility;
    return take_token(from->has_household, &from->household, &record->meter.household) &&
           (from->has_household || record->retracted);
}

#define MEMBER(name) offsetof(Message, name)
static const struct {
    void (*put)(const struct record *record, Message *message, union facts *facts);
    bool (*take)(const Message *message, struct record *record);
    size_t member; /* of the message: the pointer that is set for this source */
} facts_of[SOURCE_COUNT] = {
    [SOURCE_HOUSEHOLD] = { put_household, take_household, MEMBER(household) },
    [SOURCE_ROSTER] = { put_roster, take_roster, MEMBER(roster) },
    [SOURCE_DECLARATION] = { put_declaration, take_declaration, MEMBER(declaration) },
    [SOURCE_DEPOSIT] = { put_deposit, take_deposit, MEMBER(deposit) },
    [SOURCE_PROPERTY] = { put_property, take_property, MEMBER(property) },
    [SOURCE_VEHICLE] = { put_vehicle, take_vehicle, MEMBER(vehicle) },
    [SOURCE_PROVIDENT_FUND] = { put_fund, take_fund, MEMBER(provident_fund) },
    [SOURCE_UTILITY] = { put_utility, take_utility, MEMBER(utility) },
    [SOURCE_TELECOM] = { put_telecom, take_telecom, MEMBER(telecom) },
    [SOURCE_TRANSPORT] = { put_transport, take_transport, MEMBER(transport) },
    [SOURCE_METER] = { put_meter, take_meter, MEMBER(meter) },
};

/* --- the record --- */

void wire_pack_record(const struct record *record, struct buffer *out)
{
    Message message = OLIVE__V1__RECORD__INIT;
    union facts facts;

    message.subject = bytes_of(record->subject.bytes, TOKEN_SIZE);
    message.item = bytes_of(record->item.bytes, TOKEN_SIZE);
    message.delivery = bytes_of(record->delivery->digest, DIGEST_SIZE);
    message.line = record->line;
    message.received_ms = record->delivery->received_ms;
    message.revision = record->revision;
    message.valid_from_day = record->valid_from_day;
    PUT(&message, valid_to_day, record->valid_to_day != DAY_OPEN, record->valid_to_day);
    PUT(&message, retracted, record->retracted, record->retracted);
    PUT(&message, key_epoch, record->key_epoch != 1, record->key_epoch);
    PUT(&message, schema, record->schema != 1, record->schema);
    PUT(&message, subject_kind, record->subject_kind != SUBJECT_PERSON, (uint32_t)record->subject_kind);
    PUT(&message, origin, record->line == 0, bytes_of(record->origin.bytes, RECORD_ID_SIZE));
    facts_of[record->source].put(record, &message, &facts);
    wire_pack_small(&message.base, WIRE_RECORD_BYTES_MAX, out);
}

/* The fact of this source is there, and no other. */
static bool right_fact(const Message *message, enum source source)
{
    for (int i = 0; i < SOURCE_COUNT; i++) {
        const void *fact;

        memcpy(&fact, (const char *)message + facts_of[i].member, sizeof fact);
        if ((fact != NULL) != (i == (int)source))
            return false;
    }
    return true;
}

/* Meters have meter facts and consumption; everything else is a person's, consumption too. */
static bool right_subject_kind(const Message *message, enum source source)
{
    if (message->subject_kind != SUBJECT_PERSON && message->subject_kind != SUBJECT_METER)
        return false;
    return source == SOURCE_UTILITY || (message->subject_kind == SUBJECT_METER) == (source == SOURCE_METER);
}

static bool take_frame(const Message *message, enum source source, struct record *ret,
                       struct delivery *ret_delivery)
{
    *ret = (struct record){
        .delivery = ret_delivery,
        .line = message->line,
        .source = source,
        .subject_kind = (enum subject_kind)message->subject_kind,
        .key_epoch = message->key_epoch,
        .schema = message->schema,
        .revision = message->revision,
        .retracted = message->retracted,
        .valid_to_day = DAY_OPEN,
    };
    *ret_delivery = (struct delivery){ .received_ms = message->received_ms };
    return take_bytes(&message->subject, ret->subject.bytes, TOKEN_SIZE) &&
           take_bytes(&message->item, ret->item.bytes, TOKEN_SIZE) &&
           take_bytes(&message->delivery, ret_delivery->digest, DIGEST_SIZE) &&
           (message->line ? !message->has_origin
                          : take_bytes(&message->origin, ret->origin.bytes, RECORD_ID_SIZE)) &&
           take_day(message->valid_from_day, &ret->valid_from_day) &&
           (!message->has_valid_to_day || (take_day(message->valid_to_day, &ret->valid_to_day) &&
                                           ret->valid_to_day >= ret->valid_from_day)) &&
           message->schema >= 1 && message->key_epoch >= 1 && right_subject_kind(message, source);
}

/* Where the item is a word, another one would be a second membership of the same kind. */
static bool right_item(const struct record *record)
{
    struct token plain = record_item_plain(record);

    return token_is_zero(&plain) || token_equal(&plain, &record->item);
}

int wire_unpack_record(struct wire *wire, enum source source, const void *key, size_t key_size,
                       const void *data, size_t size, struct record *ret, struct delivery *ret_delivery,
                       struct err *err)
{
    const Message *message =
        wire_unpack(wire, &olive__v1__record__descriptor, data, size, WIRE_RECORD_BYTES_MAX, err);

    if (!message)
        return -1;
    if (message->schema > RECORD_SCHEMA)
        return err_set(err, ERR_REJECT, "record schema %u is newer than this program", message->schema);
    if (!right_fact(message, source))
        return err_set(err, ERR_REJECT, "the record has not exactly the fact of its topic");
    if (!take_frame(message, source, ret, ret_delivery))
        return err_set(err, ERR_REJECT, "a field of the record is malformed");
    if (!key || key_size != TOKEN_SIZE || memcmp(key, ret->subject.bytes, TOKEN_SIZE) != 0)
        return err_set(err, ERR_REJECT, "the key is not the record's subject");
    if (!facts_of[source].take(message, ret) || !record_codes_valid(ret) || !right_item(ret))
        return err_set(err, ERR_REJECT, "a field of the fact is malformed");
    return 0;
}
