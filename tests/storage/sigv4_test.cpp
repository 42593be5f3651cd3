// Signatures, against the examples that AWS publishes.
#include "storage/sigv4.hpp"

#include <gtest/gtest.h>

namespace charter {
namespace {

constexpr std::string_view empty_hash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr std::string_view time = "20130524T000000Z";

using Headers = std::vector<std::pair<std::string, std::string>>;

// The value of the Authorization header for the S3 examples.
// Source: Amazon S3 API, "Signature Calculations for the Authorization Header: Transferring
// Payload in a Single Chunk", "Examples".
std::string authorize(std::string_view method, std::string_view path, std::string_view query,
                      Headers headers, std::string_view payload_hash) {
    const Digest key = sigv4::day_key(Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
                                      "20130524", "us-east-1", "s3");
    const sigv4::Canonical request{method, path, query, std::move(headers), payload_hash};
    return sigv4::authorization(request, "AKIAIOSFODNN7EXAMPLE", key, time,
                                sigv4::scope("20130524", "us-east-1", "s3"));
}

std::string encoded_path(std::string_view key) {
    std::string path;
    sigv4::append_encoded_path(path, key);
    return path;
}

TEST(SigV4, SignsTheExampleOfReadingAnObjectInPart) {
    const std::string value = authorize("GET", "/test.txt", "",
                                        {{"host", "examplebucket.s3.amazonaws.com"},
                                         {"range", "bytes=0-9"},
                                         {"x-amz-content-sha256", std::string(empty_hash)},
                                         {"x-amz-date", std::string(time)}},
                                        empty_hash);

    EXPECT_EQ(value,
              "AWS4-HMAC-SHA256 "
              "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
              "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
              "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(SigV4, SignsTheExampleOfWritingAnObject) {
    const std::string hash = to_hex(sha256("Welcome to Amazon S3."));

    const std::string value = authorize("PUT", "/" + encoded_path("test$file.text"), "",
                                        {{"date", "Fri, 24 May 2013 00:00:00 GMT"},
                                         {"host", "examplebucket.s3.amazonaws.com"},
                                         {"x-amz-content-sha256", hash},
                                         {"x-amz-date", std::string(time)},
                                         {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                                        hash);

    EXPECT_TRUE(value.ends_with("98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"))
        << value;
}

TEST(SigV4, SignsTheExamplesOfAskingABucket) {
    const Headers headers = {{"host", "examplebucket.s3.amazonaws.com"},
                             {"x-amz-content-sha256", std::string(empty_hash)},
                             {"x-amz-date", std::string(time)}};

    const std::string lifecycle = authorize("GET", "/", "lifecycle=", headers, empty_hash);
    const std::string listing = authorize("GET", "/", "max-keys=2&prefix=J", headers, empty_hash);

    EXPECT_TRUE(
        lifecycle.ends_with("fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"))
        << lifecycle;
    EXPECT_TRUE(
        listing.ends_with("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"))
        << listing;
}

// Source: AWS Signature Version 4 test suite, "get-vanilla".
TEST(SigV4, SignsThePlainestCaseOfTheTestSuite) {
    const Digest key = sigv4::day_key(Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
                                      "20150830", "us-east-1", "service");
    const sigv4::Canonical request{
        "GET",
        "/",
        "",
        {{"host", "example.amazonaws.com"}, {"x-amz-date", "20150830T123600Z"}},
        empty_hash};

    const std::string signature =
        sigv4::signature(key, "20150830T123600Z", sigv4::scope("20150830", "us-east-1", "service"),
                         sigv4::canonical_request(request));

    EXPECT_EQ(signature, "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

TEST(SigV4, EncodesEachByteOfAPathOnceAndKeepsSlashes) {
    EXPECT_EQ(encoded_path("AZaz09-._~/b"), "AZaz09-._~/b");
    EXPECT_EQ(encoded_path("a b+c%20/d*e"), "a%20b%2Bc%2520/d%2Ae");
    EXPECT_EQ(encoded_path("été=&:@'"), "%C3%A9t%C3%A9%3D%26%3A%40%27");
}

TEST(SigV4, EncodesSlashesOfAQuery) {
    std::string query;
    sigv4::append_encoded(query, "a/b c+~");
    EXPECT_EQ(query, "a%2Fb%20c%2B~");
}

TEST(SigV4, WritesTheTimeWithoutItsPartOfASecond) {
    EXPECT_EQ(sigv4::amazon_time(parse_time("2026-01-02T03:04:05.678Z").value()),
              "20260102T030405Z");
}

}  // namespace
}  // namespace charter
