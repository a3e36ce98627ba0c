// Times nets by OpenVINO through its C interface. The library is the one in the Python package,
// which brings no header, so what is needed of it is declared here. An input is copied into the
// tensor of the request once; a call is one inference.
//
// usage: openvino LIBRARY FOLDER PRECISION THREADS SECONDS WORK...
//   PRECISION f32 or bf16; FOLDER holds 17-64-64-1-32.onnx
#include <dlfcn.h>

#include "bench.h"

struct version {
  const char *build, *description;
};

static int (*infer)(void *request);

static void check(int status, const char *what) {
  if (!status) return;
  fprintf(stderr, "OpenVINO: %s: %d\n", what, status);
  exit(1);
}

static void *library;

static void *symbol(const char *name) {
  void *found = dlsym(library, name);
  if (found) return found;
  fprintf(stderr, "OpenVINO has no %s\n", name);
  exit(1);
}

static void score(void *request, size_t run) {
  (void)run;
  check(infer(request), "infer");
}

int main(int count, char **arguments) {
  if (count < 7) return 2;
  library = dlopen(arguments[1], RTLD_NOW);
  if (!library) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  int (*create)(void **) = symbol("ov_core_create");
  int (*read)(void *, const char *, const char *, void **) = symbol("ov_core_read_model");
  int (*compile)(void *, void *, const char *, size_t, void **, ...) =
    symbol("ov_core_compile_model");
  int (*request_of)(void *, void **) = symbol("ov_compiled_model_create_infer_request");
  int (*input_of)(void *, size_t, void **) =
    symbol("ov_infer_request_get_input_tensor_by_index");
  int (*output_of)(void *, size_t, void **) =
    symbol("ov_infer_request_get_output_tensor_by_index");
  int (*data_of)(void *, void **) = symbol("ov_tensor_data");
  int (*version_of)(struct version *) = symbol("ov_get_openvino_version");
  infer = symbol("ov_infer_request_infer");

  bool is_exact = !strcmp(arguments[3], "f32");
  struct version version;
  char info[128];
  check(version_of(&version), "version");
  snprintf(info, sizeof info, "OpenVINO %s, C interface, %s", version.build, arguments[3]);

  void *core;
  check(create(&core), "core");
  for (int i = 6; i < count; i++) {
    struct work work = work_named(arguments[i]);
    struct net net = net_for(&work);
    char path[4096], *end = path + snprintf(path, 3900, "%s/", arguments[2]);
    for (int layer = 0; layer <= net.layers; layer++)
      end += sprintf(end, "%d-", net.widths[layer]);
    sprintf(end, "%d.onnx", net.rows);
    void *model, *compiled, *request, *input, *output, *values;
    check(read(core, path, 0, &model), path);
    check(
      compile(
        core, model, "CPU", 8, &compiled, "PERFORMANCE_HINT", "LATENCY", "INFERENCE_NUM_THREADS",
        arguments[4], "NUM_STREAMS", "1", "INFERENCE_PRECISION_HINT", arguments[3]),
      "compile");
    check(request_of(compiled, &request), "request");
    check(input_of(request, 0, &input), "input");
    check(data_of(input, &values), "input");
    memcpy(values, net.features, (size_t)net.rows * net.widths[0] * 4);
    score(request, 0);
    check(output_of(request, 0, &output), "output");
    check(data_of(output, &values), "output");
    memcpy(net.scores, values, (size_t)net.rows * net.widths[net.layers] * 4);
    measure(
      work.name, score, 0, request, atof(arguments[5]), 5e-6, net_error(&net),
      is_exact ? 1e-5 : 2e-2, info);
  }
}
