#include "log.hpp"

#include "charter/base/clock.hpp"
#include "charter/base/json_writer.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <unistd.h>

#include <cerrno>
#include <mutex>

namespace charter::app {

namespace {

/// spdlog's own sinks write each line with a system call; under load that costs
/// more than the line. What is gathered here is lost by a kill -9, never more
/// than a second of it; the ledger is not a log.
class GatheringSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit GatheringSink(bool json) : json_(json) {}

protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        const std::string_view text(message.payload.data(), message.payload.size());
        const auto level = spdlog::level::to_string_view(message.level);
        const std::string time =
            format_time(std::chrono::time_point_cast<std::chrono::milliseconds>(message.time));
        if (json_) {
            JsonWriter json(lines_);
            json.begin_object().member("time", time).member("level", {level.data(), level.size()});
            json.member("message", text).end_object();
        } else {
            lines_.append(time).append(" ").append(level.data(), level.size()).append(" ");
            lines_.append(text);
        }
        lines_.push_back('\n');
        if (lines_.size() > gathered_bytes_max || first_) {
            first_ = false;
            flush_();
        }
    }

    void flush_() override {
        std::size_t written = 0;
        while (written < lines_.size()) {
            const ssize_t count = ::write(STDERR_FILENO, lines_.data() + written, lines_.size() - written);
            if (count < 0 && errno != EINTR) {
                break;  // nobody reads the log; serving goes on
            }
            written += count > 0 ? static_cast<std::size_t>(count) : 0;
        }
        lines_.clear();
    }

private:
    static constexpr std::size_t gathered_bytes_max = 32 * 1024;

    bool json_;
    bool first_ = true;
    std::string lines_;
};

}  // namespace

void start_log(const std::string& format, const std::string& level) {
    auto logger =
        std::make_shared<spdlog::logger>("charter", std::make_shared<GatheringSink>(format == "json"));
    logger->set_level(spdlog::level::from_str(level));
    logger->flush_on(spdlog::level::warn);
    spdlog::set_default_logger(std::move(logger));
    spdlog::flush_every(std::chrono::seconds(1));
}

}  // namespace charter::app
