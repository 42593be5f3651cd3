#pragma once

#include "charter/storage/s3_place.hpp"

#include <string>

namespace charter {

/// How a bucket is addressed.
struct S3Address {
    std::string origin;  // "https://bucket.host"
    std::string host;    // of the Host header: "bucket.host[:port]"
    std::string path;    // "/" or "/bucket"
};
S3Address address_of(const S3Place& place);

}  // namespace charter
