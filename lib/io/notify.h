/* notify - tells the service manager how the program is: sd_notify(3)'s datagrams, without its library.
 *
 * Without $NOTIFY_SOCKET every call does nothing, so nobody need ask. The watchdog is fed by the loop that
 * does the work and by nothing else: a loop that hangs must be noticed. A turn of the loop may take up to
 * half of $WATCHDOG_USEC.
 *
 * Threads: the main one; notify_alive_ms() any. Units: ms. Errors: none; a manager that is deaf changes
 * nothing. */
#ifndef OLIVE_IO_NOTIFY_H
#define OLIVE_IO_NOTIFY_H

#include <stdint.h>

void notify_start(void); /* once, from the environment that systemd gives */
void notify_ready(void); /* after the start, and after each notify_reloading() */
void notify_reloading(void);
void notify_stopping(void);
/* One line for `systemctl status`, without personal data; said again only when it has changed. */
void notify_status(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The loop has done a turn. Cheap: it may stand in one that turns a thousand times a second. */
void notify_alive(void);
int64_t notify_alive_ms(void); /* when that was last, by ticks_ms(); 0: never */

#endif
