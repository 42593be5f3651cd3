#include "open_files.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include <sys/resource.h>

namespace charter::app {

void allow_open_files(std::size_t connections_max) {
    // A connection may send or receive one file; the rest is the store's, the log's, the
    // listeners' and those of outgoing calls.
    const rlim_t wanted = 2 * connections_max + 1'000;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) {
        return;
    }
    limit.rlim_cur = std::min(wanted, limit.rlim_max);
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < connections_max + 1'000) {
        spdlog::warn("{} files may be open, too few for connections_max {}: raise the limit "
                     "(ulimit -n, LimitNOFILE) or lower connections_max",
                     limit.rlim_cur, connections_max);
    }
}

}  // namespace charter::app
