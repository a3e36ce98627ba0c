// Times nets by ONNX Runtime through its C interface, tensors bound beforehand, so that a call is
// one Run. The library is the one in the Python package, which brings no header: the table of
// functions only ever grows at its end, so the few that are needed are taken by their places.
//
// usage: onnx LIBRARY FOLDER THREADS SECONDS WORK...     (FOLDER holds 17-64-64-1-32.onnx)
#include <dlfcn.h>

#include "bench.h"

enum {
  GET_ERROR_MESSAGE = 2, CREATE_ENVIRONMENT = 3, CREATE_SESSION = 7, RUN = 9, CREATE_OPTIONS = 10,
  SET_INTRA_THREADS = 24, SET_INTER_THREADS = 25, CREATE_TENSOR = 49, CREATE_MEMORY_INFO = 69,
  API_VERSION = 17, WARNINGS = 2, FLOAT32 = 1
};

struct base {
  void *const *(*api)(uint32_t version);
  const char *(*version)(void);
};

typedef void *(*run_function)(
  void *session, const void *options, const char *const *input_names, void *const *inputs,
  size_t input_count, const char *const *output_names, size_t output_count, void **outputs);
typedef void *(*tensor_function)(
  void *memory, void *values, size_t bytes, const int64_t *shape, size_t rank, int type,
  void **tensor);

static void *const *api;

static void check(void *status, const char *what) {
  if (!status) return;
  const char *(*message)(void *) = (const char *(*)(void *))api[GET_ERROR_MESSAGE];
  fprintf(stderr, "ONNX Runtime: %s: %s\n", what, message(status));
  exit(1);
}

struct session {
  run_function run;
  void *session, *inputs[16], *output;
  int batches;
};

static void score(void *context, size_t run) {
  static const char *const input = "x", *const output = "y";
  struct session *s = context;
  check(
    s->run(s->session, 0, &input, &s->inputs[run % s->batches], 1, &output, 1, &s->output), "run");
}

int main(int count, char **arguments) {
  if (count < 6) return 2;
  void *library = dlopen(arguments[1], RTLD_NOW);
  if (!library) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  const struct base *(*get)(void) = (const struct base *(*)(void))dlsym(library, "OrtGetApiBase");
  api = get()->api(API_VERSION);
  char info[64];
  snprintf(info, sizeof info, "ONNX Runtime %s, C interface", get()->version());

  void *environment, *options, *memory;
  int threads = atoi(arguments[3]);
  check(((void *(*)(int, const char *, void **))api[CREATE_ENVIRONMENT])(
    WARNINGS, "bench", &environment), "environment");
  check(((void *(*)(void **))api[CREATE_OPTIONS])(&options), "options");
  check(((void *(*)(void *, int))api[SET_INTRA_THREADS])(options, threads), "threads");
  check(((void *(*)(void *, int))api[SET_INTER_THREADS])(options, 1), "threads");
  check(((void *(*)(int, int, void **))api[CREATE_MEMORY_INFO])(0, 0, &memory), "memory");
  tensor_function tensor = (tensor_function)api[CREATE_TENSOR];

  for (int i = 5; i < count; i++) {
    struct work work = work_named(arguments[i]);
    struct net net = net_for(&work);
    struct session s = {.run = (run_function)api[RUN], .batches = net.batches};
    char path[4096], *end = path + snprintf(path, 3900, "%s/", arguments[2]);
    for (int layer = 0; layer <= net.layers; layer++)
      end += sprintf(end, "%d-", net.widths[layer]);
    sprintf(end, "%d.onnx", net.rows);
    check(((void *(*)(void *, const char *, void *, void **))api[CREATE_SESSION])(
      environment, path, options, &s.session), path);
    int64_t in[2] = {net.rows, net.widths[0]}, out[2] = {net.rows, net.widths[net.layers]};
    for (int batch = 0; batch < net.batches; batch++)
      check(
        tensor(memory, net_batch(&net, batch), (size_t)(in[0] * in[1]) * 4, in, 2, FLOAT32,
          &s.inputs[batch]),
        "input");
    check(
      tensor(memory, net.scores, (size_t)(out[0] * out[1]) * 4, out, 2, FLOAT32, &s.output),
      "output");
    score(&s, 0);
    measure(
      work.name, score, 0, &s, atof(arguments[4]), 5e-6, net_error(&net), 1e-5, info);
  }
}
