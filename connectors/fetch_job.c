#include "connectors/fetch_job.h"

#include <jansson.h>
#include <stdlib.h>

#include "lib/base/arena.h"
#include "lib/base/json.h"

struct member {
    const char *key;
    bool number; /* uint64_t; else char * */
    size_t offset;
};

struct members {
    const struct member *items;
    size_t count;
};

#define TEXT_OF(type, member)                                                                                \
    {                                                                                                        \
#member, false, offsetof(struct type, member)                                                        \
    }
#define NUMBER_OF(type, member)                                                                              \
    {                                                                                                        \
#member, true, offsetof(struct type, member)                                                         \
    }

static const struct member job_items[] = {
    TEXT_OF(fetch_job, feed),      NUMBER_OF(fetch_job, timeout_s), NUMBER_OF(fetch_job, bytes_max),
    NUMBER_OF(fetch_job, gb18030), TEXT_OF(fetch_job, connection),  TEXT_OF(fetch_job, password),
    TEXT_OF(fetch_job, query),     TEXT_OF(fetch_job, watermark),   TEXT_OF(fetch_job, mark),
    TEXT_OF(fetch_job, url),       TEXT_OF(fetch_job, rows),        TEXT_OF(fetch_job, next),
    TEXT_OF(fetch_job, cursor),    TEXT_OF(fetch_job, page),        TEXT_OF(fetch_job, token),
    TEXT_OF(fetch_job, headers),   TEXT_OF(fetch_job, ca),          TEXT_OF(fetch_job, etag),
    TEXT_OF(fetch_job, modified),
};
static const struct members of_job = { job_items, sizeof job_items / sizeof *job_items };

static const struct member fetched_items[] = {
    NUMBER_OF(fetched, state),         NUMBER_OF(fetched, rows),
    NUMBER_OF(fetched, lines),         NUMBER_OF(fetched, bytes),
    TEXT_OF(fetched, sha256),          TEXT_OF(fetched, mark),
    TEXT_OF(fetched, columns),         TEXT_OF(fetched, etag),
    TEXT_OF(fetched, modified),        TEXT_OF(fetched, why),
    NUMBER_OF(fetched, retry_after_s),
};
static const struct members of_fetched = { fetched_items, sizeof fetched_items / sizeof *fetched_items };

static void write_members(const struct members *members, const void *object, struct buffer *out)
{
    struct json json = json_to(out);

    json_open(&json, '{');
    for (size_t i = 0; i < members->count; i++) {
        const void *member = (const char *)object + members->items[i].offset;

        if (!members->items[i].number && !*(char *const *)member)
            continue;
        json_key(&json, members->items[i].key);
        if (members->items[i].number)
            json_uint(&json, *(const uint64_t *)member);
        else
            json_str(&json, *(char *const *)member);
    }
    json_close(&json, '}');
    buffer_add_byte(out, '\n');
}

static void read_members(const struct members *members, const json_t *object, void *ret)
{
    for (size_t i = 0; i < members->count; i++) {
        const json_t *value = json_object_get(object, members->items[i].key);
        void *member = (char *)ret + members->items[i].offset;

        if (members->items[i].number)
            *(uint64_t *)member = (uint64_t)json_integer_value(value);
        else if (json_is_string(value))
            *(char **)member = mem_strdup(json_string_value(value));
    }
}

static int read_text(const struct members *members, const void *text, size_t size, void *ret, struct err *err)
{
    json_t *object = json_loadb(text, size, JSON_DISABLE_EOF_CHECK, NULL);
    bool good = json_is_object(object);

    if (good)
        read_members(members, object, ret);
    json_decref(object);
    return good ? 0
                : err_stop(err, EXIT_FAILED, "olive-fetch and olive-connect do not understand each other");
}

static void free_members(const struct members *members, void *object)
{
    for (size_t i = 0; i < members->count; i++)
        if (!members->items[i].number)
            mem_freep((char *)object + members->items[i].offset);
}

void fetch_job_write(const struct fetch_job *job, struct buffer *out)
{
    write_members(&of_job, job, out);
}

int fetch_job_read(const void *text, size_t size, struct fetch_job *ret, struct err *err)
{
    *ret = (struct fetch_job){ 0 };
    return read_text(&of_job, text, size, ret, err);
}

void fetch_job_free(struct fetch_job *job)
{
    free_members(&of_job, job);
}

void fetched_write(const struct fetched *fetched, struct buffer *out)
{
    write_members(&of_fetched, fetched, out);
}

int fetched_read(const void *text, size_t size, struct fetched *ret, struct err *err)
{
    *ret = (struct fetched){ 0 };
    return read_text(&of_fetched, text, size, ret, err);
}

void fetched_free(struct fetched *fetched)
{
    free_members(&of_fetched, fetched);
}
