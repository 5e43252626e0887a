#include "lib/io/metrics.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/io/clock.h"
#include "tests/unit/unit.h"

static int64_t read_queue(void)
{
    return 7;
}

enum { LINES, FILES, LAST, SINCE, QUEUE, METRICS };
static const struct metric table[METRICS] = {
    [LINES] = { "t_lines_total", "lines", METRIC_COUNTER, { "feed", "result" }, NULL },
    [FILES] = { "t_files", "files", METRIC_GAUGE, { NULL }, NULL },
    [LAST] = { "t_last_seconds", "last", METRIC_MS, { "feed" }, NULL },
    [SINCE] = { "t_lag_seconds", "lag", METRIC_SINCE, { "feed" }, NULL },
    [QUEUE] = { "t_queue", "queue", METRIC_GAUGE, { NULL }, read_queue },
};

static const char *text(void)
{
    static struct buffer out;

    buffer_clear(&out);
    metrics_text(&out);
    buffer_add_byte(&out, '\0');
    return (const char *)out.data;
}

static void a_table_becomes_the_text_that_prometheus_reads(void **state)
{
    metrics_start(table, METRICS);
    series_add(metrics_series(LINES, "a", "published"), 3);
    series_add(metrics_series(LINES, "a", "dead_lettered"), 1);
    series_add(metrics_series(LINES, "a", "published"), 39);
    series_set(metrics_series(FILES, NULL, NULL), -2);
    series_set(metrics_series(LAST, "q\"b\\n\n", NULL), 1764123456007);
    series_set(metrics_series(SINCE, "a", NULL), 0);
    assert_string_equal(text(), "# HELP t_lines_total lines\n"
                                "# TYPE t_lines_total counter\n"
                                "t_lines_total{feed=\"a\",result=\"published\"} 42\n"
                                "t_lines_total{feed=\"a\",result=\"dead_lettered\"} 1\n"
                                "# HELP t_files files\n"
                                "# TYPE t_files gauge\n"
                                "t_files -2\n"
                                "# HELP t_last_seconds last\n"
                                "# TYPE t_last_seconds gauge\n"
                                "t_last_seconds{feed=\"q\\\"b\\\\n\\n\"} 1764123456.007\n"
                                "# HELP t_lag_seconds lag\n"
                                "# TYPE t_lag_seconds gauge\n"
                                "t_lag_seconds{feed=\"a\"} 0.000\n"
                                "# HELP t_queue queue\n"
                                "# TYPE t_queue gauge\n"
                                "t_queue 7\n");
}

static void a_series_without_labels_is_there_from_the_start(void **state)
{
    metrics_start(table, METRICS);
    assert_non_null(strstr(text(), "\nt_files 0\n"));
}

static void time_since_an_instant_is_reckoned_when_asked_and_is_never_negative(void **state)
{
    double lag;

    metrics_start(table, METRICS);
    series_set(metrics_series(SINCE, "a", NULL), wall_ms() - 3600000);
    assert_int_equal(
        sscanf(strstr(text(), "t_lag_seconds{feed=\"a\"}"), "t_lag_seconds{feed=\"a\"} %lf", &lag), 1);
    assert_true(lag >= 3600);
    series_set(metrics_series(SINCE, "a", NULL), wall_ms() + 3600000);
    assert_non_null(strstr(text(), "t_lag_seconds{feed=\"a\"} 0.000\n"));
}

static void what_is_hidden_comes_back_with_its_count(void **state)
{
    metrics_start(table, METRICS);
    series_add(metrics_series(LINES, "a", "published"), 1);
    series_add(metrics_series(LINES, "a", "rejected"), 1);
    series_add(metrics_series(LINES, "b", "published"), 1);
    metrics_hide(LINES, "a");
    assert_null(strstr(text(), "feed=\"a\""));
    assert_non_null(strstr(text(), "{feed=\"b\",result=\"published\"} 1\n"));
    series_add(metrics_series(LINES, "a", "published"), 1);
    assert_non_null(strstr(text(), "{feed=\"a\",result=\"published\"} 2\n"));
    assert_null(strstr(text(), "rejected"));
}

/* --- one counts while another reads --- */

enum { FEEDS = 200, ROUNDS = 50 };
static atomic_bool ended;

static void *count(void *user)
{
    char feed[16];

    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < FEEDS; i++) {
            snprintf(feed, sizeof feed, "feed%d", i);
            series_add(metrics_series(LINES, feed, "published"), 1);
        }
    ended = true;
    return user;
}

static void reading_while_others_count_sees_whole_lines_and_in_the_end_all(void **state)
{
    pthread_t thread;
    size_t seen = 0, before = 0;

    metrics_start(table, METRICS);
    assert_int_equal(pthread_create(&thread, NULL, count, NULL), 0);
    for (bool last = false; !last;) {
        last = ended;
        before = seen;
        seen = 0;
        for (const char *at = text(); (at = strstr(at, "t_lines_total{feed=\"feed")) != NULL; at++) {
            int feed, value;

            assert_int_equal(
                sscanf(at, "t_lines_total{feed=\"feed%d\",result=\"published\"} %d\n", &feed, &value), 2);
            seen++;
        }
        assert_true(seen >= before);
    }
    pthread_join(thread, NULL);
    assert_int_equal(seen, FEEDS);
    assert_non_null(strstr(text(), "{feed=\"feed199\",result=\"published\"} 50\n"));
}

UNIT_MAIN(cmocka_unit_test(a_table_becomes_the_text_that_prometheus_reads),
          cmocka_unit_test(a_series_without_labels_is_there_from_the_start),
          cmocka_unit_test(time_since_an_instant_is_reckoned_when_asked_and_is_never_negative),
          cmocka_unit_test(what_is_hidden_comes_back_with_its_count),
          cmocka_unit_test(reading_while_others_count_sees_whole_lines_and_in_the_end_all))
