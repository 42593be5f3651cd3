#include "governance/storage_rules.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace charter {

namespace {

constexpr std::string_view secret_pointer = "/credentials/secret_access_key";

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text;
}

/// Calls `use` for each storage with a sealed secret.
template <class Use>
void for_sealed(const World& world, Use use) {
    for (const ResourceId id : world.storages()) {
        const auto storage = world.find<StorageEntry>(id);
        if (storage && !storage->view->sealed_secret.empty()) {
            use(*storage);
        }
    }
}

}  // namespace

bool has_sealed_secrets(const World& world) {
    bool found = false;
    for_sealed(world, [&](const StorageEntry&) { found = true; });
    return found;
}

std::vector<std::string> closed_storages(const World& world, const SecretBox& box) {
    std::vector<std::string> names;
    for_sealed(world, [&](const StorageEntry& storage) {
        if (!open_secret(box, *storage.view)) {
            names.push_back(storage.name);
        }
    });
    return names;
}

std::vector<std::string> keys_in_use(const World& world) {
    std::vector<std::string> ids;
    for_sealed(world, [&](const StorageEntry& storage) {
        const std::string id(SecretBox::key_id_of(storage.view->sealed_secret));
        if (std::find(ids.begin(), ids.end(), id) == ids.end()) {
            ids.push_back(id);
        }
    });
    return ids;
}

Result<> take_secret(Draft& draft, ResourceId id, const Entry* entry, Json& document,
                     Json& state) {
    const auto* before = dynamic_cast<const StorageEntry*>(entry);
    const Result<StorageDocument> read = parse_storage(document);
    if (!read) {
        return read.error();
    }
    if (!read->credentials) {
        state.erase("secret");
        return {};
    }
    document["credentials"].erase("secret_access_key");
    const bool same_id = before != nullptr && !before->view->sealed_secret.empty() &&
                         before->facts().credentials->access_key_id == read->credentials->access_key_id;
    const std::optional<Secret>& sent = read->credentials->secret_access_key;
    if (!sent) {
        return same_id ? Result<>()
                       : invalid_document({{std::string(secret_pointer),
                                            "the secret of this access key id is needed"}});
    }
    if (same_id) {
        const Result<Secret> kept = open_secret(draft.secrets(), *before->view);
        if (kept && equal_constant_time(kept->reveal(), sent->reveal())) {
            return {};
        }
    }
    Result<std::string> sealed = draft.secrets().seal(*sent, secret_context(id));
    if (!sealed) {
        return sealed.error();
    }
    state["secret"] = std::move(*sealed);
    return {};
}

Result<std::size_t> reseal_secrets(Draft& draft, const Caller& caller, SecretKeys& keys) {
    const Result<> may = draft.require(caller, Action::administer, target_of(draft.world()), true,
                                       "secrets of storages");
    if (!may) {
        return may.error();
    }
    const std::vector<std::string> closed = closed_storages(draft.world(), keys.box());
    if (!closed.empty()) {
        return Error(ErrorCode::conflict, "no key opens the secrets of these storages; put them anew first: " +
                                              joined(closed));
    }
    if (const Result<> added = keys.add_key(); !added) {
        return added.error();
    }
    std::vector<ResourceId> sealed;
    for_sealed(draft.world(), [&](const StorageEntry& storage) { sealed.push_back(storage.id); });
    for (const ResourceId id : sealed) {
        const auto storage = draft.world().find<StorageEntry>(id);
        const Result<Secret> secret = open_secret(keys.box(), *storage->view);
        if (!secret) {
            return secret.error();
        }
        Result<std::string> anew = keys.box().seal(*secret, secret_context(id));
        if (!anew) {
            return anew.error();
        }
        Result<std::optional<Resource>> found = draft.find(id);
        if (!found) {
            return found.error();
        }
        Resource resource = std::move(found->value());
        Json state = Json::parse(resource.state);
        state["secret"] = std::move(*anew);
        resource.state = state.dump();
        resource.revision += 1;
        if (const Result<> put = draft.put(caller, std::move(resource), "secret sealed anew"); !put) {
            return put.error();
        }
    }
    return sealed.size();
}

}  // namespace charter
