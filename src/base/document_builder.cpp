#include "document_builder.hpp"

#include "charter/base/limits.hpp"

#include <algorithm>

namespace charter {
namespace {

// C0, DEL and C1 (U+0080 to U+009F, in UTF-8 C2 80 to C2 9F).
bool has_control_character(std::string_view name) {
    for (std::size_t i = 0; i < name.size(); ++i) {
        const auto byte = static_cast<unsigned char>(name[i]);
        const auto next = i + 1 < name.size() ? static_cast<unsigned char>(name[i + 1]) : 0xFFU;
        if (byte < 0x20 || byte == 0x7F || (byte == 0xC2 && next < 0xA0)) {
            return true;
        }
    }
    return false;
}

// An answer does not repeat a name of any length; the pointer then ends above it.
constexpr std::size_t pointer_bytes_max = 1'024;

// RFC 6901 section 3.
void append_token(std::string& pointer, std::string_view token) {
    pointer += '/';
    for (const char c : token) {
        if (c == '~') {
            pointer += "~0";
        } else if (c == '/') {
            pointer += "~1";
        } else {
            pointer += c;
        }
    }
}

}  // namespace

bool DocumentBuilder::begin_object() {
    return begin(Json::object());
}

bool DocumentBuilder::begin_array() {
    return begin(Json::array());
}

const Json& DocumentBuilder::end() {
    const Json& closed = *open_.back().container;
    open_.pop_back();
    return closed;
}

bool DocumentBuilder::key(std::string name) {
    Open& object = open_.back();
    if (has_control_character(name)) {
        object.key.clear();  // the pointer must not carry it either
        return fail("a name holds no control characters");
    }
    object.key = std::move(name);
    if (object.container->contains(object.key)) {
        return fail("the name is there twice");
    }
    return true;
}

bool DocumentBuilder::string(std::string value) {
    if (value.find('\0') != std::string::npos) {
        return fail("a string holds no NUL");
    }
    return scalar(std::move(value));
}

bool DocumentBuilder::scalar(Json value) {
    if (!count(1)) {
        return false;
    }
    place(std::move(value));
    return true;
}

bool DocumentBuilder::copy(const Json& value, std::size_t nodes, std::size_t depth) {
    if (open_.size() + depth > limits::document_depth_max) {
        return fail("nested deeper than " + std::to_string(limits::document_depth_max));
    }
    if (!count(nodes)) {
        return false;
    }
    place(value);
    return true;
}

bool DocumentBuilder::fail(std::string detail) {
    if (!error_) {
        std::string place = pointer();
        std::string message = place.empty() ? detail : place + ": " + detail;
        std::vector<Violation> violations;
        violations.push_back(Violation{std::move(place), std::move(detail)});
        error_ = Error(ErrorCode::invalid_request, std::move(message), std::move(violations));
    }
    return false;
}

bool DocumentBuilder::begin(Json container) {
    if (open_.size() == limits::document_depth_max) {
        return fail("nested deeper than " + std::to_string(limits::document_depth_max));
    }
    if (!count(1)) {
        return false;
    }
    // Containers are not moved while they are open: only the innermost one grows,
    // and the members of a std::map stay where they are.
    open_.push_back(Open{&place(std::move(container)), {}});
    return true;
}

bool DocumentBuilder::count(std::size_t nodes) {
    nodes_ += nodes;
    return nodes_ <= limits::document_nodes_max ||
           fail("more than " + std::to_string(limits::document_nodes_max) +
                " values in one document");
}

Json& DocumentBuilder::place(Json value) {
    if (open_.empty()) {
        root_ = std::move(value);
        return root_;
    }
    Json& container = *open_.back().container;
    if (container.is_array()) {
        container.push_back(std::move(value));
        return container.back();
    }
    return container[open_.back().key] = std::move(value);
}

std::string DocumentBuilder::pointer() const {
    std::string pointer;
    for (const Open& level : open_) {
        if (pointer.size() + level.key.size() > pointer_bytes_max) {
            break;
        }
        if (level.container->is_object()) {
            append_token(pointer, level.key);
            continue;
        }
        // An open child is in its array already; what is refused is not.
        const bool innermost = &level == &open_.back();
        append_token(pointer, std::to_string(level.container->size() - (innermost ? 0 : 1)));
    }
    return pointer;
}

}  // namespace charter
