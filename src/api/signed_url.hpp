#pragma once

#include "charter/api/services.hpp"
#include "charter/http/message.hpp"

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace charter::api {

/// Where the objects of a lease of local storage lie.
struct LeasedPlace {
    std::string lease;
    ResourceId holder;         // who asked for it
    std::string on_behalf_of;  // for whom; empty: for itself
    ResourceId port;
    std::string port_path;
    std::string storage;
    std::string storage_id;
    std::string root;
    std::string prefix;
};

/// The one answer to every URL that is not good, whatever is wrong with it.
Error url_refused();

/// From the ledger record that released the lease, when it is one for `action`.
/// Errors: url_refused, unavailable.
Result<LeasedPlace> leased_place(const Services& services, std::string_view lease, Action action);

/// True until the lease expires or is ended, or who holds it is disabled or
/// suspended, and while its port still lies where it lay: the
/// place may be another domain's by now. Cheap: asked again while bytes flow.
bool lease_holds(const Services& services, const LeasedPlace& place, std::int64_t expires_s);

/// The value of a header; nothing when it is absent or empty.
std::optional<std::string_view> header_value(const http::Request& request, std::string_view name);

/// A query parameter that is a whole number.
template <std::integral Number>
std::optional<Number> query_number(const http::Request& request, std::string_view name) {
    const std::optional<std::string_view> text = request.query_value(name);
    Number number = 0;
    if (!text) {
        return std::nullopt;
    }
    const char* const end = text->data() + text->size();
    const auto [stop, failed] = std::from_chars(text->data(), end, number);
    return failed == std::errc() && stop == end ? std::optional(number) : std::nullopt;
}

}  // namespace charter::api
