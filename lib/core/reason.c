#include "lib/core/reason.h"

const char *const reason_names[REASON_COUNT] = {
    [REASON_NONE] = "NONE",
    [LINE_TOO_LONG] = "LINE_TOO_LONG",
    [BAD_ENCODING] = "BAD_ENCODING",
    [BAD_COLUMN_COUNT] = "BAD_COLUMN_COUNT",
    [MISSING] = "MISSING",
    [BAD_ID] = "BAD_ID",
    [BAD_AMOUNT] = "BAD_AMOUNT",
    [OUT_OF_RANGE] = "OUT_OF_RANGE",
    [BAD_DATE] = "BAD_DATE",
    [BAD_CODE] = "BAD_CODE",
    [UNKNOWN_CURRENCY] = "UNKNOWN_CURRENCY",
    [FIELD_NOT_ALLOWED] = "FIELD_NOT_ALLOWED",
    [CONTRADICTS_CONTROL_TOTAL] = "CONTRADICTS_CONTROL_TOTAL",
    [OVER_ERROR_LIMIT] = "OVER_ERROR_LIMIT",
    [NOT_TEXT] = "NOT_TEXT",
    [NO_KNOWN_COLUMN] = "NO_KNOWN_COLUMN",
};

const char *const reason_texts[REASON_COUNT] = {
    [REASON_NONE] = "is fine",
    [LINE_TOO_LONG] = "is longer than the feed allows",
    [BAD_ENCODING] = "is not text in the feed's character set",
    [BAD_COLUMN_COUNT] =
        "has other columns than the header, order or widths say, or a quote that never closes",
    [MISSING] = "is required and missing",
    [BAD_ID] = "is not a valid identifier (form, check character or birth date)",
    [BAD_AMOUNT] = "is not a number of the form that the column takes",
    [OUT_OF_RANGE] = "is outside the range that the column takes",
    [BAD_DATE] = "is not a real date or period, or ends before it begins",
    [BAD_CODE] = "is not on the column's list of codes",
    [UNKNOWN_CURRENCY] = "is a currency other than CNY",
    [FIELD_NOT_ALLOWED] = "is a column that the feed neither maps nor allows",
    [CONTRADICTS_CONTROL_TOTAL] = "contradicts the control file or control line",
    [OVER_ERROR_LIMIT] = "has more bad lines than error_limit",
    [NOT_TEXT] = "is a binary file",
    [NO_KNOWN_COLUMN] = "has a header without one known column name",
};

const char *const reason_chinese[REASON_COUNT] = {
    [REASON_NONE] = "没有问题。",
    [LINE_TOO_LONG] = "该行超过允许的最大长度。",
    [BAD_ENCODING] = "该行含有不属于约定字符集的字节。",
    [BAD_COLUMN_COUNT] = "该行的列数或长度与表头或约定不符，或者引号没有成对。",
    [MISSING] = "该列为必填项，但没有填写。",
    [BAD_ID] = "该列不是有效的号码：格式、校验码或出生日期有误。",
    [BAD_AMOUNT] = "该列不是约定格式的数字，或者小数位数过多。",
    [OUT_OF_RANGE] = "该列的数值超出允许的范围。",
    [BAD_DATE] = "该列不是真实存在的日期或期间，或者结束早于开始。",
    [BAD_CODE] = "该列的代码不在约定的代码表内。",
    [UNKNOWN_CURRENCY] = "币种不是人民币（CNY）。",
    [FIELD_NOT_ALLOWED] = "文件含有未约定的列。",
    [CONTRADICTS_CONTROL_TOTAL] = "文件与控制文件或控制行不一致。",
    [OVER_ERROR_LIMIT] = "文件的错误行数超过限额。",
    [NOT_TEXT] = "文件不是文本文件。",
    [NO_KNOWN_COLUMN] = "文件的表头没有一个已知的列名。",
};

int err_reject(struct err *err, enum reason reason)
{
    err_set(err, ERR_REJECT, "%s", reason_texts[reason]);
    err->code = (int)reason;
    return -1;
}

int err_parse(struct err *err, enum parse parse)
{
    if (parse == PARSE_OK)
        return 0;
    return err_reject(err, parse == PARSE_RANGE ? OUT_OF_RANGE : BAD_AMOUNT);
}
