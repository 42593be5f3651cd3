// Session policies: their text, and that they open exactly one prefix, whatever its name.
#include "charter/storage/session_policy.hpp"

#include "storage/iam_matcher.hpp"

#include "charter/base/limits.hpp"
#include "charter/catalog/storage_uri.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace charter {
namespace {

const UtcTime closes_at = parse_time("2026-11-21T15:00:00Z").value();
const UtcTime before = closes_at - std::chrono::milliseconds(1);

SessionScope scope_of(const std::string& bucket, const std::string& prefix,
                      SessionAccess access = SessionAccess::read) {
    SessionScope scope;
    scope.bucket = bucket;
    scope.prefix = prefix;
    scope.access = access;
    scope.closes_at = closes_at + std::chrono::milliseconds(999);
    return scope;
}

bool may(const IamMatcher& policy, const std::string& action, const std::string& resource,
         UtcTime now = before) {
    return policy.allows(IamRequest{action, "arn:aws:s3:::" + resource, now, {}});
}

bool may_list(const IamMatcher& policy, const std::string& bucket, const std::string& prefix) {
    return policy.allows(
        IamRequest{"s3:ListBucket", "arn:aws:s3:::" + bucket, before, {{"s3:prefix", prefix}}});
}

TEST(SessionPolicy, OpensOnePrefixForReading) {
    EXPECT_EQ(
        make_session_policy(scope_of("lake", "a/b/")).value().text(),
        R"({"Statement":[)"
        R"({"Action":"s3:GetObject","Condition":{"DateLessThan":{"aws:CurrentTime":"2026-11-21T15:00:00Z"}},)"
        R"("Effect":"Allow","Resource":"arn:aws:s3:::lake/a/b/*"},)"
        R"({"Action":"s3:ListBucket","Condition":{"DateLessThan":{"aws:CurrentTime":"2026-11-21T15:00:00Z"},)"
        R"("StringLike":{"s3:prefix":["a/b/*","a/b/"]}},)"
        R"("Effect":"Allow","Resource":"arn:aws:s3:::lake"}],"Version":"2012-10-17"})");
}

TEST(SessionPolicy, OpensOnePrefixForWritingAndNotForReading) {
    EXPECT_EQ(
        make_session_policy(scope_of("lake", "a/", SessionAccess::write)).value().text(),
        R"({"Statement":[{"Action":["s3:PutObject","s3:AbortMultipartUpload","s3:ListMultipartUploadParts"],)"
        R"("Condition":{"DateLessThan":{"aws:CurrentTime":"2026-11-21T15:00:00Z"}},)"
        R"("Effect":"Allow","Resource":"arn:aws:s3:::lake/a/*"}],"Version":"2012-10-17"})");
}

TEST(SessionPolicy, OpensAWholeBucketOnlyWhenThatIsTheLocation) {
    const IamMatcher policy(make_session_policy(scope_of("lake", "")).value().text());

    EXPECT_TRUE(may(policy, "s3:GetObject", "lake/a"));
    EXPECT_TRUE(may_list(policy, "lake", ""));
    EXPECT_TRUE(may(policy, "s3:ListBucket", "lake"));
    EXPECT_FALSE(may(policy, "s3:GetObject", "lake2/a"));
    EXPECT_FALSE(may_list(policy, "lake2", ""));
    EXPECT_FALSE(may(policy, "s3:GetObject", "lake/a", closes_at));
    EXPECT_FALSE(may(policy, "s3:ListBucket", "lake", closes_at));
}

TEST(SessionPolicy, NamesThePartitionOfTheCloud) {
    SessionScope scope = scope_of("lake", "a/");
    scope.partition = "aws-cn";
    EXPECT_NE(make_session_policy(scope).value().text().find("arn:aws-cn:s3:::lake/a/*"),
              std::string::npos);
    scope.partition = "*";
    EXPECT_FALSE(make_session_policy(scope));
}

TEST(SessionPolicy, RefusesNamesThatWouldOpenMore) {
    for (const std::string prefix :
         {"*", "a*/", "a/*/", "?/", "a?b/", "${aws:username}/", "a/${*}/", "a", "/", "/a/", "a//",
          "a/../", "./", "a\\/", "a\n/", "\xff/"}) {
        for (const SessionAccess access : {SessionAccess::read, SessionAccess::write}) {
            const Result<SessionPolicy> made =
                make_session_policy(scope_of("lake", prefix, access));
            ASSERT_FALSE(made) << prefix;
            EXPECT_EQ(made.error().code(), ErrorCode::unprocessable);
        }
    }
    for (const std::string bucket : {"", "*", "la", "lake*", "lake/a", "lake?", "${x}", "LAKE"}) {
        EXPECT_FALSE(make_session_policy(scope_of(bucket, "a/"))) << bucket;
    }
}

TEST(SessionPolicy, IsAsciiAndEscapesQuotes) {
    const std::string text =
        make_session_policy(scope_of("lake", "\"],\"x\":[\"/\xc3\xa9\xf0\x9f\x98\x80/"))
            .value()
            .text();

    EXPECT_TRUE(std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; })) << text;
    EXPECT_NE(text.find(R"(lake/\"],\"x\":[\"/\u00e9\ud83d\ude00/*)"), std::string::npos) << text;
}

TEST(SessionPolicy, RefusesWhatDoesNotFitInsteadOfWidening) {
    std::size_t longest = 0;
    for (std::size_t length = 1; length < limits::object_path_bytes_max; ++length) {
        const Result<SessionPolicy> made =
            make_session_policy(scope_of("lake", std::string(length, 'x') + "/"));
        if (made) {
            EXPECT_LE(made->text().size(), limits::session_policy_characters_max);
            EXPECT_EQ(longest + 1, length);
            longest = length;
        } else {
            EXPECT_EQ(made.error().code(), ErrorCode::unprocessable);
        }
    }
    EXPECT_GT(longest, 500U);
    EXPECT_LT(longest, 600U);
}

// ---- The property: refused, or exactly the prefix -------------------------------------------

const std::vector<std::string> pieces = {"a",
                                         "b",
                                         "Z",
                                         "0",
                                         "customer",
                                         "raw",
                                         "-",
                                         ".",
                                         "..",
                                         "/",
                                         "/",
                                         "/",
                                         "//",
                                         "*",
                                         "?",
                                         "${",
                                         "}",
                                         "$",
                                         "{",
                                         "'",
                                         "\"",
                                         "%",
                                         "%2F",
                                         "%2e",
                                         "%25",
                                         "%252F",
                                         "%2A",
                                         "%3F",
                                         "%24",
                                         "\\",
                                         "%5C",
                                         " ",
                                         "%20",
                                         "+",
                                         "&",
                                         "#",
                                         "\xc3\xa9",
                                         "e\xcc\x81",
                                         "\xe2\x80\xae",
                                         "\xf0\x9f\x98\x80",
                                         "\xff",
                                         "\n",
                                         "%0A",
                                         "\t",
                                         "\x7f",
                                         "%00",
                                         "${aws:username}",
                                         "%7B",
                                         "~",
                                         "=",
                                         ":",
                                         "@",
                                         ",",
                                         ";",
                                         "!",
                                         "(",
                                         ")",
                                         "[",
                                         "]",
                                         "<",
                                         ">",
                                         "|",
                                         "^",
                                         "`",
                                         "_"};

class Names {
public:
    std::string text(std::size_t pieces_max) {
        std::string made;
        for (std::size_t count = 1 + number(pieces_max); count > 0; --count) {
            made += pieces[number(pieces.size())];
        }
        return made;
    }
    std::size_t number(std::size_t below) {
        return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_);
    }

private:
    std::mt19937_64 random_{4};
};

// Keys and listed prefixes that lie near a prefix: below, beside and above it, other cases and
// encodings of it, and what a pattern made of it could be taken for.
std::vector<std::string> near(const std::string& prefix, Names& names) {
    const std::string bare = prefix.substr(0, prefix.empty() ? 0 : prefix.size() - 1);
    std::vector<std::string> keys = {prefix,
                                     prefix + "x",
                                     prefix + "x/y",
                                     bare,
                                     bare + "x",
                                     bare + "-1/x",
                                     bare + ".x",
                                     bare + "*",
                                     bare + "%2F",
                                     bare + "%2Fx",
                                     bare + "\\x",
                                     "/" + prefix,
                                     "./" + prefix,
                                     "x" + prefix,
                                     "*",
                                     "",
                                     bare + "//x",
                                     prefix + "../x",
                                     "${aws:username}/x"};
    std::string changed = prefix;
    for (std::size_t i = 0; i < prefix.size(); ++i) {
        changed = prefix;
        changed[i] = static_cast<char>(changed[i] ^ 0x20);  // the other case, or another character
        keys.push_back(changed + "x");
    }
    for (std::size_t slash = prefix.find('/'); slash != std::string::npos;
         slash = prefix.find('/', slash + 1)) {
        keys.push_back(prefix.substr(0, slash));
        keys.push_back(prefix.substr(0, slash + 1));
        keys.push_back(prefix.substr(0, slash + 1) + "x");
        keys.push_back(prefix.substr(slash + 1) + "x");
        keys.push_back(prefix.substr(0, slash) + "%2F" + prefix.substr(slash + 1) + "x");
    }
    for (int i = 0; i < 5; ++i) {
        keys.push_back(prefix + names.text(3));
        keys.push_back(bare + names.text(3));
        keys.push_back(names.text(6));
    }
    return keys;
}

void expect_exactly(const IamMatcher& policy, const std::string& prefix, const std::string& key) {
    const bool inside = key.starts_with(prefix);
    ASSERT_EQ(may(policy, "s3:GetObject", "lake/" + key), inside) << prefix << " : " << key;
    ASSERT_EQ(may_list(policy, "lake", key), inside) << prefix << " : " << key;
    ASSERT_FALSE(may(policy, "s3:GetObject", "lake2/" + key));
    ASSERT_FALSE(may(policy, "s3:GetObject", "lak/" + key));
    ASSERT_FALSE(may(policy, "s3:PutObject", "lake/" + key));
    ASSERT_FALSE(may(policy, "s3:DeleteObject", "lake/" + key));
    ASSERT_FALSE(may(policy, "s3:GetObject", "lake/" + key, closes_at));
}

TEST(SessionPolicyProperty, ANameIsRefusedOrItsPolicyOpensExactlyItsPrefix) {
    Names names;
    std::size_t accepted = 0;
    std::size_t others = 0;
    for (int i = 0; i < 6'000; ++i) {
        const std::string text = "s3://lake/" + names.text(7);
        const Result<StorageUri> location = StorageUri::parse(text);
        if (!location) {
            continue;
        }
        const std::string prefix = location->path();
        const Result<SessionPolicy> made = make_session_policy(scope_of("lake", prefix));
        // What a location may be called, a lease can open.
        ASSERT_TRUE(made) << text;
        ++accepted;
        if (prefix.empty()) {
            continue;
        }
        const IamMatcher policy(made->text());
        for (const std::string& key : near(prefix, names)) {
            expect_exactly(policy, prefix, key);
            others += key.starts_with(prefix) ? 0 : 1;
        }
        ASSERT_FALSE(may(policy, "s3:ListBucket", "lake")) << text;  // without a prefix
    }
    EXPECT_GT(accepted, 500U);
    EXPECT_GT(others, 20'000U);
}

TEST(SessionPolicyProperty, OpensNoneOfAHundredThousandOtherKeys) {
    const std::string prefix =
        StorageUri::parse("s3://lake/cust omer%27s/$x{y}/\"e\xcc\x81\"/").value().path();
    const IamMatcher reading(make_session_policy(scope_of("lake", prefix)).value().text());
    const IamMatcher writing(
        make_session_policy(scope_of("lake", prefix, SessionAccess::write)).value().text());
    Names names;

    std::size_t others = 0;
    while (others < 100'000) {
        const std::string key = names.number(2) == 0
                                    ? names.text(8)
                                    : prefix.substr(0, names.number(prefix.size())) + names.text(4);
        if (!key.starts_with(prefix)) {
            ++others;
            ASSERT_FALSE(may(reading, "s3:GetObject", "lake/" + key)) << key;
            ASSERT_FALSE(may_list(reading, "lake", key)) << key;
            ASSERT_FALSE(may(writing, "s3:PutObject", "lake/" + key)) << key;
        }
    }
    EXPECT_TRUE(may(reading, "s3:GetObject", "lake/" + prefix + "part-0.parquet"));
    EXPECT_TRUE(may(writing, "s3:PutObject", "lake/" + prefix + "part-0.parquet"));
    EXPECT_FALSE(may(writing, "s3:GetObject", "lake/" + prefix + "part-0.parquet"));
    EXPECT_FALSE(may_list(writing, "lake", prefix));
}

// The judge is judged: it must see what a careless policy would open.
TEST(SessionPolicyProperty, TheMatcherSeesWildcardsAndVariables) {
    const auto policy = [](const std::string& resource) {
        return IamMatcher(R"({"Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":")" +
                          resource + R"("}})");
    };
    EXPECT_TRUE(may(policy("arn:aws:s3:::lake/a*"), "s3:GetObject", "lake/ab/c"));
    EXPECT_TRUE(may(policy("arn:aws:s3:::lake/a?/*"), "s3:GetObject", "lake/ab/c"));
    EXPECT_FALSE(may(policy("arn:aws:s3:::lake/a${*}/*"), "s3:GetObject", "lake/ab/c"));
    EXPECT_TRUE(may(policy("arn:aws:s3:::lake/a${*}/*"), "s3:GetObject", "lake/a*/c"));
    EXPECT_THROW(may(policy("arn:aws:s3:::lake/${x}/*"), "s3:GetObject", "lake/ab/c"),
                 std::out_of_range);
    EXPECT_FALSE(may(policy("arn:aws:s3:::lake/a/*"), "s3:GetObject", "lake/a"));
    EXPECT_FALSE(may(policy("arn:aws:s3:::lake/a/*"), "s3:PutObject", "lake/a/b"));
    const IamMatcher denied(R"({"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},)"
                            R"({"Effect":"Deny","Action":"s3:GetObject","Resource":"*secret*"}]})");
    EXPECT_TRUE(may(denied, "s3:GetObject", "lake/a"));
    EXPECT_FALSE(may(denied, "s3:GetObject", "lake/secret/a"));
}

}  // namespace
}  // namespace charter
