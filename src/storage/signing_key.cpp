// The file of the key that signs URLs.
#include "charter/storage/url_signer.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

namespace charter {
namespace {

constexpr std::size_t key_bytes = 32;

Error key_error(const std::filesystem::path& file, std::string_view why) {
    return Error(ErrorCode::unavailable, "the signing key cannot be used",
                 file.string() + ": " + std::string(why));
}

// Nothing when there is no such file.
Result<std::optional<Secret>> load_key(const std::filesystem::path& file) {
    const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd) {
        if (errno == ENOENT) {
            return std::optional<Secret>();
        }
        return key_error(file, std::strerror(errno));
    }
    struct stat status {};
    if (::fstat(fd.number(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return key_error(file, "not a regular file");
    }
    if ((status.st_mode & 0177) != 0) {
        return key_error(file, "its mode must be 0600");
    }
    // One byte more than a key has, to see that there is none.
    std::array<char, key_bytes + 1> bytes;
    const ssize_t got = ::read(fd.number(), bytes.data(), bytes.size());
    std::optional<Secret> key;
    if (got == static_cast<ssize_t>(key_bytes)) {
        key.emplace(std::string_view(bytes.data(), key_bytes));
    }
    OPENSSL_cleanse(bytes.data(), bytes.size());
    if (!key) {
        return key_error(file, "it must have exactly 32 bytes");
    }
    return key;
}

// Writes a new key completely under another name and then gives it the right one:
// after a crash there is a whole key or none. link(2) does not replace, so the
// first of two processes wins.
Result<> create_key(const std::filesystem::path& file) {
    const std::string random = random_bytes(8);
    const std::filesystem::path fresh =
        file.string() + ".new-" +
        to_hex({reinterpret_cast<const std::uint8_t*>(random.data()), random.size()});
    std::string key = random_bytes(key_bytes);
    bool written = false;
    {
        const UniqueFd fd(
            ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
        written =
            fd && ::fchmod(fd.number(), 0600) == 0 &&
            ::write(fd.number(), key.data(), key.size()) == static_cast<ssize_t>(key.size()) &&
            ::fsync(fd.number()) == 0;
    }
    OPENSSL_cleanse(key.data(), key.size());
    const bool named = written && (::link(fresh.c_str(), file.c_str()) == 0 || errno == EEXIST);
    const int failed = errno;
    ::unlink(fresh.c_str());
    if (!named) {
        return key_error(file, std::strerror(failed));
    }
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    const UniqueFd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::fsync(directory.number()) != 0) {
        return key_error(file, std::strerror(errno));
    }
    return {};
}

}  // namespace

Result<Secret> load_or_create_key(const std::filesystem::path& file) {
    Result<std::optional<Secret>> key = load_key(file);
    if (key && !key->has_value()) {
        if (const Result<> created = create_key(file); !created) {
            return created.error();
        }
        key = load_key(file);
    }
    if (!key) {
        return key.error();
    }
    if (!key->has_value()) {
        return key_error(file, "it was taken away while it was made");
    }
    return std::move(**key);
}

}  // namespace charter
