// The product's document, and the field ids that a publish adds.
#include "charter/catalog/product_document.hpp"

#include "charter/base/limits.hpp"
#include "support.hpp"

namespace charter {
namespace {

const Json full = json(R"({
    "title": "Customers", "description": "Who buys", "purpose": "p", "limitations": "l",
    "tags": {"sensitivity": ["internal"]},
    "links": [{"title": "Runbook", "url": "https://example.org/run?a=1#b"}],
    "visibility": "hidden", "slo": [{"name": "freshness", "objective": "24h"}],
    "ports": [{
      "name": "files", "kind": "files", "format": "parquet", "description": "d",
      "location": "s3://retail-customer/customers/", "tags": {"a": ["b"]},
      "columns": [
        {"name": "c_customer_sk", "type": "long", "nullable": false},
        {"name": "c_email_address", "field_id": 17, "type": "map<string,int>", "description": "d",
         "tags": {"class": ["pii"], "mask": ["sha-256-global"]}}]},
     {"name": "blob", "location": "s3://retail-customer/blob/", "opaque": true}]})");

/// The full product with one change, by JSON Patch.
Result<ProductDocument> changed(std::string_view patch) {
    return parse_product(full.patch(json(patch)));
}

TEST(ProductDocument, ReadsEveryField) {
    const Result<ProductDocument> read = parse_product(full);

    ASSERT_TRUE(read);
    EXPECT_EQ(read->title, "Customers");
    EXPECT_EQ(read->visibility, "hidden");
    EXPECT_EQ(read->links.at(0).url, "https://example.org/run?a=1#b");
    EXPECT_EQ(read->slo.at(0).objective, "24h");
    ASSERT_EQ(read->ports.size(), 2u);
    const PortDocument& port = *read->port("files");
    EXPECT_EQ(port.format, "parquet");
    EXPECT_EQ(port.location.text(), "s3://retail-customer/customers/");
    EXPECT_FALSE(port.column("c_customer_sk")->nullable);
    EXPECT_TRUE(port.column("c_email_address")->nullable);
    EXPECT_EQ(port.column("c_email_address")->field_id, 17);
    EXPECT_EQ(port.column("c_email_address")->type_text, "map<string, int>");
    EXPECT_EQ(port.column("c_email_address")->tags.at("mask"),
              std::vector<std::string>{"sha-256-global"});
    EXPECT_EQ(port.column("none"), nullptr);
    EXPECT_TRUE(read->port("blob")->opaque);
    EXPECT_EQ(read->port("blob")->kind, "files");
    EXPECT_EQ(read->port("none"), nullptr);
}

TEST(ProductDocument, NeedsATitleOnly) {
    const Result<ProductDocument> read = parse_product(json(R"({"title": "P"})"));

    ASSERT_TRUE(read);
    EXPECT_EQ(read->visibility, "listed");
    EXPECT_TRUE(read->ports.empty());
}

TEST(ProductDocument, RefusesAtThePlace) {
    const std::vector<std::pair<std::string, Pointers>> cases{
        {R"([{"op": "remove", "path": "/title"}])", {"/title"}},
        {R"([{"op": "add", "path": "/visibility", "value": "public"}])", {"/visibility"}},
        {R"([{"op": "add", "path": "/colour", "value": 1}])", {"/colour"}},
        {R"([{"op": "add", "path": "/ports", "value": {}}])", {"/ports"}},
        {R"([{"op": "add", "path": "/ports/0/name", "value": "Files"}])", {"/ports/0/name"}},
        {R"([{"op": "add", "path": "/ports/1/name", "value": "files"}])", {"/ports/1/name"}},
        {R"([{"op": "remove", "path": "/ports/0/location"}])", {"/ports/0/location"}},
        {R"([{"op": "add", "path": "/ports/0/location", "value": "s3://b"}])", {"/ports/0/location"}},
        {R"([{"op": "add", "path": "/ports/1/location", "value": "s3://retail-customer/customers/x"}])",
         {"/ports/1/location"}},
        {R"([{"op": "add", "path": "/ports/1/location", "value": "s3://retail-customer"}])",
         {"/ports/1/location"}},
        {R"([{"op": "remove", "path": "/ports/1/opaque"}])", {"/ports/1/columns"}},
        {R"([{"op": "replace", "path": "/ports/1/opaque", "value": false}])", {"/ports/1/columns"}},
        {R"([{"op": "add", "path": "/ports/0/columns", "value": []}])", {"/ports/0/columns"}},
        {R"([{"op": "add", "path": "/ports/0/opaque", "value": true}])", {"/ports/0/opaque"}},
        {R"([{"op": "remove", "path": "/ports/0/columns/1/type"}])", {"/ports/0/columns/1/type"}},
        {R"([{"op": "add", "path": "/ports/0/columns/1/type", "value": "strin"}])",
         {"/ports/0/columns/1/type"}},
        {R"([{"op": "add", "path": "/ports/0/columns/1/name", "value": "C_Customer_SK"}])",
         {"/ports/0/columns/1/name"}},
        {R"([{"op": "add", "path": "/ports/0/columns/1/name", "value": "c_customer_sk"}])",
         {"/ports/0/columns/1/name"}},
        {R"([{"op": "add", "path": "/ports/0/columns/1/name", "value": ""}])",
         {"/ports/0/columns/1/name"}},
        {R"([{"op": "add", "path": "/ports/0/columns/0/field_id", "value": 17}])",
         {"/ports/0/columns/1/field_id"}},
        {R"([{"op": "add", "path": "/ports/0/columns/0/field_id", "value": 0}])",
         {"/ports/0/columns/0/field_id"}},
        {R"([{"op": "add", "path": "/ports/0/columns/0/field_id", "value": 2147483648}])",
         {"/ports/0/columns/0/field_id"}},
        {R"([{"op": "add", "path": "/ports/0/columns/1/tags/class", "value": "pii"}])",
         {"/ports/0/columns/1/tags/class"}},
        {R"x([{"op": "add", "path": "/links/0/url", "value": "javascript:alert(1)"}])x",
         {"/links/0/url"}},
        {R"([{"op": "add", "path": "/links/0/url", "value": "https://a b"}])", {"/links/0/url"}},
        {R"([{"op": "remove", "path": "/slo/0/objective"}])", {"/slo/0/objective"}},
        {R"([{"op": "add", "path": "/title", "value": 1},
             {"op": "add", "path": "/ports/0/formt", "value": "x"},
             {"op": "add", "path": "/ports/0/columns/0/nullable", "value": "no"}])",
         {"/title", "/ports/0/columns/0/nullable", "/ports/0/formt"}}};
    for (const auto& [patch, expected] : cases) {
        EXPECT_EQ(pointers(changed(patch)), expected) << patch;
    }
}

TEST(ProductDocument, BoundsPortsAndColumns) {
    Json document = full;
    Json& columns = document["ports"][0]["columns"];
    columns = Json::array();
    for (std::size_t i = 0; i <= limits::columns_per_port_max; ++i) {
        columns.push_back({{"name", "c" + std::to_string(i)}, {"type", "int"}});
    }
    EXPECT_EQ(pointers(parse_product(document)), Pointers{"/ports/0/columns"});

    columns.erase(columns.size() - 1);
    EXPECT_TRUE(parse_product(document));
}

// --- field ids ---

/// A product with one port of these columns; "name=7" gives the id itself.
Json product_of(const std::vector<std::string>& columns) {
    Json list = Json::array();
    for (const std::string& text : columns) {
        const std::size_t sign = text.find('=');
        Json column{{"name", text.substr(0, sign)}, {"type", "int"}};
        if (sign != std::string::npos) {
            column["field_id"] = std::stoi(text.substr(sign + 1));
        }
        list.push_back(column);
    }
    return {{"title", "P"},
            {"ports", {{{"name", "o"}, {"location", "local://lake/o/"}, {"columns", list}}}}};
}

/// "a=1 b=2" of the only port.
std::string ids(const Json& product) {
    std::string text;
    for (const Json& column : product["ports"][0]["columns"]) {
        text += (text.empty() ? "" : " ") + column["name"].get<std::string>() + "=" +
                column["field_id"].dump();
    }
    return text;
}

TEST(FieldIds, AreGivenInOrderTheFirstTime) {
    const Json first = with_field_ids(product_of({"a", "b", "c"}), nullptr);

    EXPECT_EQ(ids(first), "a=1 b=2 c=3");
    EXPECT_TRUE(parse_product(first));
}

TEST(FieldIds, StayWithTheirNamesAndAreNeverGivenTwice) {
    const Json first = with_field_ids(product_of({"a", "b", "c"}), nullptr);
    const Json second = with_field_ids(product_of({"b", "a"}), &first);
    const Json third = with_field_ids(product_of({"a", "b", "d"}), &second);

    EXPECT_EQ(ids(second), "b=2 a=1");
    EXPECT_EQ(ids(third), "a=1 b=2 d=4");
    EXPECT_TRUE(parse_product(third));
}

TEST(FieldIds, ThatAreSaidAreKept) {
    EXPECT_EQ(ids(with_field_ids(product_of({"a", "b=7", "c"}), nullptr)), "a=8 b=7 c=9");

    const Json first = with_field_ids(product_of({"a", "b"}), nullptr);
    // A rename keeps the id; what has the old name now gets a new one.
    EXPECT_EQ(ids(with_field_ids(product_of({"x=1", "a", "b"}), &first)), "x=1 a=3 b=2");
}

TEST(FieldIds, LeaveTheWorkingCopyAndOpaquePortsAlone) {
    const Json product = product_of({"a"});
    const Json opaque = json(
        R"({"title": "P", "ports": [{"name": "o", "location": "local://l/o/", "opaque": true}]})");

    EXPECT_FALSE(product["ports"][0]["columns"][0].contains("field_id"));
    EXPECT_EQ(with_field_ids(opaque, nullptr), opaque);
    EXPECT_EQ(with_field_ids(json(R"({"title": "P"})"), nullptr), json(R"({"title": "P"})"));

    const Json first = with_field_ids(product, nullptr);
    const Json second = with_field_ids(opaque, &first);
    EXPECT_EQ(ids(with_field_ids(product_of({"b"}), &second)), "b=2");
}

TEST(FieldIds, StayValidWhenTheHighestIsTaken) {
    const Json first = with_field_ids(
        product_of({"a=" + std::to_string(limits::field_id_max), "b=1", "c"}), nullptr);

    EXPECT_EQ(ids(first), "a=2000000000 b=1 c=2");
    EXPECT_TRUE(parse_product(first));
}

}  // namespace
}  // namespace charter
