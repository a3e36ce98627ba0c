// Times products by oneDNN's matmul primitive. The environment sets OMP_NUM_THREADS and may hold
// it to an instruction set (DNNL_MAX_CPU_ISA).
//
// usage: onednn THREADS SECONDS WORK...
#include <oneapi/dnnl/dnnl.h>

#include "bench.h"

static dnnl_engine_t engine;
static dnnl_stream_t stream;

struct matmul {
  dnnl_primitive_t primitive;
  dnnl_exec_arg_t arguments[3];
};

static void check(dnnl_status_t status, const char *what) {
  if (status == dnnl_success) return;
  fprintf(stderr, "oneDNN: %s: %d\n", what, status);
  exit(1);
}

static void multiply(void *context, size_t run) {
  (void)run;
  struct matmul *matmul = context;
  dnnl_primitive_execute(matmul->primitive, stream, 3, matmul->arguments);
  dnnl_stream_wait(stream);
}

// A matrix that lies row by row, or column by column where it is transposed.
static dnnl_memory_desc_t matrix(int rows, int columns, bool is_transposed) {
  dnnl_memory_desc_t description;
  dnnl_dims_t extents = {rows, columns};
  check(
    dnnl_memory_desc_init_by_tag(
      &description, 2, extents, dnnl_f32, is_transposed ? dnnl_ba : dnnl_ab),
    "layout");
  return description;
}

static void time_product(struct product *p, const char *name, double seconds) {
  dnnl_memory_desc_t layouts[3] = {
    matrix(p->m, p->k, p->is_a_transposed), matrix(p->k, p->n, p->is_b_transposed),
    matrix(p->m, p->n, false)};
  float *values[3] = {p->a, p->b, p->c};
  int roles[3] = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST};
  struct matmul matmul;
  dnnl_matmul_desc_t operation;
  dnnl_primitive_desc_t description;
  check(
    dnnl_matmul_desc_init(&operation, &layouts[0], &layouts[1], 0, &layouts[2]), "operation");
  check(dnnl_primitive_desc_create(&description, &operation, 0, engine, 0), "description");
  check(dnnl_primitive_create(&matmul.primitive, description), "primitive");
  for (int i = 0; i < 3; i++) {
    matmul.arguments[i].arg = roles[i];
    check(
      dnnl_memory_create(&matmul.arguments[i].memory, &layouts[i], engine, values[i]), "memory");
  }
  const char *implementation = "";
  dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, &implementation);
  char info[128];
  const dnnl_version_t *version = dnnl_version();
  snprintf(
    info, sizeof info, "oneDNN %d.%d.%d, %s", version->major, version->minor, version->patch,
    implementation);
  multiply(&matmul, 0);
  measure(name, multiply, 0, &matmul, seconds, 5e-6, product_error(p), 1, info);
  for (int i = 0; i < 3; i++) dnnl_memory_destroy(matmul.arguments[i].memory);
  dnnl_primitive_destroy(matmul.primitive);
  dnnl_primitive_desc_destroy(description);
}

int main(int count, char **arguments) {
  if (count < 4) return 2;
  check(dnnl_engine_create(&engine, dnnl_cpu, 0), "engine");
  check(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags), "stream");
  for (int i = 3; i < count; i++) {
    struct work work = work_named(arguments[i]);
    struct product p = product_for(&work);
    time_product(&p, work.name, atof(arguments[2]));
    free_product(&p);
  }
}
