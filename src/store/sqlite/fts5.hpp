#pragma once

#include "charter/base/result.hpp"
#include "store/sqlite/database.hpp"

#include <functional>
#include <memory>
#include <string_view>

namespace charter::sqlite {

/// The FTS5 API of a connection. Errors: unavailable.
/// Source: https://sqlite.org/fts5.html section 7.
Result<fts5_api*> fts5_of(Database& database);

/// The tokenizer of search_index: it splits and folds as the index does.
class Tokenizer {
public:
    /// `database` must outlive it. Errors: unavailable.
    static Result<Tokenizer> make(Database& database);

    /// Calls `visit` with every token and where it begins, until it answers false.
    /// `visit` must not throw anything but std::bad_alloc.
    void each(std::string_view text,
              const std::function<bool(std::string_view token, std::size_t offset)>& visit) const;

private:
    struct Delete {
        void (*destroy)(Fts5Tokenizer*);
        void operator()(Fts5Tokenizer* tokenizer) const { destroy(tokenizer); }
    };

    Tokenizer(const fts5_tokenizer& module, Fts5Tokenizer* tokenizer)
        : module_(module), tokenizer_(tokenizer, Delete{module.xDelete}) {}

    fts5_tokenizer module_;
    std::unique_ptr<Fts5Tokenizer, Delete> tokenizer_;
};

}  // namespace charter::sqlite
