// Describes an OpenCL device and times what it costs to use it at all, by the bare interface:
// launches of the smallest kernel, and copies from plain and from pinned memory.
//
// usage: opencl DEVICE SECONDS     one object of JSON; devices are counted over all platforms,
//                                  GPUs first
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#include "bench.h"

enum { MAX_DEVICES = 32, COPY_BYTES = 64 << 20 };

static cl_device_id devices[MAX_DEVICES];

static void check(cl_int status, const char *what) {
  if (!status) return;
  fprintf(stderr, "OpenCL: %s: %d\n", what, status);
  exit(1);
}

static cl_uint find_devices(void) {
  cl_platform_id platforms[16];
  cl_uint platform_count = 0, found = 0;
  if (clGetPlatformIDs(16, platforms, &platform_count)) return 0;
  for (int pass = 0; pass < 2; pass++) {
    cl_device_type gpu = CL_DEVICE_TYPE_GPU;
    for (cl_uint i = 0; i < platform_count; i++) {
      cl_device_id here[MAX_DEVICES];
      cl_uint count = 0;
      if (clGetDeviceIDs(platforms[i], CL_DEVICE_TYPE_ALL, MAX_DEVICES, here, &count)) continue;
      for (cl_uint j = 0; j < count && found < MAX_DEVICES; j++) {
        cl_device_type type = 0;
        clGetDeviceInfo(here[j], CL_DEVICE_TYPE, sizeof type, &type, 0);
        if (((type & gpu) != 0) == (pass == 0)) devices[found++] = here[j];
      }
    }
  }
  return found;
}

static void print_text(cl_device_id device, cl_device_info what, const char *name) {
  static char text[1 << 16];
  if (clGetDeviceInfo(device, what, sizeof text, text, 0)) text[0] = 0;
  printf("\"%s\": \"", name);
  for (char *at = text; *at; at++)
    if (*at >= ' ' && *at != '"' && *at != '\\') putchar(*at);
  printf("\", ");
}

static void print_number(cl_device_id device, cl_device_info what, size_t size, const char *name) {
  union {
    cl_uint narrow;
    cl_ulong wide;
  } value = {.wide = 0};
  clGetDeviceInfo(device, what, sizeof value, &value, 0);
  printf("\"%s\": %llu, ", name, (unsigned long long)(size == 4 ? value.narrow : value.wide));
}

// The median microseconds of a call.
static double median(void (*call)(void *), void *context, double seconds) {
  static double samples[1 << 16];
  size_t count = 0;
  for (int i = 0; i < 3; i++) call(context);
  double end = seconds_now() + seconds;
  do {
    double start = seconds_now();
    call(context);
    samples[count++] = (seconds_now() - start) * 1e6;
  } while (count < 1 << 16 && (seconds_now() < end || count < 3));
  qsort(samples, count, sizeof *samples, ascending);
  return samples[count / 2];
}

struct bench {
  cl_command_queue queue;
  cl_kernel kernel;
  cl_mem memory;
  void *host;
  size_t bytes;
};

static void launch(struct bench *bench) {
  size_t items = 64;
  check(
    clEnqueueNDRangeKernel(bench->queue, bench->kernel, 1, 0, &items, &items, 0, 0, 0), "launch");
}

static void launch_and_wait(void *context) {
  struct bench *bench = context;
  launch(bench);
  clFinish(bench->queue);
}

static void launch_many(void *context) {
  struct bench *bench = context;
  for (int i = 0; i < 256; i++) launch(bench);
  clFinish(bench->queue);
}

static void copy_in(void *context) {
  struct bench *bench = context;
  check(
    clEnqueueWriteBuffer(
      bench->queue, bench->memory, CL_TRUE, 0, bench->bytes, bench->host, 0, 0, 0),
    "write");
}

static void copy_out(void *context) {
  struct bench *bench = context;
  check(
    clEnqueueReadBuffer(
      bench->queue, bench->memory, CL_TRUE, 0, bench->bytes, bench->host, 0, 0, 0),
    "read");
}

