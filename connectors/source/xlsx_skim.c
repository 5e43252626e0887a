#include "connectors/source/xlsx_skim.h"

#include <stdlib.h>

#include "lib/base/arena.h"

enum { ATTRIBUTES_MAX = 16 };

struct attribute {
    struct text name, value;
};

/* Where it stands; `short_of`: it met the end of the text, and could go on if there were more of it. */
struct skimmer {
    const char *at, *end;
    bool short_of;
};

static bool skip(struct skimmer *skimmer, struct text what)
{
    size_t left = (size_t)(skimmer->end - skimmer->at);

    if (left < what.len) {
        skimmer->short_of |= !memcmp(skimmer->at, what.data, left);
        return false;
    }
    if (memcmp(skimmer->at, what.data, what.len) != 0)
        return false;
    skimmer->at += what.len;
    return true;
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ':';
}

/* Up to the byte that ends it: nothing between that XML would read otherwise than as it stands. */
static bool take_until(struct skimmer *skimmer, char stop, bool ascii, struct text *ret)
{
    const char *start = skimmer->at;
    unsigned char high = 0;

    for (; skimmer->at < skimmer->end && *skimmer->at != stop; skimmer->at++) {
        unsigned char c = (unsigned char)*skimmer->at;

        if (c < ' ' || c == '&' || c == '<' || c == '>')
            return false;
        high |= c;
    }
    if (skimmer->at == skimmer->end) {
        skimmer->short_of = true;
        return false;
    }
    *ret = (struct text){ start, (size_t)(skimmer->at - start) };
    /* U+FFFE and U+FFFF are UTF-8, and no characters of XML. */
    return high < 0x80 || (!ascii && text_is_utf8(*ret) && !memmem(start, ret->len, "\xEF\xBF", 2));
}

static bool take_attribute(struct skimmer *skimmer, struct attribute *ret)
{
    const char *start = skimmer->at;

    while (skimmer->at < skimmer->end && is_name(*skimmer->at))
        skimmer->at++;
    ret->name = (struct text){ start, (size_t)(skimmer->at - start) };
    if (ret->name.len && (*start < 'A' || ret->name.data[ret->name.len - 1] == ':'))
        return false;
    if (!skip(skimmer, TEXT("=\"")) || !ret->name.len || !take_until(skimmer, '"', true, &ret->value))
        return false;
    skimmer->at++;
    return true;
}

/* To the end of the tag, *empty: that of the element, too. An attribute that comes twice is no XML. */
static bool take_attributes(struct skimmer *skimmer, struct attribute *ret, size_t *ret_count,
                            bool *ret_empty)
{
    *ret_count = 0;
    while (skimmer->at < skimmer->end && *skimmer->at == ' ') {
        struct attribute *next = &ret[*ret_count];

        skimmer->at++;
        if (*ret_count == ATTRIBUTES_MAX || !take_attribute(skimmer, next))
            return false;
        for (const struct attribute *other = ret; other < next; other++)
            if (other->name.len == next->name.len &&
                !memcmp(other->name.data, next->name.data, next->name.len))
                return false;
        ++*ret_count;
    }
    *ret_empty = skimmer->at < skimmer->end && *skimmer->at == '/';
    return *ret_empty ? skip(skimmer, TEXT("/>")) : skip(skimmer, TEXT(">"));
}

/* <v>…</v>, or an inline text of one run. */
static bool take_value(struct skimmer *skimmer, struct text *ret)
{
    if (skip(skimmer, TEXT("</c>"))) {
        *ret = (struct text){ 0 };
        return true;
    }
    if (skip(skimmer, TEXT("<v>")))
        return take_until(skimmer, '<', false, ret) && skip(skimmer, TEXT("</v></c>"));
    if (!skip(skimmer, TEXT("<is><t>")) && !skip(skimmer, TEXT("<is><t xml:space=\"preserve\">")))
        return false;
    return take_until(skimmer, '<', false, ret) && skip(skimmer, TEXT("</t></is></c>"));
}

static bool take_cell(struct skimmer *skimmer, struct skimmed_cell *ret)
{
    struct attribute attributes[ATTRIBUTES_MAX];
    size_t count;
    bool empty;

    *ret = (struct skimmed_cell){ 0 };
    if (!take_attributes(skimmer, attributes, &count, &empty))
        return false;
    for (size_t i = 0; i < count; i++) {
        char name = attributes[i].name.len == 1 ? *attributes[i].name.data : '\0';

        if (name == 'r')
            ret->reference = attributes[i].value;
        else if (name == 's')
            ret->style = attributes[i].value;
        else if (name == 't')
            ret->type = attributes[i].value;
    }
    return empty || take_value(skimmer, &ret->value);
}

static struct skimmed_cell *next_cell(struct skimmed_row *row)
{
    if (row->count == row->capacity) {
        row->capacity = 2 * row->capacity + 32;
        row->cells = mem_realloc(row->cells, row->capacity * sizeof *row->cells);
    }
    return &row->cells[row->count++];
}

static bool take_row(struct skimmer *skimmer, struct skimmed_row *ret)
{
    struct attribute attributes[ATTRIBUTES_MAX];
    size_t count;
    bool empty;

    if (!skip(skimmer, TEXT("<row")) || !take_attributes(skimmer, attributes, &count, &empty))
        return false;
    for (size_t i = 0; i < count; i++)
        if (text_equal(attributes[i].name.data, attributes[i].name.len, "r"))
            ret->number = attributes[i].value;
    if (empty)
        return true;
    while (skip(skimmer, TEXT("<c ")) || skip(skimmer, TEXT("<c>"))) {
        skimmer->at--; /* attributes begin with their blank, or there are none */
        if (!take_cell(skimmer, next_cell(ret)))
            return false;
    }
    return skip(skimmer, TEXT("</row>"));
}

enum skim xlsx_skim_row(struct text text, struct skimmed_row *ret)
{
    struct skimmer skimmer = { text.data, text.data + text.len, false };

    ret->number = (struct text){ 0 };
    ret->count = 0;
    if (!take_row(&skimmer, ret))
        return skimmer.short_of ? SKIM_MORE : SKIM_OTHER;
    ret->taken = (size_t)(skimmer.at - text.data);
    return SKIM_TAKEN;
}

void xlsx_skim_free(struct skimmed_row *row)
{
    free(row->cells);
    *row = (struct skimmed_row){ 0 };
}
