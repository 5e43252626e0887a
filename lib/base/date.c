#include "lib/base/date.h"

#include <stdio.h>
#include <string.h>

enum { DAY_MS = 86400 * 1000 };

static int month_days(int32_t year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

bool date_valid(int32_t year, int month, int day)
{
    return year >= YEAR_FIRST && year <= YEAR_LAST && month >= 1 && month <= 12 && day >= 1 &&
           day <= month_days(year, month);
}

/* Counts in years that begin in March, so that the leap day is the last of its year. */
int32_t day_from(int32_t year, int month, int day)
{
    int32_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400, year_of_era = y - era * 400;
    int32_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

struct date day_to_date(int32_t day)
{
    int32_t shifted = day + 719468, era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int32_t day_of_era = shifted - era * 146097;
    int32_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month_from_march = (5 * day_of_year + 2) / 153;
    int month = month_from_march + (month_from_march < 10 ? 3 : -9);

    return (struct date){
        .year = year_of_era + era * 400 + (month <= 2),
        .month = month,
        .day = day_of_year - (153 * month_from_march + 2) / 5 + 1,
    };
}

int32_t month_from(int32_t year, int month)
{
    return year * MONTHS_A_YEAR + month - 1;
}

int32_t month_of_day(int32_t day)
{
    struct date date = day_to_date(day);

    return month_from(date.year, date.month);
}

int32_t month_first_day(int32_t month)
{
    return day_from(month / MONTHS_A_YEAR, month % MONTHS_A_YEAR + 1, 1);
}

int32_t month_last_day(int32_t month)
{
    return month_first_day(month + 1) - 1;
}

int32_t day_of_ms(int64_t ms)
{
    int64_t local = ms + LOCAL_OFFSET_MS;

    return (int32_t)((local >= 0 ? local : local - DAY_MS + 1) / DAY_MS);
}

int64_t day_start_ms(int32_t day)
{
    return (int64_t)day * DAY_MS - LOCAL_OFFSET_MS;
}

int32_t month_of_ms(int64_t ms)
{
    return month_of_day(day_of_ms(ms));
}

int32_t full_years(int32_t birth_day, int32_t day)
{
    struct date born = day_to_date(birth_day), now = day_to_date(day);
    bool before = now.month < born.month || (now.month == born.month && now.day < born.day);

    return now.year - born.year - before;
}

/* Takes digits and the separator after them off the front; without a separator, exactly digits_max digits. */
static bool take_number(struct text *text, size_t digits_min, size_t digits_max, char separator, int *ret)
{
    size_t len = 0;
    uint64_t value;

    while (len < text->len && len < digits_max && text->data[len] >= '0' && text->data[len] <= '9')
        len++;
    if (len < digits_min || !text_digits((struct text){ text->data, len }, 9, &value))
        return false;
    text->data += len;
    text->len -= len;
    *ret = (int)value;
    if (!separator)
        return true;
    if (!text->len || *text->data != separator)
        return false;
    text->data++;
    text->len--;
    return true;
}

static bool day_make(int year, int month, int day, int32_t *ret)
{
    if (!date_valid(year, month, day))
        return false;
    *ret = day_from(year, month, day);
    return true;
}

bool day_parse(struct text text, int32_t *ret)
{
    char separator;
    size_t digits_min;
    int year, month, day;
    uint64_t compact;

    if (text.len == 8 && text_digits(text, 8, &compact))
        return day_make((int)(compact / 10000), (int)(compact / 100 % 100), (int)(compact % 100), ret);
    separator = memchr(text.data, '/', text.len) ? '/' : '-';
    digits_min = separator == '/' ? 1 : 2;
    return take_number(&text, 4, 4, separator, &year) &&
           take_number(&text, digits_min, 2, separator, &month) &&
           take_number(&text, digits_min, 2, '\0', &day) && !text.len && day_make(year, month, day, ret);
}

bool month_parse(struct text text, int32_t *ret)
{
    int year, month;
    uint64_t compact;

    if (text.len == 6 && text_digits(text, 6, &compact)) {
        year = (int)(compact / 100);
        month = (int)(compact % 100);
    } else if (!take_number(&text, 4, 4, '-', &year) || !take_number(&text, 2, 2, '\0', &month) || text.len) {
        return false;
    }
    if (!date_valid(year, month, 1))
        return false;
    *ret = month_from(year, month);
    return true;
}

/* Z, ±hh:mm or nothing; gives the offset in ms. */
static bool take_zone(struct text *text, int64_t *ret_offset_ms)
{
    int hour, minute, sign;

    *ret_offset_ms = LOCAL_OFFSET_MS;
    if (!text->len)
        return true;
    if (text_equal(text->data, text->len, "Z")) {
        *ret_offset_ms = 0;
        return true;
    }
    if (*text->data != '+' && *text->data != '-')
        return false;
    sign = *text->data == '-' ? -1 : 1;
    text->data++;
    text->len--;
    if (!take_number(text, 2, 2, ':', &hour) || !take_number(text, 2, 2, '\0', &minute) || text->len ||
        hour > 14 || minute > 59)
        return false;
    *ret_offset_ms = sign * (hour * INT64_C(3600) + minute * INT64_C(60)) * 1000;
    return true;
}

bool instant_parse(struct text text, int64_t *ret_ms)
{
    int hour, minute, second, milli = 0;
    int64_t offset_ms;
    int32_t day;

    if (text.len < 19 || (text.data[10] != 'T' && text.data[10] != ' ') ||
        !day_parse((struct text){ text.data, 10 }, &day))
        return false;
    text.data += 11;
    text.len -= 11;
    if (!take_number(&text, 2, 2, ':', &hour) || !take_number(&text, 2, 2, ':', &minute) ||
        !take_number(&text, 2, 2, '\0', &second) || hour > 23 || minute > 59 || second > 59)
        return false;
    if (text.len && *text.data == '.') {
        text.data++;
        text.len--;
        if (!take_number(&text, 3, 3, '\0', &milli))
            return false;
    }
    if (!take_zone(&text, &offset_ms))
        return false;
    *ret_ms = (int64_t)day * DAY_MS + (hour * INT64_C(3600) + minute * INT64_C(60) + second) * 1000 + milli -
              offset_ms;
    return true;
}

const char *day_text(int32_t day, char ret[DAY_TEXT_SIZE])
{
    struct date date = day_to_date(day);

    snprintf(ret, DAY_TEXT_SIZE, "%04d-%02d-%02d", (int)(date.year % 10000), date.month % 100,
             date.day % 100);
    return ret;
}

const char *month_text(int32_t month, char ret[MONTH_TEXT_SIZE])
{
    snprintf(ret, MONTH_TEXT_SIZE, "%04d-%02d", (int)(month / MONTHS_A_YEAR % 10000),
             (int)(month % MONTHS_A_YEAR + 1));
    return ret;
}

const char *instant_text(int64_t ms, char ret[INSTANT_TEXT_SIZE])
{
    int32_t day = day_of_ms(ms);
    int64_t of_day = ms - day_start_ms(day);
    int second = (int)(of_day / 1000), milli = (int)(of_day % 1000);
    char date[DAY_TEXT_SIZE], fraction[8] = "";

    if (milli)
        snprintf(fraction, sizeof fraction, ".%03d", milli);
    snprintf(ret, INSTANT_TEXT_SIZE, "%sT%02d:%02d:%02d%s+08:00", day_text(day, date), second / 3600,
             second / 60 % 60, second % 60, fraction);
    return ret;
}
