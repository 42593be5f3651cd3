#pragma once

#include "charter/governance/decide.hpp"

#include <compare>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace charter {

/// What a decision is about: a node, or each column of a port.
struct Asked {
    Target target;
    const PortEntry* port = nullptr;  // whose columns are decided; null: the target's node is
};

/// The ports of a domain, product or port itself; of domains below none.
std::vector<PortPtr> ports_in(const World& world, const Entry& resource);

/// What is asked about to know whether `action` is possible on a resource: data of a domain or
/// product is that of its ports. Of what is suspended nothing, where that takes the action: nobody
/// has it. What it refers to lives as long as the World.
std::vector<Asked> asked_about(const World& world, const Entry& resource, Action action);

/// A policy or grant as part of an answer.
struct Held {
    Decider::Part part;
    bool conditional = false;  // it says so only where the context has what it asks for

    friend bool operator==(const Held& a, const Held& b) {
        return a.part.policy == b.part.policy && a.part.grant == b.part.grant;
    }
};

/// How one principal stands: may it, by what, and what is against it.
struct Standing {
    bool has = false;
    std::vector<Held> permits;  // where nothing unconditional is against them
    std::vector<Held> forbids;
};

/// The standing of one principal for one action. What a purpose or a later time could still
/// make true counts as possible. Not thread-safe; world and principal must outlive it.
class Standings {
public:
    Standings(const World& world, PrincipalPtr principal, Action action, UtcTime now);

    Standing on(std::span<const Asked> asked);

private:
    using Favour = std::pair<std::string, UtcTime>;  // a purpose, a time

    /// What could make a grant hold that does not now: a purpose that the principal may claim,
    /// its time. None: nothing could.
    std::optional<Favour> favour_of(const GrantEntry& grant) const;
    void ask(const Target& target, Standing& standing, bool& alike);
    Decider& favourable(const Favour& favour);
    /// Each policy and grant once.
    void list(std::vector<Held>& all, const Held& held);

    const World& world_;
    PrincipalPtr principal_;
    Action action_;
    UtcTime now_;
    Decider plain_;
    std::map<Favour, std::unique_ptr<Decider>> favourable_;
    std::unordered_set<const Entry*> listed_;
};

/// Whether a policy's scope takes in the node and the action.
bool scope_fits(const PolicyEntry& policy, Action action, const Node& node);

}  // namespace charter
