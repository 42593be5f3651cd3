// Which keys make a lease, and which deliveries a storage has: on an S3 that answers what it
// is told.
#include "charter/storage/lessor.hpp"

#include "charter/storage/local_storage.hpp"
#include "charter/storage/secret_box.hpp"
#include "charter/storage/url_signer.hpp"
#include "storage/fake_storage.hpp"
#include "storage/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>

namespace charter {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const std::string one_object =
    "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a/part-0</Key>"
    "<LastModified>2013-05-24T00:00:00.000Z</LastModified><Size>5</Size></Contents>"
    "</ListBucketResult>";

class LessorTest : public ::testing::Test {
protected:
    LessorTest() {
        view.id = ResourceId::parse("00000000000000aa").value_or(ResourceId{});
        view.name = "lake";
        view.facts.kind = "s3";
        view.facts.region = "us-east-1";
        view.facts.bucket = "lake";
    }

    void with_keys() {
        view.facts.credentials = StorageCredentials{"AKIA", std::nullopt};
        view.sealed_secret = box.seal(Secret("secret"), secret_context(view.id)).value();
    }
    void with_role() { view.facts.role_arn = "arn:aws:iam::123456789012:role/charter"; }
    void at_minio() { view.facts.endpoint = "http://127.0.0.1:9000"; }
    void with_token() {
        token = folder.path() / "token";
        std::ofstream(token) << "the.platform.token\n";
    }

    /// What STS gives at this moment.
    std::string session(const std::string& action, minutes life = minutes(60)) const {
        return "<" + action + "Response><" + action + "Result><Credentials><AccessKeyId>ASIA" +
               format_time(clock.time) + "</AccessKeyId><SecretAccessKey>s</SecretAccessKey>" +
               "<SessionToken>t</SessionToken><Expiration>" +
               format_time(clock.time + life) + "</Expiration></Credentials></" + action +
               "Result></" + action + "Response>";
    }
    LeaseTerms terms(SessionAccess access, Delivery delivery = Delivery::best) const {
        LeaseTerms asked;
        asked.id = "0123456789ab";
        asked.storage = std::make_shared<const StorageView>(view);
        asked.prefix = "a/";
        asked.access = access;
        asked.delivery = delivery;
        asked.now = clock.time;
        asked.expires_at = clock.time + seconds(300);
        return asked;
    }
    LeaseTerms writing_one() const {
        LeaseTerms asked = terms(SessionAccess::write);
        asked.new_objects.push_back({"part-1", 5, Digest{}});
        return asked;
    }
    Lessor& lessor() {
        if (!lessor_) {
            lessor_ = std::make_unique<Lessor>(local, s3, box, signer, Lessor::Settings{token});
        }
        return *lessor_;
    }
    Result<Lease> lease(const LeaseTerms& asked) { return run(lessor().make(asked)); }

