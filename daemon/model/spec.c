#include "daemon/model/spec.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/suggest.h"
#include "lib/base/text.h"
#include "lib/io/yaml_file.h"

struct reading {
    struct yaml_file *file;
    struct model *model;
    struct spec *spec;
    const yaml_node_t *regime, *deflators; /* read last: they name what others define */
    struct err *err;
};

static int bad(struct reading *reading, const yaml_node_t *node, const char *name, const char *what)
{
    char place[YAML_PLACE_SIZE];

    return err_stop(reading->err, EXIT_CONFIG, "%s: %s%s%s", yaml_place(reading->file, node, place), name,
                    *name ? " " : "", what);
}

static int read_text(struct reading *reading, const yaml_node_t *node, const char *name, char *ret,
                     size_t size)
{
    const char *text;

    if (node->type != YAML_SCALAR_NODE || yaml_is_null(node))
        return bad(reading, node, name, "must be a single value");
    text = (const char *)node->data.scalar.value;
    if (strlen(text) >= size)
        return bad(reading, node, name, "is too long");
    if (strpbrk(text, "\n\r"))
        return bad(reading, node, name, "must be one line");
    strcpy(ret, text);
    return 0;
}

static int read_number(struct reading *reading, const yaml_node_t *node, const char *name, double *ret)
{
    char text[MODEL_NAME_SIZE], *end;

    if (read_text(reading, node, name, text, sizeof text) < 0)
        return -1;
    *ret = strtod(text, &end);
    if (end == text || *end || !isfinite(*ret) || !(*ret > 0))
        return bad(reading, node, name, "must be a number above 0");
    return 0;
}

/* --- sources --- */

static int add_field(struct reading *reading, const yaml_node_t *node, enum model_field_kind kind)
{
    struct model *model = reading->model;
    struct model_field *field = &model->fields[model->field_count];

    if (model->field_count == MODEL_FIELDS_MAX)
        return bad(reading, node, "", "too many columns");
    if (read_text(reading, node, "a column", field->column, sizeof field->column) < 0)
        return -1;
    for (size_t i = 0; i < model->field_count; i++)
        if (!strcmp(model->fields[i].column, field->column))
            return bad(reading, node, field->column, "is in the sources twice");
    field->kind = kind;
    field->deflator = 1;
    model->field_count++;
    return 0;
}

static int read_fields(struct reading *reading, const struct yaml_pair *pair)
{
    static const char *const names[] = { [MODEL_AMOUNT] = "amounts", [MODEL_COUNT] = "counts" };
    int kind = MODEL_AMOUNT;
    const yaml_node_t *item;

    while (kind <= MODEL_COUNT && strcmp(names[kind], pair->name) != 0)
        kind++;
    if (kind > MODEL_COUNT)
        return bad(reading, pair->key, pair->name, "is neither amounts nor counts");
    if (pair->value->type != YAML_SEQUENCE_NODE)
        return bad(reading, pair->value, pair->name, "must be a list of columns");
    for (size_t i = 0; (item = yaml_item_at(reading->file, pair->value, i)) != NULL; i++)
        if (add_field(reading, item, kind) < 0)
            return -1;
    return 0;
}

static int read_source(struct reading *reading, const struct yaml_pair *pair)
{
    struct model *model = reading->model;
    struct model_source *source = &model->sources[model->source_count];
    struct yaml_pair fields;

    if (model->source_count == MODEL_SOURCES_MAX)
        return bad(reading, pair->key, pair->name, "is one source too many (at most 10)");
    if (read_text(reading, pair->key, "a source", source->name, sizeof source->name) < 0)
        return -1;
    if (pair->value->type != YAML_MAPPING_NODE)
        return bad(reading, pair->value, pair->name, "must have amounts or counts");
    source->field_first = model->field_count;
    for (size_t i = 0; yaml_pair_at(reading->file, pair->value, i, &fields); i++)
        if (read_fields(reading, &fields) < 0)
            return -1;
    source->field_count = model->field_count - source->field_first;
    if (!source->field_count)
        return bad(reading, pair->value, pair->name, "has no column");
    model->source_count++;
    return 0;
}

static int read_sources(struct reading *reading, const yaml_node_t *node)
{
    struct yaml_pair pair;

    if (node->type != YAML_MAPPING_NODE)
        return bad(reading, node, "sources", "must be a mapping");
    for (size_t i = 0; yaml_pair_at(reading->file, node, i, &pair); i++)
        if (read_source(reading, &pair) < 0)
            return -1;
    return reading->model->source_count ? 0 : bad(reading, node, "sources", "must name one at the least");
}

static int read_regime(struct reading *reading)
{
    struct model *model = reading->model;
    char name[MODEL_NAME_SIZE];

    model->regime_source = model->source_count;
    if (!reading->regime)
        return 0;
    if (read_text(reading, reading->regime, "regime", name, sizeof name) < 0)
        return -1;
    for (size_t i = 0; i < model->source_count; i++)
        if (!strcmp(model->sources[i].name, name))
            model->regime_source = i;
    if (model->regime_source == model->source_count)
        return bad(reading, reading->regime, name, "is none of the sources");
    return 0;
}

static int read_deflator(struct reading *reading, const struct yaml_pair *pair)
{
    struct model *model = reading->model;

    for (size_t i = 0; i < model->field_count; i++)
        if (!strcmp(model->fields[i].column, pair->name))
            return model->fields[i].kind == MODEL_AMOUNT
                       ? read_number(reading, pair->value, pair->name, &model->fields[i].deflator)
                       : bad(reading, pair->key, pair->name, "is a count, which has no prices");
    return bad(reading, pair->key, pair->name, "is a column of no source");
}

