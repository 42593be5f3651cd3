#include "api/resolve_body.hpp"

#include "charter/base/nearest.hpp"
#include "charter/catalog/names.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>

namespace charter::api {

namespace {

/// Reads forward; every member answers false when the text is of another form.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    bool take(char expected) {
        skip_space();
        if (at_ >= text_.size() || text_[at_] != expected) {
            return false;
        }
        ++at_;
        return true;
    }

    bool string(std::string_view& value) {
        if (!take('"')) {
            return false;
        }
        const std::size_t begin = at_;
        for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            const auto c = static_cast<unsigned char>(text_[at_]);
            if (c < 0x20 || c >= 0x7f || c == '\\') {
                return false;
            }
        }
        if (at_ >= text_.size()) {
            return false;
        }
        value = text_.substr(begin, at_++ - begin);
        return true;
    }

    bool number(std::int64_t& value) {
        skip_space();
        const std::size_t begin = at_;
        value = 0;
        constexpr std::size_t digits_max = 6;  // more is no duration
        for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
            if (at_ - begin == digits_max) {
                return false;
            }
            value = value * 10 + (text_[at_] - '0');
        }
        return at_ > begin && (text_[begin] != '0' || at_ - begin == 1);
    }

    bool end() {
        skip_space();
        return at_ == text_.size();
    }

private:
    void skip_space() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' ||
                                      text_[at_] == '\t' || text_[at_] == '\r')) {
            ++at_;
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

std::optional<Action> data_action(std::string_view text) {
    if (text == "read") {
        return Action::read;
    }
    if (text == "write") {
        return Action::write;
    }
    return std::nullopt;
}

/// domain/product/port, each a name.
bool plain_port(std::string_view text) {
    const std::size_t product = text.find('/');
    const std::size_t port = text.rfind('/');
    return product != std::string_view::npos && product < port && check_name(text.substr(0, product)) &&
           check_name(text.substr(product + 1, port - product - 1)) && check_name(text.substr(port + 1));
}

std::optional<Delivery> delivery_named(std::string_view text) {
    for (const Delivery each : {Delivery::urls, Delivery::credentials, Delivery::none}) {
        if (delivery_name(each) == text) {
            return each;
        }
    }
    return std::nullopt;
}

bool valid_duration(std::int64_t seconds) {
    return seconds >= 1 && seconds <= limits::lease_max.count();
}

std::optional<NewObject> read_object(const Json& document) {
    if (!document.is_object() || document.size() != 3 || !document.contains("path") ||
        !document["path"].is_string() || !document.contains("size_bytes") ||
        !document["size_bytes"].is_number_unsigned() || !document.contains("sha256") ||
        !document["sha256"].is_string()) {
        return std::nullopt;
    }
    NewObject object{document["path"].get<std::string>(),
                     document["size_bytes"].get<std::uint64_t>(),
                     {}};
    const Result<std::string> sha256 = from_hex(document["sha256"].get_ref<const std::string&>());
    if (!is_object_path(object.path) || object.size_bytes > limits::upload_bytes_max || !sha256 ||
        sha256->size() != object.sha256.size()) {
        return std::nullopt;
    }
    std::copy(sha256->begin(), sha256->end(), object.sha256.begin());
    return object;
}

/// The objects that a lease for writing is to name.
std::vector<NewObject> read_objects(const Json& list, std::vector<Violation>& violations) {
    std::vector<NewObject> objects;
    if (!list.is_array() || list.empty() || list.size() > limits::lease_urls_per_page_max) {
        violations.push_back({"/objects", "a list of 1 to " +
                                              std::to_string(limits::lease_urls_per_page_max) +
                                              " objects is expected"});
        return objects;
    }
    std::set<std::string> paths;
    for (std::size_t i = 0; i < list.size() && violations.size() < limits::violations_max; ++i) {
        std::optional<NewObject> object = read_object(list[i]);
        if (!object) {
            violations.push_back(
                {"/objects/" + std::to_string(i),
                 "an object is {\"path\": relative to the location, \"size_bytes\": at most " +
                     std::to_string(limits::upload_bytes_max) +
                     ", \"sha256\": 64 hexadecimal digits}"});
        } else if (!paths.insert(object->path).second) {
            violations.push_back({"/objects/" + std::to_string(i), "the path is named twice"});
        } else {
            objects.push_back(std::move(*object));
        }
    }
    return objects;
}

}  // namespace

