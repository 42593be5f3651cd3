#pragma once

// Random conditions as Cedar text, for PolicyGenerator. They are well typed for
// its entities, apart from a few on purpose; most test an attribute or a tag
// before they read it, some do not and so may err.

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace charter::testing {

/// A seeded source of choices.
class Random {
public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}

    std::size_t below(std::size_t end) { return static_cast<std::size_t>(engine_() % end); }
    bool chance(std::size_t percent) { return below(100) < percent; }

    template <class Range>
    const auto& pick(const Range& range) {
        return *std::next(std::begin(range), static_cast<std::ptrdiff_t>(below(std::size(range))));
    }

    std::string one_of(std::initializer_list<const char*> texts) { return pick(texts); }

private:
    std::mt19937_64 engine_;
};

/// Entities as Cedar text that conditions and scopes may name.
struct KnownNames {
    std::vector<std::string> users;
    std::vector<std::string> groups;   // of all levels
    std::vector<std::string> folders;  // of all levels
    std::vector<std::string> documents;
    std::vector<std::string> actions;
    std::vector<std::string> action_groups;
};

class ExpressionGenerator {
public:
    ExpressionGenerator(Random& random, const KnownNames& names) : random_(random), names_(names) {}

    /// A Boolean, at most `depth` operators above the comparisons.
    std::string boolean(int depth) {
        if (depth <= 0 || random_.chance(35)) {
            return comparison();
        }
        switch (random_.below(5)) {
            case 0:
                return "(" + boolean(depth - 1) + " && " + boolean(depth - 1) + ")";
            case 1:
                return "(" + boolean(depth - 1) + " || " + boolean(depth - 1) + ")";
            case 2:
                return "!" + boolean(depth - 1);
            case 3:
                return boolean(depth - 1) + " && " + boolean(depth - 1);
            default:
                return choice(boolean(depth - 1), boolean(depth - 1));
        }
    }

private:
    static std::string parenthesised(const std::string& text) { return "(" + text + ")"; }

    std::string choice(const std::string& yes, const std::string& no) {
        return "(if " + comparison() + " then " + yes + " else " + no + ")";
    }

    /// One comparison, in most cases behind what makes its reads safe.
    std::string comparison() {
        std::vector<std::string> outer = std::exchange(guards_, {});
        const std::string body = unguarded();
        std::string text;
        if (random_.chance(80)) {
            for (const std::string& guard : guards_) {
                text += guard + " && ";
            }
        }
        guards_ = std::move(outer);
        return "(" + text + body + ")";
    }

    std::string unguarded() {
        switch (random_.below(12)) {
            case 0:
                return integer(2) + order() + integer(1);
            case 1:
                return integer(2) + equality() + integer(1);
            case 2:
                return text() + equality() + text();
            case 3:
                return text() + " like \"" + random_.one_of({"*", "a*", "*b", "?*", "*a*b*"}) +
                       "\"";
            case 4:
                return membership();
            case 5:
                return entity() + equality() + entity();
            case 6:
                return texts() + random_.one_of({".containsAll(", ".containsAny("}) + texts() + ")";
            case 7:
                return texts() + ".contains(" + text() + ")";
            case 8:
                return extension();
            case 9:
                return flag();
            case 10:
                return presence();
            default:
                return structure();
        }
    }

    std::string order() { return random_.one_of({" < ", " <= ", " > ", " >= "}); }
    std::string equality() { return random_.one_of({" == ", " != "}); }

    /// `path` read from `base`, and the test that it is there.
    std::string read(const std::string& base, const std::string& path) {
        guards_.push_back(base + " has " + path);
        return base + "." + path;
    }

    std::string tag(const std::string& base, const std::string& name) {
        guards_.push_back(base + ".hasTag(\"" + name + "\")");
        return base + ".getTag(\"" + name + "\")";
    }

    std::string integer(int depth) {
        if (depth > 0 && random_.chance(30)) {
            const std::string operation = random_.one_of({" + ", " - ", " * "});
            return parenthesised(integer(depth - 1) + operation + integer(depth - 1));
        }
        switch (random_.below(10)) {
            case 0:
                return read("principal", "age");
            case 1:
                return read("resource", "level");
            case 2:
                return read("context", "hour");
            case 3:
                return read("context", "extra.count");
            case 4:
                return read("principal", "manager.age");
            case 5:
                return random_.chance(20) ? "9223372036854775807" : read("resource", "size");
            case 6:
                return random_.chance(20) ? "\"seven\"" : "(-" + integer(0) + ")";
            case 7:
                return choice(integer(0), integer(0));
            default:
                return std::to_string(random_.below(10));
        }
    }

