#include "catalog/document_reader.hpp"

#include "catalog/utf8.hpp"
#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"
#include "charter/base/nearest.hpp"
#include "charter/catalog/documents.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace charter {

namespace {

constexpr std::size_t shown_name_bytes_max = 64;
constexpr std::size_t pointer_name_bytes_max = 256;

std::string in_quotes(std::string_view text) {
    return "\"" + std::string(beginning(text, shown_name_bytes_max)) + "\"";
}

/// One reference token of a JSON pointer. Source: RFC 6901 section 3. A name far
/// longer than any field is cut, so that the answer stays short.
std::string pointer_token(std::string_view name) {
    std::string token = "/";
    for (const char c : beginning(name, pointer_name_bytes_max)) {
        if (c == '~') {
            token += "~0";
        } else if (c == '/') {
            token += "~1";
        } else {
            token += c;
        }
    }
    return token;
}

std::string unknown_name(std::string_view what, std::string_view name,
                         std::span<const std::string_view> known) {
    std::string detail = "unknown " + std::string(what) + " " + in_quotes(name);
    if (const auto nearest = nearest_name(name, known)) {
        detail += ", did you mean " + in_quotes(*nearest) + "?";
    }
    return detail;
}

Result<> check_choice(std::string_view text, std::span<const std::string_view> known) {
    if (std::ranges::find(known, text) != known.end()) {
        return {};
    }
    std::string all;
    for (const std::string_view each : known) {
        all += (all.empty() ? "" : ", ") + in_quotes(each);
    }
    return Error(ErrorCode::invalid_request,
                 unknown_name("value", text, known) + " (one of " + all + ")");
}

std::string kinds_text(std::initializer_list<Kind> allowed) {
    std::string text;
    for (const Kind kind : allowed) {
        text += text.empty() ? "" : ", ";
        text += kind_name(kind);
    }
    return text;
}

/// The principal an item names, or nothing and a problem.
std::optional<PrincipalName> read_principal(const Json& item, std::initializer_list<Kind> allowed,
                                            const std::string& pointer, Problems& problems) {
    const auto* text = item.get_ptr<const std::string*>();
    if (text == nullptr) {
        problems.add(pointer, "a string is expected");
        return std::nullopt;
    }
    Result<PrincipalName> principal = PrincipalName::parse(*text);
    if (!principal) {
        problems.add(pointer, principal.error().message());
        return std::nullopt;
    }
    if (std::ranges::find(allowed, principal->kind) == allowed.end()) {
        problems.add(pointer,
                     in_quotes(*text) + " cannot be here (one of: " + kinds_text(allowed) + ")");
        return std::nullopt;
    }
    return std::move(principal).value();
}

}  // namespace

void Problems::add(std::string pointer, std::string detail) {
    ++count_;
    if (violations_.size() < limits::violations_max) {
        violations_.push_back({std::move(pointer), std::move(detail)});
    }
}

Error Problems::error() const {
    std::string message = "the document has " + std::to_string(count_) +
                          (count_ == 1 ? " problem" : " problems");
    if (count_ > violations_.size()) {
        message += "; the first " + std::to_string(violations_.size()) + " are told";
    }
    return Error(ErrorCode::invalid_request, std::move(message), violations_);
}

DocumentReader::DocumentReader(const Json& object, std::string pointer, Problems& problems)
    : object_(object.is_object() ? &object : nullptr),
      pointer_(std::move(pointer)),
      problems_(problems) {
    if (object_ == nullptr) {
        problems_.add(pointer_, "an object is expected");
    }
}

const Json* DocumentReader::field(std::string_view key, Need need) {
    known_.push_back(key);
    if (object_ == nullptr) {
        return nullptr;
    }
    const auto found = object_->find(key);
    if (found != object_->end() && !found->is_null()) {
        return &*found;
    }
    if (need == required) {
        problem(key, "is required");
    }
    return nullptr;
}

const std::string* DocumentReader::string(std::string_view key, Need need) {
    const Json* value = field(key, need);
    if (value == nullptr) {
        return nullptr;
    }
    if (!value->is_string()) {
        problem(key, "a string is expected");
        return nullptr;
    }
    return &value->get_ref<const std::string&>();
}

