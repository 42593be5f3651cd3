// YAML by the 1.2 core schema into the same values as JSON, and back.
#include "charter/base/json.hpp"

#include "charter/base/limits.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <random>

namespace charter {
namespace {

using namespace std::string_literals;

TEST(ParseYaml, TakesNoTagEvenOneThatSaysNothing) {
    for (const char* text : {"a: ! x", "a: &b ! x", "a: ! &b \"x\"", "a: !\n  x", "! a: x",
                             "a: &b # c\n  ! x", "\xEF\xBB\xBF" "a: ! x", "\xC3\xA9: ! x",
                             "a: 'x'\r\nb: ! y"}) {
        EXPECT_FALSE(parse_yaml(text)) << text;
    }
    for (const char* text : {"a: \"!\"", "a: &b '! x'", "- |\n  ! x", "a: x ! y"}) {
        EXPECT_TRUE(parse_yaml(text)) << text;
    }
}

// yaml-cpp writes these two as one byte, so that what is read would be no text.
TEST(ParseYaml, RefusesEscapesThatAreReadAsHalfACharacter) {
    for (const char* text : {R"(a: "\N")", R"(a: "\_")", R"("\N": a)"}) {
        EXPECT_FALSE(parse_yaml(text)) << text;
    }
    EXPECT_EQ(*parse_yaml(R"(a: "\x85\xa0\L\P")"),
              Json::parse(R"({"a": "\u0085\u00a0\u2028\u2029"})"));
}

TEST(ParseYaml, ResolvesPlainTextByTheCoreSchema) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"~", "null"},
        {"null", "null"},
        {"Null", "null"},
        {"NULL", "null"},
        {"nUll", R"("nUll")"},
        {"true", "true"},
        {"True", "true"},
        {"FALSE", "false"},
        {"tRue", R"("tRue")"},
        {"yes", R"("yes")"},
        {"No", R"("No")"},
        {"on", R"("on")"},
        {"y", R"("y")"},
        {"0", "0"},
        {"-17", "-17"},
        {"+3", "3"},
        {"007", "7"},
        {"0o17", "15"},
        {"0xfF", "255"},
        {"0b1", R"("0b1")"},
        {"1_000", R"("1_000")"},
        {"0o8", R"("0o8")"},
        {"0x", R"("0x")"},
        {"1:30", R"("1:30")"},
        {"-", "[null]"},
        {"+", R"("+")"},
        {".", R"(".")"},
        {"1.5", "1.5"},
        {"-.5", "-0.5"},
        {"1.", "1.0"},
        {"1e3", "1000.0"},
        {"1.5E-2", "0.015"},
        {"1e", R"("1e")"},
        {"e3", R"("e3")"},
        {"1.2.3", R"("1.2.3")"},
        {".e1", R"(".e1")"},
        {"2026-11-21", R"("2026-11-21")"},
        {"2026-11-21T09:30:00Z", R"("2026-11-21T09:30:00Z")"},
        {"'1'", R"("1")"},
        {"\"null\"", R"("null")"},
        {"''", R"("")"},
        {"\"\\u00e4\"", "\"\xc3\xa4\""},
        {"9223372036854775807", "9223372036854775807"},
        {"-9223372036854775808", "-9223372036854775808"},
        {"--- a", R"("a")"},
        {"a\n...\n", R"("a")"},
        {"---\n", "null"},
        {"\xef\xbb\xbf"
         "a: 1",
         R"({"a":1})"},
        {"a: |\n  x\n  y\n", R"({"a":"x\ny\n"})"},
        {"a: >-\n  x\n  y\n", R"({"a":"x y"})"},
        {"a: |\n  007\n", R"({"a":"007\n"})"},
        {"a:\r\n  - 1\r\n  - b: c\r\n", R"({"a":[1,{"b":"c"}]})"},
        {"{a: [1, 'x', {}], \"b\": , c: []}", R"({"a":[1,"x",{}],"b":null,"c":[]})"},
        {"'1': a\n\"true\": b", R"({"1":"a","true":"b"})"},
        {"<<: a", R"({"<<":"a"})"},
        {"a: &x [1, {b: 2}]\nc: *x\nd: [*x, &y 7, *y]",
         R"({"a":[1,{"b":2}],"c":[1,{"b":2}],"d":[[1,{"b":2}],7,7]})"},
        {R"({"json": ["is", "yaml", 1.5, null]})", R"({"json":["is","yaml",1.5,null]})"},
    };
    for (const auto& [yaml, json] : cases) {
        const Result<Json> read = parse_yaml(yaml);

        ASSERT_TRUE(read) << yaml << ": " << read.error().message();
        EXPECT_EQ(read->dump(), Json::parse(json).dump()) << yaml;
    }
}

