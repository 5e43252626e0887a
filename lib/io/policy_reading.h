/* policy_reading - what the parts of policy_file share while they read one file; of no use to others.
 *
 * A reader returns -1 after it has noted what is wrong, and its caller goes on with the next key: one reading
 * finds all that can be found. */
#ifndef OLIVE_IO_POLICY_READING_H
#define OLIVE_IO_POLICY_READING_H

#include "lib/io/policy_file.h"
#include "lib/io/yaml_file.h"

enum { RULES_MAX = 256 }; /* of one list */

/* A list of rules and where each stands. */
struct rules_read {
    enum rule_kind kind;
    size_t index;              /* of the kind's lists */
    char name[48];             /* "lines.dibao" */
    const yaml_node_t *node;   /* of the list */
    const yaml_node_t **nodes; /* of each rule */
    struct rule_list list;     /* as it is in the policy, too */
    bool failed;               /* not all of it could be read */
};
enum { LISTS_MAX = 48 };

struct reading {
    struct yaml_file *file;
    struct policy *policy;
    struct policy_findings *findings;
    const yaml_node_t *valid_from; /* NULL: not said */
    struct rules_read lists[LISTS_MAX];
    size_t list_count;
};

/* --- findings --- */

/* Notes an error at a node, and returns -1. */
int bad(struct reading *reading, const yaml_node_t *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Notes a warning; node NULL: of the file as a whole. */
void worth_a_look(struct reading *reading, const yaml_node_t *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void findings_sort(struct policy_findings *findings);
size_t line_of(const yaml_node_t *node);

/* --- values --- */

/* The text of a single value; NULL after an error. */
const char *word_of(struct reading *reading, const yaml_node_t *node, const char *name);
/* A word of a list. */
int read_code(struct reading *reading, const yaml_node_t *node, const char *text, const struct codes *codes,
              int *ret);
int read_day(struct reading *reading, const yaml_node_t *node, const char *name, int32_t *ret);
/* In yuan with two decimals, or in whole fen; not below 0. */
int read_money(struct reading *reading, const yaml_node_t *node, const char *name, bool in_fen, int64_t *ret);
/* A list of exactly so many amounts in yuan, rising. */
int read_rising(struct reading *reading, const yaml_node_t *node, const char *name, size_t count,
                int64_t *ret);
int read_whole(struct reading *reading, const yaml_node_t *node, const char *name, int64_t least,
               int64_t most, int64_t *ret);

/* --- mappings --- */

struct key;
typedef int reader_of_key(struct reading *reading, const struct key *key, const yaml_node_t *value,
                          void *user);
struct key {
    const char *name;
    reader_of_key *read;
    size_t at;     /* of what it sets, in *user; or whatever else the reader wants to be told */
    unsigned part; /* a bit: what it says of what is needed */
};
/* Of `once` parts only one key may be there. ret_parts: what was said, also badly. */
int read_keys(struct reading *reading, const yaml_node_t *node, const struct key *keys, unsigned once,
              void *user, unsigned *ret_parts);
/* The value of a key that a mapping has; the mapping itself when it has not. */
const yaml_node_t *value_of(const struct reading *reading, const yaml_node_t *mapping, const char *name);

/* --- rules --- */

/* One list of a kind; `name` as people know it. */
int read_rules(struct reading *reading, const yaml_node_t *node, enum rule_kind kind, size_t index,
               const char *name);
/* A mapping from words of `codes` to lists of a kind, the first of them being list `first`. */
int read_rules_by_code(struct reading *reading, const yaml_node_t *node, enum rule_kind kind, size_t first,
                       const struct codes *codes, const char *name);
void rule_free(enum rule_kind kind, struct rule *rule);

/* --- what rules must be to each other (policy_dates.c, policy_sense.c), and what is missing today --- */

int check_dates(struct reading *reading);
int check_sense(struct reading *reading);
void warn_of(struct reading *reading, int32_t today);
/* The list of a kind that was read; NULL: none. */
struct rules_read *list_read(struct reading *reading, enum rule_kind kind, size_t index);
const char *region_name(const char *region); /* for people: "everywhere" for none */
/* Both stand for the same place, through their series. */
bool same_place(const char *a, const char *b);

#endif
