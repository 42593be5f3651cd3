// LocalStorage: how an object is received.
#include "charter/storage/local_storage.hpp"

#include "beneath.hpp"
#include "charter/base/limits.hpp"
#include "file_facts.hpp"
#include "incoming_object.hpp"
#include "object_lists.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>

namespace charter {
namespace {

// Folders of crashed receptions are looked through this often at most.
constexpr std::chrono::minutes cleaning_interval{10};

// What lies at a path now.
struct Current {
    std::string etag;
    UtcTime modified_at{};
};

Result<std::optional<Current>> current_at(const UniqueFd& root, const std::string& path) {
    // O_PATH opens nothing: a pipe or a device is looked at and left alone.
    const UniqueFd file = open_beneath(root, path, O_PATH);
    struct stat status {};
    if (!file && errno == ENOENT) {
        return std::optional<Current>();
    }
    if (!file || ::fstat(file.number(), &status) != 0) {
        return write_error(errno);
    }
    if (!S_ISREG(status.st_mode)) {
        return write_error(EISDIR);
    }
    return std::optional(Current{etag_of(status), modified_at(status)});
}

Result<> check_conditions(const WriteConditions& conditions, const std::optional<Current>& current) {
    std::optional<Validators> validators;
    if (current) {
        validators = Validators{current->etag, current->modified_at};
    }
    return may_write(conditions, validators)
               ? Result<>()
               : Result<>(Error(ErrorCode::precondition_failed,
                                current ? "the object is there already, or is another one"
                                        : "there is no such object"));
}

bool has_room(const UniqueFd& folder, std::uint64_t size_bytes) {
    struct statvfs room {};
    return ::fstatvfs(folder.number(), &room) != 0 ||
           static_cast<std::uint64_t>(room.f_bavail) * room.f_frsize >= size_bytes;
}

// Replaces nothing where nothing was, unless the file system cannot do that.
int move_file(const UniqueFd& from, const std::string& name, const UniqueFd& to,
              const std::string& new_name, bool replace) {
    if (!replace) {
        const int moved = ::renameat2(from.number(), name.c_str(), to.number(), new_name.c_str(),
                                      RENAME_NOREPLACE);
        if (moved == 0 || (errno != EINVAL && errno != ENOSYS)) {
            return moved;
        }
    }
    return ::renameat(from.number(), name.c_str(), to.number(), new_name.c_str());
}

}  // namespace

bool LocalStorage::cleaning_is_due(std::string_view root) {
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(cleaning_);
    const auto cleaned = cleaned_at_.find(root);
    if (cleaned != cleaned_at_.end() && now - cleaned->second < cleaning_interval) {
        return false;
    }
    cleaned_at_.insert_or_assign(std::string(root), now);
    return true;
}

Result<IncomingObject> LocalStorage::receive(std::string_view root, std::string_view prefix,
                                             const NewObject& object,
                                             const WriteConditions& conditions) {
    if ((!prefix.empty() &&
         (!prefix.ends_with('/') || !is_object_path(prefix.substr(0, prefix.size() - 1)))) ||
        !is_object_path(object.path) || !is_object_path(std::string(prefix) + object.path)) {
        return Error(ErrorCode::invalid_request, "the storage takes no such path");
    }
    Result<UniqueFd> root_folder = open_root(root);
    if (!root_folder) {
        return root_folder.error();
    }
    auto state = std::make_unique<IncomingObject::State>();
    state->root_name = root;
    state->root = std::move(*root_folder);
    state->path = std::string(prefix) + object.path;
    state->size_bytes = object.size_bytes;
    state->sha256 = object.sha256;
    const Result<std::optional<Current>> current = current_at(state->root, state->path);
    if (!current) {
        return current.error();
    }
    if (const Result<> wanted = check_conditions(conditions, *current); !wanted) {
        return wanted.error();
    }
    Result<UniqueFd> incoming = open_incoming(state->root);
    if (!incoming) {
        return incoming.error();
    }
    state->incoming = std::move(*incoming);
    if (cleaning_is_due(root)) {
        delete_leftovers(state->incoming, limits::upload_leftover_kept);
    }
    if (!has_room(state->incoming, object.size_bytes)) {
        return write_error(ENOSPC);
    }
    if (const Result<> opened = state->open(); !opened) {
        return opened.error();
    }
    return IncomingObject(std::move(state));
}

Result<StoredObject> LocalStorage::commit(IncomingObject incoming,
                                          const WriteConditions& conditions,
                                          const std::function<bool()>& may_still) {
    IncomingObject::State& state = *incoming.state_;
    if (const Result<> complete = state.complete(); !complete) {
        return complete.error();
    }
    const std::string name = state.path.substr(state.path.find_last_of('/') + 1);
    const std::lock_guard lock(writing_);
    const Result<std::optional<Current>> current = current_at(state.root, state.path);
    if (!current) {
        return current.error();
    }
    if (const Result<> wanted = check_conditions(conditions, *current); !wanted) {
        return wanted.error();
    }
    const Result<UniqueFd> parent = make_parent(state.root, state.path);
    if (!parent) {
        return parent.error();
    }
    if (!may_still()) {
        return Error(ErrorCode::forbidden, "the object may not be written any more");
    }
    if (move_file(state.incoming, state.name, *parent, name, current->has_value()) != 0) {
        return write_error(errno);
    }
    state.name.clear();
    lists_->forget(state.root_name);
    struct stat status {};
    if (::fstat(state.file.number(), &status) != 0 || ::fsync(parent->number()) != 0) {
        return write_error(errno);
    }
    return StoredObject{!current->has_value(), etag_of(status)};
}

}  // namespace charter
