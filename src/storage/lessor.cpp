#include "charter/storage/lessor.hpp"

#include "charter/storage/local_storage.hpp"
#include "charter/storage/secret_box.hpp"
#include "charter/storage/url_signer.hpp"

#include <algorithm>
#include <fstream>
#include <mutex>
#include <unordered_map>

namespace charter {

namespace asio = boost::asio;

namespace {

Error impossible(std::string message) {
    return Error(ErrorCode::unprocessable, std::move(message));
}

Result<S3Place> place_of(const StorageDocument& storage) {
    const auto endpoint = storage.endpoint.empty()
                              ? std::nullopt
                              : std::optional<std::string_view>(storage.endpoint);
    return make_s3_place(endpoint, storage.region, storage.bucket, storage.path_style);
}

/// Outside AWS only keys that a session policy narrowed may sign a write.
bool signs_writes(const StorageDocument& storage) {
    if (!storage.is_s3() || storage.sts) {
        return true;
    }
    const Result<S3Place> place = place_of(storage);
    return place && is_aws(*place);
}

/// The delivery that is asked for, or the best there is.
Result<Delivery> chosen(const LeaseTerms& terms) {
    const bool named = !terms.new_objects.empty();
    const bool by_urls = terms.access == SessionAccess::read || named;
    if (terms.delivery == Delivery::none) {
        return Delivery::none;
    }
    if (terms.delivery == Delivery::urls && !by_urls) {
        return impossible("URLs for writing need `objects`: what is to be written");
    }
    if (by_urls && terms.delivery != Delivery::credentials) {
        if (named && !signs_writes(terms.storage->facts)) {
            return impossible("this storage has no STS, so writes to it cannot be signed safely");
        }
        return Delivery::urls;
    }
    if (named) {
        return impossible("credentials open the whole location, so they take no `objects`");
    }
    const std::vector<Delivery> all = deliveries_of(terms.storage->facts);
    if (std::find(all.begin(), all.end(), Delivery::credentials) != all.end()) {
        return Delivery::credentials;
    }
    return terms.delivery == Delivery::credentials
               ? impossible("this storage gives no credentials; ask for urls")
               : impossible("name the `objects` to be written");
}

/// A session that lives so long is used again; a lease that is longer ends with it.
UtcTime enough_until(const LeaseTerms& terms) {
    return std::min(terms.expires_at, terms.now + limits::lease_max / 2);
}

/// A token as a platform leaves it in a file, without the newline at its end.
std::optional<Secret> read_token(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string text(limits::web_identity_token_bytes_max + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    while (text.ends_with('\n') || text.ends_with('\r')) {
        text.pop_back();
    }
    if (text.empty() || text.size() > limits::web_identity_token_bytes_max) {
        return std::nullopt;
    }
    return Secret(text);
}

}  // namespace

/// What is needed to speak to the storage, opened and checked once per revision.
struct Lessor::Account {
    ResourceId id;
    std::uint64_t revision = 0;
    S3Place place;
    std::string role_arn;
    bool sts = true;
    std::optional<S3Credentials> keys;  // none: the role's, by web identity
};

/// Accounts, and the sessions of those that have a role only. Thread-safe.
class Lessor::Accounts {
public:
    AccountPtr find(ResourceId id, std::uint64_t revision) const {
        const std::lock_guard lock(mutex_);
        const auto known = accounts_.find(id);
        return known != accounts_.end() && known->second->revision == revision ? known->second
                                                                               : nullptr;
    }
    void keep(const AccountPtr& account) {
        const std::lock_guard lock(mutex_);
        accounts_[account->id] = account;
    }

