#include "cli/demo/load.hpp"

#include "charter/base/encoding.hpp"
#include "cli/connection.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <ostream>
#include <set>

namespace charter::cli::demo {

namespace {

const std::string base = "/api/v1/";

struct Count {
    std::size_t all = 0;
    std::size_t created = 0;
};

void print(std::ostream& out, std::string_view what, const Count& count) {
    out << count.all << ' ' << what << ", " << count.created << " new\n";
}

Result<Answer> accepted(const Send& send, const Call& call) {
    Result<Answer> answer = send(call);
    if (answer && !answer->ok()) {
        return refusal(call.method + " " + call.path, *answer);
    }
    return answer;
}

Result<Answer> put(const Send& send, const Document& document) {
    Call call;
    call.method = "PUT";
    call.path = base + document.path;
    call.body = document.body.dump();
    return accepted(send, call);
}

Result<> put_all(const Send& send, const std::vector<Document>& documents, std::string_view what,
                 std::ostream& out) {
    Count count;
    for (const Document& document : documents) {
        const Result<Answer> answer = put(send, document);
        if (!answer) {
            return answer.error();
        }
        ++count.all;
        count.created += answer->status == 201 ? 1 : 0;
    }
    print(out, what, count);
    return {};
}

// True when it published; false when that version was there.
Result<bool> publish(const Send& send, const Product& product) {
    Call look;
    look.method = "GET";
    look.path = base + product.document.path + "/versions/" + product.version;
    const Result<Answer> known = send(look);
    if (!known || known->ok()) {
        return known ? Result<bool>(false) : Result<bool>(known.error());
    }
    if (known->status != 404) {
        return refusal(look.method + " " + look.path, *known);
    }
    Json body;
    body["version"] = product.version;
    Call call;
    call.method = "POST";
    call.path = base + product.document.path + "/publish";
    call.body = body.dump();
    const Result<Answer> published = accepted(send, call);
    return published ? Result<bool>(true) : Result<bool>(published.error());
}

Result<> publish_all(const Send& send, const std::vector<Product>& products, std::ostream& out) {
    Count made;
    Count published;
    for (const Product& product : products) {
        const Result<Answer> answer = put(send, product.document);
        if (!answer) {
            return answer.error();
        }
        ++made.all;
        made.created += answer->status == 201 ? 1 : 0;
        const Result<bool> fresh = publish(send, product);
        if (!fresh) {
            return fresh.error();
        }
        ++published.all;
        published.created += *fresh ? 1 : 0;
    }
    print(out, "products", made);
    print(out, "published versions", published);
    return {};
}

std::set<std::string> as_set(const Json& document, const char* field) {
    const Json list = document.value(field, Json::array());
    return list.is_array() ? list.get<std::set<std::string>>() : std::set<std::string>();
}

// The same access: what was given, not why or by whom.
bool gives_the_same(const Json& wanted, const Json& there) {
    return there.is_object() && there.value("grantee", "") == wanted.value("grantee", "") &&
           there.value("resource", "") == wanted.value("resource", "") &&
           as_set(there, "actions") == as_set(wanted, "actions") &&
           as_set(there, "purposes") == as_set(wanted, "purposes");
}

Result<bool> is_granted(const Send& send, const Json& grant) {
    Call call;
    call.method = "GET";
    call.path = base + "grants?state=active&limit=1000&grantee=" +
                percent_encode(grant.at("grantee").get<std::string>()) +
                "&resource=" + percent_encode(grant.at("resource").get<std::string>());
    const Result<Answer> answer = accepted(send, call);
    if (!answer) {
        return answer.error();
    }
    const Result<Json> list = parse_json(answer->body);
    if (!list || !list->is_object() || !list->value("items", Json()).is_array()) {
        return Error(ErrorCode::unprocessable, "GET /api/v1/grants did not answer a list");
    }
    return std::ranges::any_of(list->at("items"),
                               [&](const Json& there) { return gives_the_same(grant, there); });
}

// A POST would grant again every time, so it is asked for first.
Result<> grant_all(const Send& send, const std::vector<Json>& grants, std::ostream& out) {
    Count count;
    for (const Json& grant : grants) {
        ++count.all;
        const Result<bool> there = is_granted(send, grant);
        if (!there) {
            return there.error();
        }
        if (*there) {
            continue;
        }
        Call call;
        call.method = "POST";
        call.path = base + "grants";
        call.body = grant.dump();
        const Result<Answer> granted = accepted(send, call);
        if (!granted) {
            return granted.error();
        }
        ++count.created;
    }
    print(out, "grants", count);
    return {};
}

bool has_bytes(const std::filesystem::path& name, const std::string& bytes) {
    std::ifstream file(name, std::ios::binary);
    return file.is_open() &&
           std::equal(std::istreambuf_iterator<char>(file), {}, bytes.begin(), bytes.end());
}

bool write_whole(const std::filesystem::path& name, const std::string& bytes) {
    std::error_code failed;
    std::filesystem::create_directories(name.parent_path(), failed);
    // Hidden beside its place, then moved there: a reader sees the old file or the new one.
    const std::filesystem::path fresh = name.parent_path() / ("." + name.filename().string());
    std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    file.close();
    if (file.fail()) {
        return false;
    }
    std::filesystem::rename(fresh, name, failed);
    return !failed;
}

}  // namespace

Result<> load_mesh(const Mesh& mesh, const Send& send, std::ostream& out) {
    const std::array<std::pair<std::string_view, const std::vector<Document>*>, 6> before{{
        {"users, groups, services and engines", &mesh.principals},
        {"tags", &mesh.tags},
        {"domains", &mesh.domains},
        {"purposes", &mesh.purposes},
        {"storages", &mesh.storages},
        {"locations", &mesh.locations},
    }};
    for (const auto& [what, documents] : before) {
        if (const Result<> done = put_all(send, *documents, what, out); !done) {
            return done;
        }
    }
    if (const Result<> done = publish_all(send, mesh.products, out); !done) {
        return done;
    }
    if (const Result<> done = put_all(send, mesh.policies, "policies and guardrails", out); !done) {
        return done;
    }
    return grant_all(send, mesh.grants, out);
}

Result<> write_rows(const Mesh& mesh, const std::filesystem::path& storage, std::ostream& out) {
    const Result<Data> data = make_rows(mesh.tables);
    if (!data) {
        return data.error();
    }
    Count count;
    for (const auto& [path, made] : data->all()) {
        const std::filesystem::path name = storage / "lake" / path / "part-0.csv.gz";
        const std::string bytes = gzip(to_text(made.rows));
        ++count.all;
        if (has_bytes(name, bytes)) {
            continue;
        }
        if (!write_whole(name, bytes)) {
            return Error(ErrorCode::invalid_request, "cannot write " + name.string());
        }
        ++count.created;
    }
    print(out, "files below " + (storage / "lake").string(), count);
    return {};
}

}  // namespace charter::cli::demo
