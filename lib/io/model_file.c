#include "lib/io/model_file.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/arena.h"
#include "lib/base/digest.h"
#include "lib/base/text.h"
#include "lib/io/yaml_file.h"

static const char magic[] = "olive model ";
/* No sum or product of a few such numbers leaves the range of a double. */
static const double number_max = 1e15;

/* One description for both directions: each step writes its line or reads it, so that the two cannot drift
 * apart. Reading, the first line that does not fit stops all that follow. */
struct walk {
    struct buffer *out; /* writing, or NULL */
    char *at;           /* reading: the next line */
    size_t line;
    bool failed;
    char what[160];
};

static void fail(struct walk *walk, const char *key, const char *what)
{
    if (!walk->failed)
        snprintf(walk->what, sizeof walk->what, "line %zu: %s: %s", walk->line, key, what);
    walk->failed = true;
}

/* The rest of the next line, which must begin with this key; NULL: it does not, or there is none. */
static char *take_line(struct walk *walk, const char *key)
{
    size_t len = strlen(key);
    char *line = walk->at, *end = walk->failed ? NULL : strchr(line, '\n');

    if (!end) {
        fail(walk, key, "is missing");
        return NULL;
    }
    *end = '\0';
    walk->at = end + 1;
    walk->line++;
    if (strncmp(line, key, len) != 0 || (line[len] && line[len] != ' ')) {
        fail(walk, key, "is expected here");
        return NULL;
    }
    return line + len + (line[len] == ' ');
}

static void walk_text(struct walk *walk, const char *key, char *text, size_t size)
{
    char *rest;

    if (walk->out) {
        buffer_printf(walk->out, *text ? "%s %s\n" : "%s\n", key, text);
        return;
    }
    rest = take_line(walk, key);
    if (rest && strlen(rest) >= size)
        fail(walk, key, "is too long");
    else if (rest)
        strcpy(text, rest);
}

static void walk_count(struct walk *walk, const char *key, uint64_t *value, uint64_t value_max)
{
    uint64_t found;
    char *rest;

    if (walk->out) {
        buffer_printf(walk->out, "%s %" PRIu64 "\n", key, *value);
        return;
    }
    rest = take_line(walk, key);
    if (rest && (!text_digits(text_of(rest), 12, &found) || found > value_max))
        fail(walk, key, "is no such count");
    else if (rest)
        *value = found;
}

static void walk_numbers(struct walk *walk, const char *key, double *values, size_t count)
{
    char *rest, *end;

    if (walk->out) {
        buffer_add_string(walk->out, key);
        for (size_t i = 0; i < count; i++)
            buffer_printf(walk->out, " %.17g", values[i]);
        buffer_add_string(walk->out, "\n");
        return;
    }
    rest = take_line(walk, key);
    for (size_t i = 0; rest && !walk->failed && i < count; i++, rest = end) {
        values[i] = strtod(rest, &end);
        if (end == rest || (*end && *end != ' '))
            fail(walk, key, "a number is missing");
        else if (!isfinite(values[i]))
            fail(walk, key, "a number is not finite");
        else if (fabs(values[i]) > number_max)
            fail(walk, key, "a number is out of range");
    }
    if (rest && !walk->failed && *rest)
        fail(walk, key, "too many numbers");
}

static void walk_comment(struct walk *walk, const char *text)
{
    if (walk->out)
        buffer_printf(walk->out, "# %s\n", text);
    else
        take_line(walk, "#");
}

/* --- the model, from top to bottom --- */

static void walk_head(struct walk *walk, struct model *model)
{
    walk_text(walk, "name", model->name, sizeof model->name);
    walk_text(walk, "provenance", model->provenance, sizeof model->provenance);
    walk_text(walk, "sample", model->sample_digest, sizeof model->sample_digest);
    walk_count(walk, "labels", &model->labels, UINT32_MAX);
    walk_comment(walk, "columns");
    walk_text(walk, "id", model->id, sizeof model->id);
    walk_text(walk, "age", model->age, sizeof model->age);
    walk_text(walk, "size", model->size, sizeof model->size);
    walk_text(walk, "children", model->children, sizeof model->children);
    walk_text(walk, "place", model->place, sizeof model->place);
    walk_comment(walk, "incomes below the floor count as it; cuts between bands");
    walk_numbers(walk, "floor", &model->floor, 1);
    walk_count(walk, "cuts", &model->cut_count, MODEL_CUTS_MAX);
    walk_numbers(walk, "cut", model->cuts, model->cut_count);
    walk_count(walk, "places", &model->place_count, MODEL_PLACES_MAX);
    walk_numbers(walk, "code", model->places, model->place_count);
}

