#include "charter/api/web_address.hpp"

#include <algorithm>
#include <cctype>

namespace charter::api {

namespace {

std::string_view host_of(std::string_view origin) {
    origin.remove_prefix(std::min(origin.find("://") + 3, origin.size()));
    const std::size_t colon = origin.rfind(':');
    const bool has_port = colon != std::string_view::npos &&
                          origin.find(']', colon) == std::string_view::npos;
    return has_port ? origin.substr(0, colon) : origin;
}

bool is_loopback_host(std::string_view host) {
    const bool ipv4 = host.starts_with("127.") && std::ranges::all_of(host, [](unsigned char c) {
        return std::isdigit(c) != 0 || c == '.';
    });
    return ipv4 || host == "localhost" || host == "[::1]";
}

}  // namespace

std::string origin_of(std::string_view url) {
    const std::size_t scheme = url.find("://");
    if (scheme == std::string_view::npos) {
        return {};
    }
    std::string origin(url.substr(0, url.find_first_of("/?#", scheme + 3)));
    std::ranges::transform(origin, origin.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    const std::string_view default_port = origin.starts_with("https:") ? ":443" : ":80";
    if (origin.ends_with(default_port)) {
        origin.erase(origin.rfind(':'));
    }
    return origin;
}

WebAddress::WebAddress(std::string base, const std::vector<std::string>& listening)
    : base_(std::move(base)) {
    while (base_.ends_with('/')) {
        base_.pop_back();
    }
    prefix_ = base_.substr(std::min(base_.find('/', base_.find("://") + 3), base_.size()));
    origins_.push_back(origin_of(base_));
    loopback_ = is_loopback_host(host_of(origins_.front()));
    for (const std::string& each : listening) {
        const std::string origin = origin_of(each);
        const std::string_view host = host_of(origin);
        origins_.push_back(origin);
        if (is_loopback_host(host)) {
            std::string local = origin;
            local.replace(local.find("://") + 3, host.size(), "localhost");
            origins_.push_back(std::move(local));
        }
    }
}

bool WebAddress::is_own(std::string_view origin) const {
    return std::ranges::find(origins_, origin) != origins_.end();
}

}  // namespace charter::api
