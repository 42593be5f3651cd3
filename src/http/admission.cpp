#include "admission.hpp"

#include <cstring>

namespace charter::http {
namespace {

// An IPv4 address (mapped ones too) or the first half of an IPv6 address. No
// global IPv6 network begins with 32 zero bits, so the two do not meet.
std::uint64_t key_of(const boost::asio::ip::address& address) {
    if (address.is_v4()) {
        return address.to_v4().to_uint();
    }
    const auto v6 = address.to_v6();
    if (v6.is_v4_mapped()) {
        return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6).to_uint();
    }
    const auto bytes = v6.to_bytes();
    std::uint64_t key = 0;
    std::memcpy(&key, bytes.data(), sizeof(key));
    return key;
}

}  // namespace

std::pair<Admission::Verdict, std::optional<Admission::Ticket>> Admission::enter(
    const boost::asio::ip::address& address) {
    const std::uint64_t key = key_of(address);
    const std::lock_guard lock(mutex_);
    if (connections_ >= connections_max_) {
        return {Verdict::full, std::nullopt};
    }
    std::size_t& here = by_address_[key];
    if (here >= per_address_max_) {
        return {Verdict::address_full, std::nullopt};
    }
    ++here;
    ++connections_;
    return {Verdict::admitted, Ticket(*this, key)};
}

void Admission::leave(std::uint64_t key) {
    const std::lock_guard lock(mutex_);
    --connections_;
    const auto here = by_address_.find(key);
    if (--here->second == 0) {
        by_address_.erase(here);
    }
}

}  // namespace charter::http
