#pragma once

#include "charter/base/result.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace charter {

/// One object on its way into a LocalStorage: a temporary file that no list shows.
/// Destroying it before LocalStorage::commit deletes that file. Movable; one thread
/// at a time. Calls block on the file system.
class IncomingObject {
public:
    IncomingObject(IncomingObject&&) noexcept;
    IncomingObject& operator=(IncomingObject&&) noexcept;
    ~IncomingObject();

    /// Writes the next bytes. Errors: invalid_request (more than announced),
    /// unavailable (I/O, no room).
    Result<> append(std::string_view bytes);

private:
    friend class LocalStorage;
    struct State;

    explicit IncomingObject(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

/// What became of a received object.
struct StoredObject {
    bool created = false;  // nothing was there before
    std::string etag;      // as OpenedObject has it
};

}  // namespace charter
