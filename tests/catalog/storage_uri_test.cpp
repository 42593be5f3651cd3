// Locations: what is refused when registered, and comparison by path segments.
#include "charter/catalog/storage_uri.hpp"

#include <gtest/gtest.h>

#include <random>

namespace charter {
namespace {

using namespace std::string_literals;

StorageUri uri(std::string_view text) {
    Result<StorageUri> parsed = StorageUri::parse(text);
    EXPECT_TRUE(parsed) << text;
    return parsed ? *parsed : StorageUri();
}

TEST(StorageUri, NormalisesToATrailingSlash) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"local://lake/customer/", "local://lake/customer/"},
        {"local://lake/customer", "local://lake/customer/"},
        {"local://lake", "local://lake/"},
        {"s3://retail-customer/customers/v=1/", "s3://retail-customer/customers/v=1/"},
        {"s3://my.bucket/a%20b/%61", "s3://my.bucket/a%20b/a/"},
        {"s3://bucket/größe", "s3://bucket/gr%C3%B6%C3%9Fe/"},
        {"s3://bucket/gr%c3%b6%C3%9fe/", "s3://bucket/gr%C3%B6%C3%9Fe/"},
        {"s3://bucket/a$b/..c/.d", "s3://bucket/a$b/..c/.d/"},
        {"s3://bucket/a%23b", "s3://bucket/a%23b/"}};
    for (const auto& [text, normal] : cases) {
        const StorageUri parsed = uri(text);
        EXPECT_EQ(parsed.text(), normal);
        EXPECT_EQ(uri(parsed.text()), parsed);
    }
}

TEST(StorageUri, TellsItsParts) {
    const StorageUri parsed = uri("s3://bucket/a%20b/c");

    EXPECT_EQ(parsed.scheme(), "s3");
    EXPECT_EQ(parsed.authority(), "bucket");
    EXPECT_EQ(parsed.segments(), (PathSegments{"a b", "c"}));
    EXPECT_EQ(parsed.path(), "a b/c/");
    EXPECT_EQ(uri("local://lake/").path(), "");
}

TEST(StorageUri, RefusesWhatCouldMeanAnotherPlace) {
    for (const std::string& text : {
             // schemes and their form
             ""s, "customer/"s, "/customer/"s, "file:///etc/"s, "http://lake/a/"s, "S3://bucket/a/"s,
             "s3a://bucket/a/"s, "local:/lake/a/"s, "local:lake/a"s, "://lake/a"s, " local://lake/a"s,
             "gs://bucket/a/"s,
             // authority
             "local:///a/"s, "local://Lake/a/"s, "local://lake-/a/"s, "local://la%6be/a/"s,
             "local://user@lake/a/"s, "local://user:pw@lake/a/"s, "local://lake:80/a/"s,
             "s3://b/a/"s, "s3://-bucket/a/"s, "s3://bucket-/a/"s, "s3://Bucket/a/"s,
             "s3://buc..ket/a/"s, "s3://192.168.0.1/a/"s, "s3://bu_cket/a/"s, "s3://buck*t/a/"s,
             "s3://"s + std::string(64, 'b') + "/a/"s, "local://./a/"s, "local://../a/"s,
             "local://la\\ke/a"s,
             // query and fragment
             "local://lake/a/?x=1"s, "local://lake/a/#top"s, "local://lake?x"s, "s3://bucket/a?"s,
             "s3://bucket/a#"s,
             // segments
             "local://lake//"s, "local://lake//a/"s, "local://lake/a//b/"s, "local://lake/a//"s,
             "local://lake/./"s, "local://lake/a/../b/"s, "local://lake/.."s, "local://lake/a/."s,
             "local://lake/a\\b/"s, "local://lake/a\nb/"s, "local://lake/a\x7f/"s,
             "local://lake/a\0b/"s, "local://lake/\xff/"s, "local://lake/\xed\xa0\x80/"s,
             "local://lake/a\xc2\x85/"s,
             // the same, encoded once or twice
             "local://lake/%2e/"s, "local://lake/%2E%2e/"s, "local://lake/.%2e/a/"s,
             "local://lake/a%2fb/"s, "local://lake/a%2F..%2Fb/"s, "local://lake/a%5cb/"s,
             "local://lake/%00/"s, "local://lake/a%0ab/"s, "local://lake/%7f/"s, "local://lake/%ff/"s,
             "local://lake/%252e%252e/"s, "local://lake/a%252fb/"s, "local://lake/100%25/"s,
             "local://lake/%c0%ae/"s, "local://lake/a%3fb/"s,
             // broken escapes
             "local://lake/%/"s, "local://lake/%2/"s, "local://lake/%zz/"s, "local://lake/100%"s,
             // wildcards and variables of provider policies
             "s3://bucket/*/"s, "s3://bucket/a*b/"s, "s3://bucket/%2a/"s,
             "s3://bucket/${aws:username}/"s, "s3://bucket/%24%7Baws:username%7D/"s,
             "s3://bucket/a$%7bb/"s,
             // size
             "s3://bucket/"s + std::string(1025, 'a')}) {
        EXPECT_FALSE(StorageUri::parse(text)) << text;
    }
}

