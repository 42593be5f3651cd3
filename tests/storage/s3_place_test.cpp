// Endpoints and buckets: what is accepted, how it is normalised and where it leads.
#include "charter/storage/s3_place.hpp"

#include <gtest/gtest.h>

namespace charter {
namespace {

TEST(S3Place, NormalisesEndpoints) {
    EXPECT_EQ(parse_s3_endpoint("HTTPS://S3.Example.COM").value(), "https://s3.example.com");
    EXPECT_EQ(parse_s3_endpoint("https://s3.example.com/").value(), "https://s3.example.com");
    EXPECT_EQ(parse_s3_endpoint("https://s3.example.com:443").value(), "https://s3.example.com");
    EXPECT_EQ(parse_s3_endpoint("http://minio:80").value(), "http://minio");
    EXPECT_EQ(parse_s3_endpoint("http://minio:443").value(), "http://minio:443");
    EXPECT_EQ(parse_s3_endpoint("http://127.0.0.1:9000").value(), "http://127.0.0.1:9000");
    EXPECT_EQ(parse_s3_endpoint("http://[::1]:9000").value(), "http://[::1]:9000");
    EXPECT_EQ(parse_s3_endpoint("http://[::1]").value(), "http://[::1]");
}

TEST(S3Place, RefusesWhatIsNoEndpoint) {
    for (const std::string_view text : {"",
                                        "s3.example.com",
                                        "ftp://s3.example.com",
                                        "https://",
                                        "https:///",
                                        "https://a//",
                                        "https://a/b",
                                        "https://user@a",
                                        "https://user:password@a",
                                        "https://a?x",
                                        "https://a#x",
                                        "https://a\\b",
                                        "https://a%2fb",
                                        "https://a b",
                                        "https://a\r\nHost: b",
                                        "https://-a",
                                        "https://a-",
                                        "https://a..b",
                                        "https://a.",
                                        "https://a:",
                                        "https://a:0",
                                        "https://a:65536",
                                        "https://a:9000x",
                                        "https://a:-1",
                                        "https://a:1:2",
                                        "https://[",
                                        "https://[]",
                                        "https://[::1",
                                        "https://[::g]",
                                        "https://[::1]x",
                                        "https://é"}) {
        const Result<std::string> parsed = parse_s3_endpoint(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code(), ErrorCode::invalid_request) << text;
    }
}

TEST(S3Place, TakesTheEndpointOfAwsForTheRegion) {
    const S3Place north = make_s3_place(std::nullopt, "eu-north-1", "lake").value();
    const S3Place china = make_s3_place(std::nullopt, "cn-north-1", "lake").value();
    const S3Place government = make_s3_place(std::nullopt, "us-gov-west-1", "lake").value();

    EXPECT_EQ(north.endpoint, "https://s3.eu-north-1.amazonaws.com");
    EXPECT_EQ(sts_endpoint(north), "https://sts.eu-north-1.amazonaws.com");
    EXPECT_EQ(partition_of(north), "aws");
    EXPECT_EQ(china.endpoint, "https://s3.cn-north-1.amazonaws.com.cn");
    EXPECT_EQ(sts_endpoint(china), "https://sts.cn-north-1.amazonaws.com.cn");
    EXPECT_EQ(partition_of(china), "aws-cn");
    EXPECT_EQ(partition_of(government), "aws-us-gov");
}

TEST(S3Place, AsksTheEndpointItselfForCredentialsWhenItIsNotAws) {
    const S3Place place =
        make_s3_place("https://s3.amazonaws.com.example.org", "cn-north-1", "lake").value();

    EXPECT_FALSE(is_aws(place));
    EXPECT_EQ(sts_endpoint(place), "https://s3.amazonaws.com.example.org");
    EXPECT_EQ(partition_of(place), "aws");
    EXPECT_FALSE(is_aws(make_s3_place("https://notamazonaws.com", "eu-1", "lake").value()));
}

TEST(S3Place, AddressesByPathWhatHasNoNameOfItsOwn) {
    EXPECT_FALSE(make_s3_place("https://s3.example.com", "eu-1", "lake").value().path_style);
    EXPECT_TRUE(make_s3_place("https://s3.example.com", "eu-1", "lake", true).value().path_style);
    EXPECT_TRUE(make_s3_place("https://s3.example.com", "eu-1", "my.lake").value().path_style);
    EXPECT_FALSE(make_s3_place("http://s3.example.com", "eu-1", "my.lake").value().path_style);
    EXPECT_TRUE(make_s3_place("http://127.0.0.1:9000", "eu-1", "lake").value().path_style);
    EXPECT_TRUE(make_s3_place("http://[::1]:9000", "eu-1", "lake").value().path_style);
}

TEST(S3Place, RefusesRegionsAndBucketsThatAreNone) {
    for (const std::string_view region : {"", "EU-1", "eu/1", "eu 1", "eu-1\n", "éu"}) {
        EXPECT_FALSE(make_s3_place(std::nullopt, region, "lake")) << region;
    }
    EXPECT_FALSE(make_s3_place(std::nullopt, std::string(65, 'a'), "lake"));
    for (const std::string_view bucket :
         {"", "la", "Lake", "lake/", "lake/a", "la*e", "la?e", "la%6be", "../x", "10.0.0.1", "a..b",
          "lake\n", "lake#x", "user@lake", "lake:80"}) {
        EXPECT_FALSE(make_s3_place(std::nullopt, "eu-1", bucket)) << bucket;
    }
}

}  // namespace
}  // namespace charter
