#pragma once

#include "charter/base/id_pairs.hpp"
#include "charter/base/persistent_map.hpp"
#include "charter/governance/entries.hpp"
#include "charter/governance/prefix_index.hpp"
#include "charter/policy/schema.hpp"

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace charter {

/// Everything a decision reads, in memory: a fold of the store, rebuilt from it
/// at every start. A World is a value; copying is cheap, since successive Worlds
/// share all that did not change, and a change costs by what it changes.
///
/// Const members are safe from any thread. The writer alone changes its own copy
/// and publishes it through WorldHolder.
class World : public policy::Entities {
public:
    /// A mesh with nothing in it but the built-in policies.
    World(policy::Schema schema, std::string schema_text, std::vector<PolicyPtr> builtin);

    // --- lookup ---

    /// By kind and path: (Kind::product, "customer/customers").
    EntryPtr find(Kind kind, std::string_view path) const;
    EntryPtr find(ResourceId id) const;

    template <class T>
    std::shared_ptr<const T> find(ResourceId id) const {
        return std::dynamic_pointer_cast<const T>(find(id));
    }

    PrincipalPtr principal(const PrincipalName& name) const;
    /// The user, service or engine that an issuer's subject is; null: not known yet.
    PrincipalPtr principal(const Subject& subject) const;
    DomainPtr domain(std::string_view name) const;
    DomainPtr domain_of(const Entry& entry) const;
    ProductPtr product(std::string_view path) const;
    PortPtr port(std::string_view path) const;
    PortPtr port(ResourceId id) const;
    /// The id a grant to this principal holds (a domain's id for its team).
    ResourceId grantee_id(const PrincipalName& name) const;

    /// Products of a domain and domains directly below one, by id.
    const std::vector<ResourceId>& products_of(ResourceId domain) const;
    const std::vector<ResourceId>& domains_below(std::string_view domain) const;
    /// Locations and policies of a domain, versions of a product.
    const std::vector<ResourceId>& contents_of(ResourceId parent) const;
    const std::vector<ResourceId>& storages() const { return contents_of(ResourceId{}); }
    /// Whether an unpublished working copy has the port or column of that name.
    bool draft_has(const policy::EntityUid& uid) const;
    const std::vector<PolicyPtr>& builtin() const { return *builtin_; }
    /// Every rule and every grant that is not revoked, filed by scope.
    const policy::PolicyIndex& rules() const { return rules_; }
    /// What policies are validated with.
    const policy::Schema& schema() const { return schema_; }
    /// Its text, in which `Row` stands for the rows of any port.
    const std::string& schema_text() const { return *schema_text_; }
    /// The rules and grants of a domain that look at rows; of no domain: the guardrails that do.
    const IdPairs& row_rules() const { return row_rules_; }
    /// How many policies a domain has; of no domain: how many guardrails there are.
    std::size_t rules_in(ResourceId domain) const;
    /// How many of them name a single column in their scope.
    std::size_t rules_of_columns() const { return rules_of_columns_; }

    /// Whether it is itself suspended: a principal, domain, product, port or storage.
    bool suspended(ResourceId id) const { return suspended_.find(id) != nullptr; }
    bool any_suspended() const { return !suspended_.empty(); }
    /// By which suspension; null: it is not itself suspended. Lives as long as the World.
    const SuspensionEntry* suspension_of(ResourceId id) const;
    /// (grantee, grant), (resource, grant) and (grant, grant that passes it on), of those that
    /// are not revoked.
    const IdPairs& grants_of() const { return grants_of_; }
    const IdPairs& grants_on() const { return grants_on_; }
    const IdPairs& passed_on() const { return passed_on_; }
    /// (grantee, grant) and (resource, grant) of those that are revoked.
    const IdPairs& revoked_of() const { return revoked_of_; }
    const IdPairs& revoked_on() const { return revoked_on_; }
    /// (group or domain, what it has as a direct member), claimed ones too.
    const IdPairs& members_of() const { return members_of_; }
    /// (kind, id) of all principals, domains, guardrails and purposes.
    const IdPairs& of_kind() const { return of_kind_; }
    /// (what the scope asks of the principal, policy or guardrail); see policy::PrincipalKeys.
    const IdPairs& rules_for() const { return rules_for_; }

    const PrefixIndex& locations() const { return locations_; }
    const PrefixIndex& ports() const { return port_claims_; }

    /// How often something is referred to: "tag:class", "tag:class=pii",
    /// "purpose:analytics", "storage:lake", "member:user:ana", "cited:Group::\"a\"".
    std::size_t uses(const std::string& what) const;

    /// Keys whose values add up on the way down.
    const ProtectedKeys& protected_keys() const { return *protected_keys_; }
    /// At most `count_max` of what names a tag key: "tag:class" for domains, products and
    /// principals that carry it, "asks:class" for grants by tags and rules. What hashes alike may
    /// be among them.
    std::vector<ResourceId> tagged_by(std::string_view use, std::size_t count_max) const;

    /// Grows with every published change.
    std::uint64_t generation() const noexcept { return generation_; }
    const NodePtr& mesh() const { return mesh_; }

    // --- policy::Entities ---
    const policy::Entity* find(const policy::EntityUid& uid) const override;
    NodePtr node(const policy::EntityUid& uid) const;

    // --- the fold: the writer only ---

    /// Takes in one stored resource, new or replaced.
    /// Errors: internal (a document that does not fit; nothing is half taken in
    /// that a caller may publish: throw the copy away).
    Result<> put(const Resource& resource);
    void remove(ResourceId id);
    void next_generation() { ++generation_; }

private:
    using IdList = std::shared_ptr<const std::vector<ResourceId>>;
    using UidList = std::shared_ptr<const std::vector<policy::EntityUid>>;
    /// A template that grants share, and how many do.
    struct GrantTemplate {
        policy::PolicyIndex::Number number = 0;
        std::size_t uses = 0;
    };

    Result<> put_principal(const Resource& resource, const Json& document);
    Result<> put_domain(const Resource& resource, const Json& document);
    Result<> put_product(const Resource& resource, const Json& document);
    Result<> put_location(const Resource& resource, const Json& document);
    Result<> put_policy(const Resource& resource, const Json& document);
    Result<> put_grant(const Resource& resource, const Json& document);
    Result<> put_vocabulary(const Resource& resource, const Json& document);
    Result<> put_token(const Resource& resource, const Json& document);
    Result<> put_approval(const Resource& resource, const Json& document);
    Result<> put_request(const Resource& resource);
    Result<> put_suspension(const Resource& resource, const Json& document);

    void enter(std::shared_ptr<Entry> entry, const Resource& resource, std::string path);
    void set_node(const NodePtr& node) { nodes_.insert_or_assign(node->entity.uid, node); }
    void list_content(ResourceId parent, ResourceId id, bool present);
    void change_uses(const std::vector<std::string>& what, int by);
    void list_members(const policy::EntityUid& container, const std::vector<PrincipalName>& before,
                      const std::vector<PrincipalName>& after);
    /// Puts the bearers of claimed groups into a group, or takes them out.
    void list_claims(const policy::EntityUid& group, const std::vector<ClaimedGroup>& before,
                     const std::vector<ClaimedGroup>& after);
    std::vector<PrincipalName> bearers_of(const std::vector<ClaimedGroup>& groups) const;
    /// Files the container under the key of a member, or takes it out.
    void list_membership(const std::string& key, const policy::EntityUid& container, bool present);
    /// What lists the principal itself, or one of its claimed groups.
    std::vector<policy::EntityUid> containers_of(const PrincipalEntry& entry) const;
    /// Lists a principal as a member of these groups and teams, or takes it out.
    void list_in(const std::vector<policy::EntityUid>& containers, ResourceId member, bool present);
    using Refreshed = std::set<PrincipalName>;
    /// Recomputes what a principal is `in`, and of a group what its members are;
    /// each once, however many ways lead to it.
    void refresh_principal(const PrincipalName& name, Refreshed& refreshed);
    void refresh_role_groups(const DomainEntry& domain);
    void collect_ancestors(const policy::EntityUid& uid, std::vector<policy::EntityUid>& found,
                           std::vector<ResourceId>& grantees, int depth) const;
    /// Rebuilds the nodes of a domain and of all below it.
    void refresh_domain(const std::string& name, int depth);
    /// `anyway`: also when it inherits what it did before.
    void refresh_product(const ProductEntry& product, const DomainEntry& domain,
                         bool anyway = false);
    /// Files what names the keys, or takes it out. `uses`: as tagged_by(); others are passed over.
    void list_tagged(ResourceId id, const std::vector<std::string>& uses, bool present);
    /// Whether values of the key add up, and what carries it with that.
    void set_protected(const std::string& key, bool is_protected);
    /// Takes an entry out of every index but the one by id and name.
    void detach(const Entry& entry);
    void detach_rule(const Entry& entry);
    void detach_principal(const PrincipalEntry& entry);
    /// Files a grant as a link of the template that says its terms.
    void count_rule(ResourceId domain, int by);
    Result<> file_grant(GrantEntry& grant);
    void unfile_grant(const GrantEntry& grant);
    void list_grant(const GrantEntry& grant, bool present);
    static std::vector<std::string> grant_uses(const GrantEntry& grant);

    PersistentMap<ResourceId, EntryPtr> entries_;
    PersistentMap<std::string, ResourceId> names_;
    PersistentMap<policy::EntityUid, NodePtr> nodes_;
    PersistentMap<std::string, UidList> memberships_;  // "user:ana", a claimed group -> what lists it
    PersistentMap<std::string, ResourceId> subjects_;  // issuer and subject -> principal
    PersistentMap<std::string, IdList> children_;      // domain name -> domains below
    PersistentMap<ResourceId, IdList> products_;       // domain -> products
    PersistentMap<ResourceId, IdList> contents_;       // what lies below, products apart
    PersistentMap<std::string, PortPtr> port_paths_;
    PersistentMap<ResourceId, std::string> port_ids_;
    policy::Schema schema_;
    std::shared_ptr<const std::string> schema_text_;
    IdPairs row_rules_;
    policy::PolicyIndex rules_;
    PersistentMap<ResourceId, std::size_t> rules_in_;
    PersistentMap<std::string, GrantTemplate> grant_templates_;  // by their Cedar text
    PersistentMap<std::string, std::size_t> uses_;
    PersistentMap<ResourceId, ResourceId> suspended_;  // what -> by which suspension
    IdPairs grants_of_;
    IdPairs grants_on_;
    IdPairs passed_on_;
    IdPairs revoked_of_;
    IdPairs revoked_on_;
    IdPairs tagged_by_;  // (hash of "tag:class" or "asks:class", what names it)
    std::shared_ptr<const ProtectedKeys> protected_keys_ = std::make_shared<const ProtectedKeys>();
    IdPairs members_of_;
    IdPairs of_kind_;
    IdPairs rules_for_;
    PrefixIndex locations_;
    PrefixIndex port_claims_;
    std::shared_ptr<const std::vector<PolicyPtr>> builtin_;
    std::size_t rules_of_columns_ = 0;
    policy::PolicyIndex::Number next_number_ = 1;  // of built-in policies and templates
    NodePtr mesh_;
    std::uint64_t generation_ = 1;
};
using WorldPtr = std::shared_ptr<const World>;

/// The current World. A mutex guards one pointer copy: std::atomic<shared_ptr>
/// would read the same but libstdc++ 12 trips ThreadSanitizer.
class WorldHolder {
public:
    explicit WorldHolder(WorldPtr first) : current_(std::move(first)) {}

    WorldPtr load() const {
        const std::lock_guard lock(mutex_);
        return current_;
    }

    void publish(WorldPtr next) {
        const std::lock_guard lock(mutex_);
        current_.swap(next);  // the old World is freed after the lock is released
    }

private:
    mutable std::mutex mutex_;
    WorldPtr current_;
};

}  // namespace charter
