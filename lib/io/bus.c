#include <string.h>

#include "lib/io/bus_private.h"

static int refuse(struct err *err, const struct conf_pair *pair, const char *why)
{
    return err_stop(err, EXIT_CONFIG, "%s: kafka.%s: %s", pair->place ? pair->place : "kafka", pair->key,
                    why);
}

/* librdkafka's own lines would reach stderr beside our log; what matters comes back as errors. */
static void no_log(const rd_kafka_t *kafka, int level, const char *facility, const char *text)
{
    (void)kafka;
    (void)level;
    (void)facility;
    (void)text;
}

/* Options of the other kind of client are fine in a shared configuration: librdkafka would only warn. */
static int set_options(rd_kafka_conf_t *kafka_conf, const struct conf *conf,
                       const struct bus_option *defaults, struct err *err)
{
    char why[256];

    for (; defaults->key; defaults++)
        if (rd_kafka_conf_set(kafka_conf, defaults->key, defaults->value, why, sizeof why) !=
            RD_KAFKA_CONF_OK)
            return err_stop(err, EXIT_FAILED, "kafka: %s: %s", defaults->key, why);
    for (size_t i = 0; i < conf->kafka.count; i++) {
        const struct conf_pair *pair = &conf->kafka.items[i];

        if (rd_kafka_conf_set(kafka_conf, pair->key, pair->value, why, sizeof why) != RD_KAFKA_CONF_OK)
            return refuse(err, pair, why);
    }
    return 0;
}

rd_kafka_conf_t *bus_conf(const struct conf *conf, const struct bus_option *defaults, struct err *err)
{
    rd_kafka_conf_t *kafka_conf = rd_kafka_conf_new();

    if (set_options(kafka_conf, conf, defaults, err) < 0) {
        rd_kafka_conf_destroy(kafka_conf);
        return NULL;
    }
    rd_kafka_conf_set_log_cb(kafka_conf, no_log);
    return kafka_conf;
}

rd_kafka_t *bus_new(rd_kafka_type_t type, rd_kafka_conf_t *kafka_conf, struct err *err)
{
    char why[256];
    rd_kafka_t *kafka = rd_kafka_new(type, kafka_conf, why, sizeof why);

    if (!kafka) {
        rd_kafka_conf_destroy(kafka_conf);
        err_stop(err, EXIT_CONFIG, "kafka: %s", why);
    }
    return kafka;
}

int bus_error(struct err *err, rd_kafka_resp_err_t code, const char *what)
{
    static const rd_kafka_resp_err_t hopeless[] = {
        RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
        RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,
        RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,
        RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
        RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
        RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
        RD_KAFKA_RESP_ERR__AUTHENTICATION,
        RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED,
        RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
        RD_KAFKA_RESP_ERR__INVALID_ARG,
    };

    for (size_t i = 0; i < sizeof hopeless / sizeof *hopeless; i++)
        if (code == hopeless[i])
            return err_stop(err, EXIT_FAILED, "kafka: %s: %s", what, rd_kafka_err2str(code));
    return err_set(err, ERR_RETRY, "kafka: %s: %s", what, rd_kafka_err2str(code));
}

int bus_ask(rd_kafka_t *kafka, uint32_t wait_ms, struct err *err)
{
    const struct rd_kafka_metadata *metadata;
    rd_kafka_resp_err_t code = rd_kafka_metadata(kafka, 0, NULL, &metadata, (int)wait_ms);

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return err_set(err, ERR_RETRY, "kafka does not answer: %s", rd_kafka_err2str(code));
    rd_kafka_metadata_destroy(metadata);
    return 0;
}
