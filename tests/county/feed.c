#include "tests/county/feed.h"

const struct damage common_damages[] = {
    { "BAD_COLUMN_COUNT", "", "" },
    { "BAD_ENCODING", "", "\xFF" },
    { "MISSING", "id_no", "" },
    { "BAD_ID", "id_no", "990101198005040115" }, /* check character */
    { "BAD_ID", "id_no", "990101198002300011" }, /* 30 February */
    { "BAD_ID", "id_no", "9901011980" },
    { NULL },
};

/* clang-format off */
static const char *const household_cells[] = {
    "id_no", "household_no", "household_kind", "relation", "region", "valid_from", "valid_to", NULL
};
static const struct damage household_damages[] = {
    { "MISSING",  "household_no",   "" },
    { "BAD_CODE", "household_kind", "family" },
    { "BAD_CODE", "relation",       "abc" },
    { "BAD_CODE", "region",         "33030" },
    { "BAD_DATE", "valid_from",     "2025-02-30" },
    { "BAD_DATE", "valid_to",       "1850-01-01" }, /* ends before it begins */
    { NULL },
};
static const struct source household = { "household", household_cells, household_damages };

static const char *const roster_cells[] = { "id_no", "group", "authority", "valid_from", "valid_to", NULL };
static const struct damage roster_damages[] = {
    { "BAD_CODE", "group",      "rich" },
    { "MISSING",  "valid_from", "" },
    { "BAD_DATE", "valid_from", "2025-13-01" },
    { NULL },
};
static const struct source roster = { "roster", roster_cells, roster_damages };

static const char *const declaration_cells[] = {
    "household_no", "id_no", "income_kind", "period_from", "period_to", "amount", NULL
};
static const struct damage declaration_damages[] = {
    { "BAD_CODE",     "income_kind", "lottery" },
    { "BAD_DATE",     "period_to",   "2099-12" }, /* neither one month nor twelve */
    { "MISSING",      "amount",      "" },
    { "BAD_AMOUNT",   "amount",      "12.345" },
    { "OUT_OF_RANGE", "amount",      "10000000000000" },
    { NULL },
};
static const struct source declaration = { "declaration", declaration_cells, declaration_damages };

static const char *const deposit_cells[] = {
    "id_no", "account_no", "bank_code", "balance", "balance_date", "interest", "share", "currency", "revision", "op", NULL
};
static const struct damage deposit_damages[] = {
    { "MISSING",          "account_no",   "" },
    { "MISSING",          "balance",      "" },
    { "BAD_AMOUNT",       "balance",      "1O0.00" },
    { "OUT_OF_RANGE",     "balance",      "-10000000000000.00" },
    { "BAD_DATE",         "balance_date", "2025-02-30" },
    { "BAD_AMOUNT",       "interest",     "0.001" },
    { "BAD_AMOUNT",       "share",        "0.33333" },
    { "OUT_OF_RANGE",     "share",        "3/2" },
    { "UNKNOWN_CURRENCY", "currency",     "USD" },
    { "BAD_AMOUNT",       "revision",     "first" },
    { "OUT_OF_RANGE",     "revision",     "-1" },
    { "BAD_CODE",         "op",           "remove" },
    { NULL },
};
static const struct source deposit = { "deposit", deposit_cells, deposit_damages };

static const char *const property_cells[] = {
    "id_no", "unit_no", "share", "area_m2", "usage", "assessed_value", "registered_on", "cancelled_on", NULL
};
static const struct damage property_damages[] = {
    { "BAD_ID",       "unit_no",        "330305001001GB00001F0001000" },
    { "BAD_AMOUNT",   "area_m2",        "1OO.00" },
    { "BAD_CODE",     "usage",          "castle" },
    { "OUT_OF_RANGE", "assessed_value", "-1.00" },
    { "MISSING",      "registered_on",  "" },
    { "BAD_DATE",     "cancelled_on",   "1850-01-01" },
    { NULL },
};
static const struct source property = { "property", property_cells, property_damages };

static const char *const vehicle_cells[] = {
    "id_no", "plate_no", "vehicle_type", "assessed_value", "registered_on", "cancelled_on", NULL
};
static const struct damage vehicle_damages[] = {
    { "MISSING",    "plate_no",       "" },
    { "BAD_CODE",   "vehicle_type",   "rocket" },
    { "BAD_AMOUNT", "assessed_value", "80000.005" },
    { "BAD_DATE",   "registered_on",  "2021-06-31" },
    { NULL },
};
static const struct source vehicle = { "vehicle", vehicle_cells, vehicle_damages };

