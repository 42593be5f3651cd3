#pragma once

#include "policy/expression_shapes.hpp"

#include <compare>
#include <map>
#include <span>
#include <vector>

namespace charter::policy {

/// What a test that held has shown: the object has this attribute or this tag.
struct Capability {
    enum class Kind : std::uint8_t { attribute, tag };
    Kind kind = Kind::attribute;
    Shape object = 0;
    std::uint32_t key = 0;  // attribute: constant of the name; tag: shape of the key

    friend auto operator<=>(const Capability&, const Capability&) = default;
};

using Capabilities = std::vector<Capability>;

/// What is known to hold where the typing is. A scope takes back what it added.
class KnownCapabilities {
public:
    class Scope {
    public:
        explicit Scope(KnownCapabilities& known) : known_(known) {}
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;
        ~Scope() {
            for (const Capability& capability : added_) {
                --known_.counts_[capability];
            }
        }
        void add(std::span<const Capability> capabilities) {
            for (const Capability& capability : capabilities) {
                ++known_.counts_[capability];
                added_.push_back(capability);
            }
        }

    private:
        KnownCapabilities& known_;
        Capabilities added_;
    };

    bool contains(const Capability& capability) const {
        const auto found = counts_.find(capability);
        return found != counts_.end() && found->second > 0;
    }

private:
    std::map<Capability, std::size_t> counts_;
};

}  // namespace charter::policy
