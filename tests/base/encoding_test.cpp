// Digests against the published vectors; text encodings against RFC 4648 and
// RFC 3986; UTF-8 against the Unicode table of well-formed sequences.
#include "charter/base/encoding.hpp"

#include <gtest/gtest.h>

#include <set>

namespace charter {
namespace {

using namespace std::string_literals;

std::string bytes(std::string_view hex) {
    return from_hex(hex).value();
}

TEST(Sha256, MatchesFips180) {
    EXPECT_EQ(to_hex(sha256("")),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(to_hex(sha256("abc")),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(to_hex(sha256(std::string(1'000'000, 'a'))),
              "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(HmacSha256, MatchesRfc4231) {
    struct Case {
        std::string key, data;
        std::string_view expected;
    };
    const std::vector<Case> cases = {
        {std::string(20, '\x0b'), "Hi There",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {"Jefe", "what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {std::string(20, '\xaa'), std::string(50, '\xdd'),
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {bytes("0102030405060708090a0b0c0d0e0f10111213141516171819"), std::string(50, '\xcd'),
         "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
        {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {std::string(131, '\xaa'),
         "This is a test using a larger than block-size key and a larger than block-size data. The "
         "key needs to be hashed before being used by the HMAC algorithm.",
         "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
        {"", "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(to_hex(hmac_sha256(c.key, c.data)), c.expected) << c.data;
    }
}

TEST(HmacSha256, ForgetsTheKeyBefore) {
    (void)hmac_sha256("another key", "x");

    EXPECT_EQ(to_hex(hmac_sha256(std::string_view(), "")),
              "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Hex, RoundTripsAndRefusesTheRest) {
    EXPECT_EQ(*from_hex("00ff10ab"), "\x00\xff\x10\xab"s);
    EXPECT_EQ(*from_hex(""), "");
    for (const std::string_view text : {"0", "0g", "AB", " 0", "000", "0x00", "00 "}) {
        EXPECT_FALSE(from_hex(text)) << text;
    }
}

TEST(Base64Url, MatchesRfc4648WithoutPadding) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xbf", "-_-_"},
        {"\0\0"s, "AAA"}};
    for (const auto& [plain, encoded] : cases) {
        EXPECT_EQ(to_base64url(plain), encoded);
        ASSERT_TRUE(from_base64url(encoded)) << encoded;
        EXPECT_EQ(*from_base64url(encoded), plain);
    }
}

TEST(Base64Url, HasOneSpellingForEachValue) {
    for (const std::string_view text :
         {"Zg==", "Zm8=", "Zh", "Zm9", "A", "AAAAA", "Zm+v", "Zm/v", "Zm9v\n", " Zm9v", "Zm 9v"}) {
        EXPECT_FALSE(from_base64url(text)) << text;
    }
}

TEST(Percent, EncodesEverythingThatIsReserved) {
    EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
    EXPECT_EQ(percent_encode("a b/c%\xc3\xa4?#+&="), "a%20b%2Fc%25%C3%A4%3F%23%2B%26%3D");
}

TEST(Percent, DecodesWhatItEncodes) {
    std::string all;
    for (int c = 1; c < 256; ++c) {
        all += static_cast<char>(c);
    }

    EXPECT_EQ(*percent_decode(percent_encode(all)), all);
    EXPECT_EQ(*percent_decode("a+b%2b%2B"), "a+b++");
    EXPECT_EQ(*percent_decode("%252e"), "%2e");
}

TEST(Percent, RefusesBrokenEscapesAndNul) {
    for (const std::string_view text : {"%", "%2", "a%", "%zz", "%2g", "%%20", "%00", "a%00b"}) {
        EXPECT_FALSE(percent_decode(text)) << text;
    }
    EXPECT_FALSE(percent_decode("a\0b"s));
}

TEST(RandomBytes, AreAsManyAsAskedAndNeverTheSame) {
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        const std::string some = random_bytes(16);
        EXPECT_EQ(some.size(), 16U);
        seen.insert(some);
    }

    EXPECT_EQ(seen.size(), 100U);
    EXPECT_EQ(random_bytes(0), "");
}

TEST(EqualConstantTime, ComparesBytes) {
    EXPECT_TRUE(equal_constant_time("", ""));
    EXPECT_TRUE(equal_constant_time("a\0b"s, "a\0b"s));
    EXPECT_FALSE(equal_constant_time("a\0b"s, "a\0c"s));
    EXPECT_FALSE(equal_constant_time("abc", "ab"));
}

TEST(IsUtf8, TakesWellFormedText) {
    for (const std::string_view text :
         {"", "plain", "a plain text that is longer than eight bytes", "\xc3\xa4", "\xe2\x82\xac",
          "\xf0\x9f\x98\x80", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
          "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf",
          "1234567\xc3\xa4"
          "12345678\xe2\x82\xac"}) {
        EXPECT_TRUE(is_utf8(text)) << text;
    }
}

TEST(IsUtf8, RefusesTheRestWhereverItStands) {
    for (const std::string_view bad :
         {"\x80", "\xbf", "\xc3", "\xc3\x28", "\xc0\xaf", "\xc1\xbf", "\xe2\x82", "\xe0\x9f\xbf",
          "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf0\x9f\x98", "\xf4\x90\x80\x80",
          "\xf5\x80\x80\x80", "\xfe", "\xff", "\xe2\x28\xa1"}) {
        for (std::size_t before = 0; before < 10; ++before) {
            EXPECT_FALSE(is_utf8(std::string(before, 'a') + std::string(bad)));
            EXPECT_FALSE(is_utf8(std::string(before, 'a') + std::string(bad) + "12345678"));
        }
    }
}

}  // namespace
}  // namespace charter
