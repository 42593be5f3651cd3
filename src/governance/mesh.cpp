#include "charter/governance/mesh.hpp"

#include "governance/rules.hpp"
#include "charter/identity/token.hpp"
#include "governance/fold.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstring>

namespace charter {

namespace {

Result<> write_private_file(const std::filesystem::path& file, std::string_view content) {
    std::error_code ignored;
    std::filesystem::remove(file, ignored);  // of a first start that did not end
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (descriptor < 0) {
        return Error(ErrorCode::unavailable, "cannot write the administrator's token",
                     std::strerror(errno));
    }
    const bool written =
        ::write(descriptor, content.data(), content.size()) == static_cast<ssize_t>(content.size()) &&
        ::fsync(descriptor) == 0;
    ::close(descriptor);
    if (!written) {
        std::filesystem::remove(file, ignored);
        return Error(ErrorCode::unavailable, "cannot write the administrator's token");
    }
    return {};
}

Resource make_resource(const Draft& draft, Kind kind, std::string name, const Json& document) {
    Resource resource;
    resource.kind = kind;
    resource.id = draft.new_id();
    resource.name = std::move(name);
    resource.revision = 1;
    resource.document = document.dump();
    return resource;
}

}  // namespace

Result<World> load_world(StoreReader& reader, std::string_view schema_text,
                         std::string_view builtin) {
    Result<policy::Schema> schema = policy::Schema::parse(schema_text);
    if (!schema) {
        return Error(ErrorCode::internal, "internal error",
                     "charter.cedarschema: " + schema.error().message());
    }
    Result<std::vector<PolicyPtr>> compiled = compile_builtin(builtin, *schema);
    if (!compiled) {
        return compiled.error();
    }
    World world(std::move(schema).value(), std::string(schema_text), std::move(compiled).value());
    Result<> folded;
    const Result<> read = reader.read_all([&](Resource resource) {
        if (folded) {
            folded = world.put(resource);
        }
    });
    if (!read) {
        return read.error();
    }
    if (!folded) {
        return folded.error();
    }
    const Result<> used = reader.read_token_uses([&](const TokenUse& use) {
        if (const auto token = world.find<TokenEntry>(use.token)) {
            token->last_used->store(use.at.time_since_epoch().count());
        }
    });
    if (!used) {
        return used.error();
    }
    return world;
}

Result<> found_mesh(World& world, StoreWriter& writer, StoreReader& reader, LocalStorage& local,
                    UtcTime now, const std::filesystem::path& token_file) {
    if (world.find(Kind::user, "admin") || world.find(Kind::group, "administrators")) {
        return {};
    }
    const Result<std::uint64_t> journal = reader.journal_end();
    const Result<LedgerHead> head = reader.ledger_head();
    if (!journal) {
        return journal.error();
    }
    if (!head) {
        return head.error();
    }
    const SecretBox no_secrets;
    Draft draft(world, reader, local, no_secrets, *journal, *head);
    draft.begin_turn(now);
    auto founder = std::make_shared<PrincipalEntry>();
    founder->principal = PrincipalName{Kind::user, "admin"};
    policy::PolicyIndex rules;
    founder->node = make_node(rules, {"User", "admin"}, {}, {}, {});
    founder->evidence = make_evidence(R"({"principal":"user:admin","founding":true})");
    Caller caller;
    caller.principal = founder;
    caller.now = now;

    const Resource admin =
        make_resource(draft, Kind::user, "admin", {{"title", "The first administrator"}});
    const Resource administrators = make_resource(
        draft, Kind::group, "administrators",
        {{"title", "Mesh administrators"}, {"members", Json::array({"user:admin"})}});
    const Resource auditors = make_resource(
        draft, Kind::group, "auditors", {{"title", "Auditors"}, {"members", Json::array()}});
    const ResourceId token_id = draft.new_id();
    const NewToken secret = make_token(token_id);
    Resource token = make_resource(draft, Kind::token, token_id.text(),
                                   {{"principal", "user:admin"}, {"name", "first start"}});
    token.id = token_id;
    token.state = Json{{"secret_hash", to_hex(secret.secret_hash)}, {"principal", admin.id.text()}}.dump();
    for (const Resource& resource : {admin, administrators, auditors, token}) {
        if (const Result<> put = draft.put(caller, resource, "created"); !put) {
            return put.error();
        }
    }
    draft.record_change(caller);
    const std::string text = std::string(secret.text.reveal()) + "\n";
    if (const Result<> written = write_private_file(token_file, text); !written) {
        return written.error();
    }
    if (const Result<> committed = writer.commit(draft.transaction()); !committed) {
        std::error_code ignored;
        std::filesystem::remove(token_file, ignored);
        return committed.error();
    }
    world = draft.world();
    return {};
}

}  // namespace charter
