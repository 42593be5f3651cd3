// The JSON gate: what is taken, what is refused and where it says the fault is.
// The writer is judged by reading back what it wrote.
#include "charter/base/json.hpp"

#include "charter/base/json_writer.hpp"
#include "charter/base/limits.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace charter {
namespace {

using namespace std::string_literals;

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

TEST(ParseJson, ReadsEveryKindOfValue) {
    const Result<Json> read = parse_json(
        R"( {"n":null,"t":true,"f":false,"i":-7,"u":7,"d":1.5,"s":"a\"\u00e4\ud83d\ude00\n","a":[1,[],{}],"":0} )");

    ASSERT_TRUE(read) << read.error().message();
    EXPECT_EQ((*read)["i"], -7);
    EXPECT_EQ((*read)["d"], 1.5);
    EXPECT_EQ((*read)["s"], "a\"\xc3\xa4\xf0\x9f\x98\x80\n");
    EXPECT_EQ((*read)["a"].size(), 3U);
    EXPECT_EQ((*read)[""], 0);
}

TEST(ParseJson, KeepsTheWholeRangeOf64BitIntegers) {
    EXPECT_EQ(parse_json("9223372036854775807")->get<std::int64_t>(), INT64_MAX);
    EXPECT_EQ(parse_json("-9223372036854775808")->get<std::int64_t>(), INT64_MIN);
}

TEST(ParseJson, NestsToItsLimitAndNoFurther) {
    EXPECT_TRUE(parse_json(nested(limits::document_depth_max)));
    EXPECT_FALSE(parse_json(nested(limits::document_depth_max + 1)));
    EXPECT_FALSE(parse_json(nested(1'000'000)));
    EXPECT_FALSE(parse_json(std::string(1'000'000, '[')));
    std::string objects;
    for (int i = 0; i < 100'000; ++i) {
        objects += R"({"a":)";
    }
    EXPECT_FALSE(parse_json(objects));
}

TEST(ParseJson, CountsValues) {
    std::string list = "[0";
    for (std::size_t i = 0; i < limits::document_nodes_max; ++i) {
        list += ",0";
    }

    EXPECT_FALSE(parse_json(list + "]"));
}

TEST(ParseJson, RefusesWhatIsNotStrictJson) {
    for (const std::string& text :
         {""s, " "s, "{"s, "}"s, "[1,]"s, "{\"a\":1,}"s, "{a:1}"s, "{'a':1}"s, "nul"s, "True"s,
          "NaN"s, "Infinity"s, "-Infinity"s, "+1"s, "01"s, "1."s, ".5"s, "0x10"s, "1e"s, "{} {}"s,
          "{}x"s, "1 2"s, "// note\n1"s, "1 /* note */"s, "\"\t\""s, "\"a"s, "\"\\x41\""s,
          "\"\\u12\""s, "\xef\xbb\xbf{}"s,
          // NUL: after, inside, before, escaped in a value and in a name.
          "{}\0"s, "{}\0garbage"s, "\0{}"s, "[1,\0 2]"s, "\"a\0b\""s, "\"\\u0000\""s,
          "{\"a\\u0000\":1}"s,
          // UTF-8 and surrogates.
          "\"\xff\""s, "\"\xc3\""s, "\"\xed\xa0\x80\""s, "\"\xc0\xaf\""s, "\xc3"s, "\"\\ud800\""s,
          "\"\\udc00\""s, "\"\\ud800\\u0041\""s, "\"\\udc00\\ud800\""s, "{\"\\ud800\":1}"s,
          // Numbers that do not fit.
          "9223372036854775808"s, "18446744073709551615"s, "18446744073709551616"s,
          "-9223372036854775809"s, "123456789012345678901234567890"s, "1e400"s, "-1e400"s,
          // Names with control characters.
          "{\"a\\nb\":1}"s, "{\"\\u0001\":1}"s, "{\"\\u007f\":1}"s, "{\"\\u0085\":1}"s}) {
        const Result<Json> read = parse_json(text);

        ASSERT_FALSE(read) << text;
        EXPECT_EQ(read.error().code(), ErrorCode::invalid_request) << text;
        EXPECT_FALSE(read.error().message().empty());
    }
}

TEST(ParseJson, NamesThePlaceOfTheFault) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {R"({"a":{"b":1,"b":2}})", "/a/b"},
        {R"([0,{"x/y~z":[1,2,18446744073709551615]}])", "/1/x~1y~0z/2"},
        {R"({"a":[1,{"b":1e999}]})", "/a/1/b"},
        {R"({"a":1,"a":1})", "/a"},
    };
    for (const auto& [text, pointer] : cases) {
        const Result<Json> read = parse_json(text);

        ASSERT_FALSE(read) << text;
        ASSERT_EQ(read.error().violations().size(), 1U) << text;
        EXPECT_EQ(read.error().violations()[0].pointer, pointer);
    }
}

TEST(ParseJson, SaysLineAndColumnOfASyntaxError) {
    const Result<Json> read = parse_json("{\"a\": 1,\n \"b\": tru}");

    ASSERT_FALSE(read);
    EXPECT_NE(read.error().message().find("line 2, column 10"), std::string::npos)
        << read.error().message();
}

TEST(ParseJson, DoesNotRepeatAnEndlessName) {
    const std::string name(500'000, 'n');

    const Result<Json> read = parse_json("{\"" + name + "\":1,\"" + name + "\":2}");

    ASSERT_FALSE(read);
    EXPECT_LT(read.error().message().size(), 2'000U);
}

TEST(JsonWriter, WritesWhatTheGateReadsBack) {
    std::string out;
    JsonWriter writer(out);
    writer.begin_object().member("text", "a").key("list").begin_array();
    writer.number(0).number(INT64_MIN).number(INT64_MAX).boolean(true).boolean(false).null();
    writer.begin_array().end_array().begin_object().end_object().raw("[1,2]").end_array();
    writer.key("more").begin_object().member("x", "y").end_object().end_object();

    EXPECT_EQ(
        out,
        R"({"text":"a","list":[0,-9223372036854775808,9223372036854775807,true,false,null,[],{},[1,2]],"more":{"x":"y"}})");
    EXPECT_TRUE(parse_json(out));
}

TEST(JsonWriter, EscapesEachByteAtEachPlace) {
    for (int c = 1; c < 0x80; ++c) {
        for (std::size_t before = 0; before < 17; ++before) {
            const std::string value = std::string(before, 'a') + static_cast<char>(c) +
                                      std::string(9, '\x7f') + "\xc3\xa4";
            std::string out;
            JsonWriter(out).string(value);

            const Result<Json> read = parse_json(out);

            ASSERT_TRUE(read) << out;
            EXPECT_EQ(read->get<std::string>(), value);
        }
    }
}

TEST(JsonWriter, EscapesNul) {
    std::string out;
    JsonWriter(out).string("a\0b"s);

    EXPECT_EQ(out, "\"a\\u0000b\"");
}

}  // namespace
}  // namespace charter