static void walk_fields(struct walk *walk, struct model *model, const struct model_source *source)
{
    for (uint64_t i = source->field_first; i < source->field_first + source->field_count; i++) {
        struct model_field *field = &model->fields[i];
        uint64_t kind = field->kind;

        walk_text(walk, "column", field->column, sizeof field->column);
        walk_count(walk, "is_count", &kind, MODEL_COUNT);
        walk_numbers(walk, "deflator", &field->deflator, 1);
        field->kind = (enum model_field_kind)kind;
        if (!walk->out && !walk->failed && !(field->deflator > 0))
            fail(walk, "deflator", "must be above 0");
    }
}

static void walk_sources(struct walk *walk, struct model *model)
{
    walk_comment(
        walk,
        "sources, in the order in which contributions are added; each arrives or stays away as a whole");
    walk_count(walk, "sources", &model->source_count, MODEL_SOURCES_MAX);
    if (!walk->out)
        model->field_count = 0;
    for (size_t i = 0; !walk->failed && i < model->source_count; i++) {
        struct model_source *source = &model->sources[i];

        walk_text(walk, "source", source->name, sizeof source->name);
        if (!walk->out)
            source->field_first = model->field_count;
        walk_count(walk, "columns", &source->field_count, MODEL_FIELDS_MAX - source->field_first);
        if (!source->field_count)
            fail(walk, "columns", "a source has one at the least");
        walk_fields(walk, model, source);
        if (!walk->out)
            model->field_count += source->field_count;
    }
    walk_comment(walk, "index of the source that sets the regime (the number of sources: none)");
    walk_count(walk, "regime", &model->regime_source, model->source_count);
}

static bool rises(const double *values, size_t count, bool strictly)
{
    for (size_t i = 1; i < count; i++)
        if (!(strictly ? values[i] > values[i - 1] : values[i] >= values[i - 1]))
            return false;
    return true;
}

static void walk_curve(struct walk *walk, struct model_curve *curve)
{
    walk_count(walk, "knots", &curve->knot_count, MODEL_KNOTS_MAX);
    walk_numbers(walk, "zero", &curve->zero, 1);
    walk_numbers(walk, "at", curve->knots, curve->knot_count);
    walk_numbers(walk, "value", curve->values, curve->knot_count);
    if (!walk->out && !walk->failed &&
        (!rises(curve->knots, curve->knot_count, true) || !rises(curve->values, curve->knot_count, false)))
        fail(walk, "knots", "a curve must not fall");
}

static void walk_covariance(struct walk *walk, struct model_fit *fit, size_t dimension)
{
    for (size_t type = 0; !walk->failed && type < MODEL_TYPES; type++)
        for (size_t i = 0; i < dimension; i++)
            walk_numbers(walk, "covariance", fit->covariance[type][i], dimension);
}

static void walk_fit(struct walk *walk, struct model *model, struct model_fit *fit)
{
    size_t terms = model_terms(model);

    walk_count(walk, "fitted_on", &fit->labels, UINT32_MAX);
    if (walk->failed || !fit->labels)
        return;
    walk_numbers(walk, "shift", &fit->shift, 1);
    walk_numbers(walk, "prior", fit->prior, terms);
    for (size_t i = 0; !walk->failed && i < model->field_count; i++)
        walk_curve(walk, &fit->curves[i]);
    for (size_t i = 0; i < model->source_count; i++)
        walk_numbers(walk, "typical", fit->typical[i], terms);
    walk_covariance(walk, fit, model->source_count + 1);
}

