/* record - one normalised line of a delivery, as the core sees it (the wire's form is proto/record.proto).
 *
 * Units: days and months as lib/base/date.h, amounts in fen, quantities in thousandths of kWh or m³ (so Wh
 * and litres), areas in cm², rates in millionths. NUMBER_NONE: not stated (never zero: P4). Ownership: a
 * plain value; `delivery` lends from whoever interned it and must outlive the record. */
#ifndef OLIVE_CORE_RECORD_H
#define OLIVE_CORE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/date.h"
#include "lib/base/decimal.h"
#include "lib/base/digest.h"
#include "lib/core/code.h"
#include "lib/core/identifier.h"
#include "lib/core/token.h"

#define NUMBER_NONE INT64_MIN
enum { RECORD_SCHEMA = 1, RECORD_ID_SIZE = 16, INDUSTRY_SIZE = 6, RELATION_SIZE = 3, RATE_NONE = 0 };

/* The delivery a record came in. `ref` is the short number that stands for (digest, received_ms) in packed
 * evidence (table olive.evidence_delivery); 0 until one is given. */
struct delivery {
    uint8_t digest[DIGEST_SIZE];
    int64_t received_ms;
    uint32_t ref;
};

struct record_id {
    uint8_t bytes[RECORD_ID_SIZE];
};

struct fact_household {
    struct token household;
    enum household_kind kind;
    char relation[RELATION_SIZE]; /* GB/T 4761, as stated: "0", "02" */
    char region[REGION_SIZE];     /* as stated */
    int32_t birth_day;
    enum sex sex;
    enum urban urban;
};

struct fact_roster {
    enum group group;
};

struct fact_declaration {
    struct token household; /* zero: not stated; no rule uses it */
    enum income_kind kind;
    int32_t months; /* 1 or 12 whole calendar months from valid_from_day on */
    int64_t amount_fen;
};

struct fact_deposit {
    struct share share;
    int64_t balance_fen;
    int64_t interest_fen; /* or NUMBER_NONE */
};

struct fact_property {
    struct share share;
    enum usage usage;
    int64_t area_cm2;  /* or NUMBER_NONE */
    int64_t value_fen; /* or NUMBER_NONE */
};

struct fact_vehicle {
    enum vehicle_type type;
    int64_t value_fen; /* or NUMBER_NONE */
};

struct fact_fund {
    struct token employer;        /* zero: not stated */
    char industry[INDUSTRY_SIZE]; /* GB/T 4754 as stated; empty: not stated */
    int64_t employee_fen, employer_fen;
    int32_t rate_millionths; /* of one side; RATE_NONE: not stated */
    int64_t balance_fen;     /* or NUMBER_NONE */
};

struct fact_utility {
    enum utility_kind kind;
    int64_t quantity_milli; /* may be negative */
    int64_t amount_fen;     /* or NUMBER_NONE */
};

struct fact_bill { /* telecom, and transport with trips */
    int64_t amount_fen;
    int64_t trips; /* or NUMBER_NONE */
};

struct fact_meter {
    struct token household;
    enum household_kind kind; /* of the household */
    enum utility_kind utility;
};

struct record {
    struct token subject;
    struct token item; /* which account, unit, plate …; see record_item_code() for lists without secrets */
    const struct delivery *delivery;
    uint64_t line;           /* physical, from 1; 0: an end or retraction that a snapshot made */
    struct record_id origin; /* with line 0: the id of the record that is ended or retracted */
    enum source source;
    enum subject_kind subject_kind;
    uint32_t key_epoch;
    uint32_t schema; /* record schema version: RECORD_SCHEMA */
    int64_t revision;
    bool retracted; /* the key is absent when this record wins; of the fact only its key parts are set */
    int32_t valid_from_day; /* of a month: its first day */
    int32_t
        valid_to_day; /* exclusive; DAY_OPEN: no end, and for dated sources (month, balance date) always */
    union {
        struct fact_household household;
        struct fact_roster roster;
        struct fact_declaration declaration;
        struct fact_deposit deposit;
        struct fact_property property;
        struct fact_vehicle vehicle;
        struct fact_fund fund;
        struct fact_utility utility;
        struct fact_bill bill;
        struct fact_meter meter;
    };
};

/* SHA-256(delivery digest ‖ line as 8 bytes ‖ schema as 4, big-endian), first 16 bytes; with line 0 the
 * origin's id stands in the line's place. */
void record_id_of(const struct record *record, struct record_id *ret);

/* For sources whose item is a word, not a secret (household kind, group, income kind and length): the item's
 * bytes are the source and the code, so that they need no key. */
struct token record_item_code(enum source source, int code, int detail);
/* That item for a record whose fact is set; the zero token for sources whose item is a secret. */
struct token record_item_plain(const struct record *record);

/* Same key of the fold: (source, item, valid_from) of one subject. Negative, 0, positive as memcmp. */
int record_key_compare(const struct record *a, const struct record *b);
/* Which of one key holds: the greater of (revision, received_ms, delivery digest, line). */
int record_rank_compare(const struct record *a, const struct record *b);

/* Which record it is: (delivery digest, line or origin, schema), in an order of no meaning; 0: equal ids. */
int record_identity_compare(const struct record *a, const struct record *b);

/* Every code of the fact is on its list: what comes from outside is asked this before anything is looked up
 * by it. */
bool record_codes_valid(const struct record *record);

enum indicator record_indicator(const struct record *record); /* INDICATOR_NONE for household, roster, … */

#endif
