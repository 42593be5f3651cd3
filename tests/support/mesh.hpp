#pragma once

// A mesh in a temporary directory: a real store and a World, changed through the
// use cases as the writer does it, but on the test's own thread.

#include "charter/governance/documents.hpp"
#include "charter/governance/grants.hpp"
#include "charter/governance/mesh.hpp"
#include "charter/governance/publishing.hpp"
#include "governance/rules.hpp"
#include "charter/storage/secret_keys.hpp"
#include "charter/store/sqlite_store.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace charter::testing {

inline std::string source_text(const std::string& file) {
    std::ifstream in(std::string(CHARTER_SOURCE_DIR) + "/" + file);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in || text.str().empty()) {
        throw std::runtime_error("cannot read " + file);
    }
    return text.str();
}

/// A directory that is removed again, with a store in it.
class MeshFiles {
public:
    MeshFiles() {
        std::string pattern = std::filesystem::temp_directory_path() / "charter-XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) {
            throw std::runtime_error("no temporary directory");
        }
        path_ = pattern;
        Result<std::unique_ptr<SqliteStore>> opened = SqliteStore::open(path_ / "data");
        if (!opened) {
            throw std::runtime_error(opened.error().message());
        }
        store = std::move(*opened);
        local = std::make_unique<LocalStorage>(path_ / "storage");
    }
    ~MeshFiles() {
        store.reset();
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    MeshFiles(const MeshFiles&) = delete;
    MeshFiles& operator=(const MeshFiles&) = delete;

    const std::filesystem::path& path() const { return path_; }

    std::unique_ptr<SqliteStore> store;
    std::unique_ptr<LocalStorage> local;
    std::unique_ptr<SecretKeys> secrets =
        std::move(SecretKeys::from_text(Secret(std::string(43, 'A')))).value();

private:
    std::filesystem::path path_;
};

/// Founded and empty: user:admin, the groups administrators and auditors.
class Mesh {
public:
    Mesh() : world_(make_world()) {
        const Result<> founded =
            found_mesh(world_, files.store->writer(), files.store->reader(), *files.local, now,
                       files.path() / "token");
        check(founded, "found_mesh");
        const auto head = files.store->reader().ledger_head();
        const auto journal = files.store->reader().journal_end();
        draft_ = std::make_unique<Draft>(world_, files.store->reader(), *files.local,
                                         files.secrets->box(), journal.value(), head.value());
    }

    const World& world() const { return draft_->world(); }
    Draft& draft() { return *draft_; }
    StoreReader& reader() { return files.store->reader(); }

    Caller caller(const std::string& name = "user:admin") const {
        Caller caller;
        caller.principal = world().principal(PrincipalName::parse(name).value());
        if (!caller.principal) {
            throw std::runtime_error("no principal " + name);
        }
        caller.address = "127.0.0.1";
        caller.now = now;
        return caller;
    }

    /// One change in its turn, as Writer takes it; committed unless `grouping`.
    template <class F>
    auto change(const std::string& by, F&& use_case) {
        now += std::chrono::seconds(1);
        Draft::Mark mark = draft_->mark();
        draft_->begin_turn(now);
        const Caller who = caller(by);
        auto result = use_case(*draft_, who);
        if (result) {
            draft_->record_change(who);
        } else {
            draft_->roll_back(std::move(mark));
        }
        if (!grouping) {
            commit();
        }
        return result;
    }

    /// A caller with a token, as whoever comes over the network.
    Caller signed_in(const std::string& name) {
        const Result<CreatedToken> token =
            change("user:admin", [&](Draft& draft, const Caller& who) {
                return create_token(draft, who, TokensFor::everybody, {{"principal", name}, {"name", "test"}});
            });
        check(token, "token");
        Caller result = caller(name);
        result.token = token->resource.id;
        return result;
    }

    void commit() {
        if (draft_->transaction().empty()) {
            return;
        }
        check(files.store->writer().commit(draft_->transaction()), "commit");
        if (draft_->world_changed()) {
            draft_->next_generation();
        }
        draft_->committed();
    }