    testing::TemporaryFolder folder;
    SetClock clock;
    FakeStorage fake;
    S3Storage s3{fake.fetch(), clock};
    LocalStorage local{folder.path()};
    SecretBox box{{Secret(std::string(SecretBox::key_bytes, 'k'))}};
    std::unique_ptr<UrlSigner> signer;
    std::filesystem::path token;
    StorageView view;
    std::unique_ptr<Lessor> lessor_;
};

TEST_F(LessorTest, ReadsByUrlsOfTheObjectsThatThereAre) {
    with_keys();
    fake.answer(200, one_object);

    const Result<Lease> leased = lease(terms(SessionAccess::read));

    ASSERT_TRUE(leased) << leased.error().cause();
    EXPECT_EQ(leased->terms.delivery, Delivery::urls);
    ASSERT_EQ(leased->objects->size(), 1U);
    std::string url;
    lessor().append_read_url(url, *leased, leased->objects->front());
    EXPECT_TRUE(url.starts_with("https://lake.s3.us-east-1.amazonaws.com/a/part-0?")) << url;
    EXPECT_FALSE(leased->credentials);
}

TEST_F(LessorTest, ASecretThatDoesNotOpenLeasesNothing) {
    with_keys();
    view.sealed_secret = box.seal(Secret("secret"), "storage/another/secret_access_key").value();

    EXPECT_EQ(lease(terms(SessionAccess::read)).error().code(), ErrorCode::unavailable);
    EXPECT_TRUE(fake.requests.empty());
}

TEST_F(LessorTest, OutsideAwsReadingIsSignedByKeysThatMayOnlyReadThereAndThoseAreKept) {
    with_keys();
    at_minio();
    const auto first = [&] {
        fake.answers.clear();
        fake.answer(200, session("AssumeRole"));
        fake.answer(200, one_object);
        const Result<Lease> leased = lease(terms(SessionAccess::read));
        std::string url;
        if (leased) {
            lessor().append_read_url(url, *leased, leased->objects->front());
        }
        return url;
    };
    EXPECT_NE(first().find("X-Amz-Security-Token=t"), std::string::npos);
    ASSERT_EQ(fake.requests.size(), 2U);
    EXPECT_NE(fake.requests[0].body.find("s3%3AGetObject"), std::string::npos);
    EXPECT_EQ(fake.requests[0].body.find("s3%3APutObject"), std::string::npos);
    EXPECT_NE(fake.requests[0].body.find("lake%2Fa%2F"), std::string::npos);
    EXPECT_NE(first().find("X-Amz-Security-Token=t"), std::string::npos);
    EXPECT_EQ(fake.requests.size(), 2U) << "session and list are kept";

    LeaseTerms beside = terms(SessionAccess::read);
    beside.prefix = "ab/";
    fake.answers.clear();
    fake.answer(200, session("AssumeRole"));
    fake.answer(200, "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>");
    ASSERT_TRUE(lease(beside));
    ASSERT_EQ(fake.requests.size(), 4U) << "each prefix has its own";
    EXPECT_NE(fake.requests[2].body.find("lake%2Fab%2F"), std::string::npos);
}

TEST_F(LessorTest, WithoutAnStsTheKeysThemselvesReadAndNothingIsWritten) {
    with_keys();
    at_minio();
    view.facts.sts = false;
    fake.answer(200, one_object);

    ASSERT_TRUE(lease(terms(SessionAccess::read)));
    EXPECT_EQ(fake.requests.size(), 1U);
    EXPECT_EQ(lease(terms(SessionAccess::read, Delivery::credentials)).error().code(),
              ErrorCode::unprocessable);
    EXPECT_EQ(lease(writing_one()).error().code(), ErrorCode::unprocessable);
}

TEST_F(LessorTest, TheServersOwnKeysAreNobodysCredentials) {
    with_keys();
    at_minio();
    std::string answer = session("AssumeRole", minutes(15));
    answer.replace(answer.find("ASIA"), answer.find("</AccessKeyId>") - answer.find("ASIA"), "AKIA");
    fake.answer(200, answer);

    EXPECT_EQ(lease(terms(SessionAccess::read, Delivery::credentials)).error().code(),
              ErrorCode::unavailable);
}

TEST_F(LessorTest, OutsideAwsAWriteIsSignedByKeysThatMayOnlyWriteThere) {
    with_keys();
    at_minio();
    fake.answer(200, session("AssumeRole", minutes(15)));

    const Result<Lease> leased = lease(writing_one());

    ASSERT_TRUE(leased) << leased.error().cause();
    ASSERT_EQ(fake.requests.size(), 1U);
    EXPECT_NE(fake.requests[0].body.find("s3%3APutObject"), std::string::npos);
    EXPECT_EQ(fake.requests[0].body.find("s3%3AGetObject"), std::string::npos);
    std::string url;
    lessor().append_write_url(url, *leased, leased->terms.new_objects[0]);
    EXPECT_NE(url.find("X-Amz-Security-Token=t"), std::string::npos) << url;
    EXPECT_FALSE(leased->credentials);
}

TEST_F(LessorTest, AtAwsAWriteIsSignedByTheServersKeys) {
    with_keys();

    const Result<Lease> leased = lease(writing_one());

    ASSERT_TRUE(leased) << leased.error().cause();
    EXPECT_TRUE(fake.requests.empty());
    std::string url;
    lessor().append_write_url(url, *leased, leased->terms.new_objects[0]);
    EXPECT_NE(url.find("x-amz-checksum-sha256"), std::string::npos) << url;
}

TEST_F(LessorTest, RefusesWhatTheStorageCannotDo) {
    with_keys();
    const auto refused = [&](const LeaseTerms& asked) {
        return lease(asked).error().code() == ErrorCode::unprocessable;
    };
    EXPECT_TRUE(refused(terms(SessionAccess::read, Delivery::credentials))) << "no role at AWS";
    EXPECT_TRUE(refused(terms(SessionAccess::write, Delivery::urls))) << "no objects named";
    EXPECT_TRUE(refused(terms(SessionAccess::write))) << "neither objects nor credentials";
    with_role();
    LeaseTerms both = writing_one();
    both.delivery = Delivery::credentials;
    EXPECT_TRUE(refused(both)) << "they would open more than the objects";
    EXPECT_TRUE(fake.requests.empty());
}

TEST_F(LessorTest, CredentialsAreNarrowedAndEndWithTheLease) {
    with_keys();
    with_role();
    fake.answer(200, session("AssumeRole", minutes(15)));

    const Result<Lease> leased = lease(terms(SessionAccess::read, Delivery::credentials));

    ASSERT_TRUE(leased) << leased.error().cause();
    EXPECT_EQ(leased->terms.expires_at, clock.time + seconds(300));
    const std::string& body = fake.requests.at(0).body;
    EXPECT_NE(body.find("2013-05-24T00%3A05%3A00Z"), std::string::npos) << body;
    EXPECT_NE(body.find("DurationSeconds=900"), std::string::npos) << body;
}

TEST_F(LessorTest, ARoleAloneTakesTheTokenAndKeepsItsSession) {
    with_role();
    with_token();
    fake.answer(200, session("AssumeRoleWithWebIdentity"));
    fake.answer(200, one_object);

    ASSERT_TRUE(lease(terms(SessionAccess::read)));
    EXPECT_NE(fake.requests.at(0).body.find("WebIdentityToken=the.platform.token"),
              std::string::npos)
        << fake.requests.at(0).body;
    EXPECT_NE(fake.requests.at(1).url.find("list-type=2"), std::string::npos);
    ASSERT_TRUE(lease(terms(SessionAccess::read)));
    EXPECT_EQ(fake.requests.size(), 2U) << "session and list are kept";
}

TEST_F(LessorTest, ASessionThatEndedIsMadeAnewForAProbeToo) {
    with_role();
    with_token();
    const auto probe = [&] {
        fake.answers.clear();
        fake.answer(200, session("AssumeRoleWithWebIdentity"));
        fake.answer(200, one_object);
        return run(lessor().probe(std::make_shared<const StorageView>(view), "a/", clock.time));
    };
    EXPECT_TRUE(probe());
    clock.time += minutes(61);
    EXPECT_TRUE(probe());
    ASSERT_EQ(fake.requests.size(), 4U);
    EXPECT_NE(fake.requests[3].headers, fake.requests[1].headers);
}

TEST_F(LessorTest, AUrlLivesNoLongerThanTheSessionThatSignedIt) {
    with_role();
    with_token();
    fake.answer(200, session("AssumeRoleWithWebIdentity"));
    fake.answer(200, one_object);
    ASSERT_TRUE(lease(terms(SessionAccess::read)));
    const UtcTime session_ends = clock.time + minutes(60);
    clock.time += minutes(15);
    LeaseTerms long_one = terms(SessionAccess::read);
    long_one.expires_at = clock.time + minutes(60);

    const Result<Lease> leased = lease(long_one);

    ASSERT_TRUE(leased) << leased.error().cause();
    EXPECT_EQ(leased->terms.expires_at, session_ends);
}

TEST_F(LessorTest, ARoleWithoutATokenLeasesNothing) {
    with_role();

    EXPECT_EQ(lease(terms(SessionAccess::read)).error().code(), ErrorCode::unavailable);
    EXPECT_TRUE(fake.requests.empty());
}

}  // namespace
}  // namespace charter
