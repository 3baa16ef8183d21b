// The protobuf-c runtime (Debian: libprotobuf-c-dev), as C code of our own would include it.
#include <protobuf-c/protobuf-c.h>
