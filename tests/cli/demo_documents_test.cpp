// The documents of the demo mesh, held against the same readers that the server
// has, and against each other: everything that is named exists.
#include "charter/catalog/documents.hpp"
#include "charter/policy/policy.hpp"
#include "cli/demo/mesh.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace charter::cli::demo {

namespace {

const Mesh& mesh() {
    static const Mesh read = read_mesh().value();
    return read;
}

std::string folder_of(const std::string& path) {
    return path.substr(0, path.find('/'));
}
std::string name_of(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

template <class Document>
Document parsed(Result<Document> (*parse)(const Json&), const demo::Document& document) {
    Result<Document> read = parse(document.body);
    if (!read) {
        ADD_FAILURE() << document.path << ": " << read.error().message();
        for (const Violation& violation : read.error().violations()) {
            ADD_FAILURE() << violation.pointer << ": " << violation.detail;
        }
        return Document();
    }
    return *std::move(read);
}

std::set<std::string> known_principals() {
    std::set<std::string> known;
    const std::map<std::string, std::string> kinds{
        {"users", "user:"}, {"groups", "group:"}, {"services", "service:"}, {"engines", "engine:"}};
    for (const Document& principal : mesh().principals) {
        known.insert(kinds.at(folder_of(principal.path)) + name_of(principal.path));
    }
    for (const Document& domain : mesh().domains) {
        known.insert("domain:" + name_of(domain.path));
    }
    return known;
}

void expect_known(const std::vector<PrincipalName>& principals, const std::string& where) {
    static const std::set<std::string> known = known_principals();
    for (const PrincipalName& principal : principals) {
        EXPECT_TRUE(known.contains(principal.text())) << where << " names " << principal.text();
    }
}

void expect_in_vocabulary(const Tags& tags, const std::string& where) {
    static const std::map<std::string, std::vector<std::string>> vocabulary = [] {
        std::map<std::string, std::vector<std::string>> values;
        for (const Document& tag : mesh().tags) {
            values[name_of(tag.path)] = parsed(&parse_tag, tag).values;
        }
        return values;
    }();
    for (const auto& [key, values] : tags) {
        ASSERT_TRUE(vocabulary.contains(key)) << where << " has the tag " << key;
        for (const std::string& value : values) {
            EXPECT_TRUE(std::ranges::count(vocabulary.at(key), value) == 1)
                << where << " has " << key << "=" << value;
        }
    }
}

}  // namespace

TEST(DemoDocumentsTest, NamesOnlyPrincipalsThatExist) {
    for (const Document& principal : mesh().principals) {
        const std::string kind = folder_of(principal.path);
        if (kind == "users" || kind == "services") {
            parsed(&parse_user, principal);
        } else if (kind == "groups") {
            expect_known(parsed(&parse_group, principal).members, principal.path);
        } else {
            expect_known(parsed(&parse_engine, principal).speaks_for, principal.path);
        }
    }
    for (const Document& domain : mesh().domains) {
        const DomainDocument read = parsed(&parse_domain, domain);
        expect_known(read.owners, domain.path);
        expect_known(read.stewards, domain.path);
        expect_known(read.members, domain.path);
        expect_in_vocabulary(read.tags, domain.path);
        EXPECT_FALSE(read.owners.empty()) << domain.path;
    }
    for (const Document& purpose : mesh().purposes) {
        const PurposeDocument read = parsed(&parse_purpose, purpose);
        expect_known(read.claimable_by.value_or(std::vector<PrincipalName>()), purpose.path);
    }
}

TEST(DemoDocumentsTest, SendsParentsBeforeTheirChildren) {
    std::set<std::string> sent;
    for (const Document& domain : mesh().domains) {
        const DomainDocument read = parsed(&parse_domain, domain);
        EXPECT_TRUE(!read.parent || sent.contains(*read.parent)) << domain.path;
        sent.insert(name_of(domain.path));
    }

    EXPECT_EQ(sent.size(), 9u);
}

TEST(DemoDocumentsTest, DescribesEveryProductAndEveryColumn) {
    std::size_t ports = 0;
    for (const Product& product : mesh().products) {
        const ProductDocument read = parsed(&parse_product, product.document);
        EXPECT_FALSE(read.description.empty()) << product.document.path;
        EXPECT_TRUE(read.tags.contains("sensitivity")) << product.document.path;
        expect_in_vocabulary(read.tags, product.document.path);
        std::set<std::string> descriptions;
        for (const PortDocument& port : read.ports) {
            ++ports;
            for (const ColumnDocument& column : port.columns) {
                EXPECT_GE(column.description.size(), 6u) << column.name;
                EXPECT_TRUE(descriptions.insert(column.description).second) << column.name;
                expect_in_vocabulary(column.tags, column.name);
            }
        }
    }

    EXPECT_EQ(ports, 24u);
}

TEST(DemoDocumentsTest, GivesEveryPersonalColumnOneMask) {
    std::size_t personal = 0;
    for (const Product& product : mesh().products) {
        const ProductDocument document = parsed(&parse_product, product.document);
        for (const ColumnDocument& column : document.ports.front().columns) {
            EXPECT_EQ(column.tags.contains("class"), column.tags.contains("mask")) << column.name;
            if (column.tags.contains("mask")) {
                ++personal;
                EXPECT_EQ(column.tags.at("mask").size(), 1u) << column.name;
            }
        }
    }

    EXPECT_EQ(personal, 14u);
}

TEST(DemoDocumentsTest, PutsEveryPortInsideALocationInsideADelegatedPrefix) {
    const StorageDocument storage = parsed(&parse_storage, mesh().storages.front());
    std::map<std::string, StorageUri> locations;
    for (const Document& location : mesh().locations) {
        const std::string domain = location.path.substr(8, location.path.find('/', 8) - 8);
        const LocationDocument read = parsed(&parse_location, location);
        locations[domain] = read.uri;
        EXPECT_TRUE(std::ranges::any_of(storage.delegated.at(domain), [&](const auto& prefix) {
            return read.uri.lies_in(prefix);
        })) << domain;
    }
    for (const Product& product : mesh().products) {
        const std::string& path = product.document.path;
        const std::string domain = path.substr(8, path.find('/', 8) - 8);
        const ProductDocument document = parsed(&parse_product, product.document);
        for (const PortDocument& port : document.ports) {
            EXPECT_TRUE(locations.at(domain).contains(port.location)) << path;
        }
    }
}

TEST(DemoDocumentsTest, LetsThePipelineOfEachDomainWriteItsTables) {
    std::map<std::string, std::string> rules;
    for (const Document& policy : mesh().policies) {
        rules[policy.path] = policy.body.at("cedar").get<std::string>();
    }
    for (const Table& table : mesh().tables) {
        const std::string service = table.writer.substr(table.writer.find(':') + 1);
        const std::string rule = rules["domains/" + table.domain + "/policies/pipeline-writes"];

        EXPECT_TRUE(known_principals().contains(table.writer)) << table.writer;
        EXPECT_NE(rule.find("Service::\"" + service + "\""), std::string::npos) << table.path();
    }
}

TEST(DemoDocumentsTest, LiesInABucketWhereOneIsNamed) {
    Lake lake;
    lake.uri = "s3://retail/demo/";
    lake.prefix = "demo/";
    lake.storage["kind"] = "s3";

    const Mesh there = read_mesh(lake).value();

    EXPECT_EQ(there.storages.front().body.at("kind"), "s3");
    EXPECT_EQ(there.storages.front().body.at("delegated").at("customer"),
              Json::array({"demo/customer/"}));
    for (const Document& location : there.locations) {
        EXPECT_TRUE(location.body.at("uri").get<std::string>().starts_with("s3://retail/demo/"));
    }
    for (const Product& product : there.products) {
        EXPECT_TRUE(product.document.body.at("ports")
                        .at(0)
                        .at("location")
                        .get<std::string>()
                        .starts_with("s3://retail/demo/"));
    }
}

TEST(DemoDocumentsTest, WritesOnePolicyInEachPolicyDocument) {
    for (const Document& policy : mesh().policies) {
        const bool guardrail = folder_of(policy.path) == "guardrails";
        const std::string cedar = guardrail ? parsed(&parse_guardrail, policy).cedar
                                            : parsed(&parse_policy_document, policy).cedar;
        const Result<policy::Policy> read = policy::parse_policy(policy.path, cedar);

        EXPECT_TRUE(read) << policy.path << ": " << (read ? "" : read.error().message());
    }
}

TEST(DemoDocumentsTest, GrantsToPrincipalsThatExistOnProductsThatExist) {
    std::set<std::string> resources;
    for (const Table& table : mesh().tables) {
        resources.insert({table.domain, table.path()});
    }
    std::set<std::string> purposes;
    for (const Document& purpose : mesh().purposes) {
        purposes.insert(name_of(purpose.path));
    }
    for (const Json& grant : mesh().grants) {
        const GrantDocument read = parsed(&parse_grant, {"grants", grant});
        expect_known({read.grantee}, read.resource);
        EXPECT_TRUE(resources.contains(read.resource)) << read.resource;
        for (const std::string& purpose : read.purposes) {
            EXPECT_TRUE(purposes.contains(purpose)) << purpose;
        }
    }
}

}  // namespace charter::cli::demo
