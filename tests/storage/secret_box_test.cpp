// Sealed secrets: what opens them, and that nothing else does.
#include "charter/storage/secret_box.hpp"

#include "charter/base/encoding.hpp"

#include <gtest/gtest.h>

#include <set>

namespace charter {
namespace {

constexpr std::string_view place = "storage/00000000000000aa/secret_access_key";

Secret key(char c) {
    return Secret(std::string(SecretBox::key_bytes, c));
}

SecretBox box(const std::string& keys) {
    std::vector<Secret> list;
    for (const char c : keys) {
        list.push_back(key(c));
    }
    return SecretBox(std::move(list));
}

const Secret secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

TEST(SecretBox, OpensWhatItSealed) {
    const SecretBox sealing = box("a");
    for (const std::string& text : {std::string(secret.reveal()), std::string(),
                                    std::string("\0\xff", 2), std::string(10'000, 'x')}) {
        const Result<std::string> sealed = sealing.seal(Secret(text), place);
        ASSERT_TRUE(sealed);
        const Result<Secret> opened = sealing.open(*sealed, place);
        ASSERT_TRUE(opened);
        EXPECT_EQ(opened->reveal(), text);
    }
}

TEST(SecretBox, WritesTheDocumentedForm) {
    const std::string sealed = box("a").seal(secret, place).value();
    const std::string id = SecretBox::key_id(key('a'));

    EXPECT_EQ(id.size(), 16U);
    EXPECT_TRUE(sealed.starts_with("v1." + id + ".")) << sealed;
    EXPECT_EQ(SecretBox::key_id_of(sealed), id);
    const Result<std::string> bytes = from_base64url(sealed.substr(20));
    ASSERT_TRUE(bytes);
    EXPECT_EQ(bytes->size(), 12 + secret.reveal().size() + 16);
}

TEST(SecretBox, NeverUsesANonceAgain) {
    const SecretBox sealing = box("a");
    std::set<std::string> nonces;
    for (int i = 0; i < 1000; ++i) {
        const std::string sealed = sealing.seal(secret, place).value();
        nonces.insert(from_base64url(sealed.substr(20)).value().substr(0, 12));
    }
    EXPECT_EQ(nonces.size(), 1000U);
}

TEST(SecretBox, DoesNotOpenAtAnotherPlace) {
    const SecretBox sealing = box("a");
    const std::string sealed = sealing.seal(secret, place).value();
    for (const std::string_view other :
         {"storage/00000000000000ab/secret_access_key", "storage/00000000000000aa/other", ""}) {
        EXPECT_FALSE(sealing.open(sealed, other)) << other;
    }
}

TEST(SecretBox, DoesNotOpenWhatWasAlteredAnywhere) {
    const SecretBox sealing = box("ab");
    const std::string sealed = sealing.seal(secret, place).value();
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        for (const char c : {'A', 'B', '.', '\0'}) {
            std::string altered = sealed;
            if (altered[i] == c) {
                continue;
            }
            altered[i] = c;
            EXPECT_FALSE(sealing.open(altered, place)) << i;
        }
    }
}

TEST(SecretBox, DoesNotOpenWhatWasCutOrLengthened) {
    const SecretBox sealing = box("a");
    const std::string sealed = sealing.seal(secret, place).value();
    for (std::size_t length = 0; length < sealed.size(); ++length) {
        EXPECT_FALSE(sealing.open(sealed.substr(0, length), place)) << length;
    }
    EXPECT_FALSE(sealing.open(sealed + "AAAA", place));
    EXPECT_FALSE(sealing.open(sealed.substr(0, 20) + "AAAA" + sealed.substr(20), place));
}

TEST(SecretBox, DoesNotTakeOneKeyForAnother) {
    const std::string of_a = box("a").seal(secret, place).value();
    EXPECT_FALSE(box("b").open(of_a, place));
    // The name of another key in front of it.
    const std::string renamed = "v1." + SecretBox::key_id(key('b')) + of_a.substr(19);
    EXPECT_FALSE(box("b").open(renamed, place));
    EXPECT_FALSE(box("ab").open(renamed, place));
}

TEST(SecretBox, SealsWithTheFirstKeyAndOpensWithAll) {
    const std::string of_a = box("a").seal(secret, place).value();
    const SecretBox both = box("ba");

    EXPECT_TRUE(both.open(of_a, place));
    EXPECT_EQ(SecretBox::key_id_of(both.seal(secret, place).value()), SecretBox::key_id(key('b')));
    EXPECT_EQ(both.key_ids(),
              (std::vector{SecretBox::key_id(key('b')), SecretBox::key_id(key('a'))}));
}

TEST(SecretBox, DoesNothingWithoutAKey) {
    const std::string sealed = box("a").seal(secret, place).value();
    const SecretBox none;
    EXPECT_EQ(none.seal(secret, place).error().code(), ErrorCode::unavailable);
    EXPECT_EQ(none.open(sealed, place).error().code(), ErrorCode::unavailable);
}

TEST(SecretBox, TellsNothingOfTheSecretInItsErrors) {
    const SecretBox sealing = box("a");
    const std::string sealed = sealing.seal(secret, place).value();
    const Error error = sealing.open(sealed.substr(0, sealed.size() - 4) + "AAAA", place).error();
    const std::string told = error.message() + error.cause();
    EXPECT_EQ(told.find(secret.reveal()), std::string::npos);
    EXPECT_EQ(told.find(sealed.substr(20)), std::string::npos);
}

}  // namespace
}  // namespace charter
