#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace charter::cli::demo {

/// A generator whose numbers are the same on every machine and for ever, which
/// std::uniform_int_distribution does not promise. Not for secrets.
/// Source: SplitMix64, Steele, Lea, Flood 2014.
class Random {
public:
    /// Different names and numbers give independent sequences.
    explicit Random(std::string_view name, std::uint64_t number = 0) {
        for (const char c : name) {  // FNV-1a
            state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        }
        // Mixed once, or the sequence of one number would be that of the last, shifted.
        state_ += number * 0xd1342543de82ef95;
        state_ = next();
    }

    std::uint64_t next() {
        state_ += 0x9e3779b97f4a7c15;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    /// From `low` to `high`, both included. The bias of the remainder is without
    /// meaning for ranges as small as these.
    std::int64_t between(std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(high - low + 1));
    }

    bool percent(int chance) { return between(1, 100) <= chance; }

    template <class T>
    const T& pick(std::span<const T> from) {
        return from[static_cast<std::size_t>(next() % from.size())];
    }

private:
    std::uint64_t state_ = 0xcbf29ce484222325;
};

}  // namespace charter::cli::demo
