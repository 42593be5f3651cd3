#include "charter/governance/access_change.hpp"

#include "charter/base/limits.hpp"
#include "charter/governance/resolver.hpp"
#include "governance/access_touched.hpp"
#include "governance/access_words.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <unordered_map>

namespace charter {

namespace {

constexpr std::array compared{Action::read, Action::read_masked, Action::write, Action::discover};

/// The purposes that are tried: those of the changed grants first.
std::vector<std::string> purposes_tried(const World& before, const World& after,
                                        std::span<const ResourceId> changed) {
    std::vector<std::string> purposes;
    const auto add = [&](const std::string& purpose) {
        if (purposes.size() < limits::dry_run_purposes_max &&
            std::find(purposes.begin(), purposes.end(), purpose) == purposes.end()) {
            purposes.push_back(purpose);
        }
        return purposes.size() < limits::dry_run_purposes_max;
    };
    for (const World* world : {&after, &before}) {
        for (const ResourceId id : changed) {
            if (const auto grant = world->find<GrantEntry>(id)) {
                std::ranges::all_of(grant->purposes, add);
            }
        }
    }
    for (const World* world : {&after, &before}) {
        world->of_kind().for_each(static_cast<std::uint64_t>(Kind::purpose),
                                  [&](std::uint64_t id) {
                                      const EntryPtr entry = world->find(ResourceId{id});
                                      return !entry || add(entry->name);
                                  });
    }
    return purposes;
}

/// What one principal may do in one World.
class Side {
public:
    Side(const World& world, ResourceId principal, const std::vector<std::string>& purposes,
         UtcTime now, std::size_t& decisions)
        : world_(world), decisions_(decisions) {
        caller_.principal = world.find<PrincipalEntry>(principal);
        caller_.now = now;
        for (const std::string& purpose : purposes) {
            if (caller_.principal && !purpose_refused(world, *caller_.principal, purpose)) {
                purposes_.push_back(purpose);
            }
        }
    }

    const PrincipalPtr& principal() const { return caller_.principal; }

    bool may(Action action, const PortPtr& port) {
        if (!caller_.principal || !port) {
            return false;
        }
        const auto with = [&](std::optional<std::string_view> purpose) {
            ++decisions_;
            Decider& decider = decider_for(action, purpose);
            return action == Action::read || action == Action::read_masked
                       ? decider.decide_columns(*port).some()
                       : decider.allows(target_of(world_, *port));
        };
        return with(std::nullopt) || std::ranges::any_of(purposes_, with);
    }

private:
    Decider& decider_for(Action action, std::optional<std::string_view> purpose) {
        std::unique_ptr<Decider>& decider =
            deciders_[{action, std::string(purpose.value_or(""))}];
        if (!decider) {
            decider = std::make_unique<Decider>(world_, caller_, action, purpose);
        }
        return *decider;
    }

    const World& world_;
    Caller caller_;
    std::vector<std::string> purposes_;
    std::size_t& decisions_;
    std::map<std::pair<Action, std::string>, std::unique_ptr<Decider>> deciders_;
};

class Comparison {
public:
    Comparison(const World& before, const World& after, std::span<const ResourceId> changed,
               const Caller& asker)
        : before_(before),
          after_(after),
          now_(asker.now),
          asker_after_(asker),
          purposes_(purposes_tried(before, after, changed)),
          words_before_(before, asker),
          words_after_(after, as_in(after, asker_after_)) {}

    AccessChange run(const Touched& touched) && {
        change_.complete = touched.complete;
        for (const TouchedPart& part : touched.parts) {
            if (hides_members(part.grantee)) {
                change_.complete = false;
                continue;
            }
            for (const ResourceId principal : part.principals) {
                if (!compare(principal, part.ports, touched.parts.size() > 1)) {
                    change_.complete = false;
                    return std::move(change_);
                }
            }
        }
        return std::move(change_);
    }

private:
    /// The asker as the other World knows it.
    static const Caller& as_in(const World& world, Caller& asker) {
        if (const auto principal = world.find<PrincipalEntry>(asker.principal->id)) {
            asker.principal = principal;
        }
        return asker;
    }

    /// A grant may name a team of which its maker sees nothing; who is in it stays unsaid.
    bool hides_members(ResourceId grantee) {
        const EntryPtr entry = grantee ? after_.find(grantee) : nullptr;
        const auto* team = dynamic_cast<const DomainEntry*>(entry.get());
        return team != nullptr && !words_after_.shows(*team);
    }

    bool spent() const {
        return decisions_ > limits::dry_run_decisions_max ||
               std::chrono::steady_clock::now() > deadline_;
    }

    /// False: it costs too much.
    bool compare(ResourceId id, const std::vector<ResourceId>& ports, bool may_repeat) {
        if (spent()) {
            return false;
        }
        Side old(before_, id, purposes_, now_, decisions_);
        Side now(after_, id, purposes_, now_, decisions_);
        const PrincipalPtr& named = old.principal() ? old.principal() : now.principal();
        // Who is not there yet is told as far as who is there would be.
        if (!named || !(old.principal() ? words_before_ : words_after_).may_name(*named)) {
            return true;
        }
        for (const ResourceId each : ports) {
            if (spent()) {
                return false;
            }
            const PortPtr old_port = before_.port(each);
            const PortPtr new_port = after_.port(each);
            const PortPtr& port = old_port ? old_port : new_port;
            if (!port || (may_repeat && !seen_.insert({id, each}).second) ||
                !shows(*port, old_port != nullptr)) {
                continue;
            }
            for (const Action action : compared) {
                const bool had = old.may(action, old_port);
                const bool has = now.may(action, new_port);
                if (had != has) {
                    note(has, {named->principal, port->path, action});
                }
            }
        }
        return true;
    }

    bool shows(const PortEntry& port, bool was_there) {
        return was_there ? words_before_.shows(port) : words_after_.shows(port);
    }

    void note(bool gained, AccessFact fact) {
        std::vector<AccessFact>& list = gained ? change_.gained : change_.lost;
        ++(gained ? change_.gained_count : change_.lost_count);
        if (list.size() < limits::dry_run_items_max) {
            list.push_back(std::move(fact));
        }
    }

    const World& before_;
    const World& after_;
    UtcTime now_;
    Caller asker_after_;
    std::vector<std::string> purposes_;
    AccessWords words_before_;
    AccessWords words_after_;
    std::set<std::pair<ResourceId, ResourceId>> seen_;
    AccessChange change_;
    std::size_t decisions_ = 0;
    std::chrono::steady_clock::time_point deadline_ =
        std::chrono::steady_clock::now() + limits::dry_run_deadline;
};

}  // namespace

AccessChange access_change(const World& before, const World& after,
                           std::span<const ResourceId> changed, const Caller& asker) {
    return Comparison(before, after, changed, asker).run(touched_by(before, after, changed));
}

}  // namespace charter