    /// The session for a prefix, or the server's own (""), when it lives until then.
    std::optional<TemporaryCredentials> session(const Account& account, const std::string& prefix,
                                                UtcTime until) const {
        const std::lock_guard lock(mutex_);
        const auto known = sessions_.find(name(account, prefix));
        if (known == sessions_.end() || known->second.expires_at < until) {
            return std::nullopt;
        }
        return known->second;
    }
    void keep(const Account& account, const std::string& prefix, TemporaryCredentials session) {
        const std::lock_guard lock(mutex_);
        if (sessions_.size() >= limits::sessions_kept_max) {
            sessions_.clear();  // rare, and each is made anew when it is asked for
        }
        sessions_.insert_or_assign(name(account, prefix), std::move(session));
    }

private:
    static std::string name(const Account& account, const std::string& prefix) {
        return account.id.text() + "/" + std::to_string(account.revision) + "/" + prefix;
    }

    mutable std::mutex mutex_;
    std::unordered_map<ResourceId, AccountPtr> accounts_;
    std::unordered_map<std::string, TemporaryCredentials> sessions_;
};

std::string_view delivery_name(Delivery delivery) {
    switch (delivery) {
        case Delivery::best:
            return "best";
        case Delivery::urls:
            return "urls";
        case Delivery::credentials:
            return "credentials";
        case Delivery::none:
            return "none";
    }
    return "none";
}

std::vector<Delivery> deliveries_of(const StorageDocument& storage) {
    std::vector<Delivery> all{Delivery::urls};
    if (storage.is_s3()) {
        const Result<S3Place> place = place_of(storage);
        // AWS gives credentials for a prefix to a role only; others take the keys of a user.
        if (place && (is_aws(*place) ? !storage.role_arn.empty() : storage.sts)) {
            all.push_back(Delivery::credentials);
        }
    }
    return all;
}

Result<SessionPolicy> session_policy_of(const LeaseTerms& terms) {
    const Result<S3Place> place = place_of(terms.storage->facts);
    if (!place) {
        return place.error();
    }
    return make_session_policy({place->bucket, terms.prefix, terms.access, terms.expires_at,
                                partition_of(*place)});
}

Lessor::Lessor(LocalStorage& local, S3Storage& s3, const SecretBox& secrets,
               const std::unique_ptr<UrlSigner>& signer, Settings settings)
    : local_(local),
      s3_(s3),
      secrets_(secrets),
      signer_(signer),
      settings_(std::move(settings)),
      accounts_(std::make_unique<Accounts>()) {}

Lessor::~Lessor() = default;

Result<Lessor::AccountPtr> Lessor::account_of(const StorageView& storage) {
    if (AccountPtr known = accounts_->find(storage.id, storage.revision)) {
        return known;
    }
    Result<S3Place> place = place_of(storage.facts);
    if (!place) {
        return place.error();
    }
    auto account = std::make_shared<Account>();
    account->id = storage.id;
    account->revision = storage.revision;
    account->place = std::move(*place);
    account->role_arn = storage.facts.role_arn;
    account->sts = storage.facts.sts;
    if (storage.facts.credentials) {
        Result<Secret> secret = open_secret(secrets_, storage);
        if (!secret) {
            return secret.error();
        }
        account->keys = S3Credentials{storage.facts.credentials->access_key_id,
                                      std::move(*secret), std::nullopt};
    }
    accounts_->keep(account);
    return AccountPtr(account);
}

asio::awaitable<Result<TemporaryCredentials>> Lessor::session_of(AccountPtr account,
                                                                 RoleSession session) {
    if (account->keys) {
        S3Credentials keys = *account->keys;
        co_return co_await s3_.assume_role(account->place, std::move(keys), std::move(session));
    }
    if (settings_.web_identity_token_file.empty()) {
        co_return Error(ErrorCode::unavailable, "the storage cannot be reached now",
                        "the storage has a role and no keys, and web_identity_token_file is not set");
    }
    // Read each time: whoever runs the server renews it.
    std::optional<Secret> token = read_token(settings_.web_identity_token_file);
    if (!token) {
        co_return Error(ErrorCode::unavailable, "the storage cannot be reached now",
                        "web_identity_token_file cannot be read");
    }
    co_return co_await s3_.assume_role_with_web_identity(account->place, std::move(*token),
                                                         std::move(session));
}

asio::awaitable<Result<TemporaryCredentials>> Lessor::keys_of(AccountPtr account, UtcTime until) {
    if (account->keys) {
        co_return TemporaryCredentials{*account->keys, UtcTime::max()};
    }
    if (std::optional<TemporaryCredentials> kept = accounts_->session(*account, "", until)) {
        co_return std::move(*kept);
    }
    RoleSession session;
    session.role_arn = account->role_arn;
    session.session_name = "charter";
    session.duration = limits::lease_max;
    Result<TemporaryCredentials> made = co_await session_of(account, std::move(session));
    if (!made) {
        co_return made.error();
    }
    accounts_->keep(*account, "", *made);
    co_return made;
}

asio::awaitable<Result<Lease>> Lessor::make(LeaseTerms terms) {
    const Result<Delivery> delivery = chosen(terms);
    if (!delivery) {
        co_return delivery.error();
    }
    for (const NewObject& object : terms.new_objects) {
        if (!is_object_path(terms.prefix + object.path)) {
            co_return impossible("the path of an object is too long for this location");
        }
    }
    // Objects too many to be signed one by one are opened together where that can be.
    const bool may_open_all =
        terms.delivery == Delivery::best && terms.access == SessionAccess::read;
    terms.delivery = *delivery;
    if (!terms.storage->facts.is_s3()) {
        co_return make_local(std::move(terms));
    }
    if (terms.delivery == Delivery::none) {
        co_return Lease{std::move(terms), nullptr, std::nullopt, std::nullopt, false};
    }
    if (!may_open_all) {
        co_return co_await make_s3(std::move(terms));
    }
    Result<Lease> lease = co_await make_s3(terms);
    if (!lease && lease.error().code() == ErrorCode::unprocessable) {
        const std::vector<Delivery> all = deliveries_of(terms.storage->facts);
        if (std::find(all.begin(), all.end(), Delivery::credentials) != all.end()) {
            terms.delivery = Delivery::credentials;
            co_return co_await make_s3(std::move(terms));
        }
    }
    co_return lease;
}

Result<Lease> Lessor::make_local(LeaseTerms terms) {
    Lease lease{std::move(terms), nullptr, std::nullopt, std::nullopt, false};
    if (lease.terms.delivery == Delivery::urls && lease.terms.access == SessionAccess::read) {
        auto objects = local_.list(lease.terms.storage->facts.root, lease.terms.prefix);
        if (!objects) {
            return objects.error();
        }
        lease.objects = std::move(*objects);
    }
    return lease;
}

asio::awaitable<Result<Lease>> Lessor::make_s3(LeaseTerms terms) {
    const Result<AccountPtr> account = account_of(*terms.storage);
    if (!account) {
        co_return account.error();
    }
    Lease lease{std::move(terms), nullptr, std::nullopt, std::nullopt, false};
    const bool writing = lease.terms.access == SessionAccess::write;
    const bool as_credentials = lease.terms.delivery == Delivery::credentials;
    const bool narrows = !is_aws((*account)->place) && (*account)->sts;
    // Not `co_await (a ? b : c)`: g++ 12 destroys what is awaited twice.
    asio::awaitable<Result<TemporaryCredentials>> asked =
        as_credentials || (writing && narrows) ? narrowed_keys(*account, lease.terms)
        : narrows                              ? reading_keys(*account, lease.terms)
                  : keys_of(*account, enough_until(lease.terms));
    Result<TemporaryCredentials> keys = co_await std::move(asked);
    if (!keys) {
        co_return keys.error();
    }
    // Nothing lives longer than the keys that signed it.
    lease.terms.expires_at = std::min(lease.terms.expires_at, keys->expires_at);
    if (as_credentials) {
        lease.path_style = (*account)->place.path_style;
        lease.credentials = std::move(*keys);
        co_return lease;
    }
    if (!writing) {
        // By the server's own keys: lists are kept by key, and those stay.
        Result<TemporaryCredentials> own = co_await keys_of(*account, enough_until(lease.terms));
        if (!own) {
            co_return own.error();
        }
        auto objects = co_await s3_.list((*account)->place, own->credentials, lease.terms.prefix);
        if (!objects) {
            co_return objects.error();
        }
        lease.objects = std::move(*objects);
    }
    Result<S3Presigner> presigner =
        s3_.presigner((*account)->place, keys->credentials, lease.terms.expires_at);
    if (!presigner) {
        co_return presigner.error();
    }
    lease.presigner = std::move(*presigner);
    co_return lease;
}

/// Outside AWS a signed URL can be more than was signed: MinIO took headers that turn it into
/// another request, with all the rights of its keys. So it is signed by keys that may only read
/// here; they are kept, since the URL has an end of its own.
asio::awaitable<Result<TemporaryCredentials>> Lessor::reading_keys(AccountPtr account,
                                                                   const LeaseTerms& terms) {
    if (auto kept = accounts_->session(*account, terms.prefix, enough_until(terms))) {
        co_return std::move(*kept);
    }
    LeaseTerms longest = terms;
    longest.expires_at = terms.now + limits::lease_max;
    Result<TemporaryCredentials> made = co_await narrowed_keys(account, longest);
    if (made) {
        accounts_->keep(*account, terms.prefix, *made);
    }
    co_return made;
}

asio::awaitable<Result<TemporaryCredentials>> Lessor::narrowed_keys(AccountPtr account,
                                                                    const LeaseTerms& terms) {
    Result<SessionPolicy> policy = session_policy_of(terms);
    if (!policy) {
        co_return policy.error();
    }
    RoleSession session;
    session.role_arn = account->role_arn;
    session.session_name = "charter-" + terms.id;
    session.policy = std::move(*policy);
    // Providers give no shorter ones; the policy closes them at the lease's end.
    session.duration =
        std::max(limits::credentials_life_min,
                 std::chrono::ceil<std::chrono::seconds>(terms.expires_at - terms.now));
    const std::string own = account->keys ? account->keys->access_key_id : "";
    Result<TemporaryCredentials> made =
        co_await session_of(std::move(account), std::move(session));
    if (made && made->credentials.access_key_id == own) {
        co_return Error(ErrorCode::unavailable, "the storage cannot be reached now",
                        "STS gave the server's own keys back");
    }
    co_return made;
}

asio::awaitable<Result<>> Lessor::probe(std::shared_ptr<const StorageView> storage,
                                        std::string prefix, UtcTime now) {
    if (!storage->facts.is_s3()) {
        co_return local_.check_root(storage->facts.root);
    }
    const Result<AccountPtr> account = account_of(*storage);
    if (!account) {
        co_return account.error();
    }
    Result<TemporaryCredentials> keys =
        co_await keys_of(*account, now + limits::storage_list_deadline);
    if (!keys) {
        co_return keys.error();
    }
    co_return co_await s3_.probe((*account)->place, std::move(keys->credentials),
                                 std::move(prefix));
}

void Lessor::append_read_url(std::string& out, const Lease& lease, const Object& object) const {
    const std::string key = lease.terms.prefix + object.path;
    if (lease.presigner) {
        lease.presigner->append_get(out, key);
    } else {
        signer_->append_url(out, lease.terms.id, lease.terms.storage->name, key,
                            lease.terms.expires_at);
    }
}

void Lessor::append_write_url(std::string& out, const Lease& lease,
                              const NewObject& object) const {
    if (lease.presigner) {
        // Refuses keys that make_s3 does not give it; then there is no URL.
        [[maybe_unused]] const Result<> appended = lease.presigner->append_put(
            out, lease.terms.prefix + object.path, object.size_bytes, object.sha256);
    } else {
        signer_->append_put_url(out, lease.terms.id, lease.terms.storage->name,
                                lease.terms.prefix, object, lease.terms.expires_at);
    }
}

}  // namespace charter
