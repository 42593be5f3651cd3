#include "charter/policy/policy_text.hpp"

#include "policy/expression_layout.hpp"
#include "policy/policy_printer.hpp"

#include <algorithm>

namespace charter::policy {
namespace {

using enum Layout::Kind;

/// One policy, from its annotations to its semicolon.
class PolicyLayout {
public:
    explicit PolicyLayout(ExpressionLayout& tokens) : tokens_(tokens) {}

    Layout policy() {
        while (tokens_.at("@")) {
            annotation();
            add(line);
        }
        parts_.push_back(tokens_.take());  // permit, forbid
        add(space);
        parts_.push_back(scope());
        while (!tokens_.at(";")) {
            add(line);
            parts_.push_back(condition());
        }
        parts_.push_back(tokens_.take());
        add(line);
        return make_layout(sequence, std::move(parts_));
    }

private:
    void annotation() {
        parts_.push_back(tokens_.take());
        parts_.push_back(tokens_.take());
        if (tokens_.at("(")) {
            for (int part = 0; part < 3; ++part) {
                parts_.push_back(tokens_.take());
            }
        }
    }

    /// On one line when it asks for nothing, otherwise each part on its own.
    Layout scope() {
        std::vector<Layout> inner;
        std::vector<Layout> all;
        all.push_back(tokens_.take());
        bool plain = !has_comment(all.back());
        for (int part = 0; part < 3; ++part) {
            inner.push_back(make_layout(part == 0 ? soft_line : line));
            inner.push_back(constraint());
            plain = plain && inner.back().kind == token && !has_comment(inner.back());
            if (part < 2) {
                inner.push_back(tokens_.take());
                plain = plain && !has_comment(inner.back());
            }
        }
        Layout closing = tokens_.close(inner);
        plain = plain && !has_comment(inner.back());
        all.push_back(make_layout(indented, std::move(inner)));
        all.push_back(make_layout(soft_line));
        all.push_back(std::move(closing));
        return make_layout(plain ? group : sequence, std::move(all));
    }

    Layout constraint() {
        Layout variable = tokens_.take();
        if (tokens_.at(",") || tokens_.at(")")) {
            return variable;
        }
        std::vector<Layout> parts;
        parts.push_back(std::move(variable));
        parts.push_back(make_layout(space));
        std::vector<Layout> rest;
        if (tokens_.at("is")) {
            parts.push_back(tokens_.take());
            parts.push_back(make_layout(space));
            parts.push_back(tokens_.name());
            if (tokens_.at(",") || tokens_.at(")")) {
                return make_layout(sequence, std::move(parts));
            }
            parts.push_back(make_layout(space));
        }
        parts.push_back(tokens_.take());  // ==, in
        rest.push_back(make_layout(line));
        rest.push_back(tokens_.entities());
        parts.push_back(make_layout(indented, std::move(rest)));
        return make_layout(group, std::move(parts));
    }

    Layout condition() {
        std::vector<Layout> parts;
        parts.push_back(tokens_.take());  // when, unless
        parts.push_back(make_layout(line));
        parts.push_back(tokens_.take());
        std::vector<Layout> body;
        body.push_back(make_layout(line));
        body.push_back(tokens_.expression());
        Layout closing = tokens_.close(body);
        parts.push_back(make_layout(indented, std::move(body)));
        parts.push_back(make_layout(line));
        parts.push_back(std::move(closing));
        return make_layout(group, std::move(parts));
    }

    void add(Layout::Kind kind) { parts_.push_back(make_layout(kind)); }

    ExpressionLayout& tokens_;
    std::vector<Layout> parts_;
};

void end_line(std::string& out) {
    if (!out.empty() && out.back() != '\n') {
        out += '\n';
    }
}

/// The comments in front of a policy or at the end keep one empty line where
/// they had some; policies are always apart.
void write_comments(FormatToken& first, std::string& out) {
    bool begin = true;
    for (const Comment& comment : first.before) {
        if (!out.empty() && (begin || comment.blank_before)) {
            out += '\n';
        }
        out.append(comment.text).append("\n");
        begin = false;
    }
    const bool end_of_text = first.token.kind == TokenKind::end;
    if (!out.empty() && !end_of_text && (begin || first.blank_before)) {
        out += '\n';
    }
    first.before.clear();
}

std::string lay_out(std::string_view text, const FormatOptions& options) {
    std::vector<FormatToken> tokens = format_tokens(text);
    std::string out;
    auto begin = tokens.begin();
    while (true) {
        write_comments(*begin, out);
        if (begin->token.kind == TokenKind::end) {
            return out;
        }
        const auto end = std::find_if(begin, tokens.end(),
                                      [](const FormatToken& token) { return token.is(";"); });
        ExpressionLayout policy_tokens(std::span<const FormatToken>(begin, end + 1));
        const Layout policy = PolicyLayout(policy_tokens).policy();
        render(policy, options.line_width, options.indent_width, out);
        end_line(out);
        begin = end + 1;
    }
}

}  // namespace

Result<std::string> format_policies(std::string_view text, const FormatOptions& options) {
    const Result<std::vector<Policy>> policies = parse_policies(text);
    if (!policies) {
        return policies.error();
    }
    std::string out = lay_out(text, options);
    // What people sign off must not change under them, so the promise is checked.
    const Result<std::vector<Policy>> again = parse_policies(out);
    if (!again || !std::ranges::equal(*policies, *again, same_tree)) {
        return Error(ErrorCode::internal, "the policies could not be laid out",
                     "the formatted text says something else");
    }
    return out;
}

std::string policy_to_text(const Policy& policy, const FormatOptions& options) {
    return lay_out(print_policy(policy), options);
}

}  // namespace charter::policy
