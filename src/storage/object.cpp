#include "charter/storage/object.hpp"

#include "charter/base/encoding.hpp"

#include <utility>

namespace charter {

namespace {

void append_number(std::string& out, std::uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) {
        out += static_cast<char>((number >> shift) & 0xff);
    }
}

}  // namespace

ObjectList::ObjectList(std::vector<Object> objects) : std::vector<Object>(std::move(objects)) {
    std::string message;
    for (const Object& object : *this) {
        append_number(message, object.path.size());
        message += object.path;
        append_number(message, object.size_bytes);
        size_bytes_ += object.size_bytes;
    }
    sha256_ = to_hex(charter::sha256(message));
}

}  // namespace charter
