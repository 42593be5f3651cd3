#pragma once

namespace CLI {
class App;
}

namespace charter::cli {

/// What a command tells the shell.
enum class ExitCode : int {
    ok = 0,
    refused = 1,      // the server answered and said no; its problem was printed
    usage = 2,        // the command line or a local file is wrong; nothing was sent
    unreachable = 3,  // no answer from the server
};

/// Adds the commands that talk to a running server: `access who|what|explain`, `api`, `demo`,
/// `grants list|show|create|revoke`, `ledger verify`, `token create|list|revoke`. They use the
/// public REST API and nothing else, so what they may do is what their token may do.
///
/// Each command runs inside app.parse() and leaves its ExitCode in `exit_code`,
/// which must outlive that call. CLI::ParseError is the caller's to catch:
/// app.exit(error) == 0 (help) is `ok`, anything else is `usage`.
///
/// Every command takes --server (or CHARTER_SERVER), --token (CHARTER_TOKEN) and
/// --token-file (CHARTER_TOKEN_FILE); an option wins over the environment, and
/// `demo` falls back to data/admin.token. Only `policy …` needs no server: it works on
/// files, takes none of these options and has exit codes of its own, those of the
/// official `cedar`; see docs/policy-cli.md.
void add_commands(CLI::App& app, int& exit_code);

}  // namespace charter::cli
