// Web sign-in at an issuer, seen from this server: what leaves, what may come back.
#include "identity/issuers_fixture.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"
#include "charter/identity/sign_in.hpp"

#include <fstream>
#include <functional>

namespace charter {
namespace {

using namespace charter::testing;

const std::string token_url = issuer_url + "/token";
const std::string authorize_url = issuer_url + "/authorize?tenant=1";
const std::string callback = "https://charter.example/sign-in/corp/callback";

Json with_sign_in() {
    Json settings = settings_json();
    settings["sign_in"] = {{"client_id", "charter web"}, {"scopes", {"openid", "email"}}};
    return settings;
}

class WebSignInTest : public IssuersFixture {
protected:
    WebSignInTest() : IssuersFixture(with_sign_in()) {
        web.answer(discovery_url, Json{{"issuer", issuer_url},
                                       {"jwks_uri", keys_url},
                                       {"authorization_endpoint", authorize_url},
                                       {"token_endpoint", token_url},
                                       {"end_session_endpoint", issuer_url + "/bye"}}
                                      .dump());
        serve_keys({signer});
        refresh();
        begun = sign_in.begin("corp", callback, "/domains?q=x", now).value();
    }

    std::string sent(const std::string& name) const {
        const std::string& url = begun.location;
        const std::size_t at = url.find("&" + name + "=");
        const std::size_t begin = at + name.size() + 2;
        return at == std::string::npos
                   ? ""
                   : percent_decode(url.substr(begin, url.find('&', begin) - begin)).value();
    }
    Json claims() const {
        Json claims = good_claims();
        claims.update({{"aud", "charter web"}, {"nonce", sent("nonce")}});
        return claims;
    }
    void answer_with(const Json& claims_sent) {
        web.answer(token_url, Json{{"id_token", signed_token(signer, claims_sent)},
                                   {"access_token", "x"}, {"token_type", "Bearer"}}.dump());
    }
    SignIn::Return back() const {
        SignIn::Return came_back;
        came_back.issuer = "corp";
        came_back.redirect_uri = callback;
        came_back.transaction = begun.transaction;
        came_back.query = {{"code", "c 1"}, {"state", sent("state")}, {"iss", issuer_url}};
        return came_back;
    }
    Result<SignIn::SignedIn> finish(SignIn::Return came_back) {
        return run(sign_in.finish(std::move(came_back), now));
    }
    /// The code and cause of a refusal.
    std::pair<ErrorCode, std::string> refusal(SignIn::Return came_back) {
        const Result<SignIn::SignedIn> result = finish(std::move(came_back));
        if (result) {
            ADD_FAILURE() << "signed in";
            return {ErrorCode::internal, ""};
        }
        return {result.error().code(), result.error().cause()};
    }

