"""sources - the eleven sources: their columns in the order of FEEDS' table, and what a good line says.

A column: (canonical name, aliases, reader, required, key). Required columns may not be blank; of a delete only the
key columns (*) are needed. What a line says is a `Stated`: subject, item, valid time, and the values themselves.
"""
from collections import namedtuple

import values
from values import Bad

Column = namedtuple("Column", "name aliases read required key")
Stated = namedtuple("Stated", "subject item valid_from valid_to birth")
Source = namedtuple("Source", "name columns state pairs")

HOUSEHOLD_KINDS = {"registered": "户籍户", "assistance": "共同生活家庭", "dwelling": "住户"}
URBAN = {"urban": "城镇", "rural": "乡村"}
GROUPS = {
    "college-graduate": "大专院校毕业生", "skilled-worker": "技术工人", "small-business": "中小企业主和个体工商户",
    "urbanised-migrant": "城镇化转移人口", "skilled-farmer-fisher": "高素质渔农民",
    "new-economy-worker": "新业态从业人员", "public-sector": "机关事业单位",
    "unsettled-farmer-fisher": "未进城落户渔农民", "hardship": "困难群体", "dibao": "低保", "dibian": "低边",
    "tekun": "特困", "rigid-expense": "刚性支出困难", "child-or-elder": "困境儿童和高龄老年人"}
GROUP_ABOVE = {"dibao": "hardship", "dibian": "hardship", "tekun": "hardship", "rigid-expense": "hardship"}
INCOME_KINDS = {"wage": "工资性", "business": "经营净", "property": "财产净", "transfer": "转移净"}
USAGES = {"residential": "住宅", "shop": "商铺", "office": "办公", "factory": "厂房", "apartment-hotel": "酒店式公寓",
          "other": "其他"}
VEHICLE_TYPES = dict.fromkeys(("car", "motorcycle", "truck", "boat", "electric-bicycle", "disability-scooter", "other"))
UTILITY_KINDS = dict.fromkeys(("electricity", "water", "gas"))


def need(name, read, *aliases):
    return Column(name, aliases, read, True, False)


def key(name, read, *aliases):
    return Column(name, aliases, read, True, True)


def may(name, read, *aliases):
    return Column(name, aliases, read, False, False)


ID = key("id_no", values.id_no, "身份证号")
REVISION = may("revision", values.revision)
OP = may("op", values.code({"upsert": None, "delete": None}))


# ---- rules over two columns (FEEDS: named after the later) ----

def not_before(start, end):
    def rule(row):
        if row.get(start) is not None and row.get(end) is not None and row[end] < row[start]:
            raise Bad("BAD_DATE")
    return end, rule


def whole_months(row):
    """One or twelve whole calendar months."""
    if months_between(row["period_from"], row["period_to"]) not in (1, 12):
        raise Bad("BAD_DATE")


def months_between(first, last):
    start, end = values.month_of(first), values.month_of(last)
    if first != values.first_day(start) or last != values.last_day(end):
        return 0
    return end - start + 1


def somebody(row):
    if row.get("id_no") is None and row.get("meter_no") is None:
        raise Bad("MISSING")


# ---- what a line says ----

def of_person(row, item, valid_from, valid_to=None):
    number, born = row["id_no"]
    return Stated(("person", number), item, valid_from, valid_to, born)


def state_household(row):
    return of_person(row, row["household_kind"], row["valid_from"], row.get("valid_to"))


def state_roster(row):
    return of_person(row, row["group"], row["valid_from"], row.get("valid_to"))


def state_declaration(row):
    length = months_between(row["period_from"], row["period_to"])
    row["length"] = length
    return of_person(row, (row["income_kind"], length), row["period_from"], row["period_to"])


def state_deposit(row):
    return of_person(row, (row["bank_code"], row["account_no"]), row["balance_date"])


def state_property(row):
    return of_person(row, row["unit_no"], row["registered_on"], row.get("cancelled_on"))


def state_vehicle(row):
    return of_person(row, row["plate_no"], row["registered_on"], row.get("cancelled_on"))


def state_fund(row):
    return of_person(row, row["account_no"], row["month"])


