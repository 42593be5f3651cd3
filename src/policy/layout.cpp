// After Wadler, "A prettier printer": groups go on one line when they fit.

#include "policy/layout.hpp"

#include <algorithm>

namespace charter::policy {
namespace {

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

class Renderer {
public:
    Renderer(std::size_t line_width, std::size_t indent_width, std::string& out)
        : line_width_(line_width), indent_width_(indent_width), out_(out) {}

    /// `after` is the width of what must follow on the same line.
    void render(const Layout& layout, std::size_t indent, bool flat, std::size_t after) {
        using enum Layout::Kind;
        switch (layout.kind) {
            case token:
                if (!layout.bare) {
                    write_comments(*layout.token, indent);
                }
                write_token(*layout.token, indent);
                return;
            case comments:
                write_comments(*layout.token, indent);
                return;
            case line:
            case soft_line:
                if (!flat) {
                    end_line(indent);
                } else if (layout.kind == line) {
                    space_ = true;
                }
                return;
            case space:
                space_ = true;
                return;
            case group:
                flat = flat || (!layout.must_break &&
                                column_ + (space_ ? 1 : 0) + layout.width + after <= line_width_);
                break;
            case indented:
                indent += indent_width_;
                break;
            case sequence:
                break;
        }
        render_parts(layout, indent, flat, after);
    }

private:
    void render_parts(const Layout& layout, std::size_t indent, bool flat, std::size_t after) {
        // From the back: what follows each part before a line can end.
        std::vector<std::size_t> follows(layout.parts.size());
        for (std::size_t i = layout.parts.size(); i-- > 0;) {
            follows[i] = after;
            const Layout& part = layout.parts[i];
            after = part.can_break ? part.lead : part.lead + after;
        }
        for (std::size_t i = 0; i < layout.parts.size(); ++i) {
            render(layout.parts[i], indent, flat, follows[i]);
        }
    }

    void write_comments(const FormatToken& token, std::size_t indent) {
        for (const Comment& comment : token.before) {
            if (!fresh_ || after_comment_) {
                end_line(indent);
            }
            write(comment.text);
            end_line(indent);
            after_comment_ = true;
        }
    }

    void write_token(const FormatToken& token, std::size_t indent) {
        if (after_comment_) {  // its line ends where no other would
            end_line(indent);
        }
        write(token.token.text);
        if (!token.behind.empty()) {
            space_ = true;
            write(token.behind);
            end_line(indent);
            after_comment_ = true;
        }
    }

    /// The line end is written with what follows: a later one may be further left.
    void end_line(std::size_t indent) {
        fresh_ = true;
        space_ = false;
        after_comment_ = false;
        column_ = indent;
    }

    void write(std::string_view text) {
        if (text.empty()) {
            return;
        }
        if (fresh_) {
            if (!out_.empty() && out_.back() != '\n') {
                out_ += '\n';
            }
            out_.append(column_, ' ');
        } else if (space_) {
            out_ += ' ';
            ++column_;
        }
        out_ += text;
        column_ += characters(text);
        fresh_ = false;
        space_ = false;
    }

    std::size_t line_width_;
    std::size_t indent_width_;
    std::string& out_;
    std::size_t column_ = 0;
    bool fresh_ = true;   // nothing is on this line yet
    bool space_ = false;  // a space comes before the next text
    bool after_comment_ = false;  // the line ended for a comment alone
};

}  // namespace

Layout make_token(const FormatToken& token) {
    Layout layout;
    layout.kind = Layout::Kind::token;
    layout.token = &token;
    layout.width = characters(token.token.text);
    layout.lead = layout.width;
    layout.empty = false;
    layout.head = !token.before.empty();
    layout.tail = !token.behind.empty();
    return layout;
}

std::pair<Layout, Layout> make_closing(const FormatToken& token) {
    Layout closing = make_token(token);
    closing.bare = true;
    closing.head = false;
    Layout before;
    if (!token.before.empty()) {
        before.kind = Layout::Kind::comments;
        before.token = &token;
        before.empty = false;
        before.head = true;
        before.tail = true;
    }
    return {std::move(before), std::move(closing)};
}

Layout make_layout(Layout::Kind kind, std::vector<Layout> parts) {
    using enum Layout::Kind;
    Layout layout;
    layout.kind = kind;
    layout.can_break = kind == line || kind == soft_line;
    layout.width = kind == line || kind == space ? 1 : 0;
    layout.lead = kind == space ? 1 : 0;
    for (const Layout& part : parts) {
        if (!layout.can_break) {
            layout.lead += part.lead;
        }
        layout.width += part.width;
        layout.can_break = layout.can_break || part.can_break;
        layout.must_break = layout.must_break || part.must_break ||
                            (!part.empty && (layout.tail || (part.head && !layout.empty)));
        if (!part.empty) {
            layout.head = layout.empty ? part.head : layout.head;
            layout.tail = part.tail;
            layout.empty = false;
        }
    }
    layout.parts = std::move(parts);
    return layout;
}

void render(const Layout& layout, std::size_t line_width, std::size_t indent_width,
            std::string& out) {
    Renderer(line_width, indent_width, out).render(layout, 0, false, 0);
}

}  // namespace charter::policy
