#include "charter/catalog/access_request.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace charter {

namespace {

Json asked() {
    return {{"resource", "customer/customers"}, {"for", "group:analysts"}, {"actions", {"read"}},
            {"purpose", "analytics"},           {"reason", "a report"},    {"duration_s", 7'776'000}};
}

template <class T>
std::vector<std::string> pointers(const Result<T>& result) {
    std::vector<std::string> found;
    if (!result) {
        for (const Violation& violation : result.error().violations()) {
            found.push_back(violation.pointer);
        }
    }
    return found;
}

using Pointers = std::vector<std::string>;

}  // namespace

TEST(AccessRequestTest, IsReadWithItsDefaults) {
    const Result<AccessRequestDocument> all = parse_access_request(asked());
    ASSERT_TRUE(all);
    EXPECT_EQ(all->beneficiary->text(), "group:analysts");
    EXPECT_EQ(all->duration, std::chrono::hours(90 * 24));

    Json document = asked();
    document.erase("for");
    document.erase("duration_s");
    const Result<AccessRequestDocument> short_one = parse_access_request(document);
    ASSERT_TRUE(short_one);
    EXPECT_FALSE(short_one->beneficiary);
    EXPECT_EQ(short_one->duration, std::chrono::hours(90 * 24));
}

TEST(AccessRequestTest, EveryWrongPlaceIsTold) {
    const Json wrong{{"resource", "a/b/c/d"}, {"for", "engine:trino"}, {"actions", {"edit"}},
                     {"purpose", "No Name"},  {"reason", " \n"},       {"duration_s", 3'599},
                     {"columns", {"c"}}};

    EXPECT_EQ(pointers(parse_access_request(wrong)),
              (Pointers{"/resource", "/for", "/actions/0", "/purpose", "/reason", "/duration_s",
                        "/columns"}));
    EXPECT_EQ(pointers(parse_access_request(Json::object())),
              (Pointers{"/resource", "/actions", "/purpose", "/reason"}));
    EXPECT_FALSE(parse_access_request(Json::array()));
}

TEST(AccessRequestTest, LastsFromAnHourToThreeYears) {
    for (const auto& [duration, good] : std::vector<std::pair<Json, bool>>{
             {3'599, false}, {3'600, true}, {94'608'000, true}, {94'608'001, false}, {"1h", false},
             {3600.5, false}, {-1, false}}) {
        Json document = asked();
        document["duration_s"] = duration;
        EXPECT_EQ(parse_access_request(document).has_value(), good) << duration;
    }
}

TEST(AccessRequestTest, AnApprovalIsRead) {
    const Result<RequestApproval> nothing = parse_request_approval(Json::object());
    ASSERT_TRUE(nothing);
    EXPECT_FALSE(nothing->actions || nothing->expires_at || nothing->seen.product);

    const Result<RequestApproval> all = parse_request_approval(
        {{"actions", {"read"}}, {"expires_at", "2030-01-01T00:00:00Z"}, {"note", "n"},
         {"seen", {{"request", 2}, {"product", 7}}}});
    ASSERT_TRUE(all);
    EXPECT_EQ(all->seen.request, 2u);
    EXPECT_EQ(all->seen.product, 7u);

    EXPECT_EQ(pointers(parse_request_approval(
                  {{"columns", Json::object()}, {"rows", 1}, {"actions", Json::array()},
                   {"seen", {{"request", -1}, {"port", 1}}}, {"reason", "r"}})),
              (Pointers{"/columns", "/rows", "/actions", "/seen/request", "/seen/port", "/reason"}));
}

TEST(AccessRequestTest, ARemarkIsNotBlankWhereItIsRequired) {
    EXPECT_EQ(parse_request_remark({{"reason", "r"}}, "reason", true)->text, "r");
    EXPECT_EQ(pointers(parse_request_remark({{"reason", ""}}, "reason", true)), Pointers{"/reason"});
    EXPECT_EQ(pointers(parse_request_remark(Json::object(), "answer", true)), Pointers{"/answer"});
    EXPECT_TRUE(parse_request_remark(Json::object(), "reason", false));
    EXPECT_EQ(pointers(parse_request_remark({{"note", "n"}}, "reason", false)), Pointers{"/note"});
}

TEST(AccessRequestTest, ARenewalNeedsAReason) {
    EXPECT_EQ(pointers(parse_request_renewal(Json::object())), Pointers{"/reason"});
    EXPECT_EQ(pointers(parse_request_renewal({{"reason", "r"}, {"duration_s", 1}, {"for", "user:a"}})),
              (Pointers{"/duration_s", "/for"}));
    EXPECT_TRUE(parse_request_renewal({{"reason", "r"}, {"actions", {"read"}}}));
}

}  // namespace charter
