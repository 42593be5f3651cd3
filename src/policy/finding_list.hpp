#pragma once

#include "charter/policy/validate.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace charter::policy {

/// What is found in one policy: each thing once, though it may be found in many
/// environments, in the order of the text. Holds at most limits::violations_max.
class FindingList {
public:
    /// True when nothing more is taken, so that no message need be written.
    bool full() const;
    /// `offset` counts bytes of the policy's source.
    void add(std::size_t offset, std::string detail);
    bool empty() const { return findings_.empty(); }

    /// Appends them with their places.
    void move_to(std::vector<Finding>& out, const Policy& policy);

private:
    std::set<std::pair<std::size_t, std::string>> findings_;
};

}  // namespace charter::policy
