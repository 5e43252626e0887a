#include "lib/io/conf.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/date.h"
#include "tests/unit/scratch.h"
#include "tests/unit/unit.h"

static const char good[] = "region: \"330305\"\n"
                           "topics: {partitions: 4, prefix: t1.}\n"
                           "keys:\n"
                           "  token: keys/token\n"
                           "period: {first: 2025-01}\n"
                           "kafka: {bootstrap.servers: \"127.0.0.1:19092\", sasl.password: geheim}\n"
                           "feeds:\n"
                           "  bank-a:\n"
                           "    source: deposit\n"
                           "    inbox: in/bank-a\n"
                           "    charset: gb18030\n"
                           "    delimiter: \"|\"\n"
                           "    header: false\n"
                           "    order: [account_no, bank_code, id_no, name]\n"
                           "    ignore: [name]\n"
                           "    columns: {账号: account_no}\n"
                           "  power: {source: utility, kinds: [electricity, gas], inbox: /in/power}\n";

static void write_text(const char *path, const char *text)
{
    scratch_write(path, text, strlen(text), 0644);
}

static int load(const char **sets, size_t count, struct conf **ret, struct err *err)
{
    const struct conf_overrides overrides = { "etc/olive.yaml", sets, count };

    return conf_load(&overrides, ret, err);
}

static struct conf *load_good(const char **sets, size_t count)
{
    struct conf *conf = NULL;
    struct err err = { 0 };

    if (load(sets, count, &conf, &err) < 0)
        fail_msg("%s", err.text);
    return conf;
}

static const char *pair_value(const struct conf_pairs *pairs, const char *key)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (!strcmp(pairs->items[i].key, key))
            return pairs->items[i].value;
    return "";
}

static void a_file_becomes_members_and_the_rest_defaults(void **state)
{
    CLEANUP(conf_freep) struct conf *conf = NULL;
    const struct feed_conf *bank, *power;

    write_text("etc/olive.yaml", good);
    conf = load_good(NULL, 0);
    assert_string_equal(conf->region, "330305");
    assert_int_equal(conf->topics.partitions, 4);
    assert_int_equal(conf->topics.replication, 1);
    assert_int_equal(conf->period.first, month_from(2025, 1));
    assert_string_equal(conf->keys.token, "etc/keys/token"); /* relative to the file that says it */
    assert_null(conf->keys.dead_letter);
    assert_int_equal(conf->feed_count, 2);
    bank = conf_feed(conf, "bank-a");
    assert_int_equal(bank->source, SOURCE_DEPOSIT);
    assert_int_equal(bank->charset, CHARSET_GB18030);
    assert_false(bank->header);
    assert_int_equal(bank->order.count, 4);
    assert_string_equal(bank->ignore.items[0], "name");
    assert_string_equal(pair_value(&bank->columns, "账号"), "account_no");
    assert_int_equal(bank->line_bytes_max, 65536);
    power = conf_feed(conf, "power");
    assert_string_equal(power->inbox, "/in/power");
    assert_int_equal(power->utility_kinds, 1U << UTILITY_ELECTRICITY | 1U << UTILITY_GAS);
    assert_null(conf_feed(conf, "gas"));
}

static void assert_model(const char *set, const char *model)
{
    CLEANUP(conf_freep) struct conf *conf = load_good(&set, set != NULL);

    if (model)
        assert_string_equal(conf->model, model);
    else
        assert_int_equal(access(conf->model, R_OK), 0); /* the one that comes with olive */
}

static void the_model_is_a_file_or_none(void **state)
{
    (void)state;
    write_text("etc/olive.yaml", good);
    assert_model(NULL, NULL);
    assert_model("model=own.model", "own.model");
    assert_model("model=none", "none");
    assert_model("model=./none", "./none"); /* a file of that name */
    write_text("etc/conf.d/10.yaml", "model: own.model\n");
    assert_model(NULL, "etc/conf.d/own.model");
    write_text("etc/conf.d/10.yaml", "model: none\n");
    assert_model(NULL, "none");
}

