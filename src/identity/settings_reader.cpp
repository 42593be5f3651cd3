#include "settings_reader.hpp"

#include "charter/base/nearest.hpp"
#include "charter/catalog/names.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace charter {

namespace {

constexpr std::size_t text_bytes_max = 2'048;  // a URL, a path
constexpr std::size_t texts_max = 1'000;

bool is_line(const Json& value) {
    return value.is_string() && !value.get_ref<const std::string&>().empty() &&
           value.get_ref<const std::string&>().size() <= text_bytes_max &&
           !has_control_character(value.get_ref<const std::string&>());
}

}  // namespace

SettingsReader::SettingsReader(const Json& object, std::string place,
                               std::span<const std::string_view> known, std::string& problem)
    : place_(std::move(place)), problem_(&problem) {
    if (!object.is_object()) {
        fail("", "`key: value` lines are expected");
        return;
    }
    object_ = &object;
    for (const auto& [key, value] : object.items()) {
        if (std::ranges::find(known, key) == known.end()) {
            const auto near = nearest_name(key, known);
            fail("", "unknown key `" + key + "`" +
                         (near ? ", did you mean `" + std::string(*near) + "`?" : ""));
        }
    }
}

const Json* SettingsReader::field(std::string_view key) const {
    if (object_ == nullptr) {
        return nullptr;
    }
    const auto found = object_->find(key);
    return found == object_->end() || found->is_null() ? nullptr : &*found;
}

std::string SettingsReader::text(std::string_view key, Need need) {
    const Json* value = field(key);
    if (value == nullptr) {
        if (need == required) {
            fail(key, "is missing");
        }
        return {};
    }
    if (!is_line(*value)) {
        fail(key, "a text of one line is expected");
        return {};
    }
    return value->get<std::string>();
}

std::vector<std::string> SettingsReader::texts(std::string_view key, Need need) {
    const Json* value = field(key);
    if (value == nullptr) {
        if (need == required) {
            fail(key, "is missing");
        }
        return {};
    }
    const Json list = value->is_array() ? *value : Json::array({*value});
    if (list.empty() || list.size() > texts_max || !std::ranges::all_of(list, is_line)) {
        fail(key, "a text or a list of texts is expected");
        return {};
    }
    std::vector<std::string> texts = list.get<std::vector<std::string>>();
    std::vector<std::string> sorted = texts;
    std::ranges::sort(sorted);
    if (std::ranges::adjacent_find(sorted) != sorted.end()) {
        fail(key, "a text is there twice");
    }
    return texts;
}

std::optional<bool> SettingsReader::flag(std::string_view key) {
    const Json* value = field(key);
    if (value != nullptr && !value->is_boolean()) {
        fail(key, "`true` or `false` is expected");
    }
    return value != nullptr && value->is_boolean() ? std::optional(value->get<bool>())
                                                   : std::nullopt;
}

std::optional<std::int64_t> SettingsReader::integer(std::string_view key, std::int64_t least,
                                                    std::int64_t most) {
    const Json* value = field(key);
    if (value == nullptr) {
        return std::nullopt;
    }
    const std::int64_t number = value->is_number_integer() ? value->get<std::int64_t>() : least - 1;
    if (number < least || number > most) {
        fail(key, std::to_string(least) + " to " + std::to_string(most) + " is expected");
        return std::nullopt;
    }
    return number;
}

std::optional<SettingsReader> SettingsReader::object(std::string_view key,
                                                     std::span<const std::string_view> known) {
    const Json* value = field(key);
    if (value == nullptr) {
        return std::nullopt;
    }
    return SettingsReader(*value, place_ + "." + std::string(key), known, *problem_);
}

void SettingsReader::fail(std::string_view key, const std::string& detail) {
    if (problem_->empty()) {
        *problem_ = place_ + (key.empty() ? "" : "." + std::string(key)) + ": " + detail;
    }
}

}  // namespace charter
