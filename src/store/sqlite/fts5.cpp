#include "store/sqlite/fts5.hpp"

#include <algorithm>
#include <limits>

namespace charter::sqlite {

Result<fts5_api*> fts5_of(Database& database) {
    fts5_api* api = nullptr;
    sqlite3_stmt* raw = nullptr;
    int code = sqlite3_prepare_v2(database.handle(), "SELECT fts5(?)", -1, &raw, nullptr);
    const StatementPtr statement(raw);
    if (code == SQLITE_OK) {
        code = sqlite3_bind_pointer(raw, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
    }
    if (code == SQLITE_OK) {
        sqlite3_step(raw);
    }
    if (api == nullptr) {
        return error_of(database.handle(), code == SQLITE_OK ? SQLITE_ERROR : code);
    }
    return api;
}

Result<Tokenizer> Tokenizer::make(Database& database) {
    const Result<fts5_api*> api = fts5_of(database);
    if (!api) {
        return api.error();
    }
    void* context = nullptr;
    fts5_tokenizer module{};
    int code = (*api)->xFindTokenizer(*api, "unicode61", &context, &module);
    Fts5Tokenizer* tokenizer = nullptr;
    if (code == SQLITE_OK) {
        // As in schemas/sql.
        const char* options[] = {"remove_diacritics", "2"};
        code = module.xCreate(context, options, 2, &tokenizer);
    }
    if (code != SQLITE_OK) {
        return error_of(database.handle(), code);
    }
    return Tokenizer(module, tokenizer);
}

void Tokenizer::each(
    std::string_view text,
    const std::function<bool(std::string_view token, std::size_t offset)>& visit) const {
    using Visit = std::function<bool(std::string_view, std::size_t)>;
    const auto on_token = [](void* context, int, const char* token, int size, int start, int) {
        try {  // no exception may pass through SQLite
            const auto& call = *static_cast<const Visit*>(context);
            return call({token, static_cast<std::size_t>(size)}, static_cast<std::size_t>(start))
                       ? SQLITE_OK
                       : SQLITE_DONE;
        } catch (...) {
            return SQLITE_NOMEM;
        }
    };
    const auto size = std::min<std::size_t>(text.size(), std::numeric_limits<int>::max());
    module_.xTokenize(tokenizer_.get(), const_cast<Visit*>(&visit), FTS5_TOKENIZE_DOCUMENT,
                      text.data(), static_cast<int>(size), on_token);
}

}  // namespace charter::sqlite
