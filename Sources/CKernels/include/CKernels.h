// The OpenCL C sources of the folder Kernels/, inside the binary.

#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>

#include "CProfiles.h"

// One source file.
typedef struct {
  // The file's name, such as "matmul.cl".
  const char *_Nonnull name;
  // The text, which is not terminated.
  const char *_Nonnull bytes;
  // The number of bytes of the text.
  size_t count;
} CKernelSource;

// The number of files.
size_t CKernels_count(void);

// The file at `index`; files come in the order in which a program takes them.
CKernelSource CKernels_source(size_t index);

#endif
