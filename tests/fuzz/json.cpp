// Any bytes as a JSON body.

#include "document.hpp"

using namespace charter;
using namespace charter::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    const auto document = parse_json(text);
    if (!document) {
        expect(is_utf8(document.error().message()), "a reason is text", document.error().message());
        return 0;
    }
    const std::size_t values = check_value(*document, 0);
    expect(values <= limits::document_nodes_max && values <= size, "values are bounded", text);
    expect(Json::accept(text), "what is accepted is JSON", text);
    const std::string written = document->dump();
    const Json again = taken(parse_json(written), "what was written is read", written);
    expect(same(again, *document), "written and read it is the same", written);
    const std::string yaml = to_yaml(*document);
    const Json as_yaml = taken(parse_yaml(yaml), "as YAML it is read", yaml);
    expect(same(as_yaml, *document), "as YAML it is the same", yaml);
    return 0;
}
