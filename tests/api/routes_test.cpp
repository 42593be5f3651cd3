// The routes are those of the OpenAPI description, and each says what decides it.
#include "charter/api/api.hpp"
#include "charter/base/json.hpp"
#include "charter/governance/actions.hpp"
#include "support/api_services.hpp"

#include <regex>
#include <set>

namespace charter::api {
namespace {

using charter::testing::ApiServices;
using charter::testing::Mesh;
using charter::testing::source_text;
using charter::testing::WriterBench;

class RoutesTest : public ::testing::Test {
protected:
    RoutesTest() { table = add_routes(router, *services); }

    Mesh mesh;
    WriterBench bench{mesh};
    http::Router router;
    ApiServices services{mesh, bench};
    std::vector<RouteFacts> table;
};

/// "GET /api/v1/me"; the tail parameter `{path...}` is `{path}` to OpenAPI.
std::string line(http::Method method, const std::string& pattern) {
    return std::string(http::method_name(method)) + " " +
           std::regex_replace(pattern, std::regex(R"(\.\.\.\})"), "}");
}

std::set<std::string> described() {
    const Result<Json> document = parse_yaml(source_text("schemas/openapi.yaml"));
    if (!document) {
        throw std::runtime_error(document.error().message());
    }
    std::set<std::string> lines;
    for (const auto& [path, operations] : document->at("paths").items()) {
        for (const auto& [method, operation] : operations.items()) {
            if (method == "parameters") {
                continue;
            }
            std::string name = method;
            for (char& c : name) {
                c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
            }
            lines.insert(name + " " + path);
        }
    }
    return lines;
}

TEST_F(RoutesTest, AreThoseOfTheOpenApiDescription) {
    std::set<std::string> routes;
    for (const auto& route : router.routes()) {
        routes.insert(line(route->method, route->pattern));
    }

    EXPECT_EQ(routes, described());
    EXPECT_EQ(routes.size(), router.routes().size());
}

TEST_F(RoutesTest, AreAllInTheTable) {
    std::set<std::string> listed;
    for (const RouteFacts& facts : table) {
        EXPECT_TRUE(listed.insert(line(facts.method, facts.pattern)).second) << facts.pattern;
    }
    std::set<std::string> routes;
    for (const auto& route : router.routes()) {
        routes.insert(line(route->method, route->pattern));
    }

    EXPECT_EQ(listed, routes);
}

TEST_F(RoutesTest, SayWhatDecidesThem) {
    const std::regex clause(R"(((?:\w+(?:, | and | or ))*\w+) on [\w ,]+)");
    const std::regex word(R"(\w+)");
    for (const RouteFacts& facts : table) {
        const std::string where = line(facts.method, facts.pattern) + ": " + facts.decided_by;
        if (facts.decided_by == "-") {
            continue;
        }
        std::istringstream clauses(facts.decided_by);
        std::size_t count = 0;
        for (std::string text; std::getline(clauses, text, ';');) {
            ++count;
            text.erase(0, text.find_first_not_of(' '));
            std::smatch match;
            if (text == "own ones") {
                continue;
            }
            ASSERT_TRUE(std::regex_match(text, match, clause)) << where;
            const std::string actions = match[1].str();
            for (std::sregex_iterator each(actions.begin(), actions.end(), word), end; each != end; ++each) {
                const std::string name = each->str();
                EXPECT_TRUE(name == "and" || name == "or" || parse_action(name)) << where;
            }
        }
        EXPECT_GT(count, 0u) << where;
    }
}

TEST_F(RoutesTest, OnlyOperationsSignedDataAndSignInAreOpenToAnybody) {
    std::set<std::string> open;
    for (const RouteFacts& facts : table) {
        if (facts.decided_by == "-") {
            open.insert(line(facts.method, facts.pattern));
        }
    }

    EXPECT_EQ(open, (std::set<std::string>{"GET /", "GET /healthz", "GET /readyz", "GET /metrics",
                                           "GET /version", "GET /openapi.json",
                                           "GET /data/{lease}/{path}",
                                           "PUT /data/{lease}/{path}",
                                           "GET /sign-in", "POST /sign-in",
                                           "GET /sign-in/style.css", "GET /sign-in/{issuer}",
                                           "GET /sign-in/{issuer}/callback", "POST /sign-out"}));
}

}  // namespace
}  // namespace charter::api
