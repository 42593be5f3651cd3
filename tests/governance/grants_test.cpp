// A grant is kept in a compact form and shown as Cedar. Both must decide alike, for
// whoever, whatever and whenever.
#include "support/mesh.hpp"

#include "charter/governance/grant_standing.hpp"
#include "charter/policy/authorize.hpp"
#include "charter/policy/validate.hpp"

#include <algorithm>
#include <iostream>
#include <random>

namespace charter::testing {
namespace {

const std::vector<std::string> people = {"user:ana", "user:bob", "user:eve", "service:etl",
                                         "engine:trino"};
const std::vector<std::string> grantees = {"user:ana",      "user:bob",       "service:etl",
                                           "engine:trino",  "group:analysts", "group:staff",
                                           "domain:sales",  "domain:customer"};
const std::vector<std::string> members = {"user:ana", "service:etl", "group:analysts", "group:staff",
                                          "user:bob", "domain:sales"};
const std::vector<std::string> products = {"customer/a", "customer/b", "europe/a"};

struct Text {
    policy::Policy policy;
    std::string domain;  // like every permit, it counts in the domain it stands in
};

class GrantForms : public ::testing::TestWithParam<unsigned> {
protected:
    std::size_t number(std::size_t below) { return random() % below; }
    template <class T>
    const T& one_of(const std::vector<T>& list) {
        return list[number(list.size())];
    }
    bool chance(std::size_t one_in) { return number(one_in) == 0; }

    Json some_of(const std::vector<std::string>& values) {
        Json chosen = Json::array();
        for (const std::string& value : values) {
            if (chance(2)) {
                chosen.push_back(value);
            }
        }
        return chosen.empty() ? Json::array({one_of(values)}) : chosen;
    }
    /// Perhaps none.
    Json random_tags() {
        Json tags = Json::object();
        if (chance(2)) {
            tags["class"] = some_of({"pii", "open"});
        }
        if (chance(2)) {
            tags["area"] = some_of({"retail", "web"});
        }
        return tags;
    }
    Json random_columns() {
        Json columns = Json::array();
        for (const char* name : {"c", "d", "e"}) {
            columns.push_back({{"name", name}, {"type", "int"}, {"tags", random_tags()}});
        }
        return columns;
    }

    /// ana is in analysts, which is in staff, which is in the team of sales, which is eve's. The
    /// domain europe lies below customer. Products are hidden, so that nothing but grants shows
    /// them.
    void fill() {
        for (const char* name : {"ana", "bob", "eve"}) {
            mesh.user(name);
        }
        mesh.put(Kind::service, "etl", {{"title", "etl"}});
        mesh.put(Kind::engine, "trino", {{"title", "trino"}, {"enforces", {"columns"}}});
        mesh.put(Kind::group, "analysts", {{"title", "g"}, {"members", {"user:ana"}}});
        mesh.put(Kind::group, "staff",
                 {{"title", "g"}, {"members", {"group:analysts", "service:etl"}}});
        mesh.put(Kind::tag, "class", {{"values", {"pii", "open"}}});
        mesh.put(Kind::tag, "area", {{"values", {"retail", "web"}}});
        mesh.domain("sales", {{"members", {"group:staff"}}, {"owners", {"user:eve"}}});
        mesh.domain("customer", {{"members", {"user:bob"}},
                                 {"tags", random_tags()},
                                 {"access", {{"lapse_unreviewed", chance(2)}}}});
        mesh.domain("europe", {{"parent", "customer"}});
        for (const char* purpose : {"analytics", "fraud"}) {
            mesh.put(Kind::purpose, purpose, {{"description", "p"}});
        }
        for (const std::string& product : products) {
            mesh.product(product, random_columns(),
                         {{"visibility", "hidden"}, {"tags", random_tags()}});
        }
    }

