#pragma once

#include <string>
#include <string_view>

namespace charter::policy {

/// `__cedar` can be used, but nothing with that name can be declared.
bool is_declarable(std::string_view name);

/// The names that the JSON form needs for itself.
bool is_reserved_common_type(std::string_view name);

/// `User`: what can stand for one part of a name. `__cedar` is one.
bool is_identifier(std::string_view text);

/// Like is_identifier, reserved words too: the name of an annotation.
bool is_word(std::string_view text);

/// `User`, `Photos::User`: identifiers without space between them.
bool is_path(std::string_view text);

/// `Photos` and `User` give `Photos::User`; an empty space the name itself.
std::string qualified(std::string_view space, std::string_view name);

/// `User` of `Photos::User`.
std::string_view base_name(std::string_view name);

}  // namespace charter::policy
