#include "tests/unit/workbook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zip.h>

enum { MEMBERS_MAX = 40, TAGS_SIZE = 64 };

#define RELATIONS "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
static const char types[] = "<Types><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/"
                            "vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/></Types>";
static const char root[] = "<Relationships><Relationship Id=\"rId1\" Type=\"" RELATIONS
                           "officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
static const char book[] =
    "<workbook xmlns:r=\"x\"><sheets><sheet name=\"list\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";
static const char relations[] =
    "<Relationships><Relationship Id=\"rId1\" Type=\"" RELATIONS
    "worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" Type=\"" RELATIONS
    "styles\" Target=\"styles.xml\"/><Relationship Id=\"rId3\" Type=\"" RELATIONS
    "sharedStrings\" Target=\"/xl/sharedStrings.xml\"/></Relationships>";

static void must(bool done, const char *what)
{
    if (done)
        return;
    perror(what);
    abort();
}

int bytes_file(const void *data, size_t size)
{
    int fd = memfd_create("bytes", MFD_CLOEXEC);

    must(fd >= 0 && write(fd, data, size) == (ssize_t)size, "bytes_file");
    return fd;
}

int archive_file(const struct member *members, bool deflated)
{
    zip_source_t *buffer = zip_source_buffer_create(NULL, 0, 0, NULL);
    zip_t *zip = zip_open_from_source(buffer, ZIP_TRUNCATE, NULL);
    struct zip_stat status;
    char *bytes;
    int fd;

    must(zip != NULL, "archive_file");
    zip_source_keep(buffer);
    for (; members->name; members++) {
        size_t size = members->size ? members->size : strlen(members->text);
        zip_int64_t index = zip_file_add(zip, members->name, zip_source_buffer(zip, members->text, size, 0),
                                         ZIP_FL_ENC_UTF_8);

        must(index >= 0, members->name);
        zip_set_file_compression(zip, (zip_uint64_t)index, deflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 1);
    }
    must(zip_close(zip) == 0 && zip_source_stat(buffer, &status) == 0 && zip_source_open(buffer) == 0,
         "archive_file");
    bytes = malloc(status.size + 1);
    must(zip_source_read(buffer, bytes, status.size) == (zip_int64_t)status.size, "archive_file");
    zip_source_close(buffer);
    zip_source_free(buffer);
    fd = bytes_file(bytes, status.size);
    free(bytes);
    return fd;
}

static void put(struct member *members, const struct member *member)
{
    size_t i = 0;

    while (members[i].name && strcmp(members[i].name, member->name) != 0)
        i++;
    must(i < MEMBERS_MAX, "workbook_file");
    members[i] = *member;
}

static char *within(const char *element, const char *text)
{
    size_t size = strlen(text) + TAGS_SIZE;
    char *xml = malloc(size);

    snprintf(xml, size, "<%s>%s</%s>", element, text, element);
    return xml;
}

int workbook_file(const char *rows, const char *strings, const char *styles, const struct member *more)
{
    char *data = within("sheetData", rows), *sheet = within("worksheet", data);
    char *shared = within("sst", strings ? strings : ""), *style = within("styleSheet", styles ? styles : "");
    struct member members[MEMBERS_MAX + 1] = {
        { "[Content_Types].xml", types, 0 },     { "_rels/.rels", root, 0 },
        { "xl/workbook.xml", book, 0 },          { "xl/_rels/workbook.xml.rels", relations, 0 },
        { "xl/styles.xml", style, 0 },           { "xl/sharedStrings.xml", shared, 0 },
        { "xl/worksheets/sheet1.xml", sheet, 0 }
    };
    int fd;

    for (; more && more->name; more++)
        put(members, more);
    fd = archive_file(members, true);
    free(data);
    free(sheet);
    free(shared);
    free(style);
    return fd;
}
