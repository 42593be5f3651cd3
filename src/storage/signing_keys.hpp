#pragma once

#include "charter/base/encoding.hpp"
#include "charter/storage/s3_place.hpp"

#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace charter {

/// The keys that sign one day, which cost four HMACs each. Holds at most
/// limits::signing_keys_kept_max, wiped when they go. Thread-safe.
class SigningKeys {
public:
    /// `date` is "20130524".
    Digest find(const S3Credentials& credentials, std::string_view date, std::string_view region,
                std::string_view service);

private:
    struct Kept {
        Kept() = default;
        Kept(const Kept&) = delete;
        Kept& operator=(const Kept&) = delete;
        ~Kept();

        Digest secret_hash{};
        Digest key{};
    };

    std::mutex mutex_;
    std::map<std::string, Kept, std::less<>> kept_;  // by access key and scope
};

}  // namespace charter
