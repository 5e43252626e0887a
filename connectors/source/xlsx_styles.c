#include "connectors/source/xlsx_styles.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"

enum { FORMATS_MAX = 10000, STYLES_MAX = 1 << 17, NUMBER_DIGITS_MAX = 9 };

struct format { /* one that the workbook adds */
    unsigned id;
    enum number_kind kind;
};

struct reading {
    struct xlsx_styles *styles;
    struct format *formats;
    size_t format_count;
    bool in_cells; /* the styles that cells name, not those of named styles */
};

static uint64_t number_of(const char *const *attributes, const char *name)
{
    uint64_t number = 0;

    text_digits(text_of(xml_attribute(attributes, name)), NUMBER_DIGITS_MAX, &number);
    return number;
}

/* Room for the next power of two. */
static bool is_full(size_t count)
{
    return (count & (count - 1)) == 0;
}

static size_t grown(size_t count)
{
    return count ? 2 * count : 1;
}

static int too_many(struct err *err)
{
    return err_set(err, ERR_REJECT, "has more styles than any office program writes");
}

static int add_format(struct reading *reading, const char *const *attributes, struct err *err)
{
    if (reading->format_count == FORMATS_MAX)
        return too_many(err);
    if (is_full(reading->format_count))
        reading->formats =
            mem_realloc(reading->formats, grown(reading->format_count) * sizeof *reading->formats);
    reading->formats[reading->format_count++] = (struct format){
        .id = (unsigned)number_of(attributes, "numFmtId"),
        .kind = number_kind_of(text_of(xml_attribute(attributes, "formatCode"))),
    };
    return 0;
}

static enum number_kind kind_of(const struct reading *reading, unsigned format)
{
    for (size_t i = 0; i < reading->format_count; i++)
        if (reading->formats[i].id == format)
            return reading->formats[i].kind;
    return number_kind_builtin(format);
}

static int add_style(struct reading *reading, const char *const *attributes, struct err *err)
{
    struct xlsx_styles *styles = reading->styles;

    if (styles->count == STYLES_MAX)
        return too_many(err);
    if (is_full(styles->count))
        styles->kinds = mem_realloc(styles->kinds, grown(styles->count));
    styles->kinds[styles->count++] = (uint8_t)kind_of(reading, (unsigned)number_of(attributes, "numFmtId"));
    return 0;
}

static int start(void *user, const char *name, const char *const *attributes, struct err *err)
{
    struct reading *reading = user;

    if (!strcmp(name, "numFmt"))
        return add_format(reading, attributes, err);
    if (!strcmp(name, "cellXfs"))
        reading->in_cells = true;
    if (reading->in_cells && !strcmp(name, "xf"))
        return add_style(reading, attributes, err);
    return 0;
}

static int end(void *user, const char *name, struct err *err)
{
    struct reading *reading = user;

    if (!strcmp(name, "cellXfs"))
        reading->in_cells = false;
    return 0;
}

int xlsx_styles_read(struct bundle *bundle, const char *member, const struct unpacking *way,
                     uint64_t *bytes_left, struct xlsx_styles *ret, struct err *err)
{
    static const struct xml_events events = { .start = start, .end = end };
    struct reading reading = { .styles = ret };
    int status = xml_read(bundle, member, way, bytes_left, &events, &reading, err);

    free(reading.formats);
    return status;
}

void xlsx_styles_free(struct xlsx_styles *styles)
{
    free(styles->kinds);
    *styles = (struct xlsx_styles){ 0 };
}
