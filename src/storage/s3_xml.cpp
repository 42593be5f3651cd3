#include "s3_xml.hpp"

#include "s3_call.hpp"

#include "charter/base/encoding.hpp"
#include "charter/base/limits.hpp"

#include <algorithm>

namespace charter {
namespace {

Error not_of_s3(std::string what) {
    return storage_error("the storage's answer is not S3's XML: " + std::move(what));
}

}  // namespace

Result<pugi::xml_node> read_xml(pugi::xml_document& document, std::string& body,
                                std::string_view root) {
    // A tag of four bytes becomes a node of sixty.
    if (static_cast<std::size_t>(std::ranges::count(body, '<')) > limits::xml_tags_max) {
        return not_of_s3("too many tags");
    }
    if (!is_utf8(body) || body.find('\0') != std::string::npos) {
        return not_of_s3("not UTF-8");
    }
    const pugi::xml_parse_result parsed = document.load_buffer_inplace(
        body.data(), body.size(), pugi::parse_default | pugi::parse_doctype, pugi::encoding_utf8);
    if (!parsed) {
        return not_of_s3(parsed.description());
    }
    pugi::xml_node found;
    for (const pugi::xml_node node : document.children()) {
        if (node.type() != pugi::node_element || found) {
            return not_of_s3("a document type, or several roots");
        }
        found = node;
    }
    if (!found || found.name() != root) {
        return not_of_s3("the root is not " + std::string(root));
    }
    return found;
}

Result<pugi::xml_node> only_child(pugi::xml_node parent, const char* name) {
    const pugi::xml_node child = parent.child(name);
    if (!child || child.next_sibling(name)) {
        return not_of_s3(std::string(child ? "more than one " : "no ") + name);
    }
    return child;
}

Result<std::string_view> only_text(pugi::xml_node parent, const char* name) {
    const Result<pugi::xml_node> child = only_child(parent, name);
    if (!child) {
        return child.error();
    }
    const pugi::xml_node text = child->first_child();
    if (!text) {
        return std::string_view();
    }
    if (text.next_sibling() ||
        (text.type() != pugi::node_pcdata && text.type() != pugi::node_cdata)) {
        return not_of_s3(std::string(name) + " is not text");
    }
    return std::string_view(text.value());
}

}  // namespace charter
