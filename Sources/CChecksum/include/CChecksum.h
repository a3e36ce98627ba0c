// The Castagnoli checksum, by the processor's own instruction where it has one.
#ifndef CCHECKSUM_H
#define CCHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/// Appends `length` bytes to a checksum whose inverted value is `state`, and returns the new one.
///
/// The checksum of no bytes has the state 0xFFFFFFFF.
uint32_t cchecksum_crc32c(uint32_t state, const void *bytes, size_t length);

/// The same by tables, on any processor: what the fast bodies are tested against.
uint32_t cchecksum_crc32c_portable(uint32_t state, const void *bytes, size_t length);

#endif
