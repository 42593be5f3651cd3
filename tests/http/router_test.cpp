#include "charter/http/router.hpp"

#include <gtest/gtest.h>

namespace charter::http {
namespace {

class RouterTest : public ::testing::Test {
protected:
    void add(Method method, std::string_view pattern) {
        router.add(method, pattern,
                   [](Request&) -> boost::asio::awaitable<Response> { co_return Response(); });
    }

    // "pattern name=value …", "405 …", "400" or "404".
    std::string found(Method method, std::string_view path) {
        request.path = path;
        const Router::Match match = router.find(method, request);
        if (match.route == nullptr) {
            return match.malformed       ? "400"
                   : match.allow.empty() ? "404"
                                         : "405 " + std::string(match.allow);
        }
        std::string text(request.route);
        for (const auto& [name, value] : request.parameters) {
            text += " " + std::string(name) + "=" + std::string(value);
        }
        return text;
    }

    Router router;
    Request request;
};

TEST_F(RouterTest, FindsLiteralsBeforeParametersBeforeTails) {
    add(Method::get, "/policies/builtin");
    add(Method::get, "/policies/{policy}");
    add(Method::get, "/policies/{rest...}");

    EXPECT_EQ(found(Method::get, "/policies/builtin"), "/policies/builtin");
    EXPECT_EQ(found(Method::get, "/policies/other"), "/policies/{policy} policy=other");
    EXPECT_EQ(found(Method::get, "/policies/a/b"), "/policies/{rest...} rest=a/b");
}

TEST_F(RouterTest, GoesBackWhereALiteralLeadsNowhere) {
    add(Method::get, "/a/b/c");
    add(Method::get, "/a/{x}/d");
    add(Method::get, "/{y}/b/e");

    EXPECT_EQ(found(Method::get, "/a/b/d"), "/a/{x}/d x=b");
    EXPECT_EQ(found(Method::get, "/a/b/e"), "/{y}/b/e y=a");
    EXPECT_EQ(found(Method::get, "/a/b"), "404");
}

TEST_F(RouterTest, NamesOfParametersBelongToTheRoute) {
    add(Method::get, "/d/{domain}");
    add(Method::put, "/d/{name}");
    add(Method::get, "/d/{other}/p/{product}");

    EXPECT_EQ(found(Method::get, "/d/1"), "/d/{domain} domain=1");
    EXPECT_EQ(found(Method::put, "/d/1"), "/d/{name} name=1");
    EXPECT_EQ(found(Method::get, "/d/1/p/2"), "/d/{other}/p/{product} other=1 product=2");
    EXPECT_EQ(request.parameter("product"), "2");
    EXPECT_THROW(static_cast<void>(request.parameter("domain")), std::out_of_range);
}

TEST_F(RouterTest, TellsTheMethodsOfAPath) {
    add(Method::get, "/x");
    add(Method::delete_, "/x");

    EXPECT_EQ(found(Method::head, "/x"), "/x");
    EXPECT_EQ(found(Method::post, "/x"), "405 DELETE, GET, HEAD, OPTIONS");
    EXPECT_EQ(found(Method::post, "/y"), "404");
}

TEST_F(RouterTest, DecodesEachSegmentOnceAfterSplitting) {
    add(Method::get, "/d/{domain}/c/{column}");
    add(Method::get, "/t/{path...}");

    EXPECT_EQ(found(Method::get, "/d/a%2Fb/c/%2541"),
              "/d/{domain}/c/{column} domain=a/b column=%41");
    EXPECT_EQ(found(Method::get, "/t/a%20/%62"), "/t/{path...} path=a /b");
    EXPECT_EQ(found(Method::get, "/d/%ff/c/x"), "400");
    EXPECT_EQ(found(Method::get, "/t/%2e%2E/x"), "400");
    EXPECT_EQ(found(Method::get, "/t/a%2fb"), "400");
    EXPECT_EQ(found(Method::get, "/d//c/x"), "404");
}

TEST_F(RouterTest, RefusesPatternsThatCannotBeMeant) {
    add(Method::get, "/a/{x}");

    EXPECT_THROW(add(Method::get, "/a/{y}"), std::logic_error);
    EXPECT_THROW(add(Method::get, "a"), std::logic_error);
    EXPECT_THROW(add(Method::get, "/{a"), std::logic_error);
    EXPECT_THROW(add(Method::get, "/{}"), std::logic_error);
    EXPECT_THROW(add(Method::get, "/{a...}/b"), std::logic_error);
    EXPECT_EQ(router.routes().size(), 1U);
}

}  // namespace
}  // namespace charter::http
