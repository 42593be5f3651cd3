#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace charter::api {

/// Under which addresses browsers know this server.
class WebAddress {
public:
    /// `base` is public_url, or where the server listens first; `listening` are all of these:
    /// "http://127.0.0.1:8080". On a loopback address `localhost` is the same server.
    WebAddress(std::string base, const std::vector<std::string>& listening);

    /// Without a slash at its end.
    const std::string& base() const noexcept { return base_; }
    /// The path of the base: "" or "/charter". A Location or link begins with it.
    std::string_view prefix() const noexcept { return prefix_; }
    bool https() const noexcept { return base_.starts_with("https://"); }
    /// Whether the base is of this very machine.
    bool loopback() const noexcept { return loopback_; }
    /// Whether an Origin header names this server.
    bool is_own(std::string_view origin) const;

private:
    std::string base_;
    std::string prefix_;
    bool loopback_ = false;
    std::vector<std::string> origins_;  // in lower case, without a default port
};

/// "https://login.example:8443" of a URL: scheme, host and port. Source: RFC 6454.
std::string origin_of(std::string_view url);

}  // namespace charter::api
