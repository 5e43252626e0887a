/* yaml_file - one YAML document as a tree of nodes, each with its place (libyaml).
 *
 * A mapping key that is no word, or that comes twice in its mapping, is an error already here.
 * Ownership: yaml_open() … yaml_close(); nodes, names and the folder lend from it.
 * Errors: ERR_STOP, EXIT_CONFIG, "file:line:column: what is wrong"; a file that cannot be read, without a
 * line. */
#ifndef OLIVE_IO_YAML_FILE_H
#define OLIVE_IO_YAML_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include <yaml.h>

#include "lib/base/err.h"

struct yaml_file;
int yaml_open(const char *path, struct yaml_file **ret, struct err *err);
/* The same of text in memory; name stands for the path. */
int yaml_parse(const char *text, size_t size, const char *name, struct yaml_file **ret, struct err *err);
void yaml_close(struct yaml_file *file);
void yaml_closep(struct yaml_file **file);

const yaml_node_t *yaml_root(const struct yaml_file *file); /* NULL: empty */
const char *yaml_folder(const struct yaml_file *file);      /* "/etc/olive/"; "" for the working folder */
bool yaml_is_null(const yaml_node_t *node);                 /* said nothing: plain "", ~ or null */

struct yaml_pair {
    const yaml_node_t *key, *value;
    const char *name; /* of the key */
};
/* The i-th of a mapping or sequence; false, NULL: there is none. */
bool yaml_pair_at(const struct yaml_file *file, const yaml_node_t *mapping, size_t index,
                  struct yaml_pair *ret);
const yaml_node_t *yaml_item_at(const struct yaml_file *file, const yaml_node_t *sequence, size_t index);

enum { YAML_PLACE_SIZE = 320 };
const char *yaml_place(const struct yaml_file *file, const yaml_node_t *node, char ret[YAML_PLACE_SIZE]);

/* A whole file into memory, NUL-terminated; the caller frees it. At most 16 MiB. */
int text_file_read(const char *path, char **ret, size_t *ret_size, struct err *err);

#endif
