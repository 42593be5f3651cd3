// Any bytes as Cedar policies: parsing, layout, printing, the JSON form.

#include "fuzz.hpp"

using namespace charter::fuzz;

namespace {

std::string json_of(const std::vector<Policy>& policies) {
    std::string all;
    for (const Policy& policy : policies) {
        all += policy_to_json(policy) + "\n";
    }
    return all;
}

void check_layout(std::string_view text, const std::vector<Policy>& policies) {
    for (const FormatOptions options : {FormatOptions{}, FormatOptions{20, 3}}) {
        const std::string laid =
            taken(format_policies(text, options), "what parses is laid out", text);
        const auto parsed = taken(parse_policies(laid), "what was laid out parses", laid);
        expect_same("laid out, they are the same policies", json_of(parsed), json_of(policies));
        expect_same("layout is stable", *format_policies(laid, options), laid);
    }
}

void check_set(const PolicySet& policies) {
    const auto text = policy_set_to_text(policies);
    if (!text) {
        return;
    }
    const PolicySet again = taken(PolicySet::parse(*text), "the text of a set parses", *text);
    expect_same("text gives the same set", described(again), described(policies));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    const auto policies = parse_policies(text);
    if (!policies) {
        expect(!format_policies(text), "what does not parse is not laid out");
        return 0;
    }
    std::ranges::for_each(*policies, check_forms);
    check_layout(text, *policies);
    if (const auto set = PolicySet::parse(text)) {
        check_set(*set);
    }
    return 0;
}
