/* seeds - the seeds of the binary targets: fuzz_seeds FOLDER writes FOLDER/{record,segment,event}/N. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "lib/core/segment.h"
#include "lib/wire/record_wire.h"
#include "tests/unit/random_record.h"
#include "tests/unit/sample_event.h"

enum { SEEDS = 64, RECORDS_A_SEGMENT = 8 };
static const struct token subject = { { 1 } };

static void write_seed(const char *folder, const char *target, int number, const struct buffer *bytes)
{
    char path[512];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, target);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/%s/%d", folder, target, number);
    file = fopen(path, "wb");
    if (!file || fwrite(bytes->data, 1, bytes->size, file) != bytes->size || fclose(file) != 0) {
        perror(path);
        exit(EXIT_FAILURE);
    }
}

static void write_record(const char *folder, int number, struct random *random)
{
    CLEANUP(buffer_free) struct buffer bytes = { 0 };
    struct record record = random_record(random, &subject, number % 3 ? SUBJECT_PERSON : SUBJECT_METER);

    buffer_add_byte(&bytes, (uint8_t)record.source);
    buffer_add(&bytes, record.subject.bytes, TOKEN_SIZE);
    wire_pack_record(&record, &bytes);
    write_seed(folder, "record", number, &bytes);
}

static void write_segment(const char *folder, int number, struct random *random)
{
    CLEANUP(buffer_free) struct buffer bytes = { 0 };
    struct segment_dictionary dictionary = { 0 };

    for (int i = 0; i < RECORDS_A_SEGMENT; i++) {
        struct record record = random_record(random, &subject, number % 3 ? SUBJECT_PERSON : SUBJECT_METER);

        segment_append(&dictionary, &record, &bytes);
    }
    segment_dictionary_free(&dictionary);
    write_seed(folder, "segment", number, &bytes);
}

static void write_event(const char *folder, int number, const struct event *event)
{
    CLEANUP(buffer_free) struct buffer bytes = { 0 };

    wire_pack_event(event, &bytes);
    write_seed(folder, "event", number, &bytes);
}

int main(int argc, char **argv)
{
    const struct event receipt = sample_receipt(), close = sample_close();
    struct random random = { 1 };

    if (argc != 2) {
        fprintf(stderr, "usage: fuzz_seeds FOLDER\n");
        return 2;
    }
    for (int number = 0; number < SEEDS; number++) {
        write_record(argv[1], number, &random);
        write_segment(argv[1], number, &random);
    }
    write_event(argv[1], 0, &receipt);
    write_event(argv[1], 1, &close);
    return 0;
}
