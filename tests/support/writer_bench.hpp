#pragma once

// A Writer over a store that can be made to fail, on a clock that the test moves.

#include "support/mesh.hpp"

#include "charter/governance/resolver.hpp"
#include "charter/governance/writer.hpp"
#include "charter/storage/url_signer.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace charter::testing {

/// Passes commits on to the real store, or refuses them.
class FailingStore : public StoreWriter {
public:
    explicit FailingStore(StoreWriter& store) : store_(store) {}

    std::atomic<bool> broken{false};
    /// Refuses just the commit of that number; the first is 1.
    std::atomic<int> fails_at{0};
    std::atomic<int> commits{0};

    Result<> commit(const Transaction& transaction) override {
        const int number = ++commits;
        if (broken || number == fails_at) {
            return Error(ErrorCode::unavailable, "the disk failed");
        }
        return store_.commit(transaction);
    }
    Result<> note_token_uses(const std::vector<TokenUse>& uses) override {
        return store_.note_token_uses(uses);
    }
    Result<> forget_answers(UtcTime before) override { return store_.forget_answers(before); }

private:
    StoreWriter& store_;
};

class ManualClock : public Clock {
public:
    explicit ManualClock(UtcTime start) : ms_(start.time_since_epoch().count()) {}

    UtcTime now() const override { return UtcTime(std::chrono::milliseconds(ms_)); }
    void move(std::chrono::milliseconds by) { ms_ += by.count(); }

private:
    std::atomic<std::int64_t> ms_;
};

/// What a request that was started will answer.
template <class R>
class Answer {
public:
    /// Throws when there is none (yet).
    R& get() const { return result_->value(); }
    void set(R result) const { result_->emplace(std::move(result)); }

private:
    std::shared_ptr<std::optional<R>> result_ = std::make_shared<std::optional<R>>();
};

template <class R>
boost::asio::awaitable<void> keep_answer(boost::asio::awaitable<R> work, Answer<R> answer) {
    answer.set(co_await std::move(work));
}

/// Starts what a request does; it goes on whenever `context` runs.
template <class R>
Answer<R> start(boost::asio::io_context& context, boost::asio::awaitable<R> work) {
    Answer<R> answer;
    boost::asio::co_spawn(context, keep_answer(std::move(work), answer), boost::asio::detached);
    return answer;
}

/// Runs what a request does, alone on its own loop, to its end.
template <class R>
R finish(boost::asio::awaitable<R> work) {
    boost::asio::io_context context;
    const Answer<R> answer = start(context, std::move(work));
    context.run();
    return std::move(answer.get());
}

/// The parts that live from start to stop of a server, after `mesh` was filled.
struct WriterBench {
    explicit WriterBench(Mesh& filled)
        : mesh(filled),
          store(filled.files.store->writer()),
          clock(filled.now + std::chrono::seconds(1)),
          worlds(std::make_shared<const World>(filled.world())),
          writer(store, filled.reader(), worlds, *filled.files.local,
                 filled.files.secrets->box(), clock),
          s3([this](FetchRequest request) { return fetch(std::move(request)); }, clock),
          lessor(*filled.files.local, s3, filled.files.secrets->box(), signer, {}),
          resolver(worlds, writer, lessor) {}

    template <class T>
    Result<T> submit(const Caller& caller, Writer::Change<T> change) {
        return finish(writer.submit<T>(caller, std::move(change)));
    }
    static Writer::Change<Written> put(Caller caller, Kind kind, std::string path, Json document) {
        return [=](Draft& draft) {
            return put_document(draft, caller, Mesh::address(kind, path), document, {});
        };
    }
    Result<Written> put_user(const std::string& name) {
        const Caller admin = mesh.caller();
        return submit<Written>(admin, put(admin, Kind::user, name, {{"title", name}}));
    }

    /// All records, oldest first; the chain holds and ends where the store says.
    std::vector<SealedRecord> ledger() {
        std::vector<SealedRecord> records;
        LedgerHead head;
        for (;;) {
            Result<std::vector<SealedRecord>> page = mesh.reader().ledger_after(head.sequence, 1000);
            Mesh::check(page, "ledger");
            if (page->empty()) {
                break;
            }
            for (SealedRecord& record : *page) {
                const std::optional<std::string> wrong = check(head, record);
                EXPECT_FALSE(wrong) << *wrong;
                records.push_back(std::move(record));
            }
        }
        EXPECT_FALSE(check_end(head, mesh.reader().ledger_head().value()));
        return records;
    }

    Mesh& mesh;
    FailingStore store;
    ManualClock clock;
    WorldHolder worlds;
    Writer writer;
    /// What an outgoing call comes to.
    Fetch fetch = [](FetchRequest) -> boost::asio::awaitable<Result<FetchResponse>> {
        co_return Error(ErrorCode::unavailable, "a test calls nobody");
    };
    S3Storage s3;
    std::unique_ptr<UrlSigner> signer;  // none: tests make no URLs
    Lessor lessor;
    Resolver resolver;
};

/// A running writer over a mesh where ana may read customer/people by a grant.
class WriterTest : public ::testing::Test {
protected:
    WriterTest() {
        mesh.grouping = true;
        mesh.user("ana");
        mesh.domain("customer");
        mesh.product("customer/people", Json::array({{{"name", "c"}, {"type", "int"}}}));
        grant = mesh.grant("user:ana", "customer/people", {"read"});
        ana = mesh.signed_in("user:ana");
        admin = mesh.signed_in("user:admin");
        mesh.commit();
        bench = std::make_unique<WriterBench>(mesh);
    }

    static ResolveRequest request(Delivery delivery = Delivery::none) {
        ResolveRequest request;
        request.port = "customer/people/files";
        request.delivery = delivery;
        return request;
    }
    Result<Resolved> resolve() { return finish(bench->resolver.resolve(ana, request())); }
    Writer::Change<Written> put_user(const std::string& name) {
        return WriterBench::put(admin, Kind::user, name, {{"title", name}});
    }

    /// Keeps the writer busy with a change of its own while `queue` puts work behind
    /// it, so that all of that work is one group. Returns when all is answered.
    template <class F>
    void as_one_group(F&& queue) {
        std::promise<void> begun;
        std::promise<void> go_on;
        std::shared_future<void> may_go_on = go_on.get_future().share();
        boost::asio::io_context context;
        const Writer::Change<int> wait = [&begun, may_go_on](Draft&) -> Result<int> {
            begun.set_value();
            may_go_on.wait();
            return 0;
        };
        start(context, bench->writer.submit<int>(admin, wait));
        context.poll();
        begun.get_future().wait();
        queue(context);
        context.poll();
        go_on.set_value();
        context.restart();
        context.run();
    }

    Mesh mesh;
    ResourceId grant;
    Caller ana;
    Caller admin;
    std::unique_ptr<WriterBench> bench;
};

}  // namespace charter::testing
