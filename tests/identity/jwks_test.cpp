// Key sets: which keys are used, and why the others are not.
#include "identity/jwks.hpp"

#include "identity/token_maker.hpp"

#include "charter/base/limits.hpp"

#include <gtest/gtest.h>

namespace charter::testing {
namespace {

const Signer& rsa() {
    static const Signer signer("RS256", "rsa");
    return signer;
}
const Signer& ec() {
    static const Signer signer("ES256", "ec");
    return signer;
}
const Signer& ed() {
    static const Signer signer("EdDSA", "ed");
    return signer;
}

std::string set_of(const std::vector<Json>& keys) {
    return Json{{"keys", keys}}.dump();
}

Json with(Json jwk, const std::string& member, const Json& value) {
    jwk[member] = value;
    return jwk;
}
Json without(Json jwk, const std::string& member) {
    jwk.erase(member);
    return jwk;
}

/// Why a key is not used; "" when it is.
std::string reason(const Json& jwk) {
    const Result<KeySet> set = KeySet::parse(set_of({jwk}));
    EXPECT_TRUE(set);
    EXPECT_EQ(set->keys().size() + set->skipped().size(), 1U) << jwk;
    if (!set->keys().empty()) {
        return "";
    }
    const std::string text = set->skipped().at(0);
    return text.substr(text.find(": ") + 2);
}

TEST(Jwks, AKeyIsUsedForWhatItIsFor) {
    EXPECT_EQ(reason(rsa().jwk()), "");
    EXPECT_EQ(reason(without(rsa().jwk(), "use")), "");
    EXPECT_EQ(reason(with(rsa().jwk(), "key_ops", {"verify"})), "");
    EXPECT_EQ(reason(with(rsa().jwk(), "x5c", {"MIIB"})), "");
    EXPECT_EQ(reason(with(rsa().jwk(), "use", "enc")), "`use` is not sig");
    EXPECT_EQ(reason(with(rsa().jwk(), "use", 1)), "`use` is not sig");
    EXPECT_EQ(reason(with(rsa().jwk(), "key_ops", {"sign", "encrypt"})), "`key_ops` has no verify");
    EXPECT_EQ(reason(with(rsa().jwk(), "key_ops", "verify")), "`key_ops` has no verify");
    EXPECT_EQ(reason(with(rsa().jwk(), "kid", 1)), "`kid` is not a string");
    EXPECT_EQ(reason("key"), "not an object");
    for (const std::string secret : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
        EXPECT_EQ(reason(with(rsa().jwk(), secret, "AQAB")),
                  "it has `" + secret + "`, which is secret");
    }
}

TEST(Jwks, TheAlgorithmFitsTheKey) {
    const std::string none = "its `kty`, `crv` and `alg` make no signature that is verified here";
    for (const Json& alg : {Json("none"), Json("HS256"), Json("ES256"), Json("RSA-OAEP"), Json(1),
                            Json("rs256"), Json()}) {
        EXPECT_EQ(reason(with(rsa().jwk(), "alg", alg)), none) << alg;
    }
    EXPECT_EQ(reason(with(ec().jwk(), "alg", "ES384")), none);
    EXPECT_EQ(reason(with(ec().jwk(), "crv", "P-521")), none);
    EXPECT_EQ(reason(with(ec().jwk(), "crv", "secp256k1")), none);
    EXPECT_EQ(reason(with(ed().jwk(), "crv", "Ed448")), none);
    EXPECT_EQ(reason(with(ed().jwk(), "kty", "EC")), none);
    EXPECT_EQ(reason(Json{{"kty", "oct"}}), none);
    EXPECT_EQ(reason(Json::object()), none);

    const Result<KeySet> set = KeySet::parse(set_of({without(rsa().jwk(), "alg")}));
    EXPECT_EQ(set->keys()[0]->algorithms,
              (std::vector{SignatureAlgorithm::rs256, SignatureAlgorithm::rs384,
                           SignatureAlgorithm::rs512, SignatureAlgorithm::ps256}));
}

TEST(Jwks, AnRsaKeyIsNeitherShortNorLong) {
    EXPECT_EQ(reason(Signer("RS256", "k", 1'024).jwk()),
              "an RSA key has 2048 to 8192 bits, this one 1024");
    EXPECT_EQ(reason(with(rsa().jwk(), "n", to_base64url(std::string(1'025, '\x7f')))),
              "an RSA key has 2048 to 8192 bits, this one 8199");
    EXPECT_EQ(reason(with(rsa().jwk(), "n", to_base64url(std::string(1'024, '\x7f')))), "");
    const std::string numbers = "not the numbers of an RSA key";
    EXPECT_EQ(reason(with(rsa().jwk(), "e", "AQ")), numbers) << "with 1 everybody signs";
    EXPECT_EQ(reason(with(rsa().jwk(), "e", "AA")), numbers);
    EXPECT_EQ(reason(with(rsa().jwk(), "e", "AQAA")), numbers);
    EXPECT_EQ(reason(with(rsa().jwk(), "e", to_base64url(std::string(9, '\x7f')))), numbers);
    EXPECT_EQ(reason(with(rsa().jwk(), "n", to_base64url(std::string(256, '\xfe')))), numbers);
    EXPECT_EQ(reason(with(rsa().jwk(), "e", "AQAB=")), "`e` is not canonical base64url");
    EXPECT_EQ(reason(without(rsa().jwk(), "n")), "`n` is not canonical base64url");
}

TEST(Jwks, APointIsOnItsCurve) {
    EXPECT_EQ(reason(with(ec().jwk(), "y", ec().jwk()["x"])), "not a point of P-256");
    EXPECT_EQ(reason(with(ec().jwk(), "x", to_base64url(std::string(32, '\0')))),
              "not a point of P-256");
    EXPECT_EQ(reason(with(ec().jwk(), "x", to_base64url(std::string(33, '\1')))),
              "`x` and `y` have 32 bytes each on P-256");
    EXPECT_EQ(reason(without(ec().jwk(), "y")), "`x` and `y` have 32 bytes each on P-256");
    EXPECT_EQ(reason(Signer("ES384", "k").jwk()), "");
    EXPECT_EQ(reason(with(ed().jwk(), "x", "AAAA")), "`x` has 32 bytes on Ed25519");
}

TEST(Jwks, TextsThatAreNoKeySet) {
    for (const std::string text : {"", "{}", "[]", "null", R"({"keys":{}})", R"({"keys":null})",
                                   R"({"keys":[],"keys":[]})", R"({"keys":[]} x)", "<html>"}) {
        EXPECT_FALSE(KeySet::parse(text)) << text;
    }
    const std::vector<Json> many(limits::issuer_keys_max + 1, Json::object());
    EXPECT_FALSE(KeySet::parse(set_of(many)));
    EXPECT_EQ(KeySet::parse(R"({"keys":[]})")->keys().size(), 0U);
    EXPECT_EQ(KeySet::parse(set_of({1, rsa().jwk()}))->keys().size(), 1U);
}

TEST(Jwks, KeysThatShareANameAreLeftOut) {
    const Result<KeySet> set =
        KeySet::parse(set_of({ec().as("ES256", "a").jwk(), rsa().as("RS256", "a").jwk(),
                              Signer("ES256", "b").jwk(), Signer("ES256", "b").jwk(), ed().jwk(),
                              ed().jwk()}));
    ASSERT_EQ(set->keys().size(), 1U) << "the same key twice is one key";
    EXPECT_EQ(set->keys()[0]->kid, "ed");
    EXPECT_EQ(set->skipped().size(), 4U);
    const KeySet::Choice choice = set->choose("a", SignatureAlgorithm::es256);
    EXPECT_EQ(choice.key, nullptr);
}

TEST(Jwks, AKeyIsChosenByItsName) {
    const Result<KeySet> set =
        KeySet::parse(set_of({ec().jwk(), rsa().jwk(), without(Signer("ES256", "").jwk(), "kid"),
                              without(Signer("ES256", "").jwk(), "kid")}));
    EXPECT_EQ(set->keys().size(), 4U);
    EXPECT_EQ(set->choose("ec", SignatureAlgorithm::es256).key->kid, "ec");
    EXPECT_FALSE(set->choose("ec", SignatureAlgorithm::es384).unknown);
    EXPECT_EQ(set->choose("ec", SignatureAlgorithm::es384).key, nullptr);
    EXPECT_TRUE(set->choose("other", SignatureAlgorithm::es256).unknown);
    EXPECT_EQ(set->choose("", SignatureAlgorithm::es256).key, nullptr);
    EXPECT_EQ(set->choose(std::nullopt, SignatureAlgorithm::rs256).key->kid, "rsa");
    EXPECT_EQ(set->choose(std::nullopt, SignatureAlgorithm::es256).key, nullptr);
    EXPECT_TRUE(set->choose(std::nullopt, SignatureAlgorithm::eddsa).unknown);
}

TEST(Jwks, ASuccessorKeepsWhatIsEqual) {
    Result<KeySet> before = KeySet::parse(set_of({ec().jwk(), rsa().jwk()}));
    const VerificationKeyPtr old_ec = before->choose("ec", SignatureAlgorithm::es256).key;
    const VerificationKeyPtr old_rsa = before->choose("rsa", SignatureAlgorithm::rs256).key;
    Result<KeySet> after =
        KeySet::parse(set_of({ed().jwk(), ec().jwk(), with(rsa().jwk(), "alg", "RS512")}));

    EXPECT_TRUE(after->succeed(*before));

    EXPECT_EQ(after->choose("ec", SignatureAlgorithm::es256).key, old_ec);
    EXPECT_FALSE(old_ec->withdrawn);
    EXPECT_TRUE(old_rsa->withdrawn) << "it permits another algorithm now";
    Result<KeySet> again =
        KeySet::parse(set_of({with(rsa().jwk(), "alg", "RS512"), ec().jwk(), ed().jwk()}));
    EXPECT_FALSE(again->succeed(*after));
}

}  // namespace
}  // namespace charter::testing
