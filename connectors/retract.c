/* retract - what is left of a record that says "absent". */
#include "connectors/connector.h"

/* What of a fact belongs to its key and is no token. */
static void keep_key(const struct record *from, struct record *to)
{
    switch (from->source) {
    case SOURCE_HOUSEHOLD:
        to->household.kind = from->household.kind;
        break;
    case SOURCE_ROSTER:
        to->roster.group = from->roster.group;
        break;
    case SOURCE_DECLARATION:
        to->declaration.kind = from->declaration.kind;
        to->declaration.months = from->declaration.months;
        break;
    case SOURCE_UTILITY:
        to->utility.kind = from->utility.kind;
        break;
    case SOURCE_METER:
        to->meter.kind = from->meter.kind;
        to->meter.utility = from->meter.utility;
        break;
    default:
        break;
    }
}

void record_retract(struct record *record)
{
    struct record absent = connector_of(record->source)->blank;

    absent.subject = record->subject;
    absent.item = record->item;
    absent.delivery = record->delivery;
    absent.line = record->line;
    absent.origin = record->origin;
    absent.subject_kind = record->subject_kind;
    absent.key_epoch = record->key_epoch;
    absent.schema = record->schema;
    absent.revision = record->revision;
    absent.retracted = true;
    absent.valid_from_day = record->valid_from_day;
    absent.valid_to_day = DAY_OPEN;
    keep_key(record, &absent);
    *record = absent;
}
