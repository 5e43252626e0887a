/* identifier - the numbers by which people, employers, property units and regions are known, made canonical.
 *
 * Sources: GB 11643-1999 (citizen identification number: weights 7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2 modulo
 * 11), GB 32100-2015 (unified social credit code: 31 characters without I O Z S V, weights 3^(i-1) modulo
 * 31), GB/T 2260 (administrative divisions). Full-width digits and letters (U+FF10 …) are read as plain ones.
 */
#ifndef OLIVE_CORE_IDENTIFIER_H
#define OLIVE_CORE_IDENTIFIER_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/text.h"

enum { ID_NO_SIZE = 19, EMPLOYER_NO_SIZE = 19, UNIT_NO_SIZE = 29, REGION_SIZE = 13, TOWNSHIP_SIZE = 10 };
enum sex { SEX_FEMALE = 0, SEX_MALE = 1 };

struct id_no {
    char text[ID_NO_SIZE]; /* 18 characters and a NUL */
    int32_t birth_day;
    enum sex sex; /* odd 17th digit: male */
};

/* False: form, check character, or birth date not real or after received_day. 15 digits become 18 (19xx). */
bool id_no_parse(struct text text, int32_t received_day, struct id_no *ret);
bool employer_no_parse(struct text text, char ret[EMPLOYER_NO_SIZE]);
bool unit_no_parse(struct text text, char ret[UNIT_NO_SIZE]); /* 28 of 0-9 A-Z */
bool region_parse(struct text text, char ret[REGION_SIZE]);   /* 6, 9 or 12 digits, kept as stated */

/* The code that stands for a region's whole series, for policy look-ups: 332822… and 330322… (洞头 until 1981
 * and 2015) read as 330305…. Writes at most REGION_SIZE bytes. */
void region_series(const char *region, char ret[REGION_SIZE]);

/* The township (乡镇街道) of a region, the first 9 digits of its series. False, and "": it states none. */
bool region_township(const char *region, char ret[TOWNSHIP_SIZE]);

/* Half-width copy of text into ret (NUL-terminated): full-width forms U+FF01 … U+FF5E become ASCII. False
 * when it does not fit. For all identifiers, before they become tokens. */
bool text_halfwidth(struct text text, char *ret, size_t size);

#endif