    void add_terms(Json& body) {
        const std::string product = one_of(products);
        if (chance(2)) {
            const std::size_t depth = number(3);
            body["resource"] = depth == 0 ? product.substr(0, product.find('/'))
                                          : depth == 1 ? product : product + "/files";
        } else {
            Json all = random_tags();
            if (all.empty()) {
                all["class"] = some_of({"pii", "open"});
            }
            body["tagged"] = {{"domain", product.substr(0, product.find('/'))}, {"all", all}};
        }
        if (chance(3)) {
            body["purposes"] = chance(2) ? Json{"analytics"} : Json{"analytics", "fraud"};
        }
        if (chance(4)) {
            body["not_before"] = format_time(one_of(times));
        }
        if (chance(3)) {
            body["expires_at"] = format_time(times.back());
        }
        if (chance(3)) {
            body["review_at"] = format_time(one_of(times));
        }
    }
    Json random_grant() {
        Json body{{"grantee", one_of(grantees)},
                  {"actions", some_of({"read", "read_masked", "write", "discover", "describe"})}};
        add_terms(body);
        if (chance(3)) {
            body["grantee"] = "domain:sales";
            body["delegable"] = true;
            body.erase("not_before");  // so that it can be passed on now
        }
        return body;
    }
    /// Of the same terms, or less or more.
    Json random_child(ResourceId parent) {
        const Result<std::optional<Resource>> stored = mesh.draft().find(parent);
        Json body = Json::parse(stored.value()->document);
        for (const char* field : {"delegable", "expires_at", "review_at"}) {
            body.erase(field);
        }
        if (chance(2)) {
            body.erase("purposes");
        }
        body["grantee"] = one_of(members);
        body["parent"] = parent.text();
        if (body.contains("tagged") && chance(2)) {
            const std::string domain = body["tagged"]["domain"];
            body.erase("tagged");
            body["resource"] = domain + (chance(2) ? "/a" : "/a/files");
        }
        if (chance(4)) {
            Json other{{"grantee", body["grantee"]}, {"parent", parent.text()},
                       {"actions", some_of({"read", "write"})}};
            add_terms(other);
            body = std::move(other);
        }
        return body;
    }

    void make_grants() {
        std::vector<ResourceId> delegable;
        for (int i = 0; i < 16; ++i) {
            const Json body = random_grant();
            const Result<Written> written = mesh.try_grant(body);
            if (!written) {
                continue;  // not_before after expires_at
            }
            ids.push_back(written->resource.id);
            if (body.contains("delegable")) {
                delegable.push_back(written->resource.id);
            }
        }
        for (int i = 0; i < 24 && !delegable.empty(); ++i) {
            const Result<Written> child = mesh.try_grant(random_child(one_of(delegable)), "user:eve");
            if (child) {
                ids.push_back(child->resource.id);
                ++passed_on;
            }
        }
        for (const ResourceId id : std::vector<ResourceId>(ids)) {
            if (chance(8)) {
                ASSERT_TRUE(mesh.try_revoke(id));
            }
        }
    }

    /// What comes after grants were made.
    void change_the_rest() {
        if (chance(3)) {
            mesh.put(Kind::group, "staff", {{"title", "g"}, {"members", {"service:etl"}}});
        }
        if (chance(2)) {
            mesh.put(Kind::domain, "customer",
                     {{"title", "customer"}, {"members", {"user:bob"}}, {"tags", random_tags()},
                      {"access", {{"lapse_unreviewed", chance(2)}}}});
        }
        if (chance(2)) {
            ASSERT_TRUE(mesh.try_patch(Kind::product, "customer/a", {{"tags", random_tags()}}));
        }
    }

    void read_texts() {
        for (const ResourceId id : ids) {
            const auto grant = mesh.world().find<GrantEntry>(id);
            if (grant->revoked) {
                continue;  // what is revoked has no text any more
            }
            for (const std::string& text : grant_as_cedar(mesh.world(), *grant)) {
                const Result<policy::Policy> parsed = policy::parse_policy(grant->label, text);
                ASSERT_TRUE(parsed) << text << parsed.error().message();
                const policy::Validation validation = policy::validate(*parsed, Mesh::schema());
                ASSERT_TRUE(validation.errors.empty())
                    << text << validation.errors.front().detail;
                const std::string& path = grant->resource_path;
                texts.push_back(Text{*parsed, path.substr(0, path.find('/'))});
            }
        }
    }

