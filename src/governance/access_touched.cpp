// Whom a change can touch, by what kind of thing changed.
#include "governance/access_touched.hpp"

#include "charter/base/limits.hpp"
#include "governance/access_members.hpp"
#include "governance/access_page.hpp"
#include "governance/fold.hpp"

#include <algorithm>
#include <unordered_set>

namespace charter {

namespace {

/// Ids in the order in which they came, each once.
class IdBag {
public:
    void add(ResourceId id) {
        if (id && seen_.insert(id).second) {
            ids_.push_back(id);
        }
    }
    void add(const std::vector<ResourceId>& ids) {
        for (const ResourceId id : ids) {
            add(id);
        }
    }
    bool full() const { return ids_.size() >= limits::dry_run_decisions_max; }
    std::vector<ResourceId> take() && { return std::move(ids_); }

private:
    std::unordered_set<ResourceId> seen_;
    std::vector<ResourceId> ids_;
};

class Touching {
public:
    Touching(const World& before, const World& after) : worlds_{&before, &after} {}

    void change(ResourceId id) {
        const EntryPtr old = worlds_[0]->find(id);
        const EntryPtr now = worlds_[1]->find(id);
        const Entry* entry = now ? now.get() : old.get();
        if (entry == nullptr) {
            return;  // it came and went within the change
        }
        switch (entry->kind) {
            case Kind::grant: grant(id); break;
            case Kind::user:
            case Kind::service:
            case Kind::engine: part(one(id), all_ports()); break;
            case Kind::group: group(id); break;
            case Kind::domain: domain(id); break;
            case Kind::product: part(everybody(), ports_below(id)); break;
            case Kind::policy:
            case Kind::guardrail: policy(id); break;
            case Kind::tag: tag(id); break;
            case Kind::purpose: part(everybody(), all_ports()); break;
            case Kind::suspension: suspension(id); break;
            default: break;  // decides nothing
        }
    }

    /// More than is compared anyway: what else changed is not looked at.
    bool full() {
        const bool full = touched_ids_ > limits::dry_run_decisions_max;
        touched_.complete = touched_.complete && !full;
        return full;
    }
    Touched take() && { return std::move(touched_); }

private:
    template <class Visit>
    void in_both(Visit&& visit) {
        for (const World* world : worlds_) {
            visit(*world);
        }
    }

    void part(IdBag principals, IdBag ports) {
        if (principals.full() || ports.full()) {
            touched_.complete = false;
        }
        touched_.parts.push_back({std::move(principals).take(), std::move(ports).take(), {}});
        touched_ids_ += touched_.parts.back().principals.size() + touched_.parts.back().ports.size();
    }

    static IdBag one(ResourceId id) {
        IdBag bag;
        bag.add(id);
        return bag;
    }

    void add_people(IdBag& bag, const People& people) {
        bag.add(people.ids);
        touched_.complete = touched_.complete && people.complete;
    }

    IdBag everybody() {
        IdBag bag;
        in_both([&](const World& world) {
            for (const Kind kind : {Kind::user, Kind::service, Kind::engine}) {
                world.of_kind().for_each(static_cast<std::uint64_t>(kind), [&](std::uint64_t id) {
                    bag.add(ResourceId{id});
                    return !bag.full();
                });
            }
        });
        return bag;
    }

    void add_all_ports(IdBag& bag) {
        in_both([&](const World& world) {
            world.of_kind().for_each(static_cast<std::uint64_t>(Kind::domain),
                                     [&](std::uint64_t id) {
                                         add_ports(world, bag, ResourceId{id});
                                         return !bag.full();
                                     });
        });
    }
    IdBag all_ports() {
        IdBag bag;
        add_all_ports(bag);
        return bag;
    }

    /// Of a domain, product or port itself.
    static void add_ports(const World& world, IdBag& bag, ResourceId resource) {
        if (const auto entry = find_resource(world, resource)) {
            for (const PortPtr& port : ports_in(world, *entry)) {
                bag.add(port->id);
            }
        }
    }
    /// With domains below it.
    static void add_ports_below(const World& world, IdBag& bag, ResourceId resource) {
        add_ports(world, bag, resource);
        const EntryPtr entry = world.find(resource);
        if (entry && entry->kind == Kind::domain && !bag.full()) {
            for (const ResourceId below : world.domains_below(entry->name)) {
                add_ports_below(world, bag, below);
            }
        }
    }
    IdBag ports_below(ResourceId resource) {
        IdBag bag;
        in_both([&](const World& world) { add_ports_below(world, bag, resource); });
        return bag;
    }

    /// The ports that grants to one of these are about.
    void add_granted_ports(IdBag& bag, const std::vector<ResourceId>& grantees) {
        in_both([&](const World& world) {
            for (const ResourceId grantee : grantees) {
                world.grants_of().for_each(grantee.value, [&](std::uint64_t id) {
                    if (const auto grant = world.find<GrantEntry>(ResourceId{id})) {
                        add_ports(world, bag, grant->resource);
                    }
                    return !bag.full();
                });
            }
        });
    }

    void grant(ResourceId id) {
        IdBag people;
        IdBag ports;
        ResourceId grantee;
        in_both([&](const World& world) {
            if (const auto entry = world.find<GrantEntry>(id)) {
                grantee = entry->grantee;
                add_people(people, people_of(world, grantee));
                add_ports(world, ports, entry->resource);
            }
        });
        part(std::move(people), std::move(ports));
        touched_.parts.back().grantee = grantee;
        // What passes it on holds while it does.
        for (const std::uint64_t below : passed_on(id)) {
            if (full()) {
                return;
            }
            grant(ResourceId{below});
        }
    }

