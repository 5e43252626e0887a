/* olive config check | show | example */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "connectors/feed_check.h"
#include "daemon/cli/cli.h"
#include "daemon/state/rules.h"
#include "lib/base/arena.h"
#include "lib/io/crypto.h"

static int check_rules(const struct conf *conf, struct err *err)
{
    CLEANUP(rules_free) struct rules rules = { 0 };

    return rules_of_conf(conf, &rules, err);
}

static int check_keys(const struct conf *conf, struct err *err)
{
    CLEANUP(tokeniser_closep) struct tokeniser *tokeniser = NULL;
    CLEANUP(sealer_closep) struct sealer *sealer = NULL;

    if (cli_tokeniser(conf, &tokeniser, err) < 0)
        return -1;
    if (sealer_open(conf->keys.dead_letter, &sealer, err) == 0)
        return 0;
    return err_add(err, "%s: keys.dead_letter: ", conf_place(conf, "keys.dead_letter"));
}

static int check_inboxes(const struct conf *conf, struct err *err)
{
    for (size_t i = 0; i < conf->feed_count; i++) {
        const struct feed_conf *feed = &conf->feeds[i];
        struct stat status;

        if (!feed->enabled || conf_is_fetched(feed))
            continue;
        if (stat(feed->inbox, &status) < 0)
            return err_stop(err, EXIT_CONFIG, "%s: inbox: %s: %s", conf_feed_place(feed, "inbox"),
                            feed->inbox, strerror(errno));
        if (!S_ISDIR(status.st_mode))
            return err_stop(err, EXIT_CONFIG, "%s: inbox: %s: is no folder", conf_feed_place(feed, "inbox"),
                            feed->inbox);
    }
    return 0;
}

int run_config_check(struct cli *cli, struct err *err)
{
    CLEANUP(buffer_free) struct buffer out = { 0 };
    struct json json = json_to(&out);

    if (feeds_check(cli->conf, err) < 0 || check_rules(cli->conf, err) < 0 ||
        check_keys(cli->conf, err) < 0 || check_inboxes(cli->conf, err) < 0)
        return -1;
    if (!cli->options.json) {
        buffer_printf(&out, "%s: good, %zu feed%s\n", cli->conf->file, cli->conf->feed_count,
                      cli->conf->feed_count == 1 ? "" : "s");
        return cli_print(&out, err);
    }
    json_open(&json, '{');
    json_key(&json, "file");
    json_str(&json, cli->conf->file);
    json_key(&json, "feeds");
    json_uint(&json, cli->conf->feed_count);
    json_close(&json, '}');
    buffer_add_byte(&out, '\n');
    return cli_print(&out, err);
}

int run_config_show(struct cli *cli, struct err *err)
{
    CLEANUP(buffer_free) struct buffer out = { 0 };

    conf_show(cli->conf, cli->options.json, &out);
    return cli_print(&out, err);
}

int run_config_example(struct cli *cli, struct err *err)
{
    CLEANUP(buffer_free) struct buffer out = { 0 };

    conf_example(&out);
    return cli_print(&out, err);
}
