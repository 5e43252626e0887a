#include "connectors/inspect/names.h"

#include <string.h>

#include "connectors/line.h"
#include "lib/base/suggest.h"
#include "lib/core/identifier.h"

enum { NAME_SIZE = 128, ENDING_MIN = 6 /* bytes: two characters */ };

/* clang-format off */
static const struct usual {
    const char *column, *names; /* parted by slashes, as plain_name() makes them */
} usual[] = {
    { "id_no", "公民身份号码/公民身份证号码/公民身份证号/身份证号码/身份证/身份证件号码/身份证件号/身份证明号码/证件号码/证件号/证件编号/"
               "客户证件号/客户证件号码/权利人证件号/居民身份证号/居民身份证号码/身份号码/客户号/sfzh/sfzhm/sfz/zjhm/zjh/gmsfhm/khzjh/"
               "idno/id/idcard/idcard/idnumber/certno/certno" },
    { "household_no", "户编号/家庭编号/户籍编号/户口号/户口簿号/家庭户号/户主编号/hh/hbh/jtbh/household/householdid" },
    { "household_kind", "户别/户类型/家庭类型/户类别/hb/hlx" },
    { "relation", "关系/家庭关系/与户主关系代码/户主关系/成员关系/yhzgx/gx" },
    { "region", "区划/行政区划/行政区划代码/地区代码/区域代码/所属区划/行政区代码/xzqh/xzqhdm/qhdm/areacode" },
    { "valid_from", "开始日期/起始日期/有效期始/有效期起/认定日期/认定时间/迁入日期/启用日期/起始时间/开始时间/ksrq/qsrq/from/startdate" },
    { "valid_to", "结束日期/终止日期/截止日期/有效期止/迁出日期/停用日期/终止时间/结束时间/截止时间/jsrq/zzrq/to/enddate" },
    { "urban", "城乡分类/城乡属性/城乡类型/城乡标识/cxfl" },
    { "group", "人群/人群类别/群体类别/类别/对象类别/救助类型/人员类别/rqlb" },
    { "authority", "认定部门/认定机关/主管部门/审批单位/rddw" },
    { "income_kind", "收入类别/收入项目/所得类型/所得项目/收入种类/srlx/srlb" },
    { "period_from", "所属期起/期间起/税款所属期起/所属期始/开始日期/起始月份/开始月份" },
    { "period_to", "所属期止/期间止/税款所属期止/截止月份/结束日期/终止日期/结束月份" },
    { "amount", "费用/应缴金额/实缴金额/缴费金额/消费金额/总金额/账单金额/月租费/话费/电费/水费/气费/燃气费/申报金额/收入金额/刷卡金额/je/fee/money" },
    { "account_no", "账户/帐号/账户号/存款账号/存款账户/银行账号/卡号/公积金账号/个人账号/个人公积金账号/职工账号/账号/zh/zhh/acctno/account/acctno" },
    { "bank_code", "银行/机构代码/开户行/行号/开户机构/开户银行/银行行号/机构号/yhdm/jgdm/bank" },
    { "balance", "当前余额/账户余额/存款余额/余额合计/期末余额/月末余额/ye/zhye/bal" },
    { "balance_date", "数据日期/日期/统计日期/截止日期/余额日/查询日期/数据时点/时点/rq/sjrq/yerq/date" },
    { "interest", "利息/年度利息/本年利息/累计利息/利息收入/lx" },
    { "share", "份额比例/共有份额/占有比例/持有份额/所占份额/权利比例/fe" },
    { "currency", "币别/货币/bz/ccy" },
    { "unit_no", "不动产单元/单元号/不动产单元代码/bdcdyh" },
    { "area_m2", "建筑面积/房屋面积/住房面积/房产面积/jzmj/mj/area" },
    { "usage", "房屋用途/规划用途/房产用途/房屋类型/设计用途/yt/ghyt" },
    { "assessed_value", "评估价/评估值/估值/价值/估价/评估金额/pgjz" },
    { "registered_on", "登记时间/注册日期/初次登记日期/初始登记日期/注册登记日期/上牌日期/登簿日期/djrq/djsj/ccdjrq" },
    { "cancelled_on", "注销时间/转移日期/报废日期/zxrq" },
    { "plate_no", "号牌号码/车牌号/车牌/车牌号码/车辆号牌/hphm/cph/plate" },
    { "vehicle_type", "车型/车辆种类/车辆类别/号牌种类/cllx" },
    { "employer_no", "统一社会信用代码/单位统一社会信用代码/单位信用代码/信用代码/单位社会信用代码/tyshxydm/shxydm/uscc" },
    { "industry", "行业代码/行业类别/所属行业/行业分类/hydm" },
    { "month", "缴存月份/年月/所属月份/账期/帐期/用电月份/用水月份/用气月份/抄表月份/费用月份/计费月/计费月份/账单月份/缴费月份/月/统计月份/yf/ny/zq" },
    { "employee_amount", "个人缴存/个人月缴存额/个人部分/个人缴交额/个人缴存金额/职工缴存额/grjce/gryjce" },
    { "employer_amount", "单位缴存/单位月缴存额/单位部分/单位缴交额/单位缴存金额/dwjce/dwyjce" },
    { "rate", "比例/缴交比例/个人缴存比例/单位缴存比例/缴存率/jcbl" },
    { "meter_no", "表计编号/电表号/水表号/气表号/燃气表号/用户编号/用电户号/用水户号/用气户号/表具号/电能表号/户号/bh/yhbh/yhh/meter" },
    { "kind", "能源类型/用能类型/表类型/表计类型/nylx" },
    { "contract_no", "合同编号/合同/htbh/hth" },
    { "quantity", "用电量/用水量/用气量/电量/水量/气量/抄见量/使用量/本月用量/月用量/ydl/ysl/yql/yl" },
    { "phone_no", "手机号/手机号码/电话号码/用户号码/手机/电话/业务号码/联系电话/sjh/sjhm/dhhm/hm/phone/mobile" },
    { "card_no", "交通卡号/公交卡号/一卡通号/kh/card" },
    { "trips", "乘车次数/出行次数/乘次/刷卡次数/cs" },
    { "revision", "版本/版本号/修订/bbh" },
    { "op", "操作类型/操作标志/操作标识/变更类型/czlx" },
};
static const char unread[] =
    "姓名/户名/户主/户主姓名/客户姓名/客户名称/权利人/权利人名称/所有人/机动车所有人/车主/持卡人/机主/名称/人员姓名/职工姓名/成员姓名/申报人/"
    "地址/住址/家庭住址/家庭地址/居住地址/户籍地址/联系地址/房屋坐落/坐落/用电地址/用水地址/用气地址/装表地址/备注/说明/序号/编号/性别/民族/"
    "出生日期/年龄/单位名称/单位/工作单位/联系人/联系电话/电话/手机/手机号/手机号码/邮箱/经办人/开户日期/状态/证件类型/证件名称/"
    "name/xm/hm/dz/xb/mz/nl/bz/xh/address/remark/remarks/phone/mobile/sex/gender/seq/no/row";
