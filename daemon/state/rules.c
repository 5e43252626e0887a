#include "daemon/state/rules.h"

#include <string.h>

#include "lib/base/arena.h"
#include "lib/io/model_file.h"
#include "lib/io/policy_file.h"

/* What is read of the two files. */
struct files {
    char *policy_text, *model_text; /* model: NULL, none */
    struct rules rules;
};

static void files_free(struct files *files)
{
    mem_freep(&files->policy_text);
    mem_freep(&files->model_text);
    rules_free(&files->rules);
}

static int read_model(const struct conf *conf, struct files *ret, struct err *err)
{
    struct model *model;
    uint8_t digest[DIGEST_SIZE];

    if (!strcmp(conf->model, "none"))
        return 0;
    if (model_file_load(conf->model, &ret->model_text, &model, digest, err) < 0 ||
        assessor_new(model, digest, &ret->rules.assessor, err) < 0) {
        err->code = EXIT_CONFIG;
        return err_add(err, "%s: model: ", conf_place(conf, "model"));
    }
    return 0;
}

static int files_read(const struct conf *conf, struct files *ret, struct err *err)
{
    size_t size;

    if (policy_read(conf->policy, &ret->policy_text, &size, &ret->rules.policy, err) < 0)
        return err_add(err, "%s: policy: ", conf_place(conf, "policy"));
    return read_model(conf, ret, err);
}

int rules_of_conf(const struct conf *conf, struct rules *ret, struct err *err)
{
    CLEANUP(files_free) struct files files = { 0 };

    if (files_read(conf, &files, err) < 0)
        return -1;
    *ret = files.rules;
    files.rules = (struct rules){ 0 };
    return 0;
}

void rules_free(struct rules *rules)
{
    policy_free(rules->policy);
    assessor_free(rules->assessor);
    *rules = (struct rules){ 0 };
}

/* --- rows --- */

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static int put(struct store *store, const char *sql, const uint8_t digest[DIGEST_SIZE], const char *name,
               const char *text, struct err *err)
{
    const struct param params[] = { param_bytes(digest, DIGEST_SIZE), param_text(name), param_text(text) };

    return store_query(store, sql, params, 3, NULL, err);
}

static int is_in_time(const struct conf *conf, const struct policy *policy, int32_t period, struct err *err)
{
    char day[DAY_TEXT_SIZE], month[MONTH_TEXT_SIZE];

    if (policy->valid_from_day == DAY_NONE || policy->valid_from_day <= month_last_day(period))
        return 0;
    return err_stop(err, EXIT_CONFIG, "%s: the policy is valid from %s, and %s ends before that",
                    conf->policy, day_text(policy->valid_from_day, day), month_text(period, month));
}

int rules_put(struct store *store, const struct conf *conf, int32_t period, struct rules_digests *ret,
              struct err *err)
{
    CLEANUP(files_free) struct files files = { 0 };

    *ret = (struct rules_digests){ 0 };
    if (files_read(conf, &files, err) < 0 || is_in_time(conf, files.rules.policy, period, err) < 0)
        return -1;
    memcpy(ret->policy, files.rules.policy->digest, DIGEST_SIZE);
    if (put(store,
            "INSERT INTO olive.policy (digest, name, text) VALUES ($1, $2, $3) ON CONFLICT (digest) DO "
            "NOTHING",
            ret->policy, file_name(conf->policy), files.policy_text, err) < 0)
        return -1;
    if (!files.rules.assessor)
        return 0;
    memcpy(ret->model, assessor_digest(files.rules.assessor), DIGEST_SIZE);
    return put(
        store,
        "INSERT INTO olive.model (digest, name, text) VALUES ($1, $2, $3) ON CONFLICT (digest) DO NOTHING",
        ret->model, assessor_model(files.rules.assessor)->name, files.model_text, err);
}

static int text_of_digest(struct store *store, const char *sql, const uint8_t digest[DIGEST_SIZE],
                          const char *what, struct rows **ret, struct err *err)
{
    const struct param param = param_bytes(digest, DIGEST_SIZE);

    if (store_query(store, sql, &param, 1, ret, err) < 0)
        return -1;
    if (rows_count(*ret) == 1)
        return 0;
    return err_stop(err, EXIT_FAILED, "the %s of the period is not in olive.%s", what, what);
}

static int load_policy(struct store *store, const uint8_t digest[DIGEST_SIZE], struct rules *ret,
                       struct err *err)
{
    CLEANUP(rows_freep) struct rows *rows = NULL;
    struct text text;

    if (text_of_digest(store, "SELECT text FROM olive.policy WHERE digest = $1", digest, "policy", &rows,
                       err) < 0)
        return -1;
    text = rows_text(rows, 0, 0);
    return policy_parse(text.data, text.len, "olive.policy", &ret->policy, err);
}

static int load_model(struct store *store, const uint8_t digest[DIGEST_SIZE], struct rules *ret,
                      struct err *err)
{
    static const uint8_t none[DIGEST_SIZE];
    CLEANUP(rows_freep) struct rows *rows = NULL;
    uint8_t said[DIGEST_SIZE];
    struct model *model;
    struct text text;

    if (!memcmp(digest, none, DIGEST_SIZE))
        return 0;
    if (text_of_digest(store, "SELECT text FROM olive.model WHERE digest = $1", digest, "model", &rows, err) <
        0)
        return -1;
    text = rows_text(rows, 0, 0);
    if (model_file_parse(text.data, text.len, "olive.model", &model, said, err) < 0)
        return -1;
    return assessor_new(model, digest, &ret->assessor, err);
}

int rules_load(struct store *store, const struct rules_digests *digests, struct rules *ret, struct err *err)
{
    struct rules rules = { 0 };

    if (load_policy(store, digests->policy, &rules, err) < 0 ||
        load_model(store, digests->model, &rules, err) < 0) {
        rules_free(&rules);
        return -1;
    }
    *ret = rules;
    return 0;
}

struct param param_model(const uint8_t model[DIGEST_SIZE])
{
    static const uint8_t none[DIGEST_SIZE];

    return memcmp(model, none, DIGEST_SIZE) != 0 ? param_bytes(model, DIGEST_SIZE) : param_null();
}

bool rows_model(const struct rows *rows, size_t row, int column, uint8_t ret[DIGEST_SIZE])
{
    struct text model = rows_text(rows, row, column);

    memset(ret, 0, DIGEST_SIZE);
    if (rows_null(rows, row, column))
        return true;
    if (model.len == DIGEST_SIZE)
        memcpy(ret, model.data, DIGEST_SIZE);
    return model.len == DIGEST_SIZE;
}
