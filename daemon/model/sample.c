#include "daemon/model/sample.h"

#include <math.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/base/text.h"
#include "lib/core/elementary.h"

enum { COLUMNS_MAX = MODEL_FIELDS_MAX + 8 };

/* One column of the file and where its number goes. */
struct binding {
    const char *name;
    size_t column;
    size_t offset; /* in struct row */
    bool needed;   /* in every row */
};

struct row {
    struct model_input input;
    double weight, income;
};

struct bindings {
    struct binding items[COLUMNS_MAX];
    size_t count;
};

static void bind(struct bindings *bindings, const char *name, size_t offset, bool needed)
{
    if (*name)
        bindings->items[bindings->count++] =
            (struct binding){ .name = name, .offset = offset, .needed = needed };
}

static void bind_all(struct bindings *bindings, const struct model *model, const struct spec *spec)
{
    bind(bindings, model->age, offsetof(struct row, input.head_age), true);
    bind(bindings, model->size, offsetof(struct row, input.size), true);
    bind(bindings, model->children, offsetof(struct row, input.children), false);
    bind(bindings, model->place, offsetof(struct row, input.place), false);
    for (size_t i = 0; i < model->field_count; i++)
        bind(bindings, model->fields[i].column, offsetof(struct row, input.values) + i * sizeof(double),
             false);
    if (spec) {
        bind(bindings, spec->weight, offsetof(struct row, weight), false);
        bind(bindings, spec->income, offsetof(struct row, income), false);
    }
}

static int find_columns(const struct table *table, const struct model *model, struct bindings *bindings,
                        struct err *err)
{
    char missing[256] = "";

    if (table_column(table, model->id) == table->column_count)
        strncat(missing, model->id, sizeof missing - 1);
    for (size_t i = 0; i < bindings->count; i++) {
        struct binding *binding = &bindings->items[i];

        binding->column = table_column(table, binding->name);
        if (binding->column < table->column_count)
            continue;
        if (*missing)
            strncat(missing, ", ", sizeof missing - strlen(missing) - 1);
        strncat(missing, binding->name, sizeof missing - strlen(missing) - 1);
    }
    return *missing ? err_stop(err, EXIT_DATA, "%s: has no column %s", table->path, missing) : 0;
}

static int read_row(const struct table *table, size_t index, const struct bindings *bindings, struct row *ret,
                    struct err *err)
{
    memset(ret, 0, sizeof *ret);
    for (size_t i = 0; i < bindings->count; i++) {
        const struct binding *binding = &bindings->items[i];
        double *to = (double *)(void *)((char *)ret + binding->offset);

        if (table_number(table, index, binding->column, to, err) < 0)
            return -1;
        if (binding->needed && isnan(*to))
            return err_stop(err, EXIT_DATA, "%s:%zu: %s: is empty", table->path, table->lines[index],
                            binding->name);
    }
    return 0;
}

/* Missing, when any of its columns is empty; what is missing has no number. */
static void mark_known(const struct model *model, struct model_input *input)
{
    for (size_t i = 0; i < model->source_count; i++) {
        const struct model_source *source = &model->sources[i];

        input->known[i] = true;
        for (size_t j = source->field_first; j < source->field_first + source->field_count; j++)
            if (isnan(input->values[j]))
                input->known[i] = false;
    }
    for (size_t j = 0; j < model->field_count; j++)
        if (isnan(input->values[j]))
            input->values[j] = 0;
    if (isnan(input->children))
        input->children = 0;
}

static int add_row(const struct table *table, size_t index, const struct model *model,
                   const struct spec *spec, struct row *row, struct sample *sample, struct err *err)
{
    size_t at = sample->count;

    mark_known(model, &row->input);
    if (spec && row->weight < 0)
        return err_stop(err, EXIT_DATA, "%s:%zu: %s: is negative", table->path, table->lines[index],
                        spec->weight);
    if (spec && (isnan(row->income) || !(row->weight > 0))) {
        sample->unlabelled++;
        return 0;
    }
    sample->ids[at] = table_cell(table, index, table_column(table, model->id));
    sample->inputs[at] = row->input;
    if (spec) {
        sample->weights[at] = row->weight;
        sample->ln_incomes[at] = ln_of(row->income < model->floor ? model->floor : row->income);
    }
    sample->count++;
    return 0;
}

int sample_read(const struct table *table, const struct model *model, const struct spec *spec,
                struct sample **ret, struct err *err)
{
    CLEANUP(sample_freep) struct sample *sample = mem_zalloc(sizeof *sample);
    struct bindings bindings = { 0 };

    bind_all(&bindings, model, spec);
    if (find_columns(table, model, &bindings, err) < 0)
        return -1;
    sample->ids = mem_alloc((table->row_count + 1) * sizeof *sample->ids);
    sample->inputs = mem_alloc((table->row_count + 1) * sizeof *sample->inputs);
    if (spec) {
        sample->weights = mem_alloc((table->row_count + 1) * sizeof *sample->weights);
        sample->ln_incomes = mem_alloc((table->row_count + 1) * sizeof *sample->ln_incomes);
    }
    for (size_t i = 0; i < table->row_count; i++) {
        struct row row;

        if (read_row(table, i, &bindings, &row, err) < 0 ||
            add_row(table, i, model, spec, &row, sample, err) < 0)
            return -1;
    }
    *ret = sample;
    sample = NULL;
    return 0;
}

void sample_free(struct sample *sample)
{
    if (!sample)
        return;
    mem_freep(&sample->ids);
    mem_freep(&sample->inputs);
    mem_freep(&sample->weights);
    mem_freep(&sample->ln_incomes);
    mem_freep(&sample);
}

void sample_freep(struct sample **sample)
{
    sample_free(*sample);
    *sample = NULL;
}

bool sample_number(const char *id, uint32_t *ret)
{
    uint64_t number;

    if (!text_digits(text_trim(text_of(id)), 10, &number) || number > UINT32_MAX)
        return false;
    *ret = (uint32_t)number;
    return true;
}

void sample_drop(uint32_t number, size_t source_count, struct model_input *input)
{
    for (size_t i = 0; i < source_count; i++) {
        uint32_t h = number * 2654435761U + 40503U * (uint32_t)(i + 1);

        h = (h ^ h >> 15) * 2246822519U;
        h ^= h >> 13;
        if (h % 1000 < 300)
            input->known[i] = false;
    }
}