static const char of_control[] =
    "合计/总计/共计/小计/总笔数/笔数/记录数/总条数/条数/总户数/总数/总金额/共/制表/制表人/填报/填报人/填表人/填表单位/审核/审核人/报送单位/报送日期/"
    "数据日期/统计日期/文件名/文件头/文件尾/批次/批次号/total/count/sum/eof/end/trailer/header/head/tail/records/rows/file/batch";
/* clang-format on */

/* Lower case, half width, no blanks, nothing in brackets; too long a name is none. */
static struct text plain_name(struct text name, char ret[NAME_SIZE])
{
    char half[NAME_SIZE];
    size_t len = 0, depth = 0;

    if (!text_halfwidth(text_trim(name), half, sizeof half))
        half[0] = '\0';
    for (const char *at = half; *at; at++) {
        if (*at == '(' || *at == '[')
            depth++;
        if (!depth && *at != ' ' && *at != '*' && *at != '_')
            ret[len++] = (char)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at);
        if ((*at == ')' || *at == ']') && depth)
            depth--;
    }
    ret[len] = '\0';
    return (struct text){ ret, len };
}

/* The next of "a/b/c"; false: no more. */
static bool next_name(const char **names, struct text *ret)
{
    size_t len = *names ? strcspn(*names, "/") : 0;

    if (!len)
        return false;
    *ret = (struct text){ *names, len };
    *names += len + ((*names)[len] == '/');
    return true;
}

static bool same_name(struct text a, struct text b)
{
    return a.len == b.len && !memcmp(a.data, b.data, a.len);
}

static bool is_one_of(const char *names, struct text name)
{
    struct text one;

    while (next_name(&names, &one))
        if (same_name(one, name))
            return true;
    return false;
}

