#include "charter/storage/local_storage.hpp"

#include "beneath.hpp"
#include "file_facts.hpp"
#include "object_lists.hpp"

#include "charter/base/encoding.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace charter {
namespace {

constexpr mode_t folder_mode = 0750;

Error storage_unavailable(std::string cause) {
    return Error(ErrorCode::unavailable, "the storage cannot be reached now", std::move(cause));
}

// The folder part of a prefix ("customer/customers"), "." for the whole root.
Result<std::string> folder_of(std::string_view prefix) {
    if (prefix.empty()) {
        return std::string(".");
    }
    if (!prefix.ends_with('/') || !is_object_path(prefix.substr(0, prefix.size() - 1))) {
        return Error(ErrorCode::invalid_request, "not a prefix inside a storage");
    }
    return std::string(prefix.substr(0, prefix.size() - 1));
}

}  // namespace

std::string etag_of(const struct stat& status) {
    // Hashed, because an inode number is nobody's business.
    const std::string facts = std::to_string(status.st_size) + '/' +
                              std::to_string(status.st_mtim.tv_sec) + '/' +
                              std::to_string(status.st_mtim.tv_nsec) + '/' +
                              std::to_string(status.st_dev) + '/' + std::to_string(status.st_ino);
    const Digest digest = sha256(facts);
    return '"' + to_hex(std::span(digest).first<16>()) + '"';
}

UtcTime modified_at(const struct stat& status) {
    return UtcTime{std::chrono::seconds{status.st_mtim.tv_sec} +
                   std::chrono::milliseconds{status.st_mtim.tv_nsec / 1'000'000}};
}

LocalStorage::LocalStorage(std::filesystem::path directory, AbsoluteRoots absolute_roots)
    : directory_(std::move(directory)),
      absolute_roots_(absolute_roots),
      lists_(std::make_unique<Lists>()) {}

LocalStorage::~LocalStorage() = default;

Result<> LocalStorage::ensure_root(std::string_view root) {
    if (root.starts_with('/')) {
        const Result<UniqueFd> existing = open_root(root);
        return existing ? Result<>() : Result<>(existing.error());
    }
    if (!is_object_path(root)) {
        return Error(ErrorCode::invalid_request, "not a folder below the storage directory");
    }
    std::error_code failed;
    std::filesystem::create_directories(directory_, failed);
    if (failed) {
        return storage_unavailable(failed.message());
    }

    UniqueFd folder(::open(directory_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    for (std::size_t begin = 0; folder && begin <= root.size();) {
        const std::size_t end = std::min(root.find('/', begin), root.size());
        const std::string segment(root.substr(begin, end - begin));
        if (::mkdirat(folder.number(), segment.c_str(), folder_mode) != 0 && errno != EEXIST) {
            return storage_unavailable(std::strerror(errno));
        }
        folder = UniqueFd(::openat(folder.number(), segment.c_str(),
                                   O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        begin = end + 1;
    }
    return folder ? Result<>() : Result<>(storage_unavailable(std::strerror(errno)));
}

Result<> LocalStorage::check_root(std::string_view root) const {
    const Result<UniqueFd> folder = open_root(root);
    return folder ? Result<>() : Result<>(folder.error());
}

Result<UniqueFd> LocalStorage::open_root(std::string_view root) const {
    constexpr int flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
    const bool absolute = root.starts_with('/');
    if (absolute && absolute_roots_ == AbsoluteRoots::forbidden) {
        return Error(ErrorCode::invalid_request,
                     "a storage outside the storage directory is not allowed here");
    }
    if (!is_object_path(absolute ? root.substr(1) : root)) {
        return Error(ErrorCode::invalid_request, "not a folder of a storage");
    }
    // What the administrator configured may be a link; what lies below may not.
    UniqueFd folder(::open(absolute ? std::string(root).c_str() : directory_.c_str(), flags));
    if (folder && !absolute) {
        folder = open_beneath(folder, std::string(root), flags);
    }
    if (!folder) {
        return storage_unavailable(std::strerror(errno));
    }
    return folder;
}

Result<std::shared_ptr<const ObjectList>> LocalStorage::list(std::string_view root,
                                                             std::string_view prefix) {
    // Only lists of checked roots and prefixes are kept, so a hit needs no check again.
    const std::string key = std::string(root) + '\0' + std::string(prefix);
    if (const auto kept = lists_->find(key); kept && unchanged(kept->folders)) {
        return kept->objects;
    }

    const Result<std::string> below_root = folder_of(prefix);
    if (!below_root) {
        return below_root.error();
    }
    const Result<UniqueFd> root_folder = open_root(root);
    if (!root_folder) {
        return root_folder.error();
    }
    const UniqueFd folder = open_beneath(*root_folder, *below_root, O_PATH | O_DIRECTORY);
    if (!folder) {
        const Error error = open_error(errno);
        if (error.code() == ErrorCode::not_found) {
            return std::make_shared<const ObjectList>();  // nothing was put there yet
        }
        return error;
    }
    Result<ListedObjects> listed = walk_objects(folder, directory_ / root / *below_root);
    if (!listed) {
        return listed.error();
    }
    std::shared_ptr<const ObjectList> objects = listed->objects;
    if (listed->settled) {
        lists_->keep(key, std::move(*listed));
    }
    return objects;
}

Result<OpenedObject> LocalStorage::open(std::string_view root, std::string_view prefix,
                                        std::string_view path) const {
    const Result<std::string> below_root = folder_of(prefix);
    if (!below_root) {
        return below_root.error();
    }
    const std::string whole = std::string(prefix) + std::string(path);
    if (!is_object_path(path) || !is_object_path(whole)) {
        return Error(ErrorCode::not_found, "there is no such object");
    }
    const Result<UniqueFd> root_folder = open_root(root);
    if (!root_folder) {
        return root_folder.error();
    }

    OpenedObject opened;
    // O_NONBLOCK: the open of a pipe would wait for a writer.
    opened.file = open_beneath(*root_folder, whole, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    struct stat status {};
    if (!opened.file || ::fstat(opened.file.number(), &status) != 0) {
        return open_error(errno);
    }
    if (!S_ISREG(status.st_mode)) {
        return Error(ErrorCode::not_found, "there is no such object");
    }
    opened.size_bytes = static_cast<std::uint64_t>(status.st_size);
    opened.modified_at = modified_at(status);
    opened.etag = etag_of(status);
    return opened;
}

}  // namespace charter
