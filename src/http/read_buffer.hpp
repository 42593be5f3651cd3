#pragma once

#include "charter/base/limits.hpp"

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

#include <boost/asio/buffer.hpp>

namespace charter::http {

/// The bytes a connection has received and not used yet: one flat block, used
/// again for every request, of a size that never changes. Bodies do not have to
/// fit; heads, chunk lines and trailers do.
class ReadBuffer {
public:
    static constexpr std::size_t capacity = 2 * limits::header_bytes_max;

    ReadBuffer() : bytes_(std::make_unique_for_overwrite<char[]>(capacity)) {}

    std::string_view unread() const { return {bytes_.get() + begin_, end_ - begin_}; }
    bool full() const { return end_ - begin_ == capacity; }

    /// Where to receive. Moves what is unread to the front when the end is near.
    boost::asio::mutable_buffer space() {
        if (begin_ > 0 && capacity - end_ < capacity / 2) {
            std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
            end_ -= begin_;
            begin_ = 0;
        }
        return {bytes_.get() + end_, capacity - end_};
    }

    void received(std::size_t count) { end_ += count; }

    void consume(std::size_t count) {
        begin_ += count;
        if (begin_ == end_) {
            begin_ = end_ = 0;
        }
    }

private:
    std::unique_ptr<char[]> bytes_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace charter::http
