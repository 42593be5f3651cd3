#include "incoming_object.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <new>

namespace charter {
namespace {

constexpr mode_t incoming_mode = 0700;
constexpr mode_t folder_mode = 0750;
constexpr mode_t file_mode = 0640;

Result<> synced(const UniqueFd& folder) {
    return ::fsync(folder.number()) == 0 ? Result<>() : Result<>(write_error(errno));
}

UniqueFd open_folder(const UniqueFd& parent, const std::string& name) {
    return UniqueFd(
        ::openat(parent.number(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

}  // namespace

Error write_error(int error_number) {
    switch (error_number) {
        case ENOTDIR:
        case EISDIR:
        case ELOOP:
        case EXDEV:
        case ENOTEMPTY:
        case EEXIST:
            return Error(ErrorCode::conflict, "something else lies at this path, or on the way to it");
        case ENAMETOOLONG:
        case EINVAL:
        case EILSEQ:
            return Error(ErrorCode::invalid_request, "the storage takes no such path");
        case ENOSPC:
        case EDQUOT:
            return Error(ErrorCode::unavailable, "the storage has no room", std::strerror(error_number));
        default:
            return Error(ErrorCode::unavailable, "the storage cannot be written now",
                         std::strerror(error_number));
    }
}

IncomingObject::IncomingObject(std::unique_ptr<State> state) : state_(std::move(state)) {}
IncomingObject::IncomingObject(IncomingObject&&) noexcept = default;
IncomingObject& IncomingObject::operator=(IncomingObject&&) noexcept = default;
IncomingObject::~IncomingObject() = default;

IncomingObject::State::~State() {
    if (!name.empty()) {
        ::unlinkat(incoming.number(), name.c_str(), 0);
    }
}

Result<> IncomingObject::State::open() {
    hash.reset(EVP_MD_CTX_new());
    if (!hash || EVP_DigestInit_ex(hash.get(), EVP_sha256(), nullptr) != 1) {
        throw std::bad_alloc();
    }
    const std::string random = random_bytes(16);
    std::string fresh = to_hex({reinterpret_cast<const std::uint8_t*>(random.data()), random.size()});
    file = UniqueFd(::openat(incoming.number(), fresh.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, file_mode));
    if (!file) {
        return write_error(errno);
    }
    name = std::move(fresh);
    return {};
}

Result<> IncomingObject::append(std::string_view bytes) {
    if (bytes.size() > state_->size_bytes - state_->received_bytes) {
        return Error(ErrorCode::invalid_request, "the object is longer than was announced");
    }
    if (EVP_DigestUpdate(state_->hash.get(), bytes.data(), bytes.size()) != 1) {
        throw std::bad_alloc();
    }
    while (!bytes.empty()) {
        const ssize_t written = ::write(state_->file.number(), bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) {
            return write_error(errno);
        }
        if (written > 0) {
            state_->received_bytes += static_cast<std::uint64_t>(written);
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    return {};
}

Result<> IncomingObject::State::complete() {
    Digest received{};
    if (EVP_DigestFinal_ex(hash.get(), received.data(), nullptr) != 1) {
        throw std::bad_alloc();
    }
    if (received_bytes != size_bytes) {
        return Error(ErrorCode::invalid_request, "the object is shorter than was announced");
    }
    if (received != sha256) {
        return Error(ErrorCode::invalid_request, "the object has another sha256 than was announced");
    }
    return synced(file);
}

Result<UniqueFd> open_incoming(const UniqueFd& root) {
    if (::mkdirat(root.number(), incoming_folder, incoming_mode) != 0 && errno != EEXIST) {
        return write_error(errno);
    }
    UniqueFd folder = open_folder(root, incoming_folder);
    if (!folder) {
        return Error(ErrorCode::unavailable, "the storage cannot be written now",
                     std::string(incoming_folder) + ": " + std::strerror(errno));
    }
    return folder;
}

void delete_leftovers(const UniqueFd& incoming, std::chrono::seconds kept) {
    const std::time_t oldest = std::time(nullptr) - static_cast<std::time_t>(kept.count());
    UniqueFd listed = open_folder(incoming, ".");
    DIR* const directory = listed ? ::fdopendir(listed.number()) : nullptr;
    if (directory == nullptr) {
        return;
    }
    (void)listed.release();  // closedir closes it
    while (const dirent* entry = ::readdir(directory)) {
        struct stat status {};
        if (::fstatat(incoming.number(), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISREG(status.st_mode) && status.st_mtim.tv_sec < oldest) {
            ::unlinkat(incoming.number(), entry->d_name, 0);
        }
    }
    ::closedir(directory);
}

Result<UniqueFd> make_parent(const UniqueFd& root, const std::string& path) {
    const std::string above = path.substr(0, path.find_last_of('/') + 1);  // "a/b/", or ""
    UniqueFd folder = open_folder(root, ".");
    for (std::size_t begin = 0; folder && begin < above.size();) {
        const std::size_t end = above.find('/', begin);
        const std::string segment = above.substr(begin, end - begin);
        if (::mkdirat(folder.number(), segment.c_str(), folder_mode) == 0) {
            if (const Result<> durable = synced(folder); !durable) {
                return durable.error();
            }
        } else if (errno != EEXIST) {
            return write_error(errno);
        }
        folder = open_folder(folder, segment);
        begin = end + 1;
    }
    if (!folder) {
        return write_error(errno);
    }
    return folder;
}

}  // namespace charter
