// Any bytes as Cedar policies about a small world: every way to decide agrees.

#include "comparison.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace charter::fuzz;
    if (const auto policies = parse_policies(text_of(data, size))) {
        compare(*policies);
    }
    return 0;
}
