#include "object_lists.hpp"

#include "beneath.hpp"
#include "file_facts.hpp"
#include "charter/base/limits.hpp"

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace charter {
namespace {

// A folder's time stamp has the step of the file system's clock (4 ms on ext4,
// up to 2 s elsewhere). Two changes within one step look like one.
constexpr time_t time_stamp_step_s = 2;

Error cannot_list(int error_number) {
    return Error(ErrorCode::unavailable, "the storage cannot be listed now",
                 std::strerror(error_number));
}

Error too_many_objects(std::size_t objects_max) {
    return Error(
        ErrorCode::unprocessable,
        "a location holds at most " + std::to_string(objects_max) + " objects and folders");
}

class Walk {
public:
    Walk(const UniqueFd& prefix_folder, const std::filesystem::path& prefix_path,
         std::size_t objects_max)
        : prefix_folder_(prefix_folder), prefix_path_(prefix_path), objects_max_(objects_max) {
        // The clock that file systems stamp with.
        ::clock_gettime(CLOCK_REALTIME_COARSE, &started_);
    }

    Result<ListedObjects> run() {
        ListedObjects listed;
        pending_.push_back(".");
        // Breadth first: pending_ grows while it is walked.
        for (std::size_t i = 0; i < pending_.size(); ++i) {
            if (const Result<> read = folder(std::string(pending_[i]), listed); !read) {
                return read.error();
            }
        }
        std::ranges::sort(objects_, {}, &Object::path);
        listed.objects = std::make_shared<const ObjectList>(std::move(objects_));
        return listed;
    }

private:
    struct CloseDirectory {
        void operator()(DIR* directory) const { ::closedir(directory); }
    };

    Result<> folder(const std::string& path, ListedObjects& listed) {
        UniqueFd fd = open_beneath(prefix_folder_, path, O_RDONLY | O_DIRECTORY);
        struct stat status {};
        if (!fd) {
            // Taken away, or replaced by a link, since its parent was read.
            const bool gone = errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
            listed.settled = false;
            return gone && path != "." ? Result<>() : cannot_list(errno);
        }
        if (::fstat(fd.number(), &status) != 0) {
            return cannot_list(errno);
        }
        if (listed.folders.size() < limits::object_folders_checked_max) {
            listed.folders.push_back(
                FolderStamp{prefix_path_ / path, status.st_dev, status.st_ino, status.st_mtim});
        }
        if (status.st_mtim.tv_sec + time_stamp_step_s >= started_.tv_sec) {
            listed.settled = false;
        }
        const std::unique_ptr<DIR, CloseDirectory> directory(::fdopendir(fd.number()));
        if (!directory) {
            return cannot_list(errno);
        }
        (void)fd.release();  // closedir closes it
        return entries(directory.get(), path == "." ? std::string() : path + "/");
    }

    Result<> entries(DIR* directory, const std::string& parent) {
        while (true) {
            errno = 0;
            const dirent* entry = ::readdir(directory);
            if (entry == nullptr) {
                return errno == 0 ? Result<>() : cannot_list(errno);
            }
            const std::string_view name = entry->d_name;
            std::string path = parent + std::string(name);
            if (name == "." || name == ".." || !is_object_path(path)) {
                continue;
            }
            struct stat status {};
            if (::fstatat(::dirfd(directory), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
                if (errno == ENOENT) {
                    continue;  // deleted since readdir
                }
                return cannot_list(errno);
            }
            if (S_ISDIR(status.st_mode)) {
                pending_.push_back(std::move(path));
            } else if (S_ISREG(status.st_mode)) {
                objects_.push_back(Object{std::move(path),
                                          static_cast<std::uint64_t>(status.st_size),
                                          modified_at(status)});
            }
            if (objects_.size() + pending_.size() > objects_max_) {
                return too_many_objects(objects_max_);
            }
        }
    }

    const UniqueFd& prefix_folder_;
    const std::filesystem::path& prefix_path_;
    std::size_t objects_max_;
    timespec started_{};
    std::vector<std::string> pending_;
    std::vector<Object> objects_;
};

}  // namespace

Result<ListedObjects> walk_objects(const UniqueFd& prefix_folder, const std::filesystem::path& path,
                                   std::size_t objects_max) {
    return Walk(prefix_folder, path, objects_max).run();
}

bool unchanged(const std::vector<FolderStamp>& folders) {
    return std::ranges::all_of(folders, [](const FolderStamp& was) {
        struct stat is {};
        // A link on the way does no harm here: it leads to another folder, which
        // is a change, or to the same one.
        return ::lstat(was.path.c_str(), &is) == 0 && is.st_dev == was.device &&
               is.st_ino == was.inode && is.st_mtim.tv_sec == was.modified.tv_sec &&
               is.st_mtim.tv_nsec == was.modified.tv_nsec;
    });
}

std::shared_ptr<const ListedObjects> LocalStorage::Lists::find(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(key);
    if (found == kept_.end()) {
        return nullptr;
    }
    if (std::chrono::steady_clock::now() - found->second.read_at > limits::object_list_kept) {
        drop(found);
        return nullptr;
    }
    return found->second.listed;
}

void LocalStorage::Lists::keep(const std::string& key, ListedObjects listed) {
    Kept kept;
    kept.read_at = std::chrono::steady_clock::now();
    kept.listed = std::make_shared<const ListedObjects>(std::move(listed));

    const std::lock_guard lock(mutex_);
    if (const auto before = kept_.find(key); before != kept_.end()) {
        drop(before);
    }
    weight_ += 1 + kept.listed->objects->size();
    kept_.emplace(key, std::move(kept));
    // One list is never over the limit alone, so the new one stays.
    while (weight_ > limits::objects_kept_max) {
        drop(std::ranges::min_element(kept_, {},
                                      [](const auto& each) { return each.second.read_at; }));
    }
}

void LocalStorage::Lists::forget(std::string_view root) {
    const std::string begin = std::string(root) + '\0';
    const std::lock_guard lock(mutex_);
    for (auto kept = kept_.lower_bound(begin); kept != kept_.end() && kept->first.starts_with(begin);) {
        drop(kept++);
    }
}

void LocalStorage::Lists::drop(std::map<std::string, Kept>::iterator kept) {
    weight_ -= 1 + kept->second.listed->objects->size();
    kept_.erase(kept);
}

}  // namespace charter
