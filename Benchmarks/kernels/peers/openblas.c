// Times products by OpenBLAS. The environment picks its kernels (OPENBLAS_CORETYPE).
//
// usage: openblas THREADS SECONDS WORK...
#include <cblas.h>

#include "bench.h"

static void multiply(void *context, size_t run) {
  (void)run;
  struct product *p = context;
  cblas_sgemm(
    CblasRowMajor, p->is_a_transposed ? CblasTrans : CblasNoTrans,
    p->is_b_transposed ? CblasTrans : CblasNoTrans, p->m, p->n, p->k, 1, p->a,
    p->is_a_transposed ? p->m : p->k, p->b, p->is_b_transposed ? p->k : p->n, 0, p->c, p->n);
}

int main(int count, char **arguments) {
  if (count < 4) return 2;
  openblas_set_num_threads(atoi(arguments[1]));
  char info[128];
  snprintf(info, sizeof info, "%s, kernels %s", OPENBLAS_VERSION, openblas_get_corename());
  for (int i = 3; i < count; i++) {
    struct work work = work_named(arguments[i]);
    struct product p = product_for(&work);
    multiply(&p, 0);
    measure(
      work.name, multiply, 0, &p, atof(arguments[2]), 5e-6, product_error(&p), 1, info);
    free_product(&p);
  }
}
