#include "charter/policy/entity_uid.hpp"

#include "charter/policy/value.hpp"

namespace charter::policy {

EntityUid::EntityUid() {
    static const EntityUid nothing("", "");
    name_ = nothing.name_;
}

EntityUid::EntityUid(std::string_view type, std::string_view id) {
    const std::hash<std::string_view> hash_text;
    // The multiplier keeps ("a", "b") and ("b", "a") apart.
    const std::size_t hash = hash_text(type) * 0x9e37'79b9'7f4a'7c15U + hash_text(id);
    name_ = std::make_shared<const Name>(Name{std::string(type), std::string(id), hash});
}

std::string EntityUid::text() const {
    return type() + "::" + quoted(id());
}

}  // namespace charter::policy
