#include "charter/catalog/storage_uri.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"
#include "charter/catalog/names.hpp"

#include <algorithm>

namespace charter {

namespace {

Error invalid(std::string message) {
    return Error(ErrorCode::invalid_request, std::move(message));
}

Result<> check_segment(std::string_view segment) {
    if (segment.empty()) {
        return invalid("a path has no empty segments");
    }
    if (segment == "." || segment == "..") {
        return invalid("a path has no segments . and ..");
    }
    if (!is_utf8(segment) || has_control_character(segment)) {
        return invalid("a path is UTF-8 without control characters");
    }
    if (segment.find_first_of("/\\") != std::string_view::npos) {
        return invalid("a path segment has no / or \\ in it, encoded or not");
    }
    // Providers read these as wildcards and variables in the policies that leases
    // are made of.
    if (segment.find_first_of("*?") != std::string_view::npos ||
        segment.find("${") != std::string_view::npos) {
        return invalid("a path has no *, ? or ${");
    }
    if (segment.find('%') != std::string_view::npos) {
        return invalid("a path is percent-encoded at most once and has no % of its own");
    }
    return {};
}

/// The segments of a path without its leading '/'; one '/' at the end is free.
Result<PathSegments> parse_segments(std::string_view path) {
    PathSegments segments;
    if (path.size() > limits::object_path_bytes_max) {
        return invalid("a path has at most " + std::to_string(limits::object_path_bytes_max) +
                       " bytes");
    }
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        Result<std::string> segment = percent_decode(path.substr(0, slash));
        if (!segment) {
            return segment.error();
        }
        if (const Result<> checked = check_segment(*segment); !checked) {
            return checked.error();
        }
        segments.push_back(std::move(segment).value());
        path = slash == std::string_view::npos ? "" : path.substr(slash + 1);
    }
    return segments;
}

/// The characters of RFC 3986 "pchar" stay, so that common paths read as written.
std::string escape_segment(std::string_view segment) {
    static constexpr std::string_view kept = "!$&'()+,;=:@";
    std::string escaped;
    for (const char& c : segment) {
        if (kept.find(c) != std::string_view::npos) {
            escaped += c;
        } else {
            escaped += percent_encode(std::string_view(&c, 1));
        }
    }
    return escaped;
}

bool begins_with(const PathSegments& path, const PathSegments& prefix) {
    return prefix.size() <= path.size() &&
           std::equal(prefix.begin(), prefix.end(), path.begin());
}

}  // namespace

Result<> check_bucket(std::string_view bucket) {
    const auto alphanumeric = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    };
    const auto allowed = [&](char c) { return alphanumeric(c) || c == '-' || c == '.'; };
    const auto of_address = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
    if (bucket.size() < 3 || bucket.size() > 63 || !std::ranges::all_of(bucket, allowed) ||
        !alphanumeric(bucket.front()) || !alphanumeric(bucket.back()) ||
        bucket.find("..") != std::string_view::npos) {
        return invalid(
            "a bucket has 3 to 63 of a-z 0-9 - . and begins and ends with a letter or digit");
    }
    if (std::ranges::all_of(bucket, of_address)) {
        return invalid("a bucket is not named like an address");
    }
    return {};
}

Result<PathSegments> parse_storage_path(std::string_view text) {
    if (text == "/") {
        return PathSegments{};
    }
    if (text.empty()) {
        return invalid("a prefix is not empty; / is the whole storage");
    }
    return parse_segments(text);
}

Result<StorageUri> StorageUri::parse(std::string_view text) {
    const std::size_t colon = text.find("://");
    const std::string_view scheme = text.substr(0, colon);
    if (colon == std::string_view::npos || (scheme != "local" && scheme != "s3")) {
        return invalid("a location is written local://STORAGE/PATH/ or s3://BUCKET/PATH/");
    }
    // No part of the two schemes has these, so they are looked for everywhere.
    const std::string_view rest = text.substr(colon + 3);
    if (rest.find_first_of("?#") != std::string_view::npos) {
        return invalid("a location has no query and no fragment");
    }
    const std::size_t slash = rest.find('/');
    const std::string_view authority = rest.substr(0, slash);
    if (authority.find_first_of("@:") != std::string_view::npos) {
        return invalid("a location has no user part and no port");
    }
    if (const Result<> checked = scheme == "s3" ? check_bucket(authority) : check_name(authority);
        !checked) {
        return checked.error();
    }
    Result<PathSegments> segments =
        parse_segments(slash == std::string_view::npos ? "" : rest.substr(slash + 1));
    if (!segments) {
        return segments.error();
    }
    StorageUri uri;
    uri.scheme_ = scheme;
    uri.authority_ = authority;
    uri.segments_ = std::move(segments).value();
    uri.text_ = uri.scheme_ + "://" + uri.authority_ + "/";
    for (const std::string& segment : uri.segments_) {
        uri.text_ += escape_segment(segment) + "/";
    }
    return uri;
}

std::string StorageUri::path() const {
    std::string path;
    for (const std::string& segment : segments_) {
        path += segment;
        path += '/';
    }
    return path;
}

bool StorageUri::contains(const StorageUri& other) const {
    return !empty() && scheme_ == other.scheme_ && authority_ == other.authority_ &&
           begins_with(other.segments_, segments_);
}

bool StorageUri::overlaps(const StorageUri& other) const {
    return contains(other) || other.contains(*this);
}

bool StorageUri::lies_in(const PathSegments& prefix) const {
    return !empty() && begins_with(segments_, prefix);
}

}  // namespace charter
