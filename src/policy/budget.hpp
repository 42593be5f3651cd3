#pragma once

#include <cstddef>

namespace charter::policy {

/// Counts the steps of a piece of work that hostile input can blow up. Whoever
/// works stops when it is used up; what was found until then is incomplete.
class Budget {
public:
    explicit Budget(std::size_t steps_max) : left_(steps_max) {}

    void spend(std::size_t steps = 1) {
        used_up_ = used_up_ || steps > left_;
        left_ -= used_up_ ? left_ : steps;
    }
    bool used_up() const { return used_up_; }

private:
    std::size_t left_;
    bool used_up_ = false;
};

}  // namespace charter::policy
