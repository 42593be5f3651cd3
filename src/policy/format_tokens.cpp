#include "policy/format_tokens.hpp"

#include <algorithm>

namespace charter::policy {
namespace {

/// What stands between two tokens.
struct Gap {
    std::string_view behind;
    std::vector<Comment> comments;
    bool blank_before = false;
};

/// Line ends as the lexer has them: "\r\n" is one.
std::size_t line_ends(std::string_view space) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < space.size(); ++i) {
        const bool second = space[i] == '\n' && i > 0 && space[i - 1] == '\r';
        count += (space[i] == '\n' || space[i] == '\r') && !second ? 1 : 0;
    }
    return count;
}

Gap read_gap(std::string_view gap, bool first) {
    Gap read;
    while (true) {
        const std::size_t begin = std::min(gap.find("//"), gap.size());
        // A comment takes its line end with it, unless it is the first thing here.
        const std::size_t lines = line_ends(gap.substr(0, begin));
        if (begin == gap.size()) {
            read.blank_before = lines > 1;
            return read;
        }
        const std::size_t end = std::min(gap.find_first_of("\n\r", begin), gap.size());
        std::string_view text = gap.substr(begin, end - begin);
        text = text.substr(0, text.find_last_not_of(" \t\v\f") + 1);
        if (lines == 0 && read.behind.empty() && read.comments.empty() && !first) {
            read.behind = text;
        } else {
            read.comments.push_back({text, lines > 1});
        }
        gap.remove_prefix(end);
    }
}

bool closes(const FormatToken& token) {
    return token.is(")") || token.is("]") || token.is("}");
}

/// Gives the comments of a comma that is left out to its neighbours.
void hand_on(FormatToken& comma, FormatToken& before, FormatToken& after) {
    std::vector<Comment> comments = std::move(comma.before);
    if (!comma.behind.empty()) {
        if (comments.empty() && before.behind.empty()) {
            before.behind = comma.behind;
        } else {
            comments.push_back({comma.behind, false});
        }
    }
    after.before.insert(after.before.begin(), comments.begin(), comments.end());
}

}  // namespace

std::vector<FormatToken> format_tokens(std::string_view text) {
    std::vector<FormatToken> tokens;
    std::size_t end = 0;
    for (const Token& token : tokenize(text).tokens) {
        Gap gap = read_gap(text.substr(end, token.offset - end), tokens.empty());
        if (!tokens.empty()) {
            tokens.back().behind = gap.behind;
        }
        end = token.offset + token.text.size();
        tokens.push_back({token, std::move(gap.comments), {}, gap.blank_before});
    }

    std::vector<FormatToken> kept;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const bool left_out =
            tokens[i].is(",") && i > 0 && i + 1 < tokens.size() && closes(tokens[i + 1]);
        if (left_out) {
            hand_on(tokens[i], kept.back(), tokens[i + 1]);
        } else {
            kept.push_back(std::move(tokens[i]));
        }
    }
    return kept;
}

}  // namespace charter::policy
