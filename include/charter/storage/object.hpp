#pragma once

#include "charter/base/clock.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace charter {

/// One file of a port.
struct Object {
    std::string path;  // relative to the prefix it was listed under
    std::uint64_t size_bytes = 0;
    UtcTime modified_at{};

    friend bool operator==(const Object&, const Object&) = default;
};

/// What was listed, sorted by path; it stays as it is.
class ObjectList : public std::vector<Object> {
public:
    /// Hashes what it is given, so make it once, when it is listed.
    explicit ObjectList(std::vector<Object> objects = {});

    /// SHA-256 in hex over each object's path and size: the length of the path in bytes and
    /// the size are 64 bits, the lowest byte first.
    const std::string& sha256() const noexcept { return sha256_; }
    /// The sizes together.
    std::uint64_t size_bytes() const noexcept { return size_bytes_; }

private:
    std::uint64_t size_bytes_ = 0;
    std::string sha256_;
};

}  // namespace charter
