// Names, principals, paths, kinds and ids: what is accepted, what is not.
#include "charter/catalog/names.hpp"

#include "charter/base/encoding.hpp"

#include <gtest/gtest.h>

namespace charter {
namespace {

using namespace std::string_literals;

TEST(CheckName, AcceptsLettersDigitsAndHyphens) {
    for (const std::string& name : {"a"s, "customer"s, "a-1"s, "c--d"s, "x9"s, std::string(63, 'a')}) {
        EXPECT_TRUE(check_name(name)) << name;
    }
}

TEST(CheckName, RefusesEverythingElse) {
    for (const std::string& name :
         {""s, "1a"s, "-a"s, "a-"s, "-"s, "A"s, "a_b"s, "a.b"s, "a/b"s, "a b"s, "a\n"s, "é"s, "a\0b"s,
          ".."s, "*"s, "a'"s, std::string(64, 'a')}) {
        EXPECT_FALSE(check_name(name)) << name;
    }
}

TEST(CheckColumnName, KeepsWhatDataHas) {
    for (const std::string& name :
         {"c_email_address"s, "C"s, "a/b"s, "%"s, " "s, "*"s, "größe"s, "数量"s, "a\"b'"s,
          std::string(255, 'x')}) {
        EXPECT_TRUE(check_column_name(name)) << name;
    }
}

TEST(CheckColumnName, RefusesControlCharactersBrokenUtf8AndLength) {
    for (const std::string& name :
         {""s, "a\nb"s, "a\tb"s, "\0"s, "a\x7f"s, "a\xc2\x85"s, "\xff"s, "\xed\xa0\x80"s,
          std::string(256, 'x')}) {
        EXPECT_FALSE(check_column_name(name)) << to_hex(std::span(
            reinterpret_cast<const std::uint8_t*>(name.data()), name.size()));
    }
}

TEST(CheckTagValue, IsOneShortLine) {
    for (const std::string& value : {"pii"s, "sha-256-global"s, "Très privé"s, std::string(128, 'v')}) {
        EXPECT_TRUE(check_tag_value(value)) << value;
    }
    for (const std::string& value :
         {""s, " a"s, "a "s, "a\nb"s, "\x1b[0m"s, "\xc0\x80"s, std::string(129, 'v')}) {
        EXPECT_FALSE(check_tag_value(value)) << value;
    }
}

TEST(FoldCase, MeetsNamesThatDifferByCaseOnly) {
    const std::vector<std::pair<std::string, std::string>> same{
        {"C_LOGIN", "c_login"}, {"GRÖSSE", "grösse"}, {"ΣΊΣΥΦΟΣ", "σίσυφος"},
        {"ЁЖ", "ёж"},           {"ŁÓDŹ", "łódź"},     {"Ÿ", "ÿ"},
        {"\u212A", "k"},        {"ＡＢ", "ａｂ"},     {"Ԑ", "ԑ"},
        {"Ẽ", "ẽ"},             {"Ӂ", "ӂ"},           {"Ĺ", "ĺ"}};
    for (const auto& [a, b] : same) {
        EXPECT_EQ(fold_case(a), fold_case(b)) << a;
    }
    EXPECT_NE(fold_case("a"), fold_case("b"));
    EXPECT_NE(fold_case("×"), fold_case("÷"));
    EXPECT_EQ(fold_case("数量 😀 ı"), "数量 😀 ı");
}

TEST(PrincipalName, ReadsAndWritesEveryKind) {
    for (const std::string_view text : {"user:ana", "group:analysts", "service:etl-customer",
                                        "engine:trino-prod", "domain:marketing"}) {
        const Result<PrincipalName> principal = PrincipalName::parse(text);

        ASSERT_TRUE(principal) << text;
        EXPECT_EQ(principal->text(), text);
    }
    EXPECT_EQ(PrincipalName::parse("domain:marketing")->kind, Kind::domain);
    EXPECT_EQ(PrincipalName::parse("domain:marketing")->name, "marketing");
}

TEST(PrincipalName, RefusesOtherKindsAndNames) {
    for (const std::string_view text : {"", "ana", "user:", ":ana", "user", "User:ana", "user:Ana",
                                        "product:a", "team:marketing", "user:ana:b", "user: ana",
                                        " user:ana", "user:ana\n", "location:x"}) {
        EXPECT_FALSE(PrincipalName::parse(text)) << text;
    }
}

TEST(ResourcePath, ReadsOneToFourParts) {
    for (const std::string_view text : {"customer", "customer/customers", "customer/customers/files",
                                        "customer/customers/files/c_col"}) {
        const Result<ResourcePath> path = ResourcePath::parse(text);

        ASSERT_TRUE(path) << text;
        EXPECT_EQ(path->text(), text);
    }
    EXPECT_EQ(ResourcePath::parse("a/b/c")->prefix(2).text(), "a/b");
    EXPECT_EQ(ResourcePath::parse("a/b")->prefix(9).text(), "a/b");
    EXPECT_EQ(ResourcePath::parse("a/b")->port(), "");
}

TEST(ResourcePath, AColumnIsTheWholeRest) {
    const Result<ResourcePath> path = ResourcePath::parse("a/b/c/price / unit //");

    ASSERT_TRUE(path);
    EXPECT_EQ(path->depth(), 4u);
    EXPECT_EQ(path->column(), "price / unit //");
    EXPECT_EQ(path->text(), "a/b/c/price / unit //");
}

TEST(ResourcePath, RefusesEmptyAndForeignParts) {
    for (const std::string_view text :
         {"", "/", "a/", "/a", "a//b", "a/b/", "a/b/c/", "A/b", "a/../b", "a/b/c/x\ny"}) {
        EXPECT_FALSE(ResourcePath::parse(text)) << text;
    }
}

TEST(Kinds, HaveOneNameEach) {
    for (int number = 1; number <= 16; ++number) {
        const Kind kind = static_cast<Kind>(number);

        EXPECT_EQ(parse_kind(kind_name(kind)), kind) << number;
    }
    EXPECT_EQ(kind_name(Kind::guardrail), "guardrail");
    EXPECT_EQ(parse_kind("Domain"), std::nullopt);
    EXPECT_EQ(parse_kind(""), std::nullopt);
    EXPECT_EQ(parse_kind(kind_name(static_cast<Kind>(99))), std::nullopt);
}

TEST(ResourceId, IsSixteenHexadecimalDigits) {
    EXPECT_EQ(ResourceId{0x1f}.text(), "000000000000001f");
    EXPECT_EQ(ResourceId::parse("ffffffffffffffff"), ResourceId{UINT64_MAX});
    EXPECT_EQ(ResourceId::parse(ResourceId{0xdeadbeef}.text()), ResourceId{0xdeadbeef});
    for (const std::string_view text :
         {"", "1f", "000000000000001F", "00000000000000001f", "000000000000001g", "0x0000000000001f"}) {
        EXPECT_FALSE(ResourceId::parse(text)) << text;
    }
}

}  // namespace
}  // namespace charter