    void expect_alike(const Caller& who, Action action, const std::string& purpose,
                      const Target& target) {
        const World& world = mesh.world();
        const auto given = purpose.empty() ? std::nullopt : std::optional<std::string_view>(purpose);
        std::vector<std::string> compact;
        for (const Ground& ground : Decider(world, who, action, given).decide(target).determined_by) {
            if (ground.label.starts_with("grant:")) {
                compact.emplace_back(ground.label);
            }
        }
        std::vector<const policy::Policy*> here;
        for (const Text& text : texts) {
            if (text.domain == target.domain->name) {
                here.push_back(&text.policy);
            }
        }
        const policy::Request request{who.principal->node->entity.uid, action_uid(action),
                                      target.node->entity.uid, call_context(who, given)};
        policy::Authorization shown = policy::authorize(here, request, world);
        ASSERT_TRUE(shown.errors.empty()) << shown.errors.front().message;
        std::vector<std::string>& by = shown.determined_by;
        std::sort(compact.begin(), compact.end());
        std::sort(by.begin(), by.end());
        by.erase(std::unique(by.begin(), by.end()), by.end());
        allowed += compact.size();
        for (const std::string& label : compact) {
            const auto id = ResourceId::parse(label.substr(label.find(':') + 1));
            of_passed_on += world.find<GrantEntry>(*id)->passed_on ? 1U : 0U;
        }
        ASSERT_EQ(compact, by) << who.principal->principal.text() << " " << action_name(action)
                               << " " << target.node->entity.uid.text() << " for " << purpose
                               << " at " << format_time(who.now);
    }

    void ask_about(const Caller& who, Action action, const std::string& purpose) {
        const World& world = mesh.world();
        for (const std::string& path : products) {
            const PortPtr port = world.port(path + "/files");
            const ProductPtr product = world.product(path);
            expect_alike(who, action, purpose, target_of(world, *port));
            expect_alike(who, action, purpose, target_of(world, *product));
            expect_alike(who, action, purpose, target_of(world, *world.domain_of(*product)));
            for (const ColumnEntry& column : port->columns) {
                Target of_column = target_of(world, *port);
                of_column.node = column.node.get();
                expect_alike(who, action, purpose, of_column);
            }
        }
    }

    Mesh mesh;
    std::mt19937 random{GetParam()};
    const std::vector<UtcTime> times = {parse_time("2026-11-30T23:59:59.999Z").value(),
                                        parse_time("2026-12-01T00:00:00Z").value(),
                                        parse_time("2026-12-24T00:00:00Z").value(),
                                        parse_time("2026-12-24T00:00:00.001Z").value()};
    std::vector<ResourceId> ids;
    std::vector<Text> texts;
    std::size_t passed_on = 0;
    std::size_t allowed = 0;
    std::size_t of_passed_on = 0;
};

TEST_P(GrantForms, TheCompactFormDecidesAsItsCedarTextDoes) {
    mesh.grouping = true;
    fill();
    ASSERT_NO_FATAL_FAILURE(make_grants());
    ASSERT_NO_FATAL_FAILURE(change_the_rest());
    ASSERT_NO_FATAL_FAILURE(read_texts());
    for (const std::string& name : people) {
        for (const UtcTime& now : times) {
            Caller who = mesh.caller(name);
            who.now = now;
            for (const Action action : {Action::read, Action::read_masked, Action::write,
                                        Action::describe, Action::edit, Action::request}) {
                for (const char* purpose : {"", "analytics", "other"}) {
                    ask_about(who, action, purpose);
                    if (HasFatalFailure()) {
                        return;
                    }
                }
            }
        }
    }
    std::cout << "seed " << GetParam() << ": " << ids.size() << " grants, " << passed_on
              << " passed on; " << allowed << " held, " << of_passed_on << " of these passed on\n";
    EXPECT_GT(allowed, 0u);
}

TEST_P(GrantForms, AWorldThatIsBuiltAnewDecidesTheSame) {
    fill();
    ASSERT_NO_FATAL_FAILURE(make_grants());
    ASSERT_NO_FATAL_FAILURE(change_the_rest());
    mesh.commit();
    const World again = mesh.rebuilt();
    for (const ResourceId id : ids) {
        const auto was = mesh.world().find<GrantEntry>(id);
        const auto is = again.find<GrantEntry>(id);
        ASSERT_TRUE(is);
        EXPECT_EQ(grant_as_cedar(again, *is), grant_as_cedar(mesh.world(), *was));
        for (const UtcTime& now : times) {
            EXPECT_EQ(standing_of(again, *is, now).state, standing_of(mesh.world(), *was, now).state);
        }
        EXPECT_EQ(again.passed_on().contains(was->passed_on.value, id.value),
                  mesh.world().passed_on().contains(was->passed_on.value, id.value));
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, GrantForms, ::testing::Range(1u, 17u));

}  // namespace
}  // namespace charter::testing