def state_utility(row):
    item = (row["kind"], row.get("contract_no"))
    if row.get("meter_no") is not None:        # with both, the meter is the subject
        return Stated(("meter", row["kind"], row["meter_no"]), item, row["month"], None, None)
    return of_person(row, item, row["month"])


def state_telecom(row):
    return of_person(row, row["phone_no"], row["month"])


def state_transport(row):
    return of_person(row, row["card_no"], row["month"])


def state_meter(row):
    return Stated(("meter", row["kind"], row["meter_no"]), row["household_kind"], row["valid_from"],
                  row.get("valid_to"), None)


# ---- the table of FEEDS ----

SOURCES = {source.name: source for source in (
    Source("household", (
        ID, need("household_no", values.text, "户号"), key("household_kind", values.code(HOUSEHOLD_KINDS), "户类"),
        need("relation", values.relation, "与户主关系"), need("region", values.region, "区划代码"),
        key("valid_from", values.day), may("valid_to", values.day), may("urban", values.code(URBAN), "城乡"),
    ), state_household, (not_before("valid_from", "valid_to"),)),
    Source("roster", (
        ID, key("group", values.code(GROUPS)), may("authority", values.text, "认定单位"),
        key("valid_from", values.day), may("valid_to", values.day),
    ), state_roster, (not_before("valid_from", "valid_to"),)),
    Source("declaration", (
        may("household_no", values.text, "户号"), ID, key("income_kind", values.code(INCOME_KINDS)),
        key("period_from", values.period_first), key("period_to", values.period_last), need("amount", values.amount),
    ), state_declaration, (not_before("period_from", "period_to"), ("period_to", whole_months))),
    Source("deposit", (
        ID, key("account_no", values.text, "账号"), key("bank_code", values.text, "银行代码"),
        need("balance", values.amount, "余额"), key("balance_date", values.day, "余额日期"),
        may("interest", values.amount, "年利息"), may("share", values.share, "份额"),
        may("currency", values.currency, "币种"),
    ), state_deposit, ()),
    Source("property", (
        ID, key("unit_no", values.unit_no, "不动产单元号"), may("share", values.share, "份额"),
        may("area_m2", values.area), need("usage", values.code(USAGES), "用途"),
        may("assessed_value", values.value_amount), key("registered_on", values.day), may("cancelled_on", values.day),
    ), state_property, (not_before("registered_on", "cancelled_on"),)),
    Source("vehicle", (
        ID, key("plate_no", values.text, "号牌"), need("vehicle_type", values.code(VEHICLE_TYPES)),
        may("assessed_value", values.value_amount), key("registered_on", values.day), may("cancelled_on", values.day),
    ), state_vehicle, (not_before("registered_on", "cancelled_on"),)),
    Source("provident-fund", (
        ID, key("account_no", values.text, "账号"), may("employer_no", values.employer_no),
        may("industry", values.industry), key("month", values.month), need("employee_amount", values.amount),
        need("employer_amount", values.amount), may("rate", values.rate, "缴存比例"), may("balance", values.amount),
    ), state_fund, ()),
    Source("utility", (
        ID._replace(required=False, key=False), may("meter_no", values.text, "户号/表号", "户号", "表号"),
        key("kind", values.code(UTILITY_KINDS)), may("contract_no", values.text), key("month", values.month),
        need("quantity", values.quantity), may("amount", values.amount),
    ), state_utility, (("meter_no", somebody),)),
    Source("telecom", (
        ID, key("phone_no", values.text), key("month", values.month), need("amount", values.amount),
    ), state_telecom, ()),
    Source("transport", (
        ID, key("card_no", values.text), key("month", values.month), may("trips", values.trips),
        need("amount", values.amount),
    ), state_transport, ()),
    Source("meter", (
        key("meter_no", values.text, "户号/表号", "表号"), key("kind", values.code(UTILITY_KINDS)),
        need("household_no", values.text), key("household_kind", values.code(HOUSEHOLD_KINDS), "户类"),
        key("valid_from", values.day), may("valid_to", values.day),
    ), state_meter, (not_before("valid_from", "valid_to"),)),
)}
