#pragma once

#include "charter/cli/cli.hpp"
#include "cli/client.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace charter::cli {

/// Where the server is and who asks: the options that all commands share.
struct ConnectionOptions {
    std::string server;
    std::string ca_file;
    std::string token;
    std::string token_file;
    std::string token_file_default;  // for when nothing else names a token

    /// Adds --server, --ca-file, --token and --token-file. `this` must outlive the command.
    void add_to(CLI::App& command);

    /// A client for these options and, where they are empty, for CHARTER_SERVER,
    /// CHARTER_CA_FILE, CHARTER_TOKEN and CHARTER_TOKEN_FILE. Without any token it asks as nobody.
    /// Errors: invalid_request (not a server's address, a file that cannot be read,
    /// a token with a line break in it).
    Result<Client> connect() const;
};

/// The whole of a file, or of standard input for "-".
/// Errors: invalid_request (cannot be read).
Result<std::string> read_file(const std::string& name);

/// True when the text may stand in a request line or a header.
bool is_printable(std::string_view text);

/// What the server said no with, on one line and one for each wrong place:
/// "404 not-found: there is no such product".
std::string problem_text(const Answer& answer);

/// An Error of a refusal: `what` says which call. Its code is neither
/// unavailable nor invalid_request.
Error refusal(const std::string& what, const Answer& answer);

/// Prints the error to standard error and says what the shell is told.
ExitCode report(const Error& error);

}  // namespace charter::cli
