#include "governance/access_words.hpp"

#include "charter/governance/documents.hpp"
#include "governance/access_members.hpp"
#include "governance/fold.hpp"

#include <algorithm>
#include <cctype>

namespace charter {

namespace {

using Form = policy::ScopeConstraint::Form;

/// Past the string or comment that begins at `i`, else past one character.
std::size_t past(std::string_view text, std::size_t i) {
    if (text[i] == '"') {
        for (++i; i < text.size() && text[i] != '"'; ++i) {
            i += text[i] == '\\' ? 1U : 0U;
        }
    } else if (text.substr(i, 2) == "//") {
        while (i < text.size() && text[i] != '\n') {
            ++i;
        }
    }
    return std::min(i + 1, text.size());
}

bool in_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '@';
}

/// Where the scope of a policy's text ends: past its closing parenthesis.
std::size_t end_of_scope(std::string_view text) {
    bool effect = false;  // annotations stand before it, and have parentheses too
    std::size_t depth = 0;
    for (std::size_t i = 0; i < text.size(); i = past(text, i)) {
        const bool word = depth == 0 && (i == 0 || !in_word(text[i - 1]));
        effect = effect || (word && (text.substr(i).starts_with("permit") ||
                                     text.substr(i).starts_with("forbid")));
        if (text[i] == '(') {
            ++depth;
        } else if (text[i] == ')' && --depth == 0 && effect) {
            return i + 1;
        }
    }
    return text.size();
}

/// The conditions of a policy's text, from the end of its scope to its semicolon.
std::string conditions_text(std::string_view text) {
    const std::size_t begin = end_of_scope(text);
    text = text.substr(begin, text.rfind(';') - begin);
    const auto space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
    while (!text.empty() && space(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && space(text.back())) {
        text.remove_suffix(1);
    }
    return std::string(text);
}

std::vector<std::string> grant_conditions(const GrantEntry& grant) {
    std::vector<std::string> conditions;
    if (!grant.purposes.empty()) {
        std::string purposes;
        for (const std::string& purpose : grant.purposes) {
            purposes += (purposes.empty() ? "" : ", ") + purpose;
        }
        conditions.push_back("purpose is one of " + purposes);
    }
    for (const std::string& cells : grant.cells) {
        conditions.push_back("only where " + cells.substr(0, cells.find_last_not_of('\n') + 1));
    }
    if (grant.not_before != UtcTime::min()) {
        conditions.push_back("from " + format_time(grant.not_before));
    }
    if (grant.expires_at != UtcTime::max()) {
        conditions.push_back("until " + format_time(grant.expires_at));
    }
    return conditions;
}

std::vector<std::string> tag_words(const GrantEntry& grant) {
    std::vector<std::string> words;
    if (grant.tagged) {
        for (const auto& [key, values] : grant.tagged->all) {
            std::string text;
            for (const std::string& value : values) {
                text += (text.empty() ? "" : ", ") + value;
            }
            words.push_back(key + ": " + text);
        }
    }
    return words;
}

}  // namespace

AccessWords::AccessWords(const World& world, const Caller& asker)
    : world_(world),
      asker_(asker),
      visibility_(world, asker),
      directory_(Decider(world, asker, Action::describe).allows(target_of(world))) {}

bool AccessWords::may_name(const PrincipalEntry& principal) const {
    return directory_ || principal.id == asker_.principal->id;
}

bool AccessWords::may_name(const policy::EntityUid& uid) {
    const bool role = uid.type() == "Group" && uid.id().find('/') != std::string::npos;
    if (uid.type() == "Team" || (role && !uid.id().starts_with("tag/"))) {
        const std::string_view id = uid.id();
        const DomainPtr domain = world_.domain(id.substr(0, id.find('/')));
        return domain && visibility_.shows(*domain);
    }
    return directory_ || uid == asker_.principal->node->entity.uid;
}

bool AccessWords::shows(const Entry& resource) {
    if (const auto* domain = dynamic_cast<const DomainEntry*>(&resource)) {
        return visibility_.shows(*domain);
    }
    if (const auto* product = dynamic_cast<const ProductEntry*>(&resource)) {
        return visibility_.shows(*product);
    }
    const auto* port = dynamic_cast<const PortEntry*>(&resource);
    return port != nullptr && visibility_.shows(*port);
}

std::string AccessWords::label(const PolicyEntry& policy) {
    if (policy.origin == PolicyEntry::Origin::domain) {
        const auto domain = world_.find<DomainEntry>(policy.parent);
        if (!domain || !visibility_.shows(*domain)) {
            return "policy of a domain above";
        }
    }
    return policy.label;
}

std::vector<std::string> AccessWords::conditions(const PolicyEntry& policy, bool conditional) {
    if (!conditional) {
        return {};
    }
    if (policy.origin == PolicyEntry::Origin::builtin || check_readable(world_, asker_, policy)) {
        return {conditions_text(policy.policy().source())};
    }
    return {"its conditions hold"};
}

std::string AccessWords::scope_text(const char* word, const policy::ScopeConstraint& scope) {
    const std::string text(word);
    const auto entity = [&] { return scope.entity.text(); };
    switch (scope.form) {
        case Form::any: return text;
        case Form::is: return text + " is " + scope.type;
        case Form::equal: return text + " == " + entity();
        case Form::in: return text + " in " + entity();
        case Form::is_in: return text + " is " + scope.type + " in " + entity();
    }
    return text;
}

std::string AccessWords::who(const policy::ScopeConstraint& scope) {
    if (scope.form != Form::is) {
        return "anybody signed in";
    }
    std::string type = scope.type;
    type.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(type.front())));
    return "every " + type;
}

