#include "beneath.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace charter {
namespace {

bool is_object_character(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte != 0x7F && c != '\\';
}

}  // namespace

bool is_object_path(std::string_view path) {
    if (path.empty() || path.size() > limits::object_path_bytes_max ||
        !std::ranges::all_of(path, is_object_character) || !is_utf8(path)) {
        return false;
    }
    while (true) {
        const std::size_t slash = path.find('/');
        const std::string_view segment = path.substr(0, slash);
        if (segment.empty() || segment == "." || segment == ".." ||
            segment == incoming_folder) {
            return false;
        }
        if (slash == std::string_view::npos) {
            return true;
        }
        path.remove_prefix(slash + 1);
    }
}

UniqueFd open_beneath(const UniqueFd& root, const std::string& path, int flags) {
    open_how how{};
    how.flags = static_cast<decltype(how.flags)>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    long fd = -1;
    do {
        fd = ::syscall(SYS_openat2, root.number(), path.c_str(), &how, sizeof how);
    } while (fd < 0 && errno == EINTR);
    // EPERM: container sandboxes answer so for calls they do not know.
    if (fd < 0 && (errno == ENOSYS || errno == EPERM)) {
        return open_by_steps(root, path, flags);
    }
    return UniqueFd(static_cast<int>(fd));
}

UniqueFd open_by_steps(const UniqueFd& root, const std::string& path, int flags) {
    UniqueFd folder;
    int at = root.number();
    std::size_t begin = 0;
    for (std::size_t slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', begin)) {
        const std::string segment = path.substr(begin, slash - begin);
        UniqueFd next(::openat(at, segment.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!next) {
            return next;
        }
        folder = std::move(next);
        at = folder.number();
        begin = slash + 1;
    }
    return UniqueFd(::openat(at, path.c_str() + begin, flags | O_NOFOLLOW | O_CLOEXEC));
}

Error open_error(int error_number) {
    switch (error_number) {
        case ENOENT:
        case ENOTDIR:
        case ELOOP:  // a symbolic link
        case EXDEV:  // a way out of the root
        case ENXIO:  // a socket, or a device without a driver
        case ENODEV:
        case EISDIR:
        case ENAMETOOLONG:
            return Error(ErrorCode::not_found, "there is no such object");
        default:
            return Error(ErrorCode::unavailable, "the storage cannot be read now",
                         std::strerror(error_number));
    }
}

}  // namespace charter