TEST(StorageUri, ContainsByWholeSegments) {
    const std::vector<std::tuple<std::string, std::string, bool>> cases{
        {"s3://bucket/a", "s3://bucket/a/x", true},
        {"s3://bucket/a", "s3://bucket/ab", false},
        {"s3://bucket/a", "s3://bucket/a", true},
        {"s3://bucket/a/x", "s3://bucket/a", false},
        {"s3://bucket", "s3://bucket/a", true},
        {"s3://bucket/a", "s3://bucket2/a/x", false},
        {"s3://lake/a", "local://lake/a/x", false},
        {"s3://bucket/a", "s3://bucket/%61/x", true},
        {"s3://bucket/a", "s3://bucket/A/x", false}};
    for (const auto& [outer, inner, contains] : cases) {
        EXPECT_EQ(uri(outer).contains(uri(inner)), contains) << outer << " " << inner;
    }
}

TEST(StorageUri, AnEmptyOneContainsNothing) {
    const StorageUri empty;

    EXPECT_TRUE(empty.empty());
    EXPECT_FALSE(empty.contains(empty));
    EXPECT_FALSE(empty.overlaps(uri("local://lake/")));
    EXPECT_FALSE(uri("local://lake/").overlaps(empty));
    EXPECT_FALSE(empty.lies_in({}));
}

TEST(StorageUri, LiesInAPrefixOfItsStorage) {
    const PathSegments customer = parse_storage_path("customer/").value();

    EXPECT_TRUE(uri("local://lake/customer/").lies_in(customer));
    EXPECT_TRUE(uri("local://lake/customer/raw/").lies_in(customer));
    EXPECT_FALSE(uri("local://lake/customers/").lies_in(customer));
    EXPECT_FALSE(uri("local://lake/").lies_in(customer));
    EXPECT_TRUE(uri("local://lake/").lies_in(parse_storage_path("/").value()));
    for (const std::string_view text : {"", "//", "/a", "a//b", "../a", "a/*", "a/%2e%2e/"}) {
        EXPECT_FALSE(parse_storage_path(text)) << text;
    }
}

// Containment of URIs is containment of their normalised texts: the trailing '/'
// makes a text prefix a prefix by segments.
TEST(StorageUri, RandomPairsAgreeWithTheTextPrefix) {
    std::mt19937 random(7);
    const std::vector<std::string> words{"a", "ab", "%61", "b", "a b", "a%20b", "..a"};
    const auto make = [&] {
        std::string text = random() % 4 == 0 ? "s3://bucket" : "local://lake";
        for (auto depth = random() % 4; depth > 0; --depth) {
            text += "/" + words[random() % words.size()];
        }
        return text + (random() % 2 == 0 ? "/" : "");
    };
    for (int i = 0; i < 5'000; ++i) {
        const StorageUri a = uri(make());
        const StorageUri b = uri(make());
        const bool prefix = b.text().starts_with(a.text());

        EXPECT_EQ(a.contains(b), prefix) << a.text() << " " << b.text();
        EXPECT_EQ(a.overlaps(b), b.overlaps(a));
        EXPECT_EQ(a.overlaps(b), prefix || a.text().starts_with(b.text()));
        EXPECT_EQ(a == b, a.contains(b) && b.contains(a));
    }
}

}  // namespace
}  // namespace charter
