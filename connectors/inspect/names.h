/* names - what departments call the columns that olive knows, beside the names in the sources' tables.
 *
 * A name is compared without blanks, without what stands in brackets (余额（元）), and in lower case;
 * initials of pinyin (SFZH) count. To add one: a word in names.c. Threads: any. */
#ifndef OLIVE_CONNECTORS_INSPECT_NAMES_H
#define OLIVE_CONNECTORS_INSPECT_NAMES_H

#include "connectors/inspect/guess.h"

/* How well a department's name fits a field. */
enum basis name_basis(const struct field *field, struct text name);
bool name_is_known(const struct field *field, struct text name); /* at least BASIS_USUAL */
/* A name, an address, a remark: often there, read by no source. */
bool name_is_unread(struct text name);
/* A control line's own words: 合计, 笔数, EOF … */
bool text_is_of_control(struct text text);

/* The value of a constant that words of a file's or a column's name speak for; -1: none, or several. */
int hint_of_kind(struct text text);
int hint_of_household(struct text text);

#endif