static void the_command_line_wins_then_the_environment_then_conf_d(void **state)
{
    const char *sets[] = { "fuse.flush_ms=4", "kafka.client.id=me", "feeds.bank-a.complete=true" };
    CLEANUP(conf_freep) struct conf *conf = NULL;

    write_text("etc/olive.yaml", good);
    write_text("etc/conf.d/20.yaml", "fuse: {flush_ms: 20, flush_records: 20, memory_mib: 20}\n");
    write_text("etc/conf.d/10.yaml",
               "fuse: {flush_ms: 10, flush_records: 10, memory_mib: 16, instance: ten}\n"
               "feeds: {power: {complete: true}}\n");
    write_text("etc/conf.d/30.yaml.bak", "no: such key\n");
    setenv("OLIVE_FUSE_FLUSH_MS", "3", 1);
    setenv("OLIVE_FUSE_FLUSH_RECORDS", "3", 1);
    setenv("OLIVE_KAFKA_BOOTSTRAP_SERVERS", "elsewhere:1", 1);
    setenv("OLIVE_FEEDS_BANK_A_HEADER_LINES", "7", 1);
    conf = load_good(sets, COUNT_OF(sets));
    unsetenv("OLIVE_FUSE_FLUSH_MS");
    unsetenv("OLIVE_FUSE_FLUSH_RECORDS");
    unsetenv("OLIVE_KAFKA_BOOTSTRAP_SERVERS");
    unsetenv("OLIVE_FEEDS_BANK_A_HEADER_LINES");
    assert_int_equal(conf->fuse.flush_ms, 4);
    assert_int_equal(conf->fuse.flush_records, 3);
    assert_int_equal(conf->fuse.memory_mib, 20);
    assert_string_equal(conf->fuse.instance, "ten");
    assert_string_equal(pair_value(&conf->kafka, "client.id"), "me");
    assert_string_equal(pair_value(&conf->kafka, "bootstrap.servers"), "elsewhere:1");
    assert_true(conf_feed(conf, "bank-a")->complete);
    assert_int_equal(conf_feed(conf, "bank-a")->header_lines, 7);
    assert_true(conf_feed(conf, "power")->complete);
    assert_string_equal(conf_place(conf, "fuse.flush_ms"), "--set fuse.flush_ms");
    assert_string_equal(conf_place(conf, "fuse.memory_mib"), "etc/conf.d/20.yaml:1:53");
    assert_string_equal(conf_place(conf, "connect.state"), "etc/olive.yaml");
}

