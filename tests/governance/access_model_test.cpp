// Random changes of everything that gives or takes access, on a mesh and on a naive model of
// it. After each change both answer the same questions.
#include "access_model.hpp"

#include "support/mesh.hpp"

#include "charter/governance/decide.hpp"
#include "charter/governance/suspensions.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

namespace charter::testing {
namespace {

using Names = AccessModel::Names;
using Tags = AccessModel::Tags;
using Number = AccessModel::Number;
using std::chrono::milliseconds;

const std::vector<std::string> user_names{"u0", "u1", "u2", "u3", "u4", "u5"};
const std::vector<std::string> group_names{"g0", "g1", "g2"};
const std::vector<std::string> domain_names{"top", "below", "other"};
const std::vector<std::string> product_names{"top/p0", "top/p1", "below/p0", "other/p0"};
const std::vector<std::string> purposes{"p0", "p1"};
const std::vector<std::string> data_actions{"read", "read_masked", "write"};
const std::map<std::string, std::vector<std::string>> vocabulary{{"level", {"low", "mid", "high"}},
                                                                 {"area", {"east", "west"}}};

Json list(const Names& names) {
    return Json(std::vector<std::string>(names.begin(), names.end()));
}

Json tags_json(const Tags& tags) {
    Json json = Json::object();
    for (const auto& [key, values] : tags) {
        json[key] = list(values);
    }
    return json;
}

class AccessModelTest : public ::testing::Test {
protected:
    AccessModelTest() {
        mesh_.grouping = true;
        mesh_.user("boss");
        model_.users["boss"] = next_++;
        for (const auto& [key, values] : vocabulary) {
            mesh_.put(Kind::tag, key, {{"description", key}, {"values", values}});
        }
        for (const std::string& purpose : purposes) {
            mesh_.put(Kind::purpose, purpose, {{"description", purpose}});
        }
        for (const std::string& name : domain_names) {
            mesh_.domain(name, {{"owners", {"user:boss"}}});
            model_.domains[name] = {next_++, "", {"user:boss"}, {}, {}};
        }
        model_.domains["below"].parent = "top";
        put_domain("below");
        for (const std::string& name : user_names) {
            make_user(name);
        }
        for (const std::string& name : group_names) {
            put_group(name, {});
        }
        for (const std::string& path : product_names) {
            make_product(path);
        }
        mesh_.commit();
    }

    // --- chance ---

    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }
    bool chance(std::size_t percent) { return below(100) < percent; }
    template <class List>
    auto one_of(const List& from) {
        return *std::next(from.begin(), static_cast<std::ptrdiff_t>(below(from.size())));
    }
    Names some_of(const std::vector<std::string>& from, std::size_t percent) {
        Names some;
        std::ranges::copy_if(from, std::inserter(some, some.end()),
                             [&](const std::string&) { return chance(percent); });
        return some;
    }
    Tags some_tags() {
        Tags tags;
        for (const auto& [key, values] : vocabulary) {
            if (chance(35)) {
                tags[key] = some_of(values, 40);
                tags[key].insert(one_of(values));
            }
        }
        return tags;
    }
    std::string some_principal() {
        const std::size_t kind = below(10);
        return kind < 5 ? "user:" + one_of(user_names)
                        : (kind < 8 ? "group:" + one_of(group_names) : "domain:" + one_of(domain_names));
    }
    Names some_members() {
        Names members;
        for (const std::string& name : user_names) {
            if (chance(20) && model_.users.contains(name)) {
                members.insert("user:" + name);
            }
        }
        for (const std::string& name : group_names) {
            if (chance(15) && model_.groups.contains(name)) {
                members.insert("group:" + name);
            }
        }
        return members;
    }
    std::int64_t now() const { return mesh_.now.time_since_epoch().count(); }
    UtcTime time_at(std::int64_t at) const { return UtcTime(milliseconds(at)); }

    // --- changes of both ---

    bool make_user(const std::string& name) {
        const bool done = mesh_.try_put(Kind::user, name, {{"title", name}}).has_value();
        if (done) {
            model_.users[name] = next_++;
        }
        return done;
    }

    void put_group(const std::string& name, const Names& members) {
        if (mesh_.try_put(Kind::group, name, {{"title", name}, {"members", list(members)}})) {
            AccessModel::Group& group = model_.groups[name];
            group.number = group.number == 0 ? next_++ : group.number;
            group.members = members;
        }
    }

