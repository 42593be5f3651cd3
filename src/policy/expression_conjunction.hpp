#pragma once

#include "policy/expression_typer.hpp"

#include <algorithm>
#include <iterator>

namespace charter::policy {

/// `a && b && c`, also where it is written otherwise: conditions, `x has a.b`.
class ExpressionTyper::Conjunction {
public:
    explicit Conjunction(ExpressionTyper& typer) : typer_(typer), scope_(typer.known_) {
        all_ = typer.boolean(true, false);
    }

    /// False when what follows is never reached.
    bool open() const { return !typer_.is_known(all_, false); }

    void add(Typed term) {
        const bool failed = all_.failed || term.failed;
        if (!term.type) {
            all_.type = typer_.input_.types.boolean();
        } else if (typer_.is_known(term, false)) {
            all_ = typer_.boolean(false, failed);
            return;
        } else if (typer_.is_known(all_, true)) {
            all_.type = term.type;
        } else if (!typer_.is_known(term, true)) {
            all_.type = typer_.input_.types.boolean();
        }
        all_.failed = failed;
        typer_.input_.budget.spend(term.shown.size());
        scope_.add(term.shown);
        std::ranges::move(term.shown, std::back_inserter(all_.shown));
    }

    Typed take() { return std::move(all_); }

private:
    ExpressionTyper& typer_;
    KnownCapabilities::Scope scope_;
    Typed all_;
};

}  // namespace charter::policy
