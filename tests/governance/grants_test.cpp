// A grant is kept in a compact form and shown as Cedar. Both must decide alike, for
// whoever, whatever and whenever.
#include "support/mesh.hpp"

#include "charter/policy/evaluate.hpp"
#include "governance/fold.hpp"

#include <iostream>
#include <random>

namespace charter::testing {
namespace {

const std::vector<std::string> people = {"user:ana", "user:bob", "user:eve", "service:etl",
                                         "engine:trino"};
const std::vector<std::string> grantees = {"user:ana",      "user:bob",       "service:etl",
                                           "engine:trino",  "group:analysts", "group:staff",
                                           "domain:sales",  "domain:customer"};
const std::vector<std::string> products = {"customer/a", "customer/b", "europe/a"};

/// ana is in analysts, which is in staff, which is in the team of sales. The domain
/// europe lies below customer. Products are hidden, so that nothing but grants shows them.
void fill(Mesh& mesh) {
    for (const char* name : {"ana", "bob", "eve"}) {
        mesh.user(name);
    }
    mesh.put(Kind::service, "etl", {{"title", "etl"}});
    mesh.put(Kind::engine, "trino", {{"title", "trino"}, {"enforces", {"columns"}}});
    mesh.put(Kind::group, "analysts", {{"title", "g"}, {"members", {"user:ana"}}});
    mesh.put(Kind::group, "staff", {{"title", "g"}, {"members", {"group:analysts", "service:etl"}}});
    mesh.domain("sales", {{"members", {"group:staff"}}});
    mesh.domain("customer", {{"members", {"user:bob"}}});
    mesh.domain("europe", {{"parent", "customer"}});
    for (const char* purpose : {"analytics", "fraud"}) {
        mesh.put(Kind::purpose, purpose, {{"description", "p"}});
    }
    for (const std::string& product : products) {
        mesh.product(product, Json::array({{{"name", "c"}, {"type", "int"}}, {{"name", "d"}, {"type", "int"}}}),
                     {{"visibility", "hidden"}});
    }
}

policy::EntityUid resource_uid(const std::string& path) {
    const auto slashes = std::count(path.begin(), path.end(), '/');
    return {slashes == 0 ? "Domain" : slashes == 1 ? "Product" : "Port", path};
}

class GrantForms : public ::testing::TestWithParam<unsigned> {
protected:
    std::size_t number(std::size_t below) { return random() % below; }
    template <class T>
    const T& one_of(const std::vector<T>& list) {
        return list[number(list.size())];
    }
    bool chance(std::size_t one_in) { return number(one_in) == 0; }

    Json random_grant() {
        Json body{{"grantee", one_of(grantees)}, {"actions", Json::array()}};
        for (const char* action : {"read", "read_masked", "write", "discover", "describe"}) {
            if (chance(2)) {
                body["actions"].push_back(action);
            }
        }
        if (body["actions"].empty()) {
            body["actions"].push_back("read");
        }
        const std::string product = one_of(products);
        const std::size_t depth = number(3);
        body["resource"] = depth == 0 ? product.substr(0, product.find('/'))
                                      : depth == 1 ? product : product + "/files";
        if (chance(2)) {
            body["purposes"] = chance(2) ? Json{"analytics"} : Json{"analytics", "fraud"};
        }
        if (chance(3)) {
            body["not_before"] = format_time(one_of(times));
        }
        if (chance(3)) {
            body["expires_at"] = "2026-12-24T00:00:00.001Z";
        }
        return body;
    }

    Mesh mesh;
    std::mt19937 random{GetParam()};
    const std::vector<UtcTime> times = {parse_time("2026-11-30T23:59:59.999Z").value(),
                                        parse_time("2026-12-01T00:00:00Z").value(),
                                        parse_time("2026-12-24T00:00:00Z").value(),
                                        parse_time("2026-12-24T00:00:00.001Z").value()};
};

TEST_P(GrantForms, TheCompactFormDecidesAsItsCedarTextDoes) {
    std::cout << "seed " << GetParam() << "\n";
    fill(mesh);
    mesh.grouping = true;
    struct Text {
        policy::Policy policy;
        std::string domain;  // like every permit, it counts in the domain it stands in
    };
    std::vector<Text> texts;
    for (int i = 0; i < 12; ++i) {
        Result<Written> written = mesh.try_grant(random_grant());
        if (!written) {
            continue;  // not_before after expires_at
        }
        const ResourceId id = written->resource.id;
        if (chance(6)) {
            ASSERT_TRUE(mesh.try_revoke(id));
            continue;  // what is revoked has no text any more
        }
        const auto grant = mesh.world().find<GrantEntry>(id);
        for (const std::string& text :
             grant_as_cedar(*grant, principal_uid(grant->grantee_name), resource_uid(grant->resource_path))) {
            const Result<policy::Policy> parsed = policy::parse_policy(grant->label, text);
            ASSERT_TRUE(parsed) << text << parsed.error().message();
            const std::string& path = grant->resource_path;
            texts.push_back(Text{*parsed, path.substr(0, path.find('/'))});
        }
    }
    const World& world = mesh.world();
    std::size_t allowed = 0;

    const auto expect_alike = [&](const Caller& who, Action action, const std::string& purpose,
                                  const Target& target) {
        const auto given = purpose.empty() ? std::nullopt : std::optional<std::string_view>(purpose);
        std::vector<std::string> compact;
        for (const Ground& ground : Decider(world, who, action, given).decide(target).determined_by) {
            if (ground.label.starts_with("grant:")) {
                compact.emplace_back(ground.label);
            }
        }
        policy::Request request{who.principal->node->entity.uid, action_uid(action),
                                target.node->entity.uid, call_context(who, given)};
        std::vector<std::string> shown;
        for (const Text& text : texts) {
            const policy::Outcome outcome = policy::evaluate(text.policy, request, world);
            EXPECT_NE(outcome.kind, policy::Outcome::Kind::error)
                << text.policy.source() << outcome.error;
            if (outcome.kind == policy::Outcome::Kind::matched && text.domain == target.domain->name) {
                shown.push_back(text.policy.id());
            }
        }
        std::sort(compact.begin(), compact.end());
        std::sort(shown.begin(), shown.end());
        allowed += compact.size();
        ASSERT_EQ(compact, shown) << who.principal->principal.text() << " " << action_name(action)
                                  << " " << target.node->entity.uid.text() << " for " << purpose
                                  << " at " << format_time(who.now);
    };

    for (const std::string& name : people) {
        for (const UtcTime& now : times) {
            Caller who = mesh.caller(name);
            who.now = now;
            for (const Action action : {Action::read, Action::read_masked, Action::write,
                                        Action::discover, Action::describe, Action::edit,
                                        Action::grant, Action::administer, Action::request}) {
                for (const char* purpose : {"", "analytics", "fraud", "other"}) {
                    for (const std::string& path : products) {
                        const PortPtr port = world.port(path + "/files");
                        const ProductPtr product = world.product(path);
                        expect_alike(who, action, purpose, target_of(world, *port));
                        expect_alike(who, action, purpose, target_of(world, *product));
                        expect_alike(who, action, purpose, target_of(world, *world.domain_of(*product)));
                        // A column is covered by what covers its port.
                        Target column = target_of(world, *port);
                        column.node = port->columns.front().node.get();
                        expect_alike(who, action, purpose, column);
                        if (HasFatalFailure()) {
                            return;
                        }
                    }
                }
            }
        }
    }
    EXPECT_GT(allowed, 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, GrantForms, ::testing::Range(1u, 13u));

}  // namespace
}  // namespace charter::testing