static int read_deflators(struct reading *reading)
{
    struct yaml_pair pair;

    if (!reading->deflators)
        return 0;
    if (reading->deflators->type != YAML_MAPPING_NODE)
        return bad(reading, reading->deflators, "deflators", "must be a mapping");
    for (size_t i = 0; yaml_pair_at(reading->file, reading->deflators, i, &pair); i++)
        if (read_deflator(reading, &pair) < 0)
            return -1;
    return 0;
}

static int read_bands(struct reading *reading, const yaml_node_t *node)
{
    struct model *model = reading->model;
    const yaml_node_t *item;

    if (node->type != YAML_SEQUENCE_NODE)
        return bad(reading, node, "bands", "must be a list of cuts");
    for (size_t i = 0; (item = yaml_item_at(reading->file, node, i)) != NULL; i++) {
        if (i == MODEL_CUTS_MAX)
            return bad(reading, item, "bands", "are too many");
        if (read_number(reading, item, "a cut", &model->cuts[i]) < 0)
            return -1;
        if (i && !(model->cuts[i] > model->cuts[i - 1]))
            return bad(reading, item, "bands", "must rise");
        model->cut_count = i + 1;
    }
    return model->cut_count ? 0 : bad(reading, node, "bands", "must have one cut at the least");
}

/* --- keys --- */

enum key_kind { KEY_MODEL_TEXT, KEY_SPEC_TEXT, KEY_OTHER };
struct key {
    const char *name;
    bool optional;
    enum key_kind kind;
    size_t offset, size;
};

#define MODEL_TEXT(member) KEY_MODEL_TEXT, offsetof(struct model, member), sizeof((struct model *)0)->member
#define SPEC_TEXT(member)  KEY_SPEC_TEXT, offsetof(struct spec, member), sizeof((struct spec *)0)->member
static const struct key keys[] = {
    { "name", false, MODEL_TEXT(name) },
    { "provenance", false, MODEL_TEXT(provenance) },
    { "id", false, MODEL_TEXT(id) },
    { "weight", false, SPEC_TEXT(weight) },
    { "income", false, SPEC_TEXT(income) },
    { "age", false, MODEL_TEXT(age) },
    { "size", false, MODEL_TEXT(size) },
    { "children", true, MODEL_TEXT(children) },
    { "place", true, MODEL_TEXT(place) },
    { "floor", false, KEY_OTHER },
    { "bands", false, KEY_OTHER },
    { "sources", false, KEY_OTHER },
    { "regime", true, KEY_OTHER },
    { "deflators", true, KEY_OTHER },
    { NULL },
};

static int read_other(struct reading *reading, const struct yaml_pair *pair)
{
    if (!strcmp(pair->name, "floor"))
        return read_number(reading, pair->value, "floor", &reading->model->floor);
    if (!strcmp(pair->name, "bands"))
        return read_bands(reading, pair->value);
    if (!strcmp(pair->name, "sources"))
        return read_sources(reading, pair->value);
    if (!strcmp(pair->name, "regime"))
        reading->regime = pair->value;
    else
        reading->deflators = pair->value;
    return 0;
}

static int unknown_key(struct reading *reading, const struct yaml_pair *pair)
{
    struct suggestion near = suggestion_for(pair->name);
    char hint[SUGGESTION_SIZE], what[SUGGESTION_SIZE + 32];

    for (const struct key *key = keys; key->name; key++)
        suggestion_offer(&near, key->name);
    strcpy(what, "is no key of a model's spec");
    strncat(what, suggestion_text(&near, hint), sizeof what - strlen(what) - 1);
    return bad(reading, pair->key, pair->name, what);
}

static int read_key(struct reading *reading, const struct yaml_pair *pair)
{
    const struct key *key = keys;
    char *base;

    while (key->name && strcmp(key->name, pair->name) != 0)
        key++;
    if (!key->name)
        return unknown_key(reading, pair);
    if (key->kind == KEY_OTHER)
        return read_other(reading, pair);
    base = key->kind == KEY_MODEL_TEXT ? (char *)reading->model : (char *)reading->spec;
    return read_text(reading, pair->value, pair->name, base + key->offset, key->size);
}

static int read_all(struct reading *reading, const char *path)
{
    const yaml_node_t *root = yaml_root(reading->file);
    struct yaml_pair pair;
    unsigned seen = 0;

    if (!root || root->type != YAML_MAPPING_NODE)
        return err_stop(reading->err, EXIT_CONFIG, "%s: is no model's spec", path);
    for (size_t i = 0; yaml_pair_at(reading->file, root, i, &pair); i++) {
        if (read_key(reading, &pair) < 0)
            return -1;
        for (size_t j = 0; keys[j].name; j++)
            seen |= (unsigned)!strcmp(keys[j].name, pair.name) << j;
    }
    for (size_t j = 0; keys[j].name; j++)
        if (!keys[j].optional && !(seen >> j & 1))
            return err_stop(reading->err, EXIT_CONFIG, "%s: %s is missing", path, keys[j].name);
    return read_regime(reading) < 0 || read_deflators(reading) < 0 ? -1 : 0;
}

int spec_read(const char *path, struct model *model, struct spec *ret, struct err *err)
{
    struct reading reading = { .model = model, .spec = ret, .err = err };
    int code;

    if (yaml_open(path, &reading.file, err) < 0)
        return -1;
    code = read_all(&reading, path);
    yaml_close(reading.file);
    return code;
}
