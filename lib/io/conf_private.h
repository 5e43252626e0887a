/* conf_private - option tables and the one way a value becomes a member of struct conf or struct feed_conf.
 *
 * Ownership: `places` and all members belong to the struct that the target points to. */
#ifndef OLIVE_IO_CONF_PRIVATE_H
#define OLIVE_IO_CONF_PRIVATE_H

#include "lib/io/conf.h"

enum conf_type {
    CONF_TEXT,         /* char * */
    CONF_PATH,         /* char *; relative to the file that says it */
    CONF_PATH_OR_NONE, /* likewise, or the word none */
    CONF_REGEX,        /* char *; POSIX extended with one group */
    CONF_REGION,       /* char *; lib/core/identifier.h */
    CONF_LISTEN,       /* char *; lib/io/loopback.h */
    CONF_FLAG,         /* bool */
    CONF_NUMBER,       /* uint32_t */
    CONF_COUNT,        /* uint64_t; "none" is COUNT_NONE */
    CONF_RATIO,        /* int32_t, millionths; "none" is RATIO_NONE */
    CONF_MONTHS,       /* uint32_t: "13 months"; "none" is 0 */
    CONF_SPAN,         /* uint32_t, seconds: "90s", "15m", "1h", "1d" */
    CONF_WORD,         /* an enum: a word of option->codes */
    CONF_MONTH,        /* int32_t, MONTH_NONE when not said */
    CONF_MASK,         /* unsigned: a list of words of option->codes, a bit each */
    CONF_NAMES,        /* struct conf_names: a list */
    CONF_PAIRS,        /* struct conf_pairs: a mapping with free keys */
};

struct conf_option {
    const char *path; /* "fuse.flush_ms" */
    enum conf_type type;
    size_t offset;
    const char *initial; /* as --set would say it; NULL: none */
    uint32_t min, max;   /* of CONF_NUMBER and CONF_SPAN, both inclusive */
    const struct codes *codes;
    const char *help;
};

struct conf_table {
    const struct conf_option *options;
    size_t count;
};
extern const struct conf_table conf_table, conf_feed_table;

/* What is being filled: a struct conf or one of its feeds. */
struct conf_target {
    const struct conf_table *table;
    void *object;
    char **places;
};
struct conf_target conf_target_of(struct conf *conf);
struct conf_target conf_target_of_feed(struct feed_conf *feed);

/* A value as somebody said it. */
struct conf_said {
    const char *value;
    const char *place;  /* NULL: a default */
    const char *folder; /* of the file, with the slash at the end; "" otherwise */
};

const struct conf_option *conf_option_find(const struct conf_table *table, const char *path);
bool conf_is_string(enum conf_type type); /* the member is a char * */
void *conf_member(const struct conf_target *target, const struct conf_option *option);
int conf_bad(struct err *err, const char *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Sets every option to its default. */
int conf_reset(const struct conf_target *target, struct err *err);
void conf_target_free(const struct conf_target *target);
/* Scalars, and lists parted by commas; replaces what stood there. */
int conf_set(const struct conf_target *target, const struct conf_option *option, const struct conf_said *said,
             struct err *err);
void conf_note_place(const struct conf_target *target, const struct conf_option *option, const char *place);
void conf_clear_list(const struct conf_target *target, const struct conf_option *option);
int conf_add_item(const struct conf_target *target, const struct conf_option *option,
                  const struct conf_said *said, struct err *err); /* CONF_NAMES, CONF_MASK */
void conf_put_pair(struct conf_pairs *pairs, const char *key, const char *value, const char *place);
/* The feed of that name, made when there is none. */
int conf_feed_named(struct conf *conf, const char *name, const char *place, struct feed_conf **ret,
                    struct err *err);

/* Whether somebody said something else than the default: what `config show` prints says no more than that. */
bool conf_feed_says(const struct feed_conf *feed, const char *path);
/* What a feed that is fetched must say, and what means nothing there; and the other way round. */
int conf_check_fetch(const struct feed_conf *feed, struct err *err);

int conf_read_file(struct conf *conf, const char *file, struct err *err); /* conf_yaml.c */

#endif
