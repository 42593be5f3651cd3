// Calls that are never made: URLs, headers and addresses that are refused.
#include "http/call_server.hpp"

namespace charter::http::testing {
namespace {

/// Names are the given addresses; counts the look-ups.
ClientSettings settings_with(std::vector<std::string> addresses, std::atomic<int>& look_ups) {
    ClientSettings settings = test_settings();
    settings.look_up = [addresses, &look_ups](const std::string&) {
        ++look_ups;
        return Result<std::vector<std::string>>(addresses);
    };
    return settings;
}

TEST(ClientRefusals, UrlsThatMayNotBeCalled) {
    std::atomic<int> look_ups = 0;
    const auto client = open_client(settings_with({"127.0.0.1"}, look_ups));
    for (const char* url : {"",
                            "a.test",
                            "//a.test/",
                            "ftp://a.test/",
                            "file:///etc/passwd",
                            "https:/a.test/",
                            "https:a.test",
                            "https://",
                            "https:///path",
                            "https://:443/",
                            "https://user@a.test/",
                            "https://user:word@a.test/",
                            "https://@a.test/",
                            "https://a.test/#part",
                            "https://a.test#part",
                            "https://a.test:/",
                            "https://a.test:0/",
                            "https://a.test:65536/",
                            "https://a.test:-1/",
                            "https://a.test:+1/",
                            "https://a.test:80:80/",
                            "https://a.test:8o/",
                            "https://a..test/",
                            "https://.test/",
                            "https://a.test./",
                            "https://a%2etest/",
                            "https://a_b!.test/",
                            "https://a.test\\@b.test/",
                            "https://a.test\\b",
                            "https://a.test /",
                            "https://a.test/a b",
                            "https://a.test/a\r\nX: y",
                            "https://a.test/\n",
                            "https://a.test/%",
                            "https://a.test/%2",
                            "https://a.test/%zz",
                            "https://a.test/\xc3\xa4",
                            "https://a.test/<>",
                            "https://a.test/[x]",
                            "https://\xc3\xa4.test/",
                            "https://127.1/",
                            "https://2130706433/",
                            "https://0x7f.0.0.1/",
                            "https://0x7f000001/",
                            "https://0177.0.0.1/",
                            "https://127.0.0.1.5/",
                            "https://1.2.3.256/",
                            "https://::1/",
                            "https://[::1/",
                            "https://[::1]x/",
                            "https://[127.0.0.1]/",
                            "https://[fe80::1%25lo]/",
                            "https://[a.test]/",
                            "https://[]/"}) {
        const Result<FetchResponse> answer = get(*client, url);

        ASSERT_FALSE(answer) << url;
        EXPECT_EQ(answer.error().code(), ErrorCode::invalid_request) << url << cause(answer);
    }
    EXPECT_FALSE(get(*client, "https://a.test/" + std::string(9'000, 'a')));
    EXPECT_FALSE(get(*client, "https://" + std::string(64, 'a') + ".test/"));
    EXPECT_FALSE(get(*client, std::string("https://a.test/\0", 16)));
    EXPECT_EQ(look_ups, 0);
}

TEST(ClientRefusals, PlainHttpUnlessItIsAllowed) {
    ClientSettings settings = test_settings();
    settings.plain_http = false;
    const auto client = open_client(settings);

    EXPECT_EQ(cause(get(*client, "http://a.test/")), "the URL to call is not https");
    EXPECT_EQ(cause(get(*client, "HTTP://a.test/")), "the URL to call is not https");
}

TEST(ClientRefusals, HeadersThatWouldBeMoreThanOne) {
    std::atomic<int> look_ups = 0;
    const auto client = open_client(settings_with({"127.0.0.1"}, look_ups));
    const std::vector<std::pair<std::string, std::string>> headers = {
        {"X", "a\r\nY: b"},
        {"X", "a\n"},
        {"X", "a\r"},
        {"X", std::string("a\0b", 3)},
        {"X", "a\x7f"},
        {"X", " a"},
        {"X", "a "},
        {"X\r\nY", "a"},
        {"X Y", "a"},
        {"X:", "a"},
        {"", "a"},
        {"\xc3\xa4", "a"},
        {"Host", "b.test"},
        {"hOST", "b.test"},
        {"Content-Length", "1"},
        {"Transfer-Encoding", "chunked"},
        {"Connection", "close"},
        {"Upgrade", "h2c"},
        {"TE", "trailers"},
        {"Trailer", "X"},
        {"Expect", "100-continue"},
        {"Keep-Alive", "x"},
        {"Proxy-Connection", "x"},
        {"X", std::string(40'000, 'a')},
    };
    for (const auto& header : headers) {
        FetchRequest request = get_request("http://a.test/");
        request.headers.push_back(header);

        const Result<FetchResponse> answer = call(*client, request);

        ASSERT_FALSE(answer) << header.first;
        EXPECT_EQ(answer.error().code(), ErrorCode::invalid_request) << cause(answer);
    }
    for (const char* method : {"", "GET /", "GET\r\nX: y", "CONNECT", "TRACE", "G\xc3\xa4T"}) {
        FetchRequest request = get_request("http://a.test/");
        request.method = method;

        EXPECT_FALSE(call(*client, request)) << method;
    }
    EXPECT_EQ(look_ups, 0);
}

TEST(ClientRefusals, AddressesInUrlsThatAreNotPublic) {
    std::atomic<int> look_ups = 0;
    const auto client = open_client(settings_with({"127.0.0.1"}, look_ups));
    for (const char* url :
         {"https://127.0.0.2/", "https://10.0.0.1/", "http://169.254.169.254/latest/meta-data/",
          "https://0.0.0.0/", "https://[::1]/", "https://[::]/", "http://[fd00:ec2::254]/",
          "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a00:1]/", "https://[2002:a00:1::]/",
          "https://100.100.100.200/", "https://255.255.255.255/"}) {
        const Result<FetchResponse> answer = get(*client, url);

        ASSERT_FALSE(answer) << url;
        EXPECT_EQ(answer.error().code(), ErrorCode::invalid_request) << url << cause(answer);
    }
    EXPECT_EQ(look_ups, 0);
}

TEST(ClientRefusals, AllowedAddressesAreCalled) {
    CallServer server(say_hello);
    const auto client = open_client();

    EXPECT_EQ(cause(get(*client, server.url("/", "http", "127.0.0.1"))), "answered with 200");
    EXPECT_EQ(cause(get(*client, server.url("/", "http", "[::ffff:127.0.0.1]"))),
              "answered with 200");
}

TEST(ClientRefusals, NamesWithNoAddressThatMayBeCalled) {
    CallServer server(say_hello);
    std::atomic<int> look_ups = 0;
    const auto client =
        open_client(settings_with({"127.0.0.2", "10.1.2.3", "::1", "fe80::1%1"}, look_ups));

    const Result<FetchResponse> answer = get(*client, server.url("/secret?key=word"));

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code(), ErrorCode::unavailable);
    EXPECT_EQ(answer.error().message(), "an outgoing call failed");
    EXPECT_EQ(cause(answer), "http://server.test:" + std::to_string(server.port()) +
                                 ": no address of the name may be called (127.0.0.2 is not "
                                 "public and not in outgoing_allow)");
    EXPECT_EQ(server.connections(), 0u);
}

TEST(ClientRefusals, LeavesOutTheAddressesThatMayNotBeCalled) {
    CallServer server(say_hello);
    CallServer inner(say_hello);
    std::atomic<int> look_ups = 0;
    const auto client =
        open_client(settings_with({"10.1.2.3", "169.254.169.254", "127.0.0.1"}, look_ups));

    EXPECT_EQ(cause(get(*client, server.url("/"))), "answered with 200");
    EXPECT_EQ(look_ups, 1);
}

TEST(ClientRefusals, ANameThatChangesItsAddressIsNotLookedUpTwice) {
    CallServer server(say_hello);
    std::atomic<int> look_ups = 0;
    ClientSettings settings = test_settings();
    settings.look_up = [&](const std::string&) {
        return Result<std::vector<std::string>>(
            std::vector<std::string>(1, ++look_ups == 1 ? "127.0.0.1" : "127.0.0.2"));
    };
    const auto client = open_client(settings);

    EXPECT_EQ(cause(get(*client, server.url("/"))), "answered with 200");
    EXPECT_EQ(look_ups, 1);

    EXPECT_TRUE(has(cause(get(*client, server.url("/", "http", "other.test"))), "127.0.0.2"));
    EXPECT_EQ(server.connections(), 1u);
}

TEST(ClientRefusals, TriesTheNextAddressWhenOneDoesNotAnswer) {
    CallServer server(say_hello);
    std::atomic<int> look_ups = 0;
    ClientSettings settings = settings_with({"127.0.0.9", "127.0.0.1"}, look_ups);
    settings.allowed_networks.push_back(*Network::parse("127.0.0.9"));
    const auto client = open_client(settings);

    EXPECT_EQ(cause(get(*client, server.url("/"))), "answered with 200");
}

TEST(ClientRefusals, NamesThatAreNotFound) {
    std::atomic<int> look_ups = 0;
    const auto nothing = open_client(settings_with({}, look_ups));
    ClientSettings settings = test_settings();
    settings.look_up = [](const std::string&) {
        return Result<std::vector<std::string>>(Error(ErrorCode::unavailable, "no such name"));
    };
    const auto failing = open_client(settings);

    EXPECT_EQ(cause(get(*nothing, "http://a.test/")), "http://a.test:80: the name has no address");
    EXPECT_EQ(cause(get(*failing, "http://a.test/")),
              "http://a.test:80: looking up the name: no such name");
}

TEST(ClientRefusals, TheSystemsNamesAreLookedUpAndChecked) {
    CallServer server(say_hello);
    ClientSettings settings = test_settings();
    settings.look_up = nullptr;
    const auto open = open_client(settings);
    settings.allowed_networks.clear();
    const auto closed = open_client(settings);

    EXPECT_EQ(cause(get(*open, server.url("/", "http", "localhost"))), "answered with 200");
    EXPECT_TRUE(has(cause(get(*closed, server.url("/", "http", "localhost"))),
                    "no address of the name may be called"));
}

}  // namespace
}  // namespace charter::http::testing
