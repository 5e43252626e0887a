/* One YAML file against the option tables. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/arena.h"
#include "lib/base/suggest.h"
#include "lib/io/conf_private.h"
#include "lib/io/yaml_file.h"

enum { PATH_SIZE = 128 };

struct walk {
    struct yaml_file *file;
    struct conf *conf;
    struct err *err;
};

static int bad_node(struct walk *walk, const yaml_node_t *node, const char *text)
{
    char place[YAML_PLACE_SIZE];

    return conf_bad(walk->err, yaml_place(walk->file, node, place), "%s", text);
}

static int bad_option(struct walk *walk, const yaml_node_t *node, const char *path, const char *text)
{
    char place[YAML_PLACE_SIZE];

    return conf_bad(walk->err, yaml_place(walk->file, node, place), "%s %s", path, text);
}

static int unknown_key(struct walk *walk, const yaml_node_t *key, const char *path,
                       const struct conf_table *table)
{
    struct suggestion near = suggestion_for(path);
    char hint[SUGGESTION_SIZE], place[YAML_PLACE_SIZE];

    for (size_t i = 0; i < table->count; i++)
        suggestion_offer(&near, table->options[i].path);
    if (table == &conf_table)
        suggestion_offer(&near, "feeds");
    return conf_bad(walk->err, yaml_place(walk->file, key, place), "unknown key %s%s", path,
                    suggestion_text(&near, hint));
}

static struct conf_said said_by(struct walk *walk, const yaml_node_t *node, char place[YAML_PLACE_SIZE])
{
    return (struct conf_said){ .value = (const char *)node->data.scalar.value,
                               .place = yaml_place(walk->file, node, place),
                               .folder = yaml_folder(walk->file) };
}

static int read_pairs(struct walk *walk, const yaml_node_t *node, const struct conf_target *target,
                      const struct conf_option *option)
{
    char place[YAML_PLACE_SIZE];
    struct yaml_pair pair;

    if (node->type != YAML_MAPPING_NODE)
        return bad_option(walk, node, option->path, "must be a mapping");
    for (size_t i = 0; yaml_pair_at(walk->file, node, i, &pair); i++) {
        if (yaml_is_null(pair.value) || pair.value->type != YAML_SCALAR_NODE)
            return bad_option(walk, pair.value, option->path, "takes a single value for each key");
        conf_put_pair(conf_member(target, option), pair.name, (const char *)pair.value->data.scalar.value,
                      yaml_place(walk->file, pair.key, place));
    }
    return 0;
}

static int read_items(struct walk *walk, const yaml_node_t *node, const struct conf_target *target,
                      const struct conf_option *option)
{
    const yaml_node_t *item;

    if (node->type != YAML_SEQUENCE_NODE)
        return bad_option(walk, node, option->path, "must be a list: [a, b]");
    conf_clear_list(target, option);
    for (size_t i = 0; (item = yaml_item_at(walk->file, node, i)) != NULL; i++) {
        char place[YAML_PLACE_SIZE];
        struct conf_said said;

        if (item->type != YAML_SCALAR_NODE)
            return bad_option(walk, item, option->path, "must be a list of words");
        said = said_by(walk, item, place);
        if (conf_add_item(target, option, &said, walk->err) < 0)
            return -1;
    }
    return 0;
}

static int read_option(struct walk *walk, const yaml_node_t *node, const struct conf_target *target,
                       const struct conf_option *option)
{
    char place[YAML_PLACE_SIZE];
    struct conf_said said;

    if (option->type == CONF_PAIRS || option->type == CONF_NAMES || option->type == CONF_MASK) {
        if ((option->type == CONF_PAIRS ? read_pairs : read_items)(walk, node, target, option) < 0)
            return -1;
        conf_note_place(target, option, yaml_place(walk->file, node, place));
        return 0;
    }
    if (node->type != YAML_SCALAR_NODE)
        return bad_option(walk, node, option->path, "must be a single value");
    if (yaml_is_null(node))
        return bad_option(walk, node, option->path, "has no value");
    said = said_by(walk, node, place);
    return conf_set(target, option, &said, walk->err);
}

/* Some option's path begins with these words: it is a group of options. */
static bool is_group(const struct conf_table *table, const char *path)
{
    size_t len = strlen(path);

    for (size_t i = 0; i < table->count; i++)
        if (!strncmp(table->options[i].path, path, len) && table->options[i].path[len] == '.')
            return true;
    return false;
}

static int read_feeds(struct walk *walk, const yaml_node_t *node);

static int read_mapping(struct walk *walk, const yaml_node_t *node, const char *group,
                        const struct conf_target *target)
{
    struct yaml_pair pair;
    char path[PATH_SIZE];

    if (yaml_is_null(node))
        return 0; /* a group whose options are all commented out */
    if (node->type != YAML_MAPPING_NODE)
        return bad_node(walk, node, "must be a mapping of options");
    for (size_t i = 0; yaml_pair_at(walk->file, node, i, &pair); i++) {
        const struct conf_option *option;
        int ret;

        snprintf(path, sizeof path, "%s%s%s", group, *group ? "." : "", pair.name);
        option = conf_option_find(target->table, path);
        if (option)
            ret = read_option(walk, pair.value, target, option);
        else if (is_group(target->table, path))
            ret = read_mapping(walk, pair.value, path, target);
        else if (target->table == &conf_table && !strcmp(path, "feeds"))
            ret = read_feeds(walk, pair.value);
        else
            ret = unknown_key(walk, pair.key, path, target->table);
        if (ret < 0)
            return -1;
    }
    return 0;
}

static int read_feeds(struct walk *walk, const yaml_node_t *node)
{
    struct yaml_pair pair;

    if (node->type != YAML_MAPPING_NODE)
        return bad_node(walk, node, "feeds must be a mapping: the feed's name, then its options");
    for (size_t i = 0; yaml_pair_at(walk->file, node, i, &pair); i++) {
        char place[YAML_PLACE_SIZE];
        struct feed_conf *feed;
        struct conf_target target;

        if (conf_feed_named(walk->conf, pair.name, yaml_place(walk->file, pair.key, place), &feed,
                            walk->err) < 0)
            return -1;
        target = conf_target_of_feed(feed);
        if (read_mapping(walk, pair.value, "", &target) < 0)
            return -1;
    }
    return 0;
}

int conf_read_file(struct conf *conf, const char *file, struct err *err)
{
    CLEANUP(yaml_closep) struct yaml_file *yaml = NULL;
    struct walk walk = { .conf = conf, .err = err };
    struct conf_target target = conf_target_of(conf);
    const yaml_node_t *root;

    if (yaml_open(file, &yaml, err) < 0)
        return -1;
    walk.file = yaml;
    root = yaml_root(yaml);
    return !root || yaml_is_null(root) ? 0 : read_mapping(&walk, root, "", &target);
}