static bool ends_with_one_of(const char *names, struct text name)
{
    struct text one;

    while (next_name(&names, &one))
        if (one.len >= ENDING_MIN && one.len < name.len &&
            !memcmp(name.data + name.len - one.len, one.data, one.len))
            return true;
    return false;
}

/* suggest.h takes strings. */
static void offer_all(struct suggestion *near, const char *names)
{
    char copy[NAME_SIZE];
    struct text one;

    while (next_name(&names, &one))
        if (one.len < sizeof copy) {
            memcpy(copy, one.data, one.len);
            copy[one.len] = '\0';
            suggestion_offer(near, copy);
        }
}

static const char *usual_names(const struct field *field)
{
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (!strcmp(usual[i].column, field->column))
            return usual[i].names;
    return NULL;
}

static bool is_usual(const struct field *field, struct text plain)
{
    char own[NAME_SIZE];

    return plain.len && (is_one_of(usual_names(field), plain) || is_one_of(field->chinese, plain) ||
                         same_name(plain_name(text_of(field->column), own), plain));
}

bool name_is_known(const struct field *field, struct text name)
{
    char buffer[NAME_SIZE];

    return field_has_name(field, text_trim(name)) || is_usual(field, plain_name(name, buffer));
}

static bool is_near(const struct field *field, struct text plain)
{
    struct suggestion near = suggestion_for(plain.data);

    if (!plain.len)
        return false;
    if (ends_with_one_of(usual_names(field), plain) || ends_with_one_of(field->chinese, plain))
        return true;
    suggestion_offer(&near, field->column);
    offer_all(&near, field->chinese);
    return near.best != NULL;
}

enum basis name_basis(const struct field *field, struct text name)
{
    char buffer[NAME_SIZE];
    struct text plain = plain_name(name, buffer);

    if (field_has_name(field, text_trim(name)))
        return BASIS_NAME;
    if (is_usual(field, plain))
        return BASIS_USUAL;
    return is_near(field, plain) ? BASIS_NEAR : BASIS_NONE;
}

bool name_is_unread(struct text name)
{
    char buffer[NAME_SIZE];
    struct text plain = plain_name(name, buffer);

    return plain.len && (is_one_of(unread, plain) || ends_with_one_of(unread, plain));
}

bool text_is_of_control(struct text text)
{
    static const char marks[] = ":=,;|#";
    char buffer[NAME_SIZE];
    struct text plain = plain_name(text, buffer), one;
    const char *names = of_control;

    while (next_name(&names, &one))
        if (plain.len >= one.len && !memcmp(plain.data, one.data, one.len) &&
            (plain.len == one.len || (one.len >= 3 && strchr(marks, plain.data[one.len])) ||
             (plain.data[one.len] >= '0' && plain.data[one.len] <= '9')))
            return true;
    return false;
}

/* --- constants --- */

static bool says_one_of(const char *words, struct text text)
{
    char buffer[NAME_SIZE];
    struct text one;

    plain_name(text, buffer);
    while (next_name(&words, &one)) {
        char word[NAME_SIZE];

        memcpy(word, one.data, one.len);
        word[one.len] = '\0';
        if (strstr(buffer, word))
            return true;
    }
    return false;
}

static int only_one(const char *const *words, int count, struct text text)
{
    int found = -1;

    for (int i = 0; i < count; i++) {
        if (!says_one_of(words[i], text))
            continue;
        if (found >= 0)
            return -1;
        found = i;
    }
    return found;
}

int hint_of_kind(struct text text)
{
    static const char *const words[UTILITY_KIND_COUNT] = {
        [UTILITY_ELECTRICITY] = "电/power/electric/elec/kwh",
        [UTILITY_WATER] = "水/water",
        [UTILITY_GAS] = "气/gas",
    };

    return only_one(words, UTILITY_KIND_COUNT, text);
}

int hint_of_household(struct text text)
{
    static const char *const words[HOUSEHOLD_KIND_COUNT] = {
        [HOUSEHOLD_REGISTERED] = "户籍/hukou/registered",
        [HOUSEHOLD_ASSISTANCE] = "救助/低保/民政/assist/civil",
        [HOUSEHOLD_DWELLING] = "住户/网格/dwelling/grid",
    };

    return only_one(words, HOUSEHOLD_KIND_COUNT, text);
}
