#include "jwk.hpp"

#include <nlohmann/json.hpp>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <algorithm>

namespace charter {

namespace {

constexpr int rsa_bits_min = 2'048;  // RFC 7518 section 3.3
constexpr int rsa_bits_max = 8'192;  // a longer one only costs time
constexpr int rsa_exponent_bits_max = 64;

template <class T, void (*release)(T*)>
struct Release {
    void operator()(T* thing) const { release(thing); }
};
using Number = std::unique_ptr<BIGNUM, Release<BIGNUM, BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Release<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Release<OSSL_PARAM, OSSL_PARAM_free>>;
using Context = std::unique_ptr<EVP_PKEY_CTX, Release<EVP_PKEY_CTX, EVP_PKEY_CTX_free>>;

Error unusable(std::string why) {
    return Error(ErrorCode::invalid_request, std::move(why));
}

/// "" for what is not there or not a string: no member that is read may be empty.
std::string text_of(const Json& key, const char* member) {
    const auto found = key.find(member);
    return found != key.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Result<std::string> bytes_of(const Json& key, const char* member) {
    Result<std::string> bytes = from_base64url(text_of(key, member));
    if (!bytes || bytes->empty()) {
        return unusable("`" + std::string(member) + "` is not canonical base64url");
    }
    return bytes;
}

const unsigned char* raw(const std::string& bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

Number number_of(const std::string& bytes) {
    return Number(BN_bin2bn(raw(bytes), static_cast<int>(bytes.size()), nullptr));
}

Result<PublicKey> build(const char* type, OSSL_PARAM_BLD* builder) {
    const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
    const Context context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* made = nullptr;
    if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
        return unusable("not a key");
    }
    return PublicKey(made, EVP_PKEY_free);
}

Result<PublicKey> rsa_key(const Json& key, std::string& content) {
    const Result<std::string> modulus = bytes_of(key, "n");
    const Result<std::string> exponent = bytes_of(key, "e");
    if (!modulus || !exponent) {
        return (modulus ? exponent : modulus).error();
    }
    const Number n = number_of(*modulus);
    const Number e = number_of(*exponent);
    if (!n || !e) {
        return unusable("not a number");
    }
    const int bits = BN_num_bits(n.get());
    if (bits < rsa_bits_min || bits > rsa_bits_max) {
        return unusable("an RSA key has 2048 to 8192 bits, this one " + std::to_string(bits));
    }
    // With the exponent 1 everybody signs; OpenSSL does not look.
    if (BN_is_odd(n.get()) == 0 || BN_is_odd(e.get()) == 0 || BN_is_one(e.get()) == 1 ||
        BN_num_bits(e.get()) > rsa_exponent_bits_max) {
        return unusable("not the numbers of an RSA key");
    }
    content = *modulus + "|" + *exponent;
    const Builder builder(OSSL_PARAM_BLD_new());
    if (!builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
        return unusable("not a key");
    }
    return build("RSA", builder.get());
}

Result<PublicKey> ec_key(const Json& key, const std::string& curve, std::string& content) {
    const std::size_t half = curve == "P-256" ? 32 : 48;
    const Result<std::string> x = bytes_of(key, "x");
    const Result<std::string> y = bytes_of(key, "y");
    if (!x || !y || x->size() != half || y->size() != half) {
        return unusable("`x` and `y` have " + std::to_string(half) + " bytes each on " + curve);
    }
    content = *x + *y;
    const std::string point = "\x04" + content;
    const Builder builder(OSSL_PARAM_BLD_new());
    if (!builder ||
        OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve.c_str(),
                                        0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                         point.size()) != 1) {
        return unusable("not a key");
    }
    Result<PublicKey> made = build("EC", builder.get());
    if (!made) {
        return unusable("not a point of " + curve);
    }
    const Context context(EVP_PKEY_CTX_new(made->get(), nullptr));
    if (!context || EVP_PKEY_public_check(context.get()) != 1) {
        return unusable("not a point of " + curve);
    }
    return made;
}

Result<PublicKey> ed25519_key(const Json& key, std::string& content) {
    const Result<std::string> x = bytes_of(key, "x");
    if (!x || x->size() != 32) {
        return unusable("`x` has 32 bytes on Ed25519");
    }
    content = *x;
    EVP_PKEY* made = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(*x), x->size());
    if (made == nullptr) {
        return unusable("not a key");
    }
    return PublicKey(made, EVP_PKEY_free);
}

/// RFC 7517 sections 4.2 and 4.3, and no part of a secret key (RFC 7518 section 6).
Result<> check_use(const Json& key) {
    for (const char* secret : {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}) {
        if (key.contains(secret)) {
            return unusable("it has `" + std::string(secret) + "`, which is secret");
        }
    }
    if (key.contains("use") && text_of(key, "use") != "sig") {
        return unusable("`use` is not sig");
    }
    if (const auto operations = key.find("key_ops"); operations != key.end()) {
        if (!operations->is_array() || std::ranges::find(*operations, "verify") == operations->end()) {
            return unusable("`key_ops` has no verify");
        }
    }
    if (const auto kid = key.find("kid"); kid != key.end() && !kid->is_string()) {
        return unusable("`kid` is not a string");
    }
    return {};
}

/// Those that fit the kind of key; only its own `alg` if it has one.
std::vector<SignatureAlgorithm> algorithms_of(const Json& key) {
    const std::string type = text_of(key, "kty");
    const std::string curve = type == "RSA" ? std::string() : text_of(key, "crv");
    std::vector<SignatureAlgorithm> fitting;
    for (const AlgorithmFacts& facts : all_algorithms) {
        if (facts.key_type == type && facts.curve == curve &&
            (!key.contains("alg") || text_of(key, "alg") == facts.name)) {
            fitting.push_back(facts.algorithm);
        }
    }
    return fitting;
}

}  // namespace

Result<VerificationKeyPtr> parse_jwk(const Json& key) {
    if (!key.is_object()) {
        return unusable("not an object");
    }
    if (const Result<> checked = check_use(key); !checked) {
        return checked.error();
    }
    auto made = std::make_shared<VerificationKey>();
    made->algorithms = algorithms_of(key);
    if (made->algorithms.empty()) {
        return unusable("its `kty`, `crv` and `alg` make no signature that is verified here");
    }
    const std::string type = text_of(key, "kty");
    const std::string curve = text_of(key, "crv");
    std::string content;
    Result<PublicKey> built = type == "RSA"  ? rsa_key(key, content)
                              : type == "EC" ? ec_key(key, curve, content)
                                             : ed25519_key(key, content);
    if (!built) {
        return built.error();
    }
    made->key = std::move(*built);
    if (type != "OKP") {
        made->begun.reset(EVP_PKEY_CTX_new(made->key.get(), nullptr));
        if (!made->begun || EVP_PKEY_verify_init(made->begun.get()) != 1) {
            return unusable("no signature can be verified with it");
        }
    }
    if (key.contains("kid")) {
        made->kid = text_of(key, "kid");
    }
    const Json described = {type, curve, text_of(key, "alg"), made->kid.value_or(""),
                            made->kid.has_value(), to_base64url(content)};
    made->content = sha256(described.dump());
    return VerificationKeyPtr(std::move(made));
}

}  // namespace charter
