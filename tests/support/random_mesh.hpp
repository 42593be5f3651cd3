#pragma once

// A small mesh whose groups, grants, policies and guardrails are random, and what a plain look
// at everything finds in it.

#include "support/mesh.hpp"

#include "charter/governance/resolver.hpp"

#include <random>
#include <set>
#include <tuple>

namespace charter::testing {

/// Three domains (d1 below d0), two products each with one port, six users, three groups.
class RandomMesh {
public:
    explicit RandomMesh(unsigned seed) : random_(seed) {
        mesh.grouping = true;
        mesh.put(Kind::tag, "class", {{"values", {"pii", "open"}}});
        mesh.put(Kind::purpose, "analytics", {{"description", "a"}});
        for (int i = 0; i < 6; ++i) {
            mesh.user("u" + std::to_string(i), {{"disabled", i == 5}});
        }
        mesh.put(Kind::purpose, "billing",
                 {{"description", "b"}, {"claimable_by", {"user:u0", "user:u3"}}});
        put_group("g0", {"user:u0", "user:u1"});
        put_group("g1", {"user:u2", "group:g0"});
        put_group("g2", {"user:u3"});
        mesh.domain("d0", {{"members", {"user:u4", "group:g2"}}, {"owners", {"user:u1"}}});
        mesh.domain("d1", {{"members", {"user:u0"}}, {"parent", "d0"}});
        mesh.domain("d2", {{"members", Json::array({"user:u5"})}, {"stewards", {"user:u2"}}});
        const Json columns = Json::array(
            {{{"name", "a"}, {"type", "int"}, {"tags", {{"class", {"pii"}}}}},
             {{"name", "b"}, {"type", "int"}, {"tags", {{"class", {"open"}}}}}});
        for (const char* domain : {"d0", "d1", "d2"}) {
            mesh.product(std::string(domain) + "/p0", columns);
            mesh.product(std::string(domain) + "/p1", columns, {{"visibility", "hidden"}});
        }
    }

    std::size_t any(std::size_t count) {
        return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
    }
    const std::string& one_of(const std::vector<std::string>& list) { return list[any(list.size())]; }

    void put_group(const std::string& name, const Json& members) {
        mesh.put(Kind::group, name, {{"title", name}, {"members", members}});
    }
    std::string any_resource() {
        return one_of({"d0", "d1", "d2", "d0/p0", "d0/p1", "d1/p0", "d2/p1", "d1/p1/files",
                       "d0/p0/files", "d2/p0/files"});
    }
    std::string any_grantee() {
        return one_of({"user:u0", "user:u3", "user:u5", "group:g0", "group:g1", "group:g2",
                       "domain:d0", "domain:d1"});
    }
    ResourceId any_grant(const Json& more = Json::object()) {
        static const std::vector<Json> actions{{"read"}, {"read", "write"}, {"read_masked"},
                                               {"discover"}};
        const ResourceId id =
            mesh.grant(any_grantee(), any_resource(), actions[any(actions.size())], more);
        grants.push_back(id);
        return id;
    }
    /// About somebody in particular.
    std::string any_scope() {
        return one_of({"principal == User::\"u0\"", "principal in Group::\"g0\"",
                       "principal in Group::\"g1\"", "principal in Team::\"d0\"",
                       "principal is User in Group::\"g2\"",
                       "principal in Group::\"d1/owners\""});
    }
    std::string any_effect_and_scope(const std::string& domain, bool forbids) {
        const std::string resource =
            one_of({"resource in Domain::\"" + domain + "\"",
                    "resource in Product::\"" + domain + "/p0\"",
                    "resource in Port::\"" + domain + "/p1/files\"",
                    "resource == Column::\"" + domain + "/p0/files/a\""});
        return std::string(forbids ? "forbid" : "permit") + " (" + any_scope() +
               ", action in [Action::\"read\", Action::\"write\"], " + resource + ")";
    }
    void any_policy() {
        const std::string domain = one_of({"d0", "d1", "d2"});
        const bool forbids = any(3) == 0;
        const std::string condition =
            any(2) == 0 ? "" : " when { resource.hasTag(\"class\") && resource.getTag(\"class\").contains(\"open\") }";
        (void)mesh.try_put(Kind::policy, domain + "/r" + std::to_string(any(4)),
                           {{"cedar", any_effect_and_scope(domain, forbids) + condition + ";"}});
    }
    void any_guardrail() {
        (void)mesh.try_put(
            Kind::guardrail, "s" + std::to_string(any(3)),
            {{"cedar", any_effect_and_scope(one_of({"d0", "d1", "d2"}), true) + ";"},
             {"mode", any(4) == 0 ? "shadow" : "enforce"}});
    }
    /// A change of any kind that a dry run may be asked about.
    void any_change() {
        switch (any(7)) {
            case 0: any_grant(any(2) == 0 ? Json{{"purposes", {"billing"}}} : Json::object()); break;
            case 1:
                if (!grants.empty()) {
                    (void)mesh.try_revoke(grants[any(grants.size())]);
                }
                break;
            case 2: any_policy(); break;
            case 3: any_guardrail(); break;
            case 4:
                (void)mesh.try_patch(Kind::group, one_of({"g0", "g2"}),
                                     {{"members", any(2) == 0 ? Json::array()
                                                              : Json{one_of(users()), one_of(users())}}});
                break;
            case 5:
                (void)mesh.try_patch(Kind::domain, one_of({"d0", "d1", "d2"}),
                                     {{one_of({"members", "owners", "stewards"}),
                                       Json::array({one_of(users())})}});
                break;
            default:
                (void)mesh.try_remove(any(2) == 0 ? Kind::guardrail : Kind::policy,
                                      any(2) == 0 ? "s0" : "d0/r1");
                break;
        }
    }

    static std::vector<std::string> users() {
        return {"user:u0", "user:u1", "user:u2", "user:u3", "user:u4"};
    }
    static std::vector<std::string> everybody() {
        std::vector<std::string> names = users();
        names.insert(names.end(), {"user:u5", "user:admin"});
        return names;
    }
    static std::vector<std::string> ports() {
        return {"d0/p0/files", "d0/p1/files", "d1/p0/files",
                "d1/p1/files", "d2/p0/files", "d2/p1/files"};
    }

    /// Straight from a decision.
    bool may(const World& world, const std::string& name, const std::string& port, Action action,
             std::optional<std::string_view> purpose = std::nullopt) const {
        Caller caller;
        caller.principal = world.principal(PrincipalName::parse(name).value());
        caller.now = mesh.now;
        const PortPtr entry = world.port(port);
        Decider decider(world, caller, action, purpose);
        return action == Action::read || action == Action::read_masked
                   ? decider.decide_columns(*entry).some()
                   : decider.allows(target_of(world, *entry));
    }
    bool may_with_some_purpose(const World& world, const std::string& name,
                               const std::string& port, Action action) const {
        for (const char* purpose : {"analytics", "billing"}) {
            const auto principal = world.principal(PrincipalName::parse(name).value());
            if (!purpose_refused(world, *principal, purpose) &&
                may(world, name, port, action, purpose)) {
                return true;
            }
        }
        return may(world, name, port, action);
    }

    Mesh mesh;
    std::vector<ResourceId> grants;

private:
    std::mt19937 random_;
};

}  // namespace charter::testing
