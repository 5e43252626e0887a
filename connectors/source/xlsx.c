#include "connectors/source/xlsx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connectors/source/office.h"
#include "connectors/source/xlsx_sheet.h"
#include "lib/base/arena.h"

enum { NAME_SIZE = 512, PARTS_MAX = 4096 };

/* A relation of the workbook: its id, and the member of the archive that it leads to. */
struct part {
    char *id, *kind, *member;
};

struct book {
    const struct feed_conf *feed;
    const struct unpacking *way;
    struct bundle *bundle;
    uint64_t bytes_left; /* that may still be unpacked */
    bool macros;         /* of a content type that has them, or is not XML */
    bool since_1904;
    size_t sheet_count;
    char member[NAME_SIZE]; /* the workbook itself */
    char folder[NAME_SIZE]; /* it lies in, with the slash at the end; "": none */
    char sheet_id[NAME_SIZE];
    struct part *parts;
    size_t part_count;
};

static int damaged(struct err *err)
{
    return err_set(err, ERR_REJECT, "is a workbook that is damaged: have it saved and delivered again");
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);

    return len >= end_len && !strcasecmp(text + len - end_len, end);
}

static int read_part(struct book *book, const char *member, const struct xml_events *events, struct err *err)
{
    if (!bundle_has(book->bundle, member))
        return damaged(err);
    return xml_read(book->bundle, member, book->way, &book->bytes_left, events, book, err);
}

/* --- what it is: no macros, no links --- */

static int refuse_macros(struct err *err)
{
    return err_set(err, ERR_REJECT,
                   "is a workbook with macros or of the binary kind (.xlsm, .xlsb): have it saved as .xlsx");
}

static int check_members(const struct book *book, struct err *err)
{
    uint64_t count = bundle_count(book->bundle);

    for (uint64_t i = 0; i < count; i++) {
        const char *name = bundle_name(book->bundle, i);

        if (ends_with(name, "vbaProject.bin") || !strncasecmp(name, "xl/macrosheets/", 15))
            return refuse_macros(err);
        if (!strncasecmp(name, "xl/externalLinks/", 17))
            return err_set(
                err, ERR_REJECT,
                "is a workbook with links to other workbooks: have its values pasted in their place");
    }
    return 0;
}

static int on_type(void *user, const char *name, const char *const *attributes, struct err *err)
{
    struct book *book = user;
    const char *type = xml_attribute(attributes, "ContentType");

    if (type && (strcasestr(type, "macroEnabled") || strcasestr(type, "sheet.binary")))
        book->macros = true;
    return 0;
}

static int check_types(struct book *book, struct err *err)
{
    static const struct xml_events events = { .start = on_type };

    if (read_part(book, "[Content_Types].xml", &events, err) < 0)
        return -1;
    return book->macros ? refuse_macros(err) : 0;
}

/* --- relations --- */

/* The last word of a type that is an address: ".../relationships/worksheet". */
static const char *kind_of(const char *type)
{
    const char *slash = type ? strrchr(type, '/') : NULL;

    return slash ? slash + 1 : "";
}

/* Relative to the folder of the workbook, or from the root of the archive; "../" leads up one. */
static bool resolve(const struct book *book, const char *target, char ret[NAME_SIZE])
{
    char folder[NAME_SIZE];
    int len;

    snprintf(folder, sizeof folder, "%s", *target == '/' ? "" : book->folder);
    target += *target == '/';
    for (; !strncmp(target, "../", 3); target += 3) {
        char *slash;

        if (*folder)
            folder[strlen(folder) - 1] = '\0';
        slash = strrchr(folder, '/');
        folder[slash ? (size_t)(slash - folder) + 1 : 0] = '\0';
    }
    len = snprintf(ret, NAME_SIZE, "%s%s", folder, target);
    return len > 0 && len < NAME_SIZE;
}

static int on_relation(void *user, const char *name, const char *const *attributes, struct err *err)
{
    struct book *book = user;
    const char *id = xml_attribute(attributes, "Id"), *target = xml_attribute(attributes, "Target");
    const char *mode = xml_attribute(attributes, "TargetMode");
    char member[NAME_SIZE];

    if (strcmp(name, "Relationship") != 0 || !id || !target || (mode && !strcasecmp(mode, "External")) ||
        !resolve(book, target, member))
        return 0;
    if (book->part_count == PARTS_MAX)
        return damaged(err);
    book->parts = mem_realloc(book->parts, (book->part_count + 1) * sizeof *book->parts);
    book->parts[book->part_count++] =
        (struct part){ .id = mem_strdup(id),
                       .kind = mem_strdup(kind_of(xml_attribute(attributes, "Type"))),
                       .member = mem_strdup(member) };
    return 0;
}

static void forget_parts(struct book *book)
{
    for (size_t i = 0; i < book->part_count; i++) {
        free(book->parts[i].id);
        free(book->parts[i].kind);
        free(book->parts[i].member);
    }
    free(book->parts);
    book->parts = NULL;
    book->part_count = 0;
}

static int read_relations(struct book *book, const char *member, struct err *err)
{
    static const struct xml_events events = { .start = on_relation };

    forget_parts(book);
    return bundle_has(book->bundle, member) ? read_part(book, member, &events, err) : 0;
}

static const struct part *part_of_kind(const struct book *book, const char *kind)
{
    for (size_t i = 0; i < book->part_count; i++)
        if (!strcmp(book->parts[i].kind, kind))
            return &book->parts[i];
    return NULL;
}

static const struct part *part_of_id(const struct book *book, const char *id)
{
    for (size_t i = 0; i < book->part_count; i++)
        if (!strcmp(book->parts[i].id, id))
            return &book->parts[i];
    return NULL;
}

