#include "store/sqlite/excerpt.hpp"

#include "charter/base/limits.hpp"
#include "store/sqlite/fts5.hpp"

#include <algorithm>
#include <set>

namespace charter::sqlite {
namespace {

constexpr std::size_t room_before_bytes = 40;
constexpr std::size_t window_bytes = limits::search_snippet_characters_max - room_before_bytes;

/// A word of the question inside the text.
struct Hit {
    std::size_t word;
    std::size_t offset;
};

std::vector<Hit> find_hits(const Tokenizer& tokenizer, std::string_view text,
                           const std::vector<std::string>& words) {
    std::vector<std::string> wanted;
    for (const std::string& word : words) {
        tokenizer.each(word, [&](std::string_view token, std::size_t) {
            wanted.emplace_back(token);
            return true;
        });
    }
    // More of them are of no use for one piece of text.
    constexpr std::size_t hits_max = 1'000;
    std::vector<Hit> hits;
    tokenizer.each(text, [&](std::string_view token, std::size_t offset) {
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            if (token == wanted[i] || (i + 1 == wanted.size() && token.starts_with(wanted[i]))) {
                hits.push_back({i, offset});
                break;
            }
        }
        return hits.size() < hits_max;
    });
    return hits;
}

/// The first hit that is followed by most different words within one piece.
std::size_t best_offset(const std::vector<Hit>& hits) {
    std::size_t best = 0;
    std::size_t most = 0;
    for (std::size_t i = 0; i < hits.size(); ++i) {
        std::set<std::size_t> words;
        for (std::size_t j = i; j < hits.size() && hits[j].offset < hits[i].offset + window_bytes;
             ++j) {
            words.insert(hits[j].word);
        }
        if (words.size() > most) {
            most = words.size();
            best = hits[i].offset;
        }
    }
    return best;
}

/// Some words before `offset`, from the beginning of a word.
std::size_t step_back(std::string_view text, std::size_t offset) {
    if (offset <= room_before_bytes) {
        return 0;
    }
    const std::size_t space = text.find_first_of(" \n\t", offset - room_before_bytes);
    return space < offset ? space + 1 : offset;
}

/// The first `characters` of UTF-8 text.
std::string_view first_characters(std::string_view text, std::size_t characters) {
    std::size_t end = 0;
    for (std::size_t seen = 0; end < text.size(); ++end) {
        const bool begins = (static_cast<unsigned char>(text[end]) & 0xc0U) != 0x80U;
        if (begins && seen++ == characters) {
            break;
        }
    }
    return text.substr(0, end);
}

/// White space and control characters become single spaces. Reads no further than needed.
std::string one_line(std::string_view text) {
    constexpr std::size_t enough_bytes = 4 * (limits::search_snippet_characters_max + 1);
    std::string line;
    for (const char c : text) {
        const bool space = static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
        if (!space) {
            line += c;
        } else if (!line.empty() && line.back() != ' ') {
            line += ' ';
        }
        if (line.size() > enough_bytes) {
            break;
        }
    }
    while (!line.empty() && line.back() == ' ') {
        line.pop_back();
    }
    return line;
}

std::string cut(std::string_view text, std::size_t start) {
    const std::string line = (start > 0 ? "…" : "") + one_line(text.substr(start));
    const std::string_view all = first_characters(line, limits::search_snippet_characters_max);
    if (all.size() == line.size()) {
        return line;
    }
    return std::string(first_characters(line, limits::search_snippet_characters_max - 1)) + "…";
}

}  // namespace

Result<std::string> excerpt(Database& database, std::string_view text,
                            const std::vector<std::string>& words) {
    const Result<Tokenizer> tokenizer = Tokenizer::make(database);
    if (!tokenizer) {
        return tokenizer.error();
    }
    const auto used = std::min(words.size(), limits::search_words_max);
    const std::vector<Hit> hits = find_hits(
        *tokenizer, text, {words.begin(), words.begin() + static_cast<std::ptrdiff_t>(used)});
    return cut(text, hits.empty() ? 0 : step_back(text, best_offset(hits)));
}

}  // namespace charter::sqlite
