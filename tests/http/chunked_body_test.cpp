// Chunked bodies in pieces of every size say the same as in one.
#include "http/chunked_body.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace charter::http {
namespace {

struct Read {
    std::string body;
    std::size_t length = 0;  // what of the bytes was taken
    bool done = false;
    bool refused = false;
};

/// As a session does it: what was not taken comes again, with more behind it.
Read read_in_pieces(std::string_view bytes, std::size_t piece) {
    Read read;
    ChunkedBody chunks(read.body, 1'000);
    for (std::size_t end = 0; end < bytes.size() && !read.done && !read.refused;) {
        end = std::min(bytes.size(), end + piece);
        const ChunkedBody::Step step = chunks.put(bytes.substr(read.length, end - read.length));
        read.length += step.consumed;
        read.done = step.done;
        read.refused = step.refusal.has_value();
    }
    return read;
}

TEST(ChunkedBodyTest, PiecesOfEverySizeMakeTheSameBody) {
    const std::pair<std::string, std::string> cases[] = {
        {"0\r\n\r\n", ""},
        {"00\r\n\r\n", ""},
        {"0\r\nX: y\r\n\r\n", ""},
        {"0;a=b\r\n\r\n", ""},
        {"4\r\n0\r\nX\r\n0\r\n\r\n", "0\r\nX"},
        {"5\r\nhello\r\n1\r\n!\r\n00\r\nX: y\r\n\r\n", "hello!"},
    };
    for (const auto& [bytes, body] : cases) {
        for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
            const Read read = read_in_pieces(bytes + "GET", piece);

            EXPECT_TRUE(read.done) << bytes << piece;
            EXPECT_EQ(read.body, body) << bytes << piece;
            EXPECT_EQ(read.length, bytes.size()) << bytes << piece;
        }
    }
}

TEST(ChunkedBodyTest, WhatIsNoChunkedBodyEndsInNoPieces) {
    for (const std::string bytes :
         {"0\r\nX\r\n\r\n", "0\r\n\rX\r\n\r\n", "0\r\n\nX\r\n\r\n", "x\r\n\r\n", "2\r\nabc\r\n0\r\n\r\n"}) {
        for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
            const Read read = read_in_pieces(bytes, piece);

            EXPECT_FALSE(read.done) << bytes << piece;
            EXPECT_TRUE(read.refused) << bytes << piece;
        }
    }
}

}  // namespace
}  // namespace charter::http
