// zlib for Swift: its start functions are macros, which Swift's importer does not see.
#pragma once
#include <zlib.h>

/// Starts compressing to the gzip format (RFC 1952), which 16 beside the window's size asks for.
static inline int millrace_gzip_start(z_stream *stream, int level) {
  return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}

/// Starts reading the gzip format, and no other.
static inline int millrace_gunzip_start(z_stream *stream) {
  return inflateInit2(stream, 15 + 16);
}
