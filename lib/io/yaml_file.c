#include "lib/io/yaml_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"

enum { FILE_SIZE_MAX = 16 << 20 };

struct yaml_file {
    yaml_document_t document; /* lends nothing from the text */
    bool loaded;
    char *name, *folder;
};

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = mem_strdup(path);

    folder[slash ? slash + 1 - path : 0] = '\0';
    return folder;
}

static int bad_place(const struct yaml_file *file, const yaml_mark_t *mark, const char *what, struct err *err)
{
    return err_stop(err, EXIT_CONFIG, "%s:%zu:%zu: %s", file->name, mark->line + 1, mark->column + 1, what);
}

/* Also those of what an alias repeats; the tree is flat in memory, so no cycle is followed. */
static int check_keys(struct yaml_file *file, struct err *err)
{
    for (yaml_node_t *node = file->document.nodes.start; node < file->document.nodes.top; node++) {
        struct yaml_pair pair, earlier;

        if (node->type != YAML_MAPPING_NODE)
            continue;
        for (size_t i = 0; yaml_pair_at(file, node, i, &pair); i++) {
            if (pair.key->type != YAML_SCALAR_NODE || yaml_is_null(pair.key))
                return bad_place(file, &pair.key->start_mark, "a key must be a word", err);
            for (size_t j = 0; j < i && yaml_pair_at(file, node, j, &earlier); j++)
                if (!strcmp(pair.name, earlier.name))
                    return err_stop(
                        err, EXIT_CONFIG, "%s:%zu:%zu: %s is here for the second time (first in line %zu)",
                        file->name, pair.key->start_mark.line + 1, pair.key->start_mark.column + 1, pair.name,
                        earlier.key->start_mark.line + 1);
        }
    }
    return 0;
}

static int load(yaml_parser_t *parser, struct yaml_file *file, struct err *err)
{
    yaml_document_t next;
    bool more;

    if (!yaml_parser_load(parser, &file->document))
        return bad_place(file, &parser->problem_mark, parser->problem ? parser->problem : "is not YAML", err);
    file->loaded = true;
    if (!yaml_document_get_root_node(&file->document))
        return 0;
    if (!yaml_parser_load(parser, &next))
        return bad_place(file, &parser->problem_mark, parser->problem ? parser->problem : "is not YAML", err);
    more = yaml_document_get_root_node(&next) != NULL;
    yaml_document_delete(&next);
    return more ? err_stop(err, EXIT_CONFIG, "%s: has more than one document", file->name)
                : check_keys(file, err);
}

int yaml_parse(const char *text, size_t size, const char *name, struct yaml_file **ret, struct err *err)
{
    struct yaml_file *file = mem_zalloc(sizeof *file);
    yaml_parser_t parser;
    int code;

    file->name = mem_strdup(name);
    file->folder = folder_of(name);
    yaml_parser_initialize(&parser);
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
    code = load(&parser, file, err);
    yaml_parser_delete(&parser);
    if (code < 0)
        yaml_closep(&file);
    else
        *ret = file;
    return code;
}

int text_file_read(const char *path, char **ret, size_t *ret_size, struct err *err)
{
    FILE *file = fopen(path, "re");
    char *text;
    size_t size;
    bool failed;

    if (!file)
        return err_stop(err, EXIT_CONFIG, "%s: %s", path, strerror(errno));
    text = mem_alloc(FILE_SIZE_MAX + 1);
    size = fread(text, 1, FILE_SIZE_MAX + 1, file);
    failed = ferror(file);
    fclose(file);
    if (failed || size > FILE_SIZE_MAX) {
        free(text);
        return err_stop(err, EXIT_CONFIG, "%s: %s", path, failed ? "cannot be read" : "is over 16 MiB");
    }
    *ret = mem_realloc(text, size + 1);
    (*ret)[size] = '\0';
    *ret_size = size;
    return 0;
}

int yaml_open(const char *path, struct yaml_file **ret, struct err *err)
{
    CLEANUP(mem_freep) char *text = NULL;
    size_t size = 0;

    if (text_file_read(path, &text, &size, err) < 0)
        return -1;
    return yaml_parse(text, size, path, ret, err);
}

void yaml_close(struct yaml_file *file)
{
    if (!file)
        return;
    if (file->loaded)
        yaml_document_delete(&file->document);
    free(file->name);
    free(file->folder);
    free(file);
}

void yaml_closep(struct yaml_file **file)
{
    yaml_close(*file);
    *file = NULL;
}

static yaml_node_t *node_at(const struct yaml_file *file, int id)
{
    return file->document.nodes.start + id - 1; /* as yaml_document_get_node(), which wants it writable */
}

const yaml_node_t *yaml_root(const struct yaml_file *file)
{
    return file->document.nodes.top == file->document.nodes.start ? NULL : node_at(file, 1);
}

const char *yaml_folder(const struct yaml_file *file)
{
    return file->folder;
}

bool yaml_is_null(const yaml_node_t *node)
{
    const char *value = (const char *)node->data.scalar.value;

    return node->type == YAML_SCALAR_NODE && node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
           (!*value || !strcmp(value, "~") || !strcmp(value, "null"));
}

bool yaml_pair_at(const struct yaml_file *file, const yaml_node_t *mapping, size_t index,
                  struct yaml_pair *ret)
{
    const yaml_node_pair_t *pair = mapping->data.mapping.pairs.start + index;

    if (pair >= mapping->data.mapping.pairs.top)
        return false;
    ret->key = node_at(file, pair->key);
    ret->value = node_at(file, pair->value);
    ret->name = ret->key->type == YAML_SCALAR_NODE ? (const char *)ret->key->data.scalar.value : "";
    return true;
}

const yaml_node_t *yaml_item_at(const struct yaml_file *file, const yaml_node_t *sequence, size_t index)
{
    const yaml_node_item_t *item = sequence->data.sequence.items.start + index;

    return item < sequence->data.sequence.items.top ? node_at(file, *item) : NULL;
}

const char *yaml_place(const struct yaml_file *file, const yaml_node_t *node, char ret[YAML_PLACE_SIZE])
{
    snprintf(ret, YAML_PLACE_SIZE, "%s:%zu:%zu", file->name, node->start_mark.line + 1,
             node->start_mark.column + 1);
    return ret;
}
