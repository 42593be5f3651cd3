// Listing of S3: pages, what is left out, what is kept, and storages that answer badly.
#include "storage/fake_storage.hpp"

#include "charter/base/limits.hpp"

#include <gtest/gtest.h>

namespace charter {
namespace {

std::string contents(const std::string& key, const std::string& size = "3",
                     const std::string& modified = "2013-05-01T10:00:00.250Z") {
    return "<Contents><Key>" + key + "</Key><LastModified>" + modified +
           "</LastModified><ETag>&quot;x&quot;</ETag><Size>" + size +
           "</Size><StorageClass>STANDARD</StorageClass></Contents>";
}

// As AWS and MinIO write it.
std::string page(const std::string& objects, const std::string& token = "") {
    return R"(<?xml version="1.0" encoding="UTF-8"?>)"
           "\n"
           R"(<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>lake</Name>)"
           "<Prefix>a/</Prefix><KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys>"
           "<EncodingType>url</EncodingType><IsTruncated>" +
           std::string(token.empty() ? "false" : "true") + "</IsTruncated>" +
           (token.empty() ? "" : "<NextContinuationToken>" + token + "</NextContinuationToken>") +
           objects + "</ListBucketResult>";
}

class S3ListTest : public ::testing::Test {
protected:
    using List = Result<std::shared_ptr<const ObjectList>>;

    List list(const std::string& prefix = "a/") {
        return run(storage.list(minio_place(), example_keys(), prefix));
    }
    std::vector<std::string> paths() {
        std::vector<std::string> found;
        for (const Object& object : *list().value()) {
            found.push_back(object.path);
        }
        return found;
    }
    // The cause of the error that a listing of this answer is.
    std::string refusal(unsigned status, const std::string& body,
                        std::vector<std::pair<std::string, std::string>> headers = {}) {
        fake.answers.clear();
        fake.answer(status, body, std::move(headers));
        const List listed = list();
        if (listed) {
            return "listed";
        }
        EXPECT_EQ(listed.error().code(), ErrorCode::unavailable);
        return listed.error().cause();
    }