std::optional<ResolveRequest> read_plain_resolve(std::string_view body) {
    Scanner scanner(body);
    ResolveRequest request;
    unsigned seen = 0;
    const auto first_time = [&seen](unsigned field) {
        const bool fresh = (seen & field) == 0;
        seen |= field;
        return fresh;
    };
    if (!scanner.take('{')) {
        return std::nullopt;
    }
    do {
        std::string_view key;
        std::string_view text;
        if (!scanner.string(key) || !scanner.take(':')) {
            return std::nullopt;
        }
        if (key == "duration_s") {
            std::int64_t seconds = 0;
            if (!scanner.number(seconds) || !valid_duration(seconds) || !first_time(1)) {
                return std::nullopt;
            }
            request.duration = std::chrono::seconds(seconds);
            continue;
        }
        if (!scanner.string(text)) {
            return std::nullopt;
        }
        if (key == "port" && first_time(2) && !text.empty() && plain_port(text)) {
            request.port = text;
        } else if (key == "action" && first_time(4) && data_action(text)) {
            request.action = *data_action(text);
        } else if (key == "purpose" && first_time(8) && check_name(text)) {
            request.purpose = text;
        } else if (key == "delivery" && first_time(16) && delivery_named(text)) {
            request.delivery = *delivery_named(text);
        } else {
            return std::nullopt;
        }
    } while (scanner.take(','));
    if (!scanner.take('}') || !scanner.end() || (seen & (2u | 4u)) != (2u | 4u)) {
        return std::nullopt;
    }
    return request;
}

Result<ResolveRequest> read_resolve_document(const Json& document) {
    static constexpr std::array<std::string_view, 9> known = {
        "port",       "action",       "purpose",       "columns", "delivery",
        "duration_s", "on_behalf_of", "subject_token", "objects"};
    std::vector<Violation> violations;
    if (!document.is_object()) {
        return Error(ErrorCode::invalid_request, "a resolve request is an object");
    }
    for (const auto& [name, value] : document.items()) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            const auto near = nearest_name(name, known);
            violations.push_back({"/" + name, "unknown field `" + name + "`" +
                                                  (near ? ", did you mean `" + std::string(*near) + "`?"
                                                        : std::string())});
        }
    }
    ResolveRequest request;
    const auto text = [&](const char* name, bool required) -> std::optional<std::string> {
        const auto found = document.find(name);
        if (found == document.end() || found->is_null()) {
            if (required) {
                violations.push_back({std::string("/") + name, std::string("`") + name + "` is missing"});
            }
            return std::nullopt;
        }
        if (!found->is_string() || found->get_ref<const std::string&>().empty()) {
            violations.push_back({std::string("/") + name, "a non-empty string is expected"});
            return std::nullopt;
        }
        return found->get<std::string>();
    };
    if (const auto port = text("port", true)) {
        const Result<ResourcePath> path = ResourcePath::parse(*port);
        if (!path || path->depth() != 3) {
            violations.push_back({"/port", "a port is written domain/product/port"});
        }
        request.port = *port;
    }
    if (const auto action = text("action", true)) {
        if (const std::optional<Action> known_action = data_action(*action)) {
            request.action = *known_action;
        } else {
            violations.push_back({"/action", "the action is `read` or `write`"});
        }
    }
    request.purpose = text("purpose", false);
    if (request.purpose && !check_name(*request.purpose)) {
        violations.push_back({"/purpose", "a purpose is written as a name"});
    }
    if (const auto delivery = text("delivery", false)) {
        if (const std::optional<Delivery> named = delivery_named(*delivery)) {
            request.delivery = *named;
        } else {
            violations.push_back({"/delivery", "the delivery is `urls`, `credentials` or `none`"});
        }
    }
    if (const auto found = document.find("duration_s"); found != document.end() && !found->is_null()) {
        if (!found->is_number_integer() || !valid_duration(found->get<std::int64_t>())) {
            violations.push_back({"/duration_s", "a whole number from 1 to " +
                                                     std::to_string(limits::lease_max.count())});
        } else {
            request.duration = std::chrono::seconds(found->get<std::int64_t>());
        }
    }
    if (const auto found = document.find("columns"); found != document.end() && !found->is_null()) {
        const bool strings = found->is_array() && !found->empty() &&
                             std::all_of(found->begin(), found->end(),
                                         [](const Json& each) { return each.is_string(); });
        if (strings) {
            request.columns = found->get<std::vector<std::string>>();
        } else {
            violations.push_back({"/columns", "a list of column names is expected"});
        }
    }
    if (const auto found = document.find("objects"); found != document.end() && !found->is_null()) {
        if (request.action != Action::write) {
            violations.push_back({"/objects", "`objects` is for the action `write`"});
        }
        request.objects = read_objects(*found, violations);
    }
    if (const auto other = text("on_behalf_of", false)) {
        const Result<PrincipalName> name = PrincipalName::parse(*other);
        if (name && (name->kind == Kind::user || name->kind == Kind::service)) {
            request.on_behalf_of = *name;
        } else {
            violations.push_back({"/on_behalf_of", "a user or service is expected"});
        }
    }
    if (const auto token = text("subject_token", false)) {
        request.subject_token = Secret(*token);
    }
    if (!violations.empty()) {
        const std::string message = violations.size() == 1
                                        ? violations.front().detail
                                        : "the document has " + std::to_string(violations.size()) +
                                              " problems";
        return Error(ErrorCode::invalid_request, message, std::move(violations));
    }
    return request;
}

}  // namespace charter::api
