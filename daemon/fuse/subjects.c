/* FLUSH, steps 4 and 5: what is new becomes evidence, and the touched subjects are assessed at the open
 * period.
 *
 * Two COPYs cannot run at once on a connection: each subject's evidence goes out as soon as it is computed,
 * so that PostgreSQL works while the next one is, and the subjects' rows wait in memory for the second COPY.
 */
#include <stdlib.h>
#include <string.h>

#include "daemon/fuse/fuse_private.h"
#include "lib/core/subject.h"

/* What one subject comes to in this flush. */
struct row {
    struct cached *cached;
    struct token households[HOUSEHOLD_KIND_COUNT];
    uint64_t record_count;
    uint8_t record_sum[SUM_SIZE];
    size_t fresh_count;
    size_t segment_at, segment_size; /* in `bytes` */
    size_t packed_at, packed_size;   /* in `bytes`: the indicators */
};

struct staged {
    struct row *rows;
    size_t count, capacity;
    struct buffer bytes;
    struct segment_dictionary dictionary;
    struct record *records; /* of one subject: those of the stream, then the pending ones */
    const struct record **known, **incoming;
    size_t record_capacity;
};

void subjects_free(struct fuse *fuse)
{
    struct staged *staged = fuse->staged;

    if (!staged)
        return;
    free(staged->rows);
    free(staged->records);
    free((void *)staged->known);
    free((void *)staged->incoming);
    buffer_free(&staged->bytes);
    segment_dictionary_free(&staged->dictionary);
    free(staged);
    fuse->staged = NULL;
}

static void staged_start(struct fuse *fuse)
{
    if (!fuse->staged)
        fuse->staged = mem_zalloc(sizeof *fuse->staged);
    fuse->staged->count = 0;
    buffer_clear(&fuse->staged->bytes);
}

static struct row *staged_row(struct staged *staged, struct cached *cached)
{
    if (staged->count == staged->capacity) {
        staged->capacity = staged->capacity ? staged->capacity * 2 : 1024;
        staged->rows = mem_realloc(staged->rows, staged->capacity * sizeof *staged->rows);
    }
    staged->rows[staged->count] = (struct row){ .cached = cached };
    return &staged->rows[staged->count++];
}

static void records_room(struct staged *staged, size_t count)
{
    if (count <= staged->record_capacity)
        return;
    staged->record_capacity = count * 2;
    staged->records = mem_realloc(staged->records, staged->record_capacity * sizeof *staged->records);
    staged->known = mem_realloc((void *)staged->known, staged->record_capacity * sizeof *staged->known);
    staged->incoming =
        mem_realloc((void *)staged->incoming, staged->record_capacity * sizeof *staged->incoming);
}

/* --- loading what is not cached --- */

static int set_stream(struct fuse *fuse, const struct rows *rows, size_t from, size_t end, struct err *err)
{
    CLEANUP(buffer_free) struct buffer stream = { 0 };
    struct text subject = rows_text(rows, from, 0);
    struct token token;

    if (subject.len != TOKEN_SIZE)
        return err_stop(err, EXIT_FAILED, "olive.evidence has a row that cannot be read");
    memcpy(token.bytes, subject.data, TOKEN_SIZE);
    for (size_t i = from; i < end; i++) {
        struct text segment = rows_text(rows, i, 2);

        buffer_add(&stream, segment.data, segment.len);
    }
    cache_set_stream(fuse->cache, cache_subject(fuse->cache, &token, 0, false), stream.data, stream.size,
                     rows_int8(rows, end - 1, 1) + 1);
    return 0;
}

static int set_streams(struct fuse *fuse, const struct rows *rows, struct err *err)
{
    for (size_t from = 0, end; from < rows_count(rows); from = end) {
        struct text subject = rows_text(rows, from, 0);

        for (end = from + 1; end < rows_count(rows); end++)
            if (memcmp(rows_text(rows, end, 0).data, subject.data, subject.len) != 0)
                break;
        if (set_stream(fuse, rows, from, end, err) < 0)
            return -1;
    }
    return 0;
}

