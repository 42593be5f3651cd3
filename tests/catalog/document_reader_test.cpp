// The tool that reads documents: every problem at its place, unknown fields named.
#include "catalog/document_reader.hpp"
#include "charter/catalog/documents.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"
#include "support.hpp"

namespace charter {
namespace {

struct Sample {
    std::string title;
    std::optional<std::int64_t> count;
    bool wanted = true;
    std::vector<std::string> words;
};

void read_sample(DocumentReader& reader, Sample& sample) {
    sample.title = reader.title("title", DocumentReader::required);
    sample.count = reader.integer("count", 1, 10);
    sample.wanted = reader.flag("wanted", true);
    sample.words = reader.strings("words", 3, &check_name);
    reader.objects("items", 2, [](DocumentReader& item) { item.name("name"); });
}

Result<Sample> read(std::string_view text) {
    return read_document(json(text), &read_sample);
}

TEST(DocumentReader, ReadsWhatIsThere) {
    const Result<Sample> sample =
        read(R"({"title": "T", "count": 10, "wanted": false, "words": ["a", "b"]})");

    ASSERT_TRUE(sample);
    EXPECT_EQ(sample->title, "T");
    EXPECT_EQ(sample->count, 10);
    EXPECT_FALSE(sample->wanted);
    EXPECT_EQ(sample->words, (std::vector<std::string>{"a", "b"}));
}

TEST(DocumentReader, TakesNullAsNotThere) {
    const Result<Sample> sample = read(
        R"({"title": "T", "count": null, "wanted": null, "words": null, "items": null})");

    ASSERT_TRUE(sample);
    EXPECT_EQ(sample->count, std::nullopt);
    EXPECT_TRUE(sample->wanted);
    EXPECT_EQ(detail_at(read(R"({"title": null})"), "/title"), "is required");
}

TEST(DocumentReader, CollectsEveryProblem) {
    const Result<Sample> sample = read(R"({
        "title": 7, "count": 11, "wanted": "yes", "words": ["a", 1, "B", "a"],
        "items": [{"name": "x", "nmae": 1}, 3], "titel": "T"})");

    EXPECT_EQ(pointers(sample),
              (Pointers{"/title", "/count", "/wanted", "/words", "/items/0/nmae",
                        "/items/1", "/titel"}));
    EXPECT_EQ(sample.error().message(), "the document has 7 problems");
    EXPECT_EQ(detail_at(sample, "/titel"), "unknown field \"titel\", did you mean \"title\"?");
    EXPECT_EQ(detail_at(sample, "/words"), "has at most 3 items");
}

TEST(DocumentReader, PointsAtItemsOfLists) {
    const Result<Sample> sample = read(R"({"title": "T", "words": ["a", 1, "a"]})");

    EXPECT_EQ(pointers(sample), (Pointers{"/words/1", "/words/2"}));
    EXPECT_EQ(detail_at(sample, "/words/2"), "\"a\" is there twice");
    EXPECT_EQ(read(R"({"title": ""})").error().message(), "the document has 1 problem");
}

TEST(DocumentReader, WantsAnObject) {
    for (const std::string_view text : {"null", "[]", "7", "\"title\"", "true"}) {
        EXPECT_EQ(detail_at(read(text), ""), "an object is expected") << text;
    }
}

TEST(DocumentReader, CountsIntegersStrictly) {
    for (const std::string_view count : {"0", "11", "-1", "1.0", "\"1\"", "18446744073709551615",
                                         "1e1", "true", "[]"}) {
        const Result<Sample> sample = read(R"({"title": "T", "count": )" + std::string(count) + "}");
        EXPECT_EQ(pointers(sample), Pointers{"/count"}) << count;
    }
}

TEST(DocumentReader, EscapesPointers) {
    const Result<Sample> sample = read(R"({"title": "T", "a/b~c": 1, "": 2})");

    EXPECT_EQ(pointers(sample), (Pointers{"/", "/a~1b~0c"}));
}

TEST(DocumentReader, TellsTheFirstOfVeryManyProblems) {
    Json document = json(R"({"title": "T"})");
    for (int i = 0; i < 500; ++i) {
        document["unknown" + std::to_string(i)] = i;
    }

    const Result<Sample> sample = read_document(document, &read_sample);

    EXPECT_EQ(pointers(sample).size(), limits::violations_max);
    EXPECT_EQ(sample.error().message(), "the document has 500 problems; the first 100 are told");
}

TEST(DocumentReader, CutsLongNamesBetweenCharacters) {
    std::string name = "x";
    while (name.size() < 100'000) {
        name += "é";
    }
    Json document = json(R"({"title": "T"})");
    document[name] = 1;

    const Result<Sample> sample = read_document(document, &read_sample);

    ASSERT_EQ(sample.error().violations().size(), 1u);
    const Violation& violation = sample.error().violations()[0];
    EXPECT_LT(violation.pointer.size(), 300u);
    EXPECT_LT(violation.detail.size(), 200u);
    EXPECT_TRUE(is_utf8(violation.pointer));
    EXPECT_TRUE(is_utf8(violation.detail));
}

TEST(DocumentReader, TitlesAreOneLineAndProseMayHaveSeveral) {
    struct Texts {
        std::string title, prose;
    };
    const auto read_texts = [](std::string_view text) {
        return read_document<Texts>(json(text), +[](DocumentReader& reader, Texts& texts) {
            texts.title = reader.title("title");
            texts.prose = reader.prose("prose");
        });
    };

    EXPECT_TRUE(read_texts(R"({"title": "", "prose": "a\n\tb\r\n"})"));
    EXPECT_EQ(pointers(read_texts(R"({"title": "a\nb", "prose": "a\u0000b"})")),
              (Pointers{"/title", "/prose"}));
    EXPECT_EQ(pointers(read_texts(R"({"title": "a\u0085b", "prose": "\u001b"})")),
              (Pointers{"/title", "/prose"}));
    EXPECT_EQ(pointers(read_texts("{\"title\": \"" + std::string(201, 'a') + "\", \"prose\": \"" +
                                  std::string(16 * 1024 + 1, 'a') + "\"}")),
              (Pointers{"/title", "/prose"}));
}

TEST(AtPointer, MovesEveryPlaceBelowThePrefix) {
    const Error moved = at_pointer("/create/0", read("{}").error());

    ASSERT_EQ(moved.violations().size(), 1u);
    EXPECT_EQ(moved.violations()[0].pointer, "/create/0/title");

    const Error plain = at_pointer("/create/1", Error(ErrorCode::conflict, "is there"));
    ASSERT_EQ(plain.violations().size(), 1u);
    EXPECT_EQ(plain.violations()[0], (Violation{"/create/1", "is there"}));
}

}  // namespace
}  // namespace charter
