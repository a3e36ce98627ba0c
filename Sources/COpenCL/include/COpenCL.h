// OpenCL 1.2 as a table of function pointers that is filled when the program runs.
//
// A program that used the functions by name would need an OpenCL loader to start. This one starts
// anywhere, and learns from COpenCL_load whether there is a loader.

#ifndef COPENCL_H
#define COPENCL_H

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <stdbool.h>
#include <stddef.h>

// Every function that is used, and the only list of them.
#define COPENCL_FUNCTIONS(X) \
  X(clBuildProgram)             \
  X(clCreateBuffer)             \
  X(clCreateCommandQueue)       \
  X(clCreateContext)            \
  X(clCreateKernel)             \
  X(clCreateProgramWithBinary)  \
  X(clCreateProgramWithSource)  \
  X(clEnqueueCopyBuffer)        \
  X(clEnqueueMapBuffer)         \
  X(clEnqueueNDRangeKernel)     \
  X(clEnqueueReadBuffer)        \
  X(clEnqueueUnmapMemObject)    \
  X(clEnqueueWriteBuffer)       \
  X(clFinish)                   \
  X(clFlush)                    \
  X(clGetDeviceIDs)             \
  X(clGetDeviceInfo)            \
  X(clGetEventInfo)             \
  X(clGetPlatformIDs)           \
  X(clGetPlatformInfo)          \
  X(clGetProgramBuildInfo)      \
  X(clGetProgramInfo)           \
  X(clReleaseCommandQueue)      \
  X(clReleaseContext)           \
  X(clReleaseEvent)             \
  X(clReleaseKernel)            \
  X(clReleaseMemObject)         \
  X(clReleaseProgram)           \
  X(clRetainCommandQueue)       \
  X(clSetKernelArg)             \
  X(clWaitForEvents)

// A pointer to each function, under the function's own name.
typedef struct {
#define COPENCL_POINTER(name) __typeof__(name) *_Nonnull name;
  COPENCL_FUNCTIONS(COPENCL_POINTER)
#undef COPENCL_POINTER
} COpenCLFunctions;

// Opens the loader at `path` and fills `functions`; the loader stays open for good.
//
// Returns false where it cannot be opened or lacks a function, and then writes why to `message`,
// a buffer of `capacity` bytes.
bool COpenCL_load(
    const char *_Nonnull path, COpenCLFunctions *_Nonnull functions, char *_Nonnull message,
    size_t capacity);

#endif
