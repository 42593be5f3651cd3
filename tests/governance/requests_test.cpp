// Access requests: what may follow on what, and who may do it.
#include "support/mesh.hpp"

#include "charter/base/limits.hpp"
#include "charter/governance/requests.hpp"
#include "governance/request_states.hpp"

#include <algorithm>

namespace charter::testing {
namespace {

using Step = RequestStep;
using State = RequestState;

constexpr std::array<Step, 6> taken_steps = {Step::approve, Step::deny,     Step::ask_back,
                                             Step::answer,  Step::withdraw, Step::renew};

/// ana wants to read customer/a, which olga and otto own and stew is steward of. eve is nobody.
class Requests : public ::testing::Test {
protected:
    Requests() {
        for (const char* name : {"ana", "eve", "olga", "otto", "stew"}) {
            mesh.user(name);
        }
        mesh.put(Kind::purpose, "analytics", {{"description", "p"}});
        mesh.domain("customer", {{"owners", {"user:olga", "user:otto"}}, {"stewards", {"user:stew"}}});
        mesh.product("customer/a", Json::array({{{"name", "c"}, {"type", "int"}}}));
    }

    static Json body(const Json& more = Json::object()) {
        Json body{{"resource", "customer/a"}, {"actions", {"read"}}, {"purpose", "analytics"},
                  {"reason", "a report"},     {"duration_s", 86'400}};
        body.update(more);
        return body;
    }
    Result<Resource> try_ask(const Json& more = Json::object(), const std::string& by = "user:ana") {
        return mesh.change(by, [&](Draft& draft, const Caller& who) {
            return make_request(draft, who, body(more));
        });
    }
    ResourceId ask(const Json& more = Json::object(), const std::string& by = "user:ana") {
        const Result<Resource> made = try_ask(more, by);
        Mesh::check(made, "ask");
        return made->id;
    }
    Result<RequestAnswer> take(ResourceId id, Step step, const std::string& by,
                               Json text = Json::object(), const Preconditions& preconditions = {}) {
        const auto say = [&](const char* field) {
            if (!text.contains(field)) {
                text[field] = "because";
            }
        };
        switch (step) {
            case Step::deny: say("reason"); break;
            case Step::ask_back: say("question"); break;
            case Step::answer: say("answer"); break;
            case Step::renew: say("reason"); break;
            default: break;
        }
        return mesh.change(by, [&](Draft& draft, const Caller& who) {
            return take_request_step(draft, who, id, step, text, preconditions);
        });
    }
    State state(ResourceId id) {
        return request_state_of(mesh.world().find<RequestEntry>(id)->state);
    }
    Json shown(ResourceId id, const std::string& to) {
        const auto resource = mesh.draft().find(id);
        return show_request(mesh.world(), mesh.caller(to), **resource, mesh.now);
    }
    bool reads(const std::string& who) {
        const Caller caller = mesh.caller(who);
        return Decider(mesh.world(), caller, Action::read, "analytics")
            .decide_columns(*mesh.world().port("customer/a/files"))
            .verdict.allow;
    }
    void want_two() {
        mesh.try_patch(Kind::domain, "customer", {{"access", {{"approval_levels", 2}}}}).value();
    }
    /// A request in that state.
    ResourceId request_in(State wanted) {
        const ResourceId id = ask();
        switch (wanted) {
            case State::pending: break;
            case State::approved_once:
                want_two();
                take(id, Step::approve, "user:otto").value();
                break;
            case State::needs_info: take(id, Step::ask_back, "user:olga").value(); break;
            case State::approved: take(id, Step::approve, "user:olga").value(); break;
            case State::denied: take(id, Step::deny, "user:olga").value(); break;
            case State::withdrawn: take(id, Step::withdraw, "user:ana").value(); break;
        }
        EXPECT_EQ(state(id), wanted);
        return id;
    }

    Mesh mesh;
};

// --- the table ---

/// What leads where; nothing: it is refused. Written out here once more, on purpose.
std::optional<State> expected(State from, Step step) {
    const bool waits = from == State::pending || from == State::approved_once;
    switch (step) {
        case Step::approve: return waits ? std::optional(State::approved) : std::nullopt;
        case Step::first_approval:
            return from == State::pending ? std::optional(State::approved_once) : std::nullopt;
        case Step::deny:
            return waits || from == State::needs_info ? std::optional(State::denied) : std::nullopt;
        case Step::ask_back: return waits ? std::optional(State::needs_info) : std::nullopt;
        case Step::answer:
            return from == State::needs_info ? std::optional(State::pending) : std::nullopt;
        case Step::withdraw:
            return waits || from == State::needs_info ? std::optional(State::withdrawn)
                                                      : std::nullopt;
        case Step::renew:
            return from == State::approved ? std::optional(State::approved) : std::nullopt;
    }
    return std::nullopt;
}

TEST(RequestStates, EveryStepFromEveryStateIsInTheTableOrRefused) {
    for (std::size_t i = 0; i < request_state_names.size(); ++i) {
        for (std::size_t j = 0; j < request_step_names.size(); ++j) {
            const auto from = static_cast<State>(i);
            const auto step = static_cast<Step>(j);
            const Result<State> to = state_after(from, step);
            const std::optional<State> wanted = expected(from, step);
            ASSERT_EQ(to.has_value(), wanted.has_value())
                << name_of(from) << " " << name_of(step);
            if (to) {
                EXPECT_EQ(*to, *wanted) << name_of(from) << " " << name_of(step);
            } else {
                EXPECT_EQ(to.error().code(), ErrorCode::conflict);
            }
        }
    }
}

TEST(RequestStates, ARefusalNamesTheStepsThatCanBeTaken) {
    EXPECT_EQ(state_after(State::approved_once, Step::answer).error().message(),
              "the request is pending: it can take approve, deny, ask-back, withdraw, not answer");
    EXPECT_EQ(state_after(State::denied, Step::approve).error().message(),
              "the request is denied: nothing more can be done with it, not approve");
}

TEST_F(Requests, EveryStepFromEveryStateDoesWhatTheTableSays) {
    for (std::size_t i = 0; i < request_state_names.size(); ++i) {
        for (const Step step : taken_steps) {
            const auto from = static_cast<State>(i);
            const ResourceId id = request_in(from);
            const bool askers = step == Step::answer || step == Step::withdraw || step == Step::renew;

            const Result<RequestAnswer> answer = take(id, step, askers ? "user:ana" : "user:olga");

            const std::optional<State> wanted = expected(from, step);
            ASSERT_EQ(answer.has_value(), wanted.has_value())
                << name_of(from) << " " << name_of(step)
                << (answer ? "" : answer.error().message());
            if (answer) {
                EXPECT_EQ(state(id), *wanted) << name_of(from) << " " << name_of(step);
            } else {
                EXPECT_EQ(answer.error().code(), ErrorCode::conflict);
                EXPECT_EQ(state(id), from);
            }
            if (from == State::approved_once) {
                mesh.try_patch(Kind::domain, "customer", {{"access", nullptr}}).value();
            }
        }
    }
}

// --- approving ---

TEST_F(Requests, AnApprovalMakesTheGrantThatWasAskedFor) {
    EXPECT_FALSE(reads("user:ana"));
    const ResourceId id = ask();
    EXPECT_FALSE(reads("user:ana"));

    const Result<RequestAnswer> answer = take(id, Step::approve, "user:olga", {{"note", "fine"}});

    ASSERT_TRUE(answer && answer->grant);
    const auto grant = mesh.world().find<GrantEntry>(answer->grant->id);
    EXPECT_EQ(grant->request, id);
    EXPECT_EQ(grant->purposes, (std::vector<std::string>{"analytics"}));
    EXPECT_EQ(grant->expires_at, mesh.now + std::chrono::hours(24));
    EXPECT_TRUE(reads("user:ana"));
    const Json grant_shown = represent(mesh.world(), *answer->grant, mesh.now);
    EXPECT_EQ(grant_shown["request"], id.text());
    EXPECT_EQ(grant_shown["granted_by"], "user:olga");
    EXPECT_EQ(shown(id, "user:ana")["grant"], grant->id.text());
    const Json history = shown(id, "user:ana")["history"];
    ASSERT_EQ(history.size(), 2u);
    EXPECT_EQ(history[0]["by"], "user:ana");
    EXPECT_EQ(history[0]["reason"], "a report");
    EXPECT_EQ(history[1], (Json{{"at", format_time(mesh.now)}, {"by", "user:olga"},
                                {"step", "approve"}, {"reason", "fine"}}));
}

TEST_F(Requests, AreTheSameAfterAStart) {
    const ResourceId id = request_in(State::approved);
    const World again = mesh.rebuilt();

    EXPECT_EQ(again.find<RequestEntry>(id)->state, "approved");
    EXPECT_EQ(again.find<RequestEntry>(id)->domain, again.domain("customer")->id);
}

TEST_F(Requests, AnApprovalMayGiveLessAndNeverMore) {
    const auto refused = [&](const Json& text, const std::string& pointer) {
        const ResourceId id = ask({{"actions", {"read", "write"}}});
        const Result<RequestAnswer> answer = take(id, Step::approve, "user:olga", text);
        return !answer && answer.error().code() == ErrorCode::invalid_request &&
               answer.error().violations().front().pointer == pointer &&
               state(id) == State::pending;
    };
    EXPECT_TRUE(refused({{"actions", {"read", "read_masked"}}}, "/actions/1"));
    EXPECT_TRUE(refused({{"expires_at", format_time(mesh.now + std::chrono::hours(25))}}, "/expires_at"));
    EXPECT_TRUE(refused({{"expires_at", format_time(mesh.now)}}, "/expires_at"));
    EXPECT_TRUE(refused({{"columns", {{"exclude", {"c"}}}}}, "/columns"));
    EXPECT_TRUE(refused({{"rows", "context.row.c == 1"}}, "/rows"));

    const UtcTime earlier = mesh.now + std::chrono::hours(2);
    const ResourceId id = ask({{"actions", {"read", "write"}}});
    const Result<RequestAnswer> less =
        take(id, Step::approve, "user:olga",
             {{"actions", {"read"}}, {"expires_at", format_time(earlier)}});
    ASSERT_TRUE(less);
    const auto grant = mesh.world().find<GrantEntry>(less->grant->id);
    EXPECT_EQ(grant->actions, bit(Action::read));
    EXPECT_EQ(grant->expires_at, earlier);
}

TEST_F(Requests, TwoLevelsNeedTwoDifferentPeople) {
    want_two();
    const ResourceId id = ask({{"actions", {"read", "write"}}});

    const Result<RequestAnswer> first =
        take(id, Step::approve, "user:olga", {{"actions", {"read"}}});
    ASSERT_TRUE(first);
    EXPECT_FALSE(first->grant);
    EXPECT_FALSE(reads("user:ana"));
    EXPECT_EQ(shown(id, "user:ana")["state"], "pending");
    EXPECT_EQ(shown(id, "user:ana")["approvals"].size(), 1u);
    EXPECT_EQ(shown(id, "user:ana")["approvers"], (Json{"user:stew", "user:otto"}));

    EXPECT_EQ(take(id, Step::approve, "user:olga").error().code(), ErrorCode::forbidden);
    // The second gives no more than the first did.
    EXPECT_EQ(take(id, Step::approve, "user:stew", {{"actions", {"write"}}}).error().code(),
              ErrorCode::invalid_request);

    const Result<RequestAnswer> second = take(id, Step::approve, "user:stew");
    ASSERT_TRUE(second && second->grant);
    EXPECT_EQ(mesh.world().find<GrantEntry>(second->grant->id)->actions, bit(Action::read));
}

TEST_F(Requests, AServiceIsNoSecondPerson) {
    mesh.put(Kind::service, "bot", {{"title", "bot"}});
    mesh.try_patch(Kind::domain, "customer", {{"stewards", {"service:bot"}}}).value();
    EXPECT_TRUE(take(ask(), Step::approve, "service:bot"));
    want_two();

    EXPECT_EQ(take(ask(), Step::approve, "service:bot").error().code(), ErrorCode::forbidden);
}

TEST_F(Requests, AFirstApprovalIsVoidOnceSomethingIsAskedBack) {
    want_two();
    const ResourceId id = request_in(State::approved_once);
    take(id, Step::ask_back, "user:olga").value();
    take(id, Step::answer, "user:ana").value();

    ASSERT_TRUE(take(id, Step::approve, "user:olga"));

    EXPECT_EQ(state(id), State::approved_once);
}

// --- who decides ---

TEST_F(Requests, AVoidApprovalDoesNotStandForTheFirstOfTwoNewOnes) {
    want_two();
    const ResourceId id = request_in(State::approved_once);
    take(id, Step::ask_back, "user:olga").value();
    EXPECT_EQ(shown(id, "user:ana")["approvals"], Json::array());
    take(id, Step::answer, "user:ana").value();

    ASSERT_TRUE(take(id, Step::approve, "user:olga"));

    EXPECT_EQ(shown(id, "user:ana")["approvals"].size(), 1u);
    EXPECT_EQ(take(id, Step::approve, "user:olga").error().code(), ErrorCode::forbidden);
    EXPECT_FALSE(reads("user:ana"));
    EXPECT_TRUE(take(id, Step::approve, "user:otto"));
}

TEST_F(Requests, OwnersStewardsAndAdministratorsApproveAndNobodyElse) {
    for (const char* who : {"user:olga", "user:stew", "user:admin"}) {
        EXPECT_TRUE(take(ask(), Step::approve, who)) << who;
    }
    for (const Step step : {Step::approve, Step::deny, Step::ask_back}) {
        const ResourceId id = ask();
        EXPECT_EQ(take(id, step, "user:ana").error().code(), ErrorCode::forbidden);
        EXPECT_EQ(take(id, step, "user:eve").error().code(), ErrorCode::not_found);
    }
}

TEST_F(Requests, NobodyDecidesWhatHeAskedForOrWouldGet) {
    mesh.put(Kind::group, "inner", {{"title", "g"}, {"members", {"user:olga"}}});
    mesh.put(Kind::group, "outer", {{"title", "g"}, {"members", {"group:inner", "user:ana"}}});
    mesh.domain("sales", {{"owners", {"user:ana"}}, {"members", {"group:inner"}}});
    for (const Json& request :
         {Json{{"for", "group:outer"}}, Json{{"for", "domain:sales"}}, Json{{"for", "user:olga"}}}) {
        const ResourceId id = ask(request);
        EXPECT_EQ(take(id, Step::approve, "user:olga").error().code(), ErrorCode::forbidden)
            << request.dump();
        const Json approvers = shown(id, "user:otto")["approvers"];
        EXPECT_EQ(approvers, (Json{"user:stew", "user:otto"})) << request.dump();
        EXPECT_TRUE(take(id, Step::approve, "user:otto")) << request.dump();
    }
    const ResourceId own = ask(Json::object(), "user:olga");
    EXPECT_EQ(take(own, Step::approve, "user:olga").error().code(), ErrorCode::forbidden);
    EXPECT_EQ(take(own, Step::deny, "user:olga").error().code(), ErrorCode::forbidden);
}

TEST_F(Requests, TwoApprovalsAreOfTheSameProduct) {
    const ResourceId id = request_in(State::approved_once);
    mesh.try_patch(Kind::product, "customer/a", {{"title", "another"}}).value();
    const Json seen = shown(id, "user:olga")["seen"];

    // The second one looked at it again, the first one did not.
    EXPECT_EQ(take(id, Step::approve, "user:olga", {{"seen", seen}}).error().code(),
              ErrorCode::precondition_failed);

    EXPECT_FALSE(reads("user:ana"));
}

TEST_F(Requests, AFirstApprovalOfWhoMayNoMoreDoesNotCount) {
    const ResourceId id = request_in(State::approved_once);
    mesh.try_patch(Kind::domain, "customer", {{"owners", {"user:olga"}}}).value();

    EXPECT_EQ(take(id, Step::approve, "user:olga").error().code(), ErrorCode::precondition_failed);

    EXPECT_FALSE(reads("user:ana"));
}

TEST_F(Requests, AnOwnerOfTheTeamThatWouldGetItDoesNotDecide) {
    mesh.domain("sales", {{"owners", {"user:olga"}}, {"members", {"user:ana"}}});
    const ResourceId id = ask({{"for", "domain:sales"}});

    EXPECT_EQ(take(id, Step::approve, "user:olga").error().code(), ErrorCode::forbidden);

    // The team of the domain that is asked: its owners could give it access anyway.
    mesh.try_patch(Kind::domain, "customer", {{"members", {"user:ana"}}}).value();
    EXPECT_TRUE(take(ask({{"for", "domain:customer"}}), Step::approve, "user:olga"));
}

TEST_F(Requests, WhoAskedForAnotherDoesNotDecideIt) {
    mesh.domain("sales", {{"owners", {"user:olga"}}, {"members", {"user:ana"}}});
    const ResourceId id = ask({{"for", "user:ana"}}, "user:olga");

    for (const Step step : {Step::approve, Step::deny, Step::ask_back}) {
        EXPECT_EQ(take(id, step, "user:olga").error().code(), ErrorCode::forbidden)
            << name_of(step);
    }
    EXPECT_EQ(shown(id, "user:otto")["approvers"], (Json{"user:stew", "user:otto"}));
    EXPECT_TRUE(take(id, Step::approve, "user:otto"));
}

TEST_F(Requests, AForbidOnApproveHolds) {
    mesh.put(Kind::guardrail, "no-olga",
             {{"cedar", "forbid (principal == User::\"olga\", action == Action::\"approve\", resource);"}});
    const ResourceId id = ask();

    EXPECT_EQ(take(id, Step::approve, "user:olga").error().code(), ErrorCode::forbidden);
    EXPECT_EQ(shown(id, "user:ana")["approvers"], (Json{"user:stew", "user:otto"}));
}

TEST_F(Requests, OwnersOfTheDomainAboveAreApprovers) {
    mesh.user("top");
    mesh.domain("world", {{"owners", {"user:top"}}});
    mesh.try_patch(Kind::domain, "customer", {{"parent", "world"}}).value();
    const ResourceId id = ask();

    EXPECT_EQ(shown(id, "user:ana")["approvers"],
              (Json{"user:stew", "user:olga", "user:otto", "user:top"}));
    EXPECT_TRUE(take(id, Step::approve, "user:top"));
}

// --- what is gone ---

TEST_F(Requests, AnApprovalIsRefusedOnceAnythingItIsAboutIsGone) {
    mesh.user("bob");
    mesh.put(Kind::group, "team", {{"title", "g"}, {"members", {"user:ana"}}});
    const ResourceId of_group = ask({{"for", "group:team"}});
    ASSERT_TRUE(mesh.try_remove(Kind::group, "team"));
    mesh.put(Kind::group, "team", {{"title", "g"}});  // another one of that name
    EXPECT_EQ(take(of_group, Step::approve, "user:olga").error().code(), ErrorCode::conflict);

    const ResourceId of_bob = ask(Json::object(), "user:bob");
    mesh.try_patch(Kind::user, "bob", {{"disabled", true}}).value();
    EXPECT_EQ(take(of_bob, Step::approve, "user:olga").error().code(), ErrorCode::conflict);

    const ResourceId of_product = ask();
    ASSERT_TRUE(mesh.try_remove(Kind::product, "customer/a"));
    mesh.product("customer/a", Json::array({{{"name", "c"}, {"type", "int"}}}));
    EXPECT_EQ(take(of_product, Step::approve, "user:olga").error().code(), ErrorCode::conflict);
    EXPECT_TRUE(take(of_product, Step::deny, "user:olga"));
    EXPECT_FALSE(reads("user:ana"));
}

TEST_F(Requests, AnApprovalIsRefusedOnceWhoAskedForOthersIsDisabled) {
    mesh.put(Kind::group, "team", {{"title", "g"}, {"members", {"user:ana", "user:eve"}}});
    const ResourceId id = ask({{"for", "group:team"}});
    mesh.try_patch(Kind::user, "ana", {{"disabled", true}}).value();

    EXPECT_EQ(take(id, Step::approve, "user:olga").error().code(), ErrorCode::conflict);

    EXPECT_FALSE(reads("user:eve"));
}

TEST_F(Requests, AnApprovalIsRefusedOnceThePurposeDoesNotFit) {
    const ResourceId id = ask();
    mesh.try_patch(Kind::domain, "customer", {{"access", {{"purposes", Json::array()}}}}).value();

    EXPECT_EQ(take(id, Step::approve, "user:olga").error().code(), ErrorCode::conflict);
}

TEST_F(Requests, AnApprovalIsOfTheProductThatWasSeen) {
    const ResourceId id = ask();
    mesh.try_patch(Kind::product, "customer/a", {{"description", "something else"}}).value();

    EXPECT_EQ(take(id, Step::approve, "user:olga").error().code(), ErrorCode::precondition_failed);
    const Json seen = shown(id, "user:olga")["seen"];
    EXPECT_EQ(take(id, Step::approve, "user:olga", {{"seen", {{"product", 1}}}}).error().code(),
              ErrorCode::precondition_failed);
    EXPECT_TRUE(take(id, Step::approve, "user:olga", {{"seen", seen}}));
}

TEST_F(Requests, AStepIsOnTheRequestThatWasSeen) {
    const ResourceId id = ask();
    const Json seen = shown(id, "user:olga")["seen"];
    take(id, Step::ask_back, "user:otto").value();
    take(id, Step::answer, "user:ana").value();

    EXPECT_EQ(take(id, Step::approve, "user:olga", {{"seen", seen}}).error().code(),
              ErrorCode::precondition_failed);
    Preconditions preconditions;
    preconditions.if_match = 1;
    EXPECT_EQ(take(id, Step::deny, "user:olga", Json::object(), preconditions).error().code(),
              ErrorCode::precondition_failed);
    preconditions.if_match = 3;
    EXPECT_TRUE(take(id, Step::approve, "user:olga", Json::object(), preconditions));
}

// --- asking ---

TEST_F(Requests, OneAsksForOneselfAndForThoseOneSpeaksFor) {
    mesh.user("mia");
    mesh.put(Kind::group, "inner", {{"title", "g"}, {"members", {"user:ana"}}});
    mesh.put(Kind::group, "outer", {{"title", "g"}, {"members", {"group:inner"}}});
    mesh.put(Kind::group, "others", {{"title", "g"}, {"members", {"user:eve"}}});
    mesh.put(Kind::service, "etl", {{"title", "s"}});
    mesh.domain("sales", {{"owners", {"user:mia"}}, {"members", {"user:ana", "service:etl"}}});
    const auto may = [&](const char* by, const char* beneficiary) {
        return try_ask({{"for", beneficiary}}, by).has_value();
    };
    for (const char* beneficiary : {"user:ana", "group:inner", "group:outer", "domain:sales"}) {
        EXPECT_TRUE(may("user:ana", beneficiary)) << beneficiary;
    }
    for (const char* beneficiary : {"user:eve", "group:others", "domain:customer", "service:etl",
                                    "user:nobody", "group:administrators"}) {
        EXPECT_FALSE(may("user:ana", beneficiary)) << beneficiary;
    }
    for (const char* beneficiary : {"user:mia", "domain:sales", "user:ana", "service:etl"}) {
        EXPECT_TRUE(may("user:mia", beneficiary)) << beneficiary;
    }
    EXPECT_FALSE(may("user:mia", "group:inner"));
}

TEST_F(Requests, SoManyOfOnePrincipalAreOpenAndNoMore) {
    mesh.grouping = true;
    const ResourceId first = ask();
    for (std::size_t i = 1; i < limits::open_requests_max; ++i) {
        ask();
    }

    EXPECT_EQ(try_ask().error().code(), ErrorCode::conflict);

    EXPECT_TRUE(try_ask(Json::object(), "user:eve"));
    take(first, Step::withdraw, "user:ana").value();
    EXPECT_TRUE(try_ask());
    EXPECT_FALSE(try_ask());
}

TEST_F(Requests, AnEngineDoesNotAsk) {
    mesh.put(Kind::engine, "trino", {{"title", "t"}, {"speaks_for", {"user:ana"}}});

    EXPECT_EQ(try_ask(Json::object(), "engine:trino").error().code(), ErrorCode::forbidden);
    EXPECT_EQ(try_ask({{"for", "user:ana"}}, "engine:trino").error().code(), ErrorCode::forbidden);
}

TEST_F(Requests, APurposeIsRegisteredClaimableAndAccepted) {
    const auto refused = [&](const char* purpose) {
        const Result<Resource> made = try_ask({{"purpose", purpose}});
        return !made && made.error().violations().front().pointer == "/purpose";
    };
    mesh.put(Kind::purpose, "fraud", {{"description", "p"}, {"claimable_by", {"user:eve"}}});
    EXPECT_TRUE(refused("unheard-of"));
    EXPECT_TRUE(refused("fraud"));
    EXPECT_FALSE(refused("analytics"));
    mesh.try_patch(Kind::domain, "customer", {{"access", {{"purposes", {"fraud"}}}}}).value();
    EXPECT_TRUE(refused("analytics"));
    mesh.put(Kind::purpose, "fraud", {{"description", "p"}});
    EXPECT_FALSE(refused("fraud"));
}

TEST_F(Requests, WhatOneMayNotDiscoverCannotBeAskedFor) {
    mesh.product("customer/b", Json::array({{{"name", "c"}, {"type", "int"}}}),
                 {{"visibility", "hidden"}});
    const Error hidden = try_ask({{"resource", "customer/b"}}).error();
    const Error missing = try_ask({{"resource", "customer/z"}}).error();

    EXPECT_EQ(hidden.code(), ErrorCode::not_found);
    EXPECT_EQ(hidden.message(), missing.message());
}

// --- rules ---

TEST_F(Requests, OnlyAPolicyOfTheDomainApprovesAtOnce) {
    mesh.user("bob");
    mesh.put(Kind::group, "analysts", {{"title", "g"}, {"members", {"user:ana"}}});
    mesh.domain("world");
    mesh.try_patch(Kind::domain, "customer", {{"parent", "world"}}).value();
    const std::string rule = "permit (principal in Group::\"analysts\", action == Action::\"request\", "
                             "resource in Domain::\"";
    const std::string when = "\") when { context has purpose && context.purpose == \"analytics\" };";
    mesh.put(Kind::policy, "world/auto", {{"cedar", rule + "world" + when}});
    EXPECT_EQ(state(ask()), State::pending);
    mesh.put(Kind::policy, "customer/auto", {{"cedar", rule + "customer" + when}});
    mesh.put(Kind::purpose, "fraud", {{"description", "p"}});

    const ResourceId id = ask();

    EXPECT_EQ(state(id), State::approved);
    EXPECT_TRUE(reads("user:ana"));
    const Json request = shown(id, "user:ana");
    EXPECT_EQ(request["history"][1]["by"], "policy:customer/auto");
    const auto grant = mesh.draft().find(*ResourceId::parse(request["grant"].get<std::string>()));
    EXPECT_EQ(represent(mesh.world(), **grant, mesh.now)["granted_by"], "policy:customer/auto");
    // Once: nobody collects grants of the same.
    EXPECT_EQ(try_ask().error().code(), ErrorCode::conflict);
    // Not for another purpose, for another person, or by one for all.
    EXPECT_EQ(state(ask({{"purpose", "fraud"}})), State::pending);
    EXPECT_EQ(state(ask(Json::object(), "user:bob")), State::pending);
    EXPECT_EQ(state(ask({{"for", "group:analysts"}})), State::pending);
    // What a rule does not see waits for people: actions, time, and what lies below.
    EXPECT_EQ(state(ask({{"actions", {"read", "write"}}})), State::pending);
    EXPECT_EQ(state(ask({{"duration_s", 91 * 86'400}})), State::pending);
    EXPECT_EQ(state(ask({{"resource", "customer"}})), State::pending);
    mesh.put(Kind::policy, "customer/not-the-files",
             {{"cedar", "forbid (principal, action == Action::\"request\", "
                        "resource == Port::\"customer/a/files\");"}});
    ASSERT_TRUE(mesh.try_revoke(*ResourceId::parse(request["grant"].get<std::string>())));
    EXPECT_EQ(state(ask()), State::pending);
}

TEST_F(Requests, AForbidOnRequestRefusesWhateverPermits) {
    mesh.put(Kind::policy, "customer/auto",
             {{"cedar", "permit (principal, action == Action::\"request\", resource in Domain::\"customer\");"}});
    mesh.put(Kind::guardrail, "not-ana",
             {{"cedar", "forbid (principal == User::\"ana\", action == Action::\"request\", resource);"}});

    const Result<Resource> made = try_ask();

    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code(), ErrorCode::forbidden);
    EXPECT_NE(made.error().message().find("guardrail:not-ana"), std::string::npos);
    EXPECT_TRUE(try_ask(Json::object(), "user:eve"));
}

TEST_F(Requests, ThePrecheckSaysWhatWouldStillDeny) {
    EXPECT_EQ(shown(ask(), "user:ana")["precheck"], Json::array());
    mesh.put(Kind::guardrail, "closed",
             {{"cedar", "forbid (principal, action == Action::\"read\", resource in Product::\"customer/a\");"}});
    const ResourceId id = ask({{"actions", {"read", "write"}}});

    const Json found = shown(id, "user:admin")["precheck"];
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0]["rule"], "guardrail:closed");
    EXPECT_EQ(found[0]["action"], "read");
    EXPECT_EQ(found[0]["on"], Json{"customer/a/files"});
    const Json told = shown(id, "user:ana")["precheck"];
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0]["rule"], nullptr);
    EXPECT_EQ(told.dump().find("closed"), std::string::npos);
    // Nothing stayed of the grant that was tried.
    EXPECT_FALSE(mesh.world().grants_on().next(mesh.world().product("customer/a")->id.value, 0));
}

// --- renewing ---

TEST_F(Requests, ThePrecheckNamesNoPlaceThatTheReaderMayNotKnowOf) {
    mesh.product("customer/hidden", Json::array({{{"name", "c"}, {"type", "int"}}}),
                 {{"visibility", "hidden"}});
    mesh.put(Kind::guardrail, "closed",
             {{"cedar", "forbid (principal, action == Action::\"read\", "
                        "resource in Product::\"customer/hidden\");"}});
    const ResourceId id = ask({{"resource", "customer"}});

    const Json told = shown(id, "user:olga")["precheck"];
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0]["on"], Json{"customer/hidden/files"});
    EXPECT_EQ(shown(id, "user:ana")["precheck"], Json::array());
}

TEST_F(Requests, ThePrecheckOfATeamIsWhatAMemberWouldMeet) {
    mesh.domain("sales", {{"owners", {"user:eve"}}, {"members", {"user:ana"}}});
    mesh.put(Kind::guardrail, "closed",
             {{"cedar", "forbid (principal, action == Action::\"read\", resource in Product::\"customer/a\");"}});
    for (const char* by : {"user:ana", "user:eve"}) {  // a member; an owner who is none
        const Json found = shown(ask({{"for", "domain:sales"}}, by), "user:admin")["precheck"];
        ASSERT_EQ(found.size(), 1u) << by;
        EXPECT_EQ(found[0]["rule"], "guardrail:closed") << by;
    }
}

TEST_F(Requests, ARenewalAsksAnewAndShowsTheDifference) {
    const ResourceId id = ask({{"actions", {"read", "write"}}});
    const Result<RequestAnswer> given = take(id, Step::approve, "user:olga", {{"actions", {"read"}}});
    const ResourceId grant = given->grant->id;
    const UtcTime ends = mesh.world().find<GrantEntry>(grant)->expires_at;
    mesh.now += std::chrono::hours(20);

    const Result<RequestAnswer> renewed =
        take(id, Step::renew, "user:ana", {{"actions", {"write"}}, {"reason", "go on"}});
    ASSERT_TRUE(renewed) << renewed.error().message();
    const ResourceId next = renewed->request.id;
    const Json request = shown(next, "user:ana");
    EXPECT_EQ(request["renews"], grant.text());
    EXPECT_EQ(request["state"], "pending");
    EXPECT_EQ(request["difference"]["actions"], (Json{{"added", {"write"}}, {"removed", {"read"}}}));
    EXPECT_EQ(request["difference"]["expires_at"]["from"], format_time(ends));
    EXPECT_EQ(request["difference"]["expires_at"]["to"], format_time(mesh.now + std::chrono::hours(24)));
    EXPECT_EQ(shown(id, "user:ana")["renewed_by"], next.text());
    EXPECT_EQ(take(id, Step::renew, "user:ana").error().code(), ErrorCode::conflict);
    take(next, Step::deny, "user:olga").value();
    EXPECT_TRUE(take(id, Step::renew, "user:ana"));
}

TEST_F(Requests, WhatHasEndedIsNotRenewed) {
    const ResourceId ended = request_in(State::approved);
    mesh.now += std::chrono::hours(24);
    EXPECT_EQ(take(ended, Step::renew, "user:ana").error().code(), ErrorCode::conflict);

    const ResourceId revoked = ask();
    const Result<RequestAnswer> given = take(revoked, Step::approve, "user:olga");
    mesh.try_revoke(given->grant->id).value();
    EXPECT_EQ(take(revoked, Step::renew, "user:ana").error().code(), ErrorCode::conflict);
}

// --- who reads ---

TEST_F(Requests, AreReadByThoseTheyConcernAndNobodyElse) {
    mesh.user("audi");
    mesh.user("mate");
    mesh.put(Kind::group, "auditors", {{"title", "a"}, {"members", {"user:audi"}}});
    mesh.put(Kind::group, "team", {{"title", "g"}, {"members", {"user:ana", "user:mate"}}});
    const ResourceId id = ask({{"for", "group:team"}});
    const auto entry = mesh.world().find<RequestEntry>(id);
    const auto readable = [&](const char* who) {
        return check_readable(mesh.world(), mesh.caller(who), *entry).has_value();
    };
    for (const char* who : {"user:ana", "user:mate", "user:olga", "user:stew", "user:audi", "user:admin"}) {
        EXPECT_TRUE(readable(who)) << who;
    }
    EXPECT_FALSE(readable("user:eve"));
}

TEST_F(Requests, WhatBecameHiddenIsNotToldToWhoAsked) {
    const ResourceId id = ask();
    mesh.try_patch(Kind::product, "customer/a", {{"visibility", "hidden"}}).value();

    const Json request = shown(id, "user:ana");

    EXPECT_FALSE(request.contains("seen"));
    EXPECT_EQ(request["approvers"], Json::array());
    EXPECT_TRUE(shown(id, "user:olga").contains("seen"));
}

}  // namespace
}  // namespace charter::testing
