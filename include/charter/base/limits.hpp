#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every limit of the server in one place. Units are the last word of a name;
/// an error that comes from a limit names the limit.
namespace charter::limits {

using namespace std::chrono_literals;

// HTTP
inline constexpr std::size_t header_bytes_max = 8 * 1024;
inline constexpr std::size_t header_fields_max = 100;
inline constexpr std::size_t body_bytes_max = 1024 * 1024;         // ordinary documents
inline constexpr std::size_t bulk_body_bytes_max = 16 * 1024 * 1024;  // batch and apply
inline constexpr std::size_t query_parameters_max = 32;
inline constexpr std::chrono::seconds header_deadline = 10s;
inline constexpr std::chrono::seconds body_deadline = 30s;
inline constexpr std::chrono::seconds write_deadline = 30s;
// A body or an answer may outlast its deadline while each such window moves this.
inline constexpr std::size_t transfer_bytes_per_s_min = 16 * 1024;
inline constexpr std::chrono::seconds idle_deadline = 60s;
inline constexpr std::chrono::seconds handshake_deadline = 10s;  // of TLS
inline constexpr std::size_t client_chain_bytes_max = 32 * 1024;  // certificates that a client shows
inline constexpr std::size_t client_chain_depth_max = 4;          // authorities between it and ours
inline constexpr std::size_t connections_max = 10'000;
inline constexpr std::size_t connections_per_address_max = 1'000;
inline constexpr std::chrono::seconds stop_deadline = 10s;
inline constexpr std::size_t requests_per_address_per_s_max = 50'000;
inline constexpr std::size_t requests_per_principal_per_s_max = 20'000;
inline constexpr std::size_t rate_limit_burst_s = 10;  // what may be asked at once, in seconds of the rate
inline constexpr std::size_t failed_sign_ins_per_minute_max = 300;  // of one address
inline constexpr std::size_t good_tokens_kept = 65'536;  // that are tried whatever else failed

// Documents
inline constexpr std::size_t document_depth_max = 32;
inline constexpr std::size_t document_nodes_max = 1'000'000;  // values of all kinds, containers included
inline constexpr std::size_t yaml_alias_nodes_max = 10'000;   // values that anchors and aliases add
inline constexpr std::size_t yaml_bytes_max = 4 * 1024 * 1024;       // its parser is slow
inline constexpr std::size_t name_length_max = 63;
inline constexpr std::size_t column_name_bytes_max = 255;
inline constexpr std::size_t title_bytes_max = 200;
inline constexpr std::size_t text_bytes_max = 16 * 1024;  // descriptions and other prose
inline constexpr std::size_t ports_per_product_max = 100;
inline constexpr std::size_t columns_per_port_max = 2'000;
inline constexpr std::size_t grant_rows_bytes_max = 4 * 1024;
inline constexpr std::size_t row_kinds_per_rule_max = 200;  // of tables that differ in what a rule reads
inline constexpr std::size_t principals_per_list_max = 10'000;
inline constexpr std::size_t tag_keys_max = 64;
inline constexpr std::size_t tag_values_max = 1'000;
inline constexpr std::size_t tag_value_bytes_max = 128;
inline constexpr std::size_t tag_values_per_key_max = 100;  // that one resource carries
inline constexpr std::size_t retagged_resources_max = 1'000;  // by one ?force=true
inline constexpr std::size_t tag_uses_looked_at_max = 10'000;  // to say where a tag is in use
inline constexpr std::size_t links_per_product_max = 100;
inline constexpr std::size_t objectives_per_product_max = 100;
inline constexpr std::size_t url_bytes_max = 2'048;
inline constexpr std::size_t purposes_per_grant_max = 100;
// A grant's terms become one policy, which has policy_bytes_max.
inline constexpr std::size_t tag_expression_keys_max = 16;
inline constexpr std::size_t tag_expression_values_max = 100;     // of all keys together
inline constexpr std::size_t tag_expression_bytes_max = 2 * 1024;  // of keys and values
inline constexpr std::size_t grants_per_batch_max = 10'000;        // made and revoked
inline constexpr std::size_t revoked_per_batch_max = 20'000;       // with those that are passed on
inline constexpr std::size_t passed_on_per_grant_max = 10'000;     // all of them fall with it
inline constexpr std::size_t review_note_bytes_max = 1'000;
inline constexpr std::size_t delegated_prefixes_max = 1'000;  // of one storage and domain
inline constexpr std::size_t delegated_domains_max = 10'000;  // of one storage
inline constexpr std::size_t column_type_bytes_max = 4 * 1024;
inline constexpr std::size_t column_type_depth_max = 16;
// Leaves 147 million ids of 31 bits to give after the highest that can be set.
inline constexpr std::int32_t field_id_max = 2'000'000'000;
inline constexpr std::size_t violations_max = 100;  // told of one document; all are counted
inline constexpr std::size_t domain_depth_max = 16;
inline constexpr std::size_t group_depth_max = 16;

// Policies
inline constexpr std::size_t policy_bytes_max = 16 * 1024;
inline constexpr std::size_t policy_depth_max = 64;
inline constexpr std::size_t policy_steps_max = 100'000;
inline constexpr std::size_t validation_steps_max = 5'000'000;  // of one policy, in all environments
inline constexpr std::size_t authorizer_steps_max = 20'000'000;  // of all policies for one request
inline constexpr std::size_t explained_values_max = 32;          // of one clause
inline constexpr std::size_t explained_value_bytes_max = 512;    // of one value's text
inline constexpr std::size_t explained_candidates_max = 200;     // told of one question
inline constexpr std::size_t explained_ports_max = 20;           // of one question
inline constexpr std::size_t explained_columns_max = 100;        // named of one candidate
inline constexpr std::size_t policies_per_domain_max = 1'000;    // and guardrails of the mesh
inline constexpr std::size_t cedar_json_depth_max = 128;     // as the official reader
inline constexpr std::size_t schema_type_depth_max = 64;     // common types followed
inline constexpr std::size_t schema_type_nodes_max = 10'000;  // of one type, common types followed
inline constexpr std::size_t schema_links_max = 300'000;   // steps of closing the hierarchies
inline constexpr std::size_t schema_written_bytes_max = 16 * 1024 * 1024;  // by a translation

// What of a table may be seen
inline constexpr std::size_t cells_sql_bytes_max = 4 * 1024 * 1024;  // of one text for engines

// Lists and search
inline constexpr std::size_t list_items_max = 1'000;
inline constexpr std::size_t list_items_default = 100;
inline constexpr std::size_t search_candidates_max = 1'000;
inline constexpr std::size_t search_query_bytes_max = 500;
inline constexpr std::size_t search_words_max = 32;
inline constexpr std::size_t search_snippet_characters_max = 160;
inline constexpr std::size_t search_facet_values_max = 100;  // the commonest of each facet
inline constexpr std::chrono::milliseconds search_deadline = 250ms;
inline constexpr std::chrono::seconds changes_wait_max = 30s;

// Resolve
inline constexpr std::size_t resolve_batch_max = 100;
inline constexpr std::chrono::seconds lease_default = 300s;
inline constexpr std::chrono::seconds lease_max = 3'600s;
inline constexpr std::size_t lease_urls_per_page_max = 1'000;

// Local storage
inline constexpr std::size_t object_path_bytes_max = 1'024;
inline constexpr std::size_t objects_per_port_max = 100'000;
inline constexpr std::size_t objects_kept_max = 1'000'000;       // in all lists kept in memory
inline constexpr std::size_t object_folders_checked_max = 64;    // folders looked at before a kept list is used
inline constexpr std::chrono::seconds object_list_kept = 60s;
inline constexpr std::uint64_t upload_bytes_max = 5ULL * 1024 * 1024 * 1024;  // of one object
inline constexpr std::size_t upload_piece_bytes_max = 256 * 1024;  // written in one go
inline constexpr std::chrono::hours upload_leftover_kept = 1h;     // of a crash

// S3 storage
inline constexpr std::size_t object_list_bytes_max = 128 * 1024 * 1024;  // of the answers of one listing
inline constexpr std::size_t object_list_pages_max = 1'000;  // a page may hold few of its 1,000 keys
inline constexpr std::uint64_t object_bytes_max = 1ULL << 50U;  // more is a lie: S3 ends at 50 TB
inline constexpr std::size_t sessions_kept_max = 10'000;  // of storages and prefixes
inline constexpr std::size_t object_page_bytes_max = 4 * 1024 * 1024;
inline constexpr std::size_t xml_tags_max = 100'000;  // of one answer
inline constexpr std::size_t sts_answer_bytes_max = 64 * 1024;
inline constexpr std::chrono::milliseconds storage_call_deadline = 10s;  // of one page, or of STS
inline constexpr std::chrono::seconds storage_list_deadline = 30s;       // of all pages
inline constexpr std::size_t session_policy_characters_max = 2'048;
inline constexpr std::chrono::seconds credentials_life_min = 900s;  // what STS gives at least
inline constexpr std::size_t web_identity_token_bytes_max = 16 * 1024;
inline constexpr std::chrono::seconds credentials_life_max = 43'200s;
inline constexpr std::chrono::seconds signed_url_life_max = 604'800s;
inline constexpr std::size_t signing_keys_kept_max = 1'000;

// Who can do what, and what a change would change
inline constexpr std::size_t access_candidates_max = 20'000;  // looked at for one page
inline constexpr std::chrono::seconds access_deadline = 2s;   // for one page
inline constexpr std::size_t access_members_max = 100'000;    // of one group, with those below
inline constexpr std::size_t dry_run_decisions_max = 100'000;
inline constexpr std::chrono::seconds dry_run_deadline = 10s;
inline constexpr std::size_t dry_run_items_max = 1'000;       // told of the gained, and of the lost
inline constexpr std::size_t dry_run_purposes_max = 16;       // that are tried for each principal

// Changes that wait for a second administrator
inline constexpr std::chrono::hours approval_kept{7 * 24};
inline constexpr std::size_t approval_note_bytes_max = 1'000;

// Access requests
inline constexpr std::chrono::seconds request_duration_min = 1h;
inline constexpr std::chrono::seconds request_duration_max = 3 * 365 * 24h;
inline constexpr std::chrono::seconds request_duration_default = 90 * 24h;
inline constexpr std::size_t request_text_bytes_max = 4'000;  // a reason, note, question or answer
inline constexpr std::size_t request_steps_max = 100;         // after which none is asked back or renewed
inline constexpr std::size_t request_approvers_shown_max = 100;
inline constexpr std::size_t open_requests_max = 1'000;  // of one principal
inline constexpr std::size_t precheck_ports_max = 100;        // looked at for one request
inline constexpr std::size_t precheck_columns_max = 4'000;  // in a turn of the writer
inline constexpr std::size_t precheck_ports_shown_max = 10;   // for one rule

// Tokens of issuers
inline constexpr std::size_t issuers_max = 100;
inline constexpr std::size_t token_bytes_max = 8 * 1024;
inline constexpr std::chrono::seconds token_leeway_max = 300s;
inline constexpr std::size_t subject_bytes_max = 255;
inline constexpr std::size_t claimed_groups_max = 1'000;
inline constexpr std::size_t claimed_group_bytes_max = 255;
inline constexpr std::size_t issuer_keys_max = 100;
inline constexpr std::size_t issuer_answer_bytes_max = 1024 * 1024;  // discovery, keys
inline constexpr std::chrono::milliseconds issuer_call_deadline = 5s;
inline constexpr std::chrono::seconds issuer_keys_refresh = 600s;
inline constexpr std::chrono::seconds issuer_keys_retry = 60s;  // after a failure; for an unknown key
inline constexpr std::chrono::hours issuer_keys_kept = 24h;     // that cannot be fetched again
inline constexpr std::size_t issuer_waiters_max = 100;          // for one fetch of keys
inline constexpr std::size_t tokens_remembered_max = 65'536;

// Web sign-in
inline constexpr std::size_t sessions_max = 100'000;
inline constexpr std::size_t sessions_per_principal_max = 20;
inline constexpr std::chrono::seconds session_life_max = 604'800s;  // what can be configured
inline constexpr std::chrono::seconds sign_in_deadline = 600s;  // from leaving for an issuer to coming back
inline constexpr std::chrono::milliseconds sign_in_call_deadline = 10s;  // for the token of a code
inline constexpr std::size_t sign_in_answer_bytes_max = 128 * 1024;
inline constexpr std::size_t sign_in_form_bytes_max = 32 * 1024;
inline constexpr std::size_t sign_in_code_bytes_max = 4 * 1024;
inline constexpr std::size_t return_to_bytes_max = 1'024;
inline constexpr std::size_t client_secret_bytes_max = 4 * 1024;

// Ledger
inline constexpr std::size_t ledger_text_bytes_max = 512;  // of a value that a caller chose

// Writer
inline constexpr std::size_t writer_queue_max = 16'384;
inline constexpr std::size_t commit_group_max = 512;
inline constexpr std::chrono::microseconds commit_gather = 400us;  // waiting for a group to fill
inline constexpr std::chrono::hours idempotency_kept = 24h;
inline constexpr std::uint64_t refusals_per_principal_per_minute_max = 600;


// Store
inline constexpr std::size_t wal_checkpoint_bytes = 4 * 1024 * 1024;  // the checkpoint thread wakes
inline constexpr std::size_t wal_bytes_max = 64 * 1024 * 1024;  // the writer itself empties the WAL
inline constexpr std::chrono::seconds ledger_disorder_max = 60s;  // between neighbouring records

}  // namespace charter::limits
