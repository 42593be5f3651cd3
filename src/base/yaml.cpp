// YAML documents into Json, from the events of yaml-cpp. Its tree (YAML::Node) is
// not used: it resolves YAML 1.1 style on conversion, keeps duplicate keys and
// nests without limit. The handler refuses at the first event that is too deep,
// before the parser's own recursion goes there.
#include "document_builder.hpp"
#include "yaml_scalar.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <sstream>
#include <unordered_map>

namespace charter {
namespace {

// Ends the parser from inside an event; caught in read(). The reason is in the
// handler's builder.
struct Refused {};

// What an anchor stands for, copied when it is complete.
struct Anchored {
    Json value;
    std::size_t nodes = 0;
    std::size_t depth = 0;
};

class Handler final : public YAML::EventHandler {
public:
    /// `source` is what the parser reads, without a byte order mark.
    explicit Handler(std::string_view source) : source_(source) {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        start = mark;
        builder = DocumentBuilder();
        open_.clear();
        anchors_.clear();
        aliased_nodes_ = 0;
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark&, YAML::anchor_t anchor) override {
        refuse_as_name("a name is a string: quote it");
        require(builder.scalar(nullptr));
        keep(anchor, Json(nullptr), 1, 0);
        next();
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& text) override {
        // yaml-cpp says "?" for plain and "!" for quoted text without a tag, and also for the
        // tag "!", which only the text tells apart.
        const bool quoted = tag == "!" && !begins_with_tag(static_cast<std::size_t>(mark.pos));
        if (tag != "?" && !quoted) {
            refuse("tags are not accepted");
        }
        // yaml-cpp makes one byte of \N and \_, which are U+0085 and U+00A0.
        if (!is_utf8(text)) {
            refuse("the escapes \\N and \\_ are not accepted: write \\x85 and \\xa0");
        }
        YamlScalar scalar = tag == "!" ? YamlScalar(Json(text)) : resolve_yaml_scalar(text);
        if (at_name()) {
            if (!scalar.value.is_string()) {
                refuse("a name is a string: quote it");
            }
            if (anchor != 0) {
                refuse("a name has no anchor");
            }
            require(builder.key(text));
            open_.back().name_next = false;
            return;
        }
        if (!scalar.problem.empty()) {
            refuse(std::string(scalar.problem));
        }
        keep(anchor, scalar.value, 1, 0);
        require(scalar.value.is_string() ? builder.string(text)
                                         : builder.scalar(std::move(scalar.value)));
        next();
    }

    void OnAlias(const YAML::Mark&, YAML::anchor_t anchor) override {
        refuse_as_name("a name is not an alias");
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) {
            refuse("an alias inside the value it stands for");
        }
        const Anchored& anchored = found->second;
        charge(anchored.nodes);
        require(builder.copy(anchored.value, anchored.nodes, anchored.depth));
        for (Open& level : open_) {
            level.deepest = std::max(level.deepest, open_.size() + anchored.depth);
        }
        next();
    }

    void OnSequenceStart(const YAML::Mark&, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        begin(tag, anchor, Container::sequence);
    }
    void OnMapStart(const YAML::Mark&, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        begin(tag, anchor, Container::map);
    }
    void OnSequenceEnd() override { end(); }
    void OnMapEnd() override { end(); }

    DocumentBuilder builder;
    YAML::Mark start;

private:
    enum class Container { sequence, map };

    struct Open {
        Container container;
        YAML::anchor_t anchor;
        std::size_t nodes_before;
        std::size_t deepest;  // level of the deepest container inside
        bool name_next;
    };

    [[noreturn]] void refuse(std::string detail) {
        builder.fail(std::move(detail));
        throw Refused{};
    }
    static void require(bool accepted) {
        if (!accepted) {
            throw Refused{};
        }
    }
    // Whether a node that begins there has a tag, behind its anchor or before it.
    bool begins_with_tag(std::size_t position) const {
        std::string_view rest = source_.substr(std::min(position, source_.size()));
        constexpr std::string_view space = " \t\r\n";
        while (rest.starts_with('&') || rest.starts_with('#')) {
            const std::string_view end = rest.starts_with('&') ? space : "\n";
            rest.remove_prefix(std::min(rest.find_first_of(end), rest.size()));
            rest.remove_prefix(std::min(rest.find_first_not_of(space), rest.size()));
        }
        return rest.starts_with('!');
    }
    bool at_name() const { return !open_.empty() && open_.back().name_next; }
    void refuse_as_name(const char* detail) {
        if (at_name()) {
            refuse(detail);
        }
    }
    // A value is complete; in a map a name comes next.
    void next() {
        if (!open_.empty()) {
            open_.back().name_next = open_.back().container == Container::map;
        }
    }

    void begin(const std::string& tag, YAML::anchor_t anchor, Container container) {
        refuse_as_name("a name is a string");
        if (tag != "?" && !tag.empty()) {
            refuse("tags are not accepted");
        }
        const std::size_t nodes_before = builder.nodes();
        require(container == Container::map ? builder.begin_object() : builder.begin_array());
        for (Open& level : open_) {
            level.deepest = std::max(level.deepest, open_.size() + 1);
        }
        open_.push_back(
            Open{container, anchor, nodes_before, open_.size() + 1, container == Container::map});
    }