bool DocumentReader::flag(std::string_view key, bool otherwise) {
    const Json* value = field(key);
    if (value == nullptr) {
        return otherwise;
    }
    if (!value->is_boolean()) {
        problem(key, "true or false is expected");
        return otherwise;
    }
    return value->get<bool>();
}

std::optional<std::int64_t> DocumentReader::integer(std::string_view key, std::int64_t least,
                                                    std::int64_t most) {
    const Json* value = field(key);
    if (value == nullptr) {
        return std::nullopt;
    }
    // parse_json lets no integer beyond 64 bits signed through; a document made
    // another way may still hold one.
    const bool too_large =
        value->is_number_unsigned() && value->get<std::uint64_t>() > INT64_MAX;
    if (!value->is_number_integer() || too_large || value->get<std::int64_t>() < least ||
        value->get<std::int64_t>() > most) {
        problem(key, "an integer from " + std::to_string(least) + " to " + std::to_string(most) +
                         " is expected");
        return std::nullopt;
    }
    return value->get<std::int64_t>();
}

std::string DocumentReader::line(std::string_view key, Need need, std::size_t bytes_max,
                                 bool breaks) {
    const std::string* text = string(key, need);
    if (text == nullptr) {
        return {};
    }
    if (text->size() > bytes_max) {
        problem(key, "has at most " + std::to_string(bytes_max) + " bytes");
        return {};
    }
    std::string checked = *text;
    if (breaks) {
        std::erase_if(checked, [](char c) { return c == '\n' || c == '\r' || c == '\t'; });
    }
    if (!is_utf8(checked) || has_control_character(checked)) {
        problem(key, breaks ? "has control characters" : "is one line without control characters");
        return {};
    }
    if (need == required && text->find_first_not_of(" \t\r\n") == std::string::npos) {
        problem(key, "is empty");
        return {};
    }
    return *text;
}

std::string DocumentReader::title(std::string_view key, Need need) {
    return line(key, need, limits::title_bytes_max, false);
}

std::string DocumentReader::prose(std::string_view key, Need need) {
    return line(key, need, limits::text_bytes_max, true);
}

std::string DocumentReader::prose(std::string_view key, Need need, std::size_t bytes_max) {
    return line(key, need, bytes_max, true);
}

std::optional<std::string> DocumentReader::name(std::string_view key, Need need) {
    const std::string* text = string(key, need);
    if (text == nullptr) {
        return std::nullopt;
    }
    if (const Result<> checked = check_name(*text); !checked) {
        problem(key, checked.error().message());
        return std::nullopt;
    }
    return *text;
}

std::optional<UtcTime> DocumentReader::time(std::string_view key) {
    return parsed(key, &parse_time);
}

std::string DocumentReader::choice(std::string_view key, std::span<const std::string_view> known,
                                   std::string_view otherwise) {
    const std::string* text = string(key, optional);
    if (text == nullptr) {
        return std::string(otherwise);
    }
    if (const Result<> checked = check_choice(*text, known); !checked) {
        problem(key, checked.error().message());
        return std::string(otherwise);
    }
    return *text;
}

std::vector<std::string> DocumentReader::choices(std::string_view key,
                                                 std::span<const std::string_view> known,
                                                 Need need) {
    const auto check = [&](std::string_view text) { return check_choice(text, known); };
    return strings(key, 2 * known.size(), check, need);
}

std::vector<std::string> DocumentReader::strings(
    std::string_view key, std::size_t count_max,
    const std::function<Result<>(std::string_view)>& check, Need need) {
    std::vector<std::string> list;
    std::set<std::string_view> seen;
    const auto read = [&](const Json& item, std::string pointer) {
        const auto* text = item.get_ptr<const std::string*>();
        if (text == nullptr) {
            problems_.add(std::move(pointer), "a string is expected");
        } else if (const Result<> checked = check(*text); !checked) {
            problems_.add(std::move(pointer), checked.error().message());
        } else if (!seen.insert(*text).second) {
            problems_.add(std::move(pointer), in_quotes(*text) + " is there twice");
        } else {
            list.push_back(*text);
        }
    };
    items(key, count_max, read, need);
    return list;
}