    bool put_domain(const std::string& name) {
        const AccessModel::Domain& domain = model_.domains[name];
        Json document{{"title", name},
                      {"owners", list(domain.owners)},
                      {"members", list(domain.members)},
                      {"tags", tags_json(domain.tags)}};
        if (!domain.parent.empty()) {
            document["parent"] = domain.parent;
        }
        return mesh_.try_put(Kind::domain, name, document).has_value();
    }

    Json document_of(const std::string& path, const AccessModel::Product& product) {
        Json columns = Json::array();
        for (const AccessModel::Column& column : product.columns) {
            columns.push_back(
                {{"name", column.name}, {"type", "string"}, {"tags", tags_json(column.tags)}});
        }
        const Json port{{"name", "files"},
                        {"location", "local://lake/" + path + "/files/"},
                        {"tags", tags_json(product.port_tags)},
                        {"columns", columns}};
        return {{"title", path},
                {"visibility", product.listed ? "listed" : "hidden"},
                {"tags", tags_json(product.tags)},
                {"ports", Json::array({port})}};
    }

    void make_product(const std::string& path) {
        AccessModel::Product product{next_++, path.substr(0, path.find('/')), chance(70),
                                     some_tags(), some_tags(), {{"a", some_tags()}, {"b", {}}}};
        if (mesh_.try_put(Kind::product, path, document_of(path, product))) {
            Mesh::check(mesh_.try_publish(path, "1.0.0"), "publish");
            model_.products[path] = product;
        }
    }

    void change_product(const std::string& path) {
        const auto found = model_.products.find(path);
        if (found == model_.products.end()) {
            return make_product(path);
        }
        AccessModel::Product after = found->second;
        const std::size_t what = below(5);
        if (what == 0) {
            after.tags = some_tags();
        } else if (what == 1) {
            after.port_tags = some_tags();
        } else if (what == 2) {
            after.listed = !after.listed;
        } else if (what == 3 && after.columns.size() < 5) {
            after.columns.push_back({"c" + std::to_string(after.columns.size()), some_tags()});
        } else {
            after.columns[below(after.columns.size())].tags = some_tags();
        }
        Mesh::check(mesh_.try_put(Kind::product, path, document_of(path, after)), "product");
        if (after.columns.size() != found->second.columns.size()) {
            const std::string version = "1." + std::to_string(after.columns.size()) + ".0";
            Mesh::check(mesh_.try_publish(path, version), "publish");
        }
        found->second = after;
    }

    void remove_something() {
        const std::size_t what = below(4);
        if (what == 0) {
            const std::string name = one_of(group_names);
            if (mesh_.try_remove(Kind::group, name)) {
                model_.groups.erase(name);
                model_.suspended.erase("group:" + name);
            }
        } else if (what == 1) {
            const std::string path = one_of(product_names);
            if (mesh_.try_remove(Kind::product, path)) {
                model_.products.erase(path);
                model_.suspended.erase(path);
                model_.suspended.erase(path + "/files");
            }
        } else {
            const std::string name = one_of(user_names);
            if (mesh_.try_remove(Kind::user, name)) {
                model_.users.erase(name);
                model_.suspended.erase("user:" + name);
            }
        }
    }

    void make_something() {
        for (const std::string& name : user_names) {
            if (!model_.users.contains(name)) {
                make_user(name);
            }
        }
        for (const std::string& path : product_names) {
            if (!model_.products.contains(path)) {
                make_product(path);
            }
        }
        const std::string name = one_of(group_names);
        put_group(name, some_members());
    }

    void change_domain() {
        const std::string name = one_of(domain_names);
        AccessModel::Domain& domain = model_.domains[name];
        const AccessModel::Domain before = domain;
        const std::size_t what = below(6);
        if (what == 0) {
            domain.tags = some_tags();
        } else if (what == 1) {
            domain.owners = some_members();
            domain.owners.insert("user:boss");
        } else {
            domain.members = some_members();
        }
        if (!put_domain(name)) {
            domain = before;
        }
    }

    Json grant_json(const AccessModel::Grant& grant) {
        Json body{{"grantee", grant.grantee}, {"actions", list(grant.actions)}};
        if (grant.tagged.empty()) {
            body["resource"] = grant.resource;
        } else {
            body["tagged"] = {{"domain", grant.resource}, {"all", tags_json(grant.tagged)}};
        }
        if (!grant.purposes.empty()) {
            body["purposes"] = list(grant.purposes);
        }
        if (grant.begins != INT64_MIN) {
            body["not_before"] = format_time(time_at(grant.begins));
        }
        if (grant.ends != INT64_MAX) {
            body["expires_at"] = format_time(time_at(grant.ends));
        }
        if (grant.delegable) {
            body["delegable"] = true;
        }
        if (!grant.parent.empty()) {
            body["parent"] = grant.parent;
        }
        return body;
    }

