#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace charter {

/// What went wrong, in terms the caller can act on. Each code is one problem
/// name of the API; `http/problem.cpp` is the only place that turns a code into
/// an HTTP status.
enum class ErrorCode {
    invalid_request,         // the request can never succeed as sent
    unauthenticated,         // no valid identity
    forbidden,               // identity is known, policy says no
    enforcement_required,    // readable, but only through an enforcing engine
    not_found,               // absent, or hidden from this caller
    method_not_allowed,      // the path exists, the method does not
    not_acceptable,          // no representation the caller accepts
    timeout,                 // the request did not arrive in time
    conflict,                // the state of the mesh forbids it
    precondition_failed,     // If-Match or If-None-Match does not hold
    too_large,               // the body is over the route's limit
    unsupported_media_type,  // the body is of a kind the route does not read
    range,                   // the Range cannot be satisfied
    unprocessable,           // understood, and impossible
    too_many_requests,       // slow down
    headers_too_large,       // too many or too long headers
    internal,                // a defect of ours
    unavailable,             // try again later; nothing was changed
};

/// One place in a document that is wrong. `pointer` is an RFC 6901 JSON pointer.
struct Violation {
    std::string pointer;
    std::string detail;

    friend bool operator==(const Violation&, const Violation&) = default;
};

/// The one error value of the server.
class Error {
public:
    /// `message` is shown to the client: no SQL, no paths, no secrets.
    /// `cause` goes to the log only.
    Error(ErrorCode code, std::string message, std::string cause = {})
        : code_(code), message_(std::move(message)), cause_(std::move(cause)) {}

    /// An invalid document: one error, every place that is wrong.
    Error(ErrorCode code, std::string message, std::vector<Violation> violations)
        : code_(code), message_(std::move(message)), violations_(std::move(violations)) {}

    ErrorCode code() const noexcept { return code_; }
    const std::string& message() const noexcept { return message_; }
    const std::string& cause() const noexcept { return cause_; }
    const std::vector<Violation>& violations() const noexcept { return violations_; }

private:
    ErrorCode code_;
    std::string message_;
    std::string cause_;
    std::vector<Violation> violations_;
};

/// A value or an Error: the return type of everything that can fail. Same names
/// as std::expected, so that C++23 can replace it. Reading the wrong side throws
/// std::bad_variant_access, which the session answers with 500.
template <class T = void>
class [[nodiscard]] Result {
public:
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

    bool has_value() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    T& value() & { return std::get<0>(state_); }
    const T& value() const& { return std::get<0>(state_); }
    T&& value() && { return std::get<0>(std::move(state_)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    const Error& error() const { return std::get<1>(state_); }

private:
    std::variant<T, Error> state_;
};

/// Success or an Error.
template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : error_(std::move(error)) {}

    bool has_value() const noexcept { return !error_; }
    explicit operator bool() const noexcept { return has_value(); }
    const Error& error() const { return error_.value(); }

private:
    std::optional<Error> error_;
};

}  // namespace charter
