#pragma once

#include "charter/base/clock.hpp"
#include "charter/base/result.hpp"
#include "charter/base/unique_fd.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace charter {

/// One file of a port.
struct Object {
    std::string path;  // relative to the prefix it was listed under
    std::uint64_t size_bytes = 0;
    UtcTime modified_at{};

    friend bool operator==(const Object&, const Object&) = default;
};

/// Sorted by path.
using ObjectList = std::vector<Object>;

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

private:
    class Lists;

    Result<UniqueFd> open_root(std::string_view root) const;

    std::filesystem::path directory_;
    AbsoluteRoots absolute_roots_;
    std::unique_ptr<Lists> lists_;
};

}  // namespace charter
