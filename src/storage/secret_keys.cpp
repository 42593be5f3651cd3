#include "charter/storage/secret_keys.hpp"

#include "storage/private_file.hpp"

#include "charter/base/encoding.hpp"

#include <algorithm>

namespace charter {
namespace {

constexpr std::string_view what = "the key of secrets";
// A line of base64 for each key; a rotation that did not end leaves one more.
constexpr std::size_t file_bytes_max = 4 * 1024;
constexpr std::string_view blank = " \t\r\n";

std::string_view trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(blank);
    return first == std::string_view::npos
               ? std::string_view()
               : text.substr(first, text.find_last_not_of(blank) - first + 1);
}

/// One key in base64, of either alphabet, padded or not.
std::optional<Secret> parse_key(std::string_view text) {
    std::string plain(text);
    std::replace(plain.begin(), plain.end(), '+', '-');
    std::replace(plain.begin(), plain.end(), '/', '_');
    plain.resize(std::min(plain.size(), plain.find_last_not_of('=') + 1));
    Result<std::string> bytes = from_base64url(plain);
    OPENSSL_cleanse(plain.data(), plain.size());
    std::optional<Secret> key;
    if (bytes) {
        if (bytes->size() == SecretBox::key_bytes) {
            key.emplace(*bytes);
        }
        OPENSSL_cleanse(bytes->data(), bytes->size());
    }
    return key;
}

bool contains(const std::vector<Secret>& keys, const Secret& key) {
    return std::any_of(keys.begin(), keys.end(), [&](const Secret& other) {
        return equal_constant_time(other.reveal(), key.reveal());
    });
}

/// Nothing when a part is no key, when one stands twice, or when there is none.
std::optional<std::vector<Secret>> parse_keys(std::string_view text, char separator) {
    std::vector<Secret> keys;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(separator), text.size());
        const std::string_view part = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (part.empty()) {
            continue;
        }
        std::optional<Secret> key = parse_key(part);
        if (!key || contains(keys, *key)) {
            return std::nullopt;
        }
        keys.push_back(std::move(*key));
    }
    return keys.empty() ? std::nullopt : std::optional(std::move(keys));
}

Secret random_key() {
    std::string bytes = random_bytes(SecretBox::key_bytes);
    Secret key(bytes);
    OPENSSL_cleanse(bytes.data(), bytes.size());
    return key;
}

Secret file_text(const std::vector<Secret>& keys) {
    std::string text;
    text.reserve(file_bytes_max);  // no copy is left behind by growing
    for (const Secret& key : keys) {
        std::string line = to_base64url(key.reveal());
        text += line + "\n";
        OPENSSL_cleanse(line.data(), line.size());
    }
    Secret secret(text);
    OPENSSL_cleanse(text.data(), text.size());
    return secret;
}

Result<std::vector<Secret>> read_keys(const std::filesystem::path& file) {
    const Result<std::optional<Secret>> content = read_private_file(file, file_bytes_max, what);
    if (!content) {
        return content.error();
    }
    if (!content->has_value()) {
        return std::vector<Secret>();
    }
    std::optional<std::vector<Secret>> keys = parse_keys((*content)->reveal(), '\n');
    if (!keys) {
        return private_file_error(file, "it must have one key of 32 bytes on each line, in base64",
                                  what);
    }
    return std::move(*keys);
}

}  // namespace

SecretKeys::SecretKeys(std::optional<std::filesystem::path> file, std::vector<Secret> keys)
    : file_(std::move(file)), keys_(std::move(keys)), box_(keys_) {}

Result<std::unique_ptr<SecretKeys>> SecretKeys::from_text(const Secret& text) {
    std::optional<std::vector<Secret>> keys = parse_keys(text.reveal(), ',');
    if (!keys) {
        return Error(ErrorCode::invalid_request,
                     "keys of 32 bytes in base64, separated by commas, are expected");
    }
    return std::unique_ptr<SecretKeys>(new SecretKeys(std::nullopt, std::move(*keys)));
}

Result<std::unique_ptr<SecretKeys>> SecretKeys::from_file(std::filesystem::path file) {
    Result<std::vector<Secret>> keys = read_keys(file);
    if (!keys) {
        return keys.error();
    }
    return std::unique_ptr<SecretKeys>(new SecretKeys(std::move(file), std::move(*keys)));
}

Result<> SecretKeys::create() {
    const std::vector<Secret> fresh{random_key()};
    if (const Result<> made = create_private_file(*file_, file_text(fresh), what); !made) {
        return made;
    }
    Result<std::vector<Secret>> keys = read_keys(*file_);
    if (!keys) {
        return keys.error();
    }
    if (keys->empty()) {
        return private_file_error(*file_, "it was taken away while it was made", what);
    }
    keys_ = std::move(*keys);
    box_.replace_keys(keys_);
    return {};
}

Result<> SecretKeys::write(std::vector<Secret> keys) {
    const Secret text = file_text(keys);
    if (text.reveal().size() > file_bytes_max) {
        return private_file_error(*file_, "it holds too many keys", what);
    }
    if (const Result<> written = replace_private_file(*file_, text, what); !written) {
        return written;
    }
    keys_ = std::move(keys);
    box_.replace_keys(keys_);
    return {};
}

Result<> SecretKeys::add_key() {
    if (!file_) {
        return {};
    }
    Result<std::vector<Secret>> written = read_keys(*file_);
    if (!written) {
        return written.error();
    }
    std::vector<Secret> keys = keys_;
    keys.insert(keys.begin(), random_key());
    // What was added by hand since the start is not lost.
    for (Secret& key : *written) {
        if (!contains(keys, key)) {
            keys.push_back(std::move(key));
        }
    }
    return write(std::move(keys));
}

Result<> SecretKeys::keep_only(const std::vector<std::string>& key_ids) {
    if (!file_ || keys_.size() < 2) {
        return {};
    }
    std::vector<Secret> kept{keys_.front()};
    for (auto key = keys_.begin() + 1; key != keys_.end(); ++key) {
        if (std::find(key_ids.begin(), key_ids.end(), SecretBox::key_id(*key)) != key_ids.end()) {
            kept.push_back(*key);
        }
    }
    return write(std::move(kept));
}

}  // namespace charter
