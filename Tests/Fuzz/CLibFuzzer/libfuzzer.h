#include <stddef.h>
#include <stdint.h>

/// Runs libFuzzer with the options of a command line.
int LLVMFuzzerRunDriver(
    int *count,
    char ***arguments,
    int (*one)(const uint8_t *bytes, size_t count)
);
