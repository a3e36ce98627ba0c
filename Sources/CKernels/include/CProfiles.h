// Profiles of devices that were measured before, from the folder Kernels/Profiles/, inside the
// binary.

#ifndef CPROFILES_H
#define CPROFILES_H

#include <stddef.h>

// One profile.
typedef struct {
  // JSON, which is not terminated.
  const char *_Nonnull bytes;
  // The number of bytes of the text.
  size_t count;
} CKernelsProfile;

// The number of profiles.
size_t CKernels_profile_count(void);

// The profile at `index`.
CKernelsProfile CKernels_profile(size_t index);

#endif