TEST(ParseYaml, Refuses) {
    for (const std::string& text :
         {""s, "# nothing\n"s, "a: 1\n---\nb: 2\n"s, "{a: 1} {b: 2}"s, "{a: 1} x"s, "[1]]"s,
          // Tags.
          "!!str 1"s, "!thing {a: 1}"s, "a: !!binary aGk="s, "!!map {a: 1}"s, "! [1]"s,
          "!<tag:yaml.org,2002:str> a"s, "!!null"s, "--- !!str"s, "a: !!str"s, "!x\n# end"s,
          // Names.
          "a: 1\na: 2"s, "{a: 1, 'a': 2}"s, "1: a"s, "1.5: a"s, "true: a"s, "~: a"s, ": a"s,
          "? [1]\n: a"s, "? {a: 1}\n: b"s, "a: &x 1\n*x : 2"s, "&x a: 1"s, "\"a\\nb\": 1"s,
          "\"\\x7f\": 1"s,
          // Numbers.
          "9223372036854775808"s, "-9223372036854775809"s, "99999999999999999999"s,
          "0xffffffffffffffff"s, "1e999"s, ".inf"s, "-.Inf"s, "+.INF"s, ".nan"s, ".NaN"s,
          // Text.
          "a: \xff"s, "a: \xed\xa0\x80"s, "a\0b"s, "a\0"s, "\0"s, "\"\\0\""s, "\"\\ud800\""s,
          "a: \x01"s,
          "\xff\xfe"
          "a\0"s,
          "\0a\0:\0 \0b"s,
          // Aliases.
          "*x"s, "&x [*x]"s, "&x {a: {b: *x}}"s,
          // Syntax.
          "a: b: c"s, "a:\n\t- b"s, "[a"s, "{a"s, "'a"s, "\"\\q\""s, "- a\nb: c"s, "@a"s,
          "%YAML 3"s}) {
        const Result<Json> read = parse_yaml(text);

        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code(), ErrorCode::invalid_request) << text;
    }
}

