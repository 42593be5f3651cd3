#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace charter::policy {

/// Where the entities, slots and types stand that the scope of a policy names, in
/// the order of the text: those of the principal, of the action, of the resource.
class ScopePlaces {
public:
    /// `source` is one policy. Of anything else the places are 0.
    explicit ScopePlaces(std::string_view source);

    /// Bytes from the begin of the source.
    std::size_t next() { return at_ < offsets_.size() ? offsets_[at_++] : 0; }

private:
    std::vector<std::size_t> offsets_;
    std::size_t at_ = 0;
};

}  // namespace charter::policy
