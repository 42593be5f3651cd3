// Keys from a URL or a file, several issuers at once, and the ID tokens of web sign-in.
#include "identity/issuers_fixture.hpp"
#include "identity/remembered_tokens.hpp"

#include "charter/base/limits.hpp"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace charter::testing {
namespace {

using namespace std::chrono_literals;

const Signer& key() {
    static const Signer signer("EdDSA", "a");
    return signer;
}
const Signer& other_key() {
    static const Signer signer("EdDSA", "b");
    return signer;
}

/// Settings where the keys are in a file, which goes with the test.
class KeyFile {
public:
    KeyFile() {
        std::string name = (std::filesystem::temp_directory_path() / "charter-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("no temporary folder");
        }
        folder_ = name;
    }
    ~KeyFile() {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    KeyFile(const KeyFile&) = delete;
    KeyFile& operator=(const KeyFile&) = delete;

    std::filesystem::path path() const { return folder_ / "keys.json"; }
    void write(const std::string& text) const { std::ofstream(path()) << text; }
    Json settings() const {
        Json all = settings_json();
        all["jwks_file"] = path().string();
        return all;
    }

private:
    std::filesystem::path folder_;
};

struct FileIssuerTest : KeyFile, IssuersFixture {
    FileIssuerTest() : IssuersFixture(KeyFile::settings()) {}
};

TEST_F(FileIssuerTest, KeysOfAFileAreReadAgain) {
    write(jwks_of({key()}));
    refresh();
    EXPECT_EQ(cause(signed_token(key(), good_claims())), "");

    write(jwks_of({other_key()}));
    EXPECT_EQ(cause(signed_token(other_key(), good_claims())), "") << "for an unknown kid";
    EXPECT_NE(cause(signed_token(key(), good_claims())), "");

    write(jwks_of({key()}));
    now += 59s;
    refresh();
    EXPECT_EQ(cause(signed_token(other_key(), good_claims())), "") << "at most once a minute";
    now += 1s;
    refresh();
    EXPECT_NE(cause(signed_token(other_key(), good_claims())), "");
    EXPECT_EQ(cause(signed_token(key(), good_claims())), "");
    EXPECT_TRUE(web.asked.empty());
}

TEST_F(FileIssuerTest, AFileThatIsNoneIsAProblem) {
    const auto problem = [&] {
        now += 2min;
        refresh();
        return issuers.status(now).at(0).problem;
    };
    EXPECT_EQ(problem(), path().string() + ": no such file");
    write("");
    EXPECT_EQ(problem(), path().string() + ": the keys are not strict JSON");
    write(std::string(limits::issuer_answer_bytes_max + 1, ' '));
    EXPECT_EQ(problem(), path().string() + ": longer than issuer_answer_bytes_max");
    write(jwks_of({key()}));
    EXPECT_EQ(problem(), "");
    std::filesystem::remove(path());
    std::filesystem::create_directory(path());
    EXPECT_EQ(problem(), path().string() + ": no such file");
    EXPECT_EQ(cause(signed_token(key(), good_claims())), "");
}

TEST(IssuerSources, AUrlIsAskedWithoutDiscovery) {
    FakeWeb web;
    Json settings = settings_json();
    settings["jwks_url"] = "https://keys.example/all";
    web.answer("https://keys.example/all", jwks_of({key()}));
    Issuers issuers(settings_of(settings), web.fetch());
    run(issuers.refresh_due(start));

    EXPECT_TRUE(run(issuers.verify(signed_token(key(), good_claims()), start)));
    EXPECT_EQ(web.asked, std::vector<std::string>{"https://keys.example/all"});
}

TEST(IssuerSources, OneThatIsDownDoesNotDisturbAnother) {
    FakeWeb web;
    Json down = settings_json();
    Json up = settings_json();
    up["name"] = "up";
    up["issuer"] = "http://127.0.0.1:8090/";
    web.answer("http://127.0.0.1:8090/.well-known/openid-configuration",
               Json{{"issuer", "http://127.0.0.1:8090/"}, {"jwks_uri", "http://127.0.0.1:8090/k"}}
                   .dump());
    web.answer("http://127.0.0.1:8090/k", jwks_of({key()}));
    Issuers issuers(parse_issuers(Json::array({down, up})).value(), web.fetch());
    run(issuers.refresh_due(start));

    Json claims = good_claims();
    EXPECT_FALSE(run(issuers.verify(signed_token(key(), claims), start)));
    claims["iss"] = "http://127.0.0.1:8090/";
    const Result<IdentityPtr> verified =
        run(issuers.verify(signed_token(key(), claims), start));
    ASSERT_TRUE(verified) << verified.error().cause();
    EXPECT_EQ((*verified)->issuer, "up");
}

TEST(IssuerSources, AnIssuerUsesTheAlgorithmsItMay) {
    FakeWeb web;
    Json settings = settings_json();
    settings["jwks_url"] = "https://keys.example/all";
    settings["algorithms"] = {"ES256"};
    web.answer("https://keys.example/all", jwks_of({key()}));
    Issuers issuers(settings_of(settings), web.fetch());
    run(issuers.refresh_due(start));

    const auto verified = run(issuers.verify(signed_token(key(), good_claims()), start));
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().cause(), "the issuer may not use this `alg`");
}

Json sign_in_settings() {
    Json settings = settings_json();
    settings["sign_in"] = {{"client_id", "charter-web"}};
    return settings;
}

class SignInTest : public IssuersFixture {
protected:
    SignInTest() : IssuersFixture(sign_in_settings()) { serve_keys({key()}); }

