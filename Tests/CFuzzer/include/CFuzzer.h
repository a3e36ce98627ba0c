// The door to libFuzzer, or what stands in for it in a build without.
#ifndef CFUZZER_H
#define CFUZZER_H

#include <stddef.h>
#include <stdint.h>

/// Takes one input; what is wrong ends the process.
typedef int (*cfuzzer_trial)(const uint8_t *bytes, size_t count);

/// Runs libFuzzer with the arguments of the command line; without it (`CFUZZER_LIBRARY` undefined),
/// tries each file that is named. Returns the exit code.
int cfuzzer_run(int argument_count, char **arguments, cfuzzer_trial trial);

#endif
