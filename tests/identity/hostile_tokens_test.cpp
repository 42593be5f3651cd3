// Tokens that must be refused, each with the cause that the log gets. All are signed by a key of
// the issuer unless the signature is what is wrong.
#include "identity/issuers_fixture.hpp"

#include "charter/base/limits.hpp"

#include <cmath>
#include <functional>
#include <set>

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
const Signer& pss() {
    static const Signer signer("PS256", "pss");
    return signer;
}
const Signer& p384() {
    static const Signer signer("ES384", "p384");
    return signer;
}
const Signer& stranger() {
    static const Signer signer("ES256", "stranger");
    return signer;
}

class HostileTokens : public IssuersFixture {
protected:
    HostileTokens() {
        serve_keys({rsa(), ec(), ed(), pss(), p384()});
        refresh();
    }
    ~HostileTokens() override {
        // None of them left a trace.
        EXPECT_EQ(cause(signed_token(ec(), good_claims())), "");
    }

    void refused(const std::string& what, const std::string& token, const std::string& expected) {
        EXPECT_EQ(cause(token), expected) << what;
        EXPECT_EQ(issuers.remembered(token, now), nullptr) << what;
    }

    /// Signed with ES256; the header as given.
    static std::string header(const std::string& text) {
        return signed_token(ec(), text, good_claims().dump());
    }
    static std::string header_with(const std::string& member, const Json& value) {
        Json changed = header_of(ec());
        changed[member] = value;
        return header(changed.dump());
    }
    static std::string claims(const std::string& text) {
        return signed_token(ec(), header_of(ec()).dump(), text);
    }
    static std::string claim(const std::string& name, const Json& value) {
        Json changed = good_claims();
        changed[name] = value;
        return claims(changed.dump());
    }
    static std::string without(const std::string& name) {
        Json changed = good_claims();
        changed.erase(name);
        return claims(changed.dump());
    }
    /// The claims with a member written as it is, which need not be JSON.
    static std::string written(const std::string& name, const std::string& value) {
        Json changed = good_claims();
        changed.erase(name);
        const std::string text = changed.dump();
        return claims("{\"" + name + "\":" + value + "," + text.substr(1));
    }
};

const std::string canonical_header = "the header is not canonical base64url";
const std::string canonical_signature = "the signature is not canonical base64url";
const std::string three_parts = "not three parts with dots between them";
const std::string wrong = "the signature is wrong";

TEST_F(HostileTokens, AlgorithmsThatAreNone) {
    for (const std::string name : {"none", "None", "NONE", "nOnE", "HS256", "HS384", "HS512",
                                   "es256", "ES256K", "RSA-OAEP", "PS384", "ES256,ES384"}) {
        const std::string expected = "`alg` is `" + name + "`, which is never accepted";
        refused(name, header_with("alg", name), expected);
        refused(name, joined(header_of(ec().as(name, "ec")).dump(), good_claims().dump()) + ".",
                expected);
    }
    refused("a space", header_with("alg", " none"), "`alg` is `?none`, which is never accepted");
    refused("empty", header_with("alg", ""), "`alg` is ``, which is never accepted");
    for (const Json& value : {Json(), Json(1), Json::array({"ES256"}), Json::object()}) {
        refused(value.dump(), header_with("alg", value), "`alg` is missing or not a string");
    }
    refused("no alg", header(R"({"kid":"ec"})"), "`alg` is missing or not a string");
}

TEST_F(HostileTokens, APublicKeyAsASecret) {
    for (const std::string& secret :
         {rsa().public_pem(), rsa().jwk().dump(), ec().public_pem(), std::string()}) {
        const std::string text =
            joined(R"({"alg":"HS256","kid":"rsa"})", good_claims().dump());
        const Digest mac = hmac_sha256(secret, text);
        const std::string_view bytes(reinterpret_cast<const char*>(mac.data()), mac.size());
        refused("HMAC", text + "." + to_base64url(bytes),
                "`alg` is `HS256`, which is never accepted");
        refused("HMAC as RS256",
                joined(R"({"alg":"RS256","kid":"rsa"})", good_claims().dump()) + "." +
                    to_base64url(bytes),
                wrong);
    }
}

