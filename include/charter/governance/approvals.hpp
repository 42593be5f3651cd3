#pragma once

#include "charter/governance/document_change.hpp"

namespace charter {

/// Changes that wait for a second administrator, where the configuration says `four_eyes`:
/// - engines and storages: every one;
/// - groups that are there: who is in them;
/// - owners, stewards and members of a domain, when an administrator changes them;
/// - whose identity a user or service is; disabling or removing an administrator.
/// Each is kept as a resource of kind `approval`. When it is approved, it is made as the one who
/// asked, who must still be allowed to, and on the very revision that was there when it was asked.

/// What became of a change.
struct Changed {
    Written written;
    std::optional<Resource> approval;  // it waits; nothing was written yet
};

/// Makes the change, or keeps it when it has to wait. What cannot be made is refused at once.
/// Errors: as put_document; conflict (there is no second administrator).
Result<Changed> change_or_propose(Draft& draft, const Caller& caller, DocumentChange change);

enum class ApprovalStep { approve, deny, withdraw };

/// Approving and denying are another administrator's, withdrawing is the asker's.
/// Errors: not_found, forbidden, conflict (it is not pending, or too old), those of the change.
Result<Resource> decide_approval(Draft& draft, const Caller& caller, ResourceId id,
                                 ApprovalStep step, const std::string& note);

/// Whether changes of the storage concern the caller: it owns a domain that has locations
/// there, or may have them.
bool storage_concerns(const World& world, const Caller& caller, const StorageEntry& storage);

}  // namespace charter
