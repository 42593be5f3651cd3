// Signed URLs of S3, against AWS's published example.
#include "storage/fake_storage.hpp"

#include "charter/base/encoding.hpp"

#include <gtest/gtest.h>

namespace charter {
namespace {

class S3PresignerTest : public ::testing::Test {
protected:
    S3Presigner presigner(std::chrono::milliseconds life,
                          const S3Credentials& keys = example_keys()) {
        return storage.presigner(example_place(), keys, clock.time + life).value();
    }
    std::string get(const S3Presigner& signer, std::string_view key) {
        std::string url;
        signer.append_get(url, key);
        return url;
    }
    std::string put(std::string_view key, std::uint64_t size_bytes, const Digest& hash) {
        std::string url;
        EXPECT_TRUE(presigner(std::chrono::seconds(300)).append_put(url, key, size_bytes, hash));
        return url;
    }

    SetClock clock;
    FakeStorage fake;
    S3Storage storage{fake.fetch(), clock};
};

// Source: Amazon S3 API, "Authenticating Requests: Using Query Parameters", "Example".
TEST_F(S3PresignerTest, SignsThePublishedExample) {
    EXPECT_EQ(get(presigner(std::chrono::hours(24)), "test.txt"),
              "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256"
              "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
              "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
              "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
}

TEST_F(S3PresignerTest, AppendsAndEncodesTheKeyOnce) {
    std::string url = "before ";

    presigner(std::chrono::seconds(60)).append_get(url, "a b/c+d%20/é?#.gz");

    EXPECT_TRUE(url.starts_with(
        "before https://examplebucket.s3.amazonaws.com/a%20b/c%2Bd%2520/%C3%A9%3F%23.gz?X-Amz-"))
        << url;
}

TEST_F(S3PresignerTest, NamesTheBucketInThePathWhereItMust) {
    const S3Presigner signer =
        storage.presigner(minio_place(), example_keys(), clock.time + std::chrono::seconds(60))
            .value();

    EXPECT_TRUE(get(signer, "a/b").starts_with("http://127.0.0.1:9000/lake/a/b?X-Amz-Algorithm="));
}

TEST_F(S3PresignerTest, CarriesTheTokenOfTemporaryCredentials) {
    S3Credentials keys = example_keys();
    keys.session_token = Secret("to/ken==");

    const std::string url = get(presigner(std::chrono::seconds(60), keys), "a");

    EXPECT_NE(url.find("&X-Amz-Expires=60&X-Amz-Security-Token=to%2Fken%3D%3D&X-Amz-SignedHeaders"),
              std::string::npos)
        << url;
}

TEST_F(S3PresignerTest, EndsNoLaterThanAsked) {
    clock.time += std::chrono::milliseconds(700);

    const S3Presigner signer = presigner(std::chrono::milliseconds(60'600));

    // 00:00:00.700 and 60.6 s are 00:01:01.300; the URL counts from 00:00:00.
    EXPECT_NE(get(signer, "a").find("&X-Amz-Expires=61&"), std::string::npos);
    EXPECT_EQ(format_time(signer.expires_at()), "2013-05-24T00:01:01Z");
}

TEST_F(S3PresignerTest, RefusesMomentsThatAreOverOrTooFarAhead) {
    for (const std::chrono::seconds life :
         {std::chrono::seconds(-1), std::chrono::seconds(0), std::chrono::seconds(604'801)}) {
        const Result<S3Presigner> made =
            storage.presigner(example_place(), example_keys(), clock.time + life);
        ASSERT_FALSE(made) << life.count();
        EXPECT_EQ(made.error().code(), ErrorCode::invalid_request);
    }
}

TEST_F(S3PresignerTest, BindsAWriteToItsKeySizeAndContent) {
    const Digest hash = sha256("Welcome to Amazon S3.");
    const std::string url = put("a/b", 21, hash);

    EXPECT_NE(url.find("&X-Amz-SignedHeaders=content-length%3Bhost%3Bx-amz-checksum-sha256&"),
              std::string::npos)
        << url;
    const auto signature = [](const std::string& text) { return text.substr(text.rfind('=')); };
    EXPECT_EQ(signature(url), signature(put("a/b", 21, hash)));
    EXPECT_NE(signature(url), signature(put("a/c", 21, hash)));
    EXPECT_NE(signature(url), signature(put("a/b", 22, hash)));
    EXPECT_NE(signature(url), signature(put("a/b", 21, sha256("other"))));
    EXPECT_NE(signature(url), signature(get(presigner(std::chrono::seconds(300)), "a/b")));
}

// Others than AWS take unsigned headers, and one of them makes a write a copy of any object.
TEST_F(S3PresignerTest, SignsWritesOutsideAwsWithNarrowedCredentialsOnly) {
    S3Credentials keys = example_keys();
    const auto append = [&](std::string& url) {
        return storage.presigner(minio_place(), keys, clock.time + std::chrono::seconds(60))
            .value()
            .append_put(url, "a/b", 21, sha256("Welcome to Amazon S3."));
    };
    std::string url;
    for (const bool temporary : {false, true}) {
        keys.session_token = temporary ? std::optional(Secret("token")) : std::nullopt;
        const Result<> refused = append(url);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().code(), ErrorCode::unprocessable);
        EXPECT_EQ(url, "");
    }
    keys.narrowed = true;
    EXPECT_TRUE(append(url));
    EXPECT_TRUE(url.starts_with("http://127.0.0.1:9000/lake/a/b?"));
}

TEST_F(S3PresignerTest, WritesChecksumsAsS3ReadsThem) {
    EXPECT_EQ(s3_checksum(sha256("")), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
}

// The day's key is kept: it must not outlive its day or its secret.
TEST_F(S3PresignerTest, SignsWithTheKeyOfTheDayAndOfTheSecret) {
    const std::string today = get(presigner(std::chrono::hours(24)), "test.txt");
    S3Credentials other = example_keys();
    other.secret_access_key = Secret("another");

    const std::string of_other = get(presigner(std::chrono::hours(24), other), "test.txt");
    const std::string again = get(presigner(std::chrono::hours(24)), "test.txt");

    EXPECT_EQ(again, today);
    EXPECT_NE(of_other, today);
    clock.time += std::chrono::hours(24);
    EXPECT_NE(get(presigner(std::chrono::hours(24)), "test.txt").find("%2F20130525%2F"),
              std::string::npos);
}

}  // namespace
}  // namespace charter
