#pragma once

#include <chrono>
#include <cstddef>

namespace charter::limits {

using namespace std::chrono_literals;

// Web sign-in
inline constexpr std::size_t sessions_max = 100'000;
inline constexpr std::size_t sessions_per_principal_max = 20;
inline constexpr std::chrono::seconds session_life_max = 604'800s;  // what can be configured
inline constexpr std::chrono::seconds sign_in_deadline = 600s;  // from leaving for an issuer to coming back
inline constexpr std::chrono::milliseconds sign_in_call_deadline = 10s;  // for the token of a code
inline constexpr std::size_t sign_in_answer_bytes_max = 128 * 1024;
inline constexpr std::size_t sign_in_form_bytes_max = 32 * 1024;
inline constexpr std::size_t sign_in_code_bytes_max = 4 * 1024;
inline constexpr std::size_t return_to_bytes_max = 1'024;
inline constexpr std::size_t client_secret_bytes_max = 4 * 1024;

}  // namespace charter::limits
