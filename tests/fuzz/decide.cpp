// Bytes that choose from a grammar: well-typed policies about the small world. Mutation
// of texts seldom gets that deep.

#include "comparison.hpp"

#include <array>
#include <initializer_list>

using namespace charter::fuzz;

namespace {

/// Choices from bytes; when they are used up, always the first.
class Chooser {
public:
    explicit Chooser(std::string_view bytes) : bytes_(bytes) {}

    bool done() const { return at_ >= bytes_.size(); }
    std::size_t below(std::size_t end) {
        return done() ? 0 : static_cast<unsigned char>(bytes_[at_++]) % end;
    }
    std::string one_of(std::initializer_list<const char*> texts) {
        return texts.begin()[below(texts.size())];
    }

private:
    std::string_view bytes_;
    std::size_t at_ = 0;
};

/// Cedar text. Simple forms come first everywhere, so that it ends.
class Writer {
public:
    explicit Writer(Chooser& chooser) : chooser_(chooser) {}

    std::string policy() {
        std::string text = one_of({"permit(", "forbid("});
        text += one_of({"principal", "principal is User", "principal == User::\"a\"",
                        "principal in Group::\"top\"", "principal is User in Group::\"g\"",
                        "principal == ?principal", "principal in ?principal",
                        "principal is User in ?principal"}) +
                ", ";
        text += one_of({"action", "action == Action::\"read\"", "action in Action::\"all\"",
                        "action in [Action::\"write\", Action::\"read\"]", "action in []"}) +
                ", ";
        text += one_of({"resource", "resource is Doc", "resource == Doc::\"d\"",
                        "resource in Folder::\"root\"", "resource is Folder in Folder::\"root\"",
                        "resource == ?resource", "resource in ?resource",
                        "resource is Doc in ?resource"}) +
                ")";
        for (std::size_t left = chooser_.below(3); left > 0; --left) {
            text += one_of({" when { ", " unless { "}) + boolean(4) + " }";
        }
        return text + ";\n";
    }

private:
    std::string one_of(std::initializer_list<const char*> texts) { return chooser_.one_of(texts); }

    std::string any(int depth) {
        using Make = std::string (Writer::*)(int);
        static constexpr std::array<Make, 10> makers{
            &Writer::boolean, &Writer::integer, &Writer::text,    &Writer::entity,
            &Writer::set,     &Writer::record,  &Writer::decimal, &Writer::address,
            &Writer::moment,  &Writer::duration};
        return (this->*makers[chooser_.below(makers.size())])(depth);
    }

    std::string binary(const std::string& left, std::initializer_list<const char*> operators,
                       const std::string& right) {
        return "(" + left + one_of(operators) + right + ")";
    }

    std::string choice(const std::string& yes, const std::string& no, int depth) {
        return "(if " + boolean(depth - 1) + " then " + yes + " else " + no + ")";
    }

    std::string boolean(int depth) {
        const std::size_t form = chooser_.below(depth > 0 ? 24 : 10);
        const int below = depth - 1;
        switch (form) {
            case 0:
                return one_of({"true", "false", "principal.admin", "context.b"});
            case 1:
                return "(" +
                       one_of({"context has ip", "principal has boss", "resource has level",
                               "principal has place.floor", "resource has info.b.c",
                               "context has place.floor", "principal has none",
                               "resource.info has b", "action has x"}) +
                       ")";
            case 2:
                return "(" +
                       one_of({"principal is User", "resource is Doc", "resource is Folder",
                               "resource is Doc in Folder::\"root\"", "action is Action"}) +
                       ")";
            case 3:
                return one_of({"principal.hasTag(\"k\")", "resource.hasTag(\"k\")",
                               "principal.hasTag(principal.name)"});
            case 4:
                return binary(integer(below), {" < ", " <= ", " > ", " >= "}, integer(below));
            case 5:
                return "(" + text(below) +
                       one_of(
                           {" like \"*\"", " like \"a*\"", " like \"\\*b*n?\"", " like \"*a\""}) +
                       ")";
            case 6:
                return address(below) +
                       one_of({".isIpv4()", ".isIpv6()", ".isLoopback()", ".isMulticast()"});
            case 7:
                return set(below) + ".isEmpty()";
            case 8:
                return binary(entity(below), {" in ", " == ", " != "}, entity(below));
            case 9:
                return "resource.info.b.c";
            case 10:
                return binary(boolean(below), {" && ", " || "}, boolean(below));
            case 11:
                return "!" + boolean(below);
            case 12:
                return choice(boolean(below), boolean(below), depth);
            case 13:
                return binary(integer(below), {" == ", " != "}, integer(below));
            case 14:
                return binary(any(below), {" == ", " != "}, any(below));
            case 15:
                return set(below) + ".contains(" + any(below) + ")";
            case 16:
                return set(below) + one_of({".containsAll(", ".containsAny("}) + set(below) + ")";
            case 17:
                return binary(moment(below), {" < ", " <= ", " == "}, moment(below));
            case 18:
                return binary(duration(below), {" < ", " >= ", " == "}, duration(below));
            case 19:
                return decimal(below) + one_of({".lessThan(", ".greaterThanOrEqual("}) +
                       decimal(below) + ")";
            case 20:
                return address(below) + ".isInRange(" + address(below) + ")";
            case 21:
                return "(" + entity(below) + " in " + set(below) + ")";
            case 22:
                return binary("(" + boolean(0) + " && " + boolean(below) + ")", {" && ", " || "},
                              boolean(below));
            default:
                return "(" + record(below) + " has " + one_of({"a", "b", "\"c d\""}) + ")";
        }
    }

