#include "charter/storage/storage_view.hpp"

#include "charter/storage/secret_box.hpp"

namespace charter {

std::string secret_context(ResourceId storage) {
    return "storage/" + storage.text() + "/secret_access_key";
}

Result<Secret> open_secret(const SecretBox& box, const StorageView& storage) {
    if (storage.sealed_secret.empty()) {
        return Error(ErrorCode::unavailable, "the storage has no secret");
    }
    return box.open(storage.sealed_secret, secret_context(storage.id));
}

}  // namespace charter
