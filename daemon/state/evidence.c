#include "daemon/state/evidence.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"

/* The subject whose segments are coming in. */
struct gathering {
    struct deliveries *deliveries;
    evidence_subject *each;
    void *user;
    bool any;
    struct token subject;
    struct segment_dictionary dictionary;
    struct record *records;
    size_t count, capacity;
};

static int gathering_tell(struct gathering *gathering, struct err *err)
{
    if (!gathering->any)
        return 0;
    return gathering->each(gathering->user, &gathering->subject, gathering->records, gathering->count, err);
}

static void gathering_start(struct gathering *gathering, const struct token *subject)
{
    gathering->any = true;
    gathering->subject = *subject;
    gathering->count = 0;
    segment_dictionary_clear(&gathering->dictionary);
}

static int gathering_add(struct gathering *gathering, struct text segment, struct err *err)
{
    struct segment_reader reader =
        segment_open(&gathering->subject, segment.data, segment.len, &gathering->dictionary, deliveries_find,
                     gathering->deliveries);
    struct record record;

    while (segment_next(&reader, &record)) {
        if (gathering->count == gathering->capacity) {
            gathering->capacity = gathering->capacity ? gathering->capacity * 2 : 128;
            gathering->records =
                mem_realloc(gathering->records, gathering->capacity * sizeof *gathering->records);
        }
        gathering->records[gathering->count++] = record;
    }
    if (segment_failed(&reader))
        return err_stop(err, EXIT_FAILED, "evidence: a segment cannot be read; restore it or replay the log");
    return 0;
}

static int gather_segment(void *user, struct reader *row, int columns, struct err *err)
{
    struct gathering *gathering = user;
    struct text subject, segment;
    struct token token;

    (void)columns;
    if (!reader_field(row, &subject) || !reader_field(row, &segment) || subject.len != TOKEN_SIZE)
        return err_stop(err, EXIT_FAILED, "evidence: a row cannot be read: is the schema of this version?");
    memcpy(token.bytes, subject.data, TOKEN_SIZE);
    if (!gathering->any || !token_equal(&token, &gathering->subject)) {
        if (gathering_tell(gathering, err) < 0)
            return -1;
        gathering_start(gathering, &token);
    }
    return gathering_add(gathering, segment, err);
}

static void gathering_end(struct gathering *gathering)
{
    segment_dictionary_free(&gathering->dictionary);
    free(gathering->records);
}

int evidence_read(struct store *store, struct deliveries *deliveries, evidence_subject *each, void *user,
                  struct err *err)
{
    struct gathering gathering = { .deliveries = deliveries, .each = each, .user = user };
    int status = copy_out(
        store, "COPY (SELECT subject, segment FROM olive.evidence ORDER BY subject, seq) TO STDOUT BINARY",
        gather_segment, &gathering, err);

    if (status == 0)
        status = gathering_tell(&gathering, err);
    gathering_end(&gathering);
    return status;
}

static int gather_rows(struct gathering *gathering, const struct rows *rows, struct err *err)
{
    for (size_t i = 0; i < rows_count(rows); i++)
        if (gathering_add(gathering, rows_text(rows, i, 0), err) < 0)
            return -1;
    return gathering_tell(gathering, err);
}

int evidence_read_one(struct store *store, struct deliveries *deliveries, const struct token *subject,
                      evidence_subject *each, void *user, struct err *err)
{
    struct gathering gathering = { .deliveries = deliveries, .each = each, .user = user };
    const struct param params[] = { param_bytes(subject->bytes, TOKEN_SIZE) };
    CLEANUP(rows_freep) struct rows *rows = NULL;
    int status;

    if (store_query(store, "SELECT segment FROM olive.evidence WHERE subject = $1 ORDER BY seq", params, 1,
                    &rows, err) < 0)
        return -1;
    gathering_start(&gathering, subject);
    status = gather_rows(&gathering, rows, err);
    gathering_end(&gathering);
    return status;
}
