#include "CProfiles.h"

static const char pocl[] = {
#embed "../../Kernels/Profiles/pocl.json"
};

static const CKernelsProfile profiles[] = {{pocl, sizeof pocl}};

size_t CKernels_profile_count(void) { return sizeof profiles / sizeof *profiles; }

CKernelsProfile CKernels_profile(size_t index) { return profiles[index]; }
