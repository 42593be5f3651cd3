#include "charter/ledger/ledger.hpp"

namespace charter {
namespace {

void append_number(std::string& out, std::uint64_t number) {
    for (int shift = 56; shift >= 0; shift -= 8) {
        out += static_cast<char>((number >> shift) & 0xff);
    }
}

void append_field(std::string& out, std::string_view bytes) {
    append_number(out, bytes.size());
    out += bytes;
}

void append_number_field(std::string& out, std::uint64_t number) {
    append_number(out, 8);
    append_number(out, number);
}

template <std::size_t size>
std::string_view view(const std::array<std::uint8_t, size>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Digest hash_of(const Digest& previous, std::uint64_t sequence, const LedgerRecord& record) {
    std::string bytes;
    bytes.reserve(200 + record.body.size());
    bytes += view(previous);
    append_number_field(bytes, sequence);
    append_field(bytes, view(record.id.bytes));
    append_number_field(bytes, static_cast<std::uint64_t>(record.at.time_since_epoch().count()));
    append_number_field(bytes, record.principal.value);
    append_number_field(bytes, record.resource.value);
    append_field(bytes, std::string_view(record.allow ? "\1" : "\0", 1));
    append_field(bytes, record.body);
    return sha256(bytes);
}

}  // namespace

SealedRecord seal(LedgerHead& head, LedgerRecord record) {
    SealedRecord sealed;
    sealed.sequence = head.sequence + 1;
    sealed.hash = hash_of(head.hash, sealed.sequence, record);
    sealed.record = std::move(record);
    head = {sealed.sequence, sealed.hash};
    return sealed;
}

std::optional<std::string> check(LedgerHead& head, const SealedRecord& record) {
    if (record.sequence != head.sequence + 1) {
        return "record " + std::to_string(head.sequence + 1) + " is missing: record " +
               std::to_string(record.sequence) + " follows " + std::to_string(head.sequence);
    }
    if (record.hash != hash_of(head.hash, record.sequence, record.record)) {
        return "record " + std::to_string(record.sequence) +
               " was altered, or does not belong here: its hash does not match";
    }
    head = {record.sequence, record.hash};
    return std::nullopt;
}

std::optional<std::string> check_end(const LedgerHead& reached, const LedgerHead& stated) {
    if (reached.sequence < stated.sequence) {
        return "records " + std::to_string(reached.sequence + 1) + " to " +
               std::to_string(stated.sequence) + " are missing from the end";
    }
    if (reached.sequence > stated.sequence) {
        return "records after " + std::to_string(stated.sequence) + " were added";
    }
    if (reached.hash != stated.hash) {
        return "record " + std::to_string(reached.sequence) +
               " is not the one that the ledger ended with";
    }
    return std::nullopt;
}

}  // namespace charter
