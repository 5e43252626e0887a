/* hints - what the kernel says has happened in the inboxes, so that nobody need look all the time.
 *
 * A hint ends a wait early and says which folder to look at; the scan that follows is the truth, and so is
 * the one that comes without a hint: events can be lost, and file systems of other machines send none.
 *
 * Ownership: hints_new() … hints_free(); a hint belongs to its hints until hint_free(). Threads: one.
 * Errors:    none: a folder that cannot be watched (fs.inotify.max_user_watches) is scanned all the same. */
#ifndef OLIVE_CONNECTORS_HINTS_H
#define OLIVE_CONNECTORS_HINTS_H

#include <stdbool.h>
#include <stdint.h>

struct hints;
struct hints *hints_new(void);
void hints_free(struct hints *hints); /* its hints must have gone before */
/* Waits until something happens, a signal comes, or the time is over. */
void hints_wait(struct hints *hints, uint32_t ms);

struct hint;
struct hint *hint_new(struct hints *hints, const char *folder);
void hint_free(struct hint *hint);
bool hint_take(struct hint *hint); /* whether something has happened since it was last asked; at first: yes */

#endif