TEST_F(HostileTokens, AKeyThatPermitsAnotherAlgorithm) {
    const std::string another = "the key permits another `alg`";
    for (const std::string name : {"RS384", "RS512", "PS256", "ES256", "EdDSA"}) {
        refused(name, signed_token(rsa().as(name == "ES256" || name == "EdDSA" ? "RS256" : name, ""),
                                   R"({"kid":"rsa","alg":")" + name + "\"}", good_claims().dump()),
                another + ": `rsa`");
    }
    refused("PSS as PKCS1", signed_token(pss().as("RS256", "pss"), good_claims()),
            another + ": `pss`");
    refused("P-384 as P-256", signed_token(ec(), R"({"alg":"ES256","kid":"p384"})",
                                           good_claims().dump()),
            another + ": `p384`");
}

TEST_F(HostileTokens, AKeyThatIsNotTheSigners) {
    refused("of another key", signed_token(stranger().as("ES256", "ec"), good_claims()), wrong);
    refused("unknown", signed_token(stranger(), good_claims()),
            "the issuer has no key of this `kid`: `stranger`");
    const std::string no_key = "the issuer has no key of this `kid`: ";
    refused("a path", header_with("kid", "../../ec"), no_key + "`../../ec`");
    refused("SQL", header_with("kid", "' OR 1=1"), no_key + "`'?OR?1=1`");
    refused("a line", header_with("kid", "ec\n2026 accepted"), no_key + "`ec?2026?accepted`");
    refused("long", header_with("kid", std::string(1'000, 'k')),
            no_key + "`" + std::string(80, 'k') + "...`");
    refused("empty", header_with("kid", ""), no_key + "``");
    refused("a number", header_with("kid", 1), "`kid` is not a string");
    refused("null", header_with("kid", nullptr), "`kid` is not a string");
    const Signer again = rsa().as("PS256", "pss");
    refused("RSA key of another kid", signed_token(again, good_claims()), wrong);
}

TEST_F(HostileTokens, AHeaderThatBringsItsKey) {
    const std::string url = "https://evil.example/keys";
    refused("crit", header_with("crit", {"exp"}), "the header has `crit`");
    refused("crit, empty", header_with("crit", Json::array()), "the header has `crit`");
    refused("crit b64", header(R"({"alg":"ES256","kid":"ec","crit":["b64"],"b64":false})"),
            "the header has `crit`");
    refused("b64", header_with("b64", false), "the header has `b64`");
    refused("jku", header_with("jku", url), "the header has `jku`");
    refused("x5u", header_with("x5u", url), "the header has `x5u`");
    refused("x5c", header_with("x5c", {"MIIB"}), "the header has `x5c`");
    refused("enc", header_with("enc", "A128GCM"), "the header has `enc`");
    refused("zip", header_with("zip", "DEF"), "the header has `zip`");
    Json own = header_of(stranger());
    own["jwk"] = stranger().jwk();
    refused("jwk", signed_token(stranger(), own.dump(), good_claims().dump()),
            "the header has `jwk`");
    EXPECT_EQ(web.times_asked(url), 0U);
}

TEST_F(HostileTokens, ATypeThatIsNoAccessToken) {
    for (const std::string type : {"jwe", "logout+jwt", "dpop+jwt", "secevent+jwt", "text/jwt", ""}) {
        refused(type, header_with("typ", type),
                "`typ` is `" + type + "`, which is no access token");
    }
    refused("a number", header_with("typ", 1), "`typ` is not a string");
    for (const std::string type : {"jwt", "JWT", "at+jwt", "AT+JWT", "application/at+jwt",
                                   "application/jwt"}) {
        EXPECT_EQ(cause(header_with("typ", type)), "") << type;
    }
}

TEST_F(HostileTokens, HeadersThatAreNoStrictJson) {
    const std::string not_json = "the header is not strict JSON: ";
    refused("twice", header(R"({"alg":"ES256","kid":"ec","alg":"none"})"),
            not_json + "the name is there twice");
    refused("twice, escaped", header(R"({"alg":"ES256","kid":"ec","\u0061lg":"none"})"),
            not_json + "the name is there twice");
    for (const std::string text : {"[]", "\"ES256\"", "null", "1"}) {
        refused(text, header(text), "the header is not an object");
    }
    for (const std::string& text :
         {std::string("{\"alg\":\"ES256\",\"kid\":\"ec\"}{}"), std::string("{\"alg\":\"ES256\""),
          std::string("\xEF\xBB\xBF{}"), std::string("{\"alg\":\"ES256\"}\0", 16),
          std::string("{'alg':'ES256'}"), std::string("{\"alg\":\"ES\xFF\"}"),
          std::string("{/**/\"alg\":\"ES256\"}"), std::string(" ")}) {
        EXPECT_TRUE(cause(header(text)).starts_with(not_json)) << text;
    }
}

TEST_F(HostileTokens, MomentsThatAreNone) {
    refused("no exp", without("exp"), "`exp` is missing");
    const std::string soon = std::to_string(seconds(start) + 3'600);
    for (const std::string name : {"exp", "nbf", "iat"}) {
        for (const Json& value : {Json(soon), Json(nullptr), Json(true), Json::array({1}),
                                  Json::object()}) {
            refused(name, claim(name, value), "`" + name + "` is not a number");
        }
        for (const std::string value : {"-1", "-1e300", "1e300", "253402300800",
                                        "9223372036854775807", "-9223372036854775808"}) {
            refused(name + value, written(name, value),
                    "`" + name + "` is no moment of the years 1970 to 9999");
        }
        for (const std::string value : {"NaN", "Infinity", "-Infinity", "1e400",
                                        "99999999999999999999", "0x7fffffff", "01", "+1"}) {
            EXPECT_TRUE(cause(written(name, value)).starts_with("the claims are not strict JSON: "))
                << name << value;
        }
    }
    refused("0", claim("exp", 0), "expired at 1970-01-01T00:00:00Z");
    refused("long ago", claim("exp", 1'000'000'000), "expired at 2001-09-09T01:46:40Z");
    refused("just now", claim("exp", seconds(start) - 30), "expired at 2026-11-21T08:59:30Z");
    refused("a fraction", claim("exp", double(seconds(start)) - 30.5),
            "expired at 2026-11-21T08:59:29.500Z");
    refused("later", claim("nbf", seconds(start) + 31), "not valid before 2026-11-21T09:00:31Z");
    EXPECT_EQ(cause(claim("exp", seconds(start) - 29)), "") << "within the leeway";
    EXPECT_EQ(cause(claim("exp", double(seconds(start)) + 0.5)), "");
    EXPECT_EQ(cause(claim("nbf", seconds(start) + 30)), "");
    EXPECT_EQ(cause(claim("nbf", 0)), "");
    EXPECT_EQ(cause(without("iat")), "");
}

TEST_F(HostileTokens, TokensForOthers) {
    const std::string others = "`aud` names others only";
    const std::string form = "`aud` is neither a string nor a list of strings";
    refused("missing", without("aud"), "`aud` is missing");
    for (const Json& value : {Json("Charter"), Json("charter "), Json("charter,other"), Json(""),
                              Json::array(), Json::array({"a", "b"})}) {
        refused(value.dump(), claim("aud", value), others);
    }
    for (const Json& value : {Json(), Json(1), Json{{"charter", true}}, Json::array({1}),
                              Json::array({"charter", 1}), Json::array({Json::array({"charter"})})}) {
        refused(value.dump(), claim("aud", value), form);
    }
    EXPECT_EQ(cause(claim("aud", {"other", "charter"})), "");
}

TEST_F(HostileTokens, TokensOfOthers) {
    refused("missing", without("iss"), "no issuer is ``");
    refused("a list", claim("iss", Json::array({issuer_url})), "no issuer is ``");
    refused("null", claim("iss", nullptr), "no issuer is ``");
    for (const std::string& other :
         {issuer_url + "/", std::string("http://login.example/realms/corp"), issuer_url + "?a",
          std::string("https://LOGIN.example/realms/corp"), std::string("corp"),
          issuer_url.substr(0, issuer_url.size() - 1)}) {
        refused(other, claim("iss", other), "no issuer is `" + other + "`");
    }
    refused("a NUL", written("iss", "\"" + issuer_url + "\\u0000\""),
            "the claims are not strict JSON: a string holds no NUL");
}

TEST_F(HostileTokens, SubjectsThatAreNone) {
    refused("missing", without("sub"), "`sub` is missing or not a string");
    for (const Json& value : {Json(), Json(7), Json::array({"ana"}), Json::object()}) {
        refused(value.dump(), claim("sub", value), "`sub` is missing or not a string");
    }
    const std::string form = "`sub` has 1 to 255 bytes without control characters";
    for (const std::string& value : {std::string(), std::string("a\nb"), std::string("a\x7f"),
                                     std::string("a\xC2\x85"), std::string(256, 'a')}) {
        refused("sub", claim("sub", value), form);
    }
    EXPECT_EQ(cause(claim("sub", std::string(255, 'a'))), "");
}

TEST_F(HostileTokens, ClaimsThatAreNoStrictJson) {
    const std::string text = good_claims().dump();
    const std::string not_json = "the claims are not strict JSON: ";
    for (const std::string name : {"sub", "aud", "exp", "iss", "groups"}) {
        const std::string twice = "{\"" + name + "\":\"charter\"," + text.substr(1);
        refused(name, claims(twice), not_json + "the name is there twice");
    }
    refused("nested", written("a", R"({"b":1,"b":2})"), not_json + "the name is there twice");
    refused("deep", written("a", std::string(40, '[') + std::string(40, ']')),
            not_json + "nested deeper than 32");
    refused("a NUL", written("a", R"("\u0000")"), not_json + "a string holds no NUL");
    for (const std::string value :
         {R"("\ud800")", R"("\udc00\ud800")", R"("\ud83d\ud83d")", "\"\xED\xA0\x80\"",
          "\"\xC0\x80\"", "\"\xFF\"", "\"a\nb\"", "", "undefined", "\"open"}) {
        EXPECT_TRUE(cause(written("a", value)).starts_with(not_json)) << value;
    }
    EXPECT_TRUE(cause(claims(text + std::string(1, '\0'))).starts_with(not_json));
    EXPECT_TRUE(cause(claims(text + text)).starts_with(not_json));
    EXPECT_TRUE(cause(claims(text.substr(0, text.size() - 1))).starts_with(not_json));
    refused("a list", claims("[" + text + "]"), "the claims are not an object");
    refused("nested token", claims("\"" + signed_token(ec(), good_claims()) + "\""),
            "the claims are not an object");
}

TEST_F(HostileTokens, FormsThatAreNotCompact) {
    const std::string good = signed_token(ec(), good_claims());
    const std::size_t first = good.find('.');
    const std::size_t second = good.rfind('.');
    for (const std::string& text :
         {std::string(), std::string("."), std::string("a"), good.substr(0, first),
          good.substr(0, second), good + ".", good + ".a", "." + good, good + ".." + good,
          std::string(8'192, '.')}) {
        refused(text, text, three_parts);
    }
    refused("JSON form", R"({"payload":"a","signatures":[]})", three_parts);
    EXPECT_TRUE(cause(good.substr(first)).starts_with("the header is not strict JSON: "));
    refused("only dots", "..", cause(good.substr(first)));
    refused("no claims", good.substr(0, first) + good.substr(second - 1).replace(0, 1, "."),
            cause(good.substr(0, first) + ".." + good.substr(second + 1)));
    refused("no signature", good.substr(0, second + 1), "the signature is empty");
    for (const std::string space : {" ", "\n", "\t", "\r\n"}) {
        EXPECT_NE(cause(space + good), "");
        EXPECT_NE(cause(good + space + "a"), "");
    }
    refused("a space before", " " + good, canonical_header);
    refused("a line after", good + "\n", canonical_signature);
    refused("a NUL after", good + std::string(1, '\0'), canonical_signature);
    refused("Bearer", "Bearer " + good, canonical_header);
    refused("long", good + std::string(limits::token_bytes_max, 'A'),
            "longer than token_bytes_max, 8192");
    refused("dots", std::string(8'193, '.'), "longer than token_bytes_max, 8192");
}

TEST_F(HostileTokens, Base64ThatIsNotCanonical) {
    std::string good = signed_token(ed(), good_claims());
    const std::size_t second = good.rfind('.');
    refused("padding", good + "==", canonical_signature);
    refused("padding of the header", good.substr(0, good.find('.')) + "=" +
                                         good.substr(good.find('.')),
            canonical_header);
    refused("truncated", good.substr(0, good.size() - 1), canonical_signature);
    refused("a byte less", good.substr(0, good.size() - 2), wrong);
    // 64 bytes leave four bits of the last digit unused: 15 other spellings of the same bytes.
    const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const std::size_t last = digits.find(good.back());
    for (std::size_t i = 1; i < 16; ++i) {
        refused("unused bits", good.substr(0, good.size() - 1) + digits[last + i],
                canonical_signature);
    }
    std::string plain = good;
    plain[second + 5] = '+';
    refused("base64", plain, canonical_signature);
    plain[second + 5] = '/';
    refused("base64", plain, canonical_signature);
    plain[second + 5] = '%';
    refused("percent", plain, canonical_signature);
    for (const Signer& signer : {rsa(), ec(), ed(), pss(), p384()}) {
        const std::string token = signed_token(signer, good_claims());
        const Result<std::string> signature =
            from_base64url(std::string_view(token).substr(token.rfind('.') + 1));
        const std::string text = token.substr(0, token.rfind('.') + 1);
        refused("shorter", text + to_base64url(signature->substr(1)), wrong);
        refused("longer", text + to_base64url(*signature + '\0'), wrong);
        refused("longer", text + to_base64url(std::string(1, '\0') + *signature), wrong);
        refused("zeros", text + to_base64url(std::string(signature->size(), '\0')), wrong);
        refused("ones", text + to_base64url(std::string(signature->size(), '\xff')), wrong);
    }
}

TEST_F(HostileTokens, SignaturesOfAnotherForm) {
    const std::string text = joined(header_of(ec()).dump(), good_claims().dump());
    const std::string signature = ec().sign(text);
    const std::string r = signature.substr(0, 32);
    const std::string s = signature.substr(32);
    const std::string zero(32, '\0');
    const std::string order =
        from_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551").value();
    const auto with = [&](const std::string& bytes) { return text + "." + to_base64url(bytes); };
    ASSERT_EQ(cause(with(signature)), "");
    refused("DER", with(ec().sign_plainly(text)), wrong);
    for (const std::string& bytes : {zero + s, r + zero, order + s, r + order, s + r, r, r + r + s,
                                     '\0' + r + '\0' + s, zero + zero, order + order}) {
        refused(to_hex({testing::bytes(bytes), bytes.size()}), with(bytes), wrong);
    }
    const Signer& long_salt = pss();
    const std::string pss_text = joined(header_of(pss()).dump(), good_claims().dump());
    for (const int salt : {0, 20, 64}) {
        refused("a salt of another length",
                pss_text + "." + to_base64url(long_salt.sign_plainly(pss_text, salt)), wrong);
    }
}

TEST_F(HostileTokens, EveryBitOfATokenCounts) {
    const std::string good = signed_token(ed(), good_claims());
    ASSERT_EQ(cause(good), "");
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (const int bit : {1, 32}) {
            std::string other = good;
            other[i] = static_cast<char>(other[i] ^ bit);
            EXPECT_NE(cause(other), "") << i;
        }
    }
}

TEST_F(HostileTokens, WithoutAKeyIdTheKeyMustBeTheOnlyOne) {
    const auto token = [](const Signer& signer) {
        return signed_token(signer, R"({"alg":")" + signer.algorithm() + "\"}",
                            good_claims().dump());
    };
    EXPECT_EQ(cause(token(ec())), "");
    EXPECT_EQ(cause(token(rsa())), "");
    refused("RS384", token(rsa().as("RS384", "")), "without `kid`, and no key permits this `alg`");
    serve_keys({ec(), stranger()});
    now += std::chrono::minutes(11);
    refresh();
    refused("two", token(ec()), "without `kid`, and several keys permit this `alg`");
    serve_keys({rsa(), ec(), ed(), pss(), p384()});
    now += std::chrono::minutes(11);
    refresh();
}

}  // namespace
}  // namespace charter::testing
