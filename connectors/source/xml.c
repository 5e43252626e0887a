#include "connectors/source/xml.h"

#include <expat.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"

enum { CHUNK_BYTES = 1 << 18, DEPTH_MAX = 64, MEMORY_MAX = 8 << 20 };

/* --- memory: expat keeps every name it meets, and a token until it is whole --- */

/* Expat gives its allocators no place for a word of ours; a parser stays with the thread that made it. */
static _Thread_local size_t parser_bytes;

static void *count_in(void *memory)
{
    parser_bytes += memory ? malloc_usable_size(memory) : 0;
    return memory;
}

static void bounded_free(void *memory)
{
    parser_bytes -= memory ? malloc_usable_size(memory) : 0;
    free(memory);
}

static void *bounded_malloc(size_t size)
{
    return parser_bytes + size > MEMORY_MAX ? NULL : count_in(malloc(size));
}

static void *bounded_realloc(void *old, size_t size)
{
    size_t had = old ? malloc_usable_size(old) : 0;
    void *memory;

    if (parser_bytes - had + size > MEMORY_MAX)
        return NULL;
    memory = realloc(old, size);
    if (memory)
        parser_bytes += malloc_usable_size(memory) - had;
    return memory;
}

/* --- events --- */

struct xml {
    XML_Parser parser;
    const struct xml_events *events;
    void *user;
    unsigned depth;
    bool other_encoding;   /* than UTF-8 */
    bool sought, skimming; /* the place where skimming begins; and whether it is done now */
    char *bytes;           /* read, and not yet taken or parsed */
    size_t at, end;
    struct err *err;
};

/* Most names are a letter or two: nothing that is worth a call. */
static const char *local(const char *name)
{
    for (const char *at = name; *at; at++)
        if (*at == ':')
            return at + 1;
    return name;
}

static void stop(struct xml *xml)
{
    XML_StopParser(xml->parser, XML_FALSE);
}

static void on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct xml *xml = user;

    if (xml->err->kind)
        return;
    if (++xml->depth > DEPTH_MAX) {
        err_set(xml->err, ERR_REJECT, "has XML that is nested over %d deep: no office program writes that",
                DEPTH_MAX);
        stop(xml);
    } else if (xml->events->start &&
               xml->events->start(xml->user, local(name), (const char *const *)attributes, xml->err) < 0) {
        stop(xml);
    }
}

static void on_end(void *user, const XML_Char *name)
{
    struct xml *xml = user;

    if (xml->err->kind)
        return;
    xml->depth--;
    if (xml->events->end && xml->events->end(xml->user, local(name), xml->err) < 0)
        stop(xml);
}

static void on_text(void *user, const XML_Char *text, int len)
{
    struct xml *xml = user;

    if (!xml->err->kind && xml->events->text(xml->user, (struct text){ text, (size_t)len }, xml->err) < 0)
        stop(xml);
}

static void on_doctype(void *user, const XML_Char *name, const XML_Char *system, const XML_Char *public,
                       int has_subset)
{
    struct xml *xml = user;

    err_set(xml->err, ERR_REJECT, "has XML with a document type, which no office program writes");
    stop(xml);
}

static void on_declaration(void *user, const XML_Char *version, const XML_Char *encoding, int standalone)
{
    struct xml *xml = user;

    xml->other_encoding = encoding && strcasecmp(encoding, "UTF-8") != 0;
}

const char *xml_attribute(const char *const *attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (!strcmp(attributes[0], name))
            return attributes[1];
    return NULL;
}

/* --- reading --- */

static int explain(const struct xml *xml, struct err *err)
{
    if (err->kind)
        return -1;
    if (XML_GetErrorCode(xml->parser) == XML_ERROR_NO_MEMORY)
        return err_set(err, ERR_REJECT, "has XML that needs more memory than any office program's");
    return err_set(err, ERR_REJECT, "has XML that is damaged: have it saved and delivered again");
}

static int feed(struct xml *xml, size_t size, bool last, struct err *err)
{
    const char *bytes = xml->bytes + xml->at;

    xml->at += size;
    return XML_Parse(xml->parser, bytes, (int)size, last) == XML_STATUS_OK ? 0 : explain(xml, err);
}

