// Sets of policies as Cedar text.

#include "charter/policy/policy_text.hpp"

#include "charter/policy/value.hpp"
#include "policy/policy_printer.hpp"

#include <algorithm>
#include <tuple>

namespace charter::policy {
namespace {

/// policy2 before policy10, and both before other names: so that a text comes
/// back in its order.
auto order(const Policy& policy) {
    const std::string& id = policy.id();
    const bool numbered = id.starts_with("policy") && id.size() > 6 &&
                          id.find_first_not_of("0123456789", 6) == std::string::npos;
    return std::tuple(!numbered, numbered ? id.size() : 0, id);
}

Error refused(std::string detail) {
    return {ErrorCode::invalid_request, std::move(detail)};
}

}  // namespace

Result<std::string> policy_set_to_text(const PolicySet& policies, const FormatOptions& options) {
    if (!policies.links().empty()) {
        return refused("Cedar text cannot say that `" + policies.links().begin()->first +
                       "` is a link of a template");
    }
    std::vector<Policy> sorted = policies.all();
    std::ranges::sort(sorted, {}, order);
    std::string text;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const std::string& id = sorted[i].id();
        const auto own_id = sorted[i].annotation("id");
        if (own_id && *own_id != id) {
            return refused("the policy `" + id + "` has another @id: " + policy::quoted(*own_id));
        }
        if (!own_id && id != "policy" + std::to_string(i)) {
            text += "@id(" + policy::quoted(id) + ") ";
        }
        text += print_policy(sorted[i]) + "\n";
    }
    return format_policies(text, options);
}

}  // namespace charter::policy
