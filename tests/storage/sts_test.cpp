// Temporary credentials: what STS is asked, and what of its answers is believed.
#include "storage/fake_storage.hpp"

#include "charter/base/limits.hpp"

#include <gtest/gtest.h>

namespace charter {
namespace {

std::string answer_of(const std::string& action, const std::string& credentials) {
    return "<" + action + R"(Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><)" +
           action + "Result><Credentials>" + credentials + "</Credentials></" + action +
           "Result><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></" + action +
           "Response>";
}

const std::string given =
    "<AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s3cr/et+</SecretAccessKey>"
    "<SessionToken>tok/en==</SessionToken><Expiration>2013-05-24T00:15:00Z</Expiration>";

class StsTest : public ::testing::Test {
protected:
    static RoleSession session() {
        RoleSession made;
        made.role_arn = "arn:aws:iam::123456789012:role/charter";
        made.session_name = "lease-1";
        SessionScope scope;
        scope.bucket = "lake";
        scope.prefix = "a/";
        scope.closes_at = parse_time("2013-05-24T00:05:00Z").value();
        made.policy = make_session_policy(scope).value();
        return made;
    }
    Result<TemporaryCredentials> assume(const RoleSession& asked = session()) {
        return run(storage.assume_role(minio_place(), example_keys(), asked));
    }
    std::string refusal(unsigned status, const std::string& body) {
        fake.answers.clear();
        fake.answer(status, body);
        const Result<TemporaryCredentials> made = assume();
        return made ? "made" : made.error().cause();
    }

