#include "charter/cli/cli.hpp"

#include "cli/commands.hpp"

namespace charter::cli {

void add_commands(CLI::App& app, int& exit_code) {
    add_access_command(app, exit_code);
    add_api_command(app, exit_code);
    add_demo_command(app, exit_code);
    add_grants_command(app, exit_code);
    add_ledger_command(app, exit_code);
    add_policy_command(app, exit_code);
    add_requests_command(app, exit_code);
    add_secrets_command(app, exit_code);
    add_token_command(app, exit_code);
}

}  // namespace charter::cli
