// gzip bodies: round trip, bombs, broken and trailing bytes.
#include "charter/base/json.hpp"

#include <gtest/gtest.h>

namespace charter {
namespace {

TEST(Gzip, RoundTrips) {
    for (const std::size_t size : {0U, 1U, 1'000U, 32'768U, 1'000'000U}) {
        std::string text;
        for (std::size_t i = 0; i < size; ++i) {
            text += static_cast<char>(i * i % 251);
        }

        const Result<std::string> back = gunzip(gzip(text), size);

        ASSERT_TRUE(back) << back.error().message();
        EXPECT_EQ(*back, text);
    }
}

TEST(Gzip, GivesEqualOutputForEqualInput) {
    const std::string zipped = gzip("the same");

    EXPECT_EQ(zipped, gzip("the same"));
    EXPECT_EQ(zipped.substr(4, 4), std::string(4, '\0'));  // RFC 1952: MTIME
}

TEST(Gunzip, StopsABombAtItsLimit) {
    const std::string bomb = gzip(std::string(10'000'000, '\0'));

    const Result<std::string> expanded = gunzip(bomb, 1'000'000);

    ASSERT_FALSE(expanded);
    EXPECT_EQ(expanded.error().code(), ErrorCode::too_large);
}

TEST(Gunzip, RefusesWhatIsNotOneWholeMember) {
    const std::string good = gzip("some text that is long enough to be cut");
    for (std::size_t length = 0; length < good.size(); ++length) {
        EXPECT_FALSE(gunzip(std::string_view(good).substr(0, length), 1'000)) << length;
    }
    std::string flipped = good;
    flipped[good.size() - 6] = static_cast<char>(flipped[good.size() - 6] ^ 1);
    for (const std::string& bad : {good + "x", good + good, good + std::string(1, '\0'), flipped,
                                   std::string("plain text"), "\x78\x9c" + good}) {
        const Result<std::string> expanded = gunzip(bad, 1'000);

        ASSERT_FALSE(expanded);
        EXPECT_EQ(expanded.error().code(), ErrorCode::invalid_request);
    }
}

}  // namespace
}  // namespace charter
