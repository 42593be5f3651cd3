#include "policy/pattern.hpp"

#include "charter/policy/value.hpp"

#include <cstring>

namespace charter::policy {
namespace {

// std::string_view::find is quadratic on hostile input; glibc's memmem is the
// two-way algorithm and linear.
std::size_t find(std::string_view text, std::string_view piece) {
    const void* found = memmem(text.data(), text.size(), piece.data(), piece.size());
    return found == nullptr
               ? std::string_view::npos
               : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

}  // namespace

bool Pattern::matches(std::string_view text) const {
    const std::string& first = pieces_.front();
    if (pieces_.size() == 1) {
        return text == first;
    }
    if (!text.starts_with(first)) {
        return false;
    }
    text.remove_prefix(first.size());

    const std::string& last = pieces_.back();
    if (!text.ends_with(last)) {
        return false;
    }
    text.remove_suffix(last.size());

    for (std::size_t i = 1; i + 1 < pieces_.size(); ++i) {
        if (pieces_[i].empty()) {
            continue;
        }
        const std::size_t at = find(text, pieces_[i]);
        if (at == std::string_view::npos) {
            return false;
        }
        text.remove_prefix(at + pieces_[i].size());
    }
    return true;
}

std::string Pattern::to_cedar_text() const {
    std::string text = "\"";
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
        text += i == 0 ? "" : "*";
        const std::string piece = policy::quoted(pieces_[i]);
        for (const char c : std::string_view(piece).substr(1, piece.size() - 2)) {
            text += c == '*' ? "\\*" : std::string(1, c);
        }
    }
    return text + '"';
}

}  // namespace charter::policy