    Signer signer{"RS256", "k1"};
    FetchRequest exchanged;
    SignIn sign_in{issuers, [this](FetchRequest request) {
                       exchanged = request;
                       return web.fetch()(std::move(request));
                   }};
    SignIn::Begun begun;
};

TEST_F(WebSignInTest, TheBrowserLeavesWithPkceStateAndNonce) {
    EXPECT_TRUE(begun.location.starts_with(authorize_url + "&response_type=code&"));
    EXPECT_EQ(sent("client_id"), "charter web");
    EXPECT_EQ(sent("redirect_uri"), callback);
    EXPECT_EQ(sent("scope"), "openid email");
    EXPECT_EQ(sent("code_challenge_method"), "S256");
    for (const char* each : {"state", "nonce", "code_challenge"}) {
        EXPECT_EQ(sent(each).size(), 43u) << each;
    }
    const SignIn::Begun other = sign_in.begin("corp", callback, "/", now).value();
    EXPECT_EQ(other.location.find(sent("state")), std::string::npos);
    EXPECT_EQ(other.location.find(sent("nonce")), std::string::npos);
}

TEST_F(WebSignInTest, AGoodReturnGivesTheIdentityAndThePageAskedFor) {
    answer_with(claims());

    const Result<SignIn::SignedIn> result = finish(back());

    ASSERT_TRUE(result) << result.error().cause();
    EXPECT_EQ(result->identity->subject, "f1c2-ana");
    EXPECT_EQ(result->return_to, "/domains?q=x");
    EXPECT_EQ(exchanged.url, token_url);
    EXPECT_EQ(exchanged.method, "POST");
    EXPECT_EQ(exchanged.deadline, limits::sign_in_call_deadline);
    EXPECT_EQ(exchanged.answer_bytes_max, limits::sign_in_answer_bytes_max);
    const std::string verifier = exchanged.body.substr(exchanged.body.find("code_verifier=") + 14, 43);
    const Digest hash = sha256(verifier);
    EXPECT_EQ(to_base64url({reinterpret_cast<const char*>(hash.data()), hash.size()}),
              sent("code_challenge"));
    EXPECT_EQ(exchanged.body, "grant_type=authorization_code&code=c%201&redirect_uri=" +
                                  percent_encode(callback) + "&code_verifier=" + verifier +
                                  "&client_id=charter%20web");
}

TEST_F(WebSignInTest, AClientWithASecretShowsItInAHeader) {
    const std::string file = ::testing::TempDir() + "client-secret";
    std::ofstream(file) << "s+1 :\n";
    Json settings = with_sign_in();
    settings["sign_in"]["client_secret_file"] = file;
    Issuers confidential(settings_of(settings), web.fetch());
    run(confidential.refresh_due(now));
    const SignIn with_secret(confidential, [this](FetchRequest request) {
        exchanged = request;
        return web.fetch()(std::move(request));
    });
    begun = with_secret.begin("corp", callback, "", now).value();
    answer_with(claims());

    EXPECT_TRUE(run(with_secret.finish(back(), now)));
    const auto header = std::ranges::find(exchanged.headers, "authorization",
                                          &std::pair<std::string, std::string>::first);
    ASSERT_NE(header, exchanged.headers.end());
    EXPECT_EQ(header->second, "Basic Y2hhcnRlciUyMHdlYjpzJTJCMSUyMCUzQQ==");
    EXPECT_EQ(exchanged.body.find("client_id"), std::string::npos);

    std::ofstream(file, std::ios::trunc) << "\n";
    EXPECT_EQ(run(with_secret.finish(back(), now)).error().code(), ErrorCode::unavailable);
}

TEST_F(WebSignInTest, WhatDidNotBeginInThisBrowserIsRefusedBeforeTheIssuerIsAsked) {
    answer_with(claims());
    const std::string text = begun.transaction;
    const SignIn elsewhere(issuers, web.fetch());
    const std::string of_another_run = elsewhere.begin("corp", callback, "", now)->transaction;
    std::string other_page = text;
    other_page[10] = other_page[10] == 'A' ? 'B' : 'A';
    for (const std::string& wrong :
         {std::string(), std::string("."), std::string("a.b"), text.substr(1), text + "A",
          text.substr(0, text.find('.')), text.substr(0, text.find('.') + 1), text + "." + text,
          other_page, of_another_run, sign_in.begin("corp", callback, "", now)->transaction}) {
        SignIn::Return came_back = back();
        came_back.transaction = wrong;
        EXPECT_EQ(refusal(std::move(came_back)).first, ErrorCode::invalid_request) << wrong;
    }
    EXPECT_EQ(exchanged.url, "");
}

TEST_F(WebSignInTest, AWrongAnswerIsRefusedBeforeTheIssuerIsAsked) {
    answer_with(claims());
    using Change = std::function<void(SignIn::Return&)>;
    const std::vector<std::pair<const char*, Change>> cases = {
        {"no state", [](auto& r) { std::erase_if(r.query, [](auto& q) { return q.first == "state"; }); }},
        {"empty state", [](auto& r) { r.query[1].second = ""; }},
        {"another state", [](auto& r) { r.query[1].second[0] ^= 1; }},
        {"the nonce as state", [this](auto& r) { r.query[1].second = sent("nonce"); }},
        {"state twice", [](auto& r) { r.query.push_back(r.query[1]); }},
        {"code twice", [](auto& r) { r.query.push_back(r.query[0]); }},
        {"iss twice", [](auto& r) { r.query.push_back(r.query[2]); }},
        {"another issuer", [](auto& r) { r.query[2].second = "https://login.example"; }},
        {"a longer issuer", [](auto& r) { r.query[2].second += "/"; }},
    };
    for (const auto& [name, change] : cases) {
        SignIn::Return came_back = back();
        change(came_back);
        EXPECT_EQ(refusal(std::move(came_back)).first, ErrorCode::invalid_request) << name;
    }
    SignIn::Return nobody = back();
    nobody.issuer = "other";
    EXPECT_EQ(refusal(nobody).first, ErrorCode::not_found);
    SignIn::Return no_code = back();
    no_code.query[0].second = "";
    EXPECT_EQ(refusal(no_code).first, ErrorCode::unauthenticated);
    SignIn::Return long_code = back();
    long_code.query[0].second.assign(limits::sign_in_code_bytes_max + 1, 'x');
    EXPECT_EQ(refusal(long_code).first, ErrorCode::unauthenticated);
    EXPECT_EQ(exchanged.url, "");
}

TEST_F(WebSignInTest, AnAnswerWithoutIssCounts) {
    answer_with(claims());
    SignIn::Return came_back = back();
    came_back.query.pop_back();
    came_back.query.emplace_back("session_state", "1");

    EXPECT_TRUE(finish(came_back));
}

TEST_F(WebSignInTest, TakesTenMinutesAtMost) {
    answer_with(claims());
    now = start + limits::sign_in_deadline - std::chrono::milliseconds(1);
    EXPECT_TRUE(finish(back()));
    now = start + limits::sign_in_deadline;
    EXPECT_EQ(refusal(back()).first, ErrorCode::invalid_request);
}

TEST_F(WebSignInTest, TheIssuersErrorsAreToldInPlainWords) {
    SignIn::Return came_back = back();
    came_back.query = {{"error", "access_denied"},
                       {"error_description", "<b>no</b>\n\"you\"+may not" + std::string(500, 'x')},
                       {"state", sent("state")}};

    const Result<SignIn::SignedIn> result = finish(came_back);

    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code(), ErrorCode::unauthenticated);
    EXPECT_TRUE(result.error().message().starts_with(
        "The provider did not let you in, or you said no. It says: <b>no</b>  you  may not"));
    EXPECT_LT(result.error().message().size(), 300u);
    EXPECT_EQ(result.error().cause().find('\n'), std::string::npos);

