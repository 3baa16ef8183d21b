// libFuzzer as a library: the compiler ships it, without a header for this.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Reads libFuzzer's options from the arguments and calls back with one input after the other.
int LLVMFuzzerRunDriver(
    int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
