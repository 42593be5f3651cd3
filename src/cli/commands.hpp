#pragma once

namespace CLI {
class App;
}

namespace charter::cli {

// One function for each command; cli.hpp says what `exit_code` becomes.
void add_access_command(CLI::App& app, int& exit_code);
void add_api_command(CLI::App& app, int& exit_code);
void add_demo_command(CLI::App& app, int& exit_code);
void add_grants_command(CLI::App& app, int& exit_code);
void add_ledger_command(CLI::App& app, int& exit_code);
void add_policy_command(CLI::App& app, int& exit_code);
void add_requests_command(CLI::App& app, int& exit_code);
void add_secrets_command(CLI::App& app, int& exit_code);
void add_token_command(CLI::App& app, int& exit_code);

}  // namespace charter::cli
