// The official example policies with their schemas, entities, requests and linked
// templates, where the checkout has them beside it.

#include "support/cedar_archive.hpp"
#include "support/policy_corpus.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace charter::testing {
namespace {

/// Files below a folder whose name ends so.
std::vector<fs::path> files_ending(const fs::path& folder, std::string_view end) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file() && entry.path().filename().string().ends_with(end)) {
            files.push_back(entry.path());
        }
    }
    std::ranges::sort(files);
    return files;
}

std::vector<fs::path> schemas_beside(const fs::path& file) {
    std::vector<fs::path> schemas;
    for (const auto& entry : fs::directory_iterator(file.parent_path())) {
        const std::string name = entry.path().filename().string();
        if (name.ends_with(".cedarschema") || name.ends_with(".cedarschema.json")) {
            schemas.push_back(entry.path());
        }
    }
    return schemas;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
        text.replace(at, from.size(), to);
    }
}

/// Policies as they are, templates replaced by what `linked` makes of them: the
/// slots filled in the text, which is what a link means.
std::vector<Policy> linked_policies(const std::vector<Policy>& policies, const fs::path& linked) {
    std::vector<Policy> out;
    std::map<std::string, std::string> templates;
    for (const Policy& policy : policies) {
        if (policy.is_template()) {
            templates[std::string(*policy.annotation("id"))] = policy.source();
        } else {
            out.push_back(policy);
        }
    }
    const auto links = fs::exists(linked) ? read_json(linked) : std::nullopt;
    for (const Json& link : links.value_or(Json::array())) {
        std::string text = templates.at(link.at("template_id"));
        for (const auto& [slot, entity] : link.at("args").items()) {
            replace_all(text, slot, entity.get<std::string>());
        }
        const auto policy = parse_policy(link.at("link_id"), text);
        EXPECT_TRUE(policy) << text;
        out.push_back(*policy);
    }
    return out;
}

class CedarExamples : public CedarArchive {
protected:
    /// Asks all requests of a folder of examples. Returns how many.
    std::size_t ask_all(const fs::path& example) {
        const fs::path folder = example.parent_path();
        const auto schema = read_schema(files_ending(folder, ".cedarschema").front());
        const auto policies = parse_policies(read_file(example));
        EXPECT_TRUE(schema && policies) << example;
        const std::vector<Policy> deciding = linked_policies(*policies, folder / "linked");
        EXPECT_EQ(validate(deciding, *schema).errors, std::vector<Finding>{}) << example;
        const Json json = *read_json(files_ending(folder, "entities.json").front());
        auto entities = entities_from_json(json, *schema);
        if (!entities) {
            unfit_.insert(folder.filename().string());
            entities = entities_from_json(json);
        }
        std::size_t asked = 0;
        for (const fs::path& file : files_ending(folder, ".json")) {
            const std::string expected = file.parent_path().filename().string();
            if (expected == "ALLOW" || expected == "DENY") {
                ask(file, expected, deciding, *entities, *schema);
                ++asked;
            }
        }
        return asked;
    }

    /// Examples whose entities their own schema refuses.
    std::set<std::string> unfit_;

private:
    static void ask(const fs::path& file, const std::string& expected,
                    const std::vector<Policy>& policies, const EntityMap& entities,
                    const Schema& schema) {
        const Json json = *read_json(file);
        const auto principal = parse_entity_uid(json["principal"].get<std::string>());
        const auto action = parse_entity_uid(json["action"].get<std::string>());
        const auto resource = parse_entity_uid(json["resource"].get<std::string>());
        ASSERT_TRUE(principal && action && resource) << file;
        const auto context = context_from_json(json["context"], schema, *action);
        ASSERT_TRUE(context) << file << context.error().message();
        const Request request{*principal, *action, *resource, *context};

        EXPECT_TRUE(check_request(schema, request)) << file;
        const Authorization answer = authorize(std::span(policies), request, entities);
        EXPECT_EQ(answer.decision == Decision::allow ? "ALLOW" : "DENY", expected) << file;
    }
};

TEST_F(CedarExamples, ValidateAsTheOfficialEngineSays) {
    unpack("examples.tar.gz");
    if (folder().empty()) {
        return;
    }
    std::size_t compared = 0;
    for (const fs::path& file : files_ending(folder(), ".cedar")) {
        for (const fs::path& schema_file : schemas_beside(file)) {
            const auto policies = parse_policies(read_file(file));
            const auto schema = read_schema(schema_file);
            ASSERT_TRUE(policies) << file << policies.error().message();
            ASSERT_TRUE(schema) << schema_file << schema.error().message();
            const std::string name = file.filename().string();
            const bool bad = name.find("_bad") != std::string::npos || name.starts_with("invalid");
            const Validation validation = validate(*policies, *schema);
            EXPECT_EQ(validation.valid(), !bad)
                << file << (validation.valid() ? "" : validation.errors.front().detail);
            ++compared;
        }
    }
    EXPECT_GT(compared, 50U);
}

TEST_F(CedarExamples, DecideAsTheirFoldersSay) {
    unpack("examples.tar.gz");
    if (folder().empty()) {
        return;
    }
    std::size_t asked = 0;
    for (const fs::path& file : files_ending(folder() / "cedar-examples", ".cedar")) {
        asked += ask_all(file);
    }
    EXPECT_GT(asked, 70U);
    // The official engine refuses these two as well.
    EXPECT_EQ(unfit_, (std::set<std::string>{"document_cloud", "github_example"}));
}

TEST_F(CedarExamples, RefuseWhatMustNotParse) {
    unpack("examples.tar.gz");
    if (folder().empty()) {
        return;
    }
    EXPECT_FALSE(parse_policies(read_file(folder() / "parser-policies.cedar")));
}

}  // namespace
}  // namespace charter::testing
