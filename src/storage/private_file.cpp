#include "storage/private_file.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

namespace charter {
namespace {

/// The content under a name of its own beside the file, on the disk.
Result<std::filesystem::path> write_beside(const std::filesystem::path& file, const Secret& content,
                                           std::string_view what) {
    const std::string random = random_bytes(8);
    std::filesystem::path fresh =
        file.string() + ".new-" +
        to_hex({reinterpret_cast<const std::uint8_t*>(random.data()), random.size()});
    const std::string_view bytes = content.reveal();
    const UniqueFd fd(
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    const bool written =
        fd && ::fchmod(fd.number(), 0600) == 0 &&
        ::write(fd.number(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
        ::fsync(fd.number()) == 0;
    if (!written) {
        const int failed = errno;
        ::unlink(fresh.c_str());
        return private_file_error(file, std::strerror(failed), what);
    }
    return fresh;
}

/// Makes a change of names durable.
Result<> sync_folder(const std::filesystem::path& file, std::string_view what) {
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    const UniqueFd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory || ::fsync(directory.number()) != 0) {
        return private_file_error(file, std::strerror(errno), what);
    }
    return {};
}

}  // namespace

Error private_file_error(const std::filesystem::path& file, std::string_view why,
                         std::string_view what) {
    return Error(ErrorCode::unavailable, std::string(what) + " cannot be used",
                 file.string() + ": " + std::string(why));
}

Result<std::optional<Secret>> read_private_file(const std::filesystem::path& file,
                                                std::size_t bytes_max, std::string_view what) {
    const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd) {
        if (errno == ENOENT) {
            return std::optional<Secret>();
        }
        return private_file_error(file, std::strerror(errno), what);
    }
    struct stat status {};
    if (::fstat(fd.number(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return private_file_error(file, "not a regular file", what);
    }
    if ((status.st_mode & 0177) != 0) {
        return private_file_error(file, "its mode must be 0600", what);
    }
    // One byte more than it may have, to see that there is none.
    std::string bytes(bytes_max + 1, '\0');
    const ssize_t got = ::read(fd.number(), bytes.data(), bytes.size());
    std::optional<Secret> content;
    if (got >= 0 && static_cast<std::size_t>(got) <= bytes_max) {
        content.emplace(std::string_view(bytes.data(), static_cast<std::size_t>(got)));
    }
    OPENSSL_cleanse(bytes.data(), bytes.size());
    if (!content) {
        return private_file_error(file, got < 0 ? std::strerror(errno) : "it is too long", what);
    }
    return content;
}

// link(2) does not replace, so a file that came meanwhile stays.
Result<> create_private_file(const std::filesystem::path& file, const Secret& content,
                             std::string_view what) {
    const Result<std::filesystem::path> fresh = write_beside(file, content, what);
    if (!fresh) {
        return fresh.error();
    }
    const bool named = ::link(fresh->c_str(), file.c_str()) == 0 || errno == EEXIST;
    const int failed = errno;
    ::unlink(fresh->c_str());
    return named ? sync_folder(file, what)
                 : Result<>(private_file_error(file, std::strerror(failed), what));
}

Result<> replace_private_file(const std::filesystem::path& file, const Secret& content,
                              std::string_view what) {
    const Result<std::filesystem::path> fresh = write_beside(file, content, what);
    if (!fresh) {
        return fresh.error();
    }
    if (::rename(fresh->c_str(), file.c_str()) != 0) {
        const int failed = errno;
        ::unlink(fresh->c_str());
        return private_file_error(file, std::strerror(failed), what);
    }
    return sync_folder(file, what);
}

}  // namespace charter
