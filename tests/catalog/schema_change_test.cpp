// What differs between two revisions, and what of it breaks readers.
#include "charter/catalog/schema_change.hpp"

#include "charter/catalog/product_document.hpp"
#include "support.hpp"

namespace charter {
namespace {

const Json base = json(R"x({
    "title": "P",
    "ports": [
      {"name": "files", "kind": "files", "format": "parquet", "location": "local://lake/a/",
       "columns": [{"name": "id", "type": "int", "nullable": false, "field_id": 1},
                   {"name": "amount", "type": "decimal(7,2)", "nullable": true, "field_id": 2}]},
      {"name": "blob", "location": "local://lake/b/", "opaque": true}]})x");

std::vector<SchemaChange> changes(std::string_view patch) {
    const Result<ProductDocument> before = parse_product(base);
    const Result<ProductDocument> after = parse_product(base.patch(json(patch)));
    EXPECT_TRUE(before);
    EXPECT_TRUE(after) << patch;
    return before && after ? compare_schemas(*before, *after) : std::vector<SchemaChange>();
}

struct Case {
    std::string patch;
    std::vector<std::string> kinds;
    bool breaking;
};

TEST(CompareSchemas, TellsEachChangeAndWhetherItBreaks) {
    const std::string id = "/ports/0/columns/0";
    const std::string amount = "/ports/0/columns/1";
    const auto replace = [](const std::string& path, const std::string& value) {
        return R"([{"op": "add", "path": ")" + path + R"(", "value": )" + value + "}]";
    };
    const std::vector<Case> cases{
        {"[]", {}, false},
        {replace("/title", R"("Q")"), {}, false},
        {replace(id + "/description", R"("d")"), {}, false},
        {R"([{"op": "remove", "path": "/ports/1"}])", {"port_removed"}, true},
        {replace("/ports/-", R"({"name": "n", "location": "local://lake/n/", "opaque": true})"),
         {"port_added"}, false},
        {replace("/ports/0/format", R"("csv")"), {"port_format_changed"}, true},
        {replace("/ports/0/kind", R"("table")"), {"port_kind_changed"}, true},
        {replace("/ports/0/location", R"("local://lake/c/")"), {"port_location_changed"}, false},
        {replace("/ports/0/location", R"("local://lake/%61")"), {}, false},
        {R"([{"op": "remove", "path": "/ports/0/columns"},
             {"op": "add", "path": "/ports/0/opaque", "value": true}])", {"port_made_opaque"}, true},
        {R"([{"op": "remove", "path": "/ports/1/opaque"},
             {"op": "add", "path": "/ports/1/columns", "value": [{"name": "x", "type": "int"}]}])",
         {"port_opened"}, false},
        {R"([{"op": "remove", "path": ")" + id + R"("}])", {"column_removed"}, true},
        {replace("/ports/0/columns/-", R"({"name": "new", "type": "int"})"), {"column_added"}, false},
        {replace(id + "/type", R"("long")"), {"column_type_widened"}, false},
        {replace(id + "/type", R"("string")"), {"column_type_changed"}, true},
        {replace(amount + "/type", R"x("decimal(6,2)")x"), {"column_type_changed"}, true},
        {replace(amount + "/type", R"x("decimal( 7, 2 )")x"), {}, false},
        {replace(id + "/nullable", "true"), {"column_nullable_loosened"}, true},
        {replace(amount + "/nullable", "false"), {"column_nullable_tightened"}, false},
        {replace(id + "/name", R"("ident")"), {"column_renamed"}, true},
        {replace(id + "/field_id", "9"), {"column_field_id_changed"}, true},
        {R"([{"op": "remove", "path": ")" + id + R"(/field_id"}])", {}, false},
        {R"([{"op": "move", "from": ")" + id + R"(", "path": ")" + amount + R"("}])",
         {"columns_reordered"}, false},
        {R"([{"op": "remove", "path": ")" + id + R"("},
             {"op": "add", "path": "/ports/0/columns/-", "value": {"name": "ident", "type": "int"}}])",
         {"column_removed", "column_added"}, true}};
    for (const Case& each : cases) {
        const std::vector<SchemaChange> found = changes(each.patch);
        std::vector<std::string> kinds;
        for (const SchemaChange& change : found) {
            kinds.emplace_back(change_kind_name(change.kind));
        }
        EXPECT_EQ(kinds, each.kinds) << each.patch;
        EXPECT_EQ(has_breaking_change(found), each.breaking) << each.patch;
    }
}

TEST(CompareSchemas, SaysWhereAndFromWhatToWhat) {
    const std::vector<SchemaChange> found =
        changes(R"([{"op": "add", "path": "/ports/0/columns/0/type", "value": "string"}])");

    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].port, "files");
    EXPECT_EQ(found[0].column, "id");
    EXPECT_EQ(found[0].before, "int");
    EXPECT_EQ(found[0].after, "string");
    EXPECT_EQ(found[0].text(),
              "column id of port files has a narrower or another type: int became string");
}

TEST(CompareSchemas, ReadsAsASentence) {
    EXPECT_EQ(changes(R"([{"op": "remove", "path": "/ports/0/columns/1"}])").at(0).text(),
              "column amount of port files was removed");
    EXPECT_EQ(changes(R"([{"op": "add", "path": "/ports/0/columns/0/nullable", "value": true}])")
                  .at(0)
                  .text(),
              "column id of port files may be null now");
    EXPECT_EQ(changes(R"([{"op": "remove", "path": "/ports/1"}])").at(0).text(),
              "port blob was removed");
}

TEST(Version, IsThreeNumbersInOrder) {
    for (const std::string_view text : {"0.0.0", "1.2.0", "10.20.30", "999999999.0.1"}) {
        ASSERT_TRUE(Version::parse(text)) << text;
        EXPECT_EQ(Version::parse(text)->text(), text);
    }
    for (const std::string_view text :
         {"", "1", "1.2", "1.2.3.4", "01.2.3", "1.02.3", "1.2.-3", "1.2.+3", "v1.2.3", "1.2.3-rc1",
          "1.2.3+b", "1..3", ".1.2", "1.2.", " 1.2.3", "1.2.3 ", "1000000000.0.0", "1.2.x"}) {
        EXPECT_FALSE(Version::parse(text)) << text;
    }
    EXPECT_LT(*Version::parse("1.9.0"), *Version::parse("1.10.0"));
    EXPECT_LT(*Version::parse("1.99.99"), *Version::parse("2.0.0"));
}

}  // namespace
}  // namespace charter