/* Through a tag that stands in what has been read; *ret_found: it does. */
static int feed_through(struct xml *xml, const char *tag, bool *ret_found, struct err *err)
{
    const char *start = xml->bytes + xml->at, *found = memmem(start, xml->end - xml->at, tag, strlen(tag));

    *ret_found = found != NULL;
    return found ? feed(xml, (size_t)(found - start) + strlen(tag), false, err) : 0;
}

static int start_skimming(struct xml *xml, struct err *err)
{
    bool found = false;

    xml->sought = true;
    if (feed_through(xml, xml->events->skimmer->from, &found, err) < 0)
        return -1;
    xml->skimming = found && !xml->other_encoding;
    return 0;
}

/* As far as it goes with what has been read; what is left is for the parser when it is no longer skimming. */
static int skim(struct xml *xml, struct err *err)
{
    while (xml->skimming) {
        const struct xml_skimmer *skimmer = xml->events->skimmer;
        bool found = false;
        size_t taken = 0;
        int next =
            skimmer->skim(xml->user, (struct text){ xml->bytes + xml->at, xml->end - xml->at }, &taken, err);

        if (next < 0)
            return -1;
        xml->at += taken;
        if (next == XML_SKIM_ONE && feed_through(xml, skimmer->to, &found, err) < 0)
            return -1;
        if (found)
            continue;
        if (next == XML_SKIM_OVER || xml->end - xml->at == CHUNK_BYTES)
            xml->skimming = false;
        break;
    }
    return 0;
}

/* Behind what is left of what was read before. */
static int read_more(struct xml *xml, struct bundle *bundle, struct meter *meter, bool *ret_last,
                     struct err *err)
{
    size_t got;

    memmove(xml->bytes, xml->bytes + xml->at, xml->end - xml->at);
    xml->end -= xml->at;
    xml->at = 0;
    *ret_last = false;
    while (xml->end < CHUNK_BYTES && !*ret_last) {
        if (bundle_read(bundle, xml->bytes + xml->end, CHUNK_BYTES - xml->end, &got, err) < 0 ||
            meter_add(meter, got, err) < 0)
            return -1;
        xml->end += got;
        *ret_last = got == 0;
    }
    return 0;
}

static int parse(struct xml *xml, struct bundle *bundle, struct meter *meter, struct err *err)
{
    bool last = false;

    while (!last) {
        if (read_more(xml, bundle, meter, &last, err) < 0)
            return -1;
        if (xml->events->skimmer && !xml->sought && start_skimming(xml, err) < 0)
            return -1;
        if (skim(xml, err) < 0)
            return -1;
        if ((!xml->skimming || last) && feed(xml, xml->end - xml->at, last, err) < 0)
            return -1;
    }
    return 0;
}

static void free_parser(XML_Parser *parser)
{
    if (*parser)
        XML_ParserFree(*parser);
}

int xml_read(struct bundle *bundle, const char *member, const struct unpacking *way, uint64_t *bytes_left,
             const struct xml_events *events, void *user, struct err *err)
{
    static const XML_Memory_Handling_Suite memory = { bounded_malloc, bounded_realloc, bounded_free };
    CLEANUP(free_parser) XML_Parser parser = XML_ParserCreate_MM(NULL, &memory, NULL);
    CLEANUP(mem_freep) char *bytes = mem_alloc(CHUNK_BYTES);
    struct xml xml = { .parser = parser, .events = events, .user = user, .bytes = bytes, .err = err };
    struct meter meter = { .way = way, .bytes_max = *bytes_left };
    int status;

    if (!parser)
        return err_set(err, ERR_RETRY, "there is no memory to read a workbook");
    XML_SetUserData(parser, &xml);
    XML_SetElementHandler(parser, on_start, on_end);
    if (events->text)
        XML_SetCharacterDataHandler(parser, on_text);
    XML_SetStartDoctypeDeclHandler(parser, on_doctype);
    XML_SetXmlDeclHandler(parser, on_declaration);
    if (bundle_start(bundle, member, &meter.packed, err) < 0)
        return -1;
    status = parse(&xml, bundle, &meter, err);
    *bytes_left -= meter.unpacked < *bytes_left ? meter.unpacked : *bytes_left;
    return status;
}