static void a_bad_file_is_refused_with_its_place(void **state)
{
#define FEED "region: \"330305\"\nfeeds:\n  x:\n"
    static const struct {
        const char *text, *message;
    } cases[] = {
        { "regio: \"330305\"\n", "etc/olive.yaml:1:1: unknown key regio (did you mean region?)" },
        { "region: \"330305\"\nfuse:\n  flushms: 5\n",
          "etc/olive.yaml:3:3: unknown key fuse.flushms (did you mean fuse.flush_ms?)" },
        { "region: \"330305\"\nregion: \"330305\"\n",
          "etc/olive.yaml:2:1: region is here for the second time (first in line 1)" },
        { "region: \"330305\"\ntopics: 4\n", "etc/olive.yaml:2:9: must be a mapping of options" },
        { "region: [a]\n", "etc/olive.yaml:1:9: region must be a single value" },
        { "region:\n", "etc/olive.yaml:1:8: region has no value" },
        { "region: \"3303\"\n",
          "etc/olive.yaml:1:9: region must be a code of 6, 9 or 12 digits, quoted: \"330305\"" },
        { "topics: {partitions: four}\n", "etc/olive.yaml:1:22: topics.partitions must be a whole number" },
        { "topics: {partitions: 0}\n", "etc/olive.yaml:1:22: topics.partitions must be from 1 to 1024" },
        { "period: {first: January}\n", "etc/olive.yaml:1:17: period.first must be a month, YYYY-MM" },
        { "log: {format: xml}\n",
          "etc/olive.yaml:1:15: log.format is not a log format: it is one of text, json" },
        { "log: {level: inf}\n", "etc/olive.yaml:1:14: log.level is not a log level (did you mean info?)" },
        { "kafka: [a]\n", "etc/olive.yaml:1:8: kafka must be a mapping" },
        { "kafka: {a: {b: c}}\n", "etc/olive.yaml:1:12: kafka takes a single value for each key" },
        { "kafka: {a: 1, a: 2}\n", "etc/olive.yaml:1:15: a is here for the second time (first in line 1)" },
        { "region: \"330305\n", "etc/olive.yaml:2:1: found unexpected end of stream" },
        { "a: 1\n---\nb: 1\n", "etc/olive.yaml: has more than one document" },
        { "", "etc/olive.yaml: region is missing: the district's code, region: \"330305\"" },
        { "region: \"330305\"\nfuse: {flush_ms: 50, flush_ms_max: 40}\n",
          "etc/olive.yaml:2:36: fuse.flush_ms_max must not be below fuse.flush_ms" },
        { "connect: {metrics: \"0.0.0.0:9464\"}\n", "etc/olive.yaml:1:20: connect.metrics is no loopback "
                                                    "address: figures are shown on this machine only; "
                                                    "put a proxy with access rules in front" },
        { "region: \"330305\"\nconnect: {metrics: \"127.0.0.1:1\"}\nfuse: {metrics: \"127.0.0.1:1\"}\n",
          "etc/olive.yaml:3:17: fuse.metrics is where connect.metrics is: two programs, two places" },
        { FEED "    source: deposits\n",
          "etc/olive.yaml:4:13: source is not a source (did you mean deposit?)" },
        { FEED "    inbox: x\n", "etc/olive.yaml:3:3: feed x has no source" },
        { FEED "    source: deposit\n",
          "etc/olive.yaml:3:3: feed x has no inbox (and no odbc.connection or http.url)" },
        { FEED "    source: utility\n    inbox: x\n",
          "etc/olive.yaml:3:3: feed x needs kinds: [electricity], water or gas" },
        { FEED "    source: deposit\n    inbox: x\n    kinds: [gas]\n",
          "etc/olive.yaml:6:12: kinds are for a utility feed" },
        { FEED "    source: utility\n    inbox: x\n    kinds: [steam]\n",
          "etc/olive.yaml:6:13: kinds is not a utility kind: it is one of electricity, water, gas" },
        { FEED "    source: deposit\n    inbox: x\n    header: false\n",
          "etc/olive.yaml:6:13: header: false needs order, the list of columns" },
        { FEED "    source: deposit\n    inbox: x\n    header: perhaps\n",
          "etc/olive.yaml:6:13: header must be true or false" },
        { FEED "    source: deposit\n    inbox: x\n    order: id_no\n",
          "etc/olive.yaml:6:12: order must be a list: [a, b]" },
        { FEED "    source: deposit\n    inbox: x\n    delimiter: \"\"\n",
          "etc/olive.yaml:6:16: delimiter must not be empty" },
        { FEED "    source: deposit\n    inbox: x\n    format: fixed\n",
          "etc/olive.yaml:6:13: format: fixed needs widths, the list of the columns' widths" },
        { FEED "    source: deposit\n    inbox: x\n    format: fixed\n    widths: [3, 0]\n",
          "etc/olive.yaml:7:13: widths must be whole numbers from 1 to 65536" },
        { FEED "    source: deposit\n    inbox: x\n    format: fixed\n    widths: [3, 4]\n    header: false\n"
               "    order: [a]\n",
          "etc/olive.yaml:7:13: there are 2 widths, and order names 1 columns" },
        { FEED "    source: deposit\n    inbox: x\n    widths: [3, 4]\n",
          "etc/olive.yaml:6:13: widths is for format: fixed" },
        { FEED "    source: deposit\n    inbox: x\n    sequence: \"([0-9+\"\n",
          "etc/olive.yaml:6:15: sequence is not a regular expression: Unmatched [, [^, [:, [., or [=" },
        { FEED "    source: deposit\n    inbox: x\n    sequence: \"[0-9]+\"\n",
          "etc/olive.yaml:6:15: sequence needs a group: the part in parentheses is what is read" },
        { FEED "    source: deposit\n    inbox: x\n  y: {source: deposit, inbox: x}\n",
          "etc/olive.yaml:6:31: feeds x and y have one inbox: whose file would it be?" },
        { "region: \"330305\"\nfeeds: {Bank A: {source: deposit}}\n",
          "etc/olive.yaml:2:9: a feed's name is 1 to 40 of a-z, A-Z, 0-9, - and _" },
        { "region: \"330305\"\nfeeds: [x]\n",
          "etc/olive.yaml:2:8: feeds must be a mapping: the feed's name, then its options" },
    };
#undef FEED

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct conf *conf = NULL;
        struct err err = { 0 };

        write_text("etc/olive.yaml", cases[i].text);
        assert_int_equal(load(NULL, 0, &conf, &err), -1);
        assert_string_equal(err.text, cases[i].message);
        assert_int_equal(err.kind, ERR_STOP);
        assert_int_equal(err.code, EXIT_CONFIG);
    }
}