    void end() {
        const Open closed = open_.back();
        open_.pop_back();
        const Json& value = builder.end();
        keep(closed.anchor, value, builder.nodes() - closed.nodes_before,
             closed.deepest - open_.size());
        next();
    }

    void keep(YAML::anchor_t anchor, const Json& value, std::size_t nodes, std::size_t depth) {
        if (anchor != 0) {
            charge(nodes);
            anchors_.insert_or_assign(anchor, Anchored{value, nodes, depth});
        }
    }

    // Anchors and aliases are copies: both count, so that neither nesting anchors
    // nor repeating aliases multiplies a small document ("billion laughs").
    void charge(std::size_t nodes) {
        aliased_nodes_ += nodes;
        if (aliased_nodes_ > limits::yaml_alias_nodes_max) {
            refuse("anchors and aliases stand for more than " +
                   std::to_string(limits::yaml_alias_nodes_max) + " values");
        }
    }

    std::string_view source_;
    std::vector<Open> open_;
    std::unordered_map<YAML::anchor_t, Anchored> anchors_;
    std::size_t aliased_nodes_ = 0;
};

Error not_yaml(std::string detail) {
    return Error(ErrorCode::invalid_request, "not YAML: " + std::move(detail));
}

// YAML 1.2 section 5.1 (printable characters) for the ASCII part; NUL above all,
// because yaml-cpp guesses UTF-16 and UTF-32 from it.
bool has_unprintable(std::string_view text) {
    return std::ranges::any_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7F;
    });
}

// Finds lines by number, which must not go back from call to call.
class Lines {
public:
    explicit Lines(std::string_view text) : rest_(text) {}

    // The text from the line with that number (from 0) to the end.
    std::string_view from(int line) {
        for (; at_ < line && !rest_.empty(); ++at_) {
            const std::size_t end = rest_.find('\n');
            rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        }
        return rest_;
    }

private:
    std::string_view rest_;
    int at_ = 0;
};

enum class Documents { one, any };

Result<std::vector<Json>> read(std::string_view text, Documents documents) {
    if (text.size() > limits::yaml_bytes_max) {
        return Error(ErrorCode::too_large, "a YAML text has at most " +
                                               std::to_string(limits::yaml_bytes_max) + " bytes");
    }
    if (!is_utf8(text)) {
        return not_yaml("the text is not valid UTF-8");
    }
    if (has_unprintable(text)) {
        return not_yaml("the text holds a control character");
    }

    std::istringstream input{std::string(text)};
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    Handler handler(text.starts_with(byte_order_mark) ? text.substr(3) : text);
    Lines lines(text);
    std::vector<Json> values;
    std::size_t nodes = 0;
    try {
        YAML::Parser parser(input);
        while (parser.HandleNextDocument(handler)) {
            if (!values.empty() && documents == Documents::one) {
                return not_yaml("more than one document");
            }
            // yaml-cpp also takes what simply follows a closing bracket for another document.
            const std::string_view from_start = lines.from(handler.start.line);
            if (!values.empty() && !from_start.starts_with("---")) {
                return not_yaml("line " + std::to_string(handler.start.line + 1) +
                                ": each further document begins with ---");
            }
            nodes += handler.builder.nodes();
            if (nodes > limits::document_nodes_max) {
                return not_yaml("more than " + std::to_string(limits::document_nodes_max) +
                                " values");
            }
            values.push_back(handler.builder.take());
            // A tag with nothing behind it at the very end is dropped by yaml-cpp. A "!" in
            // a comment is refused with it: nobody needs a comment on nothing.
            if (values.back().is_null() && !parser && from_start.find('!') != from_start.npos) {
                return not_yaml("tags are not accepted");
            }
        }
    } catch (const Refused&) {
        return handler.builder.error();
    } catch (const YAML::Exception& failure) {
        // `msg` is a fixed text of yaml-cpp, sometimes with a name out of the document.
        return not_yaml("line " + std::to_string(failure.mark.line + 1) + ", column " +
                        std::to_string(failure.mark.column + 1) +
                        (is_utf8(failure.msg) ? ": " + failure.msg.substr(0, 200) : ""));
    }
    return values;
}

}  // namespace

Result<Json> parse_yaml(std::string_view text) {
    Result<std::vector<Json>> documents = read(text, Documents::one);
    if (!documents) {
        return documents.error();
    }
    if (documents->empty()) {
        return not_yaml("there is no document");
    }
    return std::move(documents->front());
}

Result<Json> parse_yaml_stream(std::string_view text) {
    Result<std::vector<Json>> documents = read(text, Documents::any);
    if (!documents) {
        return documents.error();
    }
    Json list = Json::array();
    for (Json& document : *documents) {
        list.push_back(std::move(document));
    }
    return list;
}

}  // namespace charter
