#include "daemon/state/schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/io/data.h"
#include "lib/io/yaml_file.h"

static void add_name(struct schema_names *names, struct text name)
{
    names->items = mem_realloc(names->items, (names->count + 1) * sizeof *names->items);
    names->items[names->count] = mem_alloc(name.len + 1);
    memcpy(names->items[names->count], name.data, name.len);
    names->items[names->count++][name.len] = '\0';
}

static void free_names(struct schema_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
    free(names->items);
    *names = (struct schema_names){ 0 };
}

static bool has_name(const struct schema_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (!strcmp(names->items[i], name))
            return true;
    return false;
}

/* Names of changes: the first word of each line that is no comment, no pragma and not blank. */
static int read_plan(struct schema_names *ret, struct err *err)
{
    CLEANUP(mem_freep) char *path = data_path("schema/sqitch.plan");
    CLEANUP(mem_freep) char *text = NULL;
    char *rest;
    size_t size;

    if (text_file_read(path, &text, &size, err) < 0)
        return -1;
    rest = text;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;)
        if (*line && *line != '#' && *line != '%' && *line != ' ')
            add_name(ret, (struct text){ line, strcspn(line, " \r") });
    return 0;
}

static int read_deployed(struct store *store, struct schema_names *ret, struct err *err)
{
    CLEANUP(rows_freep) struct rows *there = NULL, *rows = NULL;

    if (store_query(store, "SELECT to_regclass('sqitch.changes') IS NOT NULL", NULL, 0, &there, err) < 0)
        return -1;
    if (!rows_bool(there, 0, 0))
        return 0; /* sqitch has never been here */
    if (store_query(store, "SELECT change FROM sqitch.changes WHERE project = 'olive' ORDER BY planned_at",
                    NULL, 0, &rows, err) < 0)
        return -1;
    for (size_t i = 0; i < rows_count(rows); i++)
        add_name(ret, rows_text(rows, i, 0));
    return 0;
}

static void subtract(const struct schema_names *from, const struct schema_names *what,
                     struct schema_names *ret)
{
    for (size_t i = 0; i < from->count; i++)
        if (!has_name(what, from->items[i]))
            add_name(ret, text_of(from->items[i]));
}

int schema_compare(struct store *store, struct schema *ret, struct err *err)
{
    struct schema_names planned = { 0 }, deployed = { 0 };
    int code;

    *ret = (struct schema){ 0 };
    code = read_plan(&planned, err) < 0 || read_deployed(store, &deployed, err) < 0 ? -1 : 0;
    if (code == 0) {
        subtract(&planned, &deployed, &ret->missing);
        subtract(&deployed, &planned, &ret->foreign);
    }
    free_names(&planned);
    free_names(&deployed);
    return code;
}

void schema_free(struct schema *schema)
{
    free_names(&schema->missing);
    free_names(&schema->foreign);
}

int schema_require(struct store *store, struct err *err)
{
    CLEANUP(schema_free) struct schema schema = { 0 };

    if (schema_compare(store, &schema, err) < 0)
        return -1;
    if (schema.foreign.count)
        return err_stop(
            err, EXIT_CONFIG,
            "the database's schema is newer than this program: it has change %s, which is not planned here",
            schema.foreign.items[0]);
    if (schema.missing.count)
        return err_stop(err, EXIT_CONFIG,
                        "the database's schema lacks change %s; `olive schema apply` brings it up",
                        schema.missing.items[0]);
    return 0;
}
