// Any bytes as a key set: what is used can be used, and the same bytes give the same keys.

#include "fuzz.hpp"

#include "identity/jwks.hpp"

#include "charter/base/limits.hpp"

using namespace charter;
using namespace charter::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    const Result<charter::KeySet> first = charter::KeySet::parse(text);
    Result<charter::KeySet> second = charter::KeySet::parse(text);
    expect(first.has_value() == second.has_value(), "the same text is read alike");
    if (!first) {
        return 0;
    }
    expect(first->keys().size() <= limits::issuer_keys_max, "keys are counted");
    expect(!second->succeed(*first), "the same text gives the same keys");
    const std::string signature(256, '\1');
    for (const VerificationKeyPtr& key : first->keys()) {
        expect(!key->withdrawn, "an equal key stays");
        expect(!key->algorithms.empty(), "a key is for something");
        for (const SignatureAlgorithm algorithm : key->algorithms) {
            const charter::KeySet::Choice choice = first->choose(key->kid, algorithm);
            expect(!key->kid || choice.key == key, "a name finds its key");
            for (const std::size_t length : {64U, 96U, 256U}) {
                expect(!verify_signature(*key, algorithm, text, signature.substr(0, length)),
                       "nobody signed this");
            }
        }
    }
    return 0;
}
