#include "charter/http/message.hpp"

#include <algorithm>
#include <stdexcept>

#include <unistd.h>

#include "head_parser.hpp"

namespace charter::http {

std::string_view method_name(Method method) {
    switch (method) {
        case Method::get:
            return "GET";
        case Method::head:
            return "HEAD";
        case Method::post:
            return "POST";
        case Method::put:
            return "PUT";
        case Method::patch:
            return "PATCH";
        case Method::delete_:
            return "DELETE";
        case Method::options:
            return "OPTIONS";
    }
    return {};
}

std::optional<std::string_view> Request::query_value(std::string_view name) const {
    const auto found =
        std::ranges::find_if(query, [&](const auto& pair) { return pair.first == name; });
    if (found == query.end()) {
        return std::nullopt;
    }
    return std::string_view(found->second);
}

std::string_view Request::parameter(std::string_view name) const {
    for (const auto& [key, value] : parameters) {
        if (key == name) {
            return value;
        }
    }
    throw std::out_of_range("the route has no parameter " + std::string(name));
}

std::string_view Request::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (equal_ignoring_case(key, name)) {
            return value;
        }
    }
    return {};
}

FileDescriptor::~FileDescriptor() {
    if (native_ >= 0) {
        ::close(native_);
    }
}

Response json_response(unsigned status, std::string body) {
    Response response;
    response.status = status;
    response.content_type = "application/json";
    response.body = std::move(body);
    return response;
}

Response no_content() {
    Response response;
    response.status = 204;
    return response;
}

}  // namespace charter::http
