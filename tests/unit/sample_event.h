/* sample_event - a receipt and a close record with something in every list: for round trips, and as seeds of
 * fuzzing. */
#ifndef OLIVE_TESTS_SAMPLE_EVENT_H
#define OLIVE_TESTS_SAMPLE_EVENT_H

#include "lib/wire/record_wire.h"

/* Their lists are constants. */
struct event sample_receipt(void);
struct event sample_close(void);

#endif
