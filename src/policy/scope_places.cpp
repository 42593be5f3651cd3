#include "policy/scope_places.hpp"

#include "policy/cursor.hpp"

namespace charter::policy {
namespace {

/// `Photos::User` or `Photos::User::"x"`.
void skip_name(Cursor& cursor) {
    cursor.take();
    while (cursor.accept("::")) {
        cursor.take();
    }
}

}  // namespace

ScopePlaces::ScopePlaces(std::string_view source) {
    Cursor cursor(source, tokenize(source).tokens);
    while (cursor.accept("@")) {
        cursor.take();
        if (cursor.accept("(")) {
            cursor.take();
            cursor.accept(")");
        }
    }
    cursor.take();  // permit or forbid
    // After `(` and `,` stands the variable; in a list of actions there is none.
    bool variable_next = cursor.accept("(");
    bool in_list = false;
    while (!cursor.at_end() && !cursor.at(")")) {
        if (variable_next) {
            cursor.take();
            variable_next = false;
        } else if (cursor.peek().kind == TokenKind::identifier && !cursor.at("in") &&
                   !cursor.at("is")) {
            offsets_.push_back(cursor.peek().offset);
            skip_name(cursor);
        } else if (cursor.peek().kind == TokenKind::slot) {
            offsets_.push_back(cursor.take().offset);
        } else {
            in_list = cursor.at("[") || (in_list && !cursor.at("]"));
            variable_next = cursor.at(",") && !in_list;
            cursor.take();
        }
    }
}

}  // namespace charter::policy
