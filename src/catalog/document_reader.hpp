#pragma once

#include "charter/base/clock.hpp"
#include "charter/base/json.hpp"
#include "charter/base/result.hpp"
#include "charter/catalog/names.hpp"
#include "charter/catalog/tags.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace charter {

/// Everything wrong with one document. Counts all, keeps the first
/// limits::violations_max: an answer stays small whatever was sent.
class Problems {
public:
    void add(std::string pointer, std::string detail);

    bool empty() const noexcept { return count_ == 0; }
    /// Error(invalid_request, "the document has N problems", the places).
    Error error() const;

private:
    std::size_t count_ = 0;
    std::vector<Violation> violations_;
};

/// Reads the fields of one JSON object, adds what is wrong to a Problems with its
/// JSON pointer, and knows which fields were asked for, so that finish() can name
/// the unknown ones. A parse function therefore asks for every field it knows,
/// each once. null is the same as a field that is not there. After a problem a
/// field reads as if it were not there, so reading goes on and finds them all.
///
/// One thread. Holds references: the object and the Problems must outlive it.
class DocumentReader {
public:
    DocumentReader(const Json& object, std::string pointer, Problems& problems);

    /// Whether a field is required.
    enum class Need { optional, required };
    static constexpr Need optional = Need::optional;
    static constexpr Need required = Need::required;

    /// The field, or null when it is not there (a problem when required).
    const Json* field(std::string_view key, Need need = optional);

    bool flag(std::string_view key, bool otherwise = false);
    std::optional<std::int64_t> integer(std::string_view key, std::int64_t least,
                                        std::int64_t most);
    /// One line, at most limits::title_bytes_max; not blank when required.
    std::string title(std::string_view key, Need need = optional);
    /// Prose: may have line breaks and tabs; at most `bytes_max`.
    std::string prose(std::string_view key, Need need = optional);
    std::string prose(std::string_view key, Need need, std::size_t bytes_max);
    /// By the name rule.
    std::optional<std::string> name(std::string_view key, Need need = optional);
    std::optional<UtcTime> time(std::string_view key);
    /// One of `known`; `otherwise` when it is not there.
    std::string choice(std::string_view key, std::span<const std::string_view> known,
                       std::string_view otherwise);
    /// Several of `known`, none twice.
    std::vector<std::string> choices(std::string_view key, std::span<const std::string_view> known,
                                     Need need = optional);
    /// Strings that `check` lets through, none twice.
    std::vector<std::string> strings(std::string_view key, std::size_t count_max,
                                     const std::function<Result<>(std::string_view)>& check,
                                     Need need = optional);
    std::optional<PrincipalName> principal(std::string_view key,
                                           std::initializer_list<Kind> allowed,
                                           Need need = optional);
    /// None twice; at most limits::principals_per_list_max.
    std::vector<PrincipalName> principals(std::string_view key,
                                          std::initializer_list<Kind> allowed);
    Tags tags(std::string_view key);

    /// A string read by `parse`, whose error becomes the problem.
    template <class T>
    std::optional<T> parsed(std::string_view key, Result<T> (*parse)(std::string_view),
                            Need need = optional) {
        const std::string* text = string(key, need);
        if (text == nullptr) {
            return std::nullopt;
        }
        Result<T> value = parse(*text);
        if (!value) {
            problem(key, value.error().message());
            return std::nullopt;
        }
        return std::move(value).value();
    }

    /// Calls `read` for each item of a list with the item's pointer.
    void items(std::string_view key, std::size_t count_max,
               const std::function<void(const Json& item, std::string pointer)>& read,
               Need need = optional);
    /// Calls `read` with a reader for each object of a list and finishes it.
    void objects(std::string_view key, std::size_t count_max,
                 const std::function<void(DocumentReader& item)>& read, Need need = optional);

    /// A problem at a field of this object, or at the object itself (key "").
    void problem(std::string_view key, std::string detail);
    std::string pointer_to(std::string_view key) const;
    Problems& problems() { return problems_; }

    /// Reports the fields that nobody asked for. Call last.
    void finish();

private:
    const std::string* string(std::string_view key, Need need);
    std::string line(std::string_view key, Need need, std::size_t bytes_max, bool breaks);

    const Json* object_;  // null: not an object, already reported
    std::string pointer_;
    Problems& problems_;
    std::vector<std::string_view> known_;
};

/// Reads a whole document with `read`, which fills a T by asking the reader for
/// each field. Errors: invalid_request, with every place that is wrong.
template <class T>
Result<T> read_document(const Json& document, void (*read)(DocumentReader&, T&)) {
    Problems problems;
    DocumentReader reader(document, "", problems);
    T value;
    read(reader, value);
    reader.finish();
    if (!problems.empty()) {
        return problems.error();
    }
    return value;
}

}  // namespace charter
