#pragma once

#include "head_parser.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace charter::http {

/// True for the one input that Beast's parser of chunked bodies must not see: when "0\r\n" has
/// arrived and one byte after it, an assertion of Beast (basic_parser, `n >= 5`) ends the program.
/// Such bytes end no chunked body, whatever part of it they are: there is more to wait for.
bool is_short_last_chunk(std::string_view bytes);

/// Undoes chunked transfer coding with Beast's parser, which sees the body only:
/// the head was read by parse_head. The trailer is checked on the raw bytes
/// before Beast reads it, because Beast accepts obs-fold there.
class ChunkedBody {
public:
    /// Appends the content to `body`, which must outlive this, up to
    /// `body_bytes_max`.
    ChunkedBody(std::string& body, std::size_t body_bytes_max);
    ~ChunkedBody();

    struct Step {
        std::size_t consumed = 0;
        bool done = false;
        std::optional<Refusal> refusal;
    };

    /// Reads what it can of `bytes`. What it did not consume must come again,
    /// with more behind it.
    Step put(std::string_view bytes);

private:
    class Parser;
    std::unique_ptr<Parser> parser_;
};

}  // namespace charter::http
