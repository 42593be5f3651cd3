// A new location is proved by asking its storage: who makes the server ask, and what
// follows from the answer.
#include "charter/api/api.hpp"
#include "support/api_services.hpp"

#include <gtest/gtest.h>

namespace charter::api {
namespace {

using charter::testing::ApiServices;
using charter::testing::finish;
using charter::testing::Mesh;
using charter::testing::WriterBench;

class LocationProbeTest : public ::testing::Test {
protected:
    LocationProbeTest() {
        mesh.user("ana");
        mesh.user("ben");
        mesh.put(Kind::domain, "retail", {{"title", "Retail"}, {"owners", {"user:ana"}}});
        mesh.put(Kind::storage, "cloud", storage());
        for (const std::string name : {"user:admin", "user:ana", "user:ben"}) {
            const Result<CreatedToken> token =
                mesh.change("user:admin", [&](Draft& draft, const Caller& who) {
                    return create_token(draft, who, TokensFor::everybody, {{"principal", name}, {"name", "test"}});
                });
            Mesh::check(token, "token");
            tokens[name] = token->text.reveal();
        }
        bench = std::make_unique<WriterBench>(mesh);
        services = std::make_unique<ApiServices>(mesh, *bench);
        bench->fetch = [this](FetchRequest asked)
            -> boost::asio::awaitable<Result<FetchResponse>> {
            calls.push_back(std::move(asked.url));
            if (meanwhile) {
                meanwhile();
            }
            co_return answer;
        };
        add_routes(router, **services);
    }
    ~LocationProbeTest() override { bench->writer.stop(); }

    static Json storage(const std::string& region = "us-east-1") {
        return {{"kind", "s3"},
                {"region", region},
                {"bucket", "bucket"},
                {"credentials", {{"access_key_id", "id"}, {"secret_access_key", "secret"}}},
                {"delegated", {{"retail", {"retail/"}}}}};
    }

    http::Response put(const std::string& by, const std::string& uri,
                       const std::string& domain = "retail") {
        const std::string target = "/api/v1/domains/" + domain + "/locations/raw";
        http::Request request;
        request.method = http::Method::put;
        request.target = target;
        request.path = target;
        request.headers = {{"X-Api-Key", tokens.at(by)}};
        request.body = Json{{"storage", "cloud"}, {"uri", uri}}.dump();
        const http::Router::Match match = router.find(request.method, request);
        return finish(match.route->handler(request));
    }

    Mesh mesh;
    std::map<std::string, std::string> tokens;
    std::unique_ptr<WriterBench> bench;
    http::Router router;
    std::unique_ptr<ApiServices> services;
    std::vector<std::string> calls;
    std::function<void()> meanwhile;
    Result<FetchResponse> answer = FetchResponse{
        200, {}, "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>"};
};

TEST_F(LocationProbeTest, AsksTheStorageForANewPlaceOnly) {
    EXPECT_EQ(put("user:ana", "s3://bucket/retail/raw/").status, 201U);
    ASSERT_EQ(calls.size(), 1U);
    EXPECT_TRUE(calls[0].starts_with("https://bucket.s3.us-east-1.amazonaws.com/?")) << calls[0];
    EXPECT_NE(calls[0].find("max-keys=1&"), std::string::npos) << calls[0];
    EXPECT_NE(calls[0].find("prefix=retail%2Fraw%2F"), std::string::npos) << calls[0];
    EXPECT_EQ(put("user:ana", "s3://bucket/retail/raw").status, 200U);
    EXPECT_EQ(calls.size(), 1U);
    EXPECT_EQ(put("user:ana", "s3://bucket/retail/other/").status, 200U);
    EXPECT_EQ(calls.size(), 2U);
}

TEST_F(LocationProbeTest, AsksNothingForWhoMayNotRegisterThere) {
    EXPECT_EQ(put("user:ben", "s3://bucket/retail/raw/").status, 404U);  // the domain is hidden
    EXPECT_EQ(put("user:ana", "s3://bucket/other/").status, 403U);
    EXPECT_EQ(put("user:ana", "s3://bucket-2/retail/").status, 400U);
    EXPECT_EQ(put("user:ana", "s3://bucket/retail/", "nowhere").status, 404U);
    EXPECT_TRUE(calls.empty());
}

TEST_F(LocationProbeTest, RefusesAPlaceThatDoesNotAnswerAndTellsTheAdministratorWhy) {
    answer = Error(ErrorCode::unavailable, "cannot be reached", "connection refused");

    const http::Response owners = put("user:ana", "s3://bucket/retail/raw/");
    EXPECT_EQ(owners.status, 422U);
    EXPECT_EQ(owners.body.find("connection refused"), std::string::npos) << owners.body;
    const http::Response administrators = put("user:admin", "s3://bucket/retail/raw/");
    EXPECT_EQ(administrators.status, 422U);
    EXPECT_NE(administrators.body.find("connection refused"), std::string::npos);

    EXPECT_FALSE(bench->worlds.load()->find(Kind::location, "retail/raw"));
    const std::string record = bench->ledger().back().record.body;
    EXPECT_NE(record.find("the storage does not answer there"), std::string::npos) << record;
}

TEST_F(LocationProbeTest, WhatWasAskedOfAnotherStateOfTheStorageDoesNotCount) {
    meanwhile = [&] {
        const Caller admin = mesh.caller();
        const auto change =
            WriterBench::put(admin, Kind::storage, "cloud", storage("eu-west-1"));
        EXPECT_TRUE(bench->submit<Written>(admin, change));
        meanwhile = nullptr;
    };
    EXPECT_EQ(put("user:ana", "s3://bucket/retail/raw/").status, 409U);
    EXPECT_FALSE(bench->worlds.load()->find(Kind::location, "retail/raw"));
    EXPECT_EQ(put("user:ana", "s3://bucket/retail/raw/").status, 201U);
}

TEST_F(LocationProbeTest, AnOverlapThatCameMeanwhileIsAConflict) {
    meanwhile = [&] {
        meanwhile = nullptr;
        const Caller admin = mesh.caller();
        const auto change =
            WriterBench::put(admin, Kind::location, "retail/first",
                             {{"storage", "cloud"}, {"uri", "s3://bucket/retail/"}});
        EXPECT_TRUE(bench->submit<Written>(admin, change));
    };
    EXPECT_EQ(put("user:ana", "s3://bucket/retail/raw/").status, 409U);
}

}  // namespace
}  // namespace charter::api
