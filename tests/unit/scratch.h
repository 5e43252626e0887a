/* scratch - a folder of its own for a test that needs files, gone afterwards. */
#ifndef OLIVE_TESTS_SCRATCH_H
#define OLIVE_TESTS_SCRATCH_H

#include <stddef.h>
#include <sys/types.h>

/* cmocka's setup and teardown: makes a new folder the working one, and removes it with all it holds. */
int scratch_enter(void **state);
int scratch_leave(void **state);
void scratch_write(const char *path, const void *data, size_t size, mode_t mode); /* makes its folder, too */

#endif
