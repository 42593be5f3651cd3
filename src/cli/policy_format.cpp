// charter policy format | translate: what the official cedar calls format,
// translate-policy and translate-schema.
#include "charter/policy/policy_json.hpp"
#include "charter/policy/policy_text.hpp"
#include "cli/policy_files.hpp"

#include <CLI/CLI.hpp>

#include <fstream>
#include <iostream>
#include <memory>

namespace charter::cli {

namespace {

struct FormatCommand {
    std::string policies = "-";
    policy::FormatOptions layout;
    bool check = false;
    bool write = false;

    PolicyExit run() const {
        if (write && policies == "-") {
            std::cerr << "charter: --write needs a file: --policies FILE\n";
            return PolicyExit::error;
        }
        const auto text = read_or_report(policies);
        if (!text) {
            return PolicyExit::error;
        }
        const Result<std::string> formatted = policy::format_policies(*text, layout);
        if (!formatted) {
            return report(policies, formatted.error());
        }
        if (check) {
            if (*formatted != *text) {
                std::cerr << "charter: " << policies << " is not formatted\n";
            }
            return *formatted == *text ? PolicyExit::ok : PolicyExit::error;
        }
        if (!write) {
            std::cout << *formatted;
            return PolicyExit::ok;
        }
        return *formatted == *text ? PolicyExit::ok : save(*formatted);
    }

    PolicyExit save(const std::string& text) const {
        std::ofstream file(policies, std::ios::binary | std::ios::trunc);
        file << text;
        file.close();
        if (!file) {
            std::cerr << "charter: cannot write " << policies << '\n';
            return PolicyExit::error;
        }
        return PolicyExit::ok;
    }
};

struct TranslateCommand {
    std::string direction;
    std::string policies;
    std::string schema;

    PolicyExit run() const {
        const std::string& file = !schema.empty() ? schema : policies.empty() ? "-" : policies;
        const auto text = read_or_report(file);
        if (!text) {
            return PolicyExit::error;
        }
        const Result<std::string> translated = translate(*text);
        if (!translated) {
            return report(file, translated.error());
        }
        std::cout << *translated << (translated->ends_with('\n') ? "" : "\n");
        return PolicyExit::ok;
    }

    Result<std::string> translate(const std::string& text) const {
        const bool to_json = direction == "cedar-to-json";
        if (!schema.empty()) {
            return to_json ? policy::schema_text_to_json(text) : policy::schema_json_to_text(text);
        }
        if (to_json) {
            const auto read = policy::PolicySet::parse(text);
            return read ? Result<std::string>(policy_set_to_json(*read)) : read.error();
        }
        const auto read = policy::policy_set_from_json(text);
        return read ? policy_set_to_text(*read) : read.error();
    }
};

}  // namespace

void add_format(CLI::App& policy, int& exit_code) {
    CLI::App* command = policy.add_subcommand(
        "format", "Lay out policies anew; comments stay, and so does what they say");
    const auto format = std::make_shared<FormatCommand>();
    command
        ->add_option("-p,--policies", format->policies, "File of policies; `-` is standard input")
        ->capture_default_str();
    command->add_option("-l,--line-width", format->layout.line_width, "Characters of a line")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    command->add_option("-i,--indent-width", format->layout.indent_width, "Spaces of a step right")
        ->check(CLI::Range(0, 32))
        ->capture_default_str();
    CLI::Option* write =
        command->add_flag("-w,--write", format->write, "Write the result back to the file");
    command
        ->add_flag("-c,--check", format->check,
                   "Print nothing; exit with 1 when the policies are not formatted")
        ->excludes(write);
    command->callback([format, &exit_code] { exit_code = static_cast<int>(format->run()); });
}

void add_translate(CLI::App& policy, int& exit_code) {
    CLI::App* command = policy.add_subcommand(
        "translate", "Turn policies or a schema from Cedar text into JSON or back "
                     "(cedar translate-policy, cedar translate-schema)");
    const auto translate = std::make_shared<TranslateCommand>();
    command->add_option("--direction", translate->direction, "cedar-to-json or json-to-cedar")
        ->required()
        ->check(CLI::IsMember({"cedar-to-json", "json-to-cedar"}));
    CLI::Option* policies =
        command->add_option("-p,--policies", translate->policies,
                            "File of policies (default, from standard input)");
    command->add_option("-s,--schema", translate->schema, "File of a schema; `-` is standard input")
        ->excludes(policies);
    command->callback([translate, &exit_code] { exit_code = static_cast<int>(translate->run()); });
}

}  // namespace charter::cli
