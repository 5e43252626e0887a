/* A model file with any body under a good digest: refused in one line, or a model that says the same again
 * and answers for any household. */
#include <string.h>

#include "lib/base/text.h"
#include "lib/core/model.h"
#include "lib/io/model_file.h"
#include "tests/fuzz/fuzz.h"

static int parse(const struct buffer *text, struct model **ret, struct err *err)
{
    uint8_t digest[DIGEST_SIZE];

    return model_file_parse((const char *)text->data, text->size, "a.model", ret, digest, err);
}

static void sign(const uint8_t *body, size_t size, struct buffer *ret)
{
    uint8_t digest[DIGEST_SIZE];
    char hex[2 * DIGEST_SIZE + 1];

    digest_of(body, size, digest);
    hex_encode(digest, DIGEST_SIZE, hex);
    buffer_printf(ret, "olive model %d\ndigest %s\n", MODEL_FILE_VERSION, hex);
    buffer_add(ret, body, size);
}

static void answers(const struct model *model, double value, bool known)
{
    struct model_input input = { .head_age = value, .size = value, .children = value, .place = value };
    struct model_score score;
    struct model_disagreement disagreement;
    double shares = 0;

    for (size_t i = 0; i < MODEL_SOURCES_MAX; i++)
        input.known[i] = known;
    for (size_t i = 0; i < MODEL_FIELDS_MAX; i++)
        input.values[i] = value;
    model_score(model, &input, &score);
    model_disagree(model, &score, &disagreement);
    for (size_t i = 0; i <= model->cut_count; i++)
        shares += score.bands[i];
    MUST(shares > 0.999 && shares < 1.001);
    MUST(score.sigma > 0);
    MUST(known || score.demographics_only || !model->source_count);
    MUST(!(disagreement.odd & ~score.known));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const double values[] = { 0, 1, -1, 45, 1e6, 9.3e18, -9.3e18 };
    CLEANUP(buffer_free) struct buffer text = { 0 };
    CLEANUP(buffer_free) struct buffer again = { 0 };
    CLEANUP(buffer_free) struct buffer third = { 0 };
    CLEANUP(model_freep) struct model *model = NULL;
    CLEANUP(model_freep) struct model *same = NULL;
    struct err err = { 0 };

    sign(data, size, &text);
    if (parse(&text, &model, &err) < 0) {
        MUST(err.kind == ERR_STOP && err.code == EXIT_DATA && !strchr(err.text, '\n'));
        return 0;
    }
    model_file_text(model, &again);
    MUST(parse(&again, &same, &err) == 0);
    model_file_text(same, &third);
    MUST(third.size == again.size && !memcmp(third.data, again.data, again.size));
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        for (int known = 0; known < 2; known++)
            answers(model, values[i], known);
    return 0;
}