    Result<Written> try_put(Kind kind, const std::string& path, const Json& document,
                            const std::string& by = "user:admin") {
        return change(by, [&](Draft& draft, const Caller& who) {
            return put_document(draft, who, address(kind, path), document, {});
        });
    }
    Resource put(Kind kind, const std::string& path, const Json& document,
                 const std::string& by = "user:admin") {
        Result<Written> written = try_put(kind, path, document, by);
        check(written, "put " + path);
        return std::move(written->resource);
    }
    Result<Written> try_patch(Kind kind, const std::string& path, const Json& patch) {
        return change("user:admin", [&](Draft& draft, const Caller& who) {
            return patch_document(draft, who, address(kind, path), patch, {});
        });
    }
    Result<> try_remove(Kind kind, const std::string& path, bool cascade = false) {
        return change("user:admin", [&](Draft& draft, const Caller& who) {
            return delete_document(draft, who, address(kind, path), {}, {cascade});
        });
    }
    Result<Written> try_publish(const std::string& product, const std::string& version) {
        return change("user:admin", [&](Draft& draft, const Caller& who) {
            return publish_product(draft, who, address(Kind::product, product),
                                   {{"version", version}});
        });
    }
    Result<Written> try_grant(const Json& body, const std::string& by = "user:admin") {
        return change(by, [&](Draft& draft, const Caller& who) {
            return create_grant(draft, who, body);
        });
    }
    ResourceId grant(const std::string& to, const std::string& on, const Json& actions,
                     const Json& more = Json::object()) {
        Json body{{"grantee", to}, {"resource", on}, {"actions", actions}};
        body.update(more);
        Result<Written> written = try_grant(body);
        check(written, "grant");
        return written->resource.id;
    }
    Result<std::vector<ResourceId>> try_revoke(ResourceId id) {
        return change("user:admin", [&](Draft& draft, const Caller& who) {
            return revoke_grant(draft, who, id, "");
        });
    }

    // Short forms of what most tests start with.
    void user(const std::string& name, const Json& more = Json::object()) {
        Json document{{"title", name}};
        document.update(more);
        put(Kind::user, name, document);
    }
    /// A domain with a location local://lake/NAME/ (made when it is missing).
    void domain(const std::string& name, const Json& more = Json::object()) {
        Json document{{"title", name}};
        document.update(more);
        put(Kind::domain, name, document);
        if (!world().find(Kind::storage, "lake")) {
            put(Kind::storage, "lake", {{"kind", "local"}, {"root", "lake"}});
        }
        put(Kind::location, name + "/main",
            {{"storage", "lake"}, {"uri", "local://lake/" + name + "/"}});
    }
    /// A published product with the port "files"; `columns` as name to document.
    void product(const std::string& path, const Json& columns, const Json& more = Json::object()) {
        Json port{{"name", "files"}, {"location", "local://lake/" + path + "/files/"}};
        port["columns"] = columns;
        Json document{{"title", path}, {"ports", Json::array({port})}};
        document.update(more);
        put(Kind::product, path, document);
        check(try_publish(path, "1.0.0"), "publish " + path);
    }

    static const policy::Schema& schema() {
        static const Result<policy::Schema> parsed =
            policy::Schema::parse(source_text("schemas/cedar/charter.cedarschema"));
        check(parsed, "charter.cedarschema");
        return *parsed;
    }
    static World make_world() {
        Result<std::vector<PolicyPtr>> builtin =
            compile_builtin(source_text("schemas/cedar/builtin.cedar"), schema());
        check(builtin, "builtin.cedar");
        return World(schema(), source_text("schemas/cedar/charter.cedarschema"),
                     std::move(builtin).value());
    }
    /// What a start of the server makes of the store.
    World rebuilt() {
        Result<World> world = load_world(reader(), source_text("schemas/cedar/charter.cedarschema"),
                                         source_text("schemas/cedar/builtin.cedar"));
        check(world, "load_world");
        return std::move(world).value();
    }

    static Address address(Kind kind, const std::string& path) {
        const std::size_t slash = path.find('/');
        return slash == std::string::npos
                   ? Address{kind, "", path}
                   : Address{kind, path.substr(0, slash), path.substr(slash + 1)};
    }

    template <class R>
    static void check(const R& result, const std::string& what) {
        if (!result) {
            std::string text = what + ": " + result.error().message() + " " + result.error().cause();
            for (const Violation& violation : result.error().violations()) {
                text += "; " + violation.pointer + " " + violation.detail;
            }
            throw std::runtime_error(text);
        }
    }

    MeshFiles files;
    UtcTime now = parse_time("2026-11-21T09:00:00Z").value();
    bool grouping = false;  // leave commit() to the test

private:
    World world_;
    std::unique_ptr<Draft> draft_;
};

}  // namespace charter::testing