    SetClock clock;
    FakeStorage fake;
    S3Storage storage{fake.fetch(), clock};
};

TEST_F(S3ListTest, GivesWhatLiesBelowThePrefix) {
    fake.answer(200, page(contents("a/b", "12") + contents("a/c/d%20e%2Bf+g", "0")));

    const List listed = list();

    ASSERT_TRUE(listed) << listed.error().cause();
    const UtcTime modified = parse_time("2013-05-01T10:00:00.250Z").value();
    EXPECT_EQ(**listed, (std::vector<Object>{Object{"b", 12, modified}, Object{"c/d e+f g", 0, modified}}));
}

TEST_F(S3ListTest, AsksAsS3WantsIt) {
    fake.answer(200, page(""));

    ASSERT_TRUE(list("a b/c/"));

    const FetchRequest& request = fake.requests.at(0);
    EXPECT_EQ(request.method, "GET");
    EXPECT_EQ(request.url,
              "http://127.0.0.1:9000/lake?encoding-type=url&list-type=2&max-keys=1000"
              "&prefix=a%20b%2Fc%2F");
    EXPECT_EQ(request.headers.at(0).first, "x-amz-content-sha256");
    EXPECT_EQ(request.headers.at(1).second, "20130524T000000Z");
    EXPECT_TRUE(request.headers.at(2).second.starts_with(
        "AWS4-HMAC-SHA256 "
        "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
        "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature="));
    EXPECT_LE(request.deadline, limits::storage_call_deadline);
    EXPECT_EQ(request.answer_bytes_max, limits::object_page_bytes_max);
}

TEST_F(S3ListTest, FollowsPagesAndSorts) {
    fake.answer(200, page(contents("a/z"), "to/ken+1=="));
    fake.answer(200, page(contents("a/b") + contents("a/z")));

    EXPECT_EQ(paths(), (std::vector<std::string>{"b", "z"}));

    ASSERT_EQ(fake.requests.size(), 2U);
    EXPECT_TRUE(fake.requests[1].url.starts_with(
        "http://127.0.0.1:9000/lake?continuation-token=to%2Fken%2B1%3D%3D&encoding-type=url&"))
        << fake.requests[1].url;
}

TEST_F(S3ListTest, LeavesOutKeysThatNoLocationCanHave) {
    fake.answer(200, page(contents("a/", "0") + contents("a/b/", "0") + contents("a/c/", "7") +
                          contents("a/./d") + contents("a/../d") + contents("a/b%2F%2Fd") +
                          contents("a/%2Fd") + contents("a/x%5Cy") + contents("a/x%00y") +
                          contents("a/x%0Ay") + contents("a/x%7Fy") + contents("a/%FFx") +
                          contents("a/" + std::string(1'023, 'x')) + contents("a/kept")));

    EXPECT_EQ(paths(), std::vector<std::string>{"kept"});
}

TEST_F(S3ListTest, ReadsKeysOfStoragesThatDoNotEncodeThem) {
    std::string body = page(contents("a/x+y &amp; %41é"));
    const std::string encoding = "<EncodingType>url</EncodingType>";
    body.erase(body.find(encoding), encoding.size());
    fake.answer(200, body);

    EXPECT_EQ(paths(), std::vector<std::string>{"x+y & %41é"});
}

TEST_F(S3ListTest, RefusesPrefixesWithoutAsking) {
    for (const std::string prefix : {"a", "/", "/a/", "a//", "../", "a/./", "a\\/", "a\n/"}) {
        const List listed = list(prefix);
        ASSERT_FALSE(listed) << prefix;
        EXPECT_EQ(listed.error().code(), ErrorCode::invalid_request);
    }
    EXPECT_TRUE(fake.requests.empty());
}

TEST_F(S3ListTest, RefusesKeysOutsideThePrefix) {
    for (const std::string key :
         {"ab/c", "A/c", "b", "../a/c", "a%252Fc", "%61%2525", "+a/c", ""}) {
        EXPECT_EQ(refusal(200, page(contents(key))),
                  "the storage's listing cannot be right: a key that does not begin with the asked "
                  "prefix")
            << key;
    }
}

TEST_F(S3ListTest, RefusesAnswersThatAreNotOfS3) {
    const std::string good = page(contents("a/b"));
    for (std::size_t length = 0; length < good.size(); ++length) {
        EXPECT_NE(refusal(200, good.substr(0, length)), "listed") << length;
    }
    for (const std::string& body :
         {std::string("<html><body>Hello</body></html>"), std::string("{\"keys\":[]}"),
          std::string("<ListBucketResult/>"), good + good, good + "<x/>",
          std::string("<Error><Code>InternalError</Code></Error>"), good + "\xff",
          good + std::string(1, '\0'), page(contents("a/%zz")), page(contents("a/b", "-1")),
          page(contents("a/b", "1e3")), page(contents("a/b", "")),
          page(contents("a/b", "99999999999999999999")), page(contents("a/b", "1", "yesterday")),
          page("<Contents><Key>a/b</Key></Contents>"),
          page("<Contents><Key>a/b</Key><Key>a/c</Key></Contents>"), page(contents("a/b<!-- -->c")),
          page(contents("a/b<c/>"))}) {
        EXPECT_NE(refusal(200, body), "listed") << body;
    }
}

TEST_F(S3ListTest, KnowsNoEntitiesAndBoundsTags) {
    const std::string good = page(contents("a/b"));
    EXPECT_NE(refusal(200, "<!DOCTYPE x [<!ENTITY e \"eeeeeeeeee\"><!ENTITY f \"&e;&e;&e;&e;\">]>" +
                               page(contents("a/&f;"))),
              "listed");
    EXPECT_NE(refusal(200, "<!DOCTYPE x SYSTEM \"file:///etc/passwd\">" + good), "listed");
    std::string tags;
    for (std::size_t i = 0; i <= limits::xml_tags_max; ++i) {
        tags += "<x>";
    }
    EXPECT_EQ(refusal(200, tags), "the storage's answer is not S3's XML: too many tags");
}

TEST_F(S3ListTest, StopsWherePagesNeverEnd) {
    fake.answer(200, page(contents("a/b"), "1"));
    EXPECT_EQ(list().error().cause(), "the storage's listing goes round in a circle");

    fake.answers.clear();
    for (std::size_t i = 0; i <= limits::object_list_pages_max; ++i) {
        fake.answer(200, page("", std::to_string(i)));
    }
    fake.requests.clear();
    const List listed = list();
    ASSERT_FALSE(listed);
    EXPECT_EQ(listed.error().code(), ErrorCode::unprocessable);
    EXPECT_EQ(fake.requests.size(), limits::object_list_pages_max);
}

TEST_F(S3ListTest, RefusesAnAnswerThatSaysItGoesOnButNotHow) {
    std::string body = page("");
    body.replace(body.find("false"), 5, "true");
    EXPECT_NE(refusal(200, body), "listed");
    body.replace(body.find("true"), 4, "maybe");
    EXPECT_NE(refusal(200, body), "listed");
}

TEST_F(S3ListTest, RefusesMoreObjectsThanAPortMayHave) {
    // Sixteen pages of 6,500 are within the bounds of tags and over those of objects.
    for (std::size_t i = 0; i < 16; ++i) {
        std::string objects;
        for (std::size_t k = 0; k < 6'500; ++k) {
            objects += contents("a/" + std::to_string(i * 6'500 + k));
        }
        fake.answer(200, page(objects, "t" + std::to_string(i)));
    }

    const List listed = list();

    ASSERT_FALSE(listed);
    EXPECT_EQ(listed.error().code(), ErrorCode::unprocessable) << listed.error().cause();
}

TEST_F(S3ListTest, SaysWhyItWasRefused) {
    EXPECT_EQ(refusal(403,
                      "<Error><Code>AccessDenied</Code><AWSAccessKeyId>AKIA</AWSAccessKeyId>"
                      "<Message>secret</Message></Error>"),
              "the storage answered 403 AccessDenied");
    EXPECT_EQ(refusal(503, "<Error><Code>SlowDown</Code></Error>"),
              "the storage answered 503 SlowDown");
    EXPECT_EQ(refusal(503, "<html>busy</html>"), "the storage answered 503 without a code of S3");
    EXPECT_EQ(refusal(500, ""), "the storage answered 500 without a code of S3");
    EXPECT_EQ(refusal(204, ""), "the storage answered 204 without a code of S3");
    EXPECT_EQ(refusal(403, "<Error><Code>a b\nc</Code></Error>"),
              "the storage answered 403 without a code of S3");
    EXPECT_EQ(
        refusal(301, "<Error><Code>PermanentRedirect</Code></Error>",
                {{"x-amz-bucket-region", "eu-north-1"}, {"location", "http://10.0.0.1/"}}),
        "the storage answered 301 PermanentRedirect, a redirect: the region or the endpoint is "
        "not the bucket's, the bucket is in eu-north-1");
    EXPECT_EQ(
        refusal(307, "", {{"x-amz-bucket-region", "eu\nforged=1"}}),
        "the storage answered 307 without a code of S3, a redirect: the region or the endpoint "
        "is not the bucket's");
}

TEST_F(S3ListTest, SaysWhyTheStorageWasNotReached) {
    fake.answers.emplace_back(Error(ErrorCode::invalid_request, "not an address", "refused"));

    const List listed = list();

    ASSERT_FALSE(listed);
    EXPECT_EQ(listed.error().code(), ErrorCode::unavailable);
    EXPECT_EQ(listed.error().cause(), "refused");
    EXPECT_EQ(listed.error().message(), "the storage cannot be reached now");
}

TEST_F(S3ListTest, KeepsAListForAMinute) {
    fake.answer(200, page(contents("a/b")));
    fake.answer(200, page(contents("a/c")));
    ASSERT_EQ(paths(), std::vector<std::string>{"b"});

    clock.time += limits::object_list_kept - std::chrono::milliseconds(1);
    EXPECT_EQ(paths(), std::vector<std::string>{"b"});

    clock.time += std::chrono::milliseconds(1);
    EXPECT_EQ(paths(), std::vector<std::string>{"c"});
    clock.time -= std::chrono::milliseconds(1);  // set back: nobody knows how old the list is
    EXPECT_EQ(paths(), std::vector<std::string>{"c"});
    EXPECT_EQ(fake.requests.size(), 3U);
}

TEST_F(S3ListTest, KeepsListsApart) {
    fake.answer(200, page(""));
    S3Credentials other = example_keys();
    other.access_key_id = "AKIAOTHER";
    const S3Place elsewhere = make_s3_place("http://127.0.0.1:9001", "us-east-1", "lake").value();
    const S3Place bucket = make_s3_place("http://127.0.0.1:9000", "us-east-1", "lake2").value();

    for (int round = 0; round < 2; ++round) {
        EXPECT_TRUE(run(storage.list(minio_place(), example_keys(), "a/")));
        EXPECT_TRUE(run(storage.list(minio_place(), example_keys(), "a/b/")));
        EXPECT_TRUE(run(storage.list(minio_place(), other, "a/")));
        EXPECT_TRUE(run(storage.list(elsewhere, example_keys(), "a/")));
        EXPECT_TRUE(run(storage.list(bucket, example_keys(), "a/")));
    }

    EXPECT_EQ(fake.requests.size(), 5U);
}

TEST_F(S3ListTest, KeepsNoErrors) {
    fake.answer(503, "");
    fake.answer(200, page(contents("a/b")));

    EXPECT_FALSE(list());
    EXPECT_EQ(paths(), std::vector<std::string>{"b"});
}

TEST_F(S3ListTest, SharesOneCallAmongThoseWhoAskAtOnce) {
    fake.answer(200, page(contents("a/b")));
    boost::asio::io_context context;
    std::vector<std::optional<List>> lists(5);
    for (std::optional<List>& result : lists) {
        boost::asio::co_spawn(context,
                              keep(storage.list(minio_place(), example_keys(), "a/"), result),
                              boost::asio::detached);
    }

    context.run();

    EXPECT_EQ(fake.requests.size(), 1U);
    for (const std::optional<List>& result : lists) {
        ASSERT_TRUE(result && *result);
        EXPECT_EQ(**result, **lists[0]);
    }
}

TEST_F(S3ListTest, GivesAllWhoWaitTheError) {
    fake.answer(403, "<Error><Code>AccessDenied</Code></Error>");
    boost::asio::io_context context;
    std::vector<std::optional<List>> lists(3);
    for (std::optional<List>& result : lists) {
        boost::asio::co_spawn(context,
                              keep(storage.list(minio_place(), example_keys(), "a/"), result),
                              boost::asio::detached);
    }

    context.run();

    for (const std::optional<List>& result : lists) {
        ASSERT_TRUE(result.has_value());
        EXPECT_EQ(result->error().cause(), "the storage answered 403 AccessDenied");
    }
}

TEST_F(S3ListTest, LeavesNobodyWaitingWhenWhoReadsIsGone) {
    fake.answers.emplace_back(Error(ErrorCode::unavailable, "unused"));
    boost::asio::io_context waiting_context;
    std::optional<List> waited;
    S3Storage stuck(
        [](FetchRequest) -> boost::asio::awaitable<Result<FetchResponse>> {
            throw std::runtime_error("a defect");
            co_return Error(ErrorCode::internal, "");
        },
        clock);
    {
        boost::asio::io_context context;
        std::optional<List> led;
        std::exception_ptr thrown;
        boost::asio::co_spawn(context, keep(stuck.list(minio_place(), example_keys(), "a/"), led),
                              [&thrown](std::exception_ptr e) { thrown = e; });
        context.run();
        EXPECT_TRUE(thrown);
    }
    // The next one leads again, which it could not if the first still did.
    std::exception_ptr again;
    boost::asio::co_spawn(waiting_context,
                          keep(stuck.list(minio_place(), example_keys(), "a/"), waited),
                          [&again](std::exception_ptr e) { again = e; });
    waiting_context.run();
    EXPECT_TRUE(again);
}

TEST_F(S3ListTest, ProbesWithOneKeyAndNeverFromMemory) {
    fake.answer(200, page(contents("a/b"), "more"));

    EXPECT_TRUE(run(storage.probe(minio_place(), example_keys(), "a/")));
    EXPECT_TRUE(run(storage.probe(minio_place(), example_keys(), "a/")));

    ASSERT_EQ(fake.requests.size(), 2U);
    EXPECT_NE(fake.requests[0].url.find("&max-keys=1&"), std::string::npos);
}

TEST_F(S3ListTest, ProbesSayWhatIsWrong) {
    fake.answer(404, "<Error><Code>NoSuchBucket</Code></Error>");

    const Result<> probed = run(storage.probe(minio_place(), example_keys(), "a/"));

    ASSERT_FALSE(probed);
    EXPECT_EQ(probed.error().cause(), "the storage answered 404 NoSuchBucket");
}

}  // namespace
}  // namespace charter