    std::string integer(int depth) {
        const int below = depth - 1;
        switch (chooser_.below(depth > 0 ? 7 : 3)) {
            case 0:
                return one_of({"1", "0", "-1", "9223372036854775807", "-9223372036854775808"});
            case 1:
                return one_of({"context.n", "principal.age", "resource.info.a"});
            case 2:
                return one_of({"resource.level", "principal.place.floor", "context.place.floor",
                               "context.x"});
            case 3:
                return binary(integer(below), {" + ", " - ", " * "}, integer(below));
            case 4:
                return "-(" + integer(below) + ")";
            case 5:
                return duration(below) + one_of({".toMilliseconds()", ".toDays()"});
            default:
                return choice(integer(below), integer(below), depth);
        }
    }

    std::string text(int depth) {
        switch (chooser_.below(depth > 0 ? 3 : 2)) {
            case 0:
                return one_of({"\"a\"", "\"\"", "\"x\\u{1f600}*\"", "\"ana\""});
            case 1:
                return one_of({"principal.name", "principal.getTag(\"k\")",
                               "principal.place.street", "context.place.street"});
            default:
                return "principal.getTag(" + text(depth - 1) + ")";
        }
    }

    std::string entity(int depth) {
        switch (chooser_.below(depth > 0 ? 4 : 3)) {
            case 0:
                return one_of({"principal", "resource", "action"});
            case 1:
                return one_of({"User::\"a\"", "Group::\"top\"", "Doc::\"none\"", "Folder::\"root\"",
                               "Mode::\"on\"", "Action::\"all\""});
            case 2:
                return one_of(
                    {"principal.boss", "resource.owner", "resource.owner.boss", "context.mode"});
            default:
                return choice(entity(depth - 1), entity(depth - 1), depth);
        }
    }

    std::string set(int depth) {
        switch (chooser_.below(depth > 0 ? 4 : 2)) {
            case 0:
                return one_of({"principal.teams", "principal.words", "resource.readers",
                               "resource.sizes", "resource.getTag(\"k\")"});
            case 1:
                return one_of({"[1]", "[\"a\", \"b\"]", "[]", "[User::\"a\", Group::\"g\"]"});
            case 2:
                return "[" + any(depth - 1) + ", " + any(depth - 1) + "]";
            default:
                return choice(set(depth - 1), set(depth - 1), depth);
        }
    }

    std::string record(int depth) {
        switch (chooser_.below(depth > 0 ? 4 : 2)) {
            case 0:
                return one_of({"context", "principal.place", "resource.info", "context.place"});
            case 1:
                return one_of({"{a: 1}", "{}", "{street: \"x\", floor: 3}"});
            default:
                return "{a: " + any(depth - 1) + ", \"c d\": " + any(depth - 1) + "}";
        }
    }

    std::string decimal(int) {
        return one_of(
            {"decimal(\"1.5\")", "resource.price", "decimal(\"-0.0001\")", "decimal(\"x\")"});
    }

    std::string address(int) {
        return one_of(
            {"ip(\"10.0.0.0/8\")", "context.ip", "resource.from", "ip(\"::1\")", "ip(\"1\")"});
    }

    std::string moment(int depth) {
        switch (chooser_.below(depth > 0 ? 3 : 1)) {
            case 0:
                return one_of({"datetime(\"2024-01-01\")", "context.now", "resource.made"});
            case 1:
                return moment(depth - 1) + ".toDate()";
            default:
                return moment(depth - 1) + ".offset(" + duration(depth - 1) + ")";
        }
    }

    std::string duration(int depth) {
        switch (chooser_.below(depth > 0 ? 3 : 1)) {
            case 0:
                return one_of(
                    {"duration(\"1h\")", "resource.kept", "duration(\"-9223372036854775808ms\")"});
            case 1:
                return moment(depth - 1) + ".toTime()";
            default:
                return moment(depth - 1) + ".durationSince(" + moment(depth - 1) + ")";
        }
    }

    Chooser& chooser_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Chooser chooser(text_of(data, size));
    Writer writer(chooser);
    std::string text;
    for (int count = 0; count < 3 && !chooser.done(); ++count) {
        text += writer.policy();
    }
    compare(taken(parse_policies(text), "the grammar writes policies", text));
    return 0;
}