static void a_bad_override_says_which(void **state)
{
    static const struct {
        const char *set, *message;
    } cases[] = {
        { "fuse.flush_ms=x", "--set fuse.flush_ms: fuse.flush_ms must be a whole number" },
        { "fuse.flushms=1", "--set fuse.flushms: unknown option (did you mean fuse.flush_ms?)" },
        { "fuse.flush_ms", "--set fuse.flush_ms: takes path=value" },
        { "feeds.x=1", "--set feeds.x: takes feeds.NAME.OPTION=value" },
        { "feeds.bank-a.sourc=1", "--set feeds.bank-a.sourc: unknown option (did you mean source?)" },
    };
    struct conf *conf = NULL;
    struct err err = { 0 };

    write_text("etc/olive.yaml", good);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const char *set = cases[i].set;

        assert_int_equal(load(&set, 1, &conf, &err), -1);
        assert_string_equal(err.text, cases[i].message);
    }
    setenv("OLIVE_FUSE_FLUSH_MS", "no", 1);
    assert_int_equal(load(NULL, 0, &conf, &err), -1);
    unsetenv("OLIVE_FUSE_FLUSH_MS");
    assert_string_equal(err.text, "OLIVE_FUSE_FLUSH_MS: fuse.flush_ms must be a whole number");
}

static void a_file_that_is_not_there_is_named(void **state)
{
    struct conf *conf = NULL;
    struct err err = { 0 };

    assert_int_equal(load(NULL, 0, &conf, &err), -1);
    assert_string_equal(err.text, "etc/olive.yaml: No such file or directory");
}

#define READ  "feeds.f.odbc.connection=DSN=a", "feeds.f.odbc.query=SELECT n FROM t WHERE n > ?"
#define ASKED "feeds.f.http.url=https://example.org/a?b=1"

