#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

/// The project's own C++ files, as the architecture tests read them.
namespace charter::architecture {

/// One source file.
struct Source {
    std::string path;        // relative to the project: "src/http/router.cpp"
    std::string module;      // "http"
    bool is_public = false;  // below include/charter/
    std::string text;
};

/// One `#include "..."` line.
struct Include {
    std::string path;  // as written
    int line = 0;
};

inline std::filesystem::path root() {
    return CHARTER_SOURCE_DIR;
}

inline std::string read(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// Every .hpp and .cpp below `folder`, whose first level names the module.
inline void collect(const std::filesystem::path& folder, bool is_public,
                    std::vector<Source>& found) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        const std::filesystem::path& path = entry.path();
        if (path.extension() != ".hpp" && path.extension() != ".cpp") {
            continue;
        }
        Source source;
        source.path = path.lexically_relative(root()).generic_string();
        source.module = path.lexically_relative(folder).begin()->string();
        source.is_public = is_public;
        source.text = read(path);
        found.push_back(std::move(source));
    }
}

/// All of include/charter and src, in the order of their paths.
inline const std::vector<Source>& sources() {
    static const std::vector<Source> all = [] {
        std::vector<Source> found;
        collect(root() / "include/charter", true, found);
        collect(root() / "src", false, found);
        std::sort(found.begin(), found.end(),
                  [](const Source& a, const Source& b) { return a.path < b.path; });
        return found;
    }();
    return all;
}

/// The quoted includes of a file; those in angle brackets are other people's.
inline std::vector<Include> includes_of(const Source& source) {
    static const std::string start = "#include \"";
    std::vector<Include> found;
    std::istringstream lines(source.text);
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        if (line.rfind(start, 0) == 0) {
            found.push_back(
                {line.substr(start.size(), line.find('"', start.size()) - start.size()), number});
        }
    }
    return found;
}

}  // namespace charter::architecture