    std::string id_cause(const Json& changes, const std::string& nonce = "n-1") {
        Json claims = good_claims();
        claims.update({{"aud", "charter-web"}, {"nonce", "n-1"}});
        claims.update(changes);
        const auto verified =
            run(issuers.verify_id_token("corp", signed_token(key(), claims), nonce, now));
        return verified ? "" : verified.error().cause();
    }
};

TEST_F(SignInTest, AnIdTokenIsForTheClientAndHasTheNonce) {
    EXPECT_EQ(id_cause(Json::object()), "") << "an unknown key is fetched here too";
    EXPECT_EQ(id_cause({{"azp", "charter-web"}, {"aud", {"charter-web", "x"}}}), "");
    EXPECT_EQ(id_cause({{"azp", "other"}}), "`azp` is another client");
    EXPECT_EQ(id_cause({{"azp", 1}}), "`azp` is another client");
    EXPECT_EQ(id_cause({{"aud", "charter"}}), "`aud` names others only");
    EXPECT_EQ(id_cause(Json::object(), "n-2"), "`nonce` is another one");
    EXPECT_EQ(id_cause({{"nonce", nullptr}}), "`nonce` is another one");
    EXPECT_EQ(id_cause({{"nonce", ""}}, ""), "`nonce` is another one");
    EXPECT_EQ(id_cause({{"exp", 1}}), "expired at 1970-01-01T00:00:01Z");
    EXPECT_EQ(id_cause({{"iss", "https://other.example"}}), "no issuer is `https://other.example`");
    const auto nobody = run(issuers.verify_id_token("other", "a.b.c", "n", now));
    EXPECT_EQ(nobody.error().cause(), "nobody signs in with this issuer");
}

TEST_F(SignInTest, AnIdTokenIsNoAccessToken) {
    Json claims = good_claims();
    claims.update({{"aud", "charter-web"}, {"nonce", "n-1"}});
    const std::string token = signed_token(key(), claims);
    refresh();
    ASSERT_TRUE(run(issuers.verify_id_token("corp", token, "n-1", now)));

    EXPECT_EQ(issuers.remembered(token, now), nullptr);
    EXPECT_EQ(cause(token), "`aud` names others only");
}

TEST_F(SignInTest, EndpointsAreLearntByDiscovery) {
    refresh();
    EXPECT_FALSE(issuers.endpoints("corp")) << "the issuer has none";
    EXPECT_FALSE(issuers.endpoints("other"));
    Json document = Json::parse(web.answers.at(discovery_url).body);
    document["authorization_endpoint"] = issuer_url + "/auth";
    document["token_endpoint"] = issuer_url + "/token";
    document["end_session_endpoint"] = "http://login.example/bye";
    web.answer(discovery_url, document.dump());
    now += 11min;
    refresh();

    const std::optional<SignInEndpoints> endpoints = issuers.endpoints("corp");
    ASSERT_TRUE(endpoints);
    EXPECT_EQ(endpoints->authorization_endpoint, issuer_url + "/auth");
    EXPECT_EQ(endpoints->token_endpoint, issuer_url + "/token");
    EXPECT_EQ(endpoints->end_session_endpoint, "") << "not over plain http";
}

TEST_F(SignInTest, ManyThreadsMayAsk) {
    refresh();
    std::vector<std::string> tokens;
    for (int i = 0; i < 50; ++i) {
        Json claims = good_claims();
        claims["sub"] = "subject-" + std::to_string(i);
        tokens.push_back(signed_token(key(), claims));
    }
    std::atomic<int> wrong = 0;
    const auto work = [&](std::size_t first) {
        for (std::size_t i = 0; i < tokens.size() * 4; ++i) {
            const std::size_t which = (first + i) % tokens.size();
            IdentityPtr identity = issuers.remembered(tokens[which], start);
            if (!identity) {
                identity = run(issuers.verify(tokens[which], start)).value();
            }
            wrong += identity->subject == "subject-" + std::to_string(which) ? 0 : 1;
            if (which == 7) {
                run(issuers.refresh_due(start + 11min * i));
            }
        }
    };
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < 4; ++i) {
        threads.emplace_back(work, i * 13);
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(wrong, 0);
}

TEST(RememberedTokens, MoreThanFitPushOutOthersAndStayRight) {
    FakeWeb web;
    Json settings = settings_json();
    settings["jwks_url"] = "https://keys.example/all";
    web.answer("https://keys.example/all", jwks_of({key()}));
    const Issuers::Notice quiet;
    const std::vector<IssuerSettings> parsed = settings_of(settings);
    const Fetch fetch = web.fetch();
    IssuerKeys keys(parsed[0], fetch, quiet);
    run(keys.refresh(start));
    RememberedTokens remembered;
    const auto verified = [&](std::size_t i) {
        VerifiedToken token;
        token.identity.subject = std::to_string(i);
        token.ends_at = start + 1h;
        token.key = keys.choose("a", SignatureAlgorithm::eddsa, start).key;
        token.keys = &keys;
        return token;
    };
    const std::size_t count = limits::tokens_remembered_max * 2;
    for (std::size_t i = 0; i < count; ++i) {
        EXPECT_EQ(remembered.add("token-" + std::to_string(i), verified(i))->subject,
                  std::to_string(i));
    }
    std::size_t found = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (const IdentityPtr identity = remembered.find("token-" + std::to_string(i), start)) {
            ASSERT_EQ(identity->subject, std::to_string(i));
            ++found;
        }
    }
    EXPECT_LE(found, limits::tokens_remembered_max);
    EXPECT_GT(found, limits::tokens_remembered_max * 9 / 10);
    const std::string last = "token-" + std::to_string(count - 1);
    EXPECT_NE(remembered.find(last, start + 59min), nullptr);
    remembered.sweep(start + 1h);
    EXPECT_EQ(remembered.find(last, start), nullptr) << "swept";
}

}  // namespace
}  // namespace charter::testing