    came_back.query[2].second = "forged";
    EXPECT_EQ(finish(came_back).error().message().find("no</b>"), std::string::npos)
        << "a link from elsewhere puts no words on our page";
}

TEST_F(WebSignInTest, WhateverTheTokenEndpointAnswersEndsInARefusal) {
    const std::string huge = R"({"id_token":")" + std::string(9'000, 'x') + "\"}";
    const std::vector<std::pair<unsigned, std::string>> answers = {
        {200, ""}, {200, "null"}, {200, "[]"}, {200, "{}"}, {200, "garbage"},
        {200, R"({"id_token":7})"}, {200, R"({"id_token":null})"}, {200, R"({"id_token":""})"},
        {200, R"({"id_token":"a.b.c"})"}, {200, R"({"access_token":"x"})"}, {200, huge},
        {200, R"({"id_token":"x","id_token":"y"})"}, {200, "\xff\xfe"}, {204, ""},
        {302, "moved"}, {400, R"({"error":"invalid_grant","error_description":"used\nbefore"})"},
        {401, "no"}, {404, ""}, {500, "oops"}, {503, "{}"}};
    for (const auto& [status, body] : answers) {
        web.answer(token_url, body, status);
        const auto [code, cause] = refusal(back());
        EXPECT_EQ(code, status >= 500 ? ErrorCode::unavailable : ErrorCode::unauthenticated)
            << status << body;
        EXPECT_FALSE(cause.empty());
        EXPECT_EQ(cause.find('\n'), std::string::npos);
    }
    web.answers.erase(token_url);
    EXPECT_EQ(refusal(back()).first, ErrorCode::unavailable);
}

TEST_F(WebSignInTest, AnIdTokenThatIsNotForThisSignInIsRefused) {
    const std::vector<Json> changes = {
        {{"nonce", "another"}}, {{"nonce", nullptr}}, {{"nonce", ""}}, {{"aud", "charter"}},
        {{"iss", "https://evil.example"}}, {{"exp", seconds(start) - 31}}, {{"sub", ""}}};
    for (const Json& change : changes) {
        Json wrong = claims();
        wrong.update(change);
        answer_with(wrong);
        EXPECT_EQ(refusal(back()).first, ErrorCode::unauthenticated) << change;
    }
}

TEST_F(WebSignInTest, AnIssuerWithoutWebSignInIsNoWayIn) {
    Issuers plain(settings_of(settings_json()), web.fetch());
    run(plain.refresh_due(now));
    const SignIn none(plain, web.fetch());
    EXPECT_EQ(none.begin("corp", callback, "", now).error().code(), ErrorCode::not_found);
    EXPECT_EQ(none.begin("", callback, "", now).error().code(), ErrorCode::not_found);
    EXPECT_EQ(none.sign_out_url("corp", callback), "");
}

TEST_F(WebSignInTest, WaitsForDiscovery) {
    Issuers unknown(settings_of(with_sign_in()), web.fetch());
    const SignIn early(unknown, web.fetch());
    EXPECT_EQ(early.begin("corp", callback, "", now).error().code(), ErrorCode::unavailable);
}

TEST_F(WebSignInTest, SaysWhereASessionOfTheIssuerEnds) {
    EXPECT_EQ(sign_in.sign_out_url("corp", "https://charter.example/sign-in"),
              issuer_url + "/bye?client_id=charter%20web&post_logout_redirect_uri="
                           "https%3A%2F%2Fcharter.example%2Fsign-in");
    EXPECT_EQ(sign_in.sign_out_url("", "x"), "");
}

}  // namespace
}  // namespace charter
