// Json as block-style YAML that a person likes to read and edit: plain text where
// nothing else can be meant, literal blocks for several lines, quotes otherwise.
#include "charter/base/json.hpp"
#include "yaml_scalar.hpp"

#include "charter/base/encoding.hpp"

#include <algorithm>

namespace charter {
namespace {

constexpr std::size_t indent_width = 2;
// YAML ends the search for the ":" of a simple key after 1,024 characters
// (section 7.4.2); longer names are written as explicit keys.
constexpr std::size_t simple_key_bytes_max = 512;

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '/';
}

// Words of letters, digits and `_-./ `, also `:` inside a word. Deliberately less than
// YAML would take: what is left out is quoted and never wrong.
bool is_plain(const std::string& text) {
    // "-" begins a list item, and "---" and "..." part documents.
    if (text.empty() || text.back() == ' ' || text.back() == ':' || text.front() == ' ' ||
        text.front() == ':' || text.front() == '-' || text.starts_with("...")) {
        return false;
    }
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool colon_in_word = text[i] == ':' && i + 1 < text.size() && text[i + 1] != ' ';
        if (!is_name_character(text[i]) && text[i] != ' ' && !colon_in_word) {
            return false;
        }
    }
    const YamlScalar resolved = resolve_yaml_scalar(text);
    return resolved.problem.empty() && resolved.value.is_string();
}

bool is_printable_line(std::string_view line) {
    return std::ranges::all_of(line, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20 && byte != 0x7F;
    });
}

// Several lines that a literal block keeps exactly: the first is not empty and
// not indented, no line is made of spaces only, and at most one newline ends it.
bool is_literal(std::string_view text) {
    if (text.find('\n') == std::string_view::npos || text.ends_with("\n\n") ||
        text.find("\xC2\x85") != std::string_view::npos ||
        text.find("\xE2\x80\xA8") != std::string_view::npos ||
        text.find("\xE2\x80\xA9") != std::string_view::npos ||
        text.find("\xEF\xBB\xBF") != std::string_view::npos) {
        return false;
    }
    bool first = true;
    for (std::string_view rest = text; !rest.empty(); first = false) {
        const std::size_t end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        if (!is_printable_line(line) || (first && (line.empty() || line.front() == ' ')) ||
            (!line.empty() && line.find_first_not_of(' ') == std::string_view::npos)) {
            return false;
        }
    }
    return true;
}

void append_quoted(std::string& out, std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else if (byte < 0x20 || byte == 0x7F) {
            out += "\\x";
            out += hex[byte >> 4];
            out += hex[byte & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

void append_literal(std::string& out, std::string_view text, std::size_t indent) {
    out += text.ends_with('\n') ? "|" : "|-";
    for (std::string_view rest = text; !rest.empty();) {
        const std::size_t end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        out += '\n';
        if (!line.empty()) {
            out.append(indent, ' ');
            out += line;
        }
    }
}

bool is_block(const Json& value) {
    return value.is_structured() && !value.empty();
}

class Writer {
public:
    explicit Writer(std::string& out) : out_(out) {}

    // A scalar or an empty container, on the line that is open.
    void inline_value(const Json& value, std::size_t indent) {
        if (!value.is_string()) {
            out_ += value.dump();
            return;
        }
        const auto& text = value.get_ref<const std::string&>();
        if (is_plain(text)) {
            out_ += text;
        } else if (is_literal(text)) {
            append_literal(out_, text, indent);
        } else {
            append_quoted(out_, text);
        }
    }

    // The lines of a container at `indent`; the first one is open and indented already.
    void block(const Json& value, std::size_t indent) {
        bool first = true;
        const auto line = [&] {
            if (!first) {
                out_ += '\n';
                out_.append(indent, ' ');
            }
            first = false;
        };
        if (value.is_array()) {
            for (const Json& item : value) {
                line();
                out_ += "- ";
                is_block(item) ? block(item, indent + indent_width)
                               : inline_value(item, indent + indent_width);
            }
            return;
        }
        for (const auto& [name, item] : value.items()) {
            line();
            key(name, indent);
            if (!is_block(item)) {
                out_ += ' ';
                inline_value(item, indent + indent_width);
                continue;
            }
            out_ += '\n';
            out_.append(indent + indent_width, ' ');
            block(item, indent + indent_width);
        }
    }

private:
    void key(const std::string& name, std::size_t indent) {
        const bool is_explicit = name.size() > simple_key_bytes_max;
        if (is_explicit) {
            out_ += "? ";
        }
        if (is_plain(name) && !is_explicit) {
            out_ += name;
        } else {
            append_quoted(out_, name);
        }
        if (is_explicit) {
            out_ += '\n';
            out_.append(indent, ' ');
        }
        out_ += ':';
    }

    std::string& out_;
};

}  // namespace

std::string to_yaml(const Json& document) {
    std::string out;
    Writer writer(out);
    is_block(document) ? writer.block(document, 0) : writer.inline_value(document, indent_width);
    out += '\n';
    return out;
}

}  // namespace charter
