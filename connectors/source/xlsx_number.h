/* xlsx_number - a number of a spreadsheet's cell as the text that the cell shows, as far as that is exact.
 *
 * Numbers: a plain decimal stays as it is written; an exponent is written out. Over 15 digits are how
 * programs write a binary number whose short form they show (0.28999999999999998 for 0.29): these become the
 *          shortest decimal that is the same binary number. Nothing is rounded.
 * Dates:   serial days of the 1900 system, with its 29 February 1900 that never was (which stays one, and is
 *          refused as no real date), or of the 1904 system. A format of year and month alone shows a first of
 * a month as YYYY-MM; a format with a time of day shows one that is not midnight. */
#ifndef OLIVE_CONNECTORS_SOURCE_XLSX_NUMBER_H
#define OLIVE_CONNECTORS_SOURCE_XLSX_NUMBER_H

#include <stdbool.h>

#include "lib/base/buffer.h"
#include "lib/base/text.h"

enum number_kind { NUMBER_PLAIN, NUMBER_DAY, NUMBER_MONTH, NUMBER_DAY_TIME, NUMBER_KIND_COUNT };

/* ECMA-376 18.8.30: of the formats that every workbook has, in the Chinese and the common meaning. */
enum number_kind number_kind_builtin(unsigned format);
/* Of a format's code: yyyy"年"m"月"d"日" is a day. */
enum number_kind number_kind_of(struct text code);

/* What is no number is added as it is, and will not parse. */
void number_show(struct text value, enum number_kind kind, bool since_1904, struct buffer *out);

#endif
