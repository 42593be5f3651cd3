#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/crypto.h>

namespace charter {

/// Holds a token, key or password. It prints as "[secret]" and is wiped when
/// destroyed. The only way out is reveal(), so `grep reveal` lists every use.
class Secret {
public:
    explicit Secret(std::string_view value) : value_(value.begin(), value.end()) {}
    ~Secret() { OPENSSL_cleanse(value_.data(), value_.size()); }

    Secret(const Secret&) = default;
    Secret(Secret&&) noexcept = default;
    Secret& operator=(Secret other) noexcept {
        value_.swap(other.value_);
        return *this;
    }

    std::string_view reveal() const noexcept { return {value_.data(), value_.size()}; }

    friend std::ostream& operator<<(std::ostream& out, const Secret&) { return out << "[secret]"; }

private:
    std::vector<char> value_;
};

}  // namespace charter
