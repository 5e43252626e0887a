/* bench_fold - what one record costs the core, in memory and on one thread: taken from its message, kept,
 * read back from evidence, folded, assessed.
 *
 *     bench_fold PERSONS MONTHS       prints one line: records, then seconds of each step (see `steps` below)
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/arena.h"
#include "lib/core/segment.h"
#include "lib/core/subject.h"
#include "lib/wire/record_wire.h"
#include "tests/bench/population.h"

struct message {
    struct token key;
    enum source source;
    uint32_t size;
    size_t at;
};

struct stream {
    struct token subject;
    uint32_t count;
    size_t at, size;
};

struct bench {
    struct message *messages;
    size_t count, capacity;
    struct buffer bytes, evidence;
    struct stream *streams;
    size_t stream_count;
    struct record *records;
    const struct record **pointers;
};

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int keep_message(void *user, const struct record *record, struct err *err)
{
    struct bench *bench = user;

    (void)err;
    if (bench->count == bench->capacity) {
        bench->capacity = bench->capacity ? bench->capacity * 2 : 1 << 16;
        bench->messages = mem_realloc(bench->messages, bench->capacity * sizeof *bench->messages);
    }
    bench->messages[bench->count] = (struct message){ record->subject, record->source, 0, bench->bytes.size };
    wire_pack_record(record, &bench->bytes);
    bench->messages[bench->count].size = (uint32_t)(bench->bytes.size - bench->messages[bench->count].at);
    bench->count++;
    return 0;
}

static int by_subject(const void *left, const void *right)
{
    const struct message *a = left, *b = right;
    int order = token_compare(&a->key, &b->key);

    return order ? order : (a->at > b->at) - (a->at < b->at);
}

static const struct delivery *find_delivery(void *user, uint32_t ref)
{
    (void)user;
    return population_delivery(ref - 1);
}

/* Messages in the order of the log. */
static void take(struct bench *bench, struct wire *wire)
{
    for (size_t i = 0; i < bench->count; i++) {
        const struct message *message = &bench->messages[i];
        struct delivery delivery;
        struct err err = { 0 };

        if (wire_unpack_record(wire, message->source, message->key.bytes, TOKEN_SIZE,
                               bench->bytes.data + message->at, message->size, &bench->records[i], &delivery,
                               &err) < 0) {
            fprintf(stderr, "bench_fold: %s\n", err.text);
            exit(EXIT_FAILURE);
        }
        bench->records[i].delivery = NULL;
    }
}

/* Evidence as it lies in the cache: one stream a subject. Not measured. */
static void make_streams(struct bench *bench, struct wire *wire)
{
    struct segment_dictionary dictionary = { 0 };

    qsort(bench->messages, bench->count, sizeof *bench->messages, by_subject);
    bench->streams = mem_alloc(bench->count * sizeof *bench->streams);
    for (size_t i = 0; i < bench->count; i++) {
        const struct message *message = &bench->messages[i];
        struct stream *stream;
        struct delivery delivery;
        struct record record;
        struct err err = { 0 };

        wire_unpack_record(wire, message->source, message->key.bytes, TOKEN_SIZE,
                           bench->bytes.data + message->at, message->size, &record, &delivery, &err);
        for (uint32_t index = 0; !record.delivery->ref; index++)
            if (!memcmp(population_delivery(index)->digest, delivery.digest, DIGEST_SIZE))
                record.delivery = population_delivery(index);
        if (!i || token_compare(&message->key, &bench->messages[i - 1].key) != 0) {
            segment_dictionary_clear(&dictionary);
            bench->streams[bench->stream_count++] =
                (struct stream){ .subject = message->key, .at = bench->evidence.size };
        }
        stream = &bench->streams[bench->stream_count - 1];
        segment_append(&dictionary, &record, &bench->evidence);
        stream->count++;
        stream->size = bench->evidence.size - stream->at;
    }
    segment_dictionary_free(&dictionary);
}

static void read_back(struct bench *bench)
{
    struct segment_dictionary dictionary = { 0 };
    size_t at = 0;

    for (size_t i = 0; i < bench->stream_count; i++) {
        const struct stream *stream = &bench->streams[i];
        struct segment_reader reader;

        segment_dictionary_clear(&dictionary);
        reader = segment_open(&stream->subject, bench->evidence.data + stream->at, stream->size, &dictionary,
                              find_delivery, NULL);
        while (at < bench->count && segment_next(&reader, &bench->records[at]))
            at++;
    }
    segment_dictionary_free(&dictionary);
}

static void fold_all(struct bench *bench, size_t *holding)
{
    size_t at = 0;

    for (size_t i = 0; i < bench->stream_count; at += bench->streams[i++].count) {
        for (size_t k = 0; k < bench->streams[i].count; k++)
            bench->pointers[at + k] = &bench->records[at + k];
        holding[i] = fold(bench->pointers + at, bench->streams[i].count, KNOWN_AT_END);
    }
}

static void assess_all(struct bench *bench, const size_t *holding)
{
    struct arena *arena = arena_new(0);
    struct buffer packed = { 0 };
    size_t at = 0;

    for (size_t i = 0; i < bench->stream_count; at += bench->streams[i++].count) {
        struct subject subject;

        arena_reset(arena);
        buffer_clear(&packed);
        subject_assess(&bench->streams[i].subject, bench->records[at].subject_kind, POPULATION_LAST_MONTH,
                       bench->pointers + at, holding[i], arena, &subject);
        subject_pack(&subject, &packed);
    }
    buffer_free(&packed);
    arena_free(arena);
}

int main(int argc, char **argv)
{
    struct bench bench = { 0 };
    struct wire *wire = wire_new();
    double start_s, take_s, read_s, fold_s, assess_s;
    size_t *holding;

    if (argc != 3) {
        fputs("usage: bench_fold PERSONS MONTHS\n", stderr);
        return 2;
    }
    population_walk((uint32_t)strtoul(argv[1], NULL, 10), (uint32_t)strtoul(argv[2], NULL, 10), keep_message,
                    &bench, NULL);
    bench.records = mem_zalloc(bench.count * sizeof *bench.records);
    bench.pointers = mem_zalloc(bench.count * sizeof *bench.pointers);
    start_s = now_s();
    take(&bench, wire);
    take_s = now_s() - start_s;
    make_streams(&bench, wire);
    holding = mem_zalloc(bench.stream_count * sizeof *holding);
    start_s = now_s();
    read_back(&bench);
    read_s = now_s() - start_s;
    fold_all(&bench, holding);
    fold_s = now_s() - start_s - read_s;
    assess_all(&bench, holding);
    assess_s = now_s() - start_s - read_s - fold_s;
    printf("records %zu subjects %zu evidence_bytes %zu take_s %.6f read_s %.6f fold_s %.6f assess_s %.6f\n",
           bench.count, bench.stream_count, bench.evidence.size, take_s, read_s, fold_s, assess_s);
    wire_free(wire);
    buffer_free(&bench.bytes);
    buffer_free(&bench.evidence);
    free(bench.messages);
    free(bench.streams);
    free(bench.records);
    free((void *)bench.pointers);
    free(holding);
    return 0;
}
