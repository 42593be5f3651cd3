#include "catalog/utf8.hpp"
#include "charter/catalog/names.hpp"

namespace charter {

namespace {

bool between(char32_t point, char32_t first, char32_t last) {
    return point >= first && point <= last;
}

char32_t fold_point(char32_t point) {
    if (point < 0x80) {
        return between(point, U'A', U'Z') ? point + 32 : point;
    }
    // Blocks whose capitals stand a fixed distance before their small letters.
    if (between(point, 0xC0, 0xDE) && point != 0xD7) return point + 32;
    if (between(point, 0x391, 0x3AB) && point != 0x3A2) return point + 32;
    if (between(point, 0x400, 0x40F)) return point + 80;
    if (between(point, 0x410, 0x42F)) return point + 32;
    if (between(point, 0x531, 0x556)) return point + 48;
    if (between(point, 0xFF21, 0xFF3A)) return point + 32;
    // Blocks of neighbours: the capital is even, or (second line) odd. U+0130 and
    // U+0131 (the Turkish i) have no simple folding.
    if (between(point, 0x100, 0x12F) || between(point, 0x132, 0x137) ||
        between(point, 0x14A, 0x177) || between(point, 0x1E00, 0x1E95) ||
        between(point, 0x1EA0, 0x1EFF) || between(point, 0x460, 0x481) ||
        between(point, 0x48A, 0x4BF) || between(point, 0x4D0, 0x52F)) {
        return point | 1;
    }
    if (between(point, 0x139, 0x148) || between(point, 0x179, 0x17E) ||
        between(point, 0x4C1, 0x4CE)) {
        return point % 2 == 1 ? point + 1 : point;
    }
    switch (point) {
        case 0xB5: return 0x3BC;    // micro sign
        case 0x178: return 0xFF;    // Y with diaeresis
        case 0x17F: return U's';    // long s
        case 0x386: return 0x3AC;   // Greek letters with tonos
        case 0x388: return 0x3AD;
        case 0x389: return 0x3AE;
        case 0x38A: return 0x3AF;
        case 0x38C: return 0x3CC;
        case 0x38E: return 0x3CD;
        case 0x38F: return 0x3CE;
        case 0x3C2: return 0x3C3;   // final sigma
        case 0x4C0: return 0x4CF;   // palochka
        case 0x1E9E: return 0xDF;   // sharp s
        case 0x2126: return 0x3C9;  // ohm, kelvin and angstrom signs
        case 0x212A: return U'k';
        case 0x212B: return 0xE5;
        default: return point;
    }
}

}  // namespace

std::string fold_case(std::string_view text) {
    std::string folded;
    folded.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        append_code_point(folded, fold_point(next_code_point(text, at)));
    }
    return folded;
}

}  // namespace charter
