#pragma once

#include "charter/base/json.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace charter {

/// Reads one object of the configuration. The first problem is kept in `problem`, with its
/// place; what is wrong reads as if it were not there. null is the same as not there.
/// One thread. The object and `problem` must outlive it.
class SettingsReader {
public:
    enum class Need { optional, required };
    static constexpr Need optional = Need::optional;
    static constexpr Need required = Need::required;

    /// `place` is what a message calls the object: "issuers[0]".
    SettingsReader(const Json& object, std::string place, std::span<const std::string_view> known,
                   std::string& problem);

    const Json* field(std::string_view key) const;
    /// One line, never empty when it is there; "" when it is not.
    std::string text(std::string_view key, Need need = optional);
    /// One text or a list of them, none twice; a list that is there has at least one.
    std::vector<std::string> texts(std::string_view key, Need need = optional);
    std::optional<bool> flag(std::string_view key);
    std::optional<std::int64_t> integer(std::string_view key, std::int64_t least,
                                        std::int64_t most);
    std::optional<SettingsReader> object(std::string_view key,
                                         std::span<const std::string_view> known);

    /// `key` is "" for the object itself.
    void fail(std::string_view key, const std::string& detail);

private:
    const Json* object_ = nullptr;  // null: not an object
    std::string place_;
    std::string* problem_;
};

}  // namespace charter
