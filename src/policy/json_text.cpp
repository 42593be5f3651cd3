#include "policy/json_text.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"
#include "charter/policy/value.hpp"

#include <nlohmann/json.hpp>

#include <vector>

namespace charter::policy {
namespace {

/// Builds the document from the events of nlohmann's parser, which would keep
/// the last of equal names and nest without limit.
class Builder final : public nlohmann::json_sax<Json> {
public:
    explicit Builder(std::size_t depth_max) : depth_max_(depth_max) {}

    bool null() override { return add(nullptr); }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(number_integer_t value) override { return add(value); }
    bool number_unsigned(number_unsigned_t value) override { return add(value); }
    bool number_float(number_float_t value, const string_t&) override { return add(value); }
    bool string(string_t& value) override { return add(std::move(value)); }
    bool binary(binary_t&) override { return fail("no binary values in JSON"); }
    bool start_object(std::size_t) override { return open(Json::object()); }
    bool start_array(std::size_t) override { return open(Json::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override {
        if (open_.back()->contains(name)) {
            return fail("the name " + policy::quoted(name) + " stands twice in one object");
        }
        key_ = std::move(name);
        return true;
    }
    bool parse_error(std::size_t position, const std::string&, const Json::exception&) override {
        return fail("not JSON at byte " + std::to_string(position));
    }

    Json root;
    std::string error;

private:
    Json* place(Json value) {
        if (open_.empty()) {
            root = std::move(value);
            return &root;
        }
        Json& container = *open_.back();
        if (container.is_object()) {
            return &(container[key_] = std::move(value));
        }
        container.push_back(std::move(value));
        return &container.back();
    }
    bool add(Json value) {
        place(std::move(value));
        return true;
    }
    bool open(Json container) {
        if (open_.size() == depth_max_) {
            return fail("nested deeper than " + std::to_string(depth_max_) +
                        " (cedar_json_depth_max)");
        }
        // A container stays where it is while something inside it is open.
        open_.push_back(place(std::move(container)));
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }
    bool fail(std::string detail) {
        error = std::move(detail);
        return false;
    }

    std::size_t depth_max_;
    std::vector<Json*> open_;
    std::string key_;
};

}  // namespace

Result<Json> parse_cedar_json(std::string_view text, std::size_t depth_max) {
    // A NUL byte is the end of the text for nlohmann, and a byte order mark nothing.
    if (!is_utf8(text) || text.find('\0') != std::string_view::npos ||
        text.starts_with("\xEF\xBB\xBF")) {
        return Error(ErrorCode::invalid_request,
                     "not JSON: not UTF-8, or with a NUL or a byte order mark");
    }
    Builder builder(depth_max);
    if (!Json::sax_parse(text.begin(), text.end(), &builder)) {
        return Error(ErrorCode::invalid_request,
                     builder.error.empty() ? "not JSON" : std::move(builder.error));
    }
    return std::move(builder.root);
}

}  // namespace charter::policy
