// The demo's files into a bucket: against a server in memory that leases.
#include "cli/demo/bucket.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/json.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

namespace charter::cli::demo {

namespace {

BucketOptions options() {
    BucketOptions made;
    made.uri = "s3://retail/demo";
    made.region = "eu-central-1";
    made.access_key_id = "key";
    made.secret_access_key = "secret";
    return made;
}

// Gives tokens and leases, and keeps what was asked.
class FakeServer {
public:
    std::set<std::string> tokens;                // that were not ended
    std::map<std::string, std::string> writers;  // by port: who asked
    std::size_t given = 0;

    Result<Answer> answer(const Call& call) {
        if (call.path == "/api/v1/tokens") {
            const std::string id = "t" + std::to_string(++given);
            tokens.insert(id);
            principals_[id] = parse_json(call.body)->at("principal").get<std::string>();
            return said(R"({"id":")" + id + R"(","token":")" + id + R"("})");
        }
        if (call.method == "DELETE") {
            tokens.erase(call.path.substr(call.path.rfind('/') + 1));
            return Answer{204, "", ""};
        }
        const Json wanted = parse_json(call.body).value();
        const std::string port = wanted.at("port").get<std::string>();
        const std::string token = call.headers.at(0).second.substr(7);
        EXPECT_TRUE(tokens.contains(token));
        EXPECT_EQ(wanted.at("action"), "write");
        writers[port] = principals_[token];
        const std::string& sha256 =
            wanted.at("objects").at(0).at("sha256").get_ref<const std::string&>();
        return said(R"({"lease":{"urls":[{"url":"https://store/)" + port +
                    R"(","headers":{"x-amz-checksum-sha256":")" + sha256 + R"("}}]}})");
    }

private:
    static Answer said(std::string body) {
        return Answer{200, "application/json", std::move(body)};
    }

    std::map<std::string, std::string> principals_;
};

struct DemoBucketTest : testing::Test {
    FakeServer server;
    Send send = [this](const Call& call) { return server.answer(call); };
    std::ostringstream out;
    Mesh mesh = read_mesh(lake_in_bucket(options()).value()).value();
};

}  // namespace

TEST_F(DemoBucketTest, WritesEveryTableAsThePipelineOfItsDomain) {
    std::map<std::string, FilePut> written;
    const PutFile keep = [&](const FilePut& put) {
        written[put.url] = put;
        return Result<>();
    };

    ASSERT_TRUE(upload_rows(mesh, send, keep, out));

    EXPECT_EQ(written.size(), 24u);
    const FilePut& reasons = written.at("https://store/reference/reasons/files");
    EXPECT_EQ(reasons.headers.at(0).second, to_hex(sha256(reasons.body)));
    EXPECT_TRUE(gunzip(reasons.body, 100'000));
    EXPECT_EQ(server.writers.at("customer/customers/files"), "service:etl-customer");
    EXPECT_TRUE(server.tokens.empty());
}

TEST_F(DemoBucketTest, EndsItsTokenWhenTheStorageSaysNo) {
    const PutFile refuse = [](const FilePut&) -> Result<> {
        return Error(ErrorCode::unavailable, "the storage answered 403");
    };

    const Result<> done = upload_rows(mesh, send, refuse, out);

    ASSERT_FALSE(done);
    EXPECT_NE(done.error().message().find("part-0.csv.gz: the storage answered 403"),
              std::string::npos);
    EXPECT_EQ(server.given, 1u);
    EXPECT_TRUE(server.tokens.empty());
}

TEST(DemoLakeTest, IsTheBucketThatWasNamed) {
    BucketOptions there = options();
    there.endpoint = "http://127.0.0.1:9000";

    const Lake lake = lake_in_bucket(there).value();

    EXPECT_EQ(lake.uri, "s3://retail/demo/");
    EXPECT_EQ(lake.prefix, "demo/");
    EXPECT_EQ(lake.storage.at("bucket"), "retail");
    EXPECT_EQ(lake.storage.at("endpoint"), there.endpoint);
    EXPECT_EQ(lake.storage.at("path_style"), true);
    EXPECT_EQ(lake.storage.at("credentials").at("secret_access_key"), "secret");
}

TEST(DemoLakeTest, MayBeAWholeBucketAtAws) {
    BucketOptions there = options();
    there.uri = "s3://retail";

    const Lake lake = lake_in_bucket(there).value();

    EXPECT_EQ(lake.uri, "s3://retail/");
    EXPECT_EQ(lake.prefix, "");
    EXPECT_FALSE(lake.storage.contains("endpoint"));
    EXPECT_FALSE(lake.storage.contains("path_style"));
}

TEST(DemoLakeTest, NeedsABucketAndAWayIn) {
    for (const char* uri : {"", "s3://", "gs://retail", "retail"}) {
        BucketOptions wrong = options();
        wrong.uri = uri;
        EXPECT_FALSE(lake_in_bucket(wrong)) << uri;
    }
    BucketOptions without = options();
    without.secret_access_key.clear();
    EXPECT_FALSE(lake_in_bucket(without));
    without.role_arn = "arn:aws:iam::111122223333:role/charter-leases";
    EXPECT_TRUE(lake_in_bucket(without));
}

}  // namespace charter::cli::demo