static const char *const fund_cells[] = {
    "id_no", "account_no", "employer_no", "industry", "month", "employee_amount", "employer_amount", "rate", "balance", NULL
};
static const struct damage fund_damages[] = {
    { "BAD_ID",       "employer_no",     "91350100M000100Y44" },
    { "BAD_CODE",     "industry",        "Z99" },
    { "BAD_DATE",     "month",           "2025-13" },
    { "MISSING",      "employee_amount", "" },
    { "BAD_AMOUNT",   "rate",            "seven" },
    { "OUT_OF_RANGE", "rate",            "0.2" },
    { NULL },
};
static const struct source fund = { "provident-fund", fund_cells, fund_damages };

static const char *const utility_cells[] = {
    "id_no", "meter_no", "kind", "contract_no", "month", "quantity", "amount", NULL
};
static const struct damage utility_damages[] = {
    { "BAD_CODE",     "kind",     "steam" },
    { "BAD_DATE",     "month",    "2025-00" },
    { "MISSING",      "quantity", "" },
    { "BAD_AMOUNT",   "quantity", "1.2345" },
    { "OUT_OF_RANGE", "quantity", "10000000000000" },
    { NULL },
};
static const struct source utility = { "utility", utility_cells, utility_damages };

static const char *const telecom_cells[] = { "id_no", "phone_no", "month", "amount", NULL };
static const struct damage telecom_damages[] = {
    { "MISSING",    "phone_no", "" },
    { "BAD_DATE",   "month",    "2025-13" },
    { "BAD_AMOUNT", "amount",   "12.345" },
    { NULL },
};
static const struct source telecom = { "telecom", telecom_cells, telecom_damages };

static const char *const transport_cells[] = { "id_no", "card_no", "month", "trips", "amount", NULL };
static const struct damage transport_damages[] = {
    { "BAD_AMOUNT",   "trips",  "1.5" },
    { "OUT_OF_RANGE", "trips",  "-1" },
    { "MISSING",      "amount", "" },
    { NULL },
};
static const struct source transport = { "transport", transport_cells, transport_damages };

static const char *const meter_cells[] = {
    "meter_no", "kind", "household_no", "household_kind", "valid_from", "valid_to", NULL
};
static const struct damage meter_damages[] = {
    { "MISSING",  "meter_no",     "" },
    { "BAD_CODE", "kind",         "steam" },
    { "MISSING",  "household_no", "" },
    { "BAD_DATE", "valid_to",     "1850-01-01" },
    { NULL },
};
static const struct source meter = { "meter", meter_cells, meter_damages };

#define SAME(name) { name, name }