std::string AccessWords::what(const policy::ScopeConstraint& scope) {
    if (scope.form == Form::any || scope.form == Form::is) {
        return scope_text("resource", scope);
    }
    const std::string& type = scope.entity.type();
    const std::string& id = scope.entity.id();
    const Result<ResourcePath> path = ResourcePath::parse(id);
    if (type == "Mesh") {
        return scope_text("resource", scope);
    }
    const bool shown = [&] {
        if (!path) {
            return false;
        }
        const DomainPtr domain = world_.domain(path->domain());
        const ProductPtr product = world_.product(path->prefix(2).text());
        const PortPtr port = world_.port(path->prefix(3).text());
        return type == "Domain"    ? domain && visibility_.shows(*domain)
               : type == "Product" ? product && visibility_.shows(*product)
                                   : port && visibility_.shows(*port);
    }();
    return shown ? scope_text("resource", scope) : "";
}

std::vector<std::string> AccessWords::shown_chain(std::vector<std::string> chain) {
    std::erase_if(chain, [&](const std::string& name) {
        const std::size_t colon = name.find(':');
        std::string type = name.substr(0, colon);
        type.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(type.front())));
        return !may_name({type == "Domain" ? "Team" : type, name.substr(colon + 1)});
    });
    return chain;
}

AccessPath AccessWords::path(const PrincipalEntry& principal, const Held& held) {
    AccessPath path;
    if (held.part.policy != nullptr) {
        const policy::ScopeConstraint& scope = held.part.policy->policy().principal();
        path = this->path(*held.part.policy, held.conditional);
        if (scope.form != Form::any && scope.form != Form::is) {
            path.chain = shown_chain(chain_to(world_, principal, scope.entity));
        }
        return path;
    }
    const GrantEntry& grant = *held.part.grant;
    const policy::EntityUid grantee = principal_uid(grant.grantee_name);
    path.via = grant.label;
    path.grantee = may_name(grantee) ? grant.grantee_name.text() : "";
    path.chain = shown_chain(chain_to(world_, principal, bearer_of(grant)));
    path.on = grant.tagged ? grant.tagged->domain : grant.resource_path;
    path.tagged = tag_words(grant);
    path.conditions = grant_conditions(grant);
    for (ResourceId above = grant.passed_on; above;) {
        const auto parent = world_.find<GrantEntry>(above);
        path.passed_on.push_back("grant:" + above.text());
        above = parent ? parent->passed_on : ResourceId{};
    }
    return path;
}

AccessPath AccessWords::path(const PolicyEntry& policy, bool conditional) {
    const policy::ScopeConstraint& scope = policy.policy().principal();
    AccessPath path;
    path.via = label(policy);
    const bool named = scope.form == Form::any || scope.form == Form::is || may_name(scope.entity);
    path.grantee = named ? scope_text("principal", scope) : "";
    path.on = what(policy.policy().resource());
    path.conditions = conditions(policy, conditional);
    return path;
}

AccessForbid AccessWords::forbid(const PolicyEntry& policy, bool conditional) {
    return {label(policy), conditions(policy, conditional)};
}

AccessForbid AccessWords::forbid_for_some(const PolicyEntry& policy) {
    AccessForbid forbid = this->forbid(policy, policy.policy().has_conditions());
    const policy::ScopeConstraint& scope = policy.policy().principal();
    if (scope.form != Form::any && (scope.form == Form::is || may_name(scope.entity))) {
        forbid.conditions.insert(forbid.conditions.begin(), scope_text("principal", scope));
    }
    return forbid;
}

}  // namespace charter