TEST(ParseYaml, NestsToTheLimitOfJsonInEveryNotation) {
    const auto flow = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    const auto blocks = [](std::size_t depth) {
        std::string text;
        for (std::size_t i = 0; i < depth; ++i) {
            text += "- ";
        }
        return text;
    };
    EXPECT_TRUE(parse_yaml(flow(limits::document_depth_max)));
    EXPECT_FALSE(parse_yaml(flow(limits::document_depth_max + 1)));
    EXPECT_FALSE(parse_yaml(flow(1'000'000)));
    EXPECT_TRUE(parse_yaml(blocks(limits::document_depth_max)));
    EXPECT_FALSE(parse_yaml(blocks(limits::document_depth_max + 1)));
    EXPECT_FALSE(parse_yaml(blocks(100'000)));
    EXPECT_FALSE(parse_yaml(std::string(100'000, '{')));
    std::string question_marks;
    std::string maps;
    for (int i = 0; i < 100'000; ++i) {
        question_marks += "? ";
        maps += "{a: ";
    }
    EXPECT_FALSE(parse_yaml(question_marks));
    EXPECT_FALSE(parse_yaml(maps));
}

TEST(ParseYaml, BoundsWhatAliasesStandFor) {
    std::string laughs = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
    for (int i = 1; i < 20; ++i) {
        const std::string last = "*a" + std::to_string(i - 1);
        laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
        for (int copy = 0; copy < 9; ++copy) {
            laughs += last + ", ";
        }
        laughs += "]\n";
    }

    const Result<Json> read = parse_yaml(laughs);

    ASSERT_FALSE(read);
    EXPECT_NE(read.error().message().find("aliases"), std::string::npos);
}

TEST(ParseYaml, CountsTheDepthBehindAnAlias) {
    std::string chain = "a0: &a0 [[[[[[[[]]]]]]]]\n";
    for (int i = 1; i < 6; ++i) {
        const std::string n = std::to_string(i);
        chain += "a" + n + ": &a" + n + " [[[[[[[*a" + std::to_string(i - 1) + "]]]]]]]\n";
    }

    const Result<Json> read = parse_yaml(chain);

    ASSERT_FALSE(read);
    EXPECT_NE(read.error().message().find("nested deeper"), std::string::npos)
        << read.error().message();
}

TEST(ParseYaml, NamesThePlaceOfTheFault) {
    const Result<Json> read = parse_yaml("a:\n  - b: 1\n    c: [1, 2, .inf]\n");

    ASSERT_FALSE(read);
    ASSERT_EQ(read.error().violations().size(), 1U);
    EXPECT_EQ(read.error().violations()[0].pointer, "/a/0/c/2");
}

TEST(ParseYaml, RefusesATextThatIsTooLong) {
    const Result<Json> read = parse_yaml(std::string(limits::yaml_bytes_max + 1, ' '));

    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code(), ErrorCode::too_large);
}

TEST(ParseYamlStream, ReadsDocumentsThatBeginWithAMarker) {
    EXPECT_EQ(parse_yaml_stream("")->dump(), "[]");
    EXPECT_EQ(parse_yaml_stream("a: 1")->dump(), R"([{"a":1}])");
    EXPECT_EQ(parse_yaml_stream("---\na: 1\n---\n- b\n--- c\n")->dump(), R"([{"a":1},["b"],"c"])");
    EXPECT_EQ(parse_yaml_stream("a: 1\r\n---\r\na: 1\r\n")->dump(), R"([{"a":1},{"a":1}])");
    EXPECT_EQ(parse_yaml_stream("a: 1\n...\n---\nb: 1\n")->dump(), R"([{"a":1},{"b":1}])");
}

TEST(ParseYamlStream, RefusesDocumentsThatRunIntoEachOther) {
    for (const std::string_view text :
         {"{a: 1} {b: 2}", "---\n[1]\n[2]\n", "a: 1\n---\na: 1\na: 2\n", "[1]\n...\n[2]\n"}) {
        EXPECT_FALSE(parse_yaml_stream(text)) << text;
    }
}

// Strings that look like something else, or that a careless writer breaks.
const std::vector<std::string>& awkward() {
    static const std::vector<std::string> strings = {
        "",
        " ",
        "a",
        "a b",
        " a",
        "a ",
        "null",
        "~",
        "true",
        "False",
        "yes",
        "1",
        "-1",
        "1.5",
        "007",
        "0x1F",
        "1e3",
        ".5",
        ".inf",
        "-",
        "- a",
        "--- a",
        "---",
        "...",
        "...x",
        "a: b",
        "a:",
        ":a",
        "a:b",
        "user:ana",
        "a #b",
        "#a",
        "a#b",
        "&a",
        "*a",
        "!a",
        "%a",
        "@a",
        "`a",
        "|",
        ">",
        "'a'",
        "\"a\"",
        "[a]",
        "{a}",
        "a,b",
        "?",
        "? a",
        "<<",
        "=",
        "a\\b",
        "\\",
        "\n",
        "a\n",
        "a\nb",
        "a\nb\n",
        "a\n\nb",
        "a\n\n",
        "\na",
        " a\nb",
        "a\n b\n  c",
        "a\n \nb",
        "a\n\tb",
        "\ta",
        "a\tb",
        "a\r\nb",
        "a\r",
        "--- \n---\n...",
        "a\n---\nb",
        "# x\n# y\n",
        "\x01",
        "\x7f",
        "\x1b[0m",
        "\xc2\x85",
        "a\n\xc2\x85",
        "\xe2\x80\xa8",
        "a\nb\xe2\x80\xa9",
        "\xef\xbb\xbf",
        "\xef\xbb\xbf"
        "a\nb",
        "\xc3\xa4",
        "\xf0\x9f\x98\x80",
        "2026-11-21T09:30:00Z",
        "permit (principal, action, resource)\nwhen { true };\n",
        "s3://bucket/a b/",
        "a/b/c",
        "1.2.0",
        "3:30",
        "a:\nb",
        "x\n  \n",
        std::string(3'000, 'k'),
        std::string(3'000, '"')};
    return strings;
}

Json random_document(std::mt19937& random, int depth) {
    const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
    switch (pick(depth > 0 ? 9 : 6)) {
        case 0:
            return nullptr;
        case 1:
            return pick(2) == 0;
        case 2:
            return static_cast<std::int64_t>(random()) - (1LL << 31);
        case 3:
            return static_cast<double>(random()) / 1e3 * (pick(2) == 0 ? 1e300 : 1e-300);
        case 4:
        case 5:
            return awkward()[pick(awkward().size())];
        case 6: {
            Json list = Json::array();
            for (std::size_t i = pick(5); i > 0; --i) {
                list.push_back(random_document(random, depth - 1));
            }
            return list;
        }
        default: {
            Json object = Json::object();
            for (std::size_t i = pick(5); i > 0; --i) {
                std::string name = awkward()[pick(awkward().size())];
                std::erase_if(name, [](char c) {
                    return static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
                });
                if (name.find("\xc2\x85") == std::string::npos) {
                    object[name] = random_document(random, depth - 1);
                }
            }
            return object;
        }
    }
}

void expect_round_trip(const Json& document) {
    const std::string yaml = to_yaml(document);

    const Result<Json> read = parse_yaml(yaml);

    ASSERT_TRUE(read) << read.error().message() << "\n" << yaml;
    EXPECT_EQ(*read, document) << yaml;
    EXPECT_EQ(read->dump(), document.dump()) << yaml;
}

TEST(ToYaml, RoundTripsAwkwardStringsAtEachPlace) {
    for (const std::string& text : awkward()) {
        expect_round_trip(text);
        expect_round_trip(Json::array({text, text}));
        expect_round_trip(Json{{"name", text}, {"next", 1}});
        expect_round_trip(Json{{"a", Json::array({Json{{"b", text}, {"c", text}}})}});
    }
}

TEST(ToYaml, RoundTripsRandomDocuments) {
    std::mt19937 random(20261121);
    for (int i = 0; i < 5'000; ++i) {
        expect_round_trip(random_document(random, 5));
    }
}

TEST(ToYaml, IsWrittenForPeople) {
    const Json document = Json::parse(R"({
        "title": "Customers", "owners": ["user:ana", "group:stewards"], "tags": {}, "version": "1.10",
        "ports": [{"name": "files", "columns": [{"name": "id", "type": "long", "nullable": false}]}],
        "cedar": "permit (principal, action, resource)\nwhen { true };\n"})");

    EXPECT_EQ(to_yaml(document), R"(cedar: |
  permit (principal, action, resource)
  when { true };
owners:
  - user:ana
  - group:stewards
ports:
  - columns:
      - name: id
        nullable: false
        type: long
    name: files
tags: {}
title: Customers
version: "1.10"
)");
}

}  // namespace
}  // namespace charter
