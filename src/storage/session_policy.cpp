#include "charter/storage/session_policy.hpp"

#include "beneath.hpp"

#include "charter/base/json.hpp"
#include "charter/base/limits.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace charter {
namespace {

Error refused(std::string message) {
    return Error(ErrorCode::unprocessable, std::move(message));
}

// The names that reach the policy stand in patterns, where these would open more.
bool is_plain(std::string_view name) {
    return name.find_first_of("*?") == std::string_view::npos &&
           name.find("${") == std::string_view::npos;
}

bool is_prefix(std::string_view prefix) {
    return prefix.empty() ||
           (prefix.ends_with('/') && is_object_path(prefix.substr(0, prefix.size() - 1)));
}

bool is_bucket(std::string_view bucket) {
    return bucket.size() >= 3 && bucket.size() <= 63 && std::ranges::all_of(bucket, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
           });
}

bool is_partition(std::string_view partition) {
    return partition == "aws" || partition == "aws-cn" || partition == "aws-us-gov";
}

Json statement(Json actions, std::string resource, const std::string& closes_at) {
    Json made;
    made["Effect"] = "Allow";
    made["Action"] = std::move(actions);
    made["Resource"] = std::move(resource);
    made["Condition"]["DateLessThan"]["aws:CurrentTime"] = closes_at;
    return made;
}

}  // namespace

Result<SessionPolicy> make_session_policy(const SessionScope& scope) {
    if (!is_bucket(scope.bucket) || !is_prefix(scope.prefix) || !is_plain(scope.prefix) ||
        !is_partition(scope.partition)) {
        return refused("no credentials can be made for a location of this name");
    }
    const std::string bucket = "arn:" + std::string(scope.partition) + ":s3:::" + scope.bucket;
    const std::string objects = bucket + "/" + scope.prefix + "*";
    const std::string closes_at =
        format_time(std::chrono::floor<std::chrono::seconds>(scope.closes_at));

    Json policy;
    policy["Version"] = "2012-10-17";
    if (scope.access == SessionAccess::read) {
        policy["Statement"].push_back(statement("s3:GetObject", objects, closes_at));
        Json listing = statement("s3:ListBucket", bucket, closes_at);
        if (!scope.prefix.empty()) {  // else the whole bucket is what is leased
            listing["Condition"]["StringLike"]["s3:prefix"] = {scope.prefix + "*", scope.prefix};
        }
        policy["Statement"].push_back(std::move(listing));
    } else {
        const Json actions = {"s3:PutObject", "s3:AbortMultipartUpload",
                              "s3:ListMultipartUploadParts"};
        policy["Statement"].push_back(statement(actions, objects, closes_at));
    }
    // In ASCII: STS takes no characters above U+00FF.
    std::string text = policy.dump(-1, ' ', true);
    if (text.size() > limits::session_policy_characters_max) {
        return refused(
            "the location's name is too long for a policy of credentials, which has at most " +
            std::to_string(limits::session_policy_characters_max) + " characters");
    }
    return SessionPolicy(std::move(text));
}

}  // namespace charter
