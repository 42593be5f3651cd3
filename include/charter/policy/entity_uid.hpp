#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace charter::policy {

/// The name of one entity: its type (`Photos::User`) and its id. Immutable and
/// cheap to copy; the hash is computed once, when it is made. Thread-safe.
class EntityUid {
public:
    /// Empty type and id: the name of nothing.
    EntityUid();
    /// `type` is taken as it is; text from outside is parsed by parse_entity_uid.
    EntityUid(std::string_view type, std::string_view id);

    const std::string& type() const noexcept { return name_->type; }
    const std::string& id() const noexcept { return name_->id; }
    std::size_t hash() const noexcept { return name_->hash; }

    /// Cedar text: `Group::"customer/owners"`, the id escaped.
    std::string text() const;

    friend bool operator==(const EntityUid& a, const EntityUid& b) noexcept {
        return a.name_ == b.name_ || (a.name_->hash == b.name_->hash &&
                                      a.name_->id == b.name_->id && a.name_->type == b.name_->type);
    }
    /// By type, then by id, bytewise.
    friend std::strong_ordering operator<=>(const EntityUid& a, const EntityUid& b) noexcept {
        const auto by_type = a.name_->type <=> b.name_->type;
        return by_type != 0 ? by_type : a.name_->id <=> b.name_->id;
    }

private:
    struct Name {
        std::string type;
        std::string id;
        std::size_t hash;
    };

    std::shared_ptr<const Name> name_;
};

}  // namespace charter::policy

template <>
struct std::hash<charter::policy::EntityUid> {
    std::size_t operator()(const charter::policy::EntityUid& uid) const noexcept {
        return uid.hash();
    }
};
