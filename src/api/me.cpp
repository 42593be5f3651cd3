// GET /me -> who the caller is: {"principal", "groups", "domains", "tags", "roles"}.
#include "api/endpoint.hpp"

#include <nlohmann/json.hpp>

namespace charter::api {

namespace asio = boost::asio;

void add_me_routes(Routes& routes) {
    const Services& services = routes.services();
    routes.add(http::Method::get, "/api/v1/me", "describe on Mesh",
               [&services](http::Request& request, Caller caller) -> asio::awaitable<Result<http::Response>> {
                   const Result<Format> format = read_accept(request);
                   if (!format) {
                       co_return format.error();
                   }
                   const PrincipalEntry& self = *caller.principal;
                   const WorldPtr world = services.worlds.load();
                   Json groups = Json::array();
                   Json domains = Json::array();
                   Json roles = Json::array();
                   const auto ends_with = [](const std::string& text, std::string_view end) {
                       return text.size() > end.size() && text.ends_with(end);
                   };
                   for (const policy::EntityUid& uid : self.node->entity.ancestors->uids()) {
                       const std::string& id = uid.id();
                       if (uid.type() == "Team") {
                           domains.push_back(id);
                       } else if (uid.type() != "Group" || uid == self.node->entity.uid) {
                           continue;
                       } else if (ends_with(id, "/owners")) {
                           roles.push_back("owner of " + id.substr(0, id.size() - 7));
                       } else if (ends_with(id, "/stewards")) {
                           roles.push_back("steward of " + id.substr(0, id.size() - 9));
                       } else {
                           groups.push_back("group:" + id);
                           if (id == "administrators") {
                               roles.push_back("mesh administrator");
                           } else if (id == "auditors") {
                               roles.push_back("auditor");
                           }
                       }
                   }
                   Json me = Json::object();
                   me["principal"] = self.principal.text();
                   me["groups"] = std::move(groups);
                   me["domains"] = std::move(domains);
                   me["tags"] = self.tags;
                   me["roles"] = std::move(roles);
                   co_return show_plain(200, me, *format);
               });
}

}  // namespace charter::api