    std::string text() {
        switch (random_.below(6)) {
            case 0:
                return read("principal", "name");
            case 1:
                return read("context", "purpose");
            case 2:
                return read("resource", "profile.place");
            case 3:
                return tag("principal", random_.one_of({"city", "team"}));
            default:
                return "\"" + random_.one_of({"a", "b", "ab", "", "*"}) + "\"";
        }
    }

    std::string texts() {
        switch (random_.below(4)) {
            case 0:
                return read("principal", "teams");
            case 1:
                return tag("resource", random_.one_of({"class", "label"}));
            default:
                return random_.chance(10) ? "[]" : "[" + text() + ", " + text() + "]";
        }
    }

    std::string entity() {
        switch (random_.below(7)) {
            case 0:
                return "principal";
            case 1:
                return "resource";
            case 2:
                return read("resource", "owner");
            case 3:
                return read("principal", "manager");
            case 4:
                return random_.pick(names_.users);
            case 5:
                return random_.pick(names_.documents);
            default:
                return random_.pick(names_.groups);
        }
    }

    std::string membership() {
        const std::string& group = random_.pick(names_.groups);
        const std::string& folder = random_.pick(names_.folders);
        switch (random_.below(8)) {
            case 0:
                return "principal in " + group;
            case 1:
                return "resource in " + folder;
            case 2:
                return "principal in [" + group + ", " + random_.pick(names_.groups) + "]";
            case 3:
                return "action in [" + random_.pick(names_.action_groups) + "]";
            case 4:
                return "principal is User in " + group;
            case 5:
                return "resource is " + random_.one_of({"Document", "Folder", "User"});
            case 6:
                return "principal in " + read("resource", "readers");
            default:
                return "principal in " + read("resource", "owner");
        }
    }

    std::string extension() {
        switch (random_.below(7)) {
            case 0:
                return read("context", "address") + ".isInRange(ip(\"10.0.0.0/14\"))";
            case 1:
                return read("context", "address") + random_.one_of({".isIpv4()", ".isLoopback()"});
            case 2:
                return read("principal", "budget") + ".lessThan(decimal(\"5.0\"))";
            case 3:
                return read("context", "now") + order() + "datetime(\"2024-06-01\")";
            case 4:
                return read("context", "now") + ".toTime()" + order() + "duration(\"12h\")";
            case 5:
                return read("context", "now") + ".durationSince(" + read("resource", "created") +
                       ").toDays()" + order() + integer(0);
            default:
                return read("resource", "created") + ".offset(duration(\"10d\"))" + order() +
                       read("context", "now");
        }
    }

    std::string flag() {
        switch (random_.below(4)) {
            case 0:
                return read("context", "mfa");
            case 1:
                return read("resource", "public");
            case 2:
                return random_.one_of({"true", "false"});
            default:
                return texts() + ".isEmpty()";
        }
    }

    std::string presence() {
        switch (random_.below(5)) {
            case 0:
                return "principal has manager.manager.age";
            case 1:
                return "resource has \"owner\"";
            case 2:
                return "context has " + random_.one_of({"mfa", "extra.count", "nothing"});
            case 3:
                return "resource.hasTag(" + text() + ")";
            default:
                return "principal.hasTag(\"city\")";
        }
    }

    std::string structure() {
        switch (random_.below(4)) {
            case 0:
                return read("resource", "profile") + equality() + "{place: " + text() + "}";
            case 1:
                return "{a: " + integer(0) + ", b: " + text() + "}.a == " + integer(0);
            case 2:
                return "[" + entity() + ", " + entity() + "].contains(" + entity() + ")";
            default:
                return "[principal, " + integer(0) + "]" + equality() + "[" + text() + "]";
        }
    }

    Random& random_;
    const KnownNames& names_;
    std::vector<std::string> guards_;
};

}  // namespace charter::testing
