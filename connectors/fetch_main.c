/* olive-fetch - one read of a department's system, for olive-connect, which starts it and may kill it.
 *
 * A process of its own: drivers of databases hang and crash, and what talks to other people's servers need
 * not hold the token key. The job comes on stdin, the spool is descriptor 3, what came of it goes to
 * stdout. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "connectors/source/http.h"
#include "connectors/source/odbc.h"
#include "lib/base/arena.h"
#include "lib/io/program.h"

enum { SPOOL_FD = 3, PIECE_BYTES = 1 << 16, JOB_BYTES_MAX = 1 << 20 };

static int read_job(struct fetch_job *ret, struct err *err)
{
    CLEANUP(buffer_free) struct buffer text = { 0 };
    ssize_t got;

    do {
        got = read(STDIN_FILENO, buffer_grow(&text, PIECE_BYTES), PIECE_BYTES);
        text.size -= PIECE_BYTES - (size_t)(got > 0 ? got : 0);
    } while (got > 0 && text.size < JOB_BYTES_MAX);
    return fetch_job_read(text.data, text.size, ret, err);
}

static int fetch(const struct fetch_job *job, struct fetched *ret, struct err *err)
{
    CLEANUP(fetch_file_close) struct fetch_file spool;

    fetch_file_open(&spool, SPOOL_FD, STDOUT_FILENO, job->bytes_max);
    return (job->connection ? odbc_fetch : http_fetch)(job, &spool, ret, err);
}

static int tell(const struct fetched *fetched)
{
    CLEANUP(buffer_free) struct buffer text = { 0 };

    fetched_write(fetched, &text);
    return write(STDOUT_FILENO, text.data, text.size) == (ssize_t)text.size ? EXIT_OK : EXIT_FAILED;
}

int main(int argc, char **argv)
{
    CLEANUP(fetch_job_free) struct fetch_job job = { 0 };
    CLEANUP(fetched_free) struct fetched fetched = { 0 };
    struct err err = { 0 };
    int status;

    if (argc > 1 || isatty(STDIN_FILENO)) {
        fputs("olive-fetch: olive-connect starts it to read a database or an HTTP server\n", stderr);
        return EXIT_USAGE;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* what it reads is nobody's then */
    program_locale();
    program_privacy();
    if (read_job(&job, &err) < 0 || fetch(&job, &fetched, &err) < 0) {
        fetched.state = FETCH_FAILED;
        mem_freep(&fetched.why);
        fetched.why = mem_strdup(err.text);
    }
    status = tell(&fetched);
    _exit(status); /* no driver's last wish */
}
