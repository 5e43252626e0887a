/* assess_main - the assessed ledger of profiles in a CSV file, with lib/core's assess() as another compiler
 * made it: a line of JSON each, all of it whole numbers, so that the same text is the same bits.
 *
 *     assess_main MODEL CSV     columns of profile_fields; an empty cell is null
 *
 * The policy is this file's own, tests/golden/accuracy.py states it a second time. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "daemon/model/table.h"
#include "lib/core/assess.h"
#include "lib/io/model_file.h"

static struct band_rule bands[] = {
    { { "330305", 0, DAY_OPEN, NULL }, { 5000000, 10000000, 20000000, 50000000, 60000000 } },
    { { "330305002", 0, DAY_OPEN, NULL }, { 6000000, 12000000, 24000000, 40000000, 70000000 } },
};
static struct line_rule lines[] = { { { "", 0, DAY_OPEN, NULL }, 1300000 },
                                    { { "", 0, DAY_OPEN, NULL }, 2600000 } };
static struct deflator_rule prices[] = { { { "330305", 0, DAY_OPEN, NULL }, 1250000 },
                                         { { "330305001", 0, DAY_OPEN, NULL }, 800000 } };
static const struct policy policy = {
    .bands = bands,
    .band_count = 2,
    .lines = { [LINE_DIBAO] = &lines[0], [LINE_DIBIAN] = &lines[1] },
    .line_count = { [LINE_DIBAO] = 1, [LINE_DIBIAN] = 1 },
    .deflators = { [INDICATOR_DEPOSIT] = prices, [INDICATOR_TELECOM] = &prices[1] },
    .deflator_count = { [INDICATOR_DEPOSIT] = 2, [INDICATOR_TELECOM] = 1 },
};

static const struct profile_field *field_of(const char *name)
{
    const struct profile_field *field = profile_fields;

    while (field->name && strcmp(field->name, name) != 0)
        field++;
    return field;
}

static void put(struct profile *profile, const char *name, const char *cell)
{
    const struct profile_field *field = field_of(name);
    char *at = (char *)profile + field->offset;
    int64_t number = NUMBER_NONE;
    int word = 0;

    if (field->type == PROFILE_TEXT) {
        snprintf(at, field->size, "%s", cell);
    } else if (field->type == PROFILE_WORD) {
        code_find(field->codes, text_of(cell), &word);
        memcpy(at, &word, sizeof word);
    } else {
        text_int64(text_of(cell), &number);
        memcpy(at, &number, sizeof number);
    }
}

/* Members of struct assessed, and what is made of it. */
static bool is_assessed(const struct profile_field *field)
{
    size_t begin = offsetof(struct profile, assessed), end = begin + sizeof(struct assessed);

    return (field->offset >= begin && field->offset < end) || !strcmp(field->name, "assessed_per_head");
}

static void print(const struct profile *profile)
{
    CLEANUP(buffer_free) struct buffer out = { 0 };
    struct json json = json_to(&out);

    json_open(&json, '{');
    for (const struct profile_field *field = profile_fields; field->name; field++)
        if (is_assessed(field)) {
            json_key(&json, field->name);
            profile_field_json(profile, field, &json);
        }
    json_close(&json, '}');
    printf("%.*s\n", (int)out.size, (const char *)out.data);
}

int main(int argc, char **argv)
{
    CLEANUP(table_freep) struct table *table = NULL;
    CLEANUP(assessor_freep) struct assessor *assessor = NULL;
    struct model *model;
    uint8_t digest[DIGEST_SIZE] = { 0 };
    struct err err = { 0 };

    if (argc != 3 || table_read(argv[2], &table, &err) < 0 ||
        model_file_read(argv[1], &model, NULL, &err) < 0 ||
        assessor_new(model, digest, &assessor, &err) < 0) {
        fprintf(stderr, "assess_main: %s\n", err.text);
        return 1;
    }
    for (size_t row = 0; row < table->row_count; row++) {
        struct profile profile = { .as_of = month_of_day(day_from(2025, 12, 31)) };

        for (size_t column = 0; column < table->column_count; column++)
            put(&profile, table->cells[column], table_cell(table, row, column));
        assess(assessor, &policy, &profile);
        print(&profile);
    }
    return 0;
}
