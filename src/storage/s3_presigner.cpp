#include "charter/storage/s3_presigner.hpp"

#include "s3_address.hpp"
#include "sigv4.hpp"

#include <openssl/crypto.h>

#include <array>
#include <charconv>

namespace charter {
namespace {

constexpr std::string_view service = "s3";

std::string_view text_of(const Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

void append_number(std::string& out, std::uint64_t number) {
    std::array<char, 20> digits;
    out.append(digits.data(),
               std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

}  // namespace

S3Presigner::S3Presigner(const S3Place& place, const S3Credentials& credentials,
                         const Digest& day_key, UtcTime now, UtcTime expires_at)
    : may_write_(is_aws(place) || credentials.narrowed),
      day_key_(day_key),
      expires_at_(std::chrono::floor<std::chrono::seconds>(expires_at)) {
    const S3Address address = address_of(place);
    origin_ = address.origin;
    host_ = address.host;
    path_ = address.path + (address.path.ends_with('/') ? "" : "/");

    const std::string time = sigv4::amazon_time(now);
    const std::string scope = sigv4::scope(time.substr(0, 8), place.region, service);
    const auto life = expires_at_ - std::chrono::floor<std::chrono::seconds>(now);
    // In the order of the names: this is the canonical query too.
    query_ = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=";
    sigv4::append_encoded(query_, credentials.access_key_id + "/" + scope);
    query_ += "&X-Amz-Date=" + time + "&X-Amz-Expires=";
    append_number(query_, static_cast<std::uint64_t>(
                              std::chrono::duration_cast<std::chrono::seconds>(life).count()));
    if (credentials.session_token) {
        query_ += "&X-Amz-Security-Token=";
        sigv4::append_encoded(query_, credentials.session_token->reveal());
    }
    query_ += "&X-Amz-SignedHeaders=";
    string_to_sign_ = "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n";
}

S3Presigner::~S3Presigner() {
    OPENSSL_cleanse(day_key_.data(), day_key_.size());
}

void S3Presigner::append_get(std::string& out, std::string_view key) const {
    thread_local std::string headers;
    headers.assign("host:").append(host_).append("\n");
    append_signed(out, "GET", key, headers, "host");
}

Result<> S3Presigner::append_put(std::string& out, std::string_view key, std::uint64_t size_bytes,
                                 const Digest& sha256) const {
    if (!may_write_) {
        return Error(ErrorCode::unprocessable,
                     "this storage gives signed URLs for writing only by temporary credentials");
    }
    std::string headers = "content-length:";
    append_number(headers, size_bytes);
    headers.append("\nhost:").append(host_);
    headers.append("\nx-amz-checksum-sha256:").append(s3_checksum(sha256)).append("\n");
    append_signed(out, "PUT", key, headers, "content-length;host;x-amz-checksum-sha256");
    return {};
}

void S3Presigner::append_signed(std::string& out, std::string_view method, std::string_view key,
                                std::string_view headers, std::string_view signed_headers) const {
    // Kept by each thread: growing them anew costs as much as a hash.
    thread_local std::string canonical;
    thread_local std::string to_sign;

    out += origin_;
    const std::size_t path_begin = out.size();
    out += path_;
    sigv4::append_encoded_path(out, key);
    canonical.assign(method).append("\n").append(out, path_begin);
    out += '?';
    const std::size_t query_begin = out.size();
    out += query_;
    sigv4::append_encoded(out, signed_headers);
    canonical.append("\n").append(out, query_begin).append("\n");
    canonical.append(headers).append("\n").append(signed_headers).append("\nUNSIGNED-PAYLOAD");

    to_sign.assign(string_to_sign_).append(to_hex(sha256(canonical)));
    out += "&X-Amz-Signature=";
    out += to_hex(hmac_sha256(text_of(day_key_), to_sign));
}

std::string s3_checksum(const Digest& sha256) {
    std::string text = to_base64url(text_of(sha256));
    for (char& c : text) {
        c = c == '-' ? '+' : c == '_' ? '/' : c;
    }
    return text + "=";  // 32 bytes leave one place of padding
}

}  // namespace charter