/* False: a segment names a delivery that is not known here, or is not ours. */
static bool decode_stream(struct fuse *fuse, const struct cached *cached, size_t *ret_count)
{
    struct staged *staged = fuse->staged;
    struct segment_reader reader = segment_open(&cached->token, cached->stream, cached->stream_size,
                                                &staged->dictionary, deliveries_find, fuse->deliveries);
    size_t count = 0;

    segment_dictionary_clear(&staged->dictionary);
    records_room(staged, 16);
    while (segment_next(&reader, &staged->records[count])) {
        count++;
        records_room(staged, count + 1);
    }
    *ret_count = count;
    return !segment_failed(&reader);
}

static bool all_readable(struct fuse *fuse, struct cached *const *loaded, size_t count)
{
    size_t ignored;

    for (size_t i = 0; i < count; i++)
        if (!decode_stream(fuse, loaded[i], &ignored))
            return false;
    return true;
}

/* Evidence that another instance (or this one, before it started anew) has written may name deliveries that
 * were not met here. That is found out here, because nothing can be asked while a COPY runs. */
static int check_loaded(struct fuse *fuse, struct cached *const *loaded, size_t count, struct err *err)
{
    if (all_readable(fuse, loaded, count))
        return 0;
    if (deliveries_load(fuse->deliveries, fuse->store, err) < 0)
        return -1;
    if (all_readable(fuse, loaded, count))
        return 0;
    return err_stop(err, EXIT_FAILED, "evidence of a subject cannot be read; restore it or replay the log");
}

static int load_some(struct fuse *fuse, struct cached *const *missing, size_t count, struct err *err)
{
    CLEANUP(buffer_free) struct buffer tokens = { 0 }, array = { 0 };
    CLEANUP(rows_freep) struct rows *rows = NULL;
    struct param params[1];

    for (size_t i = 0; i < count; i++)
        buffer_add(&tokens, missing[i]->token.bytes, TOKEN_SIZE);
    params[0] = param_bytes_array(&array, tokens.data, TOKEN_SIZE, count, TOKEN_SIZE);
    if (store_query(
            fuse->store,
            "SELECT subject, seq, segment FROM olive.evidence WHERE subject = ANY($1) ORDER BY subject, seq",
            params, 1, &rows, err) < 0 ||
        set_streams(fuse, rows, err) < 0)
        return -1;
    for (size_t i = 0; i < count; i++)
        if (!missing[i]->loaded) /* it has no evidence yet */
            cache_set_stream(fuse->cache, missing[i], NULL, 0, 1);
    return check_loaded(fuse, missing, count, err);
}

enum { LOAD_AT_ONCE = 20000 };

int subjects_load(struct fuse *fuse, struct err *err)
{
    size_t count, missing_count = 0;
    struct cached **touched = cache_touched(fuse->cache, &count);
    struct cached **missing = mem_alloc(LOAD_AT_ONCE * sizeof *missing);
    int status = 0;

    staged_start(fuse);
    for (size_t i = 0; i < count && status == 0; i++) {
        if (!touched[i]->loaded)
            missing[missing_count++] = touched[i];
        if (missing_count == LOAD_AT_ONCE || (i + 1 == count && missing_count)) {
            status = load_some(fuse, missing, missing_count, err);
            missing_count = 0;
        }
    }
    free((void *)missing);
    return status;
}

/* --- one subject --- */

static void count_repeated(struct fuse *fuse, const struct cached *cached, const struct record *pending,
                           const struct record **fresh, size_t fresh_count)
{
    struct lane *lanes = fuse->partitions[cached->partition].lanes;

    for (size_t i = 0; i < cached->pending_count; i++)
        lanes[pending[i].source].repeated++;
    for (size_t i = 0; i < fresh_count; i++)
        lanes[fresh[i]->source].repeated--;
}

static void add_ids(const struct record **records, size_t count, struct row *row)
{
    for (size_t i = 0; i < count; i++) {
        struct record_id id;

        record_id_of(records[i], &id);
        sum_add(row->record_sum, id.bytes);
    }
    row->record_count += count;
}

static void pack_segment(struct staged *staged, const struct record **fresh, size_t count, struct row *row)
{
    row->fresh_count = count;
    row->segment_at = staged->bytes.size;
    for (size_t i = 0; i < count; i++)
        segment_append(&staged->dictionary, fresh[i], &staged->bytes);
    row->segment_size = staged->bytes.size - row->segment_at;
}

