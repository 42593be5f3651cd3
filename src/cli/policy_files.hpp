#pragma once

#include "charter/base/result.hpp"
#include "charter/policy/policy_set.hpp"
#include "charter/policy/schema.hpp"

#include <memory>
#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace charter::cli {

/// What `charter policy` tells the shell: the exit codes of the official `cedar`.
enum class PolicyExit : int {
    ok = 0,       // allowed, valid, done
    error = 1,    // a file cannot be read or says nothing; `format --check` found work
    deny = 2,     // authorize; a wrong command line too
    invalid = 3,  // validate
};

/// Prints an error of a file to standard error, each place on its own line.
PolicyExit report(const std::string& file, const Error& error);

/// --policies, --policy-format and --template-linked.
struct PolicyFiles {
    std::string policies = "-";
    std::string format = "cedar";
    std::string links;

    void add_to(CLI::App& command);
    /// Nothing after it has reported what is wrong.
    std::optional<policy::PolicySet> read() const;
};

/// --schema and --schema-format.
struct SchemaFile {
    std::string schema;
    std::string format = "cedar";

    void add_to(CLI::App& command, bool required);
    /// Nothing after it has reported what is wrong. Not for an empty name.
    std::optional<policy::Schema> read() const;
};

/// The text of a file or of standard input, or nothing after reporting.
std::optional<std::string> read_or_report(const std::string& file);

// Each adds one command and lets `exit_code` know how it ended.
void add_authorize(CLI::App& policy, int& exit_code);
void add_format(CLI::App& policy, int& exit_code);
void add_translate(CLI::App& policy, int& exit_code);
void add_validate(CLI::App& policy, int& exit_code);

}  // namespace charter::cli
