// Who may read what: each resource by its kind, and of a product the ports and columns.
#include "charter/governance/approvals.hpp"
#include "charter/governance/documents.hpp"
#include "charter/governance/grant_standing.hpp"
#include "governance/request_rules.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace charter {

void conceal(Json& document, const World& world, const Caller& caller, const ProductEntry& product) {
    if (sees_working_copy(world, caller, product)) {
        return;
    }
    document.erase("withdrawn");
    if (!document.contains("ports")) {
        return;
    }
    Decider discover(world, caller, Action::discover);
    Json ports = Json::array();
    for (Json& shown : document["ports"]) {
        const auto port = std::find_if(
            product.ports.begin(), product.ports.end(),
            [&](const PortPtr& each) { return each->name == shown.value("name", ""); });
        if (port == product.ports.end()) {
            ports.push_back(std::move(shown));  // of an older version: nothing is left to ask about
            continue;
        }
        const ColumnsVerdict verdict = discover.decide_columns(**port);
        if (!verdict.some() && !discover.allows(target_of(world, **port))) {
            continue;
        }
        if (!verdict.verdict.allow && shown.contains("columns")) {
            Json columns = Json::array();
            for (Json& column : shown["columns"]) {
                const std::string name = column.value("name", "");
                for (std::size_t i = 0; i < (*port)->columns.size(); ++i) {
                    if ((*port)->columns[i].name == name && verdict.columns[i] != 0) {
                        columns.push_back(std::move(column));
                        break;
                    }
                }
            }
            shown["columns"] = std::move(columns);
        }
        ports.push_back(std::move(shown));
    }
    document["ports"] = std::move(ports);
}

bool sees_working_copy(const World& world, const Caller& caller, const ProductEntry& product) {
    return Decider(world, caller, Action::edit).allows(target_of(world, product));
}

Result<> check_collection(const World& world, const Caller& caller, Kind kind,
                          const DomainPtr& domain) {
    const auto allows = [&](Action action, const Target& target) {
        return Decider(world, caller, action).allows(target);
    };
    const auto require = [&](Action action, const Target& target, const char* refusal) {
        return allows(action, target) || allows(Action::audit, target)
                   ? Result<>()
                   : Result<>(Error(ErrorCode::forbidden, refusal));
    };
    switch (kind) {
        case Kind::policy:
        case Kind::location:
            return domain && Visibility(world, caller).shows(*domain)
                       ? require(kind == Kind::policy ? Action::write_policy
                                                      : Action::register_location,
                                 target_of(world, *domain),
                                 "what a domain's rules and locations are is for its owners and "
                                 "auditors")
                       : absent();
        case Kind::guardrail:
        case Kind::storage:
            return require(Action::administer, target_of(world),
                           "this is for administrators and auditors");
        default: return {};
    }
}

Result<> check_readable(const World& world, const Caller& caller, const Entry& entry) {
    const auto allows = [&](Action action, const Target& target) {
        return Decider(world, caller, action).allows(target);
    };
    const auto refuse = [](const std::string& what) {
        return Result<>(Error(ErrorCode::forbidden, what));
    };
    switch (entry.kind) {
        case Kind::domain: {
            const auto& domain = static_cast<const DomainEntry&>(entry);
            if (allows(Action::describe, target_of(world, domain))) {
                return {};
            }
            // A domain shows through what is visible in it; then its page may be read too.
            return Visibility(world, caller).shows(domain) ? Result<>() : absent();
        }
        case Kind::product: {
            const auto& product = static_cast<const ProductEntry&>(entry);
            Decider describe(world, caller, Action::describe);
            if (!Visibility(world, caller).shows(product)) {
                return absent();
            }
            const Verdict verdict = describe.decide(target_of(world, product));
            const auto domain = world.find<DomainEntry>(product.domain);
            const bool governs = allows(Action::edit, target_of(world, product)) ||
                                 (domain && allows(Action::audit, target_of(world, *domain)));
            return verdict.allow || governs ? Result<>() : refuse("describe: " + verdict.reason());
        }
        case Kind::version: {
            const EntryPtr product = world.find(entry.parent);
            return product ? check_readable(world, caller, *product) : absent();
        }
        case Kind::policy:
        case Kind::location:
        case Kind::guardrail:
        case Kind::storage:
            return check_collection(world, caller, entry.kind,
                                    world.find<DomainEntry>(entry.parent));
        case Kind::token: {
            const auto& token = static_cast<const TokenEntry&>(entry);
            return token.principal == caller.principal->id ||
                           allows(Action::administer, target_of(world))
                       ? Result<>()
                       : absent();
        }
        case Kind::grant: {
            const auto& grant = static_cast<const GrantEntry&>(entry);
            const auto& own = caller.principal->grantees;
            if (!grant.delegable && std::find(own.begin(), own.end(), grant.grantee) != own.end()) {
                return {};
            }
            // What is to be passed on is for owners to see; members see what is passed on to them.
            const auto team = grant.delegable ? world.find<DomainEntry>(grant.grantee) : nullptr;
            return decides_on(world, caller, grant) ||
                           (team && allows(Action::grant, target_of(world, *team))) ||
                           allows(Action::audit, target_of(world))
                       ? Result<>()
                       : absent();
        }
        case Kind::approval: {
            const auto& approval = static_cast<const ApprovalEntry&>(entry);
            if (approval.by == caller.principal->id ||
                allows(Action::administer, target_of(world)) ||
                allows(Action::audit, target_of(world))) {
                return {};
            }
            // Whoever it touches sees it coming.
            const EntryPtr changed = world.find(approval.changed_kind, approval.changed);
            if (const auto* storage = dynamic_cast<const StorageEntry*>(changed.get())) {
                return storage_concerns(world, caller, *storage) ? Result<>() : absent();
            }
            return changed && check_readable(world, caller, *changed) ? Result<>() : absent();
        }
        case Kind::request:
            return request_readable(world, caller, static_cast<const RequestEntry&>(entry))
                       ? Result<>()
                       : absent();
        case Kind::suspension: {
            // Why somebody is shut out is not for everybody; why data is closed is for who sees it.
            if (allows(Action::administer, target_of(world)) ||
                allows(Action::audit, target_of(world))) {
                return {};
            }
            const auto& suspension = static_cast<const SuspensionEntry&>(entry);
            const EntryPtr closed = world.find(suspension.target);
            if (closed && (closed->kind == Kind::domain || closed->kind == Kind::product)) {
                return check_readable(world, caller, *closed);
            }
            const PortPtr port = world.port(suspension.target);
            return port && allows(Action::describe, target_of(world, *port)) ? Result<>() : absent();
        }
        case Kind::lease: return allows(Action::audit, target_of(world)) ? Result<>() : absent();
        default:
            return allows(Action::describe, target_of(world)) ? Result<>() : absent();
    }
}

}  // namespace charter
