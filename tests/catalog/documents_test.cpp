// Every document but the product's: what it reads, and what it refuses where.
#include "charter/catalog/documents.hpp"

#include "support.hpp"

#include <functional>

namespace charter {
namespace {

/// Parses with any parse function and keeps only whether and where it failed.
using Parse = std::function<Pointers(const Json&)>;

template <class T>
Parse only_pointers(Result<T> (*parse)(const Json&)) {
    return [parse](const Json& document) { return pointers(parse(document)); };
}

struct Refusal {
    std::string name;
    Parse parse;
    std::string document;
    Pointers expected;
};

void PrintTo(const Refusal& refusal, std::ostream* out) {
    *out << refusal.name << " " << refusal.document;
}

class RefusedDocument : public testing::TestWithParam<Refusal> {};

TEST_P(RefusedDocument, NamesEveryPlace) {
    EXPECT_EQ(GetParam().parse(json(GetParam().document)), GetParam().expected);
}

const Parse domain = only_pointers(&parse_domain);
const Parse location = only_pointers(&parse_location);
const Parse storage = only_pointers(&parse_storage);
const Parse policy = only_pointers(&parse_policy_document);
const Parse guardrail = only_pointers(&parse_guardrail);
const Parse purpose = only_pointers(&parse_purpose);
const Parse tag = only_pointers(&parse_tag);
const Parse user = only_pointers(&parse_user);
const Parse group = only_pointers(&parse_group);
const Parse engine = only_pointers(&parse_engine);
const Parse grant = only_pointers(&parse_grant);
const Parse token = only_pointers(&parse_token_document);
const Parse publish = only_pointers(&parse_publish);
const Parse deprecate = only_pointers(&parse_deprecate);

INSTANTIATE_TEST_SUITE_P(
    Documents, RefusedDocument,
    testing::Values(
        Refusal{"domain", domain, R"({})", {"/title"}},
        Refusal{"domain", domain, R"({"title": " "})", {"/title"}},
        Refusal{"domain", domain, R"({"title": "D", "parent": "No", "contact": 1})",
                {"/parent", "/contact"}},
        Refusal{"domain", domain,
                R"({"title": "D", "owners": ["domain:x", "engine:e", "user:a", "user:a"]})",
                {"/owners/0", "/owners/1", "/owners/3"}},
        Refusal{"domain", domain, R"({"title": "D", "members": ["domain:x"], "stewards": "user:a"})",
                {"/stewards", "/members/0"}},
        Refusal{"domain", domain,
                R"({"title": "D", "tags": {"K": ["v"], "a": [], "b": "v", "c": ["v", "v", ""], "d": null}})",
                {"/tags/K", "/tags/a", "/tags/b", "/tags/c/1", "/tags/c/2", "/tags/d"}},
        Refusal{"domain", domain, R"({"title": "D", "tags": ["a"], "owner": []})",
                {"/tags", "/owner"}},
        Refusal{"location", location, R"({})", {"/storage", "/uri"}},
        Refusal{"location", location, R"({"storage": "lake", "uri": "local://sea/a/"})", {"/uri"}},
        Refusal{"location", location, R"({"storage": "lake", "uri": "local://lake/../a/"})",
                {"/uri"}},
        Refusal{"storage", storage, R"({})", {"/kind"}},
        Refusal{"storage", storage, R"({"kind": "s3", "bucket": "b", "region": "r"})",
                {"/bucket", "/credentials"}},
        Refusal{"storage", storage, R"({"kind": "local", "root": "../x", "bucket": "b"})",
                {"/root", "/bucket"}},
        Refusal{"storage", storage, R"({"kind": "local", "root": ""})", {"/root"}},
        Refusal{"storage", storage, R"({"kind": "local", "root": "/"})", {"/root"}},
        Refusal{"storage", storage, R"({"kind": "local", "root": "a//b"})", {"/root"}},
        Refusal{"storage", storage, R"({"kind": "local", "root": "a/./b"})", {"/root"}},
        Refusal{"storage", storage, R"({"kind": "local", "root": "/srv/../etc"})", {"/root"}},
        Refusal{"storage", storage, R"({"kind": "local", "root": "a\\b"})", {"/root"}},
        Refusal{"storage", storage,
                R"({"kind": "local", "root": "l", "delegated": {"C": ["c/"], "d": ["../", 1, "e/", "e/"]}})",
                {"/delegated/C", "/delegated/d/0", "/delegated/d/1", "/delegated/d/3"}},
        Refusal{"policy", policy, R"({"cedar": ""})", {"/cedar"}},
        Refusal{"policy", policy, R"({"mode": "enforce", "review_at": "tomorrow"})",
                {"/cedar", "/review_at", "/mode"}},
        Refusal{"guardrail", guardrail, R"({"cedar": "x", "mode": "off"})", {"/mode"}},
        Refusal{"purpose", purpose, R"({"description": [], "claimable_by": ["ana"]})",
                {"/description", "/claimable_by/0"}},
        Refusal{"tag", tag, R"({})", {"/values"}},
        Refusal{"tag", tag, R"({"values": []})", {"/values"}},
        Refusal{"tag", tag,
                R"({"values": ["a", "a", " "], "protected": 1, "stewards": ["engine:e"]})",
                {"/values/1", "/values/2", "/protected", "/stewards/0"}},
        Refusal{"user", user, R"({"titel": "x", "disabled": "no"})", {"/disabled", "/titel"}},
        Refusal{"group", group, R"({"members": ["domain:x", "group:g"], "disabled": true})",
                {"/members/0", "/disabled"}},
        Refusal{"engine", engine, R"({"enforces": ["cells", "rows", "rows"], "speaks_for": ["engine:e"]})",
                {"/enforces/0", "/enforces/2", "/speaks_for/0"}},
        Refusal{"grant", grant, R"({})", {"/grantee", "/resource", "/actions"}},
        Refusal{"grant", grant,
                R"({"grantee": "group:g", "resource": "d/p/o/c", "actions": ["reed", "manage", "read", "read"]})",
                {"/resource", "/actions/0", "/actions/1", "/actions/3"}},
        Refusal{"grant", grant,
                R"({"grantee": "ana", "resource": "d", "actions": [], "purposes": ["P", "p", "p"]})",
                {"/grantee", "/actions", "/purposes/0", "/purposes/2"}},
        Refusal{"grant", grant,
                R"({"grantee": "user:a", "resource": "d", "actions": ["read"],
                    "columns": {"exclude": ["c"]}, "rows": "true", "delegable": true, "parent": "1",
                    "tagged": {}})",
                {"/tagged", "/tagged/domain", "/tagged/all", "/columns", "/rows", "/parent",
                 "/delegable"}},
        Refusal{"grant", grant,
                R"({"grantee": "user:a", "resource": "d/p", "actions": ["describe"],
                    "columns": {"exclude": []}, "rows": 1})",
                {"/columns/exclude", "/rows", "/columns"}},
        Refusal{"grant", grant,
                R"({"grantee": "user:a", "resource": "d/p", "actions": ["read", "write"],
                    "columns": {"exclude": ["c"], "include": ["c"]}, "rows": "true"})",
                {"/columns", "/rows"}},
        Refusal{"grant", grant,
                R"({"grantee": "domain:d", "actions": ["read"], "delegable": true, "parent": "00000000000000aa",
                    "tagged": {"domain": "d", "all": {}, "any": {}}})",
                {"/tagged/all", "/tagged/any", "/delegable"}},
        Refusal{"grant", grant,
                R"({"grantee": "user:a", "actions": ["read"],
                    "tagged": {"domain": "d/p", "all": {"k": [], "K": ["v"]}}})",
                {"/tagged/domain", "/tagged/all/K", "/tagged/all/k"}},
        Refusal{"grant", grant, R"({"grantee": "user:a", "actions": ["read"], "tagged": ["d"]})",
                {"/tagged"}},
        Refusal{"grant", grant,
                R"({"grantee": "user:a", "resource": "d", "actions": ["read"],
                    "not_before": "2027-01-01T00:00:00Z", "expires_at": "2027-01-01T00:00:00Z"})",
                {"/expires_at"}},
        Refusal{"grant", grant,
                R"({"grantee": "user:a", "resource": "d", "actions": ["read"],
                    "expires_at": "2027-01-01T00:00:00+01:00", "review_at": 1})",
                {"/expires_at", "/review_at"}},
        Refusal{"token", token, R"({"principal": "group:g"})", {"/principal", "/name"}},
        Refusal{"token", token, R"({"principal": "domain:d", "name": "", "secret": "x"})",
                {"/principal", "/name", "/secret"}},
        Refusal{"publish", publish, R"({})", {"/version"}},
        Refusal{"publish", publish, R"({"version": "1.2", "note": 1})", {"/version", "/note"}},
        Refusal{"deprecate", deprecate, R"({"successor": "d", "sunset_at": "2027-13-01T00:00:00Z"})",
                {"/sunset_at", "/successor"}},
        Refusal{"deprecate", deprecate, R"({"successor": "d/p/o"})", {"/successor"}}));