/* NULL: it is good. */
static void a_feed_that_is_fetched_says_what_it_must(void **state)
{
    static const struct {
        const char *sets[6], *why;
    } cases[] = {
        { { READ, "feeds.f.odbc.watermark=n", "feeds.f.odbc.first=0" }, NULL },
        { { READ, "feeds.f.odbc.watermark=n", "feeds.f.charset=gb18030", "feeds.f.every=15m" }, NULL },
        { { "feeds.f.odbc.connection=DSN=a", "feeds.f.odbc.query=SELECT '?'" }, NULL },
        { { READ }, "has a ?, which needs odbc.watermark" },
        { { READ, "feeds.f.odbc.query=SELECT 1", "feeds.f.odbc.watermark=n" }, "needs one ?" },
        { { READ, "feeds.f.odbc.query=SELECT ? WHERE ?", "feeds.f.odbc.watermark=n" }, "needs one ?" },
        { { READ, "feeds.f.odbc.query=SELECT 1", "feeds.f.odbc.first=1" }, "which is missing" },
        { { "feeds.f.odbc.connection=DSN=a" }, "needs odbc.query" },
        { { "feeds.f.odbc.connection=DSN=a; pwd =x", "feeds.f.odbc.query=SELECT 1" }, "password" },
        { { "feeds.f.odbc.connection=Password={x}", "feeds.f.odbc.query=SELECT 1" }, "password" },
        { { READ, "feeds.f.odbc.watermark=n", "feeds.f.delimiter=|" }, "delimiter means nothing" },
        { { READ, "feeds.f.odbc.watermark=n", "feeds.f.ready=control" }, "ready means nothing" },
        { { READ, "feeds.f.odbc.watermark=n", "feeds.f.http.page=p" }, "http.page means nothing" },
        { { ASKED }, NULL },
        { { ASKED, "feeds.f.http.next=a.b", "feeds.f.http.cursor=c", "feeds.f.http.token=/t" }, NULL },
        { { ASKED, "feeds.f.http.cursor=c" }, "needs http.next" },
        { { ASKED, "feeds.f.http.next=a", "feeds.f.http.page=c" }, "one is enough" },
        { { ASKED, "feeds.f.odbc.connection=DSN=a" }, "one is enough" },
        { { ASKED, "feeds.f.inbox=/x" }, "inbox means nothing" },
        { { ASKED, "feeds.f.charset=gb18030" }, "charset means nothing" },
        { { ASKED, "feeds.f.format=csv" }, "must be json" },
        { { "feeds.f.http.url=example.org" }, "must begin with https://" },
        { { "feeds.f.http.url=https://a:b@example.org" }, "password" },
        { { "feeds.f.http.url=https://example.org/?mail=a@b" }, NULL },
        { { "feeds.f.http.url=http://example.org", "feeds.f.http.token=/t" }, "must be https" },
        { { "feeds.f.http.url=http://localhost.example.org", "feeds.f.http.token=/t" }, "must be https" },
        { { "feeds.f.http.url=http://127.0.0.1:80", "feeds.f.http.token=/t" }, NULL },
        { { "feeds.f.inbox=/x", "feeds.f.every=2h" }, "every is for a feed that is fetched" },
        { { ASKED, "feeds.f.every=1" }, "a number and a unit" },
        { { ASKED, "feeds.f.every=h" }, "a number and a unit" },
        { { ASKED, "feeds.f.every=0s" }, "must be from" },
        { { ASKED, "feeds.f.every=9999999999d" }, "a number and a unit" },
    };

    write_text("etc/olive.yaml", "region: \"330305\"\n");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(conf_freep) struct conf *conf = NULL;
        const char *sets[COUNT_OF(cases->sets) + 1] = { "feeds.f.source=deposit" };
        struct err err = { 0 };
        size_t count = 1;

        for (; count < COUNT_OF(sets) && cases[i].sets[count - 1]; count++)
            sets[count] = cases[i].sets[count - 1];
        assert_int_equal(load(sets, count, &conf, &err), cases[i].why ? -1 : 0);
        if (cases[i].why && !strstr(err.text, cases[i].why))
            fail_msg("%zu: %s", i, err.text);
    }
}