    SetClock clock;
    FakeStorage fake;
    S3Storage storage{fake.fetch(), clock};
};

TEST_F(StsTest, GivesWhatStsGave) {
    fake.answer(200, answer_of("AssumeRole", given));

    const Result<TemporaryCredentials> made = assume();

    ASSERT_TRUE(made) << made.error().cause();
    EXPECT_EQ(made->credentials.access_key_id, "ASIA1");
    EXPECT_EQ(made->credentials.secret_access_key.reveal(), "s3cr/et+");
    EXPECT_EQ(made->credentials.session_token->reveal(), "tok/en==");
    EXPECT_EQ(format_time(made->expires_at), "2013-05-24T00:15:00Z");
    EXPECT_TRUE(made->credentials.narrowed);
}

TEST_F(StsTest, AsksWithASignedFormThatHasThePolicy) {
    fake.answer(200, answer_of("AssumeRole", given));

    ASSERT_TRUE(assume());

    const FetchRequest& request = fake.requests.at(0);
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "http://127.0.0.1:9000/");
    EXPECT_TRUE(request.body.starts_with(
        "Action=AssumeRole&Version=2011-06-15&DurationSeconds=900&RoleSessionName=lease-1"
        "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fcharter&Policy=%7B%22Statement%22"))
        << request.body;
    EXPECT_NE(request.headers.back().second.find(
                  "/20130524/us-east-1/sts/aws4_request, "
                  "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, "),
              std::string::npos)
        << request.headers.back().second;
    EXPECT_EQ(request.answer_bytes_max, limits::sts_answer_bytes_max);
}

TEST_F(StsTest, AsksTheStsOfAwsForItsRegion) {
    fake.answer(200, answer_of("AssumeRole", given));

    EXPECT_TRUE(run(storage.assume_role(make_s3_place(std::nullopt, "eu-1", "lake").value(),
                                        example_keys(), session())));

    EXPECT_EQ(fake.requests.at(0).url, "https://sts.eu-1.amazonaws.com/");
}

TEST_F(StsTest, LeavesOutTheRoleWhereThereIsNone) {
    fake.answer(200, answer_of("AssumeRole", given));
    RoleSession asked = session();
    asked.role_arn.clear();
    asked.policy.reset();

    const Result<TemporaryCredentials> made = assume(asked);

    ASSERT_TRUE(made);
    EXPECT_FALSE(made->credentials.narrowed);
    EXPECT_EQ(fake.requests.at(0).body,
              "Action=AssumeRole&Version=2011-06-15&DurationSeconds=900&RoleSessionName=lease-1");
}

TEST_F(StsTest, PresentsATokenInsteadOfASignature) {
    fake.answer(200, answer_of("AssumeRoleWithWebIdentity", given));

    const Result<TemporaryCredentials> made = run(
        storage.assume_role_with_web_identity(minio_place(), Secret("head.body.sign+"), session()));

    ASSERT_TRUE(made) << made.error().cause();
    const FetchRequest& request = fake.requests.at(0);
    EXPECT_EQ(request.headers.size(), 1U);
    EXPECT_TRUE(request.body.starts_with("Action=AssumeRoleWithWebIdentity&"));
    EXPECT_TRUE(request.body.ends_with("&WebIdentityToken=head.body.sign%2B"));
}

TEST_F(StsTest, RefusesSessionsThatAreNoneWithoutAsking) {
    RoleSession name = session();
    name.session_name = "a b";
    RoleSession brief = session();
    brief.duration = std::chrono::seconds(899);
    RoleSession endless = session();
    endless.duration = std::chrono::seconds(43'201);
    RoleSession role = session();
    role.role_arn = "arn:aws:iam::1:role/a b";

    for (const RoleSession& asked : {name, brief, endless, role}) {
        const Result<TemporaryCredentials> made = assume(asked);
        ASSERT_FALSE(made);
        EXPECT_EQ(made.error().code(), ErrorCode::invalid_request);
    }
    EXPECT_FALSE(
        run(storage.assume_role_with_web_identity(minio_place(), Secret("a b"), session())));
    EXPECT_FALSE(run(storage.assume_role_with_web_identity(minio_place(), Secret(""), session())));
    EXPECT_TRUE(fake.requests.empty());
}

TEST_F(StsTest, BelievesNoAnswerThatIsNotWhole) {
    const std::string good = answer_of("AssumeRole", given);
    for (std::size_t length = 0; length < good.size(); ++length) {
        EXPECT_NE(refusal(200, good.substr(0, length)), "made") << length;
    }
    for (const std::string tag : {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}) {
        const std::size_t begin = given.find("<" + tag + ">");
        const std::string end_tag = "</" + tag + ">";
        const std::size_t end = given.find(end_tag) + end_tag.size();
        const std::string element = given.substr(begin, end - begin);
        const auto with = [&](const std::string& replacement) {
            return answer_of("AssumeRole",
                             given.substr(0, begin) + replacement + given.substr(end));
        };
        EXPECT_NE(refusal(200, with("")), "made") << tag;
        EXPECT_NE(refusal(200, with(element + element)), "made") << tag;
        EXPECT_NE(refusal(200, with("<" + tag + "/>")), "made") << tag;
        EXPECT_NE(refusal(200, with("<" + tag + ">a\nb</" + tag + ">")), "made") << tag;
    }
    EXPECT_NE(refusal(200, answer_of("AssumeRoleWithSAML", given)), "made");
    EXPECT_NE(refusal(200, "<html/>"), "made");
}

TEST_F(StsTest, BelievesNoOtherLifeThanAskedFor) {
    const auto until = [](const std::string& moment) {
        std::string changed = given;
        changed.replace(changed.find("2013-05-24T00:15:00Z"), 20, moment);
        return answer_of("AssumeRole", changed);
    };
    EXPECT_EQ(refusal(200, until("2013-05-24T00:00:00Z")),
              "STS gave credentials of another life than asked for");
    EXPECT_EQ(refusal(200, until("2013-05-24T00:30:01Z")),
              "STS gave credentials of another life than asked for");
    EXPECT_EQ(refusal(200, until("2013-05-24T00:16:00Z")), "made");
}

TEST_F(StsTest, SaysWhyItWasRefused) {
    EXPECT_EQ(refusal(403,
                      "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>"
                      "<Message>User x may not</Message></Error></ErrorResponse>"),
              "the storage answered 403 AccessDenied");
    EXPECT_EQ(refusal(400, "<ErrorResponse/>"), "the storage answered 400 without a code of S3");
}

TEST_F(StsTest, SaysThatThePolicyDoesNotFit) {
    fake.answer(400,
                "<ErrorResponse><Error><Code>PackedPolicyTooLarge</Code></Error>"
                "</ErrorResponse>");

    const Result<TemporaryCredentials> made = assume();

    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code(), ErrorCode::unprocessable);
}

}  // namespace
}  // namespace charter
