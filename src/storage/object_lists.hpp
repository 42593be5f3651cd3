#pragma once

#include "charter/storage/local_storage.hpp"

#include "charter/base/limits.hpp"

#include <sys/stat.h>

#include <chrono>
#include <functional>
#include <map>
#include <mutex>

namespace charter {

/// One folder as it was when it was read.
struct FolderStamp {
    std::string path;  // as stat(2) takes it
    dev_t device = 0;
    ino_t inode = 0;
    timespec modified{};
};

/// The result of one walk.
struct ListedObjects {
    std::shared_ptr<const ObjectList> objects;
    std::vector<FolderStamp> folders;  // the upper ones first, a bounded number
    // False when a folder changed so shortly before it was read that a later change could carry
    // the same time stamp: such a list is not kept.
    bool settled = true;
};

/// Walks everything below the folder `prefix_folder`, which lies at `path`.
/// Errors: unprocessable (more than `objects_max` objects and folders), unavailable.
Result<ListedObjects> walk_objects(const UniqueFd& prefix_folder, const std::filesystem::path& path,
                                   std::size_t objects_max = limits::objects_per_port_max);

/// True when every folder of the list is as it was.
bool unchanged(const std::vector<FolderStamp>& folders);

/// Lists kept in memory, by "root NUL prefix". Thread-safe.
class LocalStorage::Lists {
public:
    /// The kept list, unless it is older than limits::object_list_kept.
    std::shared_ptr<const ListedObjects> find(const std::string& key);
    /// Keeps a list; drops the oldest ones over limits::objects_kept_max.
    void keep(const std::string& key, ListedObjects listed);
    /// Drops the lists of a root.
    void forget(std::string_view root);

private:
    struct Kept {
        std::shared_ptr<const ListedObjects> listed;
        std::chrono::steady_clock::time_point read_at;
    };

    void drop(std::map<std::string, Kept>::iterator kept);

    std::mutex mutex_;
    std::map<std::string, Kept> kept_;
    std::size_t weight_ = 0;  // objects and folders in all of them, and one for each list
};

}  // namespace charter
