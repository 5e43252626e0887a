#include "lib/core/identifier.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/date.h"

enum { ID_NO_LEN = 18, ID_NO_LEN_1986 = 15, EMPLOYER_NO_LEN = 18, UNIT_NO_LEN = 28 };

/* One character of UTF-8 text, full-width forms made plain; false: neither ASCII nor full-width. */
static bool take_halfwidth(struct text *text, char *ret)
{
    const unsigned char *at = (const unsigned char *)text->data;
    size_t size = *at < 0x80 ? 1 : 3;
    int form;

    if (size == 1) {
        *ret = *text->data;
    } else { /* U+FF01 … U+FF5E are EF BC 81 … EF BD 9E */
        if (text->len < 3 || at[0] != 0xEF || (at[1] != 0xBC && at[1] != 0xBD))
            return false;
        form = (at[1] - 0xBC) * 0x40 + (at[2] - 0x80);
        if (form < 1 || form > 0x5E)
            return false;
        *ret = (char)(form + 0x20);
    }
    text->data += size;
    text->len -= size;
    return true;
}

bool text_halfwidth(struct text text, char *ret, size_t size)
{
    size_t len = 0;

    if (text.len < size && text_is_ascii(text)) { /* most are */
        memcpy(ret, text.data, text.len);
        ret[text.len] = '\0';
        return true;
    }
    while (text.len) {
        if (len + 1 >= size)
            return false;
        if (take_halfwidth(&text, &ret[len]))
            len++;
        else
            ret[len++] = *text.data++, text.len--;
    }
    ret[len] = '\0';
    return true;
}

static bool all_digits(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] < '0' || text[i] > '9')
            return false;
    return true;
}

/* GB 11643: the check character of the first 17 digits. */
static char id_no_check(const char *digits)
{
    static const int weights[] = { 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2 };
    int sum = 0;

    for (int i = 0; i < 17; i++)
        sum += (digits[i] - '0') * weights[i];
    return "10X98765432"[sum % 11];
}

/* The first generation: two digits of the year, no check character; they are of the twentieth century. */
static bool id_no_lengthen(char text[ID_NO_SIZE])
{
    char longer[ID_NO_SIZE];

    if (!all_digits(text, ID_NO_LEN_1986))
        return false;
    snprintf(longer, sizeof longer, "%.6s19%.9s", text, text + 6);
    longer[17] = id_no_check(longer);
    longer[18] = '\0';
    memcpy(text, longer, sizeof longer);
    return true;
}

bool id_no_parse(struct text text, int32_t received_day, struct id_no *ret)
{
    struct id_no id;

    if (!text_halfwidth(text_trim(text), id.text, sizeof id.text))
        return false;
    if (strlen(id.text) == ID_NO_LEN_1986 && !id_no_lengthen(id.text))
        return false;
    if (strlen(id.text) != ID_NO_LEN || !all_digits(id.text, 17))
        return false;
    if (id.text[17] == 'x')
        id.text[17] = 'X';
    if (id.text[17] != id_no_check(id.text) || !day_parse((struct text){ id.text + 6, 8 }, &id.birth_day) ||
        id.birth_day > received_day)
        return false;
    id.sex = (id.text[16] - '0') % 2 ? SEX_MALE : SEX_FEMALE;
    *ret = id;
    return true;
}

bool employer_no_parse(struct text text, char ret[EMPLOYER_NO_SIZE])
{
    static const char characters[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    char code[EMPLOYER_NO_SIZE];
    int sum = 0, weight = 1;

    if (!text_halfwidth(text_trim(text), code, sizeof code) || strlen(code) != EMPLOYER_NO_LEN)
        return false;
    for (int i = 0; i < EMPLOYER_NO_LEN; i++) {
        const char *found;

        if (code[i] >= 'a' && code[i] <= 'z')
            code[i] = (char)(code[i] - 'a' + 'A');
        found = strchr(characters, code[i]);
        if (!found)
            return false;
        if (i < EMPLOYER_NO_LEN - 1)
            sum += (int)(found - characters) * weight;
        else if ((31 - sum % 31) % 31 != (int)(found - characters))
            return false;
        weight = weight * 3 % 31;
    }
    memcpy(ret, code, sizeof code);
    return true;
}

bool unit_no_parse(struct text text, char ret[UNIT_NO_SIZE])
{
    char code[UNIT_NO_SIZE];

    if (!text_halfwidth(text_trim(text), code, sizeof code) || strlen(code) != UNIT_NO_LEN)
        return false;
    for (int i = 0; i < UNIT_NO_LEN; i++)
        if (!(code[i] >= '0' && code[i] <= '9') && !(code[i] >= 'A' && code[i] <= 'Z'))
            return false;
    memcpy(ret, code, sizeof code);
    return true;
}

bool region_parse(struct text text, char ret[REGION_SIZE])
{
    char code[REGION_SIZE];
    size_t len;

    if (!text_halfwidth(text_trim(text), code, sizeof code))
        return false;
    len = strlen(code);
    if ((len != 6 && len != 9 && len != 12) || !all_digits(code, len))
        return false;
    memcpy(ret, code, len + 1);
    return true;
}

void region_series(const char *region, char ret[REGION_SIZE])
{
    static const char *const former[] = { "332822", "330322" };
    static const char present[] = { '3', '3', '0', '3', '0', '5' }; /* 洞头区; 洞头县 until 2015-07 */
    size_t len = strlen(region);

    if (len > REGION_SIZE - 1)
        len = REGION_SIZE - 1;
    memcpy(ret, region, len);
    ret[len] = '\0';
    for (size_t i = 0; i < sizeof former / sizeof *former; i++)
        if (!strncmp(ret, former[i], 6))
            memcpy(ret, present, sizeof present);
}

bool region_township(const char *region, char ret[TOWNSHIP_SIZE])
{
    char series[REGION_SIZE];

    region_series(region, series);
    memset(ret, 0, TOWNSHIP_SIZE);
    if (strlen(series) < TOWNSHIP_SIZE - 1)
        return false;
    memcpy(ret, series, TOWNSHIP_SIZE - 1);
    return true;
}
