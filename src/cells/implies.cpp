#include "cells/implies.hpp"

#include <algorithm>
#include <cstddef>

namespace charter::cells {
namespace {

using policy::Predicate;
using Form = Predicate::Form;

class Implication {
public:
    bool holds(const Predicate& part, const Predicate& whole) {
        if (steps_left_ == 0) {
            return false;
        }
        --steps_left_;
        if (part.is_never() || whole.is_always() || part == whole) {
            return true;
        }
        if (part.form() == Form::any_of) {
            return std::ranges::all_of(part.parts(),
                                       [&](const Predicate& one) { return holds(one, whole); });
        }
        if (whole.form() == Form::all_of) {
            return std::ranges::all_of(whole.parts(),
                                       [&](const Predicate& one) { return holds(part, one); });
        }
        return (part.form() == Form::all_of &&
                std::ranges::any_of(part.parts(),
                                    [&](const Predicate& one) { return holds(one, whole); })) ||
               (whole.form() == Form::any_of &&
                std::ranges::any_of(whole.parts(),
                                    [&](const Predicate& one) { return holds(part, one); }));
    }

private:
    std::size_t steps_left_ = 1'000;
};

}  // namespace

bool implies(const Predicate& part, const Predicate& whole) {
    return Implication().holds(part, whole);
}

}  // namespace charter::cells
