#include "cli/calls.hpp"

#include "charter/base/encoding.hpp"

#include <nlohmann/json.hpp>

namespace charter::cli {

namespace {

Result<Json> ask(Client& client, const Call& call) {
    const Result<Answer> answer = client.call(call);
    if (!answer) {
        return answer.error();
    }
    if (!answer->ok()) {
        return refusal(call.method + " " + call.path, *answer);
    }
    if (answer->body.empty()) {
        return Json();
    }
    Result<Json> document = parse_json(answer->body);
    return document ? std::move(document)
                    : Result<Json>(Error(ErrorCode::unprocessable,
                                         call.method + " " + call.path + ": no JSON came back"));
}

}  // namespace

Result<Json> ask(const ConnectionOptions& connection, const Call& call) {
    Result<Client> client = connection.connect();
    return client ? ask(*client, call) : Result<Json>(client.error());
}

std::string with_query(std::string path,
                       const std::vector<std::pair<std::string_view, std::string>>& parameters) {
    char joint = '?';
    for (const auto& [name, value] : parameters) {
        if (!value.empty()) {
            path += joint;
            path.append(name).append("=").append(percent_encode(value));
            joint = '&';
        }
    }
    return path;
}

Result<> for_each_item(const ConnectionOptions& connection, const std::string& path,
                       const std::function<void(const Json&)>& visit) {
    Result<Client> client = connection.connect();
    if (!client) {
        return client.error();
    }
    Call call;
    call.method = "GET";
    call.path = path;
    for (bool more = true; more;) {
        const Result<Json> page = ask(*client, call);
        if (!page) {
            return page.error();
        }
        if (!page->is_object() || !page->contains("items") || !page->at("items").is_array()) {
            return Error(ErrorCode::unprocessable, "the server did not answer a list");
        }
        for (const Json& item : page->at("items")) {
            visit(item);
        }
        const Json next = page->value("next", Json());
        more = next.is_string();
        if (more) {
            call.path = path + (path.find('?') == std::string::npos ? "?" : "&") +
                        "cursor=" + percent_encode(next.get<std::string>());
        }
    }
    return {};
}

Call post(std::string path, const Json& body) {
    Call call;
    call.method = "POST";
    call.path = std::move(path);
    call.body = body.dump(-1, ' ', false, Json::error_handler_t::replace);
    return call;
}

std::string cell(const Json& object, const char* name) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    if (!object.is_object() || found == object.end() || found->is_null()) {
        return "-";
    }
    if (found->is_string()) {
        return found->get<std::string>();
    }
    if (!found->is_array()) {
        return found->dump();
    }
    std::string text;
    for (const Json& each : *found) {
        text += (text.empty() ? "" : ",") + (each.is_string() ? each.get<std::string>() : each.dump());
    }
    return text.empty() ? "-" : text;
}

}  // namespace charter::cli
