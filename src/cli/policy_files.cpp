#include "cli/policy_files.hpp"

#include "charter/policy/policy_json.hpp"
#include "cli/connection.hpp"

#include <CLI/CLI.hpp>

#include <iostream>

namespace charter::cli {

PolicyExit report(const std::string& file, const Error& error) {
    const std::string name = file == "-" ? "standard input" : file;
    if (error.violations().empty()) {
        std::cerr << "charter: " << name << ": " << error.message() << '\n';
    }
    for (const Violation& violation : error.violations()) {
        std::cerr << "charter: " << name << ": " << violation.detail << '\n';
    }
    return PolicyExit::error;
}

std::optional<std::string> read_or_report(const std::string& file) {
    Result<std::string> text = read_file(file);
    if (!text) {
        std::cerr << "charter: " << text.error().message() << '\n';
        return std::nullopt;
    }
    return std::move(*text);
}

void PolicyFiles::add_to(CLI::App& command) {
    command.add_option("-p,--policies", policies, "File of policies; `-` is standard input")
        ->capture_default_str();
    command.add_option("--policy-format", format, "Form of the policies")
        ->check(CLI::IsMember({"cedar", "json"}))
        ->capture_default_str();
    command.add_option("-k,--template-linked", links, "JSON file of links to templates");
}

std::optional<policy::PolicySet> PolicyFiles::read() const {
    const auto text = read_or_report(policies);
    if (!text) {
        return std::nullopt;
    }
    Result<policy::PolicySet> read = format == "json" ? policy::policy_set_from_json(*text)
                                                      : policy::PolicySet::parse(*text);
    if (!read) {
        report(policies, read.error());
        return std::nullopt;
    }
    if (!links.empty()) {
        const auto links_text = read_or_report(links);
        if (!links_text) {
            return std::nullopt;
        }
        if (const auto added = policy::add_links_from_json(*read, *links_text); !added) {
            report(links, added.error());
            return std::nullopt;
        }
    }
    return std::move(*read);
}

void SchemaFile::add_to(CLI::App& command, bool required) {
    command.add_option("-s,--schema", schema, "File of the schema")->required(required);
    command.add_option("--schema-format", format, "Form of the schema")
        ->check(CLI::IsMember({"cedar", "json"}))
        ->capture_default_str();
}

std::optional<policy::Schema> SchemaFile::read() const {
    const auto text = read_or_report(schema);
    if (!text) {
        return std::nullopt;
    }
    Result<policy::Schema> read =
        format == "json" ? policy::Schema::parse_json(*text) : policy::Schema::parse(*text);
    if (!read) {
        report(schema, read.error());
        return std::nullopt;
    }
    return std::move(*read);
}

}  // namespace charter::cli