static void time_copies(struct bench *bench, double seconds, const char *kind) {
  static const size_t sizes[] = {4 << 10, 1 << 20, COPY_BYTES};
  static const char *const names[] = {"4KiB", "1MiB", "64MiB"};
  for (int i = 0; i < 3; i++) {
    bench->bytes = sizes[i];
    printf(
      ", \"%s_in_%s_us\": %.5g, \"%s_out_%s_us\": %.5g", kind, names[i],
      median(copy_in, bench, seconds), kind, names[i], median(copy_out, bench, seconds));
  }
}

int main(int count, char **arguments) {
  if (count < 3) return 2;
  cl_uint index = (cl_uint)atoi(arguments[1]), found = find_devices();
  if (index >= found) {
    fprintf(stderr, "there is no OpenCL device %u of %u\n", index, found);
    return 1;
  }
  cl_device_id device = devices[index];
  double seconds = atof(arguments[2]);
  printf("{");
  print_text(device, CL_DEVICE_NAME, "name");
  print_text(device, CL_DEVICE_VENDOR, "vendor");
  print_text(device, CL_DEVICE_VERSION, "version");
  print_text(device, CL_DRIVER_VERSION, "driver");
  print_text(device, CL_DEVICE_OPENCL_C_VERSION, "language");
  print_text(device, CL_DEVICE_EXTENSIONS, "extensions");
  print_number(device, CL_DEVICE_MAX_COMPUTE_UNITS, 4, "compute_units");
  print_number(device, CL_DEVICE_MAX_CLOCK_FREQUENCY, 4, "clock_mhz");
  print_number(device, CL_DEVICE_GLOBAL_MEM_SIZE, 8, "memory_bytes");
  print_number(device, CL_DEVICE_MAX_MEM_ALLOC_SIZE, 8, "buffer_bytes");
  print_number(device, CL_DEVICE_LOCAL_MEM_SIZE, 8, "local_memory_bytes");
  print_number(device, CL_DEVICE_MAX_WORK_GROUP_SIZE, 8, "work_group_items");

  cl_int status;
  cl_context context = clCreateContext(0, 1, &device, 0, 0, &status);
  check(status, "context");
  struct bench bench = {.queue = clCreateCommandQueue(context, device, 0, &status)};
  check(status, "queue");
  const char *source = "__kernel void tick(__global int *x) { x[get_global_id(0)] += 1; }";
  double start = seconds_now();
  cl_program program = clCreateProgramWithSource(context, 1, &source, 0, &status);
  check(status, "program");
  check(clBuildProgram(program, 1, &device, "", 0, 0), "build");
  bench.kernel = clCreateKernel(program, "tick", &status);
  check(status, "kernel");
  bench.memory = clCreateBuffer(context, CL_MEM_READ_WRITE, COPY_BYTES, 0, &status);
  check(status, "memory");
  check(clSetKernelArg(bench.kernel, 0, sizeof bench.memory, &bench.memory), "argument");
  launch_and_wait(&bench);
  printf("\"build_ms\": %.4g, ", (seconds_now() - start) * 1e3);
  printf("\"launch_wait_us\": %.4g, ", median(launch_and_wait, &bench, seconds));
  printf("\"launch_queued_us\": %.4g", median(launch_many, &bench, seconds) / 256);

  bench.host = malloc(COPY_BYTES);
  memset(bench.host, 1, COPY_BYTES);
  time_copies(&bench, seconds / 4, "plain");
  cl_mem pinned = clCreateBuffer(
    context, CL_MEM_READ_WRITE | CL_MEM_ALLOC_HOST_PTR, COPY_BYTES, 0, &status);
  check(status, "pinned memory");
  bench.host = clEnqueueMapBuffer(
    bench.queue, pinned, CL_TRUE, CL_MAP_READ | CL_MAP_WRITE, 0, COPY_BYTES, 0, 0, 0, &status);
  check(status, "map");
  memset(bench.host, 1, COPY_BYTES);
  time_copies(&bench, seconds / 4, "pinned");
  printf("}\n");
}