static void walk_errors(struct walk *walk, struct model *model)
{
    walk_comment(
        walk,
        "the error of households that a fit had not seen: R2, coverage and income in tenths of what was "
        "expected, with all sources, then with random ones missing");
    walk_numbers(walk, "r2", model->r2, 2);
    walk_numbers(walk, "coverage", model->coverage, 2);
    for (size_t i = 0; i < 2; i++)
        walk_numbers(walk, "deciles", model->deciles[i], MODEL_DECILES);
    walk_comment(walk,
                 "its spread by age group and tercile of the estimate; quantiles of the standardised error");
    walk_numbers(walk, "terciles", model->tercile_bounds, MODEL_TERCILES - 1);
    for (size_t i = 0; i < MODEL_AGE_GROUPS; i++)
        walk_numbers(walk, "spread", model->spread[i], MODEL_TERCILES);
    walk_numbers(walk, "quantiles", model->quantiles, MODEL_QUANTILES);
    for (size_t i = 0; !walk->out && i < MODEL_AGE_GROUPS; i++)
        for (size_t j = 0; j < MODEL_TERCILES; j++)
            if (!(model->spread[i][j] > 0))
                fail(walk, "spread", "must be above 0");
    if (!walk->out && !walk->failed && !rises(model->quantiles, MODEL_QUANTILES, true))
        fail(walk, "quantiles", "must rise");
}

static void walk_disagreement(struct walk *walk, struct model *model)
{
    walk_comment(walk, "how far sources are apart (M) in 99 % of such households: of 2 sources, 3, ...");
    walk_numbers(walk, "disagreement", model->disagreement_max + 2,
                 model->source_count > 2 ? model->source_count - 1 : 1);
}

static void walk_model(struct walk *walk, struct model *model)
{
    static const char *const titles[REGIME_COUNT] = { "all households", "the regime's source is positive",
                                                      "the regime's source is a verified zero" };

    walk_head(walk, model);
    walk_sources(walk, model);
    walk_errors(walk, model);
    walk_disagreement(walk, model);
    for (int i = 0; !walk->failed && i < REGIME_COUNT; i++) {
        walk_comment(walk, titles[i]);
        walk_fit(walk, model, &model->fits[i]);
    }
    walk_comment(walk, "nothing follows");
    if (!walk->out && !walk->failed && !model->fits[REGIME_UNKNOWN].labels)
        fail(walk, "fitted_on", "there is no fit of all households");
}

/* --- writing --- */

static void digest_text(const void *data, size_t size, char ret[65])
{
    uint8_t digest[DIGEST_SIZE];

    digest_of(data, size, digest);
    hex_encode(digest, sizeof digest, ret);
}

void model_file_text(const struct model *model, struct buffer *out)
{
    CLEANUP(buffer_free) struct buffer body = { 0 };
    struct walk walk = { .out = &body };
    struct model *copy = model_new(); /* a walk takes what it may change */
    char digest[65];

    *copy = *model;
    memset(copy->tables, 0, sizeof copy->tables);
    walk_model(&walk, copy);
    model_free(copy);
    buffer_add_string(&body, "end\n");
    digest_text(body.data, body.size, digest);
    buffer_printf(out, "%s%d\ndigest %s\n", magic, MODEL_FILE_VERSION, digest);
    buffer_add(out, body.data, body.size);
}

static int write_whole(const char *path, const struct buffer *text, struct err *err)
{
    FILE *file = fopen(path, "w");
    bool whole;

    if (!file)
        return err_stop(err, EXIT_FAILED, "%s: cannot be written: %s", path, strerror(errno));
    whole = fwrite(text->data, 1, text->size, file) == text->size && fflush(file) == 0 &&
            fsync(fileno(file)) == 0;
    whole = fclose(file) == 0 && whole;
    if (whole)
        return 0;
    err_stop(err, EXIT_FAILED, "%s: cannot be written: %s", path, strerror(errno));
    unlink(path);
    return -1;
}

