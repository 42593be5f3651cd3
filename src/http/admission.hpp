#pragma once

#include "charter/http/network.hpp"

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/asio/ip/address.hpp>

namespace charter::http {

/// Counts connections in all and per address, over all threads. IPv6 callers are
/// counted by their /64, which is what one subscriber gets. Thread-safe.
class Admission {
public:
    enum class Verdict { admitted, full, address_full };

    /// The cap of one address does not hold for proxies, which stand for many.
    Admission(std::size_t connections_max, std::size_t per_address_max,
              std::vector<Network> proxies)
        : connections_max_(connections_max),
          per_address_max_(per_address_max),
          proxies_(std::move(proxies)) {}

    /// The place of one connection; given back when destroyed.
    class Ticket {
    public:
        Ticket(Admission& admission, std::uint64_t key) : admission_(&admission), key_(key) {}
        Ticket(Ticket&& other) noexcept
            : admission_(std::exchange(other.admission_, nullptr)), key_(other.key_) {}
        Ticket& operator=(Ticket&&) = delete;
        ~Ticket() {
            if (admission_ != nullptr) {
                admission_->leave(key_);
            }
        }

    private:
        Admission* admission_;
        std::uint64_t key_;
    };

    /// A ticket only with Verdict::admitted.
    std::pair<Verdict, std::optional<Ticket>> enter(const boost::asio::ip::address& address);

private:
    void leave(std::uint64_t key);

    const std::size_t connections_max_;
    const std::size_t per_address_max_;
    const std::vector<Network> proxies_;
    std::mutex mutex_;
    std::size_t connections_ = 0;
    std::unordered_map<std::uint64_t, std::size_t> by_address_;
};

}  // namespace charter::http
