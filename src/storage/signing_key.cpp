// The file of the key that signs URLs.
#include "charter/storage/url_signer.hpp"

#include "storage/private_file.hpp"

#include "charter/base/encoding.hpp"

#include <optional>

namespace charter {
namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::string_view what = "the signing key";

Secret random_key() {
    std::string bytes = random_bytes(key_bytes);
    Secret key(bytes);
    OPENSSL_cleanse(bytes.data(), bytes.size());
    return key;
}

}  // namespace

Result<Secret> load_or_create_key(const std::filesystem::path& file) {
    Result<std::optional<Secret>> key = read_private_file(file, key_bytes, what);
    if (key && !key->has_value()) {
        if (const Result<> created = create_private_file(file, random_key(), what); !created) {
            return created.error();
        }
        key = read_private_file(file, key_bytes, what);
    }
    if (!key) {
        return key.error();
    }
    if (!key->has_value()) {
        return private_file_error(file, "it was taken away while it was made", what);
    }
    if ((*key)->reveal().size() != key_bytes) {
        return private_file_error(file, "it must have exactly 32 bytes", what);
    }
    return std::move(**key);
}

}  // namespace charter