std::optional<PrincipalName> DocumentReader::principal(std::string_view key,
                                                       std::initializer_list<Kind> allowed,
                                                       Need need) {
    const Json* value = field(key, need);
    return value == nullptr ? std::nullopt
                            : read_principal(*value, allowed, pointer_to(key), problems_);
}

std::vector<PrincipalName> DocumentReader::principals(std::string_view key,
                                                      std::initializer_list<Kind> allowed) {
    std::vector<PrincipalName> list;
    std::set<PrincipalName> seen;
    items(key, limits::principals_per_list_max, [&](const Json& item, std::string pointer) {
        std::optional<PrincipalName> principal = read_principal(item, allowed, pointer, problems_);
        if (!principal) {
            return;
        }
        if (!seen.insert(*principal).second) {
            problems_.add(std::move(pointer), in_quotes(principal->text()) + " is there twice");
            return;
        }
        list.push_back(std::move(*principal));
    });
    return list;
}

Tags DocumentReader::tags(std::string_view key) {
    Tags tags;
    const Json* value = field(key);
    if (value == nullptr) {
        return tags;
    }
    DocumentReader keys(*value, pointer_to(key), problems_);
    if (!value->is_object()) {
        return tags;
    }
    if (value->size() > limits::tag_keys_max) {
        problem(key, "has at most " + std::to_string(limits::tag_keys_max) + " keys");
        return tags;
    }
    for (const auto& [tag, unused] : value->items()) {
        if (const Result<> checked = check_name(tag); !checked) {
            keys.problem(tag, checked.error().message());
            continue;
        }
        // An empty set would hide what is inherited: a key without values is left out.
        tags[tag] = keys.strings(tag, limits::tag_values_per_key_max, &check_tag_value, required);
    }
    return tags;
}

void DocumentReader::items(std::string_view key, std::size_t count_max,
                           const std::function<void(const Json&, std::string)>& read, Need need) {
    const Json* value = field(key, need);
    if (value == nullptr) {
        return;
    }
    if (!value->is_array()) {
        problem(key, "a list is expected");
        return;
    }
    if (need == required && value->empty()) {
        problem(key, "has at least one item");
        return;
    }
    if (value->size() > count_max) {
        problem(key, "has at most " + std::to_string(count_max) + " items");
        return;
    }
    const std::string pointer = pointer_to(key);
    for (std::size_t i = 0; i < value->size(); ++i) {
        read((*value)[i], pointer + "/" + std::to_string(i));
    }
}

void DocumentReader::objects(std::string_view key, std::size_t count_max,
                             const std::function<void(DocumentReader&)>& read, Need need) {
    items(
        key, count_max,
        [&](const Json& item, std::string pointer) {
            DocumentReader reader(item, std::move(pointer), problems_);
            if (item.is_object()) {
                read(reader);
                reader.finish();
            }
        },
        need);
}

void DocumentReader::problem(std::string_view key, std::string detail) {
    problems_.add(pointer_to(key), std::move(detail));
}

std::string DocumentReader::pointer_to(std::string_view key) const {
    return key.empty() ? pointer_ : pointer_ + pointer_token(key);
}

void DocumentReader::finish() {
    if (object_ == nullptr) {
        return;
    }
    for (const auto& [key, unused] : object_->items()) {
        if (std::ranges::find(known_, key) == known_.end()) {
            // Not problem(): the empty name is a field here, not the object.
            problems_.add(pointer_ + pointer_token(key), unknown_name("field", key, known_));
        }
    }
}

Error at_pointer(std::string_view prefix, const Error& error) {
    std::vector<Violation> moved = error.violations();
    for (Violation& violation : moved) {
        violation.pointer = std::string(prefix) + violation.pointer;
    }
    if (moved.empty()) {
        moved.push_back({std::string(prefix), error.message()});
    }
    return Error(error.code(), error.message(), std::move(moved));
}

}  // namespace charter
