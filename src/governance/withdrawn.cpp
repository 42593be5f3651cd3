#include "governance/withdrawn.hpp"

#include "charter/base/limits.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace charter {

namespace {

const Json* named(const Json& list, const Json& name) {
    for (const Json& each : list) {
        if (each.value("name", Json()) == name) {
            return &each;
        }
    }
    return nullptr;
}

const Json& list_of(const Json& owner, const char* field) {
    static const Json none = Json::array();
    const auto found = owner.find(field);
    return found != owner.end() ? *found : none;
}

/// Locations are written in more than one way; the product is valid, so this parses.
std::string place_of(const Json& port) {
    const Result<StorageUri> uri = StorageUri::parse(port.value("location", ""));
    return uri ? uri->text() : std::string();
}

Json columns_of(const Json& port) {
    if (port.value("opaque", Json()) == true) {
        return Json::array({{{"name", "*"}, {"type", ""}}});
    }
    return list_of(port, "columns");
}

Json tags_json(const Tags& tags) {
    Json json = Json::object();
    for (const auto& [key, values] : tags) {
        json[key] = values;
    }
    return json;
}

Tags tags_of(const Json& owner) {
    Tags tags;
    for (const auto& [key, values] : list_of(owner, "tags").items()) {
        for (const Json& value : values) {
            tags[key].push_back(value.get<std::string>());
        }
    }
    return tags;
}

/// Takes `columns` that `shown` has out of a place.
void drop_shown(Json& place, const Json& shown) {
    Json kept = Json::array();
    for (Json& column : place["columns"]) {
        if (named(shown, column["name"]) == nullptr) {
            kept.push_back(std::move(column));
        }
    }
    place["columns"] = std::move(kept);
}

/// Puts columns into the place, which becomes the first.
void keep_at(Json& places, const std::string& location, Json columns) {
    Json kept = Json::array();
    Json place = {{"location", location}, {"columns", Json::array()}};
    for (Json& each : places) {
        if (each["location"] == location) {
            place = std::move(each);
        } else {
            kept.push_back(std::move(each));
        }
    }
    drop_shown(place, columns);
    for (Json& column : columns) {
        place["columns"].push_back(std::move(column));
    }
    kept.insert(kept.begin(), std::move(place));
    places = std::move(kept);
}

/// What a port of the revision before had and no port shows there now.
Json gone_from(const Json& port, const Json& next, const ProtectedKeys& protected_keys) {
    const std::string location = place_of(port);
    Json shown = Json::array();
    bool same_port = false;
    for (const Json& now : list_of(next, "ports")) {
        if (place_of(now) == location) {
            shown = columns_of(now);
            same_port = now["name"] == port["name"];
        }
    }
    Json gone = Json::array();
    for (const Json& column : columns_of(port)) {
        if (named(shown, column["name"]) != nullptr) {
            continue;
        }
        Json kept = {{"name", column["name"]}, {"type", column["type"]}};
        // Below another port it would inherit other tags than it had.
        const Tags tags =
            same_port ? tags_of(column)
                      : inherit_tags(tags_of(port), tags_of(column), protected_keys);
        if (!tags.empty()) {
            kept["tags"] = tags_json(tags);
        }
        gone.push_back(std::move(kept));
    }
    return gone;
}

/// Drops what is shown again and what is empty, and the places left longest ago.
Json pruned(Json places, const Json& next) {
    std::vector<StorageUri> used;
    for (const Json& port : list_of(next, "ports")) {
        const std::string location = place_of(port);
        used.push_back(StorageUri::parse(location).value());
        for (Json& place : places) {
            if (place["location"] == location) {
                drop_shown(place, columns_of(port));
            }
        }
    }
    Json kept = Json::array();
    for (Json& place : places) {
        const Result<StorageUri> uri = StorageUri::parse(place.value("location", ""));
        const bool in_use = !uri || std::any_of(used.begin(), used.end(), [&](const StorageUri& each) {
            return each.overlaps(*uri);
        });
        if (!place["columns"].empty() && (in_use || kept.size() < former_places_max)) {
            kept.push_back(std::move(place));
        }
    }
    return kept;
}

}  // namespace

Result<std::vector<FormerPlace>> parse_former_places(const Json& state) {
    std::vector<FormerPlace> places;
    const Error damaged(ErrorCode::internal, "internal error", "a product's withdrawn columns");
    for (const Json& each : list_of(state, "withdrawn")) {
        Result<StorageUri> uri = StorageUri::parse(each.value("location", ""));
        if (!uri || !each.contains("columns")) {
            return damaged;
        }
        FormerPlace place{std::move(uri).value(), {}};
        for (const Json& column : each["columns"]) {
            place.columns.push_back({column.value("name", ""), column.value("type", ""), tags_of(column)});
        }
        places.push_back(std::move(place));
    }
    return places;
}

std::vector<FormerColumn> withdrawn_columns(const std::vector<FormerPlace>& places,
                                            const PortDocument& port) {
    std::vector<FormerColumn> found;
    for (const FormerPlace& place : places) {
        if (!place.location.overlaps(port.location)) {
            continue;
        }
        for (const FormerColumn& column : place.columns) {
            const bool shown = column.name == "*" ? port.opaque : port.column(column.name) != nullptr;
            const bool known = std::any_of(found.begin(), found.end(), [&](const FormerColumn& each) {
                return each.name == column.name;
            });
            if (!shown && !known) {
                found.push_back(column);
            }
        }
    }
    return found;
}

Result<> withdraw_columns(Json& state, const Json& next, const ProtectedKeys& protected_keys) {
    if (!state.contains("published")) {
        return {};
    }
    Json places = state.value("withdrawn", Json::array());
    for (const Json& port : list_of(state["published"], "ports")) {
        Json gone = gone_from(port, next, protected_keys);
        if (!gone.empty()) {
            keep_at(places, place_of(port), std::move(gone));
        }
    }
    places = pruned(std::move(places), next);
    for (const Json& place : places) {
        if (place["columns"].size() > limits::columns_per_port_max) {
            return Error(ErrorCode::conflict,
                         "too many columns were withdrawn at " + place.value("location", "") +
                             "; publish the port at a new location");
        }
    }
    state.erase("withdrawn");
    if (!places.empty()) {
        state["withdrawn"] = std::move(places);
    }
    return {};
}

void keep_last_tags(Json& state, const Json& old_draft, const Json& new_draft) {
    if (!state.contains("published") || !state["published"].contains("ports")) {
        return;
    }
    const auto keep = [](Json& published, const Json& was) {
        published.erase("tags");
        if (was.contains("tags")) {
            published["tags"] = was["tags"];
        }
    };
    for (Json& port : state["published"]["ports"]) {
        const Json* was = named(list_of(old_draft, "ports"), port["name"]);
        if (was == nullptr) {
            continue;
        }
        const Json* is = named(list_of(new_draft, "ports"), port["name"]);
        if (is == nullptr) {
            keep(port, *was);
        }
        if (!port.contains("columns")) {
            continue;
        }
        for (Json& column : port["columns"]) {
            const Json* column_was = named(list_of(*was, "columns"), column["name"]);
            const bool stays = is != nullptr && named(list_of(*is, "columns"), column["name"]) != nullptr;
            if (column_was != nullptr && !stays) {
                keep(column, *column_was);
            }
        }
    }
}

}  // namespace charter
