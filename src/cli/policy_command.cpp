// charter policy authorize | format | translate | validate: Cedar files without a server.
#include "cli/commands.hpp"
#include "cli/policy_files.hpp"

#include <CLI/CLI.hpp>

namespace charter::cli {

void add_policy_command(CLI::App& app, int& exit_code) {
    CLI::App* policy = app.add_subcommand(
        "policy", "Work on files of Cedar policies; no server is needed (docs/policy-cli.md)");
    policy->require_subcommand(1);
    add_authorize(*policy, exit_code);
    add_format(*policy, exit_code);
    add_translate(*policy, exit_code);
    add_validate(*policy, exit_code);
}

}  // namespace charter::cli