static void copy_segment(struct fuse *fuse, struct copy *segments, const struct row *row)
{
    if (!row->fresh_count)
        return;
    copy_row(segments, 4);
    copy_bytes(segments, row->cached->token.bytes, TOKEN_SIZE);
    copy_int8(segments, row->cached->next_seq);
    copy_int4(segments, (int32_t)row->fresh_count);
    copy_bytes(segments, fuse->staged->bytes.data + row->segment_at, row->segment_size);
    fuse->totals.rows_written++;
}

/* The records, known and new, folded and assessed; the packed indicators stay in `bytes`. */
static void pack_indicators(struct fuse *fuse, size_t known_count, size_t fresh_count, int32_t period,
                            struct row *row)
{
    struct staged *staged = fuse->staged;
    struct subject subject;
    size_t holding;

    memcpy((void *)(staged->known + known_count), (const void *)staged->incoming,
           fresh_count * sizeof *staged->known);
    holding = fold(staged->known, known_count + fresh_count, KNOWN_AT_END);
    arena_reset(fuse->work);
    subject_assess(&row->cached->token, row->cached->kind, period, staged->known, holding, fuse->work,
                   &subject);
    for (int kind = 0; kind < HOUSEHOLD_KIND_COUNT; kind++)
        row->households[kind] = subject.placements[kind].household;
    row->packed_at = staged->bytes.size;
    subject_pack(&subject, &staged->bytes);
    row->packed_size = staged->bytes.size - row->packed_at;
}

static void start_sum(struct staged *staged, size_t known_count, struct row *row)
{
    const struct cached *cached = row->cached;

    if (!cached->summed) {
        add_ids(staged->known, known_count, row);
        return;
    }
    row->record_count = cached->record_count;
    memcpy(row->record_sum, cached->record_sum, SUM_SIZE);
}

/* The subject's new evidence goes to `segments`. */
static int assess_one(struct fuse *fuse, struct cached *cached, int32_t period, struct copy *segments,
                      struct err *err)
{
    struct staged *staged = fuse->staged;
    size_t known_count = 0, fresh_count;
    struct row *row;

    if (!decode_stream(fuse, cached, &known_count))
        return err_stop(err, EXIT_FAILED, "evidence of a subject was read before and cannot be read now");
    records_room(staged, known_count + cached->pending_count);
    for (size_t i = 0; i < known_count; i++)
        staged->known[i] = &staged->records[i];
    cache_pending(cached, staged->records + known_count);
    for (size_t i = 0; i < cached->pending_count; i++)
        staged->incoming[i] = &staged->records[known_count + i];
    fresh_count = fold_new(staged->known, known_count, staged->incoming, cached->pending_count);
    count_repeated(fuse, cached, staged->records + known_count, staged->incoming, fresh_count);
    if (!fresh_count && !cached->behind)
        return 0;
    cached->kind = subject_kind_of(staged->records, known_count + cached->pending_count);
    row = staged_row(staged, cached);
    start_sum(staged, known_count, row);
    add_ids(staged->incoming, fresh_count, row);
    pack_segment(staged, staged->incoming, fresh_count, row);
    copy_segment(fuse, segments, row);
    pack_indicators(fuse, known_count, fresh_count, period, row);
    return 0;
}

/* --- all of them --- */

static void copy_household(struct copy *copy, const struct token *household)
{
    if (token_is_zero(household))
        copy_null(copy);
    else
        copy_bytes(copy, household->bytes, TOKEN_SIZE);
}

/* Of everything that a profile can see of the subject. */
static void row_digest(struct fuse *fuse, const struct row *row, uint8_t ret[DIGEST_SIZE])
{
    buffer_clear(&fuse->scratch);
    buffer_add(&fuse->scratch, row->households, sizeof row->households);
    buffer_add_varint(&fuse->scratch, row->record_count);
    buffer_add(&fuse->scratch, row->record_sum, SUM_SIZE);
    buffer_add(&fuse->scratch, fuse->staged->bytes.data + row->packed_at, row->packed_size);
    digest_of(fuse->scratch.data, fuse->scratch.size, ret);
}