const struct feed feeds[FEED_COUNT] = {
    [FEED_HUKOU] = { .name = "hukou", .extension = "csv", .source = &household, .delimiter = ",",
        .columns = { { "公民身份号码", "id_no" }, { "姓名" }, { "户号", "household_no" }, { "关系", "relation" },
                     { "区划代码", "region" }, { "生效日期", "valid_from" }, { "失效日期", "valid_to" } },
        .constant = "household_kind", .constant_value = "户籍户" },
    [FEED_CIVIL] = { .name = "civil", .extension = "csv", .source = &household, .delimiter = ",",
        .snapshot = true, .retracts = true,
        .columns = { SAME("id_no"), SAME("household_no"), SAME("household_kind"), SAME("relation"), SAME("region"),
                     SAME("valid_from"), SAME("valid_to") } },
    [FEED_GRID] = { .name = "grid", .extension = "csv", .source = &household, .delimiter = ";",
        .columns = { SAME("household_no"), SAME("id_no"), SAME("relation"), SAME("region"), SAME("valid_from"),
                     SAME("valid_to") },
        .constant = "household_kind", .constant_value = "dwelling" },
    [FEED_ROSTER] = { .name = "roster", .extension = "csv", .source = &roster, .delimiter = ",", .snapshot = true,
        .columns = { SAME("id_no"), SAME("group"), SAME("authority"), SAME("valid_from"), SAME("valid_to") } },
    [FEED_REGISTRY] = { .name = "registry", .extension = "csv", .source = &property, .delimiter = ",", .quote = '"',
        .crlf = true, .snapshot = true, .complete = true,
        .columns = { { "不动产单元号", "unit_no" }, { "权利人" }, { "身份证号", "id_no" }, { "份额", "share" },
                     { "面积", "area_m2" }, { "用途", "usage" }, { "评估价值", "assessed_value" },
                     { "登记日期", "registered_on" }, { "注销日期", "cancelled_on" } } },
    [FEED_VEHICLES] = { .name = "vehicles", .extension = "txt", .source = &vehicle, .delimiter = "\t",
        .header_lines = 1, .trailer_lines = 1, .snapshot = true, .complete = true, .compact_dates = true,
        .columns = { SAME("plate_no"), SAME("id_no"), SAME("vehicle_type"), SAME("assessed_value"),
                     SAME("registered_on"), SAME("cancelled_on") } },
    [FEED_METERS] = { .name = "meters", .extension = "csv", .source = &meter, .delimiter = ",",
        .columns = { SAME("meter_no"), SAME("kind"), SAME("household_no"), SAME("household_kind"),
                     SAME("valid_from"), SAME("valid_to") } },
    [FEED_BANK_A] = { .name = "bank-a", .extension = "txt", .source = &deposit, .delimiter = "|", .gb18030 = true,
        .crlf = true, .no_header = true, .compact_dates = true, .complete = true,
        .columns = { SAME("account_no"), SAME("bank_code"), SAME("id_no"), { "name" }, SAME("balance"),
                     SAME("balance_date"), SAME("interest"), SAME("share"), SAME("currency"), SAME("op") } },
    [FEED_BANK_B] = { .name = "bank-b", .extension = "csv", .source = &deposit, .delimiter = ",", .bom = true,
        .complete = true,
        .columns = { SAME("id_no"), SAME("account_no"), SAME("balance"), SAME("balance_date"), SAME("interest"),
                     SAME("share"), SAME("currency"), SAME("revision"), SAME("op") },
        .constant = "bank_code", .constant_value = "B" },
    [FEED_BANK_C] = { .name = "bank-c", .extension = "dat", .source = &deposit, .delimiter = "|@|", .gb18030 = true,
        .complete = true,
        .columns = { { "客户号", "id_no" }, { "户名" }, { "账号", "account_no" }, { "当前余额", "balance" },
                     { "日期", "balance_date" }, { "年利息", "interest" }, { "份额", "share" } },
        .constant = "bank_code", .constant_value = "C" },
    [FEED_FUND] = { .name = "fund", .extension = "csv", .source = &fund, .delimiter = "||", .complete = true,
        .columns = { SAME("account_no"), SAME("id_no"), SAME("employer_no"), SAME("industry"), SAME("month"),
                     SAME("employee_amount"), SAME("employer_amount"), SAME("rate"), SAME("balance") } },
    [FEED_POWER] = { .name = "power", .extension = "csv", .source = &utility, .delimiter = ",", .complete = true,
        .utility = "electricity",
        .columns = { { "户号/表号", "meter_no" }, { "类型", "kind" }, { "月份", "month" }, { "用量", "quantity" },
                     { "金额", "amount" } } },
    [FEED_WATER] = { .name = "water", .extension = "csv", .source = &utility, .delimiter = ",", .complete = true,
        .utility = "water", .gb18030 = true, .compact_dates = true,
        .columns = { { "表号", "meter_no" }, { "月份", "month" }, { "用量", "quantity" } },
        .constant = "kind", .constant_value = "water" },
    [FEED_GAS] = { .name = "gas", .extension = "csv", .source = &utility, .delimiter = ",", .utility = "gas",
        .columns = { SAME("id_no"), SAME("meter_no"), SAME("kind"), SAME("contract_no"), SAME("month"),
                     SAME("quantity"), SAME("amount") } },
    [FEED_TELECOM] = { .name = "telecom", .extension = "csv", .source = &telecom, .delimiter = ",", .gb18030 = true,
        .columns = { { "身份证号", "id_no" }, { "姓名" }, { "号码", "phone_no" }, { "月份", "month" },
                     { "金额", "amount" } } },
    [FEED_TRANSPORT] = { .name = "transport", .extension = "csv", .source = &transport, .delimiter = ",",
        .columns = { SAME("card_no"), SAME("id_no"), SAME("month"), SAME("trips"), SAME("amount") } },
    [FEED_DECLARATIONS] = { .name = "declarations", .extension = "csv", .source = &declaration, .delimiter = ",",
        .quote = '"',
        .columns = { SAME("household_no"), SAME("id_no"), SAME("income_kind"), SAME("period_from"),
                     SAME("period_to"), SAME("amount") } },
};
/* clang-format on */
