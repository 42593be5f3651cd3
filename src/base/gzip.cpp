#include "charter/base/json.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>

namespace charter {
namespace {

constexpr int window_bits = 15;
constexpr int gzip_format = 16;  // zlib: added to the window bits it means gzip, not zlib

using Chunk = std::array<char, 32 * 1024>;

// zlib counts in 32 bits; what is longer is handed over in several parts.
void refill(z_stream& stream, std::string_view& rest) {
    if (stream.avail_in == 0 && !rest.empty()) {
        const std::size_t part =
            std::min<std::size_t>(rest.size(), std::numeric_limits<uInt>::max());
        // zlib does not write through next_in; its type predates const.
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(rest.data()));
        stream.avail_in = static_cast<uInt>(part);
        rest.remove_prefix(part);
    }
}

void offer(z_stream& stream, Chunk& chunk) {
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
}

}  // namespace

Result<std::string> gunzip(std::string_view bytes, std::size_t expanded_bytes_max) {
    z_stream stream{};
    if (inflateInit2(&stream, window_bits + gzip_format) != Z_OK) {
        throw std::bad_alloc();
    }
    struct End {
        z_stream& stream;
        ~End() { inflateEnd(&stream); }
    } const end{stream};

    std::string out;
    Chunk chunk;
    for (int state = Z_OK; state != Z_STREAM_END;) {
        refill(stream, bytes);
        offer(stream, chunk);
        state = inflate(&stream, Z_NO_FLUSH);
        const std::size_t got = chunk.size() - stream.avail_out;
        if (got > expanded_bytes_max - out.size()) {
            return Error(ErrorCode::too_large, "the body expands to more than " +
                                                   std::to_string(expanded_bytes_max) + " bytes");
        }
        out.append(chunk.data(), got);
        if (state == Z_MEM_ERROR) {
            throw std::bad_alloc();
        }
        // Z_BUF_ERROR: the input ended before the stream did.
        if (state != Z_OK && state != Z_STREAM_END) {
            return Error(ErrorCode::invalid_request, "the body is not complete gzip");
        }
    }
    if (stream.avail_in != 0 || !bytes.empty()) {
        return Error(ErrorCode::invalid_request, "the body goes on after its gzip data");
    }
    return out;
}

std::string gzip(std::string_view bytes) {
    constexpr int memory_level = 8;  // zlib's default
    z_stream stream{};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, window_bits + gzip_format,
                     memory_level, Z_DEFAULT_STRATEGY) != Z_OK) {
        throw std::bad_alloc();
    }
    struct End {
        z_stream& stream;
        ~End() { deflateEnd(&stream); }
    } const end{stream};

    std::string out;
    Chunk chunk;
    for (int state = Z_OK; state != Z_STREAM_END;) {
        refill(stream, bytes);
        offer(stream, chunk);
        state = deflate(&stream, bytes.empty() ? Z_FINISH : Z_NO_FLUSH);
        out.append(chunk.data(), chunk.size() - stream.avail_out);
    }
    return out;
}

}  // namespace charter