    std::vector<std::uint64_t> passed_on(ResourceId id) const {
        std::vector<std::uint64_t> grants;
        worlds_[0]->passed_on().for_each(id.value, [&](std::uint64_t below) {
            grants.push_back(below);
            return grants.size() < limits::dry_run_decisions_max;
        });
        return grants;
    }

    /// Those who are in one of the two only.
    static std::vector<ResourceId> moved(const People& old, const People& now) {
        std::vector<ResourceId> moved;
        std::ranges::set_symmetric_difference(old.ids, now.ids, std::back_inserter(moved));
        return moved;
    }

    /// A group, or the roles of a domain: what they hold first, then all that a rule may say of
    /// who is in it.
    void members(const std::vector<ResourceId>& people, const std::vector<ResourceId>& grantees,
                 IdBag ports) {
        if (people.empty()) {
            return;
        }
        IdBag bag;
        bag.add(people);
        add_granted_ports(ports, grantees);
        add_all_ports(ports);
        part(std::move(bag), std::move(ports));
    }

    void group(ResourceId id) {
        const People old = people_of(*worlds_[0], id);
        const People now = people_of(*worlds_[1], id);
        touched_.complete = touched_.complete && old.complete && now.complete;
        std::vector<ResourceId> grantees{id};
        in_both([&](const World& world) {
            if (const auto entry = world.find<PrincipalEntry>(id)) {
                grantees.insert(grantees.end(), entry->grantees.begin(), entry->grantees.end());
            }
        });
        members(moved(old, now), grantees, {});
    }

    void domain(ResourceId id) {
        const auto old = worlds_[0]->find<DomainEntry>(id);
        const auto now = worlds_[1]->find<DomainEntry>(id);
        members(moved(people_of(*worlds_[0], id), people_of(*worlds_[1], id)), {id}, {});
        const auto bearers = [&](const DomainPtr& domain, const World& world) {
            IdBag people;
            for (const auto uid : {&owners_uid, &stewards_uid}) {
                if (domain) {
                    add_people(people, people_in(world, uid(domain->name)));
                }
            }
            People sorted{std::move(people).take()};
            std::sort(sorted.ids.begin(), sorted.ids.end());
            return sorted;
        };
        // Whoever keeps one of two roles and loses the other has no less than before of both.
        People roles_before = bearers(old, *worlds_[0]);
        People roles_after = bearers(now, *worlds_[1]);
        std::vector<ResourceId> roles;
        if (!old || !now || old->owners != now->owners || old->stewards != now->stewards) {
            std::ranges::set_union(roles_before.ids, roles_after.ids, std::back_inserter(roles));
        }
        members(roles, {}, ports_below(id));
        const bool placed_alike = old && now && old->parent_name == now->parent_name &&
                                  old->effective_tags == now->effective_tags;
        if (!placed_alike || old->access != now->access) {
            part(everybody(), ports_below(id));
        }
    }

    void policy(ResourceId id) {
        IdBag people;
        IdBag ports;
        in_both([&](const World& world) {
            const auto entry = world.find<PolicyEntry>(id);
            if (!entry) {
                return;
            }
            using Form = policy::ScopeConstraint::Form;
            const policy::ScopeConstraint& who = entry->policy().principal();
            const policy::ScopeConstraint& what = entry->policy().resource();
            if (who.form == Form::any || who.form == Form::is) {
                people = everybody();
            } else {
                add_people(people, people_in(world, who.entity));
            }
            const Result<ResourcePath> path = ResourcePath::parse(what.entity.id());
            const auto named = what.form != Form::any && what.form != Form::is && path
                                   ? find_resource(world, path->prefix(3).text())
                                   : nullptr;
            if (named) {
                add_ports_below(world, ports, named->id);
            } else {
                add_all_ports(ports);
            }
        });
        part(std::move(people), std::move(ports));
    }

    void tag(ResourceId id) {
        const auto old = worlds_[0]->find<TagEntry>(id);
        const auto now = worlds_[1]->find<TagEntry>(id);
        // Values and stewards decide nothing about data: what carries them is a change of its own.
        if (!old || !now || old->is_protected != now->is_protected) {
            part(everybody(), all_ports());
        }
    }

    void suspension(ResourceId id) {
        in_both([&](const World& world) {
            const auto entry = world.find<SuspensionEntry>(id);
            const EntryPtr target = entry ? world.find(entry->target) : nullptr;
            if (!entry) {
                return;
            }
            if (find_resource(world, entry->target)) {
                part(everybody(), ports_below(entry->target));
            } else if (target && target->kind == Kind::storage) {
                part(everybody(), all_ports());
            } else {
                IdBag people;
                add_people(people, people_of(world, entry->target));
                part(std::move(people), all_ports());
            }
        });
    }

    const World* worlds_[2];
    Touched touched_;
    std::size_t touched_ids_ = 0;
};

}  // namespace

Touched touched_by(const World& before, const World& after, std::span<const ResourceId> changed) {
    Touching touching(before, after);
    for (const ResourceId id : changed) {
        if (touching.full()) {
            break;
        }
        touching.change(id);
    }
    return std::move(touching).take();
}

}  // namespace charter