TEST(DomainDocument, ReadsEveryField) {
    const Result<DomainDocument> read = parse_domain(json(R"({
        "title": "Customer", "description": "Who buys", "parent": "retail",
        "owners": ["user:ana", "group:crm"], "stewards": ["service:s"], "members": ["user:bo"],
        "tags": {"sensitivity": ["internal", "secret"]}, "contact": "crm@example.org"})"));

    ASSERT_TRUE(read);
    EXPECT_EQ(read->title, "Customer");
    EXPECT_EQ(read->parent, "retail");
    EXPECT_EQ(read->owners, (std::vector<PrincipalName>{{Kind::user, "ana"}, {Kind::group, "crm"}}));
    EXPECT_EQ(read->stewards, (std::vector<PrincipalName>{{Kind::service, "s"}}));
    EXPECT_EQ(read->members, (std::vector<PrincipalName>{{Kind::user, "bo"}}));
    EXPECT_EQ(read->tags, (Tags{{"sensitivity", {"internal", "secret"}}}));
    EXPECT_EQ(read->contact, "crm@example.org");
}

TEST(DomainDocument, NeedsATitleOnly) {
    const Result<DomainDocument> read = parse_domain(json(R"({"title": "D"})"));

    ASSERT_TRUE(read);
    EXPECT_EQ(read->parent, std::nullopt);
    EXPECT_TRUE(read->owners.empty());
}

