#include "charter/governance/draft.hpp"

#include "charter/base/json_writer.hpp"
#include "charter/base/limits.hpp"
#include "charter/governance/documents.hpp"

#include <algorithm>
#include <cstring>

namespace charter {

namespace {

void write_strings(JsonWriter& json, const std::vector<std::string>& values) {
    json.begin_array();
    for (const std::string& value : values) {
        json.string(value);
    }
    json.end_array();
}

void write_evidence(JsonWriter& json, const std::vector<EvidencePtr>& evidence) {
    json.key("evidence").begin_array();
    for (const EvidencePtr& each : evidence) {
        json.string(to_hex(each->hash));
    }
    json.end_array();
}

ResourceId domain_id(const World& world, const Resource& resource) {
    if (resource.kind == Kind::domain) {
        return resource.id;
    }
    if (const auto suspension = world.find<SuspensionEntry>(resource.id)) {
        return suspension->domain;
    }
    for (ResourceId id = resource.parent; id;) {
        const EntryPtr entry = world.find(id);
        if (!entry) {
            break;
        }
        if (entry->kind == Kind::domain) {
            return id;
        }
        id = entry->parent;
    }
    return {};
}

}  // namespace

std::string resource_path(const World& world, const Resource& resource) {
    const EntryPtr parent = resource.parent ? world.find(resource.parent) : nullptr;
    return parent ? parent->path + "/" + resource.name : resource.name;
}

Draft::Draft(World world, StoreReader& reader, LocalStorage& local, const SecretBox& secrets,
             std::uint64_t journal_end, LedgerHead ledger_head)
    : world_(std::move(world)),
      reader_(reader),
      local_(local),
      secrets_(secrets),
      journal_end_(journal_end),
      ledger_head_(ledger_head) {}

std::size_t Draft::DigestHash::operator()(const Digest& digest) const noexcept {
    std::size_t hash = 0;
    std::memcpy(&hash, digest.data(), sizeof hash);
    return hash;
}

Result<std::optional<Resource>> Draft::find(ResourceId id) const {
    const auto pending = pending_.find(id);
    if (pending != pending_.end()) {
        return std::optional<Resource>(transaction_.puts[pending->second]);
    }
    if (!world_.find(id)) {
        return std::optional<Resource>();
    }
    return reader_.find(id);
}

Result<Resource> Draft::stored(ResourceId id) const {
    Result<std::optional<Resource>> found = find(id);
    if (!found) {
        return found.error();
    }
    if (!*found) {
        return Error(ErrorCode::internal, "internal error", "the store does not have " + id.text());
    }
    return std::move(**found);
}

Result<std::optional<Resource>> Draft::find(Kind kind, std::string_view path) const {
    const EntryPtr entry = world_.find(kind, path);
    if (!entry) {
        return std::optional<Resource>();
    }
    return find(entry->id);
}

Result<std::optional<KeptAnswer>> Draft::find_answer(std::string_view principal,
                                                     std::string_view key) const {
    for (const KeptAnswer& answer : transaction_.answers) {
        if (answer.principal == principal && answer.key == key) {
            return std::optional<KeptAnswer>(answer);
        }
    }
    return reader_.answer(principal, key);
}

ResourceId Draft::new_id() const {
    ResourceId id;
    do {
        const std::string bytes = random_bytes(sizeof id.value);
        std::memcpy(&id.value, bytes.data(), sizeof id.value);
    } while (!id || world_.find(id));
    return id;
}

Result<> Draft::require(const Caller& caller, Action action, const Target& target,
                        bool discoverable, std::string_view path,
                        std::optional<policy::Value> context) {
    action_ = action_name(action);
    asked_ = path;
    who_ = caller.principal;
    if (!about_) {
        about_ = target.grant_on[0];
    }
    Decider decider(world_, *caller.principal, action,
                    context ? std::move(*context) : call_context(caller, std::nullopt));
    const Verdict verdict = decider.decide(target);
    for (const Ground& ground : verdict.determined_by) {
        if (std::find(grounds_.begin(), grounds_.end(), ground.label) == grounds_.end()) {
            grounds_.emplace_back(ground.label);
            evidence_.push_back(*ground.evidence);
        }
    }
    if (verdict.allow) {
        for (const Ground& ground : verdict.shadow) {
            if (std::find(shadow_.begin(), shadow_.end(), ground.label) == shadow_.end()) {
                shadow_.emplace_back(ground.label);
                evidence_.push_back(*ground.evidence);
            }
        }
        return {};
    }
    if (!discoverable) {
        return absent();
    }
    return Error(ErrorCode::forbidden, std::string(action_name(action)) + " on " +
                                           std::string(path) + ": " + verdict.reason());
}

void Draft::begin_unasked(PrincipalPtr who, std::string_view action, ResourceId about,
                          std::string_view path) {
    who_ = std::move(who);
    action_ = action;
    about_ = about;
    asked_ = path;
}

Result<> Draft::put(const Caller& caller, Resource resource, std::string_view change) {
    resource.updated_at = now_;
    resource.updated_by = caller.principal->principal.text();
    if (resource.revision == 1) {
        resource.created_at = now_;
    }
    const Result<> taken = world_.put(resource);
    if (!taken) {
        return taken.error();
    }
    world_changed_ = true;
    const std::string path = resource_path(world_, resource);
    transaction_.journal.push_back(JournalEntry{++journal_end_, now_, resource.updated_by,
                                                resource.kind, resource.id,
                                                domain_id(world_, resource), path,
                                                std::string(change)});
    notes_.push_back(Note{resource.kind, resource.id, path, std::string(change), resource.revision});
    pending_[resource.id] = transaction_.puts.size();
    transaction_.puts.push_back(std::move(resource));
    return {};
}

void Draft::mention(const Caller& caller, JournalEntry entry, std::uint64_t revision) {
    entry.sequence = ++journal_end_;
    entry.at = now_;
    entry.by = caller.principal->principal.text();
    notes_.push_back(Note{entry.kind, entry.id, entry.name, entry.change, revision});
    transaction_.journal.push_back(std::move(entry));
}

void Draft::because(std::string reason, EvidencePtr evidence) {
    reason_ = std::move(reason);
    evidence_.push_back(std::move(evidence));
}

void Draft::drop_suspension(const Caller& caller, ResourceId of) {
    const SuspensionEntry* entry = world_.suspension_of(of);
    if (entry == nullptr) {
        return;
    }
    Resource suspension;
    suspension.kind = Kind::suspension;
    suspension.id = entry->id;
    suspension.name = entry->name;
    suspension.revision = entry->revision;
    remove(caller, suspension);
}

void Draft::remove(const Caller& caller, const Resource& resource) {
    if (world_.any_suspended()) {
        if (const auto product = world_.find<ProductEntry>(resource.id)) {
            for (const PortPtr& port : product->ports) {
                drop_suspension(caller, port->id);
            }
        }
        drop_suspension(caller, resource.id);
    }
    const std::string path = resource_path(world_, resource);
    transaction_.journal.push_back(
        JournalEntry{++journal_end_, now_, caller.principal->principal.text(), resource.kind,
                     resource.id, domain_id(world_, resource), path, "deleted"});
    notes_.push_back(Note{resource.kind, resource.id, path, "deleted", resource.revision});
    world_.remove(resource.id);
    world_changed_ = true;
    pending_.erase(resource.id);
    transaction_.removals.push_back(resource.id);
}

void Draft::append(LedgerRecord record, const std::vector<EvidencePtr>& evidence) {
    transaction_.ledger.push_back(seal(ledger_head_, std::move(record)));
    for (const EvidencePtr& each : evidence) {
        if (!known_evidence_.contains(each->hash)) {
            transaction_.evidence.push_back(*each);
        }
    }
}

void Draft::begin_turn(UtcTime now) {
    now_ = std::max(now, now_);
    notes_.clear();
    grounds_.clear();
    evidence_.clear();
    shadow_.clear();
    action_.clear();
    asked_.clear();
    reason_.clear();
    who_ = nullptr;
    about_ = ResourceId{};
}

Draft::Mark Draft::mark() const {
    const Transaction& t = transaction_;
    return Mark{world_,          ledger_head_,      journal_end_,       t.puts.size(),
                t.removals.size(), t.journal.size(), t.ledger.size(),    t.evidence.size(),
                t.indexed.size(), t.unindexed.size(), t.answers.size(), world_changed_};
}

void Draft::roll_back(Mark mark) {
    world_ = std::move(mark.world);
    ledger_head_ = mark.ledger_head;
    journal_end_ = mark.journal_end;
    world_changed_ = mark.world_changed;
    transaction_.puts.resize(mark.puts);
    transaction_.removals.resize(mark.removals);
    transaction_.journal.resize(mark.journal);
    transaction_.ledger.resize(mark.ledger);
    transaction_.evidence.resize(mark.evidence);
    transaction_.indexed.resize(mark.indexed);
    transaction_.unindexed.resize(mark.unindexed);
    transaction_.answers.resize(mark.answers);
    pending_.clear();
    for (std::size_t i = 0; i < transaction_.puts.size(); ++i) {
        pending_[transaction_.puts[i].id] = i;
    }
    for (const ResourceId id : transaction_.removals) {
        pending_.erase(id);
    }
}

void Draft::record_change(const Caller& caller) {
    if (notes_.empty()) {
        return;
    }
    LedgerRecord record;
    record.id = DecisionId::make(now_);
    record.at = now_;
    // The principal as the decision saw it, which may be newer than the caller's.
    const PrincipalPtr who = who_ ? who_ : caller.principal;
    record.principal = who->id;
    record.resource = about_ ? about_ : notes_.front().id;
    record.allow = true;
    evidence_.push_back(who->evidence);
    JsonWriter json(record.body);
    json.begin_object().member("kind", "change");
    json.member("principal", who->principal.text());
    json.member("action", action_).member("resource", notes_.front().path);
    json.key("allow").boolean(true).key("determined_by");
    write_strings(json, grounds_);
    if (!shadow_.empty()) {
        json.key("shadow");
        write_strings(json, shadow_);
    }
    json.key("changes").begin_array();
    for (const Note& note : notes_) {
        json.begin_object().member("kind", kind_name(note.kind)).member("id", note.id.text());
        json.member("resource", note.path).member("change", note.change);
        json.key("revision").number(static_cast<std::int64_t>(note.revision)).end_object();
    }
    json.end_array();
    if (!reason_.empty()) {
        json.member("reason", cut_utf8(reason_, limits::ledger_text_bytes_max));
    }
    write_evidence(json, evidence_);
    json.member("request_id", caller.request_id).member("ip", caller.address).end_object();
    const std::vector<EvidencePtr> evidence = std::move(evidence_);
    append(std::move(record), evidence);
}

void Draft::record_refusal(const Caller& caller, const Error& error) {
    LedgerRecord record;
    record.id = DecisionId::make(now_);
    record.at = now_;
    const PrincipalPtr who = who_ ? who_ : caller.principal;
    record.principal = who->id;
    record.resource = about_;
    JsonWriter json(record.body);
    json.begin_object().member("kind", "refused");
    json.member("principal", caller.principal->principal.text());
    json.member("action", action_).member("resource", cut_utf8(asked_, limits::ledger_text_bytes_max));
    json.key("allow").boolean(false).key("determined_by");
    write_strings(json, grounds_);
    json.member("reason", cut_utf8(error.message(), limits::ledger_text_bytes_max));
    std::vector<EvidencePtr> evidence{who->evidence};
    evidence.insert(evidence.end(), evidence_.begin(), evidence_.end());
    write_evidence(json, evidence);
    json.member("request_id", caller.request_id).member("ip", caller.address).end_object();
    append(std::move(record), evidence);
}

void Draft::committed() {
    // Remembering what is stored spares a copy per record. Forgetting is harmless:
    // the store keeps each content once.
    if (known_evidence_.size() > 100'000) {
        known_evidence_.clear();
    }
    for (const Evidence& each : transaction_.evidence) {
        known_evidence_.insert(each.hash);
    }
    discarded();
}

void Draft::discarded() {
    transaction_.clear();
    pending_.clear();
    world_changed_ = false;
}

}  // namespace charter
