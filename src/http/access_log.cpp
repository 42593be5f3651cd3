#include "charter/http/server.hpp"
#include "log_value.hpp"

#include <algorithm>

#include <spdlog/spdlog.h>

namespace charter::http {
namespace {

constexpr std::size_t logged_value_bytes_max = 256;

}  // namespace

std::string log_value(std::string_view value) {
    if (value.empty()) {
        return "-";
    }
    const auto plain = [](char c) {
        return c > ' ' && c < 0x7f && c != '"' && c != '\\' && c != '=';
    };
    if (value.size() <= logged_value_bytes_max && std::ranges::all_of(value, plain)) {
        return std::string(value);
    }
    std::string quoted = "\"";
    for (const char c : value.substr(0, logged_value_bytes_max)) {
        if (plain(c) || c == ' ' || c == '=') {
            quoted += c;
        } else {
            quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        }
    }
    return quoted + '"';
}

void log_access(const Request& request, unsigned status, double milliseconds, std::size_t bytes) {
    if (!spdlog::should_log(spdlog::level::info)) {
        return;
    }
    spdlog::info("request id={} method={} route={} peer={} principal={} status={} ms={:.3f} bytes={}",
                 request.id, method_name(request.method), log_value(request.route),
                 log_value(request.peer), log_value(request.principal), status, milliseconds, bytes);
}

}  // namespace charter::http
