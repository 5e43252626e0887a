#include "lib/core/reason.h"

const char *const reason_names[REASON_COUNT] = {
    [REASON_NONE] = "NONE",
    [LINE_TOO_LONG] = "LINE_TOO_LONG",
    [BAD_ENCODING] = "BAD_ENCODING",
    [BAD_COLUMN_COUNT] = "BAD_COLUMN_COUNT",
    [MISSING] = "MISSING",
    [BAD_ID] = "BAD_ID",
    [BAD_AMOUNT] = "BAD_AMOUNT",
    [OUT_OF_RANGE] = "OUT_OF_RANGE",
    [BAD_DATE] = "BAD_DATE",
    [BAD_CODE] = "BAD_CODE",
    [UNKNOWN_CURRENCY] = "UNKNOWN_CURRENCY",
    [FIELD_NOT_ALLOWED] = "FIELD_NOT_ALLOWED",
    [CONTRADICTS_CONTROL_TOTAL] = "CONTRADICTS_CONTROL_TOTAL",
    [OVER_ERROR_LIMIT] = "OVER_ERROR_LIMIT",
    [NOT_TEXT] = "NOT_TEXT",
    [NO_KNOWN_COLUMN] = "NO_KNOWN_COLUMN",
};

const char *const reason_texts[REASON_COUNT] = {
    [REASON_NONE] = "is fine",
    [LINE_TOO_LONG] = "is longer than the feed allows",
    [BAD_ENCODING] = "is not text in the feed's character set",
    [BAD_COLUMN_COUNT] =
        "has another number of columns than the header, or than order says, or a quote that never closes",
    [MISSING] = "is required and missing",
    [BAD_ID] = "is not a valid identifier (form, check character or birth date)",
    [BAD_AMOUNT] = "is not a number of the form that the column takes",
    [OUT_OF_RANGE] = "is outside the range that the column takes",
    [BAD_DATE] = "is not a real date or period, or ends before it begins",
    [BAD_CODE] = "is not on the column's list of codes",
    [UNKNOWN_CURRENCY] = "is a currency other than CNY",
    [FIELD_NOT_ALLOWED] = "is a column that the feed neither maps nor allows",
    [CONTRADICTS_CONTROL_TOTAL] = "contradicts the control file or control line",
    [OVER_ERROR_LIMIT] = "has more bad lines than error_limit",
    [NOT_TEXT] = "is a binary file",
    [NO_KNOWN_COLUMN] = "has a header without one known column name",
};

int err_reject(struct err *err, enum reason reason)
{
    err_set(err, ERR_REJECT, "%s", reason_texts[reason]);
    err->code = (int)reason;
    return -1;
}

int err_parse(struct err *err, enum parse parse)
{
    if (parse == PARSE_OK)
        return 0;
    return err_reject(err, parse == PARSE_RANGE ? OUT_OF_RANGE : BAD_AMOUNT);
}
