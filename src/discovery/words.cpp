#include "charter/base/limits.hpp"
#include "charter/discovery/search.hpp"

#include <algorithm>

namespace charter {
namespace {

bool letter_or_digit(unsigned char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c >= 0x80;
}

bool joins(unsigned char c) {
    return std::string_view("-_./:@'").find(static_cast<char>(c)) != std::string_view::npos;
}

/// The length of the white space outside ASCII that `text` begins with, or 0.
/// Source: the Unicode property White_Space.
std::size_t wide_space(std::string_view text) {
    for (const std::string_view space :
         {"\u00a0", "\u0085", "\u1680", "\u2000", "\u2001", "\u2002", "\u2003", "\u2004", "\u2005",
          "\u2006", "\u2007", "\u2008", "\u2009", "\u200a", "\u2028", "\u2029", "\u202f", "\u205f",
          "\u3000"}) {
        if (text.starts_with(space)) {
            return space.size();
        }
    }
    return 0;
}

void add(std::vector<std::string>& words, std::string_view word) {
    const auto is_joint = [](char c) { return joins(static_cast<unsigned char>(c)); };
    while (!word.empty() && is_joint(word.front())) {
        word.remove_prefix(1);
    }
    while (!word.empty() && is_joint(word.back())) {
        word.remove_suffix(1);
    }
    if (!word.empty() && words.size() < limits::search_words_max) {
        words.emplace_back(word);
    }
}

}  // namespace

std::vector<std::string> search_words(std::string_view text) {
    std::vector<std::string> words;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size();) {
        const auto c = static_cast<unsigned char>(text[i]);
        const std::size_t space = c >= 0x80 ? wide_space(text.substr(i)) : 0;
        if (space == 0 && (letter_or_digit(c) || joins(c))) {
            ++i;
            continue;
        }
        add(words, text.substr(begin, i - begin));
        i += std::max<std::size_t>(space, 1);
        begin = i;
    }
    add(words, text.substr(begin));
    return words;
}

}  // namespace charter
