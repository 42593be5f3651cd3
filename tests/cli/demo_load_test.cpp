// Loading the demo mesh: against a server in memory that keeps what is put.
#include "cli/demo/load.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/json.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace charter::cli::demo {

namespace {

const Mesh& mesh() {
    static const Mesh read = read_mesh().value();
    return read;
}

// Keeps documents by path, versions by their path, and grants in a list.
class FakeServer {
public:
    std::map<std::string, std::string> documents;
    std::vector<Json> grants;
    std::size_t changes = 0;
    std::string refused;  // a path that is answered 403

    Result<Answer> answer(const Call& call) {
        if (!refused.empty() && call.path == refused) {
            return said(403, R"({"type":"urn:charter:problem:forbidden","detail":"not yours"})");
        }
        if (call.method == "PUT") {
            return put(call);
        }
        if (call.method == "POST" && call.path.ends_with("/publish")) {
            const std::string product = call.path.substr(0, call.path.rfind('/'));
            documents[product + "/versions/" +
                      parse_json(call.body)->at("version").get<std::string>()];
            ++changes;
            return said(200, "{}");
        }
        if (call.method == "POST") {
            grants.push_back(parse_json(call.body).value());
            ++changes;
            return said(201, "{}");
        }
        if (call.path.starts_with("/api/v1/grants?")) {
            Json list;
            list["items"] = grants;
            return said(200, list.dump());
        }
        return said(documents.contains(call.path) ? 200 : 404, "{}");
    }

private:
    static Answer said(unsigned status, std::string body) {
        return Answer{status, "application/json", std::move(body)};
    }

    Result<Answer> put(const Call& call) {
        const bool known = documents.contains(call.path);
        if (!known || documents[call.path] != call.body) {
            documents[call.path] = call.body;
            ++changes;
        }
        return said(known ? 200 : 201, call.body);
    }
};

struct DemoLoadTest : testing::Test {
    FakeServer server;
    std::ostringstream out;
    Send send = [this](const Call& call) { return server.answer(call); };
};

struct DemoFilesTest : testing::Test {
    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("charter-demo-" + std::to_string(::getpid()));
    std::ostringstream out;

    ~DemoFilesTest() override { std::filesystem::remove_all(folder); }
};

}  // namespace

TEST_F(DemoLoadTest, PutsEverythingOnce) {
    const Result<> loaded = load_mesh(mesh(), send, out);

    ASSERT_TRUE(loaded) << loaded.error().message();
    EXPECT_TRUE(server.documents.contains("/api/v1/domains/customer/products/customers"));
    EXPECT_TRUE(
        server.documents.contains("/api/v1/domains/customer/products/customers/versions/1.0.0"));
    EXPECT_EQ(server.grants.size(), mesh().grants.size());
    EXPECT_NE(out.str().find("24 products, 24 new"), std::string::npos) << out.str();
}

TEST_F(DemoLoadTest, ChangesNothingTheSecondTime) {
    ASSERT_TRUE(load_mesh(mesh(), send, out));
    const std::size_t changes = server.changes;
    out.str("");

    ASSERT_TRUE(load_mesh(mesh(), send, out));

    EXPECT_EQ(server.changes, changes);
    EXPECT_NE(out.str().find("24 products, 0 new"), std::string::npos) << out.str();
}

TEST_F(DemoLoadTest, StopsAtTheFirstRefusalAndSaysWhy) {
    server.refused = "/api/v1/domains/customer";

    const Result<> loaded = load_mesh(mesh(), send, out);

    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code(), ErrorCode::unprocessable);
    EXPECT_EQ(loaded.error().message(), "PUT /api/v1/domains/customer: 403 forbidden: not yours");
    EXPECT_TRUE(server.grants.empty());
}

TEST_F(DemoLoadTest, SaysThatNobodyAnswers) {
    const Send nobody = [](const Call&) -> Result<Answer> {
        return Error(ErrorCode::unavailable, "no answer");
    };

    const Result<> loaded = load_mesh(mesh(), nobody, out);

    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code(), ErrorCode::unavailable);
}

TEST_F(DemoFilesTest, WritesEachTableToItsPlaceAndLeavesItThere) {
    ASSERT_TRUE(write_rows(mesh(), folder, out));
    const std::filesystem::path name = folder / "lake/reference/income-bands/part-0.csv.gz";
    std::ifstream file(name, std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    const auto written = std::filesystem::last_write_time(name);

    ASSERT_TRUE(write_rows(mesh(), folder, out));

    EXPECT_TRUE(gunzip(bytes, 10'000)->starts_with("1|0|10000|\n2|10001|20000|\n"));
    EXPECT_EQ(std::filesystem::last_write_time(name), written);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(name.parent_path()), {}), 1);
}

TEST_F(DemoFilesTest, ReplacesAFileThatIsNotWhatItShouldBe) {
    const std::filesystem::path name = folder / "lake/reference/reasons/part-0.csv.gz";
    std::filesystem::create_directories(name.parent_path());
    std::ofstream(name) << "something else";

    ASSERT_TRUE(write_rows(mesh(), folder, out));

    std::ifstream file(name, std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    EXPECT_TRUE(gunzip(bytes, 10'000));
}

TEST_F(DemoFilesTest, SaysWhichFileCannotBeWritten) {
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "lake") << "a file where a folder should be";

    const Result<> written = write_rows(mesh(), folder, out);

    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code(), ErrorCode::invalid_request);
}

}  // namespace charter::cli::demo