static void copy_subject(struct fuse *fuse, struct copy *copy, const struct row *row, int32_t period)
{
    uint8_t digest[DIGEST_SIZE];

    row_digest(fuse, row, digest);
    copy_row(copy, 12);
    copy_bytes(copy, row->cached->token.bytes, TOKEN_SIZE);
    copy_int4(copy, row->cached->partition);
    copy_int2(copy, (int16_t)row->cached->kind);
    for (int kind = 0; kind < HOUSEHOLD_KIND_COUNT; kind++)
        copy_household(copy, &row->households[kind]);
    copy_int4(copy, period);
    copy_int8(copy, (int64_t)row->record_count);
    copy_bytes(copy, row->record_sum, SUM_SIZE);
    copy_bytes(copy, digest, DIGEST_SIZE);
    copy_bytes(copy, fuse->staged->bytes.data + row->packed_at, row->packed_size);
    copy_int8(copy, row->cached->next_seq + (row->fresh_count > 0));
}

static int copy_subjects(struct fuse *fuse, int32_t period, struct err *err)
{
    struct copy *copy;

    if (copy_begin(fuse->store, "COPY stage_subject FROM STDIN BINARY", &copy, err) < 0)
        return -1;
    for (size_t i = 0; i < fuse->staged->count; i++)
        copy_subject(fuse, copy, &fuse->staged->rows[i], period);
    return copy_end(copy, err);
}

static int assess_all(struct fuse *fuse, struct cached **touched, size_t count, int32_t period,
                      struct copy *segments, struct err *err)
{
    for (size_t i = 0; i < count; i++) {
        if (i + 1 < count)
            cache_pending_expect(touched[i + 1]);
        if (assess_one(fuse, touched[i], period, segments, err) < 0)
            return -1;
    }
    return 0;
}

/* In the order of the tables' keys: neighbours in a flush are neighbours in an index. */
static int by_token(const void *left, const void *right)
{
    const struct cached *a = *(struct cached *const *)left, *b = *(struct cached *const *)right;

    return token_compare(&a->token, &b->token);
}

int subjects_write(struct fuse *fuse, const struct period_row *period, struct err *err)
{
    size_t count;
    struct cached **touched = cache_touched(fuse->cache, &count);
    struct copy *segments;

    staged_start(fuse);
    if (!count)
        return 0;
    qsort((void *)touched, count, sizeof *touched, by_token);
    if (copy_begin(fuse->store, "COPY olive.evidence (subject, seq, records, segment) FROM STDIN BINARY",
                   &segments, err) < 0)
        return -1;
    if (assess_all(fuse, touched, count, period->period, segments, err) < 0) {
        copy_abort(segments);
        return -1;
    }
    if (copy_end(segments, err) < 0)
        return -1;
    if (!fuse->staged->count)
        return 0;
    if (copy_subjects(fuse, period->period, err) < 0)
        return -1;
    return count > 1000 ? store_run(fuse->store, "ANALYZE stage_subject (token)", err) : 0;
}

int subjects_upsert(struct fuse *fuse, struct err *err)
{
    if (!fuse->staged->count)
        return 0;
    if (store_query(fuse->store,
                    "INSERT INTO olive.subject AS o (token, partition, kind, registered, assistance, "
                    "dwelling, as_of, "
                    "record_count, record_sum, digest, indicators, next_seq) SELECT token, partition, kind, "
                    "registered, "
                    "assistance, dwelling, as_of, record_count, record_sum, digest, indicators, next_seq "
                    "FROM stage_subject ON CONFLICT (token) DO UPDATE SET registered = excluded.registered, "
                    "assistance = excluded.assistance, dwelling = excluded.dwelling, as_of = excluded.as_of, "
                    "record_count = excluded.record_count, record_sum = excluded.record_sum, digest = "
                    "excluded.digest, "
                    "indicators = excluded.indicators, next_seq = excluded.next_seq "
                    "WHERE o.digest <> excluded.digest OR o.as_of <> excluded.as_of",
                    NULL, 0, NULL, err) < 0)
        return -1;
    fuse->totals.rows_written += (uint64_t)store_affected(fuse->store);
    return 0;
}

void subjects_committed(struct fuse *fuse)
{
    struct staged *staged = fuse->staged;

    for (size_t i = 0; i < staged->count; i++) {
        const struct row *row = &staged->rows[i];
        struct cached *cached = row->cached;

        cache_committed(fuse->cache, cached, staged->bytes.data + row->segment_at, row->segment_size);
        cached->summed = true;
        cached->record_count = row->record_count;
        memcpy(cached->record_sum, row->record_sum, SUM_SIZE);
    }
    staged->count = 0;
}
