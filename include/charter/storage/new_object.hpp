#pragma once

#include "charter/base/encoding.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace charter {

/// True for a path that an object or folder can have below a root: segments joined
/// by single "/", none empty, `.` or `..`; valid UTF-8 without control characters
/// and backslashes; at most limits::object_path_bytes_max. Nor may a segment be the
/// name of the folder in which LocalStorage keeps what is half received.
bool is_object_path(std::string_view path);

/// An object that a lease for writing names. The lease's URL takes these bytes
/// under this path and no others.
struct NewObject {
    std::string path;  // relative to the prefix of the port
    std::uint64_t size_bytes = 0;
    Digest sha256{};

    friend bool operator==(const NewObject&, const NewObject&) = default;
};

}  // namespace charter
