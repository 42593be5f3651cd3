#include "charter/base/json.hpp"
#include "charter/http/problem.hpp"
#include "charter/http/server.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

namespace charter::http {
namespace {

Json read(const Response& response) {
    return parse_json(response.body).value();
}

TEST(ProblemTest, HasTheMembersOfTheApi) {
    const Error error(ErrorCode::invalid_request, "the document is not valid",
                      {{"/ports/0/type", "no such type"}, {"/title", "is missing"}});

    const Response response = problem(error, "7");

    EXPECT_EQ(response.status, 400U);
    EXPECT_EQ(response.content_type, "application/problem+json");
    EXPECT_EQ(read(response), Json::parse(R"({"type": "urn:charter:problem:invalid-request",
        "title": "Invalid request", "status": 400, "detail": "the document is not valid",
        "instance": "7", "errors": [{"pointer": "/ports/0/type", "detail": "no such type"},
        {"pointer": "/title", "detail": "is missing"}]})"));
}

TEST(ProblemTest, EachCodeHasItsStatusAndName) {
    const std::vector<std::tuple<ErrorCode, unsigned, std::string>> expected = {
        {ErrorCode::invalid_request, 400, "invalid-request"},
        {ErrorCode::unauthenticated, 401, "unauthenticated"},
        {ErrorCode::forbidden, 403, "forbidden"},
        {ErrorCode::enforcement_required, 403, "enforcement-required"},
        {ErrorCode::not_found, 404, "not-found"},
        {ErrorCode::method_not_allowed, 405, "method-not-allowed"},
        {ErrorCode::not_acceptable, 406, "not-acceptable"},
        {ErrorCode::timeout, 408, "timeout"},
        {ErrorCode::conflict, 409, "conflict"},
        {ErrorCode::precondition_failed, 412, "precondition-failed"},
        {ErrorCode::too_large, 413, "too-large"},
        {ErrorCode::unsupported_media_type, 415, "unsupported-media-type"},
        {ErrorCode::range, 416, "range"},
        {ErrorCode::unprocessable, 422, "unprocessable"},
        {ErrorCode::too_many_requests, 429, "too-many-requests"},
        {ErrorCode::headers_too_large, 431, "headers-too-large"},
        {ErrorCode::internal, 500, "internal"},
        {ErrorCode::unavailable, 503, "unavailable"},
    };

    for (const auto& [code, status, name] : expected) {
        EXPECT_EQ(status_of(code), status) << name;
        EXPECT_EQ(problem_name(code), name);
    }
}

TEST(ProblemTest, SaysHowToAuthenticateAndWhenToComeBack) {
    const Response unauthenticated = problem(Error(ErrorCode::unauthenticated, "x"), "7");
    const Response hurried = problem(Error(ErrorCode::too_many_requests, "x"), "7");

    EXPECT_EQ(unauthenticated.headers.at(0),
              std::make_pair(std::string("WWW-Authenticate"), std::string("Bearer")));
    EXPECT_EQ(hurried.headers.at(0).first, "Retry-After");
}

TEST(ProblemTest, KeepsTheCauseToItselfAndAddsWhatItIsGiven) {
    const Error error(ErrorCode::forbidden, "a \"quoted\" text", "a path of ours");

    const Response response = problem(error, "7", R"("decision":{"id":"d"})");

    EXPECT_EQ(response.body.find("path of ours"), std::string::npos);
    EXPECT_EQ(read(response).at("decision").at("id"), "d");
    EXPECT_EQ(read(response).at("detail"), "a \"quoted\" text");
}

TEST(ProblemTest, IsValidJsonWhateverTheMessageQuotes) {
    EXPECT_EQ(read(problem(Error(ErrorCode::not_found, "no \xff\n"), "7")).at("detail"), "no ?\n");
}

TEST(AccessLogTest, ALogLineCannotBeForged) {
    std::ostringstream out;
    const auto before = spdlog::default_logger();
    auto logger = std::make_shared<spdlog::logger>(
        "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(out));
    logger->set_pattern("%v");
    spdlog::set_default_logger(logger);
    Request request;
    request.id = "7";
    request.route = "/x/{y}";
    request.peer = "192.0.2.1";
    request.principal = "user:a\nrequest id=8 status=200";

    log_access(request, 404, 1.5, 12);

    spdlog::set_default_logger(before);
    EXPECT_EQ(out.str(),
              "request id=7 method=GET route=/x/{y} peer=192.0.2.1 principal=\"user:a\\x0arequest id=8 "
              "status=200\" status=404 ms=1.500 bytes=12\n");
}

}  // namespace
}  // namespace charter::http