TEST(LocationDocument, ReadsLocalAndS3) {
    EXPECT_EQ(parse_location(json(R"({"storage": "lake", "uri": "local://lake/a"})"))->uri.text(),
              "local://lake/a/");
    EXPECT_EQ(parse_location(json(R"({"storage": "aws", "uri": "s3://bucket/a/"})"))->storage, "aws");
}

TEST(StorageDocument, ReadsRootAndDelegation) {
    const Result<StorageDocument> read = parse_storage(json(
        R"({"kind": "local", "root": "lake/raw", "delegated": {"customer": ["customer/", "crm/x"], "all": ["/"]}})"));

    ASSERT_TRUE(read);
    EXPECT_EQ(read->root, "lake/raw");
    EXPECT_FALSE(read->root_is_absolute());
    EXPECT_EQ(read->delegated.at("customer"),
              (std::vector<PathSegments>{{"customer"}, {"crm", "x"}}));
    EXPECT_EQ(read->delegated.at("all"), (std::vector<PathSegments>{{}}));
    EXPECT_TRUE(parse_storage(json(R"({"kind": "local", "root": "/srv/lake/"})"))->root_is_absolute());
}

TEST(StorageDocument, SaysWhichKindsThereAre) {
    EXPECT_EQ(detail_at(parse_storage(json(R"({"kind": "gcs", "bucket": "b"})")), "/kind"),
              "there are storages of kind \"local\" and \"s3\"");
}

TEST(StorageDocument, ReadsEveryFieldOfS3) {
    const Result<StorageDocument> read = parse_storage(json(
        R"({"kind": "s3", "endpoint": "https://minio.example:9000", "region": "eu-west-1",
            "bucket": "retail", "path_style": true,
            "credentials": {"access_key_id": "AKIAIOSFODNN7EXAMPLE", "secret_access_key": "s/e+c=ret"},
            "role_arn": "arn:aws:iam::123456789012:role/path/charter", "delegated": {"a": ["a/"]}})"));

    ASSERT_TRUE(read) << read.error().message();
    EXPECT_TRUE(read->is_s3());
    EXPECT_EQ(read->endpoint, "https://minio.example:9000");
    EXPECT_EQ(read->region, "eu-west-1");
    EXPECT_EQ(read->bucket, "retail");
    EXPECT_TRUE(read->path_style);
    EXPECT_EQ(read->credentials->access_key_id, "AKIAIOSFODNN7EXAMPLE");
    EXPECT_EQ(read->credentials->secret_access_key->reveal(), "s/e+c=ret");
    EXPECT_EQ(read->role_arn, "arn:aws:iam::123456789012:role/path/charter");
    EXPECT_EQ(read->root, "");
}

/// An s3 storage with one field changed: where it is refused.
Pointers s3_with(const std::string& field, const Json& value) {
    Json document = json(R"({"kind": "s3", "region": "r", "bucket": "retail",
                             "credentials": {"access_key_id": "id", "secret_access_key": "key"}})");
    document[Json::json_pointer(field)] = value;
    return pointers(parse_storage(document));
}

TEST(StorageDocument, TakesOnlyAnEndpointOfHostAndPort) {
    for (const char* good : {"https://s3.eu-west-1.amazonaws.com", "http://127.0.0.1:9000",
                             "http://[::1]:9000", "https://[2001:db8::1]", "http://minio:1"}) {
        EXPECT_EQ(s3_with("/endpoint", good), Pointers{}) << good;
    }
    for (const char* bad :
         {"", "minio:9000", "ftp://minio", "https://", "https://a/", "https://a/b", "https://a?b",
          "https://a#b", "https://u@a", "https://u:p@a:1", "https://a:", "https://a:0",
          "https://a:65536", "https://a:1x", "https://a..b", "https://.a", "https://a b",
          "https://a\\b", "https://[::1", "https://[]", "https://[::1]x", "https://a%2fb",
          "HTTPS://a", "https://a:1:2", "https://-a", "https://a\r\nb"}) {
        EXPECT_EQ(s3_with("/endpoint", bad), Pointers{"/endpoint"}) << bad;
    }
}

TEST(StorageDocument, TakesOnlyARoleOfIam) {
    for (const char* good : {"arn:aws:iam::123456789012:role/charter",
                             "arn:aws-us-gov:iam::123456789012:role/a/b+=,.@-_",
                             "arn:minio:iam:::role/charter"}) {
        EXPECT_EQ(s3_with("/role_arn", good), Pointers{}) << good;
    }
    for (const char* bad :
         {"", "charter", "arn:aws:iam::123456789012:user/a", "arn:aws:iam::12345:role/a",
          "arn:aws:iam::123456789012:role/", "arn:aws:iam::123456789012:role/a b",
          "arn:aws:iam::123456789012:role/a*", "arn::iam::123456789012:role/a",
          "arn:aws:sts::123456789012:role/a", "arn:aws:iam:eu:123456789012:role/a", "arn:"}) {
        EXPECT_EQ(s3_with("/role_arn", bad), Pointers{"/role_arn"}) << bad;
    }
}

TEST(StorageDocument, RefusesFieldsOfTheOtherKindAndUnknownOnes) {
    EXPECT_EQ(s3_with("/root", "lake"), Pointers{"/root"});
    EXPECT_EQ(s3_with("/region", "eu_west"), Pointers{"/region"});
    EXPECT_EQ(s3_with("/bucket", "Retail"), Pointers{"/bucket"});
    EXPECT_EQ(s3_with("/path_style", "yes"), Pointers{"/path_style"});
    EXPECT_EQ(s3_with("/credentials", Json()), Pointers{"/credentials"});
    EXPECT_EQ(s3_with("/credentials", "x"), Pointers{"/credentials"});
    EXPECT_EQ(s3_with("/credentials/access_key_id", "a/b"), Pointers{"/credentials/access_key_id"});
    EXPECT_EQ(s3_with("/credentials/secret_access_key", 7),
              Pointers{"/credentials/secret_access_key"});
    EXPECT_EQ(s3_with("/credentials/secret_access_key", "a b"),
              Pointers{"/credentials/secret_access_key"});
    EXPECT_EQ(s3_with("/credentials/session_token", "t"), Pointers{"/credentials/session_token"});
    EXPECT_EQ(pointers(parse_storage(json(R"({"kind": "local", "root": "a", "bucket": "abc"})"))),
              Pointers{"/bucket"});
}

TEST(PolicyDocument, KeepsTheTextAsItIs) {
    const std::string cedar = "permit (principal, action == Action::\"read\",\n\tresource);\n";
    const Json document{{"cedar", cedar}, {"review_at", "2027-01-01T00:00:00Z"}};

    const Result<PolicyDocument> read = parse_policy_document(document);

    ASSERT_TRUE(read);
    EXPECT_EQ(read->cedar, cedar);
    EXPECT_EQ(format_time(read->review_at.value()), "2027-01-01T00:00:00Z");
    EXPECT_EQ(parse_guardrail(document)->mode, "enforce");
}

TEST(PurposeDocument, TellsNobodyFromAnybody) {
    EXPECT_EQ(parse_purpose(json("{}"))->claimable_by, std::nullopt);
    EXPECT_EQ(parse_purpose(json(R"({"claimable_by": null})"))->claimable_by, std::nullopt);
    EXPECT_EQ(parse_purpose(json(R"({"claimable_by": []})"))->claimable_by,
              std::vector<PrincipalName>{});
    EXPECT_EQ(parse_purpose(json(R"({"claimable_by": ["domain:m"]})"))->claimable_by,
              (std::vector<PrincipalName>{{Kind::domain, "m"}}));
}

TEST(TagDocument, ReadsEveryField) {
    const Result<TagDocument> read = parse_tag(json(
        R"({"values": ["pii", "none"], "description": "d", "protected": true, "stewards": ["group:dpo"]})"));

    ASSERT_TRUE(read);
    EXPECT_EQ(read->values, (std::vector<std::string>{"pii", "none"}));
    EXPECT_TRUE(read->is_protected);
    EXPECT_EQ(read->stewards.size(), 1u);
}

TEST(PrincipalDocuments, MayBeEmpty) {
    EXPECT_FALSE(parse_user(json("{}"))->disabled);
    EXPECT_TRUE(parse_service(json(R"({"disabled": true})"))->disabled);
    EXPECT_TRUE(parse_group(json("{}"))->members.empty());
    EXPECT_TRUE(parse_engine(json("{}"))->enforces.empty());
}

TEST(EngineDocument, ReadsWhatItEnforcesAndForWhom) {
    const Result<EngineDocument> read = parse_engine(
        json(R"({"enforces": ["columns", "rows"], "speaks_for": ["group:analysts", "domain:m"]})"));

    ASSERT_TRUE(read);
    EXPECT_EQ(read->enforces, (std::vector<std::string>{"columns", "rows"}));
    EXPECT_EQ(read->speaks_for.size(), 2u);
}

TEST(GrantDocument, ReadsThePlainForm) {
    const Result<GrantDocument> read = parse_grant(json(R"({
        "grantee": "group:analysts", "resource": "customer/customers", "actions": ["describe", "read"],
        "columns": null, "rows": null, "tagged": null, "purposes": ["analytics"], "not_before": null,
        "expires_at": "2027-01-01T00:00:00Z", "review_at": null, "delegable": false, "parent": null,
        "reason": "because"})"));

    ASSERT_TRUE(read);
    EXPECT_EQ(read->grantee, (PrincipalName{Kind::group, "analysts"}));
    EXPECT_EQ(read->resource, "customer/customers");
    EXPECT_EQ(read->actions, (std::vector<std::string>{"describe", "read"}));
    EXPECT_EQ(read->purposes, std::vector<std::string>{"analytics"});
    EXPECT_EQ(read->not_before, std::nullopt);
    EXPECT_EQ(format_time(read->expires_at.value()), "2027-01-01T00:00:00Z");
    EXPECT_EQ(read->reason, "because");
}

TEST(GrantDocument, ReadsATagExpressionAndWhatItPassesOn) {
    const Result<GrantDocument> read = parse_grant(json(R"({
        "grantee": "domain:marketing", "actions": ["read"], "resource": null,
        "tagged": {"domain": "customer", "all": {"sensitivity": ["public", "internal"], "area": ["web"]}},
        "delegable": true})"));
    const Result<GrantDocument> child = parse_grant(json(R"({
        "grantee": "user:a", "resource": "d", "actions": ["read"], "parent": "00000000000000aa"})"));

    ASSERT_TRUE(read);
    EXPECT_EQ(read->resource, "");
    EXPECT_EQ(read->tagged, (TagExpression{"customer", {{"area", {"web"}},
                                                        {"sensitivity", {"public", "internal"}}}}));
    EXPECT_TRUE(read->delegable);
    ASSERT_TRUE(child);
    EXPECT_EQ(child->parent, ResourceId{0xaa});
    EXPECT_FALSE(child->delegable);
}

TEST(GrantDocument, LimitsATagExpressionSoThatItsTermsFitAPolicy) {
    const auto refused = [](const Json& all) {
        return !parse_grant(Json{{"grantee", "user:a"},
                                 {"actions", {"read"}},
                                 {"tagged", {{"domain", "d"}, {"all", all}}}});
    };
    Json keys = Json::object();
    Json values = Json::array();
    for (int i = 0; i < 16; ++i) {
        keys["k" + std::to_string(i)] = {"v"};
    }
    for (int i = 0; i < 100; ++i) {
        values.push_back(std::to_string(i));
    }
    EXPECT_FALSE(refused(keys));
    keys["more"] = {"v"};
    EXPECT_TRUE(refused(keys));
    EXPECT_FALSE(refused({{"k", values}}));
    EXPECT_TRUE(refused({{"k", values}, {"l", {"v"}}}));
    EXPECT_TRUE(refused({{"k", {std::string(128, 'a'), std::string(128, 'b')}},
                         {"l", Json::array()}}));
    Json wide = Json::array();
    for (int i = 0; i < 17; ++i) {
        wide.push_back(std::string(120, 'a') + std::to_string(100 + i));
    }
    EXPECT_TRUE(refused({{"k", wide}}));
}

TEST(GrantBatch, ReadsIdsWithAndWithoutAReason) {
    const Result<GrantBatch> read = parse_grant_batch(json(R"({
        "create": [{"any": "thing"}],
        "revoke": ["00000000000000aa", {"id": "00000000000000ab", "reason": "over"}]})"));

    ASSERT_TRUE(read);
    EXPECT_EQ(read->create, std::vector<Json>{Json({{"any", "thing"}})});
    ASSERT_EQ(read->revoke.size(), 2u);
    EXPECT_EQ(read->revoke[0].id, ResourceId{0xaa});
    EXPECT_EQ(read->revoke[1].reason, "over");
}

TEST(GrantDocument, ReadsColumnsAndRows) {
    const Result<GrantDocument> read = parse_grant(json(R"({
        "grantee": "user:a", "resource": "d/p", "actions": ["read_masked"],
        "columns": {"exclude": ["c", "d e"]}, "rows": "context.row.k == 1"})"));

    ASSERT_TRUE(read);
    EXPECT_EQ(read->columns, (GrantColumns{true, {"c", "d e"}}));
    EXPECT_EQ(read->rows, "context.row.k == 1");
}

TEST(TokenDocument, IsForWhoCanSignIn) {
    for (const std::string principal : {"user:a", "service:a", "engine:a"}) {
        EXPECT_TRUE(parse_token_document(Json{{"principal", principal}, {"name", "laptop"}}))
            << principal;
    }
}

TEST(PublishDocument, ReadsTheVersion) {
    EXPECT_EQ(parse_publish(json(R"({"version": "1.2.0", "note": "n"})"))->version,
              (Version{1, 2, 0}));
}

TEST(DeprecateDocument, MayBeEmptyOrNameASuccessor) {
    EXPECT_EQ(parse_deprecate(json("{}"))->successor, std::nullopt);
    EXPECT_EQ(parse_deprecate(json(R"({"successor": "d/p"})"))->successor, "d/p");
}

// The example of RFC 7396 section 3, and its rule that null removes.
TEST(MergePatch, FollowsRfc7396) {
    const Json target = json(R"({"title": "Goodbye!",
        "author": {"givenName": "John", "familyName": "Doe"},
        "tags": ["example", "sample"], "content": "This will be unchanged"})");
    const Json patch = json(R"({"title": "Hello!", "phoneNumber": "+01-123-456-7890",
        "author": {"familyName": null}, "tags": ["example"]})");

    EXPECT_EQ(merge_patch(target, patch),
              json(R"({"title": "Hello!", "author": {"givenName": "John"}, "tags": ["example"],
                       "content": "This will be unchanged", "phoneNumber": "+01-123-456-7890"})"));
    EXPECT_EQ(merge_patch(json("{}"), json(R"({"a": {"b": {"c": null}}})")),
              json(R"({"a": {"b": {}}})"));
    EXPECT_EQ(merge_patch(target, json(R"(["x"])")), json(R"(["x"])"));
}

}  // namespace
}  // namespace charter
