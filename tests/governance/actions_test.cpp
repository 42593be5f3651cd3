// The actions in code, the Cedar schema and the built-in policies say the same.
#include "support/mesh.hpp"

#include "charter/governance/actions.hpp"

#include <map>
#include <regex>
#include <set>

namespace charter::testing {
namespace {

/// `action a, b in [group] …;` of the schema: each name with its group, or "".
std::map<std::string, std::string> schema_actions() {
    std::map<std::string, std::string> found;
    std::istringstream lines(source_text("schemas/cedar/charter.cedarschema"));
    const std::regex form(R"(^action ([a-z_, ]+?)(?: in \[(\w+)\])?(?: appliesTo .*)?;$)");
    for (std::string line; std::getline(lines, line);) {
        std::smatch match;
        if (!line.starts_with("action ")) {
            continue;
        }
        EXPECT_TRUE(std::regex_match(line, match, form)) << line;
        std::istringstream names(match[1].str());
        for (std::string name; std::getline(names, name, ',');) {
            name.erase(0, name.find_first_not_of(' '));
            EXPECT_TRUE(found.emplace(name, match[2].str()).second) << name << " stands twice";
        }
    }
    return found;
}

TEST(Actions, AreThoseOfTheSchema) {
    std::set<std::string> groups;
    std::set<std::string> names;
    for (const auto& [name, group] : schema_actions()) {
        names.insert(name);
        if (!group.empty()) {
            groups.insert(group);
        }
    }
    std::set<std::string> known = groups;
    for (std::size_t i = 0; i < action_count; ++i) {
        known.emplace(action_name(static_cast<Action>(i)));
    }

    EXPECT_EQ(known, names);
    EXPECT_EQ(known.size(), action_count + groups.size());
}

TEST(Actions, HaveTheNamesTheyAreCalledByInCode) {
    const std::map<Action, std::string> names = {
        {Action::read, "read"}, {Action::read_masked, "read_masked"}, {Action::write,
        "write"}, {Action::discover, "discover"}, {Action::describe, "describe"},
        {Action::request, "request"}, {Action::enforce, "enforce"}, {Action::edit, "edit"},
        {Action::retire, "retire"}, {Action::grant, "grant"}, {Action::approve, "approve"},
        {Action::write_policy, "write_policy"}, {Action::add_member, "add_member"},
        {Action::register_location, "register_location"}, {Action::publish, "publish"},
        {Action::assign_tag, "assign_tag"}, {Action::administer, "administer"},
        {Action::audit, "audit"}};

    EXPECT_EQ(names.size(), action_count);
    for (const auto& [action, name] : names) {
        EXPECT_EQ(action_name(action), name);
    }
}

TEST(Actions, LieInTheGroupsOfTheSchema) {
    std::map<std::string, ActionSet> members;
    for (const auto& [name, group] : schema_actions()) {
        const std::optional<Action> action = parse_action(name);
        if (action) {
            EXPECT_EQ(actions_in(name), bit(*action));
            EXPECT_EQ(action_name(*action), name);
            EXPECT_EQ(action_uid(*action).text(), "Action::\"" + name + "\"");
            members[group] |= bit(*action);
        } else {
            members[name] |= 0;
        }
    }
    members.erase("");
    for (const auto& [group, set] : members) {
        EXPECT_EQ(actions_in(group), set) << group;
        EXPECT_FALSE(parse_action(group)) << group;
    }
    EXPECT_FALSE(actions_in("everything"));
}

TEST(Actions, AreInTheirGroupsForThePolicyEngineToo) {
    const World world = Mesh::make_world();
    for (const auto& [name, group] : schema_actions()) {
        for (const char* each : {"data", "metadata", "manage"}) {
            EXPECT_EQ(world.is_in({"Action", name}, {"Action", each}), group == each || name == each)
                << name << " in " << each;
        }
    }
}

TEST(Builtin, GivesNobodyData) {
    const auto builtin = compile_builtin(source_text("schemas/cedar/builtin.cedar"), Mesh::schema());

    ASSERT_TRUE(builtin) << builtin.error().cause();
    EXPECT_GT(builtin->size(), 10u);
    std::set<std::string> labels;
    for (const PolicyPtr& rule : *builtin) {
        EXPECT_TRUE(rule->forbids() || (rule->actions & data_actions) == 0) << rule->label;
        EXPECT_TRUE(labels.insert(rule->label).second) << rule->label;
    }
}

TEST(Builtin, GivesNoDataToWhoeverHasARole) {
    Mesh mesh;
    mesh.grouping = true;
    for (const char* name : {"owner", "steward", "member", "auditor"}) {
        mesh.user(name);
    }
    mesh.put(Kind::group, "auditors", {{"title", "Auditors"}, {"members", {"user:auditor"}}});
    mesh.domain("customer", {{"owners", {"user:owner"}},
                             {"stewards", {"user:steward"}},
                             {"members", {"user:member"}}});
    mesh.product("customer/people", Json::array({{{"name", "c"}, {"type", "int"}}}));
    const World& world = mesh.world();
    const PortPtr port = world.port("customer/people/files");
    const auto may = [&](const std::string& who, Action action, const Target& target) {
        return Decider(world, mesh.caller("user:" + who), action).allows(target);
    };

    for (const char* who : {"owner", "steward", "member", "auditor", "admin"}) {
        for (const Action action : {Action::read, Action::read_masked, Action::write}) {
            EXPECT_FALSE(may(who, action, target_of(world, *port))) << who;
            EXPECT_FALSE(may(who, action, target_of(world, *world.domain("customer")))) << who;
            EXPECT_FALSE(may(who, action, target_of(world))) << who;
            EXPECT_FALSE(Decider(world, mesh.caller(std::string("user:") + who), action)
                             .decide_columns(*port)
                             .some());
        }
        EXPECT_TRUE(may(who, Action::describe, target_of(world, *port))) << who;
    }
    EXPECT_TRUE(may("owner", Action::grant, target_of(world, *port)));
    EXPECT_FALSE(may("steward", Action::grant, target_of(world, *port)));
    EXPECT_TRUE(may("auditor", Action::audit, target_of(world)));
    EXPECT_TRUE(may("admin", Action::administer, target_of(world)));
    EXPECT_FALSE(may("owner", Action::administer, target_of(world)));
}

}  // namespace
}  // namespace charter::testing
