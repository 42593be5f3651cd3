// The chain of the ledger: what a hash covers, byte by byte, and that no
// alteration goes unnoticed.
#include "charter/ledger/ledger.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

namespace charter {
namespace {

LedgerRecord record(int number) {
    LedgerRecord made;
    made.id.bytes.fill(static_cast<std::uint8_t>(number));
    made.at = UtcTime(std::chrono::milliseconds(1'800'000'000'000 + number));
    made.principal = ResourceId{10};
    made.resource = ResourceId{20};
    made.allow = number % 2 == 0;
    made.body = "{\"number\":" + std::to_string(number) + "}";
    return made;
}

/// The number of the first bad record, or 0 when all is well.
std::size_t first_bad(const std::vector<SealedRecord>& records, const LedgerHead& stated) {
    LedgerHead head;
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (check(head, records[i])) {
            return i + 1;
        }
    }
    return check_end(head, stated) ? records.size() + 1 : 0;
}

class ChainTest : public ::testing::Test {
protected:
    ChainTest() {
        for (int number = 1; number <= 9; ++number) {
            records.push_back(seal(head, record(number)));
        }
    }

    LedgerHead head;
    std::vector<SealedRecord> records;
};

TEST(ChainVectorTest, HashesWhatTheHeaderSays) {
    // Computed with Python's hashlib from the description in ledger.hpp.
    LedgerRecord first;
    LedgerRecord second;
    for (std::size_t i = 0; i < 16; ++i) {
        first.id.bytes[i] = static_cast<std::uint8_t>(i);
        second.id.bytes[i] = static_cast<std::uint8_t>(16 + i);
    }
    first.at = UtcTime(std::chrono::milliseconds(1'800'000'000'123));
    first.principal = ResourceId{0x0123456789abcdef};
    first.resource = ResourceId{0xfedcba9876543210};
    first.allow = true;
    first.body = R"({"allow":true})";
    second.at = UtcTime(std::chrono::milliseconds(1'800'000'001'000));
    second.body = R"({"reason":"größer"})";
    LedgerHead head;

    const SealedRecord one = seal(head, first);
    const SealedRecord two = seal(head, second);

    EXPECT_EQ(to_hex(one.hash), "cce3d3f9137283871fb012670ce2b2420dc24541ce94701ffb882e7dd7c2b8e3");
    EXPECT_EQ(to_hex(two.hash), "1f0de0c2188faeb32cf9d1d0e6f098ae12d0535cbcc4be15429d3e73ee04cdb3");
    EXPECT_EQ(head.sequence, 2u);
    EXPECT_EQ(head.hash, two.hash);
}

TEST_F(ChainTest, AnUnalteredChainIsWell) {
    EXPECT_EQ(first_bad(records, head), 0u);
}

TEST_F(ChainTest, AnyAlteredFieldIsNoticed) {
    const std::vector<std::function<void(SealedRecord&)>> flips = {
        [](SealedRecord& sealed) { sealed.record.id.bytes[15] ^= 1; },
        [](SealedRecord& sealed) { sealed.record.at += std::chrono::milliseconds(1); },
        [](SealedRecord& sealed) { sealed.record.principal.value ^= 1; },
        [](SealedRecord& sealed) { sealed.record.resource.value ^= 1; },
        [](SealedRecord& sealed) { sealed.record.allow = !sealed.record.allow; },
        [](SealedRecord& sealed) { sealed.record.body[3] = '_'; },
        [](SealedRecord& sealed) { sealed.record.body += ' '; },
        [](SealedRecord& sealed) { sealed.sequence += 1; },
        [](SealedRecord& sealed) { sealed.hash[31] ^= 1; },
        [](SealedRecord& sealed) { std::swap(sealed.record.principal, sealed.record.resource); },
    };
    for (std::size_t flip = 0; flip < flips.size(); ++flip) {
        for (std::size_t i = 0; i < records.size(); ++i) {
            std::vector<SealedRecord> altered = records;
            flips[flip](altered[i]);
            EXPECT_EQ(first_bad(altered, head), i + 1) << "flip " << flip;
        }
    }
}

TEST_F(ChainTest, AMissingRecordIsNoticed) {
    for (std::size_t i = 0; i + 1 < records.size(); ++i) {
        std::vector<SealedRecord> altered = records;
        altered.erase(altered.begin() + static_cast<std::ptrdiff_t>(i));
        EXPECT_EQ(first_bad(altered, head), i + 1);
        // Renumbering does not hide it.
        for (std::size_t j = i; j < altered.size(); ++j) {
            --altered[j].sequence;
        }
        EXPECT_EQ(first_bad(altered, head), i + 1);
    }
}

TEST_F(ChainTest, AnotherOrderIsNoticed) {
    for (std::size_t i = 0; i + 1 < records.size(); ++i) {
        std::vector<SealedRecord> altered = records;
        std::swap(altered[i], altered[i + 1]);
        EXPECT_EQ(first_bad(altered, head), i + 1);
        std::swap(altered[i].sequence, altered[i + 1].sequence);
        EXPECT_EQ(first_bad(altered, head), i + 1);
    }
}

TEST_F(ChainTest, AnInsertedRecordIsNoticed) {
    for (std::size_t i = 0; i < records.size(); ++i) {
        std::vector<SealedRecord> altered = records;
        LedgerHead before;
        if (i > 0) {
            before = {records[i - 1].sequence, records[i - 1].hash};
        }
        // It is well sealed itself, so the one after it is the first that is wrong.
        altered.insert(altered.begin() + static_cast<std::ptrdiff_t>(i), seal(before, record(99)));
        EXPECT_EQ(first_bad(altered, head), i + 2);
    }
}

TEST_F(ChainTest, ACutOffEndIsNoticed) {
    while (!records.empty()) {
        records.pop_back();
        EXPECT_EQ(first_bad(records, head), records.size() + 1);
    }
}

TEST_F(ChainTest, AnAddedOrReplacedEndIsNoticed) {
    LedgerHead end = head;
    std::vector<SealedRecord> longer = records;
    longer.push_back(seal(end, record(10)));
    EXPECT_NE(first_bad(longer, head), 0u);

    std::vector<SealedRecord> replaced = records;
    LedgerHead before{records[7].sequence, records[7].hash};
    replaced[8] = seal(before, record(99));
    EXPECT_NE(first_bad(replaced, head), 0u);
}

}  // namespace
}  // namespace charter
