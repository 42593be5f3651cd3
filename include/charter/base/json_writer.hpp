#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace charter {

/// Writes JSON straight into one string: for answers and ledger records on the
/// path of a resolve, where a document model would cost more than the decision.
/// The caller keeps the nesting right; commas are placed by the writer.
/// Strings are escaped (RFC 8259 section 7); they must be valid UTF-8.
class JsonWriter {
public:
    /// Appends to `out`, which must outlive the writer.
    explicit JsonWriter(std::string& out) : out_(out) {}

    JsonWriter& begin_object();
    JsonWriter& end_object();
    JsonWriter& begin_array();
    JsonWriter& end_array();
    JsonWriter& key(std::string_view name);
    JsonWriter& string(std::string_view value);
    JsonWriter& number(std::int64_t value);
    JsonWriter& boolean(bool value);
    JsonWriter& null();
    /// A value that is JSON already.
    JsonWriter& raw(std::string_view json);

    /// key + string, the commonest pair.
    JsonWriter& member(std::string_view name, std::string_view value) {
        return key(name).string(value);
    }

private:
    void separate();

    std::string& out_;
    bool comma_ = false;
};

}  // namespace charter
