#pragma once

// A small random world of entities, policies over it and requests to it, the
// same for the same seed. For tests that compare two ways of deciding.

#include "charter/policy/entities.hpp"
#include "charter/policy/policy.hpp"
#include "support/expression_generator.hpp"

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace charter::testing {

using namespace charter::policy;

/// Users in groups, documents in folders; both containers nest `levels` deep.
/// Attributes and tags are filled or missing at random; policies and requests
/// also name some entities that do not exist.
class PolicyGenerator {
public:
    static constexpr std::size_t levels = 6;

    explicit PolicyGenerator(std::uint64_t seed)
        : random_(seed), open_share_(5 + random_.below(60)) {
        make_names();
        std::vector<Entity> all;
        add_containers(all, groups_);
        add_containers(all, folders_);
        add_users(all);
        add_documents(all);
        add_actions(all);
        entities_ = std::move(EntityMap::make(std::move(all))).value();
    }

    const EntityMap& entities() const { return entities_; }

    /// `count` policies with the ids p0, p1 …: written ones, templates, and links
    /// of those templates.
    std::vector<Policy> policies(std::size_t count) {
        std::vector<Policy> made;
        std::vector<Policy> templates;
        while (made.size() < count) {
            std::string id = "p" + std::to_string(made.size());
            if (!templates.empty() && random_.chance(15)) {
                made.push_back(linked(random_.pick(templates), std::move(id)));
                continue;
            }
            made.push_back(written(std::move(id)));
            if (made.back().is_template()) {
                templates.push_back(made.back());
            }
        }
        return made;
    }

    Request request() {
        EntityUid principal = principal_of_request();
        EntityUid action =
            random_.chance(5) ? random_.pick(action_groups_) : random_.pick(actions_);
        return {std::move(principal), std::move(action), resource_of_request(), context()};
    }

private:
    using Uids = std::vector<EntityUid>;
    using Levels = std::array<Uids, levels>;  // the root first

    static Uids uids(const std::string& type, const std::string& prefix, std::size_t count) {
        Uids made;
        for (std::size_t i = 0; i < count; ++i) {
            made.emplace_back(type, prefix + std::to_string(i));
        }
        return made;
    }

    void make_names() {
        users_ = uids("User", "u", 12);
        documents_ = uids("Document", "d", 16);
        actions_ = uids("Action", "act", 5);
        action_groups_ = uids("Action", "group", 3);
        for (std::size_t level = 0; level < levels; ++level) {
            const std::string prefix = std::to_string(level) + ".";
            groups_[level] = uids("Org::Group", prefix, 3);
            folders_[level] = uids("Folder", prefix, 3);
        }
        add_texts(names_.users, users_);
        add_texts(names_.documents, documents_);
        add_texts(names_.actions, actions_);
        add_texts(names_.action_groups, action_groups_);
        for (std::size_t level = 0; level < levels; ++level) {
            add_texts(names_.groups, groups_[level]);
            add_texts(names_.folders, folders_[level]);
        }
        names_.users.emplace_back("User::\"nobody\"");
        names_.groups.emplace_back("Org::Group::\"nowhere\"");
        names_.folders.emplace_back("Folder::\"nowhere\"");
    }

    static void add_texts(std::vector<std::string>& texts, const Uids& from) {
        for (const EntityUid& uid : from) {
            texts.push_back(uid.text());
        }
    }

    // The first of each level hangs on the first above it, so that the whole
    // depth is always there.
    void add_containers(std::vector<Entity>& all, const Levels& containers) {
        for (std::size_t level = 0; level < levels; ++level) {
            for (const EntityUid& uid : containers[level]) {
                Entity entity;
                entity.uid = uid;
                if (level > 0) {
                    const bool first = &uid == &containers[level].front();
                    entity.parents.push_back(first ? containers[level - 1].front()
                                                   : random_.pick(containers[level - 1]));
                    if (random_.chance(20)) {
                        entity.parents.push_back(random_.pick(containers[random_.below(level)]));
                    }
                }
                if (random_.chance(50)) {
                    entity.attributes = Value::record({{"level", small()}});
                }
                all.push_back(std::move(entity));
            }
        }
    }

    Uids some_of(const Levels& containers) {
        Uids chosen = {
            random_.pick(containers[random_.chance(60) ? levels - 1 : random_.below(levels)])};
        if (random_.chance(30)) {
            chosen.push_back(container(containers));
        }
        return chosen;
    }

    Value small() { return Value::integer(static_cast<std::int64_t>(random_.below(10))); }
    Value text() { return Value::string(random_.one_of({"a", "b", "ab", "", "*"})); }
    Value texts() { return Value::set({text(), text()}); }
    Value moment() {
        constexpr std::int64_t start = 1'704'067'200'000;  // 2024-01-01
        return Value::datetime(start + static_cast<std::int64_t>(random_.below(366)) * 86'400'000 +
                               static_cast<std::int64_t>(random_.below(86'400'000)));
    }

    /// Each member with 85 %.
    Value some(std::vector<Value::Member> members) {
        std::erase_if(members, [this](const auto&) { return random_.chance(15); });
        return Value::record(std::move(members));
    }

    void add_users(std::vector<Entity>& all) {
        for (const EntityUid& uid : users_) {
            Entity user;
            user.uid = uid;
            user.parents = some_of(groups_);
            const auto budget = static_cast<std::int64_t>(random_.below(100'000));
            user.attributes = some({{"age", small()},
                                    {"name", text()},
                                    {"teams", texts()},
                                    {"budget", Value::decimal(budget)},
                                    {"manager", Value::entity(random_.pick(users_))}});
            user.tags = some({{"city", text()}, {"team", text()}});
            all.push_back(std::move(user));
        }
    }

    void add_documents(std::vector<Entity>& all) {
        for (const EntityUid& uid : documents_) {
            Entity document;
            document.uid = uid;
            document.parents = some_of(folders_);
            const Value owner =
                Value::entity(random_.chance(50) ? random_.pick(users_) : container(groups_));
            const Value readers = Value::set(
                {Value::entity(container(groups_)), Value::entity(random_.pick(users_))});
            document.attributes =
                some({{"owner", owner},
                      {"readers", readers},
                      {"level", small()},
                      {"size", random_.chance(20) ? Value::integer(INT64_MAX) : small()},
                      {"public", Value::boolean(random_.chance(50))},
                      {"created", moment()},
                      {"profile", Value::record({{"place", text()}})}});
            document.tags = some({{"class", texts()}, {"label", texts()}});
            all.push_back(std::move(document));
        }
    }

    // act0 and act1 in group0, act2 and act3 in group1, both groups in group2.
    void add_actions(std::vector<Entity>& all) {
        for (std::size_t i = 0; i < action_groups_.size(); ++i) {
            Entity group;
            group.uid = action_groups_[i];
            if (i < 2) {
                group.parents = {action_groups_[2]};
            }
            all.push_back(std::move(group));
        }
        for (std::size_t i = 0; i < 4; ++i) {
            Entity action;
            action.uid = actions_[i];
            action.parents = {action_groups_[i / 2]};
            all.push_back(std::move(action));
        }
    }

    EntityUid principal_of_request() {
        const std::size_t share = random_.below(100);
        if (share < 85) {
            return random_.pick(users_);
        }
        return share < 95 ? container(groups_) : EntityUid("User", "nobody");
    }

    EntityUid resource_of_request() {
        const std::size_t share = random_.below(100);
        if (share < 75) {
            return random_.pick(documents_);
        }
        if (share < 90) {
            return container(folders_);
        }
        return share < 95 ? random_.pick(users_) : EntityUid("Document", "nothing");
    }

    Value context() {
        const auto address =
            random_.pick(std::array{"10.1.2.3", "127.0.0.1", "::1", "10.9.0.0/16"});
        return some({{"purpose", text()},
                     {"hour", Value::integer(static_cast<std::int64_t>(random_.below(24)))},
                     {"mfa", Value::boolean(random_.chance(50))},
                     {"address", Value::parse_ip_address(address).value()},
                     {"now", moment()},
                     {"extra", some({{"count", small()}})}});
    }

    static Policy checked(Result<Policy> made) {
        if (!made) {
            throw std::logic_error(made.error().message());
        }
        return std::move(made).value();
    }

    Policy written(std::string id) { return checked(parse_policy(std::move(id), policy_text())); }

    Policy linked(const Policy& from, std::string id) {
        SlotValues values;
        if (from.principal().slot) {
            values.principal = random_.chance(25) ? random_.pick(users_) : container(groups_);
        }
        if (from.resource().slot) {
            values.resource = random_.chance(25) ? random_.pick(documents_) : container(folders_);
        }
        return checked(link(from, std::move(id), values));
    }

    const EntityUid& container(const Levels& containers) {
        return random_.pick(random_.pick(containers));
    }

    std::string policy_text() {
        const bool is_template = random_.chance(10);
        const bool principal_slot = is_template && random_.chance(70);
        const bool resource_slot = is_template && (!principal_slot || random_.chance(50));
        std::string out = random_.chance(20) ? "@note(\"generated\") " : "";
        out += random_.chance(80) ? "permit(" : "forbid(";
        out += scope("principal", "User", principal_slot, names_.users, names_.groups) + ", ";
        out += action_scope() + ", ";
        out += scope("resource", "Document", resource_slot, names_.documents, names_.folders) + ")";
        ExpressionGenerator expressions(random_, names_);
        for (std::size_t i = random_.pick(std::array<std::size_t, 5>{0, 0, 1, 1, 2}); i > 0; --i) {
            out += random_.chance(75) ? " when { " : " unless { ";
            out += expressions.boolean(2) + " }";
        }
        return out + ";";
    }

    std::string scope(const std::string& variable, const std::string& type, bool slot,
                      const std::vector<std::string>& equal, const std::vector<std::string>& in) {
        if (!slot && random_.chance(open_share_)) {
            return variable + (random_.chance(70) ? "" : " is " + type);
        }
        const std::size_t form = random_.below(100);
        const std::string asked = "?" + variable;
        if (form < 25) {
            return variable + " == " + (slot ? asked : random_.pick(equal));
        }
        return variable + (form < 75 ? " in " : " is " + type + " in ") +
               (slot ? asked : random_.pick(random_.chance(90) ? in : equal));
    }

    std::string action_scope() {
        if (random_.chance(open_share_)) {
            return "action";
        }
        const std::string& action = random_.pick(names_.actions);
        const std::string& group = random_.pick(names_.action_groups);
        switch (random_.below(4)) {
            case 0:
                return "action == " + action;
            case 1:
                return "action in " + group;
            case 2:
                return "action in [" + action + ", " + random_.pick(names_.actions) + "]";
            default:
                return random_.chance(5) ? "action in []"
                                         : "action in [" + action + ", " + group + "]";
        }
    }

    Random random_;
    std::size_t open_share_;  // percent of scopes that name no entity
    Uids users_;
    Uids documents_;
    Uids actions_;
    Uids action_groups_;
    Levels groups_;
    Levels folders_;
    KnownNames names_;
    EntityMap entities_;
};

}  // namespace charter::testing
