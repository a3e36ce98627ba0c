// Counts what a process takes from the heap, for tests that promise to take nothing.
#ifndef CALLOCATIONS_H
#define CALLOCATIONS_H

#include <stdint.h>

/// Whether allocations are counted: not where a sanitizer has replaced the heap.
int callocations_are_counted(void);

/// Counts from 0 again.
void callocations_start(void);

/// The allocations of all watched threads since the start.
uint64_t callocations_count(void);

/// Watches the threads whose names begin with `prefix`, at most 15 bytes.
void callocations_watch(const char *prefix);

#endif
