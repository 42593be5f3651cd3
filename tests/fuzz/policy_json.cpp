// Any bytes as a set of policies in JSON, or as the links of a set.

#include "fuzz.hpp"

using namespace charter::fuzz;

namespace {

PolicySet with_template() {
    return *PolicySet::parse(
        "@id(\"grant\") permit(principal == ?principal, action, resource in ?resource);"
        "@id(\"own\") permit(principal in ?principal, action, resource);");
}

void check_links(std::string_view json) {
    PolicySet policies = with_template();
    const std::string before = policy_set_to_json(policies);
    if (!add_links_from_json(policies, json)) {
        expect_same("a refused file changes nothing", policy_set_to_json(policies), before);
        return;
    }
    const std::string written = policy_set_to_json(policies);
    const PolicySet again = taken(policy_set_from_json(written), "links are read back", written);
    expect_same("links are the same", policy_set_to_json(again), written);
}

void check_set(const PolicySet& policies) {
    const std::string json = policy_set_to_json(policies);
    const PolicySet again = taken(policy_set_from_json(json), "what was written is read", json);
    expect_same("JSON gives the same set", policy_set_to_json(again), json);
    for (const Policy& policy : policies.all()) {
        check_forms(policy);
    }
    if (const auto text = policy_set_to_text(policies)) {
        const PolicySet parsed = taken(PolicySet::parse(*text), "the text of a set parses", *text);
        expect_same("text gives the same set", described(parsed), described(policies));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view json = text_of(data, size);
    if (const auto policies = policy_set_from_json(json)) {
        check_set(*policies);
    }
    check_links(json);
    return 0;
}
