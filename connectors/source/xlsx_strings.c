#include "connectors/source/xlsx_strings.h"

#include <stdlib.h>
#include <string.h>

#include "connectors/source/spill.h"
#include "connectors/source/xlsx_text.h"
#include "lib/base/arena.h"
#include "lib/base/digest.h"

struct xlsx_strings {
    struct spill *texts;
    struct spill *ends; /* where each text ends, 8 bytes each */
    uint64_t count;
    struct xlsx_text text; /* of the one that is being read */
};

void xlsx_strings_free(struct xlsx_strings *strings)
{
    if (!strings)
        return;
    spill_close(strings->texts);
    spill_close(strings->ends);
    xlsx_text_free(&strings->text);
    free(strings);
}

void xlsx_strings_freep(struct xlsx_strings **strings)
{
    xlsx_strings_free(*strings);
}

/* --- reading them --- */

static int start(void *user, const char *name, const char *const *attributes, struct err *err)
{
    struct xlsx_strings *strings = user;

    if (!strcmp(name, "si"))
        xlsx_text_start(&strings->text);
    else
        xlsx_text_open(&strings->text, name);
    return 0;
}

static int keep(struct xlsx_strings *strings, struct err *err)
{
    struct text text = xlsx_text_end(&strings->text);
    uint8_t end[8];

    if (spill_add(strings->texts, text.data, text.len, err) < 0)
        return -1;
    put_be64(end, spill_size(strings->texts));
    strings->count++;
    return spill_add(strings->ends, end, sizeof end, err);
}

static int end(void *user, const char *name, struct err *err)
{
    struct xlsx_strings *strings = user;

    xlsx_text_close(&strings->text, name);
    return !strcmp(name, "si") ? keep(strings, err) : 0;
}

static int text(void *user, struct text piece, struct err *err)
{
    return xlsx_text_add(&((struct xlsx_strings *)user)->text, piece, err);
}

int xlsx_strings_read(struct bundle *bundle, const char *member, const struct unpacking *way,
                      uint64_t *bytes_left, struct xlsx_strings **ret, struct err *err)
{
    static const struct xml_events events = { .start = start, .end = end, .text = text };
    struct xlsx_strings *strings = mem_zalloc(sizeof *strings);

    if (spill_open(way->folder, &strings->texts, err) < 0 ||
        spill_open(way->folder, &strings->ends, err) < 0 ||
        xml_read(bundle, member, way, bytes_left, &events, strings, err) < 0) {
        xlsx_strings_free(strings);
        return -1;
    }
    *ret = strings;
    return 0;
}

/* --- giving them --- */

static uint64_t get_be64(const uint8_t *at)
{
    uint64_t value = 0;

    for (int i = 0; i < 8; i++)
        value = value << 8 | at[i];
    return value;
}

/* Where the text lies: between the end of the one before and its own. */
static int find(struct xlsx_strings *strings, uint64_t number, uint64_t *ret_at, uint64_t *ret_end,
                struct err *err)
{
    uint8_t ends[16] = { 0 };
    uint64_t before = number ? 1 : 0;

    if (spill_read(strings->ends, (number - before) * 8, ends + (before ? 0 : 8), 8 + 8 * before, err) < 0)
        return -1;
    *ret_at = get_be64(ends);
    *ret_end = get_be64(ends + 8);
    return 0;
}

int xlsx_strings_add_to(struct xlsx_strings *strings, uint64_t number, struct buffer *out, struct err *err)
{
    uint64_t at, end_at;
    size_t size;

    if (!strings || number >= strings->count)
        return err_set(err, ERR_REJECT,
                       "has a cell whose text is not in the workbook: have it saved and delivered again");
    if (find(strings, number, &at, &end_at, err) < 0)
        return -1;
    size = (size_t)(end_at - at);
    return spill_read(strings->texts, at, buffer_grow(out, size), size, err);
}
