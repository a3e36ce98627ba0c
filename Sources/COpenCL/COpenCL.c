#include "COpenCL.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static bool find(
    void *loader, const char *path, const char *name, void *function, char *message,
    size_t capacity) {
  void *const symbol = dlsym(loader, name);
  if (symbol == NULL) {
    snprintf(message, capacity, "%s has no function %s", path, name);
    return false;
  }
  // ISO C has no conversion from an object's pointer to a function's; POSIX gives them one form.
  memcpy(function, &symbol, sizeof symbol);
  return true;
}

bool COpenCL_load(
    const char *path, COpenCLFunctions *functions, char *message, size_t capacity) {
  void *const loader = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (loader == NULL) {
    const char *const reason = dlerror();
    snprintf(message, capacity, "%s", reason != NULL ? reason : path);
    return false;
  }
  // Drivers keep threads and exit handlers, so a loader that was opened is never closed.
#define COPENCL_FIND(name) \
  if (!find(loader, path, #name, &functions->name, message, capacity)) return false;
  COPENCL_FUNCTIONS(COPENCL_FIND)
#undef COPENCL_FIND
  return true;
}
