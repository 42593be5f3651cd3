#pragma once

#include "charter/base/json.hpp"
#include "charter/base/result.hpp"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace charter {

/// A document written out in a test.
inline Json json(std::string_view text) {
    return Json::parse(text);
}

/// The places that are wrong, in order; empty when nothing is.
template <class T>
std::vector<std::string> pointers(const Result<T>& result) {
    std::vector<std::string> found;
    if (!result) {
        EXPECT_EQ(result.error().code(), ErrorCode::invalid_request);
        for (const Violation& violation : result.error().violations()) {
            found.push_back(violation.pointer);
        }
    }
    return found;
}

/// What is said of one place; "" when nothing is.
template <class T>
std::string detail_at(const Result<T>& result, std::string_view pointer) {
    if (!result) {
        for (const Violation& violation : result.error().violations()) {
            if (violation.pointer == pointer) {
                return violation.detail;
            }
        }
    }
    return "";
}

using Pointers = std::vector<std::string>;

}  // namespace charter
