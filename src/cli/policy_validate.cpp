// charter policy validate.
#include "charter/policy/validate.hpp"
#include "cli/policy_files.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <memory>

namespace charter::cli {

namespace {

struct ValidateCommand {
    PolicyFiles files;
    SchemaFile schema;
    bool deny_warnings = false;

    PolicyExit run() const {
        const auto declared = schema.read();
        const auto policies = declared ? files.read() : std::nullopt;
        if (!policies) {
            return PolicyExit::error;
        }
        const policy::Validation found = policy::validate(policies->all(), *declared);
        for (const policy::Finding& finding : found.errors) {
            print("error", finding, *policies);
        }
        for (const policy::Finding& finding : found.warnings) {
            print("warning", finding, *policies);
        }
        const bool valid = found.valid() && (found.warnings.empty() || !deny_warnings);
        std::cout << "policy set validation " << (valid ? "passed" : "failed") << '\n'
                  << found.errors.size() << " errors, " << found.warnings.size() << " warnings\n";
        return valid ? PolicyExit::ok : PolicyExit::invalid;
    }

    /// Where the file is Cedar text, with the line of the file.
    void print(std::string_view kind, const policy::Finding& finding,
               const policy::PolicySet& policies) const {
        const policy::Policy* policy = policies.find(finding.policy);
        if (files.format == "cedar" && policy != nullptr) {
            const policy::Position begin = policy->position();
            const bool first = finding.position.line == 1;
            std::cerr << (files.policies == "-" ? "standard input" : files.policies) << ':'
                      << begin.line + finding.position.line - 1 << ':'
                      << finding.position.column + (first ? begin.column - 1 : 0) << ": ";
        }
        std::cerr << kind << ": policy `" << finding.policy << "`: " << finding.detail << '\n';
    }
};

}  // namespace

void add_validate(CLI::App& policy, int& exit_code) {
    CLI::App* command = policy.add_subcommand(
        "validate", "Check policies against a schema; exit 0 valid, 3 invalid, 1 error");
    const auto validate = std::make_shared<ValidateCommand>();
    validate->schema.add_to(*command, true);
    validate->files.add_to(*command);
    command->add_flag("--deny-warnings", validate->deny_warnings, "A warning makes it invalid too");
    command->callback([validate, &exit_code] { exit_code = static_cast<int>(validate->run()); });
}

}  // namespace charter::cli
