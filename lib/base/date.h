/* date - days, months and instants of the civil calendar, without a clock.
 *
 * Units: a day counts from 1970-01-01 (proleptic Gregorian, GB/T 7408 / ISO 8601); a month is year * 12 +
 * month - 1; an instant is milliseconds since 1970-01-01T00:00Z. Local time is UTC+8, always (China has no
 * summer time). */
#ifndef OLIVE_BASE_DATE_H
#define OLIVE_BASE_DATE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/text.h"

#define DAY_OPEN   INT32_MAX /* an end that has not come */
#define DAY_NONE   INT32_MIN
#define MONTH_NONE INT32_MIN
enum { LOCAL_OFFSET_MS = 8 * 3600 * 1000, MONTHS_A_YEAR = 12 };
enum { YEAR_FIRST = 1, YEAR_LAST = 9999 }; /* of what day_parse() and month_parse() give */
enum { DAY_FIRST = -719162, DAY_LAST = 2932896 };
enum { MONTH_FIRST = YEAR_FIRST * MONTHS_A_YEAR, MONTH_LAST = YEAR_LAST * MONTHS_A_YEAR + MONTHS_A_YEAR - 1 };

struct date {
    int32_t year;
    int month, day;
};

bool date_valid(int32_t year, int month, int day);
int32_t day_from(int32_t year, int month, int day);
struct date day_to_date(int32_t day);
int32_t month_from(int32_t year, int month);
int32_t month_of_day(int32_t day);
int32_t month_first_day(int32_t month);
int32_t month_last_day(int32_t month);
int32_t month_of_ms(int64_t ms);                    /* local */
int32_t day_of_ms(int64_t ms);                      /* local */
int64_t day_start_ms(int32_t day);                  /* when it begins, local */
int32_t full_years(int32_t birth_day, int32_t day); /* by (year, month, day): 29 February turns on 1 March */

/* YYYY-MM-DD, YYYYMMDD or YYYY/M/D; years 1 to 9999, which registries write for "open". False: not of that
 * form, or no such day. */
bool day_parse(struct text text, int32_t *ret);
/* YYYY-MM or YYYYMM. */
bool month_parse(struct text text, int32_t *ret);
/* YYYY-MM-DDThh:mm:ss[.mmm] with Z, ±hh:mm, or without a zone: local. A blank for the T is fine. */
bool instant_parse(struct text text, int64_t *ret_ms);

enum { DAY_TEXT_SIZE = 16, MONTH_TEXT_SIZE = 16, INSTANT_TEXT_SIZE = 32 };
const char *day_text(int32_t day, char ret[DAY_TEXT_SIZE]);       /* 2025-11-30 */
const char *month_text(int32_t month, char ret[MONTH_TEXT_SIZE]); /* 2025-11 */
const char *instant_text(int64_t ms,
                         char ret[INSTANT_TEXT_SIZE]); /* 2025-11-30T09:00:00+08:00 (.mmm if any) */

#endif
