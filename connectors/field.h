/* field - the setters that all sources share: text of one column in, typed member of the record out.
 *
 * A draft is a record being made. Identifiers become tokens here and never enter the record as they are;
 * those that need a second column (an account its bank, a meter its kind) wait in the draft for
 * draft_tokens().
 *
 * Ownership: a draft lends the text of its line and lives in the arena of that line. Threads: as the
 * tokeniser's. Errors: ERR_REJECT with the reason of FEEDS "Bad input"; draft->column is the column meant. */
#ifndef OLIVE_CONNECTORS_FIELD_H
#define OLIVE_CONNECTORS_FIELD_H

#include "connectors/connector.h"
#include "lib/base/arena.h"
#include "lib/core/reason.h"
#include "lib/io/crypto.h"

struct draft {
    struct record record;
    const char *column; /* canonical name of the one being read; of a rejected draft: the one at fault */
    struct tokeniser *tokeniser; /* NULL: it is only checked, and has no tokens */
    struct arena *arena;         /* of the line */
    int32_t received_day;        /* nobody is born after it */
    struct text item, meter;
    const char *scope; /* within which they are unique: the bank, the kind of utility; NULL: everywhere */
    int32_t period_to_day;
};

field_setter set_person, set_birth;               /* id_no; with birth day and sex of a household's member */
field_setter set_meter;                           /* meter_no */
field_setter set_item, set_scope;                 /* account, phone, card, plate …; bank */
field_setter set_unit;                            /* unit_no */
field_setter set_employer;                        /* employer_no */
field_setter set_household;                       /* household_no, a token at MEMBER */
field_setter set_valid_from, set_valid_to;        /* days */
field_setter set_month;                           /* valid from its first day */
field_setter set_period_from, set_period_to;      /* days or months, the end inclusive */
field_setter set_amount, set_value;               /* int64 fen at MEMBER; a value is not negative */
field_setter set_quantity, set_area, set_trips;   /* int64 at MEMBER: thousandths, cm² and journeys */
field_setter set_share, set_rate;                 /* struct share, int32 millionths at MEMBER */
field_setter set_code;                            /* enum at MEMBER, a word of field->codes */
field_setter set_urban, set_relation, set_region; /* forms of household */
field_setter set_industry;                        /* GB/T 4754, by form */
field_setter set_revision;
field_setter set_operation; /* upsert or delete */
field_setter accept_any;    /* no form, not published */

/* Its setter makes an identifier: of digits, letters and leading zeros, not of a number. */
bool field_is_identifier(const struct field *field);
bool text_is_delete(struct text text);

/* A rule over two columns is broken; the later one is named. Returns -1. */
int draft_reject(struct draft *draft, const char *column, enum reason reason, struct err *err);
/* For finish(): [valid_from, valid_to) of the column that ends it. */
int check_span(struct draft *draft, const char *column_to, struct err *err);
/* The tokens that need two columns. */
void draft_tokens(struct draft *draft, const struct connector *connector);

#endif
