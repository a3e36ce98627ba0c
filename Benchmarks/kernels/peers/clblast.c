// Times products by CLBlast on the first OpenCL device, and nets as the products that they need:
// bias and activations are left out, in its favour. Operands stay on the device.
//
// usage: clblast THREADS SECONDS WORK...     (the threads are the device's matter)
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <clblast_c.h>

#include "bench.h"

static cl_context context;
static cl_command_queue queue;

// C = A B, row by row unless transposed.
struct device_product {
  int m, n, k;
  bool is_a_transposed, is_b_transposed;
  cl_mem a, b, c;
};

struct chain {
  int count;
  struct device_product products[MAX_LAYERS];
};

static cl_mem buffer(size_t count, const float *values) {
  cl_int status;
  cl_mem memory = clCreateBuffer(
    context, CL_MEM_READ_WRITE | (values ? CL_MEM_COPY_HOST_PTR : 0), count * 4, (void *)values,
    &status);
  if (status) exit(1);
  return memory;
}

static void multiply(void *pointer, size_t run) {
  (void)run;
  struct chain *chain = pointer;
  for (int i = 0; i < chain->count; i++) {
    struct device_product *p = &chain->products[i];
    CLBlastStatusCode status = CLBlastSgemm(
      CLBlastLayoutRowMajor, p->is_a_transposed ? CLBlastTransposeYes : CLBlastTransposeNo,
      p->is_b_transposed ? CLBlastTransposeYes : CLBlastTransposeNo, p->m, p->n, p->k, 1, p->a, 0,
      p->is_a_transposed ? p->m : p->k, p->b, 0, p->is_b_transposed ? p->k : p->n, 0, p->c, 0,
      p->n, &queue, 0);
    if (status == CLBlastSuccess) continue;
    fprintf(stderr, "CLBlast: %d\n", status);
    exit(1);
  }
}

static void wait(void *pointer) {
  (void)pointer;
  clFinish(queue);
}

static void time_product(const struct work *work, double seconds, const char *info) {
  struct product p = product_for(work);
  struct chain chain = {1, {{p.m, p.n, p.k, p.is_a_transposed, p.is_b_transposed,
    buffer((size_t)p.m * p.k, p.a), buffer((size_t)p.k * p.n, p.b),
    buffer((size_t)p.m * p.n, 0)}}};
  multiply(&chain, 0);
  clEnqueueReadBuffer(
    queue, chain.products[0].c, CL_TRUE, 0, (size_t)p.m * p.n * 4, p.c, 0, 0, 0);
  measure(work->name, multiply, wait, &chain, seconds, 2e-3, product_error(&p), 1, info);
  clReleaseMemObject(chain.products[0].a);
  clReleaseMemObject(chain.products[0].b);
  clReleaseMemObject(chain.products[0].c);
  free_product(&p);
}

static void time_net(const struct work *work, double seconds, const char *info) {
  struct net net = net_for(work);
  struct chain chain = {.count = net.layers};
  cl_mem last = buffer((size_t)net.rows * net.widths[0], net.features);
  for (int layer = 0; layer < net.layers; layer++) {
    int inputs = net.widths[layer], outputs = net.widths[layer + 1];
    cl_mem result = buffer((size_t)net.rows * outputs, 0);
    chain.products[layer] = (struct device_product){
      net.rows, outputs, inputs, false, false, last,
      buffer((size_t)inputs * outputs, net.weights[layer]), result};
    last = result;
  }
  multiply(&chain, 0);
  wait(0);
  measure(work->name, multiply, wait, &chain, seconds, 2e-3, 0, 0, info);
}

int main(int count, char **arguments) {
  if (count < 4) return 2;
  cl_platform_id platform;
  cl_device_id device;
  cl_int status;
  if (clGetPlatformIDs(1, &platform, 0) ||
      clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, 0)) {
    fprintf(stderr, "there is no OpenCL device\n");
    return 1;
  }
  char name[128] = "", info[192];
  clGetDeviceInfo(device, CL_DEVICE_NAME, sizeof name - 1, name, 0);
  snprintf(info, sizeof info, "CLBlast on %s", name);
  context = clCreateContext(0, 1, &device, 0, 0, &status);
  queue = clCreateCommandQueue(context, device, 0, &status);
  for (int i = 3; i < count; i++) {
    struct work work = work_named(arguments[i]);
    if (!strcmp(work.kind, "net")) time_net(&work, atof(arguments[2]), info);
    else time_product(&work, atof(arguments[2]), info);
  }
}
