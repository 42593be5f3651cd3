#pragma once

#include "charter/base/limits.hpp"
#include "charter/governance/access.hpp"
#include "governance/access_standing.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace charter {

/// A page while it is filled: what comes after a position, up to a limit, for a bounded cost.
class AccessPageBuilder {
public:
    AccessPageBuilder(const AccessPosition& after, std::size_t limit)
        : after_(after), limit_(limit) {}

    const AccessPosition& after() const { return after_; }
    /// Counts a candidate. False: the page ends here, and goes on after the one before it.
    bool look_at(const AccessPosition& candidate) {
        if (++steps_ > limits::access_candidates_max ||
            (steps_ % 16 == 0 && std::chrono::steady_clock::now() > deadline_)) {
            page_.next = last_;
            return false;
        }
        last_ = std::max(last_, candidate);
        return true;
    }
    /// Adds what the candidate came to. False: the page was full, and there is a next one.
    bool add(Access item) {
        if (page_.items.size() == limit_) {
            page_.next = last_added_;
            return false;
        }
        last_added_ = last_;
        page_.items.push_back(std::move(item));
        return true;
    }
    void say_incomplete() { page_.complete = false; }
    AccessPage take() && { return std::move(page_); }

private:
    AccessPosition after_;
    std::size_t limit_;
    AccessPage page_;
    AccessPosition last_ = after_;
    AccessPosition last_added_ = after_;
    std::size_t steps_ = 0;
    std::chrono::steady_clock::time_point deadline_ =
        std::chrono::steady_clock::now() + limits::access_deadline;
};

/// What gives access: a policy or a grant, in an order that changes keep.
namespace access_phase {
inline constexpr std::uint64_t builtin = 1;
inline constexpr std::uint64_t policy = 2;
inline constexpr std::uint64_t grant = 3;
}  // namespace access_phase

AccessPosition position_of(const World& world, const PolicyEntry& policy);

/// A domain, product or port by its path; null: there is none.
std::shared_ptr<const Entry> find_resource(const World& world, std::string_view path);
/// The same by its id.
std::shared_ptr<const Entry> find_resource(const World& world, ResourceId id);

/// Whether the asker may know who has access to it: `audit` on the mesh or the domain, or
/// `grant` on the resource.
bool governs(const World& world, const Caller& asker, const Target& target);

/// Visits the grants of each owner (a resource or a grantee, in order) from `after` on:
/// visit(position, grant) until it returns false. False: it was stopped.
template <class Visit>
bool for_each_grant(const World& world, const IdPairs& pairs,
                    const std::vector<ResourceId>& owners, const AccessPosition& after,
                    Visit&& visit) {
    for (const ResourceId owner : owners) {
        AccessPosition at{access_phase::grant, owner.value, 0, 0};
        std::uint64_t from = 0;
        if (after.phase == access_phase::grant && owner.value < after.owner) {
            continue;
        }
        if (after.phase == access_phase::grant && owner.value == after.owner) {
            from = after.number == 0 ? 0 : after.number - 1;  // its members may not be done
        }
        for (auto id = pairs.next(owner.value, from); id; id = pairs.next(owner.value, *id)) {
            at.number = *id;
            const auto grant = world.find<GrantEntry>(ResourceId{*id});
            if (grant && !visit(at, *grant)) {
                return false;
            }
        }
    }
    return true;
}

}  // namespace charter
