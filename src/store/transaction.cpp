#include "charter/store/store.hpp"

namespace charter {

void Transaction::clear() {
    puts.clear();
    removals.clear();
    journal.clear();
    ledger.clear();
    evidence.clear();
    indexed.clear();
    unindexed.clear();
    answers.clear();
}

bool Transaction::empty() const {
    return puts.empty() && removals.empty() && journal.empty() && ledger.empty() &&
           evidence.empty() && indexed.empty() && unindexed.empty() && answers.empty();
}

}  // namespace charter
