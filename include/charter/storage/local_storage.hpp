#pragma once

#include "charter/base/clock.hpp"
#include "charter/base/result.hpp"
#include "charter/base/unique_fd.hpp"
#include "charter/storage/byte_range.hpp"
#include "charter/storage/incoming_object.hpp"
#include "charter/storage/new_object.hpp"
#include "charter/storage/object.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace charter {

/// A file that is open for reading. Its facts are those of the descriptor, so
/// they stay true when the name is given to another file meanwhile.
struct OpenedObject {
    UniqueFd file;
    std::uint64_t size_bytes = 0;
    UtcTime modified_at{};
    std::string etag;  // strong, with its quotes; changes with size, time or inode
};

/// Whether a storage may lie outside the storage directory.
enum class AbsoluteRoots { forbidden, allowed };

/// Storages of kind `local`: folders of files below one storage directory.
///
/// `root` names a storage's folder below the storage directory ("lake"), or is an
/// absolute path where the configuration allows it. `prefix` is empty or a
/// normalised path that ends in "/" ("customer/customers/"). Nothing outside the root is ever
/// reached: symbolic links are not followed, `..` is refused, and only regular files count.
///
/// What is received lies in a folder of its own inside the root until it is complete,
/// so a root lies on one file system.
///
/// One per process. Thread-safe. Calls block on the file system.
class LocalStorage {
public:
    explicit LocalStorage(std::filesystem::path directory,
                          AbsoluteRoots absolute_roots = AbsoluteRoots::forbidden);
    ~LocalStorage();
    LocalStorage(const LocalStorage&) = delete;
    LocalStorage& operator=(const LocalStorage&) = delete;

    /// Makes the folder of a storage, and the storage directory, when they are
    /// missing. An absolute root must exist already.
    /// Errors: invalid_request (not a usable root), unavailable.
    Result<> ensure_root(std::string_view root);

    /// Whether the folder of a storage is there and can be read. Makes nothing.
    /// Errors: invalid_request (not a usable root), unavailable (not there, I/O).
    Result<> check_root(std::string_view root) const;

    /// All files below the prefix, at every depth. A prefix that does not exist
    /// has none. Names that no location could have (control characters,
    /// backslashes, not UTF-8, too long) are left out.
    /// The list is kept for limits::object_list_kept at most, and read again as soon as
    /// one of its first limits::object_folders_checked_max folders (the upper ones first)
    /// has changed: a port of one folder costs one stat.
    /// Errors: invalid_request (root or prefix), unprocessable (over
    /// limits::objects_per_port_max objects and folders), unavailable (the root is gone, I/O).
    Result<std::shared_ptr<const ObjectList>> list(std::string_view root, std::string_view prefix);

    /// Opens one file for reading; never blocks on a pipe or a device. `path` is
    /// decoded already and relative to the prefix.
    /// Errors: invalid_request (root or prefix), not_found (absent, not a regular
    /// file, a path that no object can have), unavailable.
    Result<OpenedObject> open(std::string_view root, std::string_view prefix,
                              std::string_view path) const;

    /// Begins to receive one object. Nothing is seen of it before commit(), and
    /// nothing is left of it when it is given up. `conditions` are looked at now and
    /// again by commit(). What a crash left of others is deleted here once it is
    /// limits::upload_leftover_kept old.
    /// Errors: invalid_request (root, prefix or path; a name that the file system
    /// does not take), precondition_failed, conflict (a folder, a link or another
    /// thing that is no file lies at the path or on the way to it), unavailable (I/O,
    /// no room).
    Result<IncomingObject> receive(std::string_view root, std::string_view prefix,
                                   const NewObject& object, const WriteConditions& conditions);

    /// Makes a received object visible under its path, all at once, in place of what
    /// was there; makes the folders above it. Durable when it returns.
    /// `may_still` is asked last of all, when the bytes are on the disk.
    /// Errors: those of receive; invalid_request when size or sha256 are not as
    /// announced; forbidden when it may not any more. Nothing has changed then, but
    /// folders may have been made.
    Result<StoredObject> commit(IncomingObject incoming, const WriteConditions& conditions,
                                const std::function<bool()>& may_still);

private:
    class Lists;

    Result<UniqueFd> open_root(std::string_view root) const;
    bool cleaning_is_due(std::string_view root);

    std::filesystem::path directory_;
    AbsoluteRoots absolute_roots_;
    std::unique_ptr<Lists> lists_;
    std::mutex writing_;  // between looking at a path and giving it to a received object
    std::mutex cleaning_;
    std::map<std::string, std::chrono::steady_clock::time_point, std::less<>> cleaned_at_;
};

}  // namespace charter
