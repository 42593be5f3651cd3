#include "store/sqlite/reader_pool.hpp"

#include "store/sqlite/search_rank.hpp"

#include <utility>

namespace charter::sqlite {

ReaderPool::Lease::~Lease() {
    if (database_) {
        const std::lock_guard lock(pool_->mutex_);
        pool_->idle_.push_back(std::move(database_));
    }
}

Result<ReaderPool::Lease> ReaderPool::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            std::unique_ptr<Database> database = std::move(idle_.back());
            idle_.pop_back();
            return Lease(*this, std::move(database));
        }
    }
    Result<std::unique_ptr<Database>> opened = Database::open(file_, Database::Mode::read);
    if (!opened) {
        return opened.error();
    }
    if (Result<> added = add_search_rank(**opened); !added) {
        return added.error();
    }
    return Lease(*this, std::move(*opened));
}

}  // namespace charter::sqlite
