#pragma once

#include "store/sqlite/database.hpp"

#include <optional>
#include <vector>

namespace charter::sqlite {

/// The first row, read by `read`; nothing when there is none.
template <class T>
Result<std::optional<T>> first(Query& query, T (*read)(const Query&)) {
    std::optional<T> found;
    if (query.step()) {
        found = read(query);
    }
    if (const Result<> done = query.finish(); !done) {
        return done.error();
    }
    return found;
}

template <class T>
Result<std::vector<T>> all(Query& query, T (*read)(const Query&)) {
    std::vector<T> rows;
    while (query.step()) {
        rows.push_back(read(query));
    }
    if (const Result<> done = query.finish(); !done) {
        return done.error();
    }
    return rows;
}

}  // namespace charter::sqlite