/* Where the workbook lies: the archive's own relations say. */
static int find_book(struct book *book, struct err *err)
{
    const struct part *part;
    const char *slash;

    if (read_relations(book, "_rels/.rels", err) < 0)
        return -1;
    part = part_of_kind(book, "officeDocument");
    snprintf(book->member, sizeof book->member, "%s", part ? part->member : "xl/workbook.xml");
    slash = strrchr(book->member, '/');
    snprintf(book->folder, sizeof book->folder, "%.*s", slash ? (int)(slash - book->member) + 1 : 0,
             book->member);
    return 0;
}

/* Those of the workbook's own parts: FOLDER/_rels/NAME.rels. */
static int find_parts(struct book *book, struct err *err)
{
    char member[2 * NAME_SIZE];

    snprintf(member, sizeof member, "%s_rels/%s.rels", book->folder, book->member + strlen(book->folder));
    return read_relations(book, member, err);
}

/* --- the workbook: which sheet --- */

static bool is_true(const char *value)
{
    return value && (!strcmp(value, "1") || !strcmp(value, "true"));
}

static void take_sheet(struct book *book, const char *const *attributes)
{
    const char *name = xml_attribute(attributes, "name"), *id = NULL;

    for (const char *const *at = attributes; *at; at += 2) /* r:id, and not sheetId */
        if (ends_with(at[0], ":id"))
            id = at[1];
    book->sheet_count++;
    if (!id || (book->feed->sheet && (!name || strcmp(name, book->feed->sheet) != 0)))
        return;
    snprintf(book->sheet_id, sizeof book->sheet_id, "%s", id);
}

static int on_book(void *user, const char *name, const char *const *attributes, struct err *err)
{
    struct book *book = user;

    if (!strcmp(name, "workbookPr"))
        book->since_1904 = is_true(xml_attribute(attributes, "date1904"));
    else if (!strcmp(name, "sheet"))
        take_sheet(book, attributes);
    return 0;
}

static int find_sheet(struct book *book, const struct part **ret, struct err *err)
{
    static const struct xml_events events = { .start = on_book };

    if (read_part(book, book->member, &events, err) < 0)
        return -1;
    if (!book->feed->sheet && book->sheet_count != 1)
        return err_set(err, ERR_REJECT,
                       "is a workbook of %zu sheets: say which one the feed reads (sheet: its name)",
                       book->sheet_count);
    if (!*book->sheet_id)
        return err_set(
            err, ERR_REJECT,
            "has no sheet of the name that the feed says (sheet): it was renamed; say its new name, "
            "or have the old one restored");
    *ret = part_of_id(book, book->sheet_id);
    if (!*ret || strcmp((*ret)->kind, "worksheet") != 0)
        return err_set(err, ERR_REJECT, "has a sheet that is a chart or dialogue, not a table");
    return 0;
}

/* --- all of it --- */

static int read_sheet(struct book *book, const struct part *sheet, struct spool *spool, struct err *err)
{
    CLEANUP(xlsx_strings_freep) struct xlsx_strings *strings = NULL;
    CLEANUP(xlsx_styles_free) struct xlsx_styles styles = { 0 };
    const struct part *shared = part_of_kind(book, "sharedStrings"), *style = part_of_kind(book, "styles");
    struct xlsx_sheet with = { .feed = book->feed, .styles = &styles, .since_1904 = book->since_1904 };

    if (style && bundle_has(book->bundle, style->member) &&
        xlsx_styles_read(book->bundle, style->member, book->way, &book->bytes_left, &styles, err) < 0)
        return -1;
    if (shared && bundle_has(book->bundle, shared->member) &&
        xlsx_strings_read(book->bundle, shared->member, book->way, &book->bytes_left, &strings, err) < 0)
        return -1;
    with.strings = strings;
    if (!bundle_has(book->bundle, sheet->member))
        return damaged(err);
    return xlsx_sheet_read(&with, book->bundle, sheet->member, book->way, &book->bytes_left, spool, err);
}

static int read_book(struct book *book, struct spool *spool, struct err *err)
{
    const struct part *sheet = NULL;

    if (check_members(book, err) < 0 || check_types(book, err) < 0 || find_book(book, err) < 0 ||
        find_parts(book, err) < 0 || find_sheet(book, &sheet, err) < 0)
        return -1;
    return read_sheet(book, sheet, spool, err);
}

static int check_kind(int fd, uint64_t size, struct err *err)
{
    enum office_kind kind;

    if (office_kind_of(fd, size, &kind, err) < 0)
        return -1;
    if (kind == OFFICE_XLSX)
        return 0;
    return err_set(err, ERR_REJECT, "%s",
                   kind == OFFICE_NONE ? "is no .xlsx workbook, as the feed says (format), or is damaged"
                                       : office_texts[kind]);
}

int xlsx_spool(const struct feed_conf *feed, const struct unpacking *way, int fd, uint64_t size, int *ret_fd,
               struct err *err)
{
    CLEANUP(bundle_closep) struct bundle *bundle = NULL;
    CLEANUP(spool_closep) struct spool *spool = NULL;
    struct book book = { .feed = feed, .way = way, .bytes_left = feed->unpacked_bytes_max };
    int status;

    if (check_kind(fd, size, err) < 0 || bundle_open(fd, size, &bundle, err) < 0 ||
        spool_open(feed, way, &spool, err) < 0)
        return -1;
    book.bundle = bundle;
    status = read_book(&book, spool, err);
    forget_parts(&book);
    return status < 0 ? -1 : spool_take(spool, ret_fd, err);
}
