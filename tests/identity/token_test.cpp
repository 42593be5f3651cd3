// Charter tokens: form, hashing, comparison.
#include "charter/identity/token.hpp"

#include <gtest/gtest.h>

namespace charter {
namespace {

constexpr ResourceId some_id{0x0123456789abcdef};

TEST(Token, IsRecognisedByItsHashAndItsIdIsReadable) {
    const NewToken made = make_token(some_id);

    const auto presented = PresentedToken::parse(made.text.reveal());

    ASSERT_TRUE(presented);
    EXPECT_EQ(presented->id, some_id);
    EXPECT_TRUE(token_matches(*presented, &made.secret_hash));
}

TEST(Token, AnotherSecretAndAnUnknownIdDoNotMatch) {
    const NewToken made = make_token(some_id);
    const NewToken other = make_token(some_id);

    const auto presented = PresentedToken::parse(made.text.reveal());

    ASSERT_TRUE(presented);
    EXPECT_FALSE(token_matches(*presented, &other.secret_hash));
    EXPECT_FALSE(token_matches(*presented, nullptr));
}

TEST(Token, TwoTokensNeverShareASecret) {
    EXPECT_NE(make_token(some_id).text.reveal(), make_token(some_id).text.reveal());
}

TEST(Token, WhatIsNotOfTheFormIsRefused) {
    const std::string good(make_token(some_id).text.reveal());
    std::string upper = good;
    upper.back() = 'A';
    for (const std::string& text :
         {std::string(), std::string("chr_"), good.substr(1), good + "0", good.substr(0, 84), upper,
          "CHR" + good.substr(3), good.substr(0, 20) + "-" + good.substr(21)}) {
        EXPECT_FALSE(PresentedToken::parse(text)) << text;
    }
}

}  // namespace
}  // namespace charter
