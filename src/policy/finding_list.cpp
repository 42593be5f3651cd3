#include "policy/finding_list.hpp"

#include "charter/base/limits.hpp"
#include "policy/lexer.hpp"

namespace charter::policy {

bool FindingList::full() const {
    return findings_.size() >= limits::violations_max;
}

void FindingList::add(std::size_t offset, std::string detail) {
    if (!full()) {
        findings_.emplace(offset, std::move(detail));
    }
}

void FindingList::move_to(std::vector<Finding>& out, const Policy& policy) {
    for (const auto& [offset, detail] : findings_) {
        out.push_back({policy.id(), position_of(policy.source(), offset), detail});
    }
    findings_.clear();
}

}  // namespace charter::policy
