/* clock - the two clocks that programs have; lib/core has none, there time is an argument.
 *
 * Units: ms. Threads: any. */
#ifndef OLIVE_IO_CLOCK_H
#define OLIVE_IO_CLOCK_H

#include <stdint.h>

int64_t wall_ms(void);  /* since 1970-01-01T00:00Z; may jump */
int64_t ticks_ms(void); /* monotonic, from an arbitrary start: for waits */

#endif
