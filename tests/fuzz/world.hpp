#pragma once

// The small world of the targets that decide: a schema, entities and requests that
// conform to it, one type and one value of each kind.

#include "fuzz.hpp"

#include "charter/policy/request_json.hpp"
#include "charter/policy/schema.hpp"

#include <vector>

namespace charter::fuzz {

inline const Schema& world_schema() {
    static const Schema schema = taken(Schema::parse(R"(
type Place = { street: String, floor?: Long };
entity Group in [Group];
entity User in [Group] {
    age: Long, name: String, admin: Bool, boss?: User, teams: Set<Group>, place?: Place,
    words: Set<String>
} tags String;
entity Folder in [Folder] { owner?: User };
entity Doc in [Folder] {
    owner: User, level?: Long, price: decimal, from: ipaddr, made: datetime, kept: duration,
    readers: Set<User>, sizes: Set<Long>, info: { a: Long, b?: { c: Bool } }
} tags Set<Long>;
entity Mode enum ["on", "off"];
action all;
action read in [all] appliesTo {
    principal: User, resource: [Doc, Folder],
    context: { n: Long, ip?: ipaddr, now: datetime, mode?: Mode, place?: Place }
};
action write in [all] appliesTo { principal: [User, Group], resource: Doc };
)"),
                                       "the schema of the world", "");
    return schema;
}

inline const EntityMap& world_entities() {
    static const EntityMap entities = taken(parse_entities(R"([
{"uid": {"type": "Group", "id": "top"}, "attrs": {}, "parents": []},
{"uid": {"type": "Group", "id": "g"}, "attrs": {}, "parents": [{"type": "Group", "id": "top"}]},
{"uid": {"type": "User", "id": "a"}, "parents": [{"type": "Group", "id": "g"}],
 "attrs": {"age": 7, "name": "ana", "admin": true, "boss": {"type": "User", "id": "b"},
  "teams": [{"type": "Group", "id": "g"}, {"type": "Group", "id": "top"}],
  "place": {"street": "x", "floor": 3}, "words": ["a", "b"]}, "tags": {"k": "v", "a": "ana"}},
{"uid": {"type": "User", "id": "b"}, "parents": [],
 "attrs": {"age": -9223372036854775808, "name": "", "admin": false, "teams": [], "words": []}},
{"uid": {"type": "Folder", "id": "root"}, "attrs": {"owner": {"type": "User", "id": "b"}},
 "parents": []},
{"uid": {"type": "Folder", "id": "f"}, "attrs": {}, "parents": [{"type": "Folder", "id": "root"}]},
{"uid": {"type": "Doc", "id": "d"}, "parents": [{"type": "Folder", "id": "f"}],
 "attrs": {"owner": {"type": "User", "id": "a"}, "level": 1, "price": "1.5", "from": "10.0.0.1",
  "made": "2024-01-01", "kept": "1h", "readers": [{"type": "User", "id": "a"}],
  "sizes": [1, 2, 3], "info": {"a": 1, "b": {"c": true}}}, "tags": {"k": [1, 2], "v": []}},
{"uid": {"type": "Doc", "id": "e"}, "parents": [],
 "attrs": {"owner": {"type": "User", "id": "b"}, "price": "-0.0001", "from": "::1/64",
  "made": "1969-12-31T23:59:59.999Z", "kept": "-1ms", "readers": [], "sizes": [],
  "info": {"a": 9223372036854775807}}},
{"uid": {"type": "Mode", "id": "on"}, "attrs": {}, "parents": []},
{"uid": {"type": "Mode", "id": "off"}, "attrs": {}, "parents": []}])",
                                                           &world_schema()),
                                            "the entities of the world", "");
    return entities;
}

/// One principal, action and context.
struct Question {
    EntityUid principal;
    EntityUid action;
    Value context = Value::record({});
};

inline std::vector<Question> made_questions() {
    const EntityUid read("Action", "read");
    const EntityUid write("Action", "write");
    const auto context = [&](std::string_view json) {
        return taken(parse_context(json, read, &world_schema()), "a context of the world", json);
    };
    const Value full = context(R"({"n": 1, "ip": "10.0.0.1", "now": "2024-06-01",
        "mode": {"type": "Mode", "id": "on"}, "place": {"street": "x", "floor": 3}})");
    const Value bare = context(R"({"n": -1, "now": "2024-01-01T00:00:00.001Z"})");
    return {{{"User", "a"}, read, full},
            {{"User", "b"}, read, bare},
            {{"User", "a"}, write},
            {{"Group", "g"}, write},
            {{"User", "none"}, {"Action", "none"}, Value::record({{"n", Value::string("1")}})},
            {{"Doc", "d"}, read, full}};
}

inline const std::vector<Question>& world_questions() {
    static const std::vector<Question> questions = made_questions();
    return questions;
}

inline const std::vector<EntityUid>& world_resources() {
    static const std::vector<EntityUid> resources{{"Doc", "d"},    {"Doc", "e"},
                                                  {"Folder", "f"}, {"Folder", "root"},
                                                  {"Doc", "none"}, {"User", "a"}};
    return resources;
}

}  // namespace charter::fuzz
