// Any bytes as a YAML body.

#include "document.hpp"

using namespace charter;
using namespace charter::fuzz;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    const auto stream = parse_yaml_stream(text);
    const auto document = parse_yaml(text);
    if (!document) {
        expect(is_utf8(document.error().message()), "a reason is text", document.error().message());
        return 0;
    }
    expect(stream && stream->size() == 1 && same(stream->front(), *document),
           "one document is a stream of one", text);
    const std::size_t values = check_value(*document, 0);
    expect(values <= size + 1 + limits::yaml_alias_nodes_max, "anchors expand with a limit", text);
    const std::string written = to_yaml(*document);
    const Json again = taken(parse_yaml(written), "what was written is read", written);
    expect(same(again, *document), "written and read it is the same", written);
    const std::string json = document->dump();
    const Json as_json = taken(parse_json(json), "as JSON it is read", json);
    expect(same(as_json, *document), "as JSON it is the same", json);
    return 0;
}
