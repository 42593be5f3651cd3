#pragma once

// Values that the store's tests write.

#include "charter/store/store.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace charter::testing {

using Numbers = std::vector<std::uint64_t>;

inline UtcTime moment(std::int64_t seconds) {
    return UtcTime(std::chrono::seconds(1'800'000'000 + seconds));
}

inline Resource sample(Kind kind, std::uint64_t id, std::string name, std::uint64_t parent = 0) {
    Resource resource;
    resource.kind = kind;
    resource.id = ResourceId{id};
    resource.parent = ResourceId{parent};
    resource.name = std::move(name);
    resource.revision = 1;
    resource.created_at = moment(1);
    resource.updated_at = moment(2);
    resource.updated_by = "user:ana";
    resource.document = R"({"title": "Größe", "n": 1})";
    resource.state = R"({"version": "1.0.0"})";
    return resource;
}

inline JournalEntry entry(std::uint64_t sequence) {
    return {sequence,      moment(static_cast<std::int64_t>(sequence)),
            "user:ana",    Kind::product,
            ResourceId{7}, ResourceId{8},
            "customer/p",  "created"};
}

inline LedgerRecord decision(std::int64_t second, std::uint64_t principal, std::uint64_t resource,
                             bool allow) {
    LedgerRecord record;
    record.id = DecisionId::make(moment(second));
    record.at = moment(second);
    record.principal = ResourceId{principal};
    record.resource = ResourceId{resource};
    record.allow = allow;
    record.body = "{\"second\": " + std::to_string(second) + "}";
    return record;
}

inline SearchDocument product_text(std::uint64_t id, std::string name, std::string title,
                                   std::string description) {
    return {ResourceId{id},
            std::move(name),
            std::move(title),
            std::move(description),
            "c_email_address the address",
            "class pii",
            "user:ana"};
}

inline void expect_equal(const Resource& a, const Resource& b) {
    EXPECT_EQ(a.kind, b.kind);
    EXPECT_EQ(a.id, b.id);
    EXPECT_EQ(a.parent, b.parent);
    EXPECT_EQ(a.name, b.name);
    EXPECT_EQ(a.revision, b.revision);
    EXPECT_EQ(a.created_at, b.created_at);
    EXPECT_EQ(a.updated_at, b.updated_at);
    EXPECT_EQ(a.updated_by, b.updated_by);
    EXPECT_EQ(a.document, b.document);
    EXPECT_EQ(a.state, b.state);
}

}  // namespace charter::testing