int model_file_write(const char *path, const struct model *model, struct err *err)
{
    CLEANUP(buffer_free) struct buffer text = { 0 };
    CLEANUP(buffer_free) struct buffer part = { 0 };
    struct stat status;

    model_file_text(model, &text);
    if (text.size > MODEL_FILE_SIZE_MAX)
        return err_stop(err, EXIT_DATA, "%s: the model would be larger than 1 MiB", path);
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) /* /dev/stdout, a pipe */
        return write_whole(path, &text, err);
    buffer_printf(&part, "%s.part", path);
    buffer_add_byte(&part, '\0');
    if (write_whole((char *)part.data, &text, err) < 0)
        return -1;
    if (rename((char *)part.data, path) < 0) {
        err_stop(err, EXIT_FAILED, "%s: cannot be written: %s", path, strerror(errno));
        unlink((char *)part.data);
        return -1;
    }
    return 0;
}

/* --- reading --- */

static int bad_file(const char *path, const char *what, struct err *err)
{
    return err_stop(err, EXIT_DATA, "%s: %s", path, what);
}

/* Ends in the line "end" and has the digest that it says. */
static int check_whole(const char *path, const char *text, size_t size, char ret_digest[65], struct err *err)
{
    const char *first_end = strchr(text, '\n'), *body;
    char said[80];
    uint64_t version;

    if (strncmp(text, magic, sizeof magic - 1) != 0)
        return bad_file(path, "is no model", err);
    if (!first_end)
        return bad_file(path, "is cut short", err);
    if (!text_digits(
            (struct text){ text + sizeof magic - 1, (size_t)(first_end - text) - (sizeof magic - 1) }, 9,
            &version) ||
        version != MODEL_FILE_VERSION)
        return err_stop(err, EXIT_DATA, "%s: is of another version than %d, which this program reads", path,
                        MODEL_FILE_VERSION);
    body = strchr(first_end + 1, '\n');
    if (!body || size < 5 || strcmp(text + size - 5, "\nend\n") != 0)
        return bad_file(path, "is cut short", err);
    body++;
    digest_text(body, size - (size_t)(body - text), ret_digest);
    snprintf(said, sizeof said, "digest %s\n", ret_digest);
    return strncmp(first_end + 1, said, strlen(said)) == 0
               ? 0
               : bad_file(path, "its digest is wrong: it was changed after calibration", err);
}

static int read_body(const char *path, char *text, struct model *model, struct err *err)
{
    struct walk walk = { .at = strchr(strchr(text, '\n') + 1, '\n') + 1, .line = 2 };

    walk_model(&walk, model);
    if (!walk.failed && strcmp(walk.at, "end\n") != 0)
        fail(&walk, "end", "is expected here");
    return walk.failed ? bad_file(path, walk.what, err) : 0;
}

int model_file_parse(const char *text, size_t size, const char *name, struct model **ret,
                     uint8_t ret_digest[DIGEST_SIZE], struct err *err)
{
    CLEANUP(model_freep) struct model *model = model_new();
    CLEANUP(mem_freep) char *copy = mem_alloc(size + 1); /* reading cuts it into lines */
    char digest[65];

    memcpy(copy, text, size);
    copy[size] = '\0';
    if (size > MODEL_FILE_SIZE_MAX)
        return bad_file(name, "is larger than 1 MiB", err);
    if (strlen(copy) != size)
        return bad_file(name, "is no model", err);
    if (check_whole(name, copy, size, digest, err) < 0 || read_body(name, copy, model, err) < 0 ||
        model_prepare(model, err) < 0)
        return -1;
    hex_decode(text_of(digest), ret_digest, DIGEST_SIZE);
    *ret = model;
    model = NULL;
    return 0;
}

int model_file_load(const char *path, char **ret_text, struct model **ret, uint8_t ret_digest[DIGEST_SIZE],
                    struct err *err)
{
    CLEANUP(mem_freep) char *text = NULL;
    size_t size;

    if (text_file_read(path, &text, &size, err) < 0) {
        err->code = EXIT_DATA;
        return -1;
    }
    if (model_file_parse(text, size, path, ret, ret_digest, err) < 0)
        return -1;
    *ret_text = text;
    text = NULL;
    return 0;
}

int model_file_read(const char *path, struct model **ret, char ret_digest[65], struct err *err)
{
    CLEANUP(mem_freep) char *text = NULL;
    uint8_t digest[DIGEST_SIZE];

    if (model_file_load(path, &text, ret, digest, err) < 0)
        return -1;
    if (ret_digest)
        hex_encode(digest, sizeof digest, ret_digest);
    return 0;
}
