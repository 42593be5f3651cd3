#include "s3_listing.hpp"

#include "beneath.hpp"
#include "s3_call.hpp"
#include "s3_xml.hpp"
#include "sigv4.hpp"

#include "charter/base/limits.hpp"
#include "charter/base/encoding.hpp"

#include <algorithm>
#include <charconv>

namespace charter {
namespace {

constexpr std::size_t token_bytes_max = 4'096;

Error lie(std::string what) {
    return storage_error("the storage's listing cannot be right: " + std::move(what));
}

// S3 writes keys as forms do: a space is "+".
Result<std::string> decode_key(std::string_view text, bool encoded) {
    std::string key(text);
    if (!encoded) {
        return key;
    }
    std::ranges::replace(key, '+', ' ');
    return percent_decode(key);
}

Result<bool> is_encoded(pugi::xml_node root) {
    // Asked for, but some do not know it and write keys as they are.
    if (!root.child("EncodingType")) {
        return false;
    }
    const Result<std::string_view> type = only_text(root, "EncodingType");
    if (!type) {
        return type.error();
    }
    if (!type->empty() && *type != "url") {
        return lie("an unknown encoding of keys");
    }
    return *type == "url";
}

Result<> read_object(pugi::xml_node contents, bool encoded, std::string_view prefix,
                     std::vector<Object>& objects) {
    const Result<std::string_view> written = only_text(contents, "Key");
    const Result<std::string_view> size = only_text(contents, "Size");
    const Result<std::string_view> modified = only_text(contents, "LastModified");
    for (const Result<std::string_view>* read : {&written, &size, &modified}) {
        if (!*read) {
            return read->error();
        }
    }
    const Result<std::string> key = decode_key(*written, encoded);
    if (!key) {
        // percent_decode takes no NUL: a key that S3 may hold and no location can have.
        return written->find("%00") != std::string_view::npos ? Result<>()
                                                              : lie("a key with a broken escape");
    }
    if (!key->starts_with(prefix)) {
        return lie("a key that does not begin with the asked prefix");
    }
    Object object;
    const auto parsed =
        std::from_chars(size->data(), size->data() + size->size(), object.size_bytes);
    const Result<UtcTime> modified_at = parse_time(*modified);
    if (parsed.ec != std::errc() || parsed.ptr != size->data() + size->size() || !modified_at ||
        object.size_bytes > limits::object_bytes_max) {
        return lie("a size or a time that is none");
    }
    object.modified_at = *modified_at;
    object.path = key->substr(prefix.size());
    // Markers of folders end in "/", so they are no paths of objects.
    if (is_object_path(object.path) && is_object_path(*key)) {
        objects.push_back(std::move(object));
    }
    return {};
}

Result<std::string> next_token(pugi::xml_node root) {
    const Result<std::string_view> truncated = only_text(root, "IsTruncated");
    if (!truncated) {
        return truncated.error();
    }
    if (*truncated == "false") {
        return std::string();
    }
    const Result<std::string_view> token = only_text(root, "NextContinuationToken");
    if (!token) {
        return token.error();
    }
    if (*truncated != "true" || token->empty() || token->size() > token_bytes_max) {
        return lie("no token of a next page");
    }
    return std::string(*token);
}

}  // namespace

bool is_list_prefix(std::string_view prefix) {
    return prefix.empty() ||
           (prefix.ends_with('/') && is_object_path(prefix.substr(0, prefix.size() - 1)));
}

std::string list_query(std::string_view prefix, std::string_view continuation_token,
                       std::size_t keys_max) {
    std::string query;
    if (!continuation_token.empty()) {
        query = "continuation-token=";
        sigv4::append_encoded(query, continuation_token);
        query += '&';
    }
    query += "encoding-type=url&list-type=2&max-keys=" + std::to_string(keys_max) + "&prefix=";
    sigv4::append_encoded(query, prefix);
    return query;
}

Result<std::string> read_list_page(std::string& body, std::string_view prefix,
                                   std::vector<Object>& objects) {
    pugi::xml_document document;
    const Result<pugi::xml_node> root = read_xml(document, body, "ListBucketResult");
    if (!root) {
        return root.error();
    }
    const Result<bool> encoded = is_encoded(*root);
    if (!encoded) {
        return encoded.error();
    }
    for (const pugi::xml_node contents : root->children("Contents")) {
        if (const Result<> read = read_object(contents, *encoded, prefix, objects); !read) {
            return read.error();
        }
    }
    return next_token(*root);
}

}  // namespace charter
