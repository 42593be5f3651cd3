#include "charter/base/nearest.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace charter {
namespace {

// A name that is longer than any of ours is not worth a guess, and the bound
// keeps the tables on the stack.
constexpr std::size_t compared_bytes_max = 64;

// Edit distance with swaps of neighbours ("optimal string alignment").
std::size_t distance(std::string_view a, std::string_view b) {
    using Row = std::array<std::size_t, compared_bytes_max + 1>;
    Row before_last{};
    Row last{};
    Row row{};
    for (std::size_t j = 0; j <= b.size(); ++j) {
        last[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before_last[j - 2] + 1);
            }
        }
        before_last = last;
        last = row;
    }
    return last[b.size()];
}

}  // namespace

std::optional<std::string_view> nearest_name(std::string_view wrong,
                                             std::span<const std::string_view> known) {
    if (wrong.size() > compared_bytes_max) {
        return std::nullopt;
    }
    // In a name of three letters two edits make any other name.
    std::size_t best = (wrong.size() <= 3 ? 1U : 2U) + 1;
    std::optional<std::string_view> nearest;
    for (const std::string_view name : known) {
        if (name.size() > compared_bytes_max || name.size() > wrong.size() + 2) {
            continue;
        }
        if (const std::size_t edits = distance(wrong, name); edits < best) {
            best = edits;
            nearest = name;
        }
    }
    return nearest;
}

}  // namespace charter
