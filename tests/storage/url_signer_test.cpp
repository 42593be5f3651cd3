// Signed URLs: their form, what the signature covers, and the file of the key.
#include "charter/storage/url_signer.hpp"

#include "storage/temporary_folder.hpp"

#include "charter/base/encoding.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <thread>

namespace charter {
namespace {

constexpr UtcTime expires{std::chrono::milliseconds{1'800'000'000'999}};
constexpr std::int64_t expires_s = 1'800'000'000;

Secret key(char c = 'k') {
    return Secret(std::string(32, c));
}

std::string signature_of(const UrlSigner& signer, std::string_view lease, std::string_view storage,
                         std::string_view path) {
    std::string url;
    signer.append_url(url, lease, storage, path, expires);
    return url.substr(url.find("&sig=") + 5);
}

TEST(UrlSigner, WritesTheUrlBehindWhatIsThere) {
    const UrlSigner signer(key(), "https://charter.example/");
    std::string url = "before ";

    signer.append_url(url, "00ff", "lake", "customer/a b/part#0?.gz", expires);

    EXPECT_TRUE(url.starts_with(
        "before "
        "https://charter.example/data/00ff/customer/a%20b/part%230%3F.gz?exp=1800000000&sig="))
        << url;
    EXPECT_EQ(url.substr(url.find("&sig=") + 5).size(), 43U);
}

TEST(UrlSigner, SignsTheDocumentedBytes) {
    using namespace std::string_literals;
    const UrlSigner signer(key(), "http://x");
    const std::string message = "\0\0\0\0\0\0\0\3GET\0\0\0\0\0\0\0\4lake\0\0\0\0\0\0\0\4"s +
                                "00ff" + "\0\0\0\0\0\0\0\3a/b\0\0\0\0\0\0\0\12"s + "1800000000";
    const Digest digest = hmac_sha256(std::string(32, 'k'), message);

    EXPECT_EQ(signature_of(signer, "00ff", "lake", "a/b"),
              to_base64url({reinterpret_cast<const char*>(digest.data()), digest.size()}));
}

TEST(UrlSigner, AcceptsWhatItSigned) {
    const UrlSigner signer(key(), "http://x");
    for (const std::string path : {"a", "a/b", "a b/\xc3\xa4", "%41", ""}) {
        const std::string signature = signature_of(signer, "l", "s", path);

        EXPECT_TRUE(signer.verify("GET", "s", "l", path, expires_s, signature)) << path;
        EXPECT_TRUE(signer.verify("HEAD", "s", "l", path, expires_s, signature)) << path;
    }
}

TEST(UrlSigner, CoversEachValue) {
    const UrlSigner signer(key(), "http://x");
    const std::string good = signature_of(signer, "lease", "lake", "a/b");

    ASSERT_TRUE(signer.verify("GET", "lake", "lease", "a/b", expires_s, good));
    EXPECT_FALSE(signer.verify("PUT", "lake", "lease", "a/b", expires_s, good));
    EXPECT_FALSE(signer.verify("get", "lake", "lease", "a/b", expires_s, good));
    EXPECT_FALSE(signer.verify("GET", "lakf", "lease", "a/b", expires_s, good));
    EXPECT_FALSE(signer.verify("GET", "lake", "leasf", "a/b", expires_s, good));
    EXPECT_FALSE(signer.verify("GET", "lake", "lease", "a/c", expires_s, good));
    EXPECT_FALSE(signer.verify("GET", "lake", "lease", "a/b/", expires_s, good));
    EXPECT_FALSE(signer.verify("GET", "lake", "lease", "a/b", expires_s + 1, good));
    EXPECT_FALSE(signer.verify("GET", "lake", "lease", "a/b", -expires_s, good));
    // The same letters, cut elsewhere.
    EXPECT_FALSE(signer.verify("GET", "lak", "elease", "a/b", expires_s, good));
    EXPECT_FALSE(signer.verify("GET", "lake", "leasea", "/b", expires_s, good));
    EXPECT_FALSE(
        UrlSigner(key('x'), "http://x").verify("GET", "lake", "lease", "a/b", expires_s, good));
}

NewObject new_object(std::string path = "p/a b", std::uint64_t size_bytes = 7) {
    return NewObject{std::move(path), size_bytes, sha256("content")};
}

std::string put_signature(const UrlSigner& signer, std::string_view lease, std::string_view storage,
                          const NewObject& object) {
    std::string url;
    signer.append_put_url(url, lease, storage, "", object, expires);
    const std::size_t begin = url.find("&sig=") + 5;
    return url.substr(begin, url.find("&size=") - begin);
}

TEST(UrlSigner, WritesTheUrlForWriting) {
    const UrlSigner signer(key(), "http://x");
    std::string url;

    signer.append_put_url(url, "00ff", "lake", "customer/", new_object("a b"), expires);

    EXPECT_TRUE(url.starts_with("http://x/data/00ff/customer/a%20b?exp=1800000000&sha256=" +
                                to_hex(sha256("content")) + "&sig="))
        << url;
    EXPECT_TRUE(url.ends_with("&size=7")) << url;
    EXPECT_TRUE(signer.verify_put("lake", "00ff", new_object("customer/a b"), expires_s,
                                  url.substr(url.find("&sig=") + 5, 43)));
}

TEST(UrlSigner, CoversEachValueOfAUrlForWriting) {
    const UrlSigner signer(key(), "http://x");
    const NewObject object = new_object();
    const std::string good = put_signature(signer, "lease", "lake", object);
    NewObject other_content = object;
    other_content.sha256[31] ^= 1;

    EXPECT_TRUE(signer.verify_put("lake", "lease", object, expires_s, good));
    EXPECT_FALSE(signer.verify_put("lake2", "lease", object, expires_s, good));
    EXPECT_FALSE(signer.verify_put("lake", "lease2", object, expires_s, good));
    EXPECT_FALSE(signer.verify_put("lake", "lease", new_object("p/a"), expires_s, good));
    EXPECT_FALSE(signer.verify_put("lake", "lease", new_object("p/a b", 8), expires_s, good));
    EXPECT_FALSE(signer.verify_put("lake", "lease", other_content, expires_s, good));
    EXPECT_FALSE(signer.verify_put("lake", "lease", object, expires_s + 1, good));
    EXPECT_FALSE(signer.verify_put("lake", "lease", object, expires_s, good.substr(1)));
    EXPECT_FALSE(UrlSigner(key('x'), "http://x").verify_put("lake", "lease", object, expires_s, good));
}

TEST(UrlSigner, KeepsReadingAndWritingApart) {
    const UrlSigner signer(key(), "http://x");
    const NewObject object = new_object();
    const std::string writing = put_signature(signer, "lease", "lake", object);
    const std::string reading = signature_of(signer, "lease", "lake", object.path);

    for (const char* method : {"GET", "HEAD", "PUT"}) {
        EXPECT_FALSE(signer.verify(method, "lake", "lease", object.path, expires_s, writing));
    }
    EXPECT_FALSE(signer.verify_put("lake", "lease", object, expires_s, reading));
    EXPECT_FALSE(signer.verify_put("lake", "lease", NewObject{object.path, 0, {}}, expires_s, reading));
}

TEST(UrlSigner, RefusesEachChangedSignature) {
    const UrlSigner signer(key(), "http://x");
    const std::string good = signature_of(signer, "lease", "lake", "a/b");
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string bad = good;
        bad[i] = bad[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(signer.verify("GET", "lake", "lease", "a/b", expires_s, bad)) << i;
    }
    for (const std::string& bad : {std::string(), good + "A", good + "=", good.substr(1)}) {
        EXPECT_FALSE(signer.verify("GET", "lake", "lease", "a/b", expires_s, bad));
    }
}

TEST(UrlSigner, KeepsSignersApartInOneThreadAndAgreesAcrossThreads) {
    const UrlSigner a(key('a'), "http://x");
    const UrlSigner b(key('b'), "http://x");
    const std::string of_a = signature_of(a, "l", "s", "p");
    const std::string of_b = signature_of(b, "l", "s", "p");
    EXPECT_NE(of_a, of_b);
    EXPECT_EQ(signature_of(a, "l", "s", "p"), of_a);

    std::vector<std::thread> threads;
    std::array<bool, 4> agreed{};
    for (bool& mine : agreed) {
        threads.emplace_back([&] {
            mine = true;
            for (int i = 0; i < 100; ++i) {
                mine = mine && signature_of(a, "l", "s", "p") == of_a &&
                       signature_of(b, "l", "s", "p") == of_b;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(agreed, (std::array<bool, 4>{true, true, true, true}));
}

class SigningKeyTest : public ::testing::Test {
protected:
    testing::TemporaryFolder folder;
    std::filesystem::path file = folder.path() / "url.key";

    void expect_refused() {
        const Result<Secret> loaded = load_or_create_key(file);

        ASSERT_FALSE(loaded);
        EXPECT_EQ(loaded.error().code(), ErrorCode::unavailable);
        EXPECT_EQ(loaded.error().message().find(file.string()), std::string::npos);
    }
};

TEST_F(SigningKeyTest, IsMadeOnceAndReadBack) {
    const Result<Secret> made = load_or_create_key(file);
    const Result<Secret> read = load_or_create_key(file);

    ASSERT_TRUE(made && read);
    EXPECT_EQ(made->reveal().size(), 32U);
    EXPECT_EQ(made->reveal(), read->reveal());
    struct stat status {};
    ASSERT_EQ(::stat(file.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600U);
    // Nothing is left of the way it was made.
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST_F(SigningKeyTest, IsTheSameForAllWhoStartAtOnce) {
    std::vector<std::thread> threads;
    std::array<std::string, 8> keys;
    for (std::string& mine : keys) {
        threads.emplace_back([&] {
            if (const Result<Secret> made = load_or_create_key(file); made) {
                mine = made->reveal();
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }

    for (const std::string& mine : keys) {
        EXPECT_EQ(mine.size(), 32U);
        EXPECT_EQ(mine, keys[0]);
    }
}

TEST_F(SigningKeyTest, IsRefusedWithAnotherSize) {
    for (const std::size_t size : {0U, 31U, 33U, 1'000U}) {
        folder.write("url.key", std::string(size, 'k'));
        ::chmod(file.c_str(), 0600);
        expect_refused();
    }
}

TEST_F(SigningKeyTest, IsRefusedWhenOthersMayReadIt) {
    folder.write("url.key", std::string(32, 'k'));
    for (const mode_t mode : {0644U, 0640U, 0604U, 0660U, 0700U}) {
        ::chmod(file.c_str(), mode);
        expect_refused();
    }
    ::chmod(file.c_str(), 0600);
    EXPECT_TRUE(load_or_create_key(file));
}

TEST_F(SigningKeyTest, IsRefusedWhenItIsNoFile) {
    std::filesystem::create_directory(file);
    expect_refused();
    std::filesystem::remove(file);
    std::filesystem::create_symlink("elsewhere", file);
    expect_refused();
}

TEST_F(SigningKeyTest, IsRefusedWhereItCannotBeWritten) {
    file = folder.path() / "none" / "url.key";
    expect_refused();
}

}  // namespace
}  // namespace charter
