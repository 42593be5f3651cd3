// Tokens taken apart, and signatures: the published examples and every algorithm.
#include "identity/jwt.hpp"

#include "identity/jwks.hpp"
#include "identity/token_maker.hpp"

#include <gtest/gtest.h>

namespace charter::testing {
namespace {

bool verified_by(const Json& jwk, const std::string& signed_text, std::string_view signature) {
    const Result<KeySet> set = KeySet::parse(Json{{"keys", {jwk}}}.dump());
    EXPECT_EQ(set->keys().size(), 1U) << jwk;
    const VerificationKeyPtr& key = set->keys()[0];
    const std::string bytes = from_base64url(signature).value();
    return verify_signature(*key, key->algorithms.front(), signed_text, bytes);
}

const std::string joe =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

// RFC 7515 appendix A.2.
TEST(Jwt, VerifiesThePublishedRs256) {
    const Json key = {
        {"kty", "RSA"},
        {"n",
         "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt"
         "0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSX"
         "ndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5"
         "IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"},
        {"e", "AQAB"}};
    EXPECT_TRUE(verified_by(
        key, "eyJhbGciOiJSUzI1NiJ9." + joe,
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W"
        "2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkS"
        "jtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnv"
        "Wh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"));
}

// RFC 7515 appendix A.3.
TEST(Jwt, VerifiesThePublishedEs256) {
    const Json key = {{"kty", "EC"},
                      {"crv", "P-256"},
                      {"x", "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"},
                      {"y", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}};
    const std::string signature =
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    EXPECT_TRUE(verified_by(key, "eyJhbGciOiJFUzI1NiJ9." + joe, signature));
    EXPECT_FALSE(verified_by(key, "eyJhbGciOiJFUzI1NiJ8." + joe, signature));
}

// RFC 8037 appendix A.4.
TEST(Jwt, VerifiesThePublishedEdDsa) {
    const Json key = {{"kty", "OKP"},
                      {"crv", "Ed25519"},
                      {"x", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}};
    EXPECT_TRUE(verified_by(
        key, "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"));
}

TEST(Jwt, EveryAlgorithmVerifiesItsOwnSignaturesOnly) {
    for (const AlgorithmFacts& facts : all_algorithms) {
        const Signer signer(std::string(facts.name), "k");
        const Result<VerificationKeyPtr> key = [&] {
            const Result<KeySet> set = KeySet::parse(jwks_of({signer}));
            return set->keys().empty()
                       ? Result<VerificationKeyPtr>(Error(ErrorCode::internal, "no key"))
                       : Result<VerificationKeyPtr>(set->keys()[0]);
        }();
        ASSERT_TRUE(key) << facts.name;
        for (const std::string& text : {std::string("text"), std::string(5'000, 'x')}) {
            const std::string signature = signer.sign(text);
            EXPECT_TRUE(verify_signature(**key, facts.algorithm, text, signature)) << facts.name;
            EXPECT_FALSE(verify_signature(**key, facts.algorithm, text + "x", signature));
            for (const AlgorithmFacts& other : all_algorithms) {
                EXPECT_EQ(verify_signature(**key, other.algorithm, text, signature),
                          other.algorithm == facts.algorithm)
                    << facts.name << " as " << other.name;
            }
        }
    }
}

// One in 256 halves begins with a zero byte, half of them with a high bit.
TEST(Jwt, EcdsaHalvesOfEveryFormAreRead) {
    for (const std::string algorithm : {"ES256", "ES384"}) {
        const Signer signer(algorithm, "k");
        const Result<KeySet> set = KeySet::parse(jwks_of({signer}));
        bool zero = false;
        for (int i = 0; i < 5'000 && !zero; ++i) {
            const std::string text = std::to_string(i);
            const std::string signature = signer.sign(text);
            zero = signature.front() == '\0' || signature[signature.size() / 2] == '\0';
            if (zero || i < 20) {
                EXPECT_TRUE(verify_signature(*set->keys()[0], *algorithm_named(algorithm), text,
                                             signature));
            }
        }
        EXPECT_TRUE(zero);
    }
}

TEST(Jwt, ATokenIsTakenApart) {
    const std::string token = to_base64url(R"({"alg":"PS256","kid":"a","x5t":"b","typ":"at+jwt"})") +
                              "." + to_base64url(R"({"sub":"ana"})") + ".AAAA";
    const Result<ParsedToken> parsed = parse_token(token);
    ASSERT_TRUE(parsed) << parsed.error().cause();
    EXPECT_EQ(parsed->algorithm, SignatureAlgorithm::ps256);
    EXPECT_EQ(parsed->kid, "a");
    EXPECT_EQ(parsed->claims, (Json{{"sub", "ana"}}));
    EXPECT_EQ(parsed->signed_text, token.substr(0, token.size() - 5));
    EXPECT_EQ(parsed->signature, std::string(3, '\0'));
}

}  // namespace
}  // namespace charter::testing
