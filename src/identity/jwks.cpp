#include "jwks.hpp"

#include "jwk.hpp"
#include "refused.hpp"

#include "charter/base/limits.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace charter {

Result<KeySet> KeySet::parse(std::string_view text) {
    const Result<Json> document = parse_json(text);
    if (!document) {
        return Error(ErrorCode::invalid_request, "the keys are not strict JSON");
    }
    const auto keys = document->is_object() ? document->find("keys") : document->end();
    if (keys == document->end() || !keys->is_array()) {
        return Error(ErrorCode::invalid_request, "not a JWK set: no list `keys`");
    }
    if (keys->size() > limits::issuer_keys_max) {
        return Error(ErrorCode::invalid_request,
                     "more keys than issuer_keys_max, " + std::to_string(limits::issuer_keys_max));
    }
    KeySet set;
    for (std::size_t i = 0; i < keys->size(); ++i) {
        const Json& each = (*keys)[i];
        Result<VerificationKeyPtr> key = parse_jwk(each);
        if (key) {
            set.keys_.push_back(std::move(*key));
            continue;
        }
        const auto kid = each.is_object() ? each.find("kid") : each.end();
        const bool named = kid != each.end() && kid->is_string();
        set.skipped_.push_back("key " + std::to_string(i + 1) +
                               (named ? " " + shown(kid->get<std::string>()) : "") + ": " +
                               key.error().message());
    }
    set.drop_ambiguous();
    return set;
}

void KeySet::drop_ambiguous() {
    std::ranges::sort(keys_, {}, [](const VerificationKeyPtr& key) {
        return std::tie(key->kid, key->content);
    });
    const auto same = [](const auto& a, const auto& b) { return a->content == b->content; };
    keys_.erase(std::ranges::unique(keys_, same).begin(), keys_.end());
    std::vector<VerificationKeyPtr> kept;
    for (const VerificationKeyPtr& key : keys_) {
        const auto bearers = std::ranges::count(keys_, key->kid, &VerificationKey::kid);
        if (!key->kid || bearers == 1) {
            kept.push_back(key);
        } else {
            skipped_.push_back("key " + shown(*key->kid) + ": another key has the same `kid`");
        }
    }
    keys_ = std::move(kept);
}

KeySet::Choice KeySet::choose(const std::optional<std::string>& kid,
                              SignatureAlgorithm algorithm) const {
    if (kid) {
        const auto found = std::ranges::find(keys_, kid, &VerificationKey::kid);
        if (found == keys_.end()) {
            return {nullptr, "the issuer has no key of this `kid`", true};
        }
        if (!(*found)->permits(algorithm)) {
            return {nullptr, "the key permits another `alg`", false};
        }
        return {*found, {}, false};
    }
    Choice choice{nullptr, "without `kid`, and no key permits this `alg`", true};
    for (const VerificationKeyPtr& key : keys_) {
        if (!key->permits(algorithm)) {
            continue;
        }
        if (choice.key) {
            return {nullptr, "without `kid`, and several keys permit this `alg`", false};
        }
        choice = {key, {}, false};
    }
    return choice;
}

bool KeySet::succeed(const KeySet& before) {
    std::size_t kept = 0;
    for (const VerificationKeyPtr& old : before.keys_) {
        const auto same = std::ranges::find_if(keys_, [&](const VerificationKeyPtr& key) {
            return key->content == old->content;
        });
        if (same == keys_.end()) {
            old->withdrawn = true;
        } else {
            *same = old;
            ++kept;
        }
    }
    return kept != keys_.size() || kept != before.keys_.size();
}

}  // namespace charter