static void what_is_shown_loads_again_and_passwords_are_masked(void **state)
{
    CLEANUP(buffer_free) struct buffer shown = { 0 }, again = { 0 };
    CLEANUP(conf_freep) struct conf *conf = NULL, *second = NULL;
    const char *sets[] = { "keys.token=/t",
                           "feeds.bank-a.inbox=/a",
                           "feeds.bank-a.sequence=(1)",
                           "feeds.bank-a.error_limit.ratio=2.5%",
                           "feeds.power.error_limit.records=7",
                           "feeds.asked.source=deposit",
                           "feeds.asked.http.url=https://example.org/",
                           "feeds.asked.every=90m",
                           "feeds.read.source=deposit",
                           "feeds.read.odbc.connection=DSN=a",
                           "feeds.read.odbc.query=SELECT 1",
                           "connect.metrics=unix:/m",
                           "fuse.metrics=[::1]:9465" };

    write_text("etc/olive.yaml", good);
    conf = load_good(sets, COUNT_OF(sets));
    conf_show(conf, false, &shown);
    buffer_add_byte(&shown, '\0');
    assert_null(strstr((char *)shown.data, "geheim"));
    write_text("etc/olive.yaml", (char *)shown.data);
    buffer_clear(&shown);
    conf_show(conf, true, &shown);
    second = load_good(NULL, 0);
    conf_show(second, true, &again);
    assert_int_equal(shown.size, again.size);
    assert_memory_equal(shown.data, again.data, shown.size);
}

static void what_has_changed_is_found_option_by_option(void **state)
{
    static const struct {
        const char *set, *path; /* path NULL: an option of bank-a */
    } cases[] = {
        { "region=330303", "region" },
        { "kafka.client.id=x", "kafka" },
        { "kafka.sasl.password=other", "kafka" },
        { "topics.partitions=8", "topics.partitions" },
        { "period.first=2025-02", "period.first" },
        { "log.format=json", "log.format" },
        { "keys.token=/other", "keys.token" },
        { "keys.dead_letter=/new", "keys.dead_letter" },
        { "connect.metrics=127.0.0.1:1", "connect.metrics" },
        { "feeds.bank-a.charset=utf-8", NULL },
        { "feeds.bank-a.inbox=/x", NULL },
        { "feeds.bank-a.complete=true", NULL },
        { "feeds.bank-a.ignore=name,age", NULL },
        { "feeds.bank-a.order=bank_code,account_no,id_no,name", NULL },
        { "feeds.bank-a.columns.A=balance", NULL },
        { "feeds.bank-a.columns.账号=balance", NULL },
        { "feeds.bank-a.as_of=([0-9]+)", NULL },
        { "feeds.bank-a.stable_s=11", NULL },
        { "feeds.bank-a.enabled=false", NULL },
    };
    CLEANUP(conf_freep) struct conf *conf = NULL, *again = NULL;

    write_text("etc/olive.yaml", good);
    conf = load_good(NULL, 0);
    again = load_good(NULL, 0);
    assert_true(conf_same_feed(conf_feed(conf, "power"), conf_feed(again, "power")));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        CLEANUP(conf_freep) struct conf *other = NULL;
        const char *set = cases[i].set, *path = cases[i].path;

        other = load_good(&set, 1);
        assert_true(conf_same(conf, again, path ? path : "region"));
        assert_int_equal(conf_same_feed(conf_feed(conf, "bank-a"), conf_feed(other, "bank-a")), path != NULL);
        if (path && conf_same(conf, other, path))
            fail_msg("%s goes unseen", set);
    }
}

static void the_sample_is_a_good_configuration(void **state)
{
    CLEANUP(buffer_free) struct buffer sample = { 0 };
    CLEANUP(conf_freep) struct conf *conf = NULL;

    conf_example(&sample);
    scratch_write("etc/olive.yaml", sample.data, sample.size, 0644);
    conf = load_good(NULL, 0);
    assert_int_equal(conf->feed_count, 1);
}

#define CLAIM(name) cmocka_unit_test_setup_teardown(name, scratch_enter, scratch_leave)
UNIT_MAIN(CLAIM(a_file_becomes_members_and_the_rest_defaults), CLAIM(the_model_is_a_file_or_none),
          CLAIM(the_command_line_wins_then_the_environment_then_conf_d),
          CLAIM(a_bad_file_is_refused_with_its_place), CLAIM(a_bad_override_says_which),
          CLAIM(a_file_that_is_not_there_is_named), CLAIM(a_feed_that_is_fetched_says_what_it_must),
          CLAIM(what_is_shown_loads_again_and_passwords_are_masked),
          CLAIM(what_has_changed_is_found_option_by_option), CLAIM(the_sample_is_a_good_configuration))
