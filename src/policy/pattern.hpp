#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace charter::policy {

/// The right side of `like`: literal pieces with a wildcard between any two.
/// `a*b` is {"a", "b"}, `*` is {"", ""}, no wildcard is one piece.
class Pattern {
public:
    /// At least one piece.
    explicit Pattern(std::vector<std::string> pieces) : pieces_(std::move(pieces)) {}

    const std::vector<std::string>& pieces() const noexcept { return pieces_; }

    /// Linear in the text: each piece between wildcards is found once, leftmost.
    /// Bytes are compared; in UTF-8 that is the same as comparing characters.
    bool matches(std::string_view text) const;

    /// As a literal of Cedar, with its quotes.
    std::string to_cedar_text() const;

    friend bool operator==(const Pattern&, const Pattern&) = default;

private:
    std::vector<std::string> pieces_;
};

}  // namespace charter::policy
