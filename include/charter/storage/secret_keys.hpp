#pragma once

#include "charter/base/result.hpp"
#include "charter/base/secret.hpp"
#include "charter/storage/secret_box.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace charter {

/// Where the keys of the SecretBox come from: a file outside the database, one key on
/// a line in base64, or the server's environment. The first key seals, all open.
///
/// One per process. The box is thread-safe; the functions here are called by one
/// thread at a time.
class SecretKeys {
public:
    /// Keys from the environment: base64, separated by commas. They are never changed.
    /// Errors: invalid_request (the message holds nothing of the text).
    static Result<std::unique_ptr<SecretKeys>> from_text(const Secret& text);

    /// Keys from a file. None when there is no such file.
    /// Errors: unavailable (I/O; not a regular file; readable by others; not keys).
    static Result<std::unique_ptr<SecretKeys>> from_file(std::filesystem::path file);

    const SecretBox& box() const noexcept { return box_; }
    bool in_file() const noexcept { return file_.has_value(); }
    bool empty() const noexcept { return keys_.empty(); }

    /// Makes the file with a first key (mode 0600, complete or not there at all). When
    /// two processes start at once, both get the same key. Errors: unavailable.
    Result<> create();

    /// The first step of a rotation: a new key seals from now on, the others still open.
    /// Durable when it returns. Keys of the environment stay as they are.
    /// Errors: unavailable (nothing changed).
    Result<> add_key();

    /// The last step: only the first key and those named stay, in the file and here.
    /// Keys of the environment stay as they are. Errors: unavailable.
    Result<> keep_only(const std::vector<std::string>& key_ids);

private:
    SecretKeys(std::optional<std::filesystem::path> file, std::vector<Secret> keys);
    Result<> write(std::vector<Secret> keys);

    std::optional<std::filesystem::path> file_;
    std::vector<Secret> keys_;
    SecretBox box_;
};

}  // namespace charter
