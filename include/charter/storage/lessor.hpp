#pragma once

#include "charter/base/clock.hpp"
#include "charter/base/result.hpp"
#include "charter/storage/new_object.hpp"
#include "charter/storage/object.hpp"
#include "charter/storage/s3_storage.hpp"
#include "charter/storage/session_policy.hpp"
#include "charter/storage/storage_view.hpp"

#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace charter {

class LocalStorage;
class SecretBox;
class UrlSigner;

/// How access is handed out. `best` is an answer to nothing but "what is asked for?".
enum class Delivery { best, urls, credentials, none };
std::string_view delivery_name(Delivery delivery);

/// What a lease is to open, and for how long.
struct LeaseTerms {
    std::string id;  // of the decision that allows it
    std::shared_ptr<const StorageView> storage;
    std::string prefix;  // decoded, ending in "/" (StorageUri::path())
    SessionAccess access = SessionAccess::read;
    Delivery delivery = Delivery::best;
    std::vector<NewObject> new_objects;  // to be written by URLs, below the prefix
    UtcTime now{};
    UtcTime expires_at{};
};

/// What one resolve hands out. A secret: no log, no ledger and no error has it.
struct Lease {
    LeaseTerms terms;  // `delivery` is the one that was chosen
    std::shared_ptr<const ObjectList> objects;  // to be read by URLs
    std::optional<S3Presigner> presigner;       // of URLs; none for local storage
    std::optional<TemporaryCredentials> credentials;
    bool path_style = false;  // how the bucket is addressed with them
};

/// Makes leases, of every kind of storage. Decides nothing: whoever calls it has decided.
///
/// One per process. Thread-safe. All that it is made with must outlive it; `signer` may be
/// filled in later, before the first URL.
class Lessor {
public:
    struct Settings {
        /// The token that stands in for keys where a storage has a role only. "": none.
        std::filesystem::path web_identity_token_file;
    };

    Lessor(LocalStorage& local, S3Storage& s3, const SecretBox& secrets,
           const std::unique_ptr<UrlSigner>& signer, Settings settings);
    ~Lessor();
    Lessor(const Lessor&) = delete;
    Lessor& operator=(const Lessor&) = delete;

    /// Errors: unprocessable (this storage has no such delivery; a policy that does not fit;
    /// too many objects), unavailable (the storage does not answer, its secret does not open);
    /// the cause is for the administrator.
    boost::asio::awaitable<Result<Lease>> make(LeaseTerms terms);

    /// Proves that the storage answers at a prefix. Errors: as make.
    boost::asio::awaitable<Result<>> probe(std::shared_ptr<const StorageView> storage,
                                           std::string prefix, UtcTime now);

    /// The URL by which one object of a lease is read or written.
    void append_read_url(std::string& out, const Lease& lease, const Object& object) const;
    void append_write_url(std::string& out, const Lease& lease, const NewObject& object) const;

private:
    struct Account;
    class Accounts;
    using AccountPtr = std::shared_ptr<const Account>;

    Result<AccountPtr> account_of(const StorageView& storage);
    boost::asio::awaitable<Result<TemporaryCredentials>> keys_of(AccountPtr account, UtcTime until);
    boost::asio::awaitable<Result<TemporaryCredentials>> session_of(AccountPtr account,
                                                                    RoleSession session);
    boost::asio::awaitable<Result<TemporaryCredentials>> narrowed_keys(AccountPtr account,
                                                                       const LeaseTerms& terms);
    boost::asio::awaitable<Result<TemporaryCredentials>> reading_keys(AccountPtr account,
                                                                      const LeaseTerms& terms);
    Result<Lease> make_local(LeaseTerms terms);
    boost::asio::awaitable<Result<Lease>> make_s3(LeaseTerms terms);

    LocalStorage& local_;
    S3Storage& s3_;
    const SecretBox& secrets_;
    const std::unique_ptr<UrlSigner>& signer_;
    Settings settings_;
    std::unique_ptr<Accounts> accounts_;
};

/// The deliveries that a storage has, the best one first. Pure.
std::vector<Delivery> deliveries_of(const StorageDocument& storage);

/// The session policy that credentials by these terms would have. Pure.
/// Errors: unprocessable.
Result<SessionPolicy> session_policy_of(const LeaseTerms& terms);

}  // namespace charter
