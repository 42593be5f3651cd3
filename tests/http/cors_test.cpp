// Which origins may be written in the configuration, and what an answer says to a browser.
#include "charter/http/cors.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace charter::http {
namespace {

using Fields = std::multimap<std::string, std::string>;

Fields answered(const Cors& cors, Request::Fields headers, Method method = Method::get) {
    Request request;
    request.method = method;
    request.headers = std::move(headers);
    Response response;
    cors.finish(request, response);
    return {response.headers.begin(), response.headers.end()};
}

TEST(CorsTest, TakesOriginsAsBrowsersWriteThem) {
    for (const char* origin : {"https://catalog.example", "http://localhost:3000",
                               "https://a-b.example:8443", "http://[::1]:3000", "http://[::1]"}) {
        EXPECT_TRUE(check_origin(origin)) << origin;
    }
    for (const char* origin :
         {"*", "null", "", "https://", "catalog.example", "https://catalog.example/",
          "https://*.example", "https://Catalog.example", "https://a.example:443",
          "http://a.example:80", "https://a.example:", "https://a.example:0",
          "https://a.example:70000", "https://a.example:08", "https://u@a.example",
          "ftp://a.example", "https://a.example b", "https://a.example,https://b.example"}) {
        EXPECT_FALSE(check_origin(origin)) << origin;
    }
}

TEST(CorsTest, WithoutOriginsAnAnswerIsAsItWas) {
    EXPECT_TRUE(answered(Cors({}), {{"Origin", "https://evil.example"}}).empty());
}

TEST(CorsTest, NamesTheOriginOnlyWhenItIsConfigured) {
    const Cors cors({"https://a.example", "https://b.example"});

    const Fields own = answered(cors, {{"origin", "https://b.example"}});
    EXPECT_EQ(own.find("Access-Control-Allow-Origin")->second, "https://b.example");
    EXPECT_EQ(own.find("Vary")->second, "Origin");
    EXPECT_FALSE(own.contains("Access-Control-Allow-Credentials"));
    EXPECT_FALSE(own.contains("Access-Control-Allow-Methods"));
    for (const char* other : {"https://evil.example", "https://a.example.evil.example", "null",
                              "https://A.example", "https://a.example:444", "http://a.example"}) {
        const Fields fields = answered(cors, {{"Origin", other}});
        EXPECT_EQ(fields.size(), 1u) << other;
        EXPECT_TRUE(fields.contains("Vary")) << other;
    }
    EXPECT_EQ(answered(cors, {}).size(), 1u);
}

TEST(CorsTest, AnswersAPreflight) {
    const Cors cors({"https://a.example"});

    const Fields fields = answered(
        cors, {{"Origin", "https://a.example"}, {"Access-Control-Request-Method", "PUT"}},
        Method::options);

    EXPECT_NE(fields.find("Access-Control-Allow-Methods")->second.find("PUT"), std::string::npos);
    EXPECT_NE(fields.find("Access-Control-Allow-Headers")->second.find("Authorization"),
              std::string::npos);
    const Fields refused = answered(
        cors, {{"Origin", "https://evil.example"}, {"Access-Control-Request-Method", "PUT"}},
        Method::options);
    EXPECT_FALSE(refused.contains("Access-Control-Allow-Methods"));
}

}  // namespace
}  // namespace charter::http
