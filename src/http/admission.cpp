#include "admission.hpp"

#include "caller_address.hpp"

namespace charter::http {

std::pair<Admission::Verdict, std::optional<Admission::Ticket>> Admission::enter(
    const boost::asio::ip::address& address) {
    const std::uint64_t key = address_key(address);
    const std::lock_guard lock(mutex_);
    if (connections_ >= connections_max_) {
        return {Verdict::full, std::nullopt};
    }
    std::size_t& here = by_address_[key];
    if (here >= per_address_max_ && !is_in(address, proxies_)) {
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