    /// Numbers of what it names; false when one is not there.
    bool resolve_names(AccessModel::Grant& grant) {
        const auto grantee = model_.number_of(grant.grantee);
        const auto slash = grant.resource.find('/');
        const auto product =
            model_.products.find(grant.resource.substr(0, grant.resource.find('/', slash + 1)));
        if (!grantee || (slash != std::string::npos && product == model_.products.end())) {
            return false;
        }
        grant.grantee_number = *grantee;
        grant.resource_number = slash == std::string::npos
                                    ? model_.domains.at(grant.resource).number
                                    : product->second.number;
        return true;
    }

    void give() {
        AccessModel::Grant grant;
        grant.grantee = some_principal();
        const std::size_t place = below(10);
        grant.resource = place < 3 ? one_of(domain_names) : one_of(product_names);
        grant.resource += place > 7 ? "/files" : "";
        if (place < 2) {
            grant.tagged = some_tags();
        }
        grant.actions = some_of(data_actions, 50);
        grant.actions.insert(chance(50) ? "read" : "describe");
        grant.purposes = chance(30) ? some_of(purposes, 60) : Names{};
        grant.begins = chance(20) ? now() + 1'000 * static_cast<std::int64_t>(below(200)) : INT64_MIN;
        grant.ends = chance(60) ? std::max(grant.begins, now()) +
                                      1'000 * static_cast<std::int64_t>(2 + below(2'000))
                                : INT64_MAX;
        grant.delegable = grant.grantee.starts_with("domain:") && chance(60);
        const bool there = resolve_names(grant);
        const Result<Written> written = mesh_.try_grant(grant_json(grant));
        ASSERT_EQ(written.has_value(), there) << grant_json(grant).dump();
        if (there) {
            model_.grants[written->resource.id.text()] = grant;
        }
    }

    void pass_on() {
        std::vector<std::string> delegable;
        for (const auto& [id, grant] : model_.grants) {
            if (grant.delegable) {
                delegable.push_back(id);
            }
        }
        if (delegable.empty()) {
            return;
        }
        const std::string id = one_of(delegable);
        const AccessModel::Grant& parent = model_.grants.at(id);
        AccessModel::Grant grant = parent;
        grant.parent = id;
        grant.delegable = false;
        grant.grantee = chance(90) ? (chance(50) ? "user:" + one_of(user_names)
                                                 : "group:" + one_of(group_names))
                                   : some_principal();
        if (chance(30)) {
            grant.actions = some_of(data_actions, 60);
            grant.actions.insert(chance(80) ? *parent.actions.begin() : "write");
        }
        if (chance(30)) {
            grant.ends = now() + 1'000 * static_cast<std::int64_t>(2 + below(2'000));
        }
        if (chance(20)) {
            grant.purposes = some_of(purposes, 60);
        }
        if (grant.tagged.empty() && grant.resource.find('/') == std::string::npos && chance(30)) {
            grant.resource = one_of(product_names);
        }
        if (!resolve_names(grant)) {
            return;
        }
        grant.begins = parent.begins;  // said or not, it does not begin before
        const std::int64_t at = now() + 1'000;  // the change has a second of its own
        const bool lawful =
            parent.begins <= at && at < parent.ends && at < grant.ends &&
            model_.number_of(parent.grantee) == parent.grantee_number &&
            !grant.grantee.starts_with("domain:") &&
            model_.names_of(grant.grantee).contains(parent.grantee) &&
            std::ranges::all_of(grant.actions,
                                [&](const std::string& action) {
                                    return action == "describe" || parent.actions.contains(action);
                                }) &&
            grant.ends <= parent.ends &&
            (parent.purposes.empty() || std::ranges::includes(parent.purposes, grant.purposes)) &&
            model_.lies_in(parent, grant);
        const Result<Written> written = mesh_.try_grant(grant_json(grant), "user:boss");
        ASSERT_EQ(written.has_value(), lawful)
            << grant_json(grant).dump() << " of " << grant_json(parent).dump() << ": "
            << (written ? "" : written.error().message());
        if (grant.purposes.empty()) {
            grant.purposes = parent.purposes;
        }
        if (lawful) {
            model_.grants[written->resource.id.text()] = grant;
        }
    }

    void revoke() {
        if (model_.grants.empty()) {
            return;
        }
        const std::string id = one_of(model_.grants).first;
        Names expected{id};
        for (const auto& [each, grant] : model_.grants) {
            if (grant.parent == id) {
                expected.insert(each);
            }
        }
        const auto fallen = mesh_.try_revoke(*ResourceId::parse(id));
        ASSERT_TRUE(fallen) << fallen.error().message();
        Names fell;
        for (const ResourceId each : *fallen) {
            fell.insert(each.text());
        }
        ASSERT_EQ(fell, expected);
        for (const std::string& each : expected) {
            model_.grants.erase(each);
        }
    }

    void write_rule() {
        AccessModel::Rule rule;
        const bool guardrail = chance(20);
        rule.forbids = guardrail || chance(40);
        rule.domain = guardrail ? "" : one_of(domain_names);
        rule.who = chance(30) ? "" : (chance(50) ? "group:" + one_of(group_names)
                                                 : "user:" + one_of(user_names));
        rule.actions = some_of(data_actions, 40);
        rule.actions.insert(one_of(data_actions));
        if (!guardrail) {
            rule.resource = chance(50) ? rule.domain : one_of(product_names);
        }
        rule.purpose = chance(30) ? one_of(purposes) : "";
        if (chance(40) || (guardrail && rule.purpose.empty())) {
            const auto key = one_of(vocabulary);
            rule.tag = key.first;
            rule.value = one_of(key.second);
        }
        const std::string name = "r" + std::to_string(next_++);
        const std::string path = guardrail ? name : rule.domain + "/" + name;
        const Kind kind = guardrail ? Kind::guardrail : Kind::policy;
        if (mesh_.try_put(kind, path, {{"cedar", cedar_of(rule)}})) {
            model_.rules[path] = rule;
        }
    }

    static std::string cedar_of(const AccessModel::Rule& rule) {
        std::string actions;
        for (const std::string& action : rule.actions) {
            actions += (actions.empty() ? "" : ", ") + ("Action::\"" + action + "\"");
        }
        const std::string name = rule.who.substr(rule.who.find(':') + 1);
        const std::string who = rule.who.empty() ? "principal"
                                : rule.who.starts_with("group:")
                                    ? "principal in Group::\"" + name + "\""
                                    : "principal == User::\"" + name + "\"";
        const std::string where =
            rule.resource.empty() ? "resource"
            : rule.resource.find('/') == std::string::npos
                ? "resource in Domain::\"" + rule.resource + "\""
                : "resource in Product::\"" + rule.resource + "\"";
        std::string text = (rule.forbids ? "forbid (" : "permit (") + who + ", action in [" +
                           actions + "], " + where + ")";
        if (!rule.purpose.empty()) {
            text += " when { context has purpose && context.purpose == \"" + rule.purpose + "\" }";
        }
        if (!rule.tag.empty()) {
            text += " when { resource.hasTag(\"" + rule.tag + "\") && resource.getTag(\"" +
                    rule.tag + "\").contains(\"" + rule.value + "\") }";
        }
        return text + ";";
    }

    void suspend_something() {
        const std::vector<std::string> things{"u0", "u1", "g0", "top", "below", "other/p0",
                                              "top/p0", "top/p1/files"};
        const std::string thing = one_of(things);
        const bool principal = thing.size() == 2;
        const std::string name =
            principal ? (thing[0] == 'u' ? "user:" : "group:") + thing : thing;
        const auto held = model_.suspended.find(name);
        if (held != model_.suspended.end()) {
            const auto lifted = mesh_.change("user:admin", [&](Draft& draft, const Caller& who) {
                return lift_suspension(draft, who, *ResourceId::parse(held->second), "");
            });
            ASSERT_TRUE(lifted) << lifted.error().message();
            model_.suspended.erase(held);
            return;
        }
        const Json body{{principal ? "principal" : "resource", name}, {"reason", "a test"}};
        const auto suspended = mesh_.change("user:admin", [&](Draft& draft, const Caller& who) {
            return suspend(draft, who, AdministratorsGoBy::one, body);
        });
        const bool there = principal ? model_.number_of(name).has_value()
                                     : name.find('/') == std::string::npos ||
                                           model_.products.contains(name.substr(0, name.rfind("/p") + 3));
        ASSERT_EQ(suspended.has_value(), there) << name;
        if (there) {
            model_.suspended[name] = suspended->id.text();
        }
    }

    void remove_rule() {
        if (model_.rules.size() > 8) {
            const std::string path = one_of(model_.rules).first;
            const Kind kind = path.find('/') == std::string::npos ? Kind::guardrail : Kind::policy;
            ASSERT_TRUE(mesh_.try_remove(kind, path));
            model_.rules.erase(path);
        }
    }

    // --- questions ---

    void ask(const World& world, int count) {
        static const std::vector<std::string> actions{"read", "read", "read_masked", "write",
                                                      "discover"};
        for (int i = 0; i < count && !HasFatalFailure(); ++i) {
            AccessModel::Question question{one_of(user_names), one_of(actions),
                                           one_of(product_names),
                                           chance(60) ? one_of(purposes) : "", now()};
            if (model_.users.contains(question.user) && model_.products.contains(question.product)) {
                compare(world, question);
            }
        }
    }

    void compare(const World& world, const AccessModel::Question& question) {
        const AccessModel::Product& product = model_.products.at(question.product);
        Caller caller = mesh_.caller("user:" + question.user);
        caller.principal = world.principal(caller.principal->principal);
        const PortPtr port = world.port(question.product + "/files");
        const std::string what = question.user + " " + question.action + " " + question.product +
                                 " for '" + question.purpose + "' in step " + std::to_string(step_);
        ASSERT_TRUE(port) << what;
        const bool lives = renewed(world, caller).has_value();
        Decider decider(world, caller, *parse_action(question.action),
                        question.purpose.empty() ? std::nullopt
                                                 : std::optional<std::string_view>(question.purpose));
        if (question.action == "write" || question.action == "discover") {
            const bool allows = lives && decider.allows(target_of(world, *port));
            ++(allows ? allowed_ : denied_);
            ASSERT_EQ(allows, model_.allows(question, nullptr)) << what;
            return;
        }
        const ColumnsVerdict verdict = decider.decide_columns(*port);
        ASSERT_EQ(verdict.columns.size(), product.columns.size()) << what;
        for (std::size_t i = 0; i < product.columns.size(); ++i) {
            ASSERT_EQ(port->columns[i].name, product.columns[i].name);
            const bool allows = lives && verdict.columns[i] != 0;
            ++(allows ? allowed_ : denied_);
            ASSERT_EQ(allows, model_.allows(question, &product.columns[i]))
                << what << ", column " << product.columns[i].name;
        }
    }

    void change_something() {
        const std::size_t what = below(100);
        if (what < 30) {
            give();
        } else if (what < 40) {
            pass_on();
        } else if (what < 60) {
            revoke();
        } else if (what < 70) {
            change_product(one_of(product_names));
        } else if (what < 78) {
            put_group(one_of(group_names), some_members());
        } else if (what < 84) {
            change_domain();
        } else if (what < 87) {
            remove_something();
        } else if (what < 90) {
            make_something();
        } else if (what < 94) {
            write_rule();
        } else if (what < 97) {
            suspend_something();
        } else {
            remove_rule();
        }
    }

    Mesh mesh_;
    AccessModel model_;
    std::mt19937_64 random_{20261121};
    Number next_ = 1;
    int step_ = 0;
    std::size_t allowed_ = 0;
    std::size_t denied_ = 0;
};

TEST_F(AccessModelTest, DecidesAsANaiveModelDoes) {
    const char* wanted = std::getenv("CHARTER_MODEL_STEPS");
    const int steps = wanted != nullptr ? std::atoi(wanted) : 5'000;
    for (step_ = 0; step_ < steps && !HasFatalFailure(); ++step_) {
        change_something();
        ask(mesh_.world(), 6);
        if (step_ % 200 == 0) {
            mesh_.commit();
        }
        if (step_ % 2'500 == 2'499) {
            mesh_.commit();
            ask(mesh_.rebuilt(), 300);
        }
    }
    // Neither answer is the rule.
    EXPECT_GT(allowed_ * 10, denied_);
    EXPECT_GT(denied_ * 10, allowed_);
    std::printf("%d steps, %zu allowed, %zu denied, %zu grants, %zu rules\n", step_, allowed_,
                denied_, model_.grants.size(), model_.rules.size());
}

}  // namespace
}  // namespace charter::testing
