// The layers of the program as a test over its #include lines: which module may
// include which, and where a header belongs. docs/architecture.md shows the same
// table to people; a test holds the two together.
#include "sources.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace charter::architecture {

namespace {

using Names = std::set<std::string>;

/// Module -> modules whose public headers it may include, beside its own.
const std::map<std::string, Names>& table() {
    static const std::map<std::string, Names> modules = {
        {"base", {}},
        {"policy", {"base"}},
        {"catalog", {"base"}},
        {"cells", {"base", "policy", "catalog"}},
        {"identity", {"base", "catalog"}},
        {"storage", {"base", "catalog"}},
        {"ledger", {"base", "catalog"}},
        {"store", {"base", "catalog", "ledger"}},
        {"discovery", {"base", "catalog", "store"}},
        {"governance",
         {"base", "policy", "catalog", "cells", "identity", "storage", "ledger", "store",
          "discovery"}},
        {"http", {"base"}},
        {"api",
         {"base", "catalog", "cells", "identity", "storage", "ledger", "store", "discovery",
          "governance", "http"}},
        {"cli", {"base", "policy", "http"}},
        {"app",
         {"base", "policy", "catalog", "cells", "identity", "storage", "ledger", "store",
          "discovery", "governance", "http", "api", "cli"}},
    };
    return modules;
}

/// "charter/http/router.hpp" -> "http"; nothing for a private header.
std::string module_of_public(const std::string& include) {
    static const std::string_view start = "charter/";
    if (include.rfind(start, 0) != 0) {
        return {};
    }
    return include.substr(start.size(), include.find('/', start.size()) - start.size());
}

/// The table of docs/architecture.md: | module | purpose | may include |.
std::map<std::string, Names> documented_table() {
    std::map<std::string, Names> documented;
    std::istringstream lines(read(root() / "docs/architecture.md"));
    std::string line;
    while (std::getline(lines, line)) {
        std::istringstream cells(line);
        std::string nothing, module, purpose, allowed;
        if (!std::getline(cells, nothing, '|') || !nothing.empty() ||
            !std::getline(cells, module, '|') || !std::getline(cells, purpose, '|') ||
            !std::getline(cells, allowed, '|')) {
            continue;
        }
        std::istringstream module_words(module);
        module_words >> module;
        if (module == "module" || module.rfind("--", 0) == 0) {
            continue;
        }
        Names names;
        std::replace(allowed.begin(), allowed.end(), ',', ' ');
        std::istringstream words(allowed);
        for (std::string word; words >> word;) {
            if (word != "-") {
                names.insert(word);
            }
        }
        documented.emplace(module, names);
    }
    return documented;
}

}  // namespace

TEST(Layers, EveryFolderOfSourcesIsAModuleOfTheTable) {
    for (const Source& source : sources()) {
        EXPECT_TRUE(table().contains(source.module)) << source.path;
    }
}

TEST(Layers, TheTableHasNoCycle) {
    // Modules without what they need left are taken away until none is left.
    std::map<std::string, Names> left = table();
    for (bool progress = true; progress && !left.empty();) {
        progress = false;
        for (auto module = left.begin(); module != left.end();) {
            const bool ready =
                std::none_of(module->second.begin(), module->second.end(),
                             [&](const std::string& needed) { return left.contains(needed); });
            progress = progress || ready;
            module = ready ? left.erase(module) : std::next(module);
        }
    }

    EXPECT_TRUE(left.empty()) << left.begin()->first;
}

TEST(Layers, AModuleIncludesOnlyWhatTheTableAllows) {
    for (const Source& source : sources()) {
        if (!table().contains(source.module)) {
            continue;
        }
        for (const Include& include : includes_of(source)) {
            const std::string other = module_of_public(include.path);
            if (other.empty() || other == source.module) {
                continue;
            }
            EXPECT_TRUE(table().at(source.module).contains(other))
                << source.path << ":" << include.line << ": " << source.module
                << " may not include " << include.path;
        }
    }
}

TEST(Layers, NobodyIncludesThePrivateHeadersOfAnother) {
    for (const Source& source : sources()) {
        for (const Include& include : includes_of(source)) {
            if (!module_of_public(include.path).empty()) {
                continue;
            }
            EXPECT_FALSE(source.is_public) << source.path << ":" << include.line
                                           << ": a public header includes only \"charter/...\"";
            const std::string first = include.path.substr(0, include.path.find('/'));
            EXPECT_TRUE(first == source.module || !table().contains(first))
                << source.path << ":" << include.line << ": " << include.path << " is private to "
                << first;
        }
    }
}

TEST(Layers, AHeaderIsPublicExactlyWhenAnotherModuleIncludesIt) {
    // Who includes each public header. A header that only a public header of its
    // own module includes is public too when that one is needed elsewhere.
    std::map<std::string, std::set<std::string>> includers;  // "charter/x/y.hpp" -> paths
    std::map<std::string, const Source*> by_path;
    for (const Source& source : sources()) {
        by_path.emplace(source.path, &source);
        for (const Include& include : includes_of(source)) {
            includers[include.path].insert(source.path);
        }
    }
    std::set<std::string> needed;
    for (bool grew = true; grew;) {
        grew = false;
        for (const Source& source : sources()) {
            if (!source.is_public) {
                continue;
            }
            const std::string as_included = source.path.substr(std::string("include/").size());
            const bool elsewhere = std::any_of(
                includers[as_included].begin(), includers[as_included].end(),
                [&](const std::string& path) {
                    return by_path.at(path)->module != source.module || needed.contains(path);
                });
            grew = (elsewhere && needed.insert(source.path).second) || grew;
        }
    }

    for (const Source& source : sources()) {
        EXPECT_TRUE(!source.is_public || needed.contains(source.path))
            << source.path << ": no other module includes it; it belongs in src/" << source.module;
    }
}

TEST(Layers, TheDocumentShowsThisTable) {
    std::map<std::string, Names> documented = documented_table();
    documented.erase("ui");  // speaks HTTP only, has no includes

    EXPECT_EQ(documented.size(), table().size());
    for (const auto& [module, allowed] : table()) {
        EXPECT_EQ(documented[module], allowed) << module;
    }
}

}  // namespace charter::architecture
