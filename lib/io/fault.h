/* fault - named points at which a test can have the process killed, stopped or slowed.
 *
 * OLIVE_FAULT=NAME[:COUNT][:ACTION]: at the COUNT-th passing (default 1) of point NAME: kill (SIGKILL to
 * itself, the default), stop (SIGSTOP) or a wait in ms. Compiled in with -Dfaults=true only, which tests use;
 * otherwise nothing stands here. */
#ifndef OLIVE_IO_FAULT_H
#define OLIVE_IO_FAULT_H

#ifdef OLIVE_FAULTS
void fault_point(const char *name);
#else
static inline void fault_point(const char *name)
{
    (void)name;
}
#endif

#endif
