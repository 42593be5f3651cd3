#pragma once

#include "beneath.hpp"
#include "charter/base/encoding.hpp"
#include "charter/storage/incoming_object.hpp"
#include "charter/storage/new_object.hpp"

#include <openssl/evp.h>

#include <chrono>
#include <memory>
#include <string>

namespace charter {

/// A temporary file in the incoming folder of a root.
struct IncomingObject::State {
    std::string root_name;
    UniqueFd root;      // the root of the storage
    UniqueFd incoming;  // its folder for temporary files
    std::string name;   // of the temporary file; empty once it has its path
    UniqueFd file;
    std::string path;  // below the root, where it is to lie
    std::uint64_t size_bytes = 0;
    Digest sha256{};
    std::uint64_t received_bytes = 0;
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> hash{nullptr, EVP_MD_CTX_free};

    State() = default;
    ~State();
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    /// Makes the temporary file, readable by nobody else yet. Errors: unavailable.
    Result<> open();

    /// Whether all arrived as announced, and is on the disk. Errors: invalid_request, unavailable.
    Result<> complete();
};

/// The folder for temporary files of a root, made when it is missing.
/// Errors: unavailable (also when something else has its name).
Result<UniqueFd> open_incoming(const UniqueFd& root);

/// Deletes files in that folder which nobody has written to for `kept`.
void delete_leftovers(const UniqueFd& incoming, std::chrono::seconds kept);

/// Opens the folder that `path` lies in, below the root, and makes the folders on
/// the way that are missing, durably. Errors: as write_error.
Result<UniqueFd> make_parent(const UniqueFd& root, const std::string& path);

/// For what fails on the way to a path that is to be written: conflict when something
/// else lies there, invalid_request for a name that is too long, else unavailable.
Error write_error(int error_number);

}  // namespace charter
