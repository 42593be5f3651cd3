#pragma once

#include "policy/format_tokens.hpp"

#include <cstddef>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace charter::policy {

/// A piece of text that does not know yet where its lines end.
struct Layout {
    enum class Kind {
        token,
        comments,     // those before a token that comes later and leaves them out
        line,         // a line end; in a group that fits, a space
        soft_line,    // a line end; in a group that fits, nothing
        space,
        sequence,     // the parts, one after the other
        group,        // the parts, all on one line when they fit
        indented,     // the parts, further right
    };
    Kind kind = Kind::sequence;
    const FormatToken* token = nullptr;
    bool bare = false;  // a token whose comments before it stand elsewhere
    std::vector<Layout> parts;

    // Known once the parts are in place; see make_layout.
    std::size_t width = 0;    // in characters, on one line
    std::size_t lead = 0;     // characters before the first place where a line can end
    bool can_break = false;   // has such a place
    bool empty = true;        // has no token
    bool head = false;        // begins with a comment on its own line
    bool tail = false;        // ends with a comment
    bool must_break = false;  // has a comment between its tokens, and so a line end
};

inline bool has_comment(const Layout& layout) {
    return layout.head || layout.tail || layout.must_break;
}

Layout make_token(const FormatToken& token);
/// The comments before a closing bracket, which belong to what it closes, and the
/// bracket without them.
std::pair<Layout, Layout> make_closing(const FormatToken& token);
Layout make_layout(Layout::Kind kind, std::vector<Layout> parts = {});

/// Chooses the line ends so that lines keep to `line_width` where they can.
/// Adds to `out`, which is empty or ends with a line end.
void render(const Layout& layout, std::size_t line_width, std::size_t indent_width,
            std::string& out);

}  // namespace charter::policy
