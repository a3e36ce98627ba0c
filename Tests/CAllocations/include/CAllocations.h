// Counts what threads take from the heap, for tests that promise to take nothing.
#ifndef CALLOCATIONS_H
#define CALLOCATIONS_H

/// Whether allocations are counted: not where a sanitizer has replaced the heap.
int callocations_are_counted(void);

/// Counts the calling thread's allocations from now on, for as long as it lives.
void callocations_watch_this_thread(void);

/// Counts from 0 again.
void callocations_start(void);

/// The allocations of all watched threads since the start.
unsigned long callocations_count(void);

/// Writes to standard error which code made the first of them.
void callocations_print_first(void);

#endif
